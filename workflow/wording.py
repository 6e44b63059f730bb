"""The plain fields every message template gets: facts as words, dates as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.states import OWED
from models.times import local_date, said_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow

#: a clause is quoted in a message up to this many characters
QUOTED: Final = 40
# Built once: a message is worded with almost every step.
_OFFICE: Final = sa.select(t.office.c.short_name).where(t.office.c.id == sa.bindparam("office"))
_CLAUSES: Final = (
    sa.select(t.clause.c.id, t.clause.c.text, t.work_item.c.title)
    .join(t.work_item, sa.and_(t.work_item.c.office_id == t.clause.c.office_id, t.work_item.c.id == t.clause.c.item_id))
    .where(t.clause.c.office_id == sa.bindparam("office"), t.clause.c.id.in_(sa.bindparam("wanted", expanding=True)))
)
_PROBLEMS: Final = sa.select(t.problem.c.id, t.problem.c.description.label("text"), t.problem.c.title).where(
    t.problem.c.office_id == sa.bindparam("office"), t.problem.c.id.in_(sa.bindparam("wanted", expanding=True))
)


def day(value: date | None) -> str:
    """2022-06-25 as 6月25日; nothing as an empty string."""
    return said_day(value)


def month(value: str) -> str:
    """2022-06 as 2022年6月."""
    year, number = value.split("-")
    return f"{year}年{int(number)}月"


def task_lines(
    connection: Connection, office_id: int, tasks: Sequence[TaskRow], now: datetime, reason: str = ""
) -> list[dict[str, Any]]:
    """One plain line a task, for the list in a message."""
    about = subjects(connection, office_id, tasks)
    today = local_date(now)
    return [
        {
            "task_id": task.id,
            "clause_number": task.clause_number,
            "clause_text": shortened(about[task.id].text),
            "title": about[task.id].title,
            "unit_name": task.unit_name,
            "state_label": task.state_label,
            "due_on": day(task.due_on),
            "days_late": max((today - task.due_on).days, 0) if task.stage in OWED else task.late_days,
            "reason": reason,
            "round": task.round,
        }
        for task in tasks
    ]


def subjects(connection: Connection, office_id: int, tasks: Sequence[TaskRow]) -> dict[int, Any]:
    """What each task is about, by its number: the clause under its item, or the problem (``title`` and ``text``)."""
    of_clauses, of_problems = (
        sorted({number for task in tasks if (number := getattr(task, name)) is not None})
        for name in ("clause_id", "problem_id")
    )

    def known(query: Any, wanted: list[int]) -> dict[int, Any]:
        asked = {"office": office_id, "wanted": wanted}
        return {row.id: row for row in connection.execute(query, asked)} if wanted else {}

    known_clauses, known_problems = known(_CLAUSES, of_clauses), known(_PROBLEMS, of_problems)
    return {
        task.id: known_problems[task.problem_id or 0] if task.clause_id is None else known_clauses[task.clause_id]
        for task in tasks
    }


def fields(
    connection: Connection,
    office_id: int,
    tasks: Sequence[TaskRow],
    now: datetime,
    *,
    actor_name: str = "",
    reason: str = "",
    new_due_on: date | None = None,
    old_due_on: date | None = None,
    number: str = "",
    detail: str = "",
    period_month: str = "",
) -> dict[str, Any]:
    """Everything a template may name but the recipient, who is settled when the message is sent."""
    office = connection.execute(_OFFICE, {"office": office_id}).one()
    units = list(dict.fromkeys(task.unit_name for task in tasks))
    when = period_month or (tasks[0].month if tasks else "")
    return {
        "office_name": office.short_name,
        "unit_name": "、".join(units),
        "period_month": month(when) if when else "",
        "due_on": day(min((task.due_on for task in tasks), default=None)),
        "today": day(local_date(now)),
        "number": number,
        "tasks": task_lines(connection, office_id, tasks, now, reason) if tasks else [],
        "actor_name": actor_name,
        "reason": reason,
        "new_due_on": day(new_due_on),
        "old_due_on": day(old_due_on),
        "detail": detail,
    }


def shortened(text: str) -> str:
    """The head of a long clause."""
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
