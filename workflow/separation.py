"""Powers that must stay apart, over days: what a person can do on any day of a span, in their own name or another's.

A substitute acts with the duties of whoever is away. So nobody may come to two of the three administrators by standing
in for one, by standing in for two, or by a duty or an absence that begins later (三员分立, design section 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.states import Role
from workflow.case import Post
from workflow.permissions import check_posts

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection


def check_duty(
    connection: Connection, office_id: int, person: int, post: Post, from_on: date, to_on: date | None
) -> None:
    """Whether a person may come to a duty for a span (None: for good), and with them whoever stands in; E-A05."""
    check_posts([*powers(connection, office_id, person, from_on, to_on), post])
    a = t.absence.c
    stand_ins = sa.select(a.substitute_id, a.from_on, a.to_on).where(
        a.office_id == office_id, a.person_id == person, *_overlapping(a.from_on, a.to_on, from_on, to_on)
    )
    for row in connection.execute(stand_ins).all():
        first, last = _both(row, from_on, to_on)
        check_posts([*powers(connection, office_id, row.substitute_id, first, last), post])


def check_substitute(
    connection: Connection, office_id: int, absent: int, substitute: int, from_on: date, to_on: date
) -> None:
    """Whether a person may act for another for a span beside all that they can do already; E-A05."""
    theirs = _duties(connection, office_id, absent, from_on, to_on)
    check_posts([*powers(connection, office_id, substitute, from_on, to_on), *theirs])


def powers(connection: Connection, office_id: int, person: int, from_on: date, to_on: date | None) -> list[Post]:
    """Every duty that a person can act with on some day of the span: their own, and those of whom they stand in for."""
    found, a = _duties(connection, office_id, person, from_on, to_on), t.absence.c
    away = sa.select(a.person_id, a.from_on, a.to_on).where(
        a.office_id == office_id, a.substitute_id == person, *_overlapping(a.from_on, a.to_on, from_on, to_on)
    )
    for row in connection.execute(away).all():
        found += _duties(connection, office_id, row.person_id, *_both(row, from_on, to_on))
    return found


def _both(row: Any, from_on: date, to_on: date | None) -> tuple[date, date]:
    """The days that an absence and a span have in common."""
    return max(row.from_on, from_on), min(row.to_on, to_on or row.to_on)


def _duties(connection: Connection, office_id: int, person: int, from_on: date, to_on: date | None) -> list[Post]:
    d = t.duty.c
    query = sa.select(d.role, d.unit_id).where(
        d.office_id == office_id, d.person_id == person, *_overlapping(d.valid_from, d.valid_to, from_on, to_on)
    )
    return [Post(Role(row.role), row.unit_id) for row in connection.execute(query)]


def _overlapping(
    first: sa.ColumnElement[date], last: sa.ColumnElement[date | None], from_on: date, to_on: date | None
) -> list[sa.ColumnElement[bool]]:
    """Of rows with a first and a last day (none: for good) those that share a day with the span."""
    return [last.is_(None) | (last >= from_on), *([first <= to_on] if to_on is not None else [])]
