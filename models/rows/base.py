"""What every table shares: the naming of constraints and the office in front of every key.

The office stands first in each primary and unique key, so that an office can be moved to another database by its
key alone (``distributed.md`` section 8). Ids are small numbers counted per office, handed out under the office's
write lock, because people say them aloud.
"""

from __future__ import annotations

from typing import Any, Final, cast

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models import partitions

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_1_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata

#: of a table that grows with every step and message; last in its ``__table_args__``
IN_PARTS: Final = {"postgresql_partition_by": partitions.BY_OFFICE}


class DependentRow(SQLModel):
    """A row that depends on another one of its office, by a ``ref``: whose office is there says that one already.

    A server looks every reference up for every row, and a sweep writes hundreds.
    """

    # rows are never validated as objects
    model_config = cast("Any", {"defer_build": True})

    office_id: int = Field(primary_key=True)
    id: int = Field(primary_key=True)


class OfficeRow(DependentRow):
    """A row that belongs to an office: its key is (office, number)."""

    office_id: int = Field(primary_key=True, foreign_key="office.id")


def ref(column: str, table: str, key: str = "id") -> sa.ForeignKeyConstraint:
    """A foreign key that can never reach another office's row."""
    return sa.ForeignKeyConstraint(["office_id", column], [f"{table}.office_id", f"{table}.{key}"])


def unique(*columns: str) -> sa.UniqueConstraint:
    """A unique key within an office."""
    return sa.UniqueConstraint("office_id", *columns)


def index(name: str, *columns: str, where: str = "") -> sa.Index:
    """An index within an office; ``where``: of some of its rows alone, so that the others write nothing into it."""
    some: dict[str, Any] = {f"{dialect}_where": sa.text(where) for dialect in ("sqlite", "postgresql")} if where else {}
    return sa.Index(name, "office_id", *columns, **some)
