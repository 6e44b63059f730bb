"""How PostgreSQL plans statements on tables that it keeps in parts: into how many parts, and whether once or each time."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from models.rows import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection

    from models.database import Database

#: the tables in parts, as their classes say it
IN_PARTS: Final = {
    table.name for table in metadata.sorted_tables if table.dialect_options["postgresql"]["partition_by"]
}
#: so often the server plans a prepared statement anew before it asks itself whether one plan would do for all
TRIED: Final = 5
_NAMED: Final = re.compile(rf'\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(?:{"|".join(IN_PARTS)})\b')
_OPEN: Final = re.compile(r"%\((\w+)\)s")

#: the mode in which a plan is made once, whatever is given
FOR_EVERYBODY: Final = "force_generic_plan"


class Asked(NamedTuple):
    """Of a statement: the values of the first time, and how the transaction wanted its statements planned."""

    values: Any
    mode: str


class Plans(NamedTuple):
    """How often a statement was planned anew, and how often the plan for every office served."""

    anew: int
    kept: int


@contextmanager
def heard_on_parts() -> Iterator[dict[str, Asked]]:
    """Each statement on a table in parts that is asked meanwhile, of any database."""
    asked: dict[str, Asked] = {}

    def hear(connection: Connection, _cursor: object, text: str, values: Any, _context: object, many: bool) -> None:
        if _NAMED.search(text) and text not in asked:
            mode = connection.connection.cursor()
            mode.execute("SHOW plan_cache_mode")
            asked[text] = Asked(values[0] if many else values, mode.fetchone()[0])

    sa.event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        sa.event.remove(Engine, "before_cursor_execute", hear)


@contextmanager
def each_statement_looks_into_one_part(database: Database) -> Iterator[Mapping[str, Asked]]:
    """Fails at the end when a statement, planned before its office is known, looks into several parts of a table."""
    with heard_on_parts() as asked:
        yield asked
    assert parts_read(database, asked) == {}


def parts_read(database: Database, asked: Mapping[str, Asked]) -> dict[str, dict[str, set[str]]]:
    """Of each statement that looks into several parts of a table: {its name for the table: the parts}."""
    with database.read() as connection:
        wide = {}
        for text, one in asked.items():
            with prepared(connection, text, one._replace(mode=FOR_EVERYBODY)) as explain:
                if seen := several(explain()[0]["Plan"]):
                    wide[text] = seen
    return wide


def plans(database: Database, asked: Mapping[str, Asked]) -> dict[str, Plans]:
    """How the server came to a plan for each statement, asked twice as often as it tries."""
    counted = "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE name = 'looked'"
    found = {}
    with database.read() as connection:
        for text, one in asked.items():
            with prepared(connection, text, one) as explain:
                for _time in range(2 * TRIED + 1):
                    explain()
                found[text] = Plans(*_driver(connection).execute(counted).fetchone())
    return found


@contextmanager
def prepared(connection: Connection, text: str, asked: Asked) -> Iterator[Any]:
    """The statement prepared; what is given gives its plan for the values, and carries nothing out."""
    from psycopg import sql

    driver, values = _driver(connection), asked.values
    if isinstance(values, dict):  # SQLAlchemy's own: places by name
        names = list(dict.fromkeys(_OPEN.findall(text)))
        text = _OPEN.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%")
        values = [values[name] for name in names]
    given = ", ".join(sql.Literal(value).as_string(driver) for value in values)
    driver.execute(f"SET LOCAL plan_cache_mode = {asked.mode}")
    driver.execute(f"PREPARE looked AS {text}")
    explain = f"EXPLAIN (FORMAT JSON) EXECUTE looked{f'({given})' if given else ''}"
    yield lambda: driver.execute(explain).fetchone()[0]
    driver.execute("DEALLOCATE looked")


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def several(plan: Any) -> dict[str, set[str]]:
    """Of each scan over a table in parts, those that it reads, where it reads more than one; ``plan`` is its uppermost step."""
    read: dict[str, set[str]] = {}
    for node in nodes(plan):
        table, _joint, _place = node.get("Relation Name", "").rpartition("_p")
        if table in IN_PARTS and "Scan" in node["Node Type"]:
            # each mention of the table has an alias of its own, and each part of it that with a number behind
            read.setdefault(re.sub(r"_\d+$", "", node["Alias"]), set()).add(node["Relation Name"])
    return {alias: parts for alias, parts in read.items() if len(parts) > 1}


def nodes(node: Any) -> Iterator[Any]:
    """A plan's steps, each before those it is fed by."""
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)
