"""When a year's faults come: drawn once, before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from models.times import at_local

if TYPE_CHECKING:
    from random import Random

#: how often each comes in a year
DOWNTIMES, CLOCK_STEPS, FULL_DISKS, OUTAGES = 4, 3, 3, 3
#: one downtime in so many is a long one: up to forty days
LONG_ONE, SHORT, LONG = 4, timedelta(days=4), timedelta(days=40)
#: the day of the month on which reports are due; most downtimes lie over one or over the days around it
DUE_DAY: Final = 25
OVER_A_DUE_DAY: Final = 80
#: how far the clock is moved, and for how long until somebody sets it right
JUMPS: Final = (
    (timedelta(minutes=1), timedelta(days=9)),
    (timedelta(days=1), timedelta(days=2)),
    (timedelta(days=365), timedelta(hours=20)),
)
FULL_FOR, OUT_FOR = timedelta(hours=30), timedelta(days=3)
#: between a backup and the day on which it is brought back
LOST: Final = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Span:
    """From one true instant to another."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Jump(Span):
    """Meanwhile the clock on the wall shows ``offset`` more than the truth."""

    offset: timedelta


def _some(chance: Random, longest: timedelta, shortest: timedelta = timedelta(hours=1)) -> timedelta:
    return timedelta(seconds=chance.randrange(int(shortest.total_seconds()), int(longest.total_seconds())))


def _day(chance: Random, first: date, months: int) -> datetime:
    """Some working hour of some day; of a year's first days too little has happened yet."""
    day = first + timedelta(days=chance.randrange(5, months * 30))
    return at_local(day, time(chance.randrange(8, 17), chance.randrange(60)))


def downtimes(chance: Random, first: date, months: int) -> list[Span]:
    """The service stands still from an hour to forty days, most often when something falls due."""
    found = []
    for place in range(DOWNTIMES):
        length = _some(chance, LONG if place % LONG_ONE == 0 else SHORT)
        begins = _day(chance, first, months)
        if chance.randrange(100) < OVER_A_DUE_DAY:
            month = chance.randrange(months)
            due = at_local(date(first.year, 1 + month, DUE_DAY), time(9)) + timedelta(
                days=chance.choice((-5, -3, 0, 0, 0, 1, 3))
            )
            begins = due - timedelta(seconds=chance.randrange(int(length.total_seconds())))
        found.append(Span(begins, begins + length))
    return found


def jumps(chance: Random, first: date, months: int) -> list[Jump]:
    """The clock jumps by a minute, a day or a year, ahead or back, one jump after the other."""
    found: list[Jump] = []
    for begins in sorted(_day(chance, first, months) for _time in range(CLOCK_STEPS)):
        by, longest = chance.choice(JUMPS)
        ends = begins + _some(chance, longest)
        if not found or found[-1].ends < begins:
            found.append(Jump(begins, ends, by * chance.choice((-1, 1))))
    return found


def spans(chance: Random, first: date, months: int, times: int, longest: timedelta) -> list[Span]:
    """So many spans of at most such a length."""
    begins = [_day(chance, first, months) for _time in range(times)]
    return [Span(one, one + _some(chance, longest)) for one in begins]
