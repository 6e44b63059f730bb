"""What befalls a simulated year: nothing yet."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulation.years.program import Process
    from simulation.years.running import Event, Year


class Death(BaseException):
    """A process dies here: nothing it would still do is done, nobody gets an answer."""


class Faults:
    """Decides, seeded, what befalls whom; each year switches a random half of the kinds off."""

    def __init__(self, year: Year) -> None:
        """``year`` gives the streams of chance, the clock, the post and the processes."""
        self.year = year

    def opened(self, process: Process) -> None:
        """A process has begun a new life and opened the database."""

    @contextmanager
    def around(self, process: Process) -> Iterator[None]:
        """A piece of work of a process, in which it may die or the disk be full."""
        del process
        yield

    def next_events(self, now: datetime) -> list[Event]:
        """What befalls the machine from a true instant on: clock steps, stops, restores. Asked once, at the start."""
        del now
        return []

    def stale(self) -> bool:
        """Whether the person who is about to act looks at a list from days ago."""
        return False

    def clicks_twice(self) -> bool:
        """Whether the person who has just clicked clicks once more."""
        return False

    def off(self) -> None:
        """From now on nothing befalls anybody: the last phase."""
