"""The disk of the machine runs full for a while: no page more for the database, no new file, some commits fail."""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exc

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

#: SQLite never lets a database be smaller than it is: one page means no page more; no version takes more than this many
_NO_MORE, _LIMIT = 1, 4294967294
#: of a hundred: a commit finds no room in the write-ahead log
_COMMITS: Final = 30
#: changes that need room
_NEED_ROOM: Final = ("open ", "os.mkdir ")


class Disk:
    """Full or not, for every process alike."""

    def __init__(self, chance: Random, refused: Callable[[], object] = lambda: None) -> None:
        """There is room at first. ``refused`` is told whenever there is none."""
        self.full = False
        self._ever = False
        self._chance, self._refused = chance, refused

    def limit(self, connection: Any) -> None:
        """Let a connection of the driver feel how much room there is."""
        self._ever = self._ever or self.full
        if not self._ever:
            return
        connection.execute(f"PRAGMA max_page_count={_NO_MORE if self.full else _LIMIT}")

    def commit(self) -> None:
        """A commit is written into the log, if there is room."""
        if self.full and self._chance.randrange(100) < _COMMITS:
            self._refused()
            raise exc.OperationalError("COMMIT", None, sqlite3.OperationalError("database or disk is full"))

    def file(self, change: str) -> None:
        """A new file needs room; taking one away does not."""
        if self.full and change.startswith(_NEED_ROOM):
            self._refused()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
