"""A day in the office: in the morning everybody looks at their lists, and during the day does what is theirs."""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from models.errors import DubanError
from models.times import at_local
from simulation.years.people import administrator, clerk, director, leader, plot, reviewer
from simulation.years.people.hand import Hand
from simulation.years.people.screen import Screen, look

if TYPE_CHECKING:
    from random import Random

    from simulation.years.running import Year

MORNING: Final = time(8, 40)
#: people act between these hours
BEGINS, ENDS = time(9), time(16, 30)
#: whoever looks at an old list looks at one that is at most so many working days old
KEPT: Final = 4


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


class Days:
    """Working day after working day."""

    def __init__(self, year: Year, months: int) -> None:
        """``months`` are opened; the year ends when the last of them is closed."""
        self.year, self.hand, self.months = year, Hand(year), months
        self.screens: deque[Screen] = deque(maxlen=KEPT)

    def next_day(self, day: date) -> None:
        """Tomorrow there is another morning."""
        self.year.at(at_local(day, MORNING), "morning", self.morning)

    def morning(self) -> None:
        """Look, then let everybody plan their day."""
        from simulation.years.running import Died

        year = self.year
        self.next_day(year.today + timedelta(days=1))
        if not year.calendar.is_workday(year.today):
            return
        try:
            with year.inside(year.desk), year.desk.database.read() as connection:
                self.screens.append(look(connection))
        except (Died, DubanError) as refused:
            year.note(f"nobody sees their lists this morning: {refused!r}")
            return
        day = Day(year, self.hand, self.screens, year.stream(f"day {year.today}"))
        plot.plan(day)
        director.plan(day, self.months)
        clerk.plan(day)
        leader.plan(day)
        reviewer.plan(day)
        administrator.plan(day)


def begin(year: Year, months: int) -> None:
    """People come to work from the first day on."""
    with year.desk.database.read() as connection:
        year.staff.meet(connection)
    plot.begin(year, months)
    Days(year, months).next_day(year.first)
