"""One day in the office, as whoever works in it sees it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from models.times import at_local

if TYPE_CHECKING:
    from collections import deque
    from random import Random

    from simulation.years.people.hand import Hand
    from simulation.years.people.screen import Screen
    from simulation.years.running import Year

#: people act between these hours
BEGINS, ENDS = time(9), time(16, 30)


class Day:
    """One working day: the list of the morning, and when things are done."""

    def __init__(self, year: Year, hand: Hand, screens: deque[Screen], chance: Random) -> None:
        """``screens`` are those of the last days, the newest last."""
        self.year, self.hand, self.chance = year, hand, chance
        self.screens = screens

    @property
    def screen(self) -> Screen:
        """What this morning shows."""
        return self.screens[-1]

    @property
    def today(self) -> date:
        """The day in truth."""
        return self.year.today

    def stale(self) -> Screen:
        """What somebody has on the screen: this morning's list, or one that was left open for days."""
        return self.screens[0] if self.year.faults.stale() else self.screens[-1]

    def moment(self, begins: time = BEGINS, ends: time = ENDS) -> datetime:
        """Some time of the day."""
        first, last = at_local(self.today, begins), at_local(self.today, ends)
        return first + timedelta(seconds=self.chance.randrange(int((last - first).total_seconds())))
