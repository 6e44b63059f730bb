"""The files of an SQLite database: its one file, and what SQLite and we keep beside it while somebody has it open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from models.complaints import locked, plain_words

if TYPE_CHECKING:
    from pathlib import Path

#: "duban" read as a number: marks the file as ours, so that another program's database is refused
APPLICATION_ID: Final = 0x6475626E


def is_ours(connection: Any) -> bool:
    """Whether the file bears our mark, or nothing at all yet."""
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    return mark == APPLICATION_ID or not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def beside(file: Path, ending: str) -> Path:
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
            raise locked() from error


def lost_log(file: Path) -> Path | None:
    """The mark that the log beside a database is gone, and with it what was saved last; None where all is well.

    SQLite makes ``-wal`` before ``-shm`` and removes it after: the second alone is what somebody left who removed the
    first. Opening the file would wipe the trace out, so the mark is made of it.
    """
    mark, log, index = (beside(file, ending) for ending in ("-lost", "-wal", "-shm"))
    looked = (log.exists(), index.exists(), log.exists(), index.exists())
    if looked == (False, True, False, True):  # twice: somebody may just be opening it, or closing
        index.rename(mark)
    return mark if mark.exists() else None
