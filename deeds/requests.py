"""What units ask of the office: the requests that somebody may see, and what to know before one is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.task_views import row_dict, visible_tasks
from models import tables as t
from models.states import Decision, RequestKind
from models.times import local_date
from workflow import permissions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow


def find_requests(
    connection: Connection, office_id: int, actor: Actor, *, pending: bool = False
) -> list[dict[str, Any]]:
    """What the actor asked and the requests on tasks of their units, or all for the office.

    With ``unit``, ``wanted_unit`` and ``clause`` by name; ``open`` where the task may be looked at: one that was handed
    to another unit may not, its answer may.
    """
    tasks = _theirs(connection, office_id, actor)
    return [
        {**row, "open": row["task_id"] in tasks}
        for row in _rows(connection, office_id, pending=pending)
        if row["task_id"] in tasks or row["asked_by"] == actor.person_id
    ]


def waiting_requests(connection: Connection, office_id: int, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The undecided requests, the oldest first, each with its task, its clause's words, and what was asked before."""
    tasks = _theirs(connection, office_id, actor)
    every = [row for row in _rows(connection, office_id) if row["task_id"] in tasks]
    waiting = [row for row in every if row["decision"] == Decision.PENDING]
    names = _names(connection, office_id, (row["asked_by"] for row in waiting))
    return [
        {
            **row,
            "label": RequestKind(row["kind"]).label,
            "task": row_dict(tasks[row["task_id"]], local_date(now)),
            "subject": tasks[row["task_id"]].text or tasks[row["task_id"]].title,
            "by": names.get(row["asked_by"], ""),
            "earlier": [
                {**before, "label": RequestKind(before["kind"]).label, "said": Decision(before["decision"]).label}
                for before in every
                if before["task_id"] == row["task_id"] and before["id"] < row["id"]
            ],
        }
        for row in waiting
    ]


def _theirs(connection: Connection, office_id: int, actor: Actor) -> dict[int, TaskRow]:
    asked = sa.select(t.request.c.task_id).where(t.request.c.office_id == office_id)
    return {
        task.id: task
        for task, _inside in visible_tasks(connection, office_id, actor, t.task.c.id.in_(asked))
        if permissions.may_for_unit(actor, "request.read", task.unit_id)
    }


def _rows(connection: Connection, office_id: int, *, pending: bool = False) -> list[dict[str, Any]]:
    r, task, bearer = t.request.c, t.task.c, t.unit.alias("bearer")
    query = (
        sa.select(
            t.request,
            t.unit.c.name.label("wanted_unit"),
            bearer.c.name.label("unit"),
            t.clause.c.number.label("clause"),
        )
        .join(t.task, sa.and_(task.office_id == r.office_id, task.id == r.task_id))
        .join(t.clause, sa.and_(t.clause.c.office_id == task.office_id, t.clause.c.id == task.clause_id))
        .join(bearer, sa.and_(bearer.c.office_id == task.office_id, bearer.c.id == task.unit_id))
        .outerjoin(t.unit, sa.and_(t.unit.c.office_id == r.office_id, t.unit.c.id == r.wanted_unit_id))
        .where(r.office_id == office_id)
        .order_by(r.id)
    )
    if pending:
        query = query.where(r.decision == Decision.PENDING.value)
    return [dict(row) for row in connection.execute(query).mappings()]


def _names(connection: Connection, office_id: int, people: Iterable[int]) -> dict[int, str]:
    p = t.person.c
    query = sa.select(p.id, p.name).where(p.office_id == office_id, p.id.in_(set(people)))
    return {row.id: row.name for row in connection.execute(query)}
