"""Months in figures, so that a summary can say what moved: as they were issued, else as the tables stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.plain import from_plain
from models.sealed import MonthFigures
from models.states import APPROVED, HANDED_IN, Stage
from workflow.lateness import late_days
from workflow.month_rows import IN_FORCE, on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.engine import Connection, RowMapping

S = Stage
#: a year of months, this one included
_MONTHS: Final = 12
_COUNTED: Final = ("period_id", "responsibility_id", "stage", "late_days", "due_on", "round")


def month_figures(month: str, tasks: Sequence[RowMapping], today: date) -> MonthFigures:
    """A month in figures as its tasks stand: rows of ``task`` with the report in force as ``r_…``."""
    stages = Counter(task["stage"] for task in tasks)
    handed_in = [task for task in tasks if task["stage"] in HANDED_IN]
    filed_late = sum(task["late_days"] > 0 for task in handed_in)
    approved = [task for task in tasks if task["stage"] in APPROVED]
    return MonthFigures(
        month=month,
        due=len(tasks) - stages[S.WAIVED],
        approved=len(approved),
        on_time=len(handed_in) - filed_late,
        filed_late=filed_late,
        missing=stages[S.ASSIGNED] + stages[S.REPORTED],
        returned=stages[S.RETURNED],
        waived=stages[S.WAIVED],
        late=sum(late_days(task, today) > 0 for task in tasks if task["stage"] != S.WAIVED),
        returns=sum(task["round"] - 1 for task in tasks),
        counts=tuple((stage.value, stages[stage]) for stage in Stage),
        percents=tuple((task["responsibility_id"], task["r_percent"] or 0) for task in approved),
        values=tuple(_values(approved).items()),
    )


def _values(approved: Iterable[RowMapping]) -> dict[int, float]:
    """Each indicator's value: the first that has one in the order of the notice, so the lead's where it gives it."""
    found: dict[int, float] = {}
    for task in approved:
        for value in task["r_values"] or ():
            if value.get("value") is not None:
                found.setdefault(value["indicator_id"], value["value"])
    return found


def months_before(connection: Connection, office_id: int, period: Any, today: date) -> tuple[MonthFigures, ...]:
    """Up to eleven earlier months of the same notice, the oldest first: in three queries however many they are."""
    p, s = t.period.c, t.summary.c
    query = (
        sa.select(p.id, p.month, s.facts["figures"].label("figures"), s.document_number)
        .outerjoin(t.summary, sa.and_(s.office_id == p.office_id, s.period_id == p.id))
        .where(p.office_id == office_id, p.notice_id == period.notice_id, p.month < period.month)
        .order_by(p.month.desc())
        .limit(_MONTHS - 1)
    )
    earlier = list(connection.execute(query))[::-1]
    standing = _tasks(connection, office_id, [row.id for row in earlier if not row.figures])
    return tuple(
        from_plain(MonthFigures, row.figures | {"sealed_in": row.document_number})
        if row.figures
        else month_figures(row.month, standing[row.id], today)
        for row in earlier
    )


def _tasks(connection: Connection, office_id: int, periods: list[int]) -> dict[int, list[RowMapping]]:
    r = t.report.c
    query = (
        sa.select(
            *(t.task.c[name] for name in _COUNTED),
            *(r[name].label(f"r_{name}") for name in ("percent", "values")),
        )
        .select_from(
            t.task.join(t.clause, on(t.task, "clause_id", t.clause))
            .join(t.responsibility, on(t.task, "responsibility_id", t.responsibility))
            .outerjoin(t.report, IN_FORCE)
        )
        .where(t.task.c.office_id == office_id, t.task.c.period_id.in_(periods))
        .order_by(t.clause.c.position, t.responsibility.c.position, t.task.c.id)
    )
    found: dict[int, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(query).mappings() if periods else ():
        found[row["period_id"]].append(row)
    return found
