"""Who will be told what and when; and why somebody was, or was not, told about a task."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.plans import names, planned, reasons
from models import labels
from models.times import local_date
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import day_of, number_of

router = APIRouter(prefix="/plan")


@router.get("")
def plan(desk: At, start: str = "", end: str = "", who: str = "", page: Page = 1) -> Response:
    """Every message and draft to come, if nobody does anything meanwhile; of one person where ``who`` is given."""
    desk.demand("plan.read")
    first, last = day_of(start), day_of(end)
    lines = [line for line in planned(desk, first, last) if not who or line.recipient == who]
    people = desk.read(lambda c: names(c, desk.office_id))
    paging = Paging("/plan", {"start": first, "end": last, "who": who}, page, len(lines))
    return desk.page(
        "plan/list.html", lines=paging.of(lines), paging=paging, labels=labels, names=people, who=who,
        start=first or local_date(desk.now()), end=last,
    )  # fmt: skip


@router.get("/why")
def why(desk: At, task: str = "", login: str = "") -> Response:
    """What was sent, what was not and why, what is to come."""
    desk.demand("plan.read")
    sentences = reasons(desk, number_of(task), login) if task and login else None
    people = desk.read(lambda c: names(c, desk.office_id))
    return desk.page("plan/why.html", sentences=sentences, task=task, login=login, names=people)
