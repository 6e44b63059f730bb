"""One office's rows copied from a database into another, kept comparable: no row twice, and what differs is named.

Tables come parents first, rows in the order of their key, so many in a transaction: what the target holds of a table is
its beginning, and a copy that was cut off goes on behind it. JSON goes over as the text that it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import exc

from models import tables as t
from models.canonical import canonical
from models.database import apart
from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.engine import Connection

    from models.database import Database

    #: a row, in the order of the columns; a key within an office
    Row = tuple[Any, ...]
    Key = tuple[Any, ...]

#: rows in one transaction of the target
BATCH: Final = 1000
#: tables that speak of the database and of no office; ``alembic_version`` is none of ours
GLOBAL: Final = frozenset({t.serving.name})
#: of an office, but said of each database: whether it lives there
LEFT_BEHIND: Final = GLOBAL | {t.relocation.name}


def tables() -> list[sa.Table]:
    """Every table that moves, none before one that it refers to; the office's own row is the first."""
    from models.rows import metadata  # the classes alone know who refers to whom

    others = LEFT_BEHIND | {t.office.name}
    return [t.office, *(t.metadata.tables[one.name] for one in metadata.sorted_tables if one.name not in others)]


def office_column(table: sa.Table) -> sa.Column[Any]:
    """The column that says whose a row is: the first of every key."""
    return next(iter(table.primary_key))


def _within(table: sa.Table) -> list[sa.Column[Any]]:
    """The rest of the key, within an office; nothing where an office has one row."""
    return list(table.primary_key)[1:]


def _order(connection: Connection, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """The key as both kinds of databases sort it: texts by their bytes, not by a language."""
    plain = connection.dialect.name == "sqlite"
    return [
        column if plain or not isinstance(column.type, sa.String) else sa.collate(column, "C")
        for column in _within(table)
    ]


def rows(connection: Connection, table: sa.Table, office_id: int, after: Key | None = None) -> list[Row]:
    """The next rows of the office in the order of their key, behind ``after``; at most ``BATCH``."""
    order, key = _order(connection, table), _within(table)
    columns = [sa.cast(c, sa.Text).label(c.name) if isinstance(c.type, sa.JSON) else c for c in table.c]
    query = sa.select(*columns).where(office_column(table) == office_id).order_by(*order).limit(BATCH)
    if after is not None:
        last = (sa.literal(value, column.type) for value, column in zip(after, key, strict=True))
        query = query.where(sa.tuple_(*order) > sa.tuple_(*last) if key else sa.false())
    return [tuple(row) for row in connection.execute(query)]


def every(connection: Connection, table: sa.Table, office_id: int, after: Key | None = None) -> Iterator[list[Row]]:
    """All rows of the office behind ``after``, in the order of their key, a batch at a time."""
    while found := rows(connection, table, office_id, after):
        yield found
        after = _key(table, found[-1])


def _key(table: sa.Table, row: Row) -> Key:
    places = {column: place for place, column in enumerate(table.c)}
    return tuple(row[places[column]] for column in _within(table))


def copy(source: Connection, target: Database, office_id: int, told: Callable[[str], object]) -> None:
    """Bring over what the target does not hold yet; the office's own row stands there. ``told`` hears each table done."""
    for table in tables():
        with target.read() as connection:
            reached = _reached(connection, table, office_id)
        for found in every(source, table, office_id, reached):
            with target.write(office_id) as connection:
                add(connection, table, found)
        told(table.name)


def _reached(connection: Connection, table: sa.Table, office_id: int) -> Key | None:
    """The last key that the target holds."""
    order = [column.desc() for column in _order(connection, table)]
    key = [office_column(table), *_within(table)]
    last = connection.execute(sa.select(*key).where(key[0] == office_id).order_by(*order).limit(1)).first()
    return None if last is None else tuple(last)[1:]


def add(connection: Connection, table: sa.Table, found: Sequence[Row]) -> None:
    """Write rows as ``rows`` gave them; E-B43 names one that does not fit there."""
    postgres = connection.dialect.name == "postgresql"
    values: dict[str, Any] = {}
    for place, column in enumerate(table.c):
        json = isinstance(column.type, sa.JSON)
        bind: Any = sa.bindparam(f"v{place}", type_=sa.Text() if json else column.type)
        values[column.name] = (
            sa.cast(bind, sa.JSON) if json and postgres else sa.type_coerce(bind, sa.Text) if json else bind
        )
    statement = sa.insert(table).values(values)
    given = [{f"v{place}": value for place, value in enumerate(row)} for row in found]
    try:
        with apart(connection):
            connection.execute(statement, given)
    except exc.DBAPIError as error:
        raise _does_not_fit(connection, table, statement, given, found) from error


def _does_not_fit(
    connection: Connection, table: sa.Table, statement: Any, given: list[dict[str, Any]], found: Sequence[Row]
) -> Exception:
    """Which row it is: each by itself, undone with the transaction in which it was tried."""
    for row, values in zip(found, given, strict=True):
        try:
            with apart(connection):
                connection.execute(statement, values)
        except exc.DBAPIError as error:
            why = str(error.orig).splitlines()[0]
            return EnvironmentRefused(
                "E-B43",
                _("A row cannot be kept in the other database: {why}").format(why=why),
                where=named(table, row),
                remedy=_(
                    "Nothing has changed here. Give the move up with --clear, and tell who looks after the program."
                ),
            )
    raise AssertionError("the rows fit one by one and not together")


def remove(connection: Connection, office_id: int) -> None:
    """Take an office's rows out of a server's database, for which its triggers rest until the transaction ends.

    E-B44 unless the tables are the user's own: to the program itself nothing of it is possible.
    """
    try:
        first, *others = tables()
        for table in [*reversed(others), t.relocation, first]:
            _resting(connection, table, "DISABLE")
            connection.execute(sa.delete(table).where(office_column(table) == office_id))
            _resting(connection, table, "ENABLE")
    except exc.ProgrammingError as error:
        raise EnvironmentRefused(
            "E-B44",
            _("Only the owner of the tables may remove an office from a database."),
            remedy=_("Name the owner in the address: --to postgresql+psycopg://OWNER@…"),
        ) from error


def _resting(connection: Connection, table: sa.Table, word: str) -> None:
    connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {word} TRIGGER USER')


def named(table: sa.Table, row: Row) -> str:
    """A row as people and programs find it again: table and key."""
    return " ".join([table.name, *map(str, _key(table, row))])


def _plain(value: Any) -> Any:
    """A value as both databases say it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def line(row: Row) -> str:
    """A row as one line of text: the same from either kind of database."""
    return canonical([_plain(value) for value in row])


@dataclass(frozen=True, slots=True)
class Held:
    """What two databases hold of a table: how many rows, the SHA-256 of their lines, and the first that differs."""

    table: str
    rows: int
    sha256: str
    rows_there: int
    sha256_there: str
    differs: str = ""


def compare(here: Connection, there: Connection, office_id: int) -> list[Held]:
    """Both databases read side by side, every table of the office."""
    return [_held(here, there, table, office_id) for table in tables()]


def _held(here: Connection, there: Connection, table: sa.Table, office_id: int) -> Held:
    counts, hashes, differs = [0, 0], (hashlib.sha256(), hashlib.sha256()), ""
    for pair in zip_longest(*(chain.from_iterable(every(one, table, office_id)) for one in (here, there))):
        lines = [None if row is None else line(row) for row in pair]
        for place, said in enumerate(lines):
            if said is not None:
                counts[place] += 1
                hashes[place].update(said.encode() + b"\n")
        if lines[0] != lines[1] and not differs:
            differs = min(named(table, row) for row in pair if row is not None)
    one, other = hashes
    return Held(table.name, counts[0], one.hexdigest(), counts[1], other.hexdigest(), differs)
