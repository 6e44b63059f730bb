"""What is read of a table that grows, whole or by the office alone, and no piece of it: seen in the database's own plans.

SQLite's are the same in a small office and in a large one (``models/statistics.py``); PostgreSQL's are those for the rows
that there are (``wide_server.py``).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from kit import wide_server
from kit.wide_server import OF_FEW, wide_steps
from models.statistics import LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from models.database import Database

#: what a trigger of SQLite's asks: in its condition, or as what it does; and what it knows of the row that it fires for
_ASKS: Final = re.compile(r"(?<=EXISTS \()SELECT .+(?=\) BEGIN)|(?<=BEGIN )INSERT .+(?=; END)", re.DOTALL)
_ALIAS: Final = re.compile(r"\b(?:FROM|JOIN) \w+ (?!WHERE|ON|JOIN)\w")
_ROW: Final = re.compile(r"\b(?:NEW|OLD)\.\w+")
#: what grows with the years, a little or fast; units, people, months and notices are few
GROWING: Final = LARGE | {
    "attachment", "clause", "draft", "evidence", "filing", "indicator", "inspection", "paper", "parcel", "photo",
    "problem", "problem_unit", "request", "responsibility", "visit", "webhook_delivery",
}  # fmt: skip


@contextmanager
def wide_reads(database: Database) -> Iterator[list[str]]:
    """What is read so meanwhile, by this process on any database of this schema: each step with its statement."""
    asked: dict[str, Any] = {}
    wide: list[str] = []

    def heard(_connection: object, _cursor: object, text: str, values: Any, _context: object, many: bool) -> None:
        asked.setdefault(text, values[0] if many else values)

    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    try:
        yield wide
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)
    steps = _sqlite_steps if database.is_sqlite else wide_steps
    with database.read() as connection:
        for text, values in asked.items():
            if text.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                wide += [f"{step}: {text}" for step in steps(connection, text, values)]


@contextmanager
def wide_triggers(database: Database) -> Iterator[list[str]]:
    """What triggers read so that fire meanwhile; on SQLite every one of the schema's."""
    if not database.is_sqlite:
        with wide_server.wide_triggers(database) as wide:
            yield wide
        return
    wide = []
    yield wide
    with database.read() as connection:
        made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        asked = [(one.name, text) for one in made for text in _ASKS.findall(one.sql)]
        assert asked, "no trigger was read"
        assert not any(_ALIAS.search(text) for _name, text in asked), "a plan would call the table by its alias alone"
        for name, text in asked:
            wide += [f"{step}: {name}" for step in _sqlite_steps(connection, _ROW.sub("1", text), ())]


def _sqlite_steps(connection: Connection, text: str, values: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", tuple(values)).all()
    within = {step.parent for step in plan if step.detail == "USE TEMP B-TREE FOR ORDER BY"}
    return [
        step.detail
        for step in plan
        # what is read in order until a page is full is a piece; what is sorted first is read whole
        # and the highest number of an office is the last entry of an index
        if _of_all(step.detail) and ("LIMIT" not in text or step.parent in within) and "(max(" not in text
    ]


def _of_all(step: str) -> bool:
    kind, table, *_more = step.split()
    if kind not in {"SCAN", "SEARCH"} or table not in GROWING or "(office_id=? AND" in step:
        return False
    return not OF_FEW.intersection(step.split())
