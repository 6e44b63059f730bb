"""The engine for SQLite and PostgreSQL, and transactions that take the office's write lock.

SQLite: WAL, ``synchronous=FULL``, foreign keys, ``BEGIN IMMEDIATE`` for writers. With the driver's own deferred
transactions concurrent read-then-write loses updates without an error (``dependencies.md`` section 0), and with
``synchronous=NORMAL`` a power cut loses acknowledged commits (``reliability.md`` section 3).
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import exc

from models import postgres
from models.disk import give_up, has_room, refuse_failed
from models.errors import Unreachable
from models.filesystem import refuse_network
from models.guardrails import MOVED
from models.language import _
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine

BUSY_MS: Final = 5_000
#: how long a writer of this process waits for the others of it
TURN_SECONDS: Final = 60
#: with less than this free, what SQLite calls an I/O error is a full disk
LEAST_FREE: Final = 1 << 20
#: what SQLite was doing when a file did not grow; a sync is not among them
GROWING: Final = frozenset({"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"})
#: "duban" read as a number: marks the file as ours, so that another program's database is refused
APPLICATION_ID: Final = 0x6475626E
#: 督 as itself, not as six letters: half the room, and a person who opens the file can read it
_as_json: Final = json.JSONEncoder(ensure_ascii=False).encode
_APART, _UNDONE, _JOINED = (
    Statement(sa.text(f"{words} apart")) for words in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
)
_LOOK: Final = Statement(sa.text("BEGIN DEFERRED"))
_WRITE: Final = Statement(sa.text("BEGIN IMMEDIATE"))
#: so many connections wait, opened, for the next who needs one; SQLAlchemy's own pool takes as long as a statement
IDLE: Final = 5


class Database:
    """One database: ``read()`` and ``write()`` give connections inside a transaction."""

    def __init__(self, url: str, *, synchronous: str = "FULL") -> None:
        """``url`` is an SQLAlchemy URL; ``synchronous`` applies to SQLite alone."""
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.file = self._file()
        if self.file is not None:
            refuse_network(self.file.parent)
        self.engine = self._engine(synchronous)
        self._writers = threading.Lock()
        self._idle: list[Connection] = []

    def _file(self) -> Path | None:
        """The embedded file; None for a server, for one in memory, and for one named by an SQLite URI."""
        name = (self.url.database or "") if self.is_sqlite else ""
        return Path(name) if name and not name.startswith((":", "file:")) else None

    def _engine(self, synchronous: str) -> Engine:
        if not self.is_sqlite:
            return postgres.server_engine(self.url, _as_json)
        own = {"timeout": BUSY_MS / 1000, "isolation_level": None}
        engine = sa.create_engine(self._opened(), connect_args=own, json_serializer=_as_json)

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            if _is_ours(connection):  # the mode is written into the file: another program's is left as it is
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
        if file is None or not file.exists() or os.access(file.parent, os.W_OK) or _beside(file, "-wal").exists():
            return self.url
        return sa.make_url(f"{sqlite_url(Path(f'file:{file}'))}?mode=ro&immutable=1&uri=true")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is kept."""
        with plain_words(self.file), self._transaction(_LOOK if self.is_sqlite else postgres.LOOK) as connection:
            yield connection
            # a server kept nothing, and psycopg forgets what is prepared when it rolls back
            _end(connection, keep=not self.is_sqlite)

    @contextmanager
    def write(self, office_id: int) -> Iterator[Connection]:
        """One transaction under the office's write lock; everything or nothing, and nothing once the disk has failed."""
        refuse_failed()
        words = _WRITE if self.is_sqlite else postgres.locking(office_id)
        with plain_words(self.file), self._turn(), self._transaction(words) as connection:
            yield connection
            refuse_failed()  # whoever wrote before us may have found out while we worked
            _end(connection, keep=True)

    @contextmanager
    def _transaction(self, words: Statement) -> Iterator[Connection]:
        """A connection on which a transaction has begun by these words; undone unless it was ended inside."""
        connection = self._begun(words)
        try:
            yield connection
        except BaseException:
            connection.close()  # undoes what is open; whatever is wrong with it, nobody gets it again
            raise
        if len(self._idle) < IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _begun(self, words: Statement) -> Connection:
        try:
            connection = self._idle.pop()  # the last used one: it knows most of the statements already
        except IndexError:
            connection = self.engine.connect()
        try:
            words.change(connection)
        except exc.OperationalError:
            gone = not self.is_sqlite and postgres.gone(connection)
            connection.close()
            if not gone:
                raise
            # The server was restarted while nobody asked it anything. Nothing is begun yet: once more, on a new one.
            self.close()
            connection = self.engine.connect()
            words.change(connection)
        return connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite lets waiting writers try again at random: of 200 who file at once some would be refused after seconds."""
        if not self.is_sqlite:
            yield
            return
        if not self._writers.acquire(timeout=TURN_SECONDS):
            raise _locked()
        try:
            yield
        finally:
            self._writers.release()

    def close(self) -> None:
        """Give the connections back."""
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


def _end(connection: Connection, *, keep: bool) -> None:
    """Commit or undo: by SQLAlchemy where one of its own statements has begun for it, else by the driver."""
    ending: Any = connection if connection.in_transaction() else connection.connection
    try:
        if keep:
            ending.commit()
        else:
            ending.rollback()
    except connection.dialect.loaded_dbapi.Error as error:
        kind = connection.dialect.loaded_dbapi.Error
        raise exc.DBAPIError.instance("COMMIT", None, error, kind, dialect=connection.dialect) from error


def _is_ours(connection: Any) -> bool:
    """Whether the file bears our mark, or nothing at all yet."""
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    return mark == APPLICATION_ID or not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


@contextmanager
def plain_words(file: Path | None = None) -> Iterator[None]:
    """The driver's complaints as sentences with a remedy; no SQL, no path, no traceback."""
    try:
        yield
    except exc.OperationalError as error:
        told = refusal(error, file)
        if isinstance(told, DiskFailed):
            give_up()
        raise told from error
    except exc.DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and _damaged(str(error.orig)):
            raise refusal(error, file) from error
        if MOVED in str(error.orig):
            raise Unreachable("E-B30", _("The office has moved to another database; nothing was saved here."),
                              remedy=_("Look at the settings, and start again what runs on the old ones.")) from error  # fmt: skip
        raise


class DiskFailed(Unreachable):
    """The disk could not be read or written, and not for want of room."""


def _damaged(text: str) -> bool:
    return "not a database" in text or "malformed" in text


def refusal(error: exc.DBAPIError, file: Path | None = None) -> Unreachable:
    """What a database error means to the person at the keyboard (``reliability.md`` section 7, rows 28-29)."""
    text = str(error.orig).lower()
    if "full" in text or "readonly" in text or "read-only" in text or "disk i/o" in text:
        return _disk(text, file, grew=getattr(error.orig, "sqlite_errorname", "") in GROWING)
    if _damaged(text):
        return _not_whole()
    if "locked" in text:
        return _locked()
    if "unable to open" in text and file is not None and file.exists() and not os.access(file.parent, os.W_OK):
        return _read_only()
    if "unable to open" in text:
        return Unreachable(
            "E-B01", _("The database cannot be opened."), remedy=_("Check the folder, or create it with: duban init")
        )
    return Unreachable("E-B00", _("The database does not answer as it should."), remedy=_("Run: duban doctor"))


def _not_whole() -> Unreachable:
    return Unreachable(
        "E-B02",
        _("The file is not a duban database, or it is damaged."),
        remedy=_("Restore the last backup with: duban restore FILE --to FOLDER"),
    )


def refuse_damaged(connection: Connection) -> None:
    """Look at every page of an SQLite file; E-B02. Nothing is begun on a file that is not whole."""
    if connection.dialect.name == "sqlite" and connection.scalar(sa.text("PRAGMA quick_check")) != "ok":
        raise _not_whole()


def _beside(file: Path, ending: str) -> Path:
    """A file that SQLite, or we, keep beside a database."""
    return file.with_name(file.name + ending)


def single_file(file: Path) -> None:
    """Bring an SQLite database into its one file, so that it can bear another name; E-B04 while somebody has it open.

    A log that is left beside its place would be taken for that of the next file of the name, and spoil it.
    """
    with plain_words(file), closing(sqlite3.connect(file, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise _locked() from error


def lost_log(file: Path) -> Path | None:
    """The mark that the log beside a database is gone, and with it what was saved last; None where all is well.

    SQLite makes ``-wal`` before ``-shm`` and removes it after: the second alone is what somebody left who removed the
    first. Opening the file would wipe the trace out, so the mark is made of it.
    """
    mark, log, index = (_beside(file, ending) for ending in ("-lost", "-wal", "-shm"))
    looked = (log.exists(), index.exists(), log.exists(), index.exists())
    if looked == (False, True, False, True):  # twice: somebody may just be opening it, or closing
        index.rename(mark)
    return mark if mark.exists() else None


def _locked() -> Unreachable:
    return Unreachable("E-B04", _("Another program holds the database."), remedy=_("Wait a moment and try again."))


def _disk(text: str, file: Path | None, *, grew: bool) -> Unreachable:
    """The disk is full, read-only, or fails; E-507. SQLite calls it an I/O error, too, when a file may not grow."""
    where = _why_full(file, grew=grew)
    if "full" in text or ("disk i/o" in text and where):
        return Unreachable(
            "E-507",
            _("The disk is full; this operation was not saved, the existing data is intact."),
            where=where,
            remedy=_("Free some space, then try again."),
        )
    if "disk i/o" in text:
        return DiskFailed(
            "E-507",
            _("The disk could not be read or written; this operation was not saved."),
            remedy=_("Check the disk, then run: duban doctor"),
        )
    return _read_only()


def _read_only() -> Unreachable:
    return Unreachable(
        "E-507",
        _("The database is read-only; this operation was not saved."),
        remedy=_("Give the program write permission to the data folder."),
    )


def _why_full(file: Path | None, *, grew: bool) -> str:
    """Why a file did not grow on a disk that is in order; empty where the disk had room for it."""
    most, free = resource.getrlimit(resource.RLIMIT_FSIZE)[0], _free(file)
    if grew and most != resource.RLIM_INFINITY:
        return _("no file may grow beyond {limit} bytes here").format(limit=most)
    if free is not None and free < LEAST_FREE:
        return _("{free} bytes are free").format(free=free)
    if grew and file is not None and not has_room(file.parent, LEAST_FREE):
        return _("the quota of this program on the disk is used up")
    return ""


def _free(file: Path | None) -> int | None:
    """The bytes that are free where the file lies."""
    try:
        return None if file is None else shutil.disk_usage(file.parent).free
    except OSError:
        return None


@contextmanager
def apart(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is undone by itself when it fails; what was done before it stays. Not to be nested."""
    _APART.change(connection)
    try:
        yield
    except Exception:
        _UNDONE.change(connection)
        _JOINED.change(connection)
        raise
    _JOINED.change(connection)


def next_id(connection: Connection, table: sa.Table, office_id: int) -> int:
    """The office's next number in a table; safe because the caller holds the office's write lock."""
    highest = connection.scalar(sa.select(sa.func.max(table.c.id)).where(table.c.office_id == office_id))
    return (highest or 0) + 1


def insert(connection: Connection, table: sa.Table, office_id: int, **values: Any) -> int:
    """Add a row of the office under its next number and return that number."""
    return int(_numbered(table, tuple(values)).scalar(connection, {"office_id": office_id, **values}))


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
    there = [sa.exists().where(c.office_id == office, *(c[name] == row[name] for name in key)) for key in keys]
    new = sa.select(*(value.label(name) for name, value in row.items())).where(*(~one for one in there))
    return Statement(sa.insert(table).from_select(list(row), new, include_defaults=False).returning(c.id))


def _defaults(table: sa.Table) -> dict[str, Any]:
    """What stands in the columns that are not given: Core's own execution would ask for it each time."""
    known: dict[str, Any] = {column.name: column.default for column in table.c if column.default is not None}
    return {
        name: sa.literal(default.arg(None) if default.is_callable else default.arg, type_=table.c[name].type)
        for name, default in known.items()
    }


def sqlite_url(path: Path) -> str:
    """The URL of an embedded database file."""
    return f"sqlite+pysqlite:///{path}"


def with_password(url: str, password: str) -> str:
    """The URL of a server with a password that is kept elsewhere than the URL."""
    return sa.make_url(url).set(password=password).render_as_string(hide_password=False)
