"""Looking at tasks: which ones an actor sees, how one stands in a colour with its cause in words, and its story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.language import _
from models.states import TaskState
from models.times import local_date, shown
from workflow import actions, cases, permissions, units

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow
    from workflow.law import Step

#: a task within this many days of its due date that is not filed yet is yellow
SOON_DAYS = 5
_UNFILED = (TaskState.ASSIGNED, TaskState.RETURNED, TaskState.REPORTED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks are asked for; empty fields ask for all."""

    #: what the actor may act on now, as the law offers it
    mine: bool = False
    unit: str = ""
    state: str = ""
    month: str = ""
    late: bool = False


def is_late(task: TaskRow, today: date) -> bool:
    """Past its due date and not signed, or signed late once: lateness stays on record."""
    return task.late_days > 0 or (task.state in _UNFILED and today > task.due_on)


def light(task: TaskRow, today: date) -> tuple[str, str]:
    """The colour (red, yellow, green) and its cause in words."""
    left = (task.due_on - today).days
    if task.month_closed and task.state in _UNFILED:
        return "red", _("the month is closed, still “{state}”").format(state=task.state.label)
    if task.state in _UNFILED and left < 0:
        return "red", _("{count} days overdue, still “{state}”").format(count=-left, state=task.state.label)
    if task.state in _UNFILED and not left:
        return "yellow", _("due today, still “{state}”").format(state=task.state.label)
    if task.state in _UNFILED and left <= SOON_DAYS:
        return "yellow", _("due in {count} days, still “{state}”").format(count=left, state=task.state.label)
    if task.state in _UNFILED:
        return "green", _("{count} days left").format(count=left)
    if task.late_days:
        return "yellow", _("signed {count} days late").format(count=task.late_days)
    return "green", _("in time: “{state}”").format(state=task.state.label)


def find_tasks(connection: Connection, office_id: int, actor: Actor, wanted: Wanted, now: datetime) -> list[TaskRow]:
    """The tasks this actor may see among those asked for, in the order of the notice."""
    conditions: list[Any] = []
    if wanted.unit:
        conditions.append(t.unit.c.id == units.unit_id(connection, office_id, wanted.unit))
    if wanted.state:
        conditions.append(t.task.c.state == wanted.state)
    if wanted.month:
        conditions.append(t.period.c.month == wanted.month)
    found = cases.load_tasks(connection, office_id, *conditions)
    named = _named(connection, office_id)
    seen = [
        task
        for task in found
        if permissions.may_see_task(
            actor, permissions.relation(actor, task.unit_id, named.get(task.clause_id, ())), task.state
        )
    ]
    if wanted.mine:
        seen = [task for task in seen if _offered(actor, task)]
    return [task for task in seen if not wanted.late or is_late(task, local_date(now))]


def _named(connection: Connection, office_id: int) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    r = t.responsibility.c
    for row in connection.execute(
        sa.select(r.clause_id, r.unit_id).where(r.office_id == office_id, r.ended_at.is_(None))
    ):
        found.setdefault(row.clause_id, set()).add(row.unit_id)
    return found


def row_dict(task: TaskRow, today: date) -> dict[str, Any]:
    """A task for a list or ``--json``: numbers, dates, state and light."""
    colour, cause = light(task, today)
    return {
        "id": task.id,
        "month": task.month,
        "clause": task.clause_number,
        "unit": task.unit_name,
        "state": task.state.value,
        "round": task.round,
        "version": task.version,
        "due_on": task.due_on.isoformat(),
        "received": task.received_at is not None,
        "report_number": task.report_number,
        "late_days": task.late_days,
        "light": colour,
        "cause": cause,
    }


def story(connection: Connection, office_id: int, actor: Actor, task_id: int, now: datetime) -> dict[str, Any]:
    """Everything about one task that this actor may know; E-404 otherwise."""
    task = actions.visible_task(connection, office_id, actor, task_id)
    related = permissions.relation(actor, task.unit_id, cases.named_units(connection, office_id, task.clause_id))
    clause = connection.execute(
        sa.select(t.clause.c.text, t.work_item.c.title)
        .join(
            t.work_item,
            sa.and_(t.work_item.c.office_id == t.clause.c.office_id, t.work_item.c.id == t.clause.c.item_id),
        )
        .where(t.clause.c.office_id == office_id, t.clause.c.id == task.clause_id)
    ).one()
    inside = permissions.may_see_report(actor, related, task.state)
    return {
        **row_dict(task, local_date(now)),
        "title": clause.title,
        "text": clause.text,
        "indicators": _indicators(connection, task),
        # two rows of the law may hold the same action, told apart by a condition
        "offered": list(dict.fromkeys(step.action.value for step in _offered(actor, task))),
        "reports": _reports(connection, task) if inside else [],
        "events": _events(connection, task) if inside else [],
        "messages": _messages(connection, task) if inside else [],
    }


def _indicators(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    """What a report must answer, with the targets of the notice."""
    i = t.indicator.c
    query = sa.select(i.id, i.name, i.unit, i.op, i.value.label("target"))
    query = query.where(i.office_id == task.office_id, i.clause_id == task.clause_id).order_by(i.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _offered(actor: Actor, task: TaskRow) -> list[Step]:
    """The steps open to the actor: a closed month has none, a receipt is given once, and issuing aggregates."""
    gone = {"by_summary"} | ({"not_yet_received"} if task.received_at else set())
    steps = permissions.offered(actor, task.unit_id, task.state)
    return [] if task.month_closed else [step for step in steps if not gone & set(step.guards)]


def _reports(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    r = t.report.c
    columns = (r.number, r.round, r.progress, r.percent, r.no_progress, r.reason, r.problems, r.next_steps, r["values"])
    query = sa.select(*columns, r.filed_at).where(r.office_id == task.office_id, r.task_id == task.id)
    rows = connection.execute(query.order_by(r.number)).mappings()
    return [{**row, "filed_at": shown(row["filed_at"])} for row in rows]


def _events(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    e = t.event.c
    query = (
        sa.select(e.seq, e.at, e.actor_name, e.acting_for, e.action, e.to_state, e.reason)
        .where(e.office_id == task.office_id, e.object_type == "task", e.object_id == task.id)
        .order_by(e.seq)
    )
    return [{**row, "at": shown(row["at"])} for row in connection.execute(query).mappings()]


def _messages(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    m = t.message.c
    query = (
        sa.select(m.id, m.event, m.level, m.state, m.created_at, m.about, t.person.c.name.label("recipient"))
        .join(t.person, sa.and_(t.person.c.office_id == m.office_id, t.person.c.id == m.recipient_id))
        # a coarse filter in the database, the exact one below
        .where(m.office_id == task.office_id, sa.cast(m.about, sa.String).like(f"%[{task.id},%"))
        .order_by(m.id)
    )
    rows = [row for row in connection.execute(query).mappings() if any(item[0] == task.id for item in row["about"])]
    return [
        {key: value for key, value in row.items() if key != "about"} | {"created_at": shown(row["created_at"])}
        for row in rows
    ]
