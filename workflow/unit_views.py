"""The register of units as lists show it: names, aliases, rosters, and what a succession would move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def names(connection: Connection, office_id: int) -> list[str]:
    """The units that exist today, in the order in which they were entered."""
    u = t.unit.c
    query = sa.select(u.name).where(u.office_id == office_id, u.valid_to.is_(None)).order_by(u.id)
    return list(connection.scalars(query))
