"""Tasks: which there are, and the story of one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Query

from deeds.task_conditions import Wanted
from deeds.task_views import find_tasks, row_dict, story
from models import tables as t
from models.times import local_date
from web.api.caller import Reading
from web.api.paging import Cursor, Limit, Page, cut, no_cursor, read
from web.api.refusals import refused
from web.api.shapes import MONTH, InPath, Report, TaskEvent, TaskLine, TaskStory
from workflow import permissions

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from web.api.caller import Call
    from workflow.case import TaskRow

router = APIRouter(tags=["tasks"])


class Order(StrEnum):
    """How the tasks are ordered; the number follows where that is equal.

    By number are all there ever were; otherwise those of one month, or of open months and problems.
    """

    NUMBER = "id"
    NEWEST = "-id"
    DUE = "due_on"
    DUE_LAST = "-due_on"
    ENTERED = "entered_at"


_BY_NUMBER: Final = frozenset({Order.NUMBER, Order.NEWEST})


class Only(StrEnum):
    """Some of the tasks: what the person may move on now, what is late, what was shown to them for information."""

    MINE = "mine"
    LATE = "late"
    COPIED = "copied"


_KEYS: Final[dict[Order, Callable[[TaskRow], tuple[Any, ...]]]] = {
    Order.NUMBER: lambda task: (task.id,),
    Order.NEWEST: lambda task: (task.id,),
    Order.DUE: lambda task: (task.due_on.isoformat(), task.id),
    Order.DUE_LAST: lambda task: (task.due_on.isoformat(), task.id),
    Order.ENTERED: lambda task: (task.entered_at.isoformat(), task.id),
}


def _columns(order: Order) -> list[Any]:
    """The same keys in the database."""
    name = order.lstrip("-")
    columns = [t.task.c[name]] if name == "id" else [t.task.c[name], t.task.c.id]
    return [column.desc() for column in columns] if order.startswith("-") else columns


def _after(order: Order, cursor: str) -> list[Any]:
    """The condition under which the piece after a cursor is found; E-H86."""
    if not cursor:
        return []
    name, down = order.lstrip("-"), order.startswith("-")
    number = t.task.c.id
    if name == "id":
        (last,) = read(cursor, f"tasks {order}", [int])
        return [number < last if down else number > last]
    text, last = read(cursor, f"tasks {order}", [str, int])
    try:
        at = date.fromisoformat(text) if name == "due_on" else datetime.fromisoformat(text)
    except ValueError:
        raise no_cursor() from None
    column = t.task.c[name]
    beyond, further = (column < at, number < last) if down else (column > at, number > last)
    return [sa.or_(beyond, sa.and_(column == at, further))]


@router.get(
    "/tasks",
    response_model=Page[TaskLine],
    operation_id="listTasks",
    summary="The tasks that the person may see",
    responses=refused(404),
)
def list_tasks(
    call: Reading,
    month: Annotated[str, Query(pattern=rf"{MONTH}|^$", description="YYYY-MM; empty for all months.")] = "",
    unit: Annotated[str, Query(max_length=200, description="A unit by name or alias.")] = "",
    state: Annotated[str, Query(max_length=48, description="A state by its name in the flow.")] = "",
    only: Annotated[Only | None, Query(description="Only some of them.")] = None,
    order: Annotated[Order, Query()] = Order.NUMBER,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Any:
    """A unit sees its own tasks and those whose clause names it, the office all, a reader what was approved.

    By `id` and `-id` all there ever were can be read. In every other order they are those of the `month`, or of the
    months that are open and the problems: what is closed waits for no day.
    """
    running = not month and order not in _BY_NUMBER
    wanted = Wanted(only is Only.MINE, unit, state, month, only is Only.LATE, only is Only.COPIED, running=running)
    now, after = call.now(), _after(order, cursor)
    one_more: dict[str, Any] = {"order": _columns(order), "limit": limit + 1}

    def look(connection: Connection) -> list[TaskRow]:
        permissions.demand(call.actor, "task.read")
        place = (connection, call.office_id, call.actor, wanted, now)
        return find_tasks(*place, *after, **one_more) if wanted.plain else find_tasks(*place)

    found = call.look_up("task.read", look)
    piece, onward = cut(found, _KEYS[order], f"tasks {order}", limit, cursor, down=order.startswith("-"))
    return {"items": [row_dict(task, local_date(now)) for task in piece], "next_cursor": onward}


@router.get(
    "/tasks/{task_id}",
    response_model=TaskStory,
    operation_id="getTask",
    summary="Everything about one task",
    responses=refused(404),
)
def get_task(call: Reading, task_id: InPath) -> Any:
    """Its clause, its reports, whose signatures it waits for, and under `offered` what the person may do with it now.

    Looking at it through this interface is not noted as reading: a program is not a person who reads.
    """
    return _story(call, task_id)


@router.get(
    "/tasks/{task_id}/reports",
    response_model=Page[Report],
    operation_id="listTaskReports",
    summary="Every version of what was filed on a task, the oldest first",
    responses=refused(404),
)
def list_reports(call: Reading, task_id: InPath, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """No version is ever changed or lost; `report_number` of the task says which is in force. Empty for a unit that is
    only named beside.
    """
    reports = _story(call, task_id)["reports"]
    piece, onward = cut(reports, lambda report: (report["number"],), f"reports {task_id}", limit, cursor)
    return {"items": piece, "next_cursor": onward}


@router.get(
    "/tasks/{task_id}/events",
    response_model=Page[TaskEvent],
    operation_id="listTaskEvents",
    summary="What happened to a task, the oldest first",
    responses=refused(404),
)
def list_events(call: Reading, task_id: InPath, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """Who did what and when, from the office's trail. Empty for a unit that is only named beside."""
    events = _story(call, task_id)["events"]
    piece, onward = cut(events, lambda event: (event["seq"],), f"events {task_id}", limit, cursor)
    return {"items": piece, "next_cursor": onward}


def _story(call: Call, task_id: int) -> dict[str, Any]:
    now = call.now()
    place = (call.office_id, call.actor, task_id, now)
    return call.look_up("task.read", lambda c: story(c, *place, said=datetime.isoformat))
