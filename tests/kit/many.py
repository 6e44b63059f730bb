"""One office in PostgreSQL made into many, and its months into those of many years: rows as sets, past triggers and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from kit.parts import IN_PARTS
from models.rows import metadata
from models.statistics import LARGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from models.database import Database

#: no office of a test has so many rows of anything
_APART: Final = 10_000
#: what becomes another number, and other words, with each copy
_NUMBERED: Final = {"id", "seq", "task_id", "object_id", "message", "message_id", "period_id", "problem_id"}
_WORDED: Final = {"dedupe_key", "key"}
#: what is over
_OVER: Final = {
    "period": {"state": "'closed'", "month": "to_char(to_date(month, 'YYYY-MM') - n * interval '1 year', 'YYYY-MM')"},
    "task": {
        "state": "'aggregated'",
        "stage": "'aggregated'",
        "next_due_at": "NULL",
        "late_days": "CASE mod(id, 5) WHEN 0 THEN 3 ELSE 0 END",
    },
    "message": {"state": "'sent'"},
}


def many_offices(database: Database, count: int, rows: int) -> None:
    """The first office under the numbers up to ``count`` as well, each with so many rows in every table in parts."""
    with database.write(1) as connection:
        for table in metadata.sorted_tables:
            office = "id" if table.name == "office" else "office_id"
            if office in table.c:
                chosen = f"{table.name}, generate_series(2, {count}) o WHERE {office} = 1"
                _add(connection, table, {office: "o"}, chosen)
            if table.name in IN_PARTS:
                chosen = f"(SELECT * FROM {table.name} LIMIT 1) one, generate_series(1, {count}) o, generate_series(1, {rows}) n"
                assert _add(connection, table, {**_next(table), "office_id": "o"}, chosen) == count * rows
        connection.exec_driver_sql("ANALYZE")


def many_months(database: Database, count: int) -> None:
    """What grows in an office so many times more, in months that are over, and statistics of it all."""
    with database.write(1) as connection:
        for name in ("period", *sorted(LARGE)):
            table = metadata.tables[name]
            changed = {**_next(table), **_OVER.get(table.name, {})}
            which = "office_id = 1 AND problem_id IS NULL" if table.name == "task" else "office_id = 1"
            _add(connection, table, changed, f"{table.name}, generate_series(1, {count}) n WHERE {which}")
        connection.exec_driver_sql("ANALYZE")


def _next(table: sa.Table) -> dict[str, str]:
    """What makes the copy number n another row."""
    numbers = [column for column in table.c if column.name in _NUMBERED and isinstance(column.type, sa.Integer)]
    words = [column for column in table.c if column.name in _WORDED]
    return {
        **{column.name: f'"{column.name}" + n * {_APART}' for column in numbers},
        **{column.name: f'"{column.name}" || n' for column in words},
    }


def _add(connection: Connection, table: sa.Table, changed: Mapping[str, str], chosen: str) -> int:
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    names = [column.name for column in table.c]
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    into = ", ".join(f'"{name}"' for name in names)
    return connection.exec_driver_sql(f"INSERT INTO {table.name} ({into}) SELECT {values} FROM {chosen}").rowcount
