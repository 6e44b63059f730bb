"""One number for everything that a simulated year leaves behind: the same seed gives the same, wherever it is played."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.years.journal import Journal
    from simulation.years.post import Post


def digest(database: Path, journal: Journal, post: Post) -> str:
    """The SHA-256 over all rows of all tables in key order, then over what people were told and what the post took."""
    made = hashlib.sha256()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in tables:
            made.update(name.encode())
            for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY {_key(connection, name)}'):  # noqa: S608
                made.update(repr(row).encode())
    for kept in (*journal.told, *post.taken):
        made.update(repr(kept).encode())
    return made.hexdigest()


def _key(connection: sqlite3.Connection, table: str) -> str:
    """The columns of a table's key in their order; without a key all of them."""
    columns = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)).fetchall()
    keys = [name for _place, name in sorted((place, name) for name, place in columns if place)]
    return ", ".join(f'"{name}"' for name in keys or [name for name, _place in columns])
