"""A person's own messages, read at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import inbox
from deeds.running import office_hours, office_rules
from deeds.task_views import visible_tasks
from models import labels
from models import tables as t
from schedules.why import why
from web.frame.desk import At, Desk
from web.frame.paging import Page, Paging
from web.frame.posted import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from deeds.inbox import About

router = APIRouter(prefix="/inbox")
#: of a message about many tasks the reasons for so many are told
_EXPLAINED: Final = 3


@router.get("")
def messages(desk: At, page: Page = 1, unread: str = "") -> Response:
    """The newest first."""
    office, question = desk.office_id, {"unread": "1"} if unread else {}
    only = bool(unread)
    found, total = desk.read(lambda c: inbox.inbox(c, office, desk.actor, page, only_unread=only))
    paging = Paging("/inbox", question, page, total, bounded=True)
    return desk.page("inbox/list.html", messages=found, paging=paging, only_unread=only)


@router.get("/{number}")
def one(desk: At, number: int, reasons: str = "") -> Response:
    """One message as it was sent; from here on it is read."""
    now, place = desk.now(), (desk.office_id, desk.actor)
    told = desk.look_up("inbox.read", lambda c: inbox.message(c, *place, number))
    if told["unread"]:
        desk.perform("inbox.read", lambda c: inbox.mark_read(c, *place, now, number))
    said = _reasons(desk, told["about"][:_EXPLAINED]) if reasons else None
    return desk.page("inbox/message.html", message=told, reasons=said, channel=labels.channel)


def _reasons(desk: Desk, tasks: Sequence[About]) -> list[tuple[About, list[str]]]:
    """Why the person is told of each task, in the words of ``duban why``."""
    rules, hours, now = office_rules(desk), office_hours(desk), desk.now()
    office, actor = desk.office_id, desk.actor

    def told(connection: Connection) -> list[tuple[About, list[str]]]:
        wanted = t.task.c.id.in_([task.task_id for task in tasks])
        seen = {task.id for task, _inside in visible_tasks(connection, office, actor, wanted)}
        mine = [task for task in tasks if task.task_id in seen]
        return [(one, why(connection, office, rules, one.task_id, actor.login, now, hours=hours)) for one in mine]

    return desk.read(told)


@router.post("/read")
def read_all(desk: At, _form: Form) -> Response:
    """Every message of one's own is read."""
    now = desk.now()
    desk.perform("inbox.read", lambda c: inbox.mark_read(c, desk.office_id, desk.actor, now))
    return desk.go("/inbox")
