"""A PostgreSQL server's side of ``database.py``: how a transaction begins there, and what it costs.

Each statement is a round trip, and a statement that the server has parsed and planned once takes a third of the time.
So what a transaction begins with is one message, nothing is sent only to see whether somebody is there, and what needs no
answer goes along with what does.

Of several servers one writes, and which one changes when it dies. Until the next one does, nobody is answered; whoever
was in the middle has lost what was not yet saved, and does not know about what was being saved.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy import exc

from models.errors import EnvironmentRefused, Unreachable
from models.language import _
from models.statements import Statement, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

#: one state of the data throughout, and the server itself sees to it that nothing is kept
LOOK: Final = Statement(sa.text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
_BEGIN: Final = Statement(sa.text("BEGIN"))
#: what libpq calls a connection on which nothing has begun
_NOTHING_BEGUN: Final = 0
#: how the end of a writer is called in an error, and that of who only looked
COMMIT: Final = "COMMIT"
END: Final = "END"
#: What an address need not say (libpq's names): a machine that is gone without a word is missed after ten seconds, not
#: after the two hours that TCP would wait.
_USUAL: Final = {
    "connect_timeout": 3,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    # of several servers the one that writes; a single one that does not (any more) is as good as away
    "target_session_attrs": "read-write",
    # Whoever is stopped in the middle of a transaction holds the office's lock: the server ends it, and it finds out when
    # it wakes up. A statement has no time limit, whatever a role was given: a commit that is called off while it waits for
    # the standby is answered as done, and may be on one machine alone.
    # Instants come as UTC, which nobody has to turn.
    "options": "-c idle_in_transaction_session_timeout=60s -c statement_timeout=0 -c TimeZone=UTC",
}
#: transactions begin by our own words, and what comes often is prepared by us (``wire.py``)
_OURS: Final = {"autocommit": True, "prepare_threshold": None}
#: SQLSTATE of a server that ends, starts, takes nobody any more, or has ended who was idle in a transaction for too long
_AWAY: Final = frozenset({"57P01", "57P02", "57P03", "53300", "25P03"})
_BROKEN: Final = "08"
#: libpq hands on why a server lets nobody in without its SQLSTATE; these are no matter of waiting
_SHUT_OUT: Final = ("password", "authentication", "pg_hba.conf", "does not exist")
#: between two tries to reach a server
_BREATH: Final = 0.5


class Away(Unreachable):
    """No server takes what is asked just now (exit 5); ``unknown``: it went while it was saving."""

    def __init__(self, *, unknown: bool) -> None:
        self.unknown = unknown
        if unknown:
            super().__init__(
                "E-B31",
                _("The connection to the database broke while it was saving; whether it is saved is not known."),
                remedy=_("Send exactly the same once more: under its key it is done once. Without a key look first."),
            )
        else:
            super().__init__(
                "E-B30",
                _("The database server does not answer just now; this operation was not saved."),
                remedy=_("Another server takes over within a minute: then do the same once more."),
            )


class ShutOut(Unreachable):
    """The server is there and lets this program in under no circumstances (exit 5)."""

    def __init__(self) -> None:
        super().__init__(
            "E-B32",
            _("The database server does not let the program in."),
            remedy=_("Check address, name and password of the database in duban.toml, and the server's pg_hba.conf."),
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a transaction that has not begun waits for a server; ``told`` is called once when it has to."""

    seconds: float = 0
    told: Callable[[], object] = lambda: None

    def with_server(self, begin: Callable[[], T]) -> T:
        """What ``begin`` gives, as soon as a server is there; its complaint when none came in time."""
        ends, told = time.monotonic() + self.seconds, False
        while True:
            try:
                return begin()
            except exc.DBAPIError as error:
                if away(error) is None or time.monotonic() + _BREATH > ends:
                    raise
            if not told:
                self.told()
                told = True
            threading.Event().wait(_BREATH)


HASTE: Final = Patience()
#: the lock of whoever brings the tables to another form; offices are numbered from 1
_MIGRATING: Final = 0
#: a step that waits for a table longer than this lets everybody behind it go first, and tries again
_STEP_WAITS: Final = "2s"
_STEP_TRIES: Final = 30
_LOCK_NOT_AVAILABLE: Final = "55P03"


def migrated(connection: Connection, upgrade: Callable[[], object]) -> None:
    """Change the tables while others work on them: one program at a time, and nobody waits behind it for long.

    A change of a table waits for whoever reads it, and whoever comes later waits behind the change.
    """
    for left in reversed(range(_STEP_TRIES)):
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_STEP_WAITS}'"))
        try:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
            upgrade()
        except exc.OperationalError as error:
            if left == 0 or getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            connection.rollback()
        else:
            return


def away(error: exc.DBAPIError) -> Away | None:
    """The refusal where a server is gone, is not there yet, or does not write; None for every other complaint."""
    state = _state(error)
    if state is None or shut_out(error) is not None:
        return None
    gone = not state or state in _AWAY or state.startswith(_BROKEN)
    return Away(unknown=error.statement == COMMIT) if gone else None


def shut_out(error: exc.DBAPIError) -> ShutOut | None:
    """The refusal where a server is there and lets nobody in who comes like this."""
    told = str(error.orig)
    return ShutOut() if _state(error) == "" and any(words in told for words in _SHUT_OUT) else None


def _state(error: exc.DBAPIError) -> str | None:
    """The server's SQLSTATE; empty where the connection broke or never was; None for any other database's or driver's."""
    if not type(error.orig).__module__.startswith("psycopg"):
        return None
    state: str | None = getattr(error.orig, "sqlstate", None)
    return "" if state is None and isinstance(error, exc.OperationalError) else state


#: tasks are sorted into so many lanes; two steps that meet in one wait for each other
_LANES: Final = 256
#: the lock beside those of the lanes: whose turn it is to write
_TURN: Final = Statement(
    sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("office", type_=sa.Integer), sa.literal(_LANES)))
)
_LATER: Final = "duban_later"


def usual(url: sa.URL) -> dict[str, Any]:
    """What a connection is told that the address does not say itself, by libpq's names."""
    return {name: value for name, value in _USUAL.items() if name not in url.query}


def server_engine(url: sa.URL) -> Engine:
    """An engine whose transactions begin by our own words."""
    try:
        own = _OURS | usual(url)
        engine = sa.create_engine(url, connect_args=own, json_serializer=to_json, json_deserializer=from_json)
    except ModuleNotFoundError as error:
        raise EnvironmentRefused(
            "E-B45",
            _("The driver for PostgreSQL is not installed here."),
            remedy=_("Install the program with its extra: pip install 'duban[postgres]'"),
        ) from error

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if driver.info.transaction_status == _NOTHING_BEGUN:  # past ``read`` and ``write``, as a migration
            _BEGIN.change(connection)

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _settle(connection: Connection, cursor: Any, *_more: object) -> None:
        if cursor is not None:  # SQLAlchemy's own statement, which comes behind what was posted
            settle(connection)

    return engine


def gone(connection: Connection) -> bool:
    """Whether the server has ended the connection; SQLAlchemy may have found out before us."""
    if connection.invalidated:
        return True
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.closed)


#: A sweep plans a quarter of its statements anew for each office, to find what it found for the others. Steps do not (0060).
_PLANNED_ONCE: Final = "SET LOCAL plan_cache_mode = force_generic_plan"


@cache
def locking(office_id: int) -> Statement:
    """The beginning of a writer. Each statement sees what is committed when it starts: all that came before the lock."""
    return Statement(
        sa.text(
            f"BEGIN ISOLATION LEVEL READ COMMITTED; {_PLANNED_ONCE}; SELECT pg_advisory_xact_lock({int(office_id)})"
        )
    )


def stepping(office_id: int, task_id: int) -> Statement:
    """The beginning of a step of one task: no writer meanwhile (``locking``), nor another step of the same task."""
    return _stepping(int(office_id), task_id % _LANES)


@cache
def _stepping(office: int, lane: int) -> Statement:
    locks = f"SELECT pg_advisory_xact_lock_shared({office}); SELECT pg_advisory_xact_lock({office}, {lane})"
    return Statement(sa.text(f"BEGIN ISOLATION LEVEL READ COMMITTED; {locks}"))


@contextmanager
def turn_later(connection: Connection) -> Iterator[None]:
    """Within it the transaction of a step has its turn to write only when ``take_turn`` asks for it."""
    told = connection.info
    told[_LATER] = True
    try:
        yield
    finally:
        told.pop(_LATER, None)


def take_turn(connection: Connection, office_id: int) -> None:
    """Wait for the other steps of the office that write, where the transaction has no right to write yet."""
    if connection.info.pop(_LATER, False):
        _TURN.post(connection, {"office": office_id})
