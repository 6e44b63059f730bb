"""Where a fault can befall a process: before each statement, around each commit, before each change of a file.

Statements are heard through SQLAlchemy's events, commits where ``Database.write`` makes them. Files are heard through
Python's audit events, which come before every change; they only count below the office's folder, so that what an import
caches does not.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database

#: audit events that change a folder or a file, or open a database past the engine; ``open`` does when it is for writing
CHANGES: Final = frozenset(
    {"os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "sqlite3.connect"}
)
_FOR_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Watcher(Protocol):
    """Is asked at every step of a process; what it raises is raised there instead of the step."""

    def checkout(self, connection: Any) -> None:
        """A transaction is about to begin on a connection of the driver."""

    def statement(self) -> None:
        """A statement is about to be run."""

    def commit(self) -> None:
        """A transaction is about to be committed."""

    def committed(self) -> None:
        """It is; nobody has been told yet. Raises nothing: whoever wrote learns of it at the next step."""

    def file(self, change: str) -> None:
        """A file is about to be changed."""


def watch_database(database: Database, watcher: Watcher) -> None:
    """Ask the watcher at every step that the database takes from now on.

    Connections wait for the next transaction and are not given back between two: it is heard by its first word.
    """
    write = database.write

    def statement(connection: sa.Connection, _cursor: Any, text: str, *_more: Any) -> None:
        if text.startswith("BEGIN"):
            watcher.checkout(connection.connection.dbapi_connection)
        watcher.statement()

    @contextmanager
    def written(office_id: int) -> Iterator[sa.Connection]:
        with write(office_id) as connection:
            yield connection
            watcher.commit()
        watcher.committed()

    sa.event.listen(database.engine, "before_cursor_execute", statement)
    database.write = written  # type: ignore[method-assign]


class _Files:
    """Whom to ask about files: the process at work, innermost last. An audit hook stays as long as Python runs."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Watcher]] = []
        self._hooked = False

    def hook(self) -> None:
        """Once, when the first process is watched."""
        if not self._hooked:
            sys.addaudithook(self.heard)
            self._hooked = True

    def heard(self, event: str, args: tuple[Any, ...]) -> None:
        """Pass on what changes a file of the office."""
        if not self.asked or not (event in CHANGES or (event == "open" and args[2] & _FOR_WRITING)):
            return
        folder, watcher = self.asked[-1]
        name = _name(args[0])
        if name.startswith(folder):
            watcher.file(f"{event} {name[len(folder) :]}")


_FILES: Final = _Files()


def _name(file: Any) -> str:
    """The path, also of a file that is open already."""
    if isinstance(file, int):
        try:
            return str(Path(f"/proc/self/fd/{file}").readlink())
        except OSError:
            return ""
    return os.fsdecode(file) if isinstance(file, (str, bytes, os.PathLike)) else ""


@contextmanager
def watching_files(folder: Path, watcher: Watcher) -> Iterator[None]:
    """Ask the watcher about every change below a folder while a process works."""
    _FILES.hook()
    _FILES.asked.append((str(folder), watcher))
    try:
        yield
    finally:
        _FILES.asked.pop()
