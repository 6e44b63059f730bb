"""Only so many foreign files are looked at at a time: each child process may take much memory and a whole processor."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE: Final = max(2, os.cpu_count() or 1)
#: so long somebody waits for their turn
_PATIENCE_SECONDS: Final = 30
_turns = threading.BoundedSemaphore(_AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """One of the few places; E-H22 when none becomes free."""
    if not _turns.acquire(timeout=_PATIENCE_SECONDS):
        raise EnvironmentRefused(
            "E-H22",
            _("Too many files are being looked at just now."),
            remedy=_("Wait a minute, then send it again."),
        )
    try:
        yield
    finally:
        _turns.release()
