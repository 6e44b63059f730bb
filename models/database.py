"""The engine for SQLite and PostgreSQL, and transactions that take the office's write lock.

SQLite: WAL, ``synchronous=FULL``, foreign keys, ``BEGIN IMMEDIATE`` for writers. With the driver's own deferred
transactions concurrent read-then-write loses updates without an error (``dependencies.md`` section 0), and with
``synchronous=NORMAL`` a power cut loses acknowledged commits (``reliability.md`` section 3).
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy import exc

from models import dispatch, postgres
from models.complaints import locked, plainly
from models.disk import refuse_failed
from models.errors import DubanError
from models.filesystem import refuse_network
from models.postgres import HASTE
from models.sqlite_files import beside, is_ours
from models.statements import Statement, forget, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import Connection, Engine

    from models.postgres import Patience

T = TypeVar("T")

BUSY_MS: Final = 5_000
#: how long a writer of this process waits for the others of it
TURN_SECONDS: Final = 60
#: 督 as itself, not as six letters: half the room, and a person who opens the file can read it
_APART, _UNDONE, _JOINED = (
    Statement(sa.text(f"{words} apart")) for words in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
)
_ENDINGS: Final = {words: Statement(sa.text(words)) for words in (postgres.COMMIT, postgres.END)}
_LOOK: Final = Statement(sa.text("BEGIN DEFERRED"))
_WRITE: Final = Statement(sa.text("BEGIN IMMEDIATE"))
#: so many connections wait, opened, for the next who needs one; SQLAlchemy's own pool takes as long as a statement
IDLE: Final = 5


def _as_json(value: Any) -> str:
    """As text; SQLite would keep bytes as bytes."""
    return to_json(value).decode()


class Database:
    """One database: ``read()`` and ``write()`` give connections inside a transaction."""

    def __init__(self, url: str, *, synchronous: str = "FULL", patience: Patience = HASTE) -> None:
        """``url`` is an SQLAlchemy URL; ``synchronous`` applies to SQLite alone, ``patience`` to a server."""
        self.url = sa.make_url(url)
        self.patience = patience
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.file = self._file()
        if self.file is not None:
            refuse_network(self.file.parent)
        self.engine = self._engine(synchronous)
        #: where the work goes that a write leaves behind
        self.dispatcher = dispatch.TICKS_ONLY
        self._writers = threading.Lock()
        self._idle: list[Connection] = []

    def _file(self) -> Path | None:
        """The embedded file; None for a server, for one in memory, and for one named by an SQLite URI."""
        name = (self.url.database or "") if self.is_sqlite else ""
        return Path(name) if name and not name.startswith((":", "file:")) else None

    def _engine(self, synchronous: str) -> Engine:
        if not self.is_sqlite:
            return postgres.server_engine(self.url)
        own = {"timeout": BUSY_MS / 1000, "isolation_level": None}
        engine = sa.create_engine(
            self._opened(), connect_args=own, json_serializer=_as_json, json_deserializer=from_json
        )

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            if is_ours(connection):  # the mode is written into the file: another program's is left as it is
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
            connection.execute("PRAGMA foreign_keys=ON")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            driver: Any = connection.connection.dbapi_connection
            if not driver.in_transaction:  # past ``read`` and ``write``, as a migration
                _LOOK.change(connection)

        return engine

    def _opened(self) -> sa.URL:
        """The file as it can be opened: where nothing may be written, as one that nobody changes."""
        file = self.file
        if file is None or not file.exists() or os.access(file.parent, os.W_OK) or beside(file, "-wal").exists():
            return self.url
        return sa.make_url(f"{sqlite_url(Path(f'file:{file}'))}?mode=ro&immutable=1&uri=true")

    def read(self) -> AbstractContextManager[Connection]:
        """A consistent view; nothing is kept."""
        return _Transaction(self, _LOOK if self.is_sqlite else postgres.LOOK)

    def write(self, office_id: int) -> AbstractContextManager[Connection]:
        """One transaction under the office's write lock; everything or nothing, and nothing once the disk has failed."""
        return _Change(self, _WRITE if self.is_sqlite else postgres.locking(office_id), office_id)

    def step(self, office_id: int, task_id: int) -> AbstractContextManager[Connection]:
        """As ``write``, for a step of one task; on a server others are decided beside it until ``take_turn`` (0040)."""
        return self.write(office_id) if self.is_sqlite else self._step(office_id, task_id)

    @contextmanager
    def _step(self, office_id: int, task_id: int) -> Iterator[Connection]:
        beginning = postgres.stepping(office_id, task_id)
        with _Change(self, beginning, office_id) as connection, postgres.turn_later(connection):
            yield connection

    def begun(self, words: Statement) -> Connection:
        """A connection on which a transaction has begun by these words."""
        return self._first(words.change)[0]

    def _first(self, asked: Callable[[Connection], T]) -> tuple[Connection, T]:
        """A connection, and what it answers to the first that it is asked.

        Nothing has begun before this: it may be asked again and again, where a server is waited for.
        """
        try:
            connection = self._idle.pop()  # the last used one: it knows most of the statements already
        except IndexError:
            return self._on_new(asked)
        try:
            return connection, asked(connection)
        except exc.OperationalError:
            if not self.undo(connection):
                raise
            # The server was restarted while nobody asked it anything: those that wait with this one are gone, too.
            self.close()
            return self._on_new(asked)
        except BaseException:
            self.undo(connection)
            raise

    def _on_new(self, asked: Callable[[Connection], T]) -> tuple[Connection, T]:
        return self._opened_by(asked) if self.is_sqlite else self.patience.with_server(lambda: self._opened_by(asked))

    def _opened_by(self, asked: Callable[[Connection], T]) -> tuple[Connection, T]:
        connection = self.engine.connect()
        try:
            return connection, asked(connection)
        except BaseException:
            self.undo(connection)
            raise

    def undo(self, connection: Connection) -> bool:
        """Undo what is open; whatever is wrong with the connection, nobody gets it again. Whether the server had gone."""
        gone = not self.is_sqlite and postgres.gone(connection)
        if gone:
            connection.invalidate()  # there is nothing to undo, and nobody to tell
        else:
            forget(connection)
        connection.close()
        return gone

    def give_back(self, connection: Connection) -> None:
        """Its transaction has ended; the next who needs one may have it."""
        if len(self._idle) < IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def glance(self, look: Callable[[Connection], T]) -> T:
        """What one ``Statement`` finds, outside of any transaction: a third of the round trips of ``read``."""
        try:
            connection, found = self._first(look)
        except exc.DatabaseError as error:
            raise plainly(error, self.file) or error from error
        assert not connection.in_transaction(), (
            "SQLAlchemy has begun a transaction: what is looked up so is a Statement"
        )
        self.give_back(connection)
        return found

    def queue_up(self) -> None:
        """SQLite lets waiting writers try again at random: of 200 who file at once some would be refused after seconds."""
        if self.is_sqlite and not self._writers.acquire(timeout=TURN_SECONDS):
            raise locked()

    def let_next(self) -> None:
        """The next writer of this process may begin."""
        if self.is_sqlite:
            self._writers.release()

    def close(self) -> None:
        """Give the connections back."""
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


class _Transaction:
    """One transaction that only looks. A class and no nest of generators: every step and every page goes through two."""

    __slots__ = ("_connection", "_database", "_words")

    def __init__(self, database: Database, words: Statement) -> None:
        """``words`` begin it."""
        self._database, self._words = database, words

    def __enter__(self) -> Connection:
        try:
            self._connection = self._database.begun(self._words)
        except exc.DatabaseError as error:
            raise plainly(error, self._database.file) or error from error
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self._undo(error)
            return
        try:
            self._end()
        except BaseException as failed:
            self._undo(failed)
            raise
        self._database.give_back(self._connection)

    def _end(self) -> None:
        # a server kept nothing: either will do, and this one is one message
        _end(self._connection, keep=not self._database.is_sqlite, called=postgres.END)

    def _undo(self, error: BaseException) -> None:
        """Undo what is open, and say in plain words why, where the driver complained."""
        gone = self._database.undo(self._connection)
        if gone and isinstance(error, Exception) and not isinstance(error, (DubanError, exc.DBAPIError)):
            # whoever undid a part, or asked the driver itself, stumbled over a connection that was gone already
            raise postgres.Away(unknown=False) from error
        if isinstance(error, exc.DatabaseError) and (told := plainly(error, self._database.file)) is not None:
            raise told from error


class _Change(_Transaction):
    """One transaction that writes, in its turn; what it leaves to be done is told after the commit."""

    __slots__ = ("_left", "_office_id")

    def __init__(self, database: Database, words: Statement, office_id: int) -> None:
        """For an office."""
        super().__init__(database, words)
        self._office_id = office_id
        self._left: AbstractSet[dispatch.Work] = frozenset()

    def __enter__(self) -> Connection:
        refuse_failed()
        self._database.queue_up()
        try:
            connection = super().__enter__()
        except BaseException:
            self._database.let_next()
            raise
        dispatch.begin(connection)
        return connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._database.let_next()
        if error is None and self._left:
            self._database.dispatcher.tell(self._office_id, self._left)

    def _end(self) -> None:
        refuse_failed()  # whoever wrote before us may have found out while we worked
        self._left = dispatch.left_on(self._connection)
        if self._left:
            self._database.dispatcher.keep(self._connection, self._office_id, self._left)
        _end(self._connection, keep=True)


def _end(connection: Connection, *, keep: bool, called: str = postgres.COMMIT) -> None:
    """Commit or undo: by SQLAlchemy where one of its own statements has begun for it, else by a server's own word or the driver."""
    if connection.dialect.name != "sqlite" and not connection.in_transaction():
        _ENDINGS[called].change(connection)
        return
    settle(connection)
    ending: Any = connection if connection.in_transaction() else connection.connection
    kind = connection.dialect.loaded_dbapi.Error
    try:
        if keep:
            ending.commit()
        else:
            ending.rollback()
    except (exc.DBAPIError, kind) as error:
        driver_error: Any = error.orig if isinstance(error, exc.DBAPIError) else error
        raise exc.DBAPIError.instance(called, None, driver_error, kind, dialect=connection.dialect) from error


@contextmanager
def apart(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is undone by itself when it fails; what was done before it stays. Not to be nested."""
    _APART.change(connection)
    try:
        yield
        settle(connection)
    except Exception:
        forget(connection)  # what was not sent yet is undone so; sent with the undoing it could fail before it
        _UNDONE.change(connection)
        _JOINED.change(connection)
        raise
    _JOINED.change(connection)


def sqlite_url(path: Path) -> str:
    """The URL of an embedded database file."""
    return f"sqlite+pysqlite:///{path}"


def with_password(url: str, password: str) -> str:
    """The URL of a server with a password that is kept elsewhere than the URL."""
    return sa.make_url(url).set(password=password).render_as_string(hide_password=False)
