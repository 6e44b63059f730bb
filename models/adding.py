"""New rows of an office, under numbers that it counts itself; the statements are built once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models.loading import Loading
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection


def next_id(connection: Connection, table: sa.Table, office_id: int) -> int:
    """The office's next number in a table; safe because the caller holds the office's lock, or has its turn."""
    return int(_next(table).scalar(connection, {"office": office_id}))


@cache
def _next(table: sa.Table) -> Statement:
    highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1)
    return Statement(highest.where(table.c.office_id == sa.bindparam("office")))


def insert(connection: Connection, table: sa.Table, office_id: int, **values: Any) -> int:
    """Add a row of the office under its next number and return that number."""
    return int(_numbered(table, tuple(values)).scalar(connection, {"office_id": office_id, **values}))


def add(connection: Connection, table: sa.Table, office_id: int, **values: Any) -> None:
    """As ``insert``, for whoever needs no number: a server is not waited for."""
    _numbered(table, tuple(values)).post(connection, {"office_id": office_id, **values})


def insert_all(connection: Connection, table: sa.Table, office_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of the office under its next numbers, in one go; all give the same columns."""
    if not rows:
        return
    first, columns = next_id(connection, table, office_id), tuple(rows[0])
    if connection.dialect.name == "sqlite":
        numbered = [{"office_id": office_id, "id": first + place, **row} for place, row in enumerate(rows)]
        _given(table, columns).each(connection, numbered)
    else:
        _loading(table, columns).load(connection, office_id, first, rows)


@cache
def _given(table: sa.Table, columns: tuple[str, ...]) -> Statement:
    """The statement of ``insert_all`` for a table and the columns given, built once."""
    bound = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("office_id", "id", *columns)}
    return Statement(sa.insert(table).values({**_defaults(table), **bound}))


@cache
def _loading(table: sa.Table, columns: tuple[str, ...]) -> Loading:
    """The same for a server."""
    same = {name: literal.value for name, literal in _defaults(table).items() if name not in columns}
    return Loading(table, columns, same)


def insert_new(
    connection: Connection, table: sa.Table, office_id: int, *keys: tuple[str, ...], **values: Any
) -> int | None:
    """As ``insert``, unless the office has a row like it in all columns of a key: then None, and nothing is added."""
    number = _numbered(table, tuple(values), keys).scalar(connection, {"office_id": office_id, **values})
    return None if number is None else int(number)


@cache
def _numbered(table: sa.Table, columns: tuple[str, ...], keys: tuple[tuple[str, ...], ...] = ()) -> Statement:
    """The statement of ``insert`` for a table and the columns given, built once; with ``keys`` that of ``insert_new``."""
    c, office = table.c, sa.bindparam("office_id", type_=sa.Integer)
    number = sa.select(sa.func.coalesce(sa.func.max(c.id), 0) + 1).where(c.office_id == office).scalar_subquery()
    row = {"id": number, "office_id": office, **_defaults(table)}
    row |= {name: sa.bindparam(name, type_=c[name].type) for name in columns}
    if not keys:
        return Statement(sa.insert(table).values(row).returning(c.id))
    # The newest one like it, and not whether there is any: the server would read the table from the front, in the belief
    # that one comes soon.
    alike = (
        sa.select(sa.func.max(c.id)).where(c.office_id == office, *(c[name] == row[name] for name in key))
        for key in keys
    )
    new = sa.select(*(value.label(name) for name, value in row.items()))
    new = new.where(*(newest.scalar_subquery().is_(None) for newest in alike))
    return Statement(sa.insert(table).from_select(list(row), new, include_defaults=False).returning(c.id))


def _defaults(table: sa.Table) -> dict[str, Any]:
    """What stands in the columns that are not given: Core's own execution would ask for it each time."""
    known: dict[str, Any] = {column.name: column.default for column in table.c if column.default is not None}
    return {
        name: sa.literal(default.arg(None) if default.is_callable else default.arg, type_=table.c[name].type)
        for name, default in known.items()
    }
