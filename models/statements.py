"""Statements that every step asks: written once in SQLAlchemy Core, compiled once, run on the driver's cursor or wire.

A step asks a dozen of them, and Core's own execution of one costs more than SQLite's answer (``docs/performance.md``).
What it does beside that is kept: types are turned both ways, the driver's complaints have the same classes, and whoever
listens to the engine hears every statement.
"""

from __future__ import annotations

import re
from collections import namedtuple
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy import exc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.engine import Connection, Dialect

    from models.wire import Wire

    Turn = Callable[[Any], Any]

_NOTHING: Final[Mapping[str, Any]] = {}
#: how SQLAlchemy leaves a place open in what it writes for psycopg; a sign of per cent by itself is doubled
_OPEN: Final = re.compile(r"%(?:\((\w+)\)s|%)")
_WIRE: Final = "duban: wire"


class _Compiled(NamedTuple):
    """A statement as one kind of database takes it."""

    text: str
    #: the parameters as the driver takes them, with the values that never change
    begun: list[Any]
    #: (place in it, name of the value, turning of its type) of the others
    open: tuple[tuple[int, str, Turn | None], ...]
    row: Callable[..., Any]
    #: (place, turning) of the columns that come back otherwise than they are stored
    back: tuple[tuple[int, Turn], ...]


class Statement:
    """A Core statement made ready; parameters are its ``bindparam`` names; for ``in_`` there is ``among``.

    Rows have the columns as attributes. Errors are those of SQLAlchemy: ``exc.IntegrityError`` and its kin.
    """

    __slots__ = ("_by_dialect", "core")

    def __init__(self, core: Any) -> None:
        """``core`` is a select, insert, update, delete or text."""
        self.core = core
        self._by_dialect: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """Every row, in order."""
        made, cursor = self._run(connection, values)
        return [made.row(*_turned(row, made.back)) for row in cursor.fetchall()]

    def first(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> Any:
        """The first row, or None."""
        made, cursor = self._run(connection, values)
        row = cursor.fetchone()
        return None if row is None else made.row(*_turned(row, made.back))

    def scalar(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> Any:
        """The first column of the first row, or None."""
        row = self.first(connection, values)
        return None if row is None else row[0]

    def scalars(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.rows(connection, values)]

    def change(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> int:
        """How many rows it changed."""
        return int(self._run(connection, values)[1].rowcount)

    def post(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> None:
        """As ``change``, for whoever needs no answer: a server is told with what is asked next, and then complains."""
        if connection.dialect.name == "sqlite":
            self.change(connection, values)
        else:
            made = self._made(connection.dialect)
            asked = _asked(made, values)
            self._heard(connection, made, asked, many=False)
            _wire(connection).post(made.text, asked)

    def each(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each of the rows, in one go: a server is not waited for in between, and answers once."""
        if rows:
            made = self._made(connection.dialect)
            self._tell(connection, made, [_asked(made, values) for values in rows], many=True)

    def _run(self, connection: Connection, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        """The driver's cursor after the statement."""
        made = self._made(connection.dialect)
        return made, self._tell(connection, made, _asked(made, values), many=False)

    def _made(self, dialect: Dialect) -> _Compiled:
        made = self._by_dialect.get(dialect.name)
        if made is None:
            made = self._by_dialect[dialect.name] = _compile(self.core, dialect)
        return made

    def _tell(self, connection: Connection, made: _Compiled, asked: Any, *, many: bool) -> Any:
        dialect = connection.dialect
        self._heard(connection, made, asked, many=many)
        if dialect.name != "sqlite":
            wire = _wire(connection)
            return wire.each(made.text, asked) if many else wire.ask(made.text, asked)
        cursor = connection.connection.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(made.text, asked)
        except dialect.loaded_dbapi.Error as error:
            kind = dialect.loaded_dbapi.Error
            raise exc.DBAPIError.instance(made.text, asked, error, kind, dialect=dialect) from error
        return cursor

    def _heard(self, connection: Connection, made: _Compiled, asked: Any, *, many: bool) -> None:
        for heard in connection.engine.dispatch.before_cursor_execute:
            heard(connection, None, made.text, asked, None, many)


def settle(connection: Connection) -> None:
    """What was posted on a connection is done, or complains."""
    if wire := _posted_on(connection):
        wire.settle()


def forget(connection: Connection) -> None:
    """What was posted on a connection is undone with its transaction."""
    if wire := _posted_on(connection):
        wire.forget()


def _posted_on(connection: Connection) -> Wire | None:
    """A file takes everything at once, and one that broke has nothing to be asked for."""
    return None if connection.dialect.name == "sqlite" else connection.info.get(_WIRE)


def _wire(connection: Connection) -> Wire:
    """A connection's, for as long as it lives."""
    known = connection.info
    wire = known.get(_WIRE)
    if wire is None:
        from models.wire import Wire

        driver: Any = connection.connection.driver_connection
        wire = known[_WIRE] = Wire(driver)
    return cast("Wire", wire)


def _asked(made: _Compiled, values: Mapping[str, Any]) -> list[Any]:
    asked = made.begun.copy()
    for place, name, turn in made.open:
        asked[place] = values[name] if turn is None else turn(values[name])
    return asked


def _turned(row: Any, back: tuple[tuple[int, Turn], ...]) -> Any:
    if not back:
        return row
    values = list(row)
    for place, turn in back:
        values[place] = turn(values[place])
    return values


def _compile(core: Any, dialect: Dialect) -> _Compiled:
    compiled: Any = core.compile(dialect=dialect)
    left_open = compiled.post_compile_params | compiled.literal_execute_params
    assert not left_open, "an IN, or a literal, would be left open: say it with among, or_, or literal_column"
    assert not getattr(compiled, "insert_prefetch", ()), "a default of a column would be left out"
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    known = {name: _turn(turns[name], bind.effective_value) for name, bind in binds.items() if not bind.required}
    text, asked = (
        (str(compiled), compiled.positiontup or []) if compiled.positional else _numbered(str(compiled), known)
    )
    columns: list[sa.ColumnElement[Any]] = list(getattr(core, "exported_columns", ()))
    turned = [(place, _back(column.type, dialect)) for place, column in enumerate(columns)]
    keys = [column.key or "" for column in columns]
    return _Compiled(
        text=text,
        begun=[known.get(name) for name in asked],
        open=tuple((place, name, turns[name]) for place, name in enumerate(asked) if name not in known),
        row=namedtuple("Row", keys, rename=True),  # noqa: PYI024  # the columns are known here only
        back=tuple((place, turn) for place, turn in turned if turn is not None),
    )


def _numbered(text: str, known: Mapping[str, Any]) -> tuple[str, list[str]]:
    """For a server: places by number, and the names of what belongs there; the values that never change are text.

    A server plans once for all values, and only what stands in the text tells it how few rows are wanted.
    """
    from psycopg import sql

    asked: list[str] = []

    def written(place: re.Match[str]) -> str:
        name = place[1]
        if name is None:
            return "%"
        if name in known:
            return sql.Literal(known[name]).as_string()
        if name not in asked:
            asked.append(name)
        return f"${asked.index(name) + 1}"

    return _OPEN.sub(written, text), asked


def _turn(turn: Turn | None, value: Any) -> Any:
    return value if turn is None else turn(value)


def _back(kind: Any, dialect: Dialect) -> Turn | None:
    if isinstance(kind, sa.Float):  # as it comes; SQLAlchemy would want to know what the server calls it
        return None
    turn: Turn | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return turn
