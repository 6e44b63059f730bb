"""Instants and civil dates: stored in UTC, shown and reckoned in Asia/Shanghai.

Nothing here reads the clock: ``now`` is a parameter everywhere (design, section 6).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
#: the years that are taken: 0202 is a slip of the hand, and no ladder is climbed to the end of the calendar
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def civil_date(text: str) -> date:
    """A day written YYYY-MM-DD, in a year from which days can be counted to and fro; ValueError for any other text."""
    found = date.fromisoformat(text)
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError(text)
    return found


def local_date(instant: datetime) -> date:
    """The civil date in Shanghai at an aware instant."""
    return instant.astimezone(SHANGHAI).date()


def at_local(day: date, clock: time = time(0, 0)) -> datetime:
    """The UTC instant of a Shanghai wall time."""
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The UTC instant at which a Shanghai civil date has ended (exclusive)."""
    return at_local(day + timedelta(days=1))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def said_day(value: date | None) -> str:
    """2022-06-25 as 6月25日; nothing as an empty string."""
    return f"{value.month}月{value.day}日" if value else ""


def shown(instant: datetime) -> str:
    """An instant as people read it: Shanghai, to the minute."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
