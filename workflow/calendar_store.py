"""The workday calendar in the database: seeded from the library, extended by importing a year's notice.

Source: design section 6. Importing a year recomputes what is to come: every task with something to come is looked at
again by the next sweep, in the same transaction.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.statements import Statement
from workflow import audit, permissions
from workflow.calendar import WorkCalendar, seed_year

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.calendar import YearTable
    from workflow.case import Actor

#: the years the library knows
SEEDED: Final = range(2004, 2027)
LIBRARY: Final = "chinesecalendar"
_DECEMBER: Final = 12
_SPACE: Final[Any] = sa.literal_column("' '")
#: every listed day in one text, a working one with a plus before it
_DAYS: Final = (
    sa.select(
        sa.func.aggregate_strings(
            sa.case((t.calendar_day.c.works, "+"), else_="-") + sa.cast(t.calendar_day.c.day, sa.String),
            _SPACE,
        )
    )
    .where(t.calendar_day.c.office_id == sa.bindparam("office"))
    .scalar_subquery()
)
_YEARS: Final = (
    sa.select(sa.func.aggregate_strings(sa.cast(t.calendar_year.c.year, sa.String), _SPACE))
    .where(t.calendar_year.c.office_id == sa.bindparam("office"))
    .scalar_subquery()
)
_LISTED: Final = Statement(sa.select(_DAYS.label("days"), _YEARS.label("years")))


def load_calendar(connection: Connection, office_id: int) -> WorkCalendar:
    """The office's calendar; years without a table are provisional."""
    found = _LISTED.first(connection, {"office": office_id})
    return _calendar(found.days or "", found.years or "")


@lru_cache(maxsize=32)
def _calendar(days: str, years: str) -> WorkCalendar:
    """Some eight hundred days are the same from one sweep to the next: they are read again when one of them is another."""
    listed = {sign: frozenset(date.fromisoformat(day[1:]) for day in days.split() if day[0] == sign) for sign in "+-"}
    return WorkCalendar(listed["-"], listed["+"], frozenset(map(int, years.split())))


def years_known(connection: Connection, office_id: int) -> list[tuple[int, str]]:
    """(year, source) of every year with a table, the oldest first."""
    year = t.calendar_year.c
    query = sa.select(year.year, year.source).where(year.office_id == office_id).order_by(year.year)
    return [(row.year, row.source) for row in connection.execute(query)]


def seed(
    connection: Connection, office_id: int, actor: Actor, now: datetime, years: Iterable[int] = SEEDED
) -> list[int]:
    """Store the library's years that have no table yet; returns them. For setting an office up: no duty is asked."""
    known = {year for year, _source in years_known(connection, office_id)}
    stored = []
    for year in years:
        table = seed_year(year) if year not in known else None
        if table is not None:
            _store(connection, office_id, table, LIBRARY, now)
            stored.append(year)
    if stored:
        detail = {"years": stored, "source": LIBRARY}
        audit.append(connection, office_id, actor, audit.Entry("calendar.seed", "calendar", detail=detail), now)
    return stored


def import_year(
    connection: Connection, office_id: int, actor: Actor, table: YearTable, source: str, now: datetime
) -> int:
    """Store a year's notice in place of what was known; returns how many tasks are reckoned anew.

    ``source`` names the notice; needs ``calendar.import``.
    """
    role = permissions.demand(actor, "calendar.import")
    _store(connection, office_id, table, source, now)
    again = connection.execute(
        sa.update(t.task)
        .where(t.task.c.office_id == office_id, t.task.c.next_due_at.is_not(None))
        .values(next_due_at=now)
    ).rowcount
    detail = {
        "source": source,
        "off": sorted(day.isoformat() for day in table.off),
        "makeup": sorted(day.isoformat() for day in table.makeup),
        "tasks": again,
    }
    entry = audit.Entry("calendar.import", "calendar", table.year, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return again


def _store(connection: Connection, office_id: int, table: YearTable, source: str, now: datetime) -> None:
    """Write the table; a later year's notice goes on deciding the last December days it spoke of."""
    year, day = t.calendar_year.c, t.calendar_day.c
    known = {found for found, _source in years_known(connection, office_id)}
    later = table.year + 1 in known
    listed = table.off | table.makeup
    old = [
        found
        for found in connection.scalars(sa.select(day.day).where(day.office_id == office_id))
        if found in listed or found.year == table.year
    ]
    kept = {found for found in old if later and found.month == _DECEMBER and found.year == table.year}
    for found in old:
        if found not in kept:
            connection.execute(sa.delete(t.calendar_day).where(day.office_id == office_id, day.day == found))
    rows = [
        {"office_id": office_id, "day": found, "works": found in table.makeup}
        for found in sorted(listed)
        if found not in kept
    ]
    if rows:
        connection.execute(sa.insert(t.calendar_day), rows)
    connection.execute(sa.delete(t.calendar_year).where(year.office_id == office_id, year.year == table.year))
    connection.execute(
        sa.insert(t.calendar_year).values(office_id=office_id, year=table.year, source=source, imported_at=now)
    )
