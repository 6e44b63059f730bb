"""Two offices in one database: the second has the first one's very numbers, and everything it says bears a mark."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from models import copying
from models import tables as t
from models.database import Database, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: stands in no word of the program and in nothing that the first office says
MARK: Final = "龘"
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
#: what must stay readable to the program
PROGRAM: Final = frozenset({"flow", "template"})
SECOND: Final = 2
#: the tables of which each row is an office's
_OURS: Final = frozenset(t.metadata.tables) - copying.GLOBAL

_NAME: Final = r'"?\w+"?'
_SOURCE: Final = rf"{_NAME}(?:\s+AS\s+{_NAME})?"
_FROM: Final = re.compile(rf"\bFROM\s+({_SOURCE}(?:\s*,\s*{_SOURCE})*)|\bJOIN\s+({_SOURCE})", re.IGNORECASE)
_CHANGED: Final = re.compile(rf"^\s*(?:UPDATE|DELETE\s+FROM)\s+({_NAME})", re.IGNORECASE)
_ADDED: Final = re.compile(rf"\bINSERT\s+INTO\s+({_NAME})\s*\(([^)]*)\)", re.IGNORECASE)
_BOUND: Final = re.compile(r"(?:\boffice_id|\boffice\w*\"?\.\"?id)\"?\s*=\s*(?:\?|%\(|\$?\d)")


def marked(value: Any) -> Any:
    """The value with the mark behind every text that a person would read."""
    if isinstance(value, dict):
        return {key: marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [marked(one) for one in value]
    return f"{value}{MARK}" if isinstance(value, str) and HAN.search(value) else value


def _marked(kind: Any, value: Any) -> Any:
    if isinstance(kind, sa.JSON) and value is not None:
        return json.dumps(marked(json.loads(value)), ensure_ascii=False)
    return marked(value)


def renumber(file: Path) -> None:
    """Make the office of an SQLite file the second one: another number and marked words, all else as it was."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        for table in map(t.metadata.tables.get, _OURS):
            assert table is not None
            office = copying.office_column(table).name
            found = connection.execute(f'SELECT rowid, * FROM "{table.name}"').fetchall()
            words = ", ".join(f'"{column.name}" = ?' for column in table.c)
            for number, *row in found:
                values = [
                    SECOND if column.name == office else value if table.name in PROGRAM else _marked(column.type, value)
                    for column, value in zip(table.c, row, strict=True)
                ]
                connection.execute(f'UPDATE "{table.name}" SET {words} WHERE rowid = ?', (*values, number))


def settle(file: Path, office_id: int, into: Database) -> None:
    """Bring the office of an SQLite file into a database beside those that are there."""
    source = Database(sqlite_url(file))
    with source.read() as here:
        with into.write(office_id) as there:
            copying.add(there, t.office, copying.rows(here, t.office, office_id))
        copying.copy(here, into, office_id, lambda _table: None)
    source.close()


def lines(database: Database, office_id: int) -> dict[str, list[str]]:
    """Everything a database holds of an office."""
    with database.read() as connection:
        return {
            table.name: [copying.line(row) for some in copying.every(connection, table, office_id) for row in some]
            for table in copying.tables()
        }


def unnamed(statement: str) -> list[str]:
    """What of a statement reaches beyond the office: tables that no condition on it narrows; nothing of our tables, nothing."""
    text = re.sub(r"'(?:[^']|'')*'", "''", statement)
    wrong = [name for name, alias in _sources(text) if not _narrowed(text, name, alias)]
    for changed in _CHANGED.findall(text):
        name = changed.strip('"')
        if name in _OURS and not _narrowed(text, name, name):
            wrong.append(name)
    for added, columns in _ADDED.findall(text):
        name = added.strip('"')
        if name in _OURS and _office(name) not in re.findall(r"\w+", columns):
            wrong.append(name)
    if not wrong and _sources(text) and not _BOUND.search(text):
        wrong.append("no office at all")
    return list(dict.fromkeys(wrong))


def _sources(text: str) -> list[tuple[str, str]]:
    """(table, alias) of everything of ours that a statement reads."""
    found = []
    for some, one in _FROM.findall(text):
        for source in (some or one).split(","):
            name, *alias = (part.strip('"') for part in re.split(r"\s+AS\s+|\s+", source.strip(), flags=re.IGNORECASE))
            if name in _OURS:
                found.append((name, alias[0] if alias else name))
    return found


def _office(table: str) -> str:
    return copying.office_column(t.metadata.tables[table]).name


def _narrowed(text: str, table: str, alias: str) -> bool:
    """Whether the office of this table is a value, or that of another table, anywhere in the statement."""
    column = rf'"?{alias}"?\."?{_office(table)}"?'
    alone = rf"(?<![.\w])\"?{_office(table)}\"?\s*="
    return bool(re.search(rf"{column}\s*(?:=|IN\b)|=\s*{column}(?!\w)|{alone}", text))


@contextmanager
def every_statement_names_its_office() -> Iterator[list[str]]:
    """Hears each statement of every database, and fails at the end when one reached beyond an office."""
    heard, strayed = list[str](), dict[str, list[str]]()

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)
        if wrong := unnamed(statement):
            strayed[statement] = wrong

    sa.event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(Engine, "before_cursor_execute", hear)
    assert strayed == {}
