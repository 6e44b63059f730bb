"""An office's own templates: which of them are in force.

Rows are only added: the newest of a name is in force, and one without text says that the shipped one is again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.statements import Statement

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: before the name of a paper; before the slash of a message stands its event: ``returned/body``
PAPER: Final = "paper/"

_T: Final = t.template.c
_NEWEST: Final = (
    sa.select(sa.func.max(_T.id)).where(_T.office_id == sa.bindparam("office")).group_by(_T.name).scalar_subquery()
)
_IN_FORCE: Final = Statement(
    sa.select(_T.id, _T.name, _T.sha256, _T.text, _T.installed_by, _T.installed_at)
    .where(_T.office_id == sa.bindparam("office"), _T.id.in_(_NEWEST), _T.sha256 != "")
    .order_by(_T.name)
)


def in_force(connection: Connection, office_id: int) -> dict[str, Any]:
    """The office's own templates in force, by name: rows of id, name, SHA-256, text, installed_by, installed_at."""
    return {row.name: row for row in _IN_FORCE.rows(connection, {"office": office_id})}
