"""Months, and how they stand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deeds import registers
from deeds.task_conditions import Wanted
from deeds.task_views import find_tasks, is_late
from models.states import Stage
from models.times import local_date
from web.api.caller import Reading
from web.api.paging import Cursor, Limit, Page, cut
from web.api.refusals import refused
from web.api.shapes import MonthInPath, NoticeOfMonth
from workflow import permissions
from workflow.month_names import MonthName, find_period

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(tags=["months"])


class Month(BaseModel):
    """A month of a notice: all days are civil dates in China."""

    id: int
    month: str = Field(description="YYYY-MM.")
    notice_id: int
    notice: str = Field(description="The title of its notice.")
    flow: str
    opens_on: date
    due_on: date
    closes_on: date
    state: str = Field(description="open or closed.")


class Standing(Month):
    """A month with its tasks counted, as far as the person may see them."""

    tasks: int
    late: int
    stages: dict[str, int] = Field(description="How many tasks stand at each stage, whichever their flow.")


@router.get(
    "/months",
    response_model=Page[Month],
    operation_id="listMonths",
    summary="The months that were opened, the newest first",
    responses=refused(),
)
def list_months(call: Reading, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """Every month of every notice."""

    def look(connection: Connection) -> list[dict[str, Any]]:
        permissions.demand(call.actor, "task.read")
        return registers.months(connection, call.office_id)

    found = call.look_up("task.read", look)
    piece, onward = cut(found, lambda row: (row["month"], row["id"]), "months", limit, cursor, down=True)
    return {"items": piece, "next_cursor": onward}


@router.get(
    "/months/{month}",
    response_model=Standing,
    operation_id="getMonth",
    summary="How a month stands",
    responses=refused(404, 409),
)
def get_month(call: Reading, month: MonthInPath, notice: NoticeOfMonth = None) -> Any:
    """Counted over the tasks that the person may see: a unit sees its own part."""
    now = call.now()

    def look(connection: Connection) -> dict[str, Any]:
        permissions.demand(call.actor, "task.read")
        period = find_period(connection, call.office_id, MonthName(month, notice))
        row = next(one for one in registers.months(connection, call.office_id) if one["id"] == period.id)
        found = find_tasks(connection, call.office_id, call.actor, Wanted(month=month), now)
        tasks = [task for task in found if task.period_id == period.id]
        counted = Counter(task.stage for task in tasks)
        late = sum(is_late(task, local_date(now)) for task in tasks)
        return {**row, "tasks": len(tasks), "late": late, "stages": {stage.value: counted[stage] for stage in Stage}}

    return call.look_up("task.read", look)
