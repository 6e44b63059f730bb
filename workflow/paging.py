"""Which page of a long list is shown: so many rows on each, and the nearest page that there is.

What grows for as long as the office works is not counted to its end: a page says “500+” and is there as
fast in the tenth year as in the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

SIZE: Final = 50
#: rows that are read at a time where all are wanted
BLOCK: Final = 500
#: rows that are counted at least, where there are as many
COUNTED: Final = 500


def most_counted(asked: int, size: int = SIZE) -> int:
    """How far rows are counted for a page: one row beyond it and beyond ``COUNTED``; as many found say “more”."""
    return max(COUNTED, asked * size) + 1


def counted(connection: Connection, rows: sa.Select[Any], most: int) -> int:
    """How many rows there are, ``most`` at most."""
    return connection.scalar(sa.select(sa.func.count()).select_from(rows.limit(most).subquery())) or 0


def page_of(connection: Connection, query: sa.Select[Any], page: int, size: int) -> tuple[list[dict[str, Any]], int]:
    """The rows of a page of a query in its order, and how many there are as far as they are counted."""
    total = counted(connection, query.order_by(None), most_counted(page, size))
    piece = query.limit(size).offset(before_page(page, total, size))
    return [dict(row) for row in connection.execute(piece).mappings()], total


def passed_over(connection: Connection, column: Any) -> Any:
    """A column for a condition that nearly every row fulfils: read in order until a page is full, not by its own index.

    SQLite, which knows no values, would have all of them sorted; PostgreSQL knows them.
    """
    return column.concat("") if connection.dialect.name == "sqlite" else column


def last_page(total: int, size: int = SIZE) -> int:
    """The number of pages, at least one."""
    return max(1, -(-total // size))


def nearest_page(asked: int, total: int, size: int = SIZE) -> int:
    """The page that is shown where ``asked`` was asked for."""
    return min(max(1, asked), last_page(total, size))


def before_page(asked: int, total: int, size: int = SIZE) -> int:
    """How many rows lie before that page."""
    return (nearest_page(asked, total, size) - 1) * size
