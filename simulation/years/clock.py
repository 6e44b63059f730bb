"""The time of a simulated year: what is true, what the machine's clock on the wall shows, what has really passed.

Nothing else tells time: the program is handed the wall clock and the monotonic seconds, people look at the true time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class Clock:
    """One machine's clocks; ``true`` is UTC and never goes back."""

    true: datetime
    offset: timedelta = timedelta(0)
    _began: datetime | None = None

    def __post_init__(self) -> None:
        self._began = self.true

    def now(self) -> datetime:
        """What the wall clock shows, in UTC: the program's only knowledge of the hour."""
        return self.true + self.offset

    def monotonic(self) -> float:
        """Seconds that have really passed."""
        assert self._began is not None
        return (self.true - self._began).total_seconds()

    def move_to(self, true: datetime) -> None:
        """Time goes by; an instant that has passed already changes nothing."""
        self.true = max(self.true, true)

    def step(self, offset: timedelta) -> None:
        """The wall clock jumps: from now on it shows ``offset`` more than the truth."""
        self.offset = offset
