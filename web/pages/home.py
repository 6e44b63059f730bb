"""The first page: what waits for this person."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.responses import PlainTextResponse

from deeds.first_page import Heap
from deeds.first_page import first_page as told
from deeds.todo import Todo
from models.errors import DubanError
from web.frame.desk import At, Desk, Open

router = APIRouter()
_AT_MONTH: Final = {
    Todo.RECEIVE: "/filing",
    Todo.RETURNED: "/filing",
    Todo.REPORT: "/filing",
    Todo.SIGN: "/forms",
}


@router.get("/")
def first_page(desk: At) -> Response:
    """What waits for the person, how the month stands, what else calls."""
    now = desk.now()
    first = desk.read(lambda c: told(c, desk.office_id, desk.actor, now))
    return desk.page("home.html", first=first, place=lambda heap: _place(desk, heap))


def _place(desk: Desk, heap: Heap) -> str:
    """Where a month's work is done all together; other work is done task by task."""
    if heap.month and heap.todo is Todo.SIGN and desk.may("task.sign"):
        return "/sign"
    if heap.month and heap.todo is Todo.REVIEW and desk.may("task.review"):
        return "/review"
    if heap.month and heap.todo in _AT_MONTH and desk.may("form.print"):
        return f"{_AT_MONTH[heap.todo]}?month={heap.month}"
    return f"/tasks?todo={heap.todo.value}"


@router.get("/healthz")
def healthz(desk: Open) -> Response:
    """For a monitor: the desk answers and its database does; what is wrong otherwise is for the log, not for anybody."""
    try:
        desk.read(lambda connection: connection.exec_driver_sql("SELECT 1"))
    except DubanError:
        return PlainTextResponse("not ok", 503)
    return PlainTextResponse("ok")
