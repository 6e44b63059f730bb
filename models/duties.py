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
