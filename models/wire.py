"""How statements travel to a PostgreSQL server: prepared once a connection, and several together where nobody waits for each.

psycopg's cursors send one statement and wait for its answer; of what a step takes, half was spent on that. Its own pipeline
costs more than it saves unless the server is far away. This is libpq's, through ``psycopg.pq``: values are said, answers
read and complaints named by psycopg as ever. Why, and with what figures: decision 0059.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast

from psycopg import Error, errors, generators, pq
from psycopg.adapt import PyFormat, Transformer
from sqlalchemy import exc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psycopg import Connection
    from psycopg.pq.abc import PGconn, PGresult

_DONE: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})
_NAMES: Final = count(1)


@dataclass(slots=True)
class Told:
    """A statement with its values, on its way."""

    text: str
    values: Sequence[Any]


@dataclass(slots=True)
class Answer:
    """What a cursor would give."""

    rows: list[tuple[Any, ...]]
    rowcount: int

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row."""
        return self.rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row, or None."""
        return self.rows[0] if self.rows else None


class Wire:
    """One connection's. A transaction that is undone forgets what was not sent yet."""

    def __init__(self, driver: Connection[Any]) -> None:
        """``driver`` must not prepare by itself: at each rollback psycopg lets the server forget everything."""
        self._driver, self._libpq = driver, driver.pgconn
        self._turns = Transformer(driver)
        self._prepared: dict[str, bytes] = {}
        self._unsent: list[Told] = []

    def post(self, text: str, values: Sequence[Any]) -> None:
        """Sent with what is asked next; so is its complaint heard."""
        self._unsent.append(Told(text, values))

    def ask(self, text: str, values: Sequence[Any]) -> Answer:
        """The answer to a statement, behind all that was posted; raises ``DBAPIError``, of whichever it is about."""
        told = Told(text, values)
        if self._unsent or (values and text not in self._prepared):
            return self._read(self._together([*self._sent(), told]))
        try:
            if values:
                self._libpq.send_query_prepared(self._prepared[text], self._said(values))
            else:  # may be several in one, as the beginning of a transaction is
                self._libpq.send_query(text.encode())
            results = self._driver.wait(generators.execute(self._libpq))
        except Error as error:
            raise _complaint(told, error) from error
        for result in results:
            _check(told, result)
        return self._read(results[-1])

    def each(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for each of the rows, behind all that was posted."""
        for values in rows:
            self.post(text, values)
        self.settle()

    def settle(self) -> None:
        """Send what was posted, and hear that it is done; raises ``DBAPIError``."""
        if self._unsent:
            self._together(self._sent())

    def forget(self) -> None:
        """What was posted is not wanted any more."""
        self._unsent.clear()

    def _sent(self) -> list[Told]:
        unsent, self._unsent = self._unsent, []
        return unsent

    def _together(self, told: Sequence[Told]) -> PGresult:
        """The last one's result. Behind the first that fails the server does nothing more."""
        libpq, known = self._libpq, dict(self._prepared)
        try:
            libpq.enter_pipeline_mode()
            asked = [one for each in told for one in self._send(each, known)]
            libpq.pipeline_sync()
            results: list[PGresult] = self._driver.wait(_results(libpq))
            libpq.exit_pipeline_mode()
        except BaseException as error:
            libpq.finish()  # answers may still be under way: nobody is to take them for his own
            if isinstance(error, Error):
                raise _complaint(told[-1], error) from error
            raise
        for one, result in zip(asked, results, strict=True):
            _check(one, result)
        self._prepared = known
        return results[-1]

    def _send(self, told: Told, known: dict[str, bytes]) -> Iterator[Told]:
        """One, and before it its text where the server does not know it; gives it once for each result."""
        name = known.get(told.text)
        if name is None:
            name = known[told.text] = b"duban_%d" % next(_NAMES)
            self._libpq.send_prepare(name, told.text.encode())
            yield told
        self._libpq.send_query_prepared(name, self._said(told.values))
        yield told

    def _said(self, values: Sequence[Any]) -> Sequence[Any]:
        """As text: the server knows the types from the statement."""
        told = [_list(value) if type(value) is list else value for value in values]
        return self._turns.dump_sequence(told, [PyFormat.TEXT] * len(told))

    def _read(self, result: PGresult) -> Answer:
        rows: list[tuple[Any, ...]] = []
        if result.status == pq.ExecStatus.TUPLES_OK:
            self._turns.set_pgresult(result)
            rows = self._turns.load_rows(0, result.ntuples, tuple)
        return Answer(rows, result.command_tuples or 0)


def _list(values: list[Any]) -> Any:
    """A list of plain values as the server writes it; any other is left to psycopg, which goes letter by letter through Python."""
    try:
        return "{" + ",".join([_ITEMS[type(value)](value) for value in values]) + "}"
    except KeyError:
        return values


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check(told: Told, result: PGresult) -> None:
    if result.status not in _DONE:
        error = errors.error_from_result(result)
        raise _complaint(told, error) from error


def _complaint(told: Told, error: Error) -> exc.DBAPIError:
    """What the driver says of a statement, be it one that was sent along, in SQLAlchemy's classes."""
    made = exc.DBAPIError.instance(told.text, list(told.values), error, Error)
    return cast("exc.DBAPIError", made)


def _results(libpq: PGconn) -> Any:
    """Every result of a pipeline up to its end, as psycopg waits for them."""
    yield from generators.send(libpq)
    found: list[PGresult] = []
    while True:
        result = yield from generators.fetch(libpq)
        if result is None:  # between two statements
            continue
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)


#: how a value stands in a list that is written as text
_ITEMS: Final[dict[type, Callable[[Any], str]]] = {
    int: str,
    str: _quoted,
    datetime: '"{}"'.format,
    type(None): lambda _none: "NULL",
}
