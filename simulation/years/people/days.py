"""Day after day in the office: in the morning everybody looks at their lists, and during the day does what is theirs."""

from __future__ import annotations

from collections import deque
from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from models.errors import DubanError
from models.times import at_local
from simulation.years.events import Died
from simulation.years.people import administrator, clerk, director, leader, plot, reviewer
from simulation.years.people.day import Day
from simulation.years.people.hand import Hand
from simulation.years.people.screen import Screen, look

if TYPE_CHECKING:
    from datetime import date

    from simulation.years.running import Year

MORNING: Final = time(8, 40)
#: whoever looks at an old list looks at one that is at most so many working days old
KEPT: Final = 4


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
