"""A month's rows, read once: tasks with their words, the report version in force, indicators and milestones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.engine import Connection, RowMapping

_REPORTED = ("progress", "percent", "no_progress", "reason", "problems", "next_steps", "values", "content_sha256")
_NAMED = (
    t.unit.c.name.label("unit_name"),
    t.responsibility.c.share,
    t.clause.c.number.label("clause_number"),
    t.clause.c.text.label("clause_text"),
    t.work_item.c.number.label("item_number"),
    t.work_item.c.title.label("item_title"),
    t.work_item.c.section,
    t.work_item.c.subsection,
)
#: the version of a report that counts now: the one the task points at
IN_FORCE = sa.and_(
    t.report.c.office_id == t.task.c.office_id,
    t.report.c.task_id == t.task.c.id,
    t.report.c.number == t.task.c.report_number,
)


def of_month(office_id: int, month: str) -> sa.Select[tuple[int]]:
    """The numbers of a month, one for each notice that has it: its tasks are found by them, not among those of all months."""
    p = t.period.c
    return sa.select(p.id).where(p.office_id == office_id, p.month == month)


@dataclass(frozen=True, slots=True)
class MonthRows:
    """Everything read of a month, once: tasks with their words, indicators and milestones by clause."""

    period: Any
    tasks: list[RowMapping]
    indicators: dict[int, list[Any]]
    milestones: dict[int, list[Any]]
    #: (task, version) → who signed it: as attested on paper, else who confirmed it in the program
    signers: dict[tuple[int, int], str]


def on(left: sa.Table, column: str, right: sa.Table) -> Any:
    """Join a row to the one that its column names, inside the same office."""
    return sa.and_(left.c.office_id == right.c.office_id, left.c[column] == right.c.id)


_PERIOD: Final = (
    sa.select(t.period, t.notice.c.title.label("notice_title"))
    .join(t.notice, on(t.period, "notice_id", t.notice))
    .where(t.period.c.office_id == sa.bindparam("office"), t.period.c.id == sa.bindparam("period"))
)
_TASKS: Final = (
    sa.select(t.task, *_NAMED, *(t.report.c[name].label(f"r_{name}") for name in _REPORTED))
    .select_from(
        t.task.join(t.unit, on(t.task, "unit_id", t.unit))
        .join(t.responsibility, on(t.task, "responsibility_id", t.responsibility))
        .join(t.clause, on(t.task, "clause_id", t.clause))
        .join(t.work_item, on(t.clause, "item_id", t.work_item))
        .outerjoin(t.report, IN_FORCE)
    )
    .where(t.task.c.office_id == sa.bindparam("office"), t.task.c.period_id == sa.bindparam("period"))
    .order_by(t.clause.c.position, t.responsibility.c.position, t.task.c.id)
)
_SOME: Final = _TASKS.where(t.task.c.id.in_(sa.bindparam("only", expanding=True)))
_OF_CLAUSES: Final = {
    table.name: sa.select(table)
    .where(
        table.c.office_id == sa.bindparam("office"),
        table.c.clause_id.in_(sa.bindparam("clauses", expanding=True)),
    )
    .order_by(table.c.clause_id, table.c.id)
    for table in (t.indicator, t.milestone)
}


def read_month(
    connection: Connection, office_id: int, period_id: int, *, only: Collection[int] | None = None
) -> MonthRows:
    """Read a month's tasks with the report version in force, in the order of the notice.

    ``only`` some of the tasks, by their numbers, as a unit's form needs them: then nobody is looked up who signed.
    """
    asked = {"office": office_id, "period": period_id}
    period = connection.execute(_PERIOD, asked).one()
    found = connection.execute(_TASKS, asked) if only is None else connection.execute(_SOME, asked | {"only": [*only]})
    tasks = list(found.mappings())
    indicators, milestones = (_by_clause(connection, office_id, table, tasks) for table in (t.indicator, t.milestone))
    signers = _signers(connection, office_id, period_id) if only is None else {}
    return MonthRows(period, tasks, indicators, milestones, signers)


def _signers(connection: Connection, office_id: int, period_id: int) -> dict[tuple[int, int], str]:
    k, p, f, e = t.task.c, t.person.c, t.filing.c, t.evidence.c
    confirmed = (
        sa.select(k.id, k.report_number, p.name)
        .join(t.person, sa.and_(p.office_id == k.office_id, p.id == k.signed_by))
        .where(k.office_id == office_id, k.period_id == period_id)
    )
    found = {(row.id, row.report_number): row.name for row in connection.execute(confirmed)}
    attested = (
        sa.select(f.covers, e.signer)
        .join(t.evidence, sa.and_(e.office_id == f.office_id, e.filing_id == f.id))
        .where(f.office_id == office_id, f.period_id == period_id)
        .order_by(e.id)
    )
    for row in connection.execute(attested):
        found |= {(task, version): row.signer for task, version, _sha in row.covers}
    return found


def _by_clause(
    connection: Connection, office_id: int, table: sa.Table, tasks: Sequence[RowMapping]
) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    wanted = {task["clause_id"] for task in tasks}
    for row in connection.execute(_OF_CLAUSES[table.name], {"office": office_id, "clauses": [*wanted]}):
        found[row.clause_id].append(row)
    return found
