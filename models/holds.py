"""Whether an office's sends are held: asked where messages are written, and where they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.statements import Statement

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_HELD: Final = Statement(sa.select(t.watermark.c.held_reason).where(t.watermark.c.office_id == sa.bindparam("office")))


def held_reason(connection: Connection, office_id: int) -> str:
    """Why the office's sends are held, or an empty string."""
    return _HELD.scalar(connection, {"office": office_id}) or ""
