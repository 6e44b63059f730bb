"""What SQLite is told about the tables, so that it plans for a large office from the first day on.

Without statistics SQLite takes every first column of an index for a selective one. Ours is the office, which selects the
whole table: to spare a sort of ten rows it would read a trail of a million events. The figures are of no real database
and never change, so a statement is carried out in the same way in a small office and in a large one.
Source: sqlite.org/lang_analyze.html, “Fixed Results of ANALYZE”.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

#: what grows with every step and message
LARGE: Final = frozenset(
    {"task", "report", "event", "operation", "message", "message_task", "attempt", "reminder", "reading"}
)
MANY: Final = 1_000_000
#: everything else: units, people, clauses, months; and what an index of some rows holds
FEW: Final = 1_000
#: rows that agree in every column of an index that is not unique
ALIKE: Final = 10
#: columns that name one task or one message
OF_ONE: Final = frozenset({"task_id", "message", "message_id", "object_id"})


def install(connection: Connection) -> None:
    """Write the figures for every index of an SQLite database; a migration that adds or changes an index does it again."""
    if connection.dialect.name != "sqlite":
        return
    run = connection.exec_driver_sql
    run("ANALYZE alembic_version")  # makes the table of the figures
    run("DELETE FROM sqlite_stat1")
    for (table,) in run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all():
        rows = MANY if table in LARGE else FEW
        for _place, index, unique, _origin, partial in run(f"PRAGMA index_list({table})").all():
            columns = run(f"PRAGMA index_info({index})").scalars(2).all()
            told = figures(FEW if partial else rows, columns, unique=bool(unique))
            run("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, told))


def figures(rows: int, columns: Sequence[str], *, unique: bool) -> str:
    """Rows of the table, then how many agree in the first column, the first two, …: from all of them to one or a few.

    Of what belongs to one task or one message there is little, whatever follows in the index.
    """
    last = 1 if unique else ALIKE
    steps = len(columns) - 1
    agreeing = [round(rows * (last / rows) ** (place / steps)) for place in range(steps)] + [last]
    for place, column in enumerate(columns):
        if column in OF_ONE:
            agreeing[place:] = [min(many, ALIKE) for many in agreeing[place:]]
    return " ".join(str(number) for number in (rows, *agreeing))
