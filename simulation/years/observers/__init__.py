"""Who watches a simulated year from outside: each reads the evidence by itself and believes no row that it can check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from simulation.years.clock import Clock
    from simulation.years.journal import Journal
    from simulation.years.post import Post


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept: the invariant by its number, what was found, and where."""

    invariant: str
    what: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is looked at: the files the office leaves, and what lies outside of it."""

    #: the office's folder: duban.db, store/, heads/, rules.toml
    home: Path
    journal: Journal
    post: Post
    clock: Clock
    #: the flow's definition as it ships (TOML)
    law: Path
    #: when, in truth
    at: datetime
    #: the last phase is over: nothing may be due and unsent any more
    drained: bool = False


OBSERVERS: Final[tuple[Callable[[Evidence], list[Violation]], ...]] = ()
