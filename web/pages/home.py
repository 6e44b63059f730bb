"""The first page: what waits for this person."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.responses import PlainTextResponse

from deeds.task_views import Wanted, find_tasks, row_dict
from models.times import local_date
from web.frame.desk import At, Open
from workflow.permissions import DEEDS

router = APIRouter()


@router.get("/")
def first_page(desk: At) -> Response:
    """What the person may move on now, the oldest first."""
    now = desk.now()
    rows = []
    if desk.actor.holds(*DEEDS["task.read"]):
        tasks = desk.read(lambda c: find_tasks(c, desk.office_id, desk.actor, Wanted(mine=True), now))
        rows = [row_dict(task, local_date(now)) for task in sorted(tasks, key=lambda task: (task.due_on, task.id))]
    return desk.page("home.html", tasks=rows)


@router.get("/healthz")
def healthz(desk: Open) -> Response:
    """For a monitor: the desk answers and its database does."""
    desk.read(lambda connection: connection.exec_driver_sql("SELECT 1"))
    return PlainTextResponse("ok")
