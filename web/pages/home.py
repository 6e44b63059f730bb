"""The first page: what waits for this person."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.responses import PlainTextResponse

from deeds.first_page import first_page as told
from models.errors import DubanError
from web.frame.desk import At, Open

router = APIRouter()


@router.get("/")
def first_page(desk: At) -> Response:
    """What waits for the person, how the month stands, what else calls."""
    now = desk.now()
    return desk.page("home.html", first=desk.read(lambda c: told(c, desk.office_id, desk.actor, now)))


@router.get("/healthz")
def healthz(desk: Open) -> Response:
    """For a monitor: the desk answers and its database does; what is wrong otherwise is for the log, not for anybody."""
    try:
        desk.read(lambda connection: connection.exec_driver_sql("SELECT 1"))
    except DubanError:
        return PlainTextResponse("not ok", 503)
    return PlainTextResponse("ok")
