"""Tasks: which there are, and the story of one."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.task_views import Wanted, find_tasks, row_dict, story
from models.times import local_date
from web.frame.desk import At

router = APIRouter(prefix="/tasks")


@router.get("")
def tasks(desk: At, month: str = "", unit: str = "", late: str = "") -> Response:
    """The tasks this person may see."""
    now, wanted = desk.now(), Wanted(month=month, unit=unit, late=bool(late))
    found = desk.look_up("task.read", lambda c: find_tasks(c, desk.office_id, desk.actor, wanted, now))
    return desk.page("tasks/list.html", tasks=[row_dict(task, local_date(now)) for task in found], wanted=wanted)


@router.get("/{task_id}")
def task(desk: At, task_id: int) -> Response:
    """One task as far as this person may know of it."""
    now = desk.now()
    told = desk.look_up("task.read", lambda c: story(c, desk.office_id, desk.actor, task_id, now))
    return desk.page("tasks/story.html", task=told)
