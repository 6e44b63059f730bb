"""Hashing that takes no time: the tests log in by the hundred, and what a hash should cost is said by one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher

from workflow import passwords

if TYPE_CHECKING:
    from collections.abc import Callable

#: what the program itself hashes with
SHIPPED: Final[Callable[[], PasswordHasher]] = passwords._hasher
_QUICK: Final = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def quick() -> PasswordHasher:
    """In the place of ``workflow.passwords._hasher``."""
    return _QUICK
