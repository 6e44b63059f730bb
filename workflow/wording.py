"""The plain fields every message template gets: facts as words, dates as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.states import OWED
from models.times import local_date, said_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from workflow.case import OfficeRow, TaskRow

#: a clause is quoted in a message up to this many characters
QUOTED: Final = 40


def day(value: date | None) -> str:
    """2022-06-25 as 6月25日; nothing as an empty string."""
    return said_day(value)


def month(value: str) -> str:
    """2022-06 as 2022年6月."""
    year, number = value.split("-")
    return f"{year}年{int(number)}月"


def task_lines(tasks: Sequence[TaskRow], now: datetime, reason: str = "") -> list[dict[str, Any]]:
    """One plain line a task, for the list in a message."""
    today = local_date(now)
    return [
        {
            "task_id": task.id,
            "clause_number": task.clause_number,
            "clause_text": shortened(task.text),
            "title": task.title,
            "unit_name": task.unit_name,
            "state_label": task.state_label,
            "due_on": day(task.due_on),
            "days_late": max((today - task.due_on).days, 0) if task.stage in OWED else task.late_days,
            "reason": reason,
            "round": task.round,
        }
        for task in tasks
    ]


def fields(
    office: OfficeRow,
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
    units = list(dict.fromkeys(task.unit_name for task in tasks))
    when = period_month or (tasks[0].month if tasks else "")
    return {
        "office_name": office.short_name,
        "unit_name": "、".join(units),
        "period_month": month(when) if when else "",
        "due_on": day(min((task.due_on for task in tasks), default=None)),
        "today": day(local_date(now)),
        "number": number,
        "tasks": task_lines(tasks, now, reason),
        "actor_name": actor_name,
        "reason": reason,
        "new_due_on": day(new_due_on),
        "old_due_on": day(old_due_on),
        "detail": detail,
    }


def shortened(text: str) -> str:
    """The head of a long clause."""
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
