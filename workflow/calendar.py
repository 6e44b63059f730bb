"""The workday calendar: which days are worked, and what lies so many working days away. Pure: data in, dates out.

Source: design section 6. Statutory holidays and make-up workdays 调休 come from year tables (a library's, or the State
Council's yearly notice); a year without one is Monday to Friday and provisional wherever it matters. All dates are
civil dates of Asia/Shanghai.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

from chinese_calendar.constants import holidays, workdays

from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

Roll = Literal["none", "before", "after"]

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's exceptions from Monday to Friday, as the year's notice sets them.

    A holiday of the turn of the year may put days of the year before into it (2022-12-31 is in the notice for 2023).
    """

    year: int
    off: frozenset[date]
    makeup: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off, make-up workdays, and the years for which they are known."""

    off: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, tables: Iterable[YearTable]) -> WorkCalendar:
        """The calendar of these year tables; where two speak of one day, the later year's notice counts."""
        off: set[date] = set()
        makeup: set[date] = set()
        years: set[int] = set()
        for table in sorted(tables, key=lambda table: table.year):
            off = (off - table.makeup) | table.off
            makeup = (makeup - table.off) | table.makeup
            years.add(table.year)
        return cls(frozenset(off), frozenset(makeup), frozenset(years))

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked: a make-up workday, or Monday to Friday and no holiday."""
        if day in self.makeup:
            return True
        return day.weekday() < _SATURDAY and day not in self.off

    def is_provisional(self, when: int | date) -> bool:
        """Whether the year (or the day's year) has no table yet, so that its holidays are unknown."""
        return (when.year if isinstance(when, date) else when) not in self.known_years

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (before it when negative); 0 is the day itself, worked or not.

        The day itself is never counted: +1 of a Friday, a Saturday or a Sunday is the same next working day.
        """
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def next_workday(self, day: date) -> date:
        """The first working day after the day."""
        return self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """The last working day before the day."""
        return self.add_workdays(day, -1)

    def workdays_between(self, first: date, last: date) -> int:
        """The working days after ``first`` up to and with ``last``; negative when ``last`` comes first.

        So ``workdays_between(day, add_workdays(day, n)) == n`` for n ≥ 0, and from a working day for every n.
        """
        if last < first:
            return -self.workdays_between(last, first)
        return sum(self.is_workday(first + _DAY * place) for place in range(1, (last - first).days + 1))

    def roll(self, day: date, how: str) -> date:
        """A day off moved to the working day ``before`` or ``after`` it; ``none``, or a working day, stays.

        ``how`` is a ``Roll``; it comes from the settings, so another word is refused with E-D06.
        """
        if how not in {"none", "before", "after"}:
            raise BadInput(
                "E-D06",
                _("“{how}” is no way to move a due date.").format(how=how),
                remedy=_("Choose none, before or after."),
            )
        if how == "none" or self.is_workday(day):
            return day
        return self.next_workday(day) if how == "after" else self.previous_workday(day)


def seed_year(year: int) -> YearTable | None:
    """The year's table as chinesecalendar knows it (2004 to 2026 in 1.11.0); None for a year it does not cover."""
    if date(year, 1, 1) not in holidays:  # New Year's Day is off in every year that has a table
        return None
    return YearTable(
        year,
        frozenset(day for day in holidays if day.year == year),
        frozenset(day for day in workdays if day.year == year),
    )


def seeded(years: Iterable[int]) -> WorkCalendar:
    """The calendar of those of the years that the library covers; the others stay provisional."""
    tables = (seed_year(year) for year in years)
    return WorkCalendar.of(table for table in tables if table is not None)


@dataclass(frozen=True, slots=True)
class PeriodDates:
    """The three civil dates of a month's reporting."""

    opens_on: date
    due_on: date
    closes_on: date


def day_of_month(month: str, day: int) -> date:
    """A day of the month ``YYYY-MM``; one beyond its end is the last day. E-D01 for what is no month."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", month, re.ASCII)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (year and 1 <= number <= 12 and day >= 1):
        raise BadInput(
            "E-D01",
            _("There is no such month: {month}").format(month=month),
            where=month,
            remedy=_("Write it as year and month, like 2022-06."),
        )
    return date(year, number, min(day, calendar.monthrange(year, number)[1]))


def period_dates(
    month: str, work_calendar: WorkCalendar, *, day: int = 25, roll: str = "none", close_after: int = 5
) -> PeriodDates:
    """When a month opens (its first day), is due (its 25th unless the notice says otherwise) and closes.

    ``roll`` moves a due day off to the working day before or after; it closes ``close_after`` working days after due.
    """
    due_on = work_calendar.roll(day_of_month(month, day), roll)
    return PeriodDates(day_of_month(month, 1), due_on, work_calendar.add_workdays(due_on, close_after))
