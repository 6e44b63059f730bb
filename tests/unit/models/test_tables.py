"""The tables that statements use are those of the schema, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from models import rows, tables
from models.rows.written import FILE, written

if TYPE_CHECKING:
    import sqlalchemy as sa


def test_the_file_is_what_the_rows_say() -> None:
    assert FILE.read_text("utf-8") == written(), "make docs"


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=lambda dialect: str(dialect.name))
def test_statements_and_migrations_speak_of_the_same_columns(dialect: sa.Dialect) -> None:
    assert described(tables.metadata, dialect) == described(rows.metadata, dialect)


def described(metadata: sa.MetaData, dialect: sa.Dialect) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: [
            (column.name, column.type.compile(dialect), column.primary_key, default(column), column is serial(table))
            for column in table.columns
        ]
        for name, table in metadata.tables.items()
    }


def default(column: sa.Column[Any]) -> Any:
    made: Any = column.default
    return made and (made.arg(None) if made.is_callable else made.arg)


def serial(table: sa.Table) -> sa.Column[Any] | None:
    """The column that the database would number by itself."""
    return table.autoincrement_column
