"""An office's own templates: every version that was put in the place of a shipped one, and which is in force.

Rows are only added: the newest of a name is in force, and one without text says that the shipped one is again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlmodel import Field

from models.base import OfficeRow, index, ref, table, unique
from models.statements import Statement

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: before the name of a paper; before the slash of a message stands its event: ``returned/body``
PAPER: Final = "paper/"


class TemplateVersion(OfficeRow, table=True):
    """A version of a template as an office wrote it, known by the SHA-256 of its text; without text: taken back."""

    __tablename__ = "template"
    __table_args__ = (index("ix_template_name", "name"),)

    name: str = Field(sa_type=sa.String(64))
    sha256: str = Field(default="", sa_type=sa.String(64))
    text: str = ""
    installed_by: str
    installed_at: datetime


class TemplateFailure(OfficeRow, table=True):
    """A version failed on real data, and the shipped template was used: noted the first time."""

    __tablename__ = "template_failure"
    __table_args__ = (unique("template_id"), ref("template_id", "template"))

    template_id: int
    failed_at: datetime
    place: str
    what: str


_T: Final = table(TemplateVersion)
_NEWEST: Final = (
    sa.select(sa.func.max(_T.c.id))
    .where(_T.c.office_id == sa.bindparam("office"))
    .group_by(_T.c.name)
    .scalar_subquery()
)
_IN_FORCE: Final = Statement(
    sa.select(_T.c.id, _T.c.name, _T.c.sha256, _T.c.text, _T.c.installed_by, _T.c.installed_at)
    .where(_T.c.office_id == sa.bindparam("office"), _T.c.id.in_(_NEWEST), _T.c.sha256 != "")
    .order_by(_T.c.name)
)


def in_force(connection: Connection, office_id: int) -> dict[str, Any]:
    """The office's own templates in force, by name: rows of id, name, SHA-256, text, installed_by, installed_at."""
    return {row.name: row for row in _IN_FORCE.rows(connection, {"office": office_id})}
