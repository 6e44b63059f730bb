"""A table with a column of every kind that values are turned for on their way to a database and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from models import tables as t
from models.statements import Statement

NOON = datetime(2022, 6, 20, 4, 0, tzinfo=UTC)
KINDS = sa.Table(
    "kinds",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date),
    sa.Column("at", t.event.c.at.type),
    sa.Column("told", sa.JSON),
    sa.Column("yes", sa.Boolean),
    sa.Column("words", sa.String),
    sa.Column("share", sa.Float),
)
ADD = Statement(sa.insert(KINDS).values({c.name: sa.bindparam(c.name, type_=c.type) for c in KINDS.c}))
EMPTY: dict[str, Any] = dict.fromkeys(KINDS.c.keys())
FULL: dict[str, Any] = {
    "day": date(2022, 6, 25),
    "at": NOON,
    "told": {"名": [1, None]},
    "yes": True,
    "words": "50 % ’\n$1",
    "share": 12.5,
}
