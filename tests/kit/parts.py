"""Which statements look into more than one part of a table that PostgreSQL keeps in parts, by its own plans."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from models.rows import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from models.database import Database

#: the tables in parts, as their classes say it
IN_PARTS: Final = {
    table.name for table in metadata.sorted_tables if table.dialect_options["postgresql"]["partition_by"]
}
_NAMED: Final = re.compile(rf'\b(?:FROM|JOIN|UPDATE)\s+"?(?:{"|".join(IN_PARTS)})\b')
_OPEN: Final = re.compile(r"%\((\w+)\)s")


@contextmanager
def each_statement_looks_into_one_part(database: Database) -> Iterator[set[str]]:
    """Hears each statement on a table in parts; fails at the end when one, planned before its office is known, looks into several."""
    asked: dict[str, Any] = {}
    heard = set[str]()

    def hear(_connection: object, _cursor: object, text: str, values: Any, _context: object, many: bool) -> None:
        if _NAMED.search(text):
            asked.setdefault(text, values[0] if many else values)
            heard.add(text)

    sa.event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(Engine, "before_cursor_execute", hear)
    with database.read() as connection:
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        wide = {text: seen for text, values in asked.items() if (seen := _several(plan_of(connection, text, values)))}
    assert wide == {}


def plan_of(connection: Connection, text: str, values: Any) -> Any:
    """The plan that serves every office, as it is carried out for the one that asked."""
    from psycopg import sql

    driver: Any = connection.connection.driver_connection
    if isinstance(values, dict):  # SQLAlchemy's own: places by name
        names = list(dict.fromkeys(_OPEN.findall(text)))
        text = _OPEN.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%")
        values = [values[name] for name in names]
    given = ", ".join(sql.Literal(value).as_string(driver) for value in values)
    driver.execute(f"PREPARE looked AS {text}")
    plan = driver.execute(f"EXPLAIN (FORMAT JSON) EXECUTE looked{f'({given})' if given else ''}").fetchone()
    driver.execute("DEALLOCATE looked")
    return plan[0][0]["Plan"]


def _several(plan: Any) -> dict[str, set[str]]:
    """Of each scan over a table in parts, those that it reads, where it reads more than one."""
    read: dict[str, set[str]] = {}
    for node in nodes(plan):
        table, _joint, _place = node.get("Relation Name", "").rpartition("_p")
        if table in IN_PARTS and "Scan" in node["Node Type"]:
            # each mention of the table has an alias of its own, and each part of it that with a number behind
            read.setdefault(re.sub(r"_\d+$", "", node["Alias"]), set()).add(node["Relation Name"])
    return {alias: parts for alias, parts in read.items() if len(parts) > 1}


def nodes(node: Any) -> Iterator[Any]:
    """A step of a plan and all that is below it."""
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)
