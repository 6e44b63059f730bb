"""When a duty is held, as the database finds it: from its first day to its last, both days in it; not ended = no last day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t

if TYPE_CHECKING:
    from datetime import date

    #: a day that a statement built once is given when it runs
    Later = sa.BindParameter[date]


def held_on(day: date | Later) -> sa.ColumnElement[bool]:
    """The duties that are held on a day."""
    return sa.and_(t.duty.c.valid_from <= day, lasting(day))


def lasting(day: date | Later) -> sa.ColumnElement[bool]:
    """The duties that are held on a day or begin later: those that have not ended before it."""
    return t.duty.c.valid_to.is_(None) | (t.duty.c.valid_to >= day)


def with_duties(table: sa.Table) -> sa.FromClause:
    """What people have (``person_id``), with the person and once for each duty that they hold on the day ``on``, or once."""
    c, p, d = table.c, t.person.c, t.duty.c
    theirs = sa.and_(
        d.office_id == c.office_id, d.person_id == c.person_id, held_on(sa.bindparam("on", type_=sa.Date()))
    )
    return table.join(t.person, sa.and_(p.office_id == c.office_id, p.id == c.person_id)).outerjoin(t.duty, theirs)
