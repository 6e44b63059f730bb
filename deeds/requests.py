"""What units ask of the office: the requests that somebody may see, and what to know before one is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds import task_conditions
from deeds.task_views import row_dict, visible_tasks
from models import tables as t
from models.states import Decision, RequestKind
from models.times import local_date
from workflow import permissions
from workflow.paging import SIZE, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

DEED: Final = "request.read"
_PENDING: Final = t.request.c.decision == Decision.PENDING.value


def find_requests(
    connection: Connection, office_id: int, actor: Actor, *, pending: bool = False, page: int = 1, size: int = SIZE
) -> tuple[list[dict[str, Any]], int]:
    """A page of what the actor asked and of the requests on tasks of their units, or on all for the office, and their count.

    The newest first. With ``unit``, ``wanted_unit`` and ``clause`` by name; ``open`` where the task may be looked at:
    one that was handed to another unit may not, its answer may.
    """
    r = t.request.c
    mine = sa.or_(r.asked_by == actor.person_id, _reach(connection, office_id, actor))
    query = _query(office_id).where(mine, *([_PENDING] if pending else [])).order_by(r.id.desc())
    rows, total = page_of(connection, query, page, size)
    tasks = _theirs(connection, office_id, actor, rows)
    return [{**row, "open": row["task_id"] in tasks} for row in rows], total


def waiting_requests(connection: Connection, office_id: int, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The undecided requests, the oldest first, each with its task, its clause's words, and what was asked before."""
    undecided = _rows(connection, office_id, _PENDING)
    tasks = _theirs(connection, office_id, actor, undecided)
    waiting = [row for row in undecided if row["task_id"] in tasks]
    every = _rows(connection, office_id, t.request.c.task_id.in_(tasks)) if waiting else []
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


def _reach(connection: Connection, office_id: int, actor: Actor) -> Any:
    """The tasks whose requests the actor may read, as the database finds them."""
    seen = task_conditions.visible(connection, office_id, actor)
    if permissions.everywhere(actor, DEED):
        return seen
    near = [unit for unit in sorted(actor.units()) if permissions.may_for_unit(actor, DEED, unit)]
    return sa.and_(seen, t.task.c.unit_id.in_(near))


def _theirs(connection: Connection, office_id: int, actor: Actor, rows: Sequence[dict[str, Any]]) -> dict[int, TaskRow]:
    """Of the tasks of some requests those that may be looked at for them."""
    asked = {row["task_id"] for row in rows}
    return {
        task.id: task
        for task, _inside in visible_tasks(connection, office_id, actor, t.task.c.id.in_(asked))
        if permissions.may_for_unit(actor, DEED, task.unit_id)
    }


def _rows(connection: Connection, office_id: int, condition: Any) -> list[dict[str, Any]]:
    query = _query(office_id).where(condition).order_by(t.request.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _query(office_id: int) -> sa.Select[Any]:
    r, task, bearer = t.request.c, t.task.c, t.unit.alias("bearer")
    return (
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
    )


def _names(connection: Connection, office_id: int, people: Iterable[int]) -> dict[int, str]:
    p = t.person.c
    query = sa.select(p.id, p.name).where(p.office_id == office_id, p.id.in_(set(people)))
    return {row.id: row.name for row in connection.execute(query)}
