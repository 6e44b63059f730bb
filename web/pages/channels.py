"""Whether people are reached: the channels, what could not be delivered, the service's loops, the doctor's findings."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import doctor, running
from models import labels
from models.language import _
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import Form
from workflow import channel_views, heartbeats, messages
from workflow.health import last_backup

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/channels")


@router.get("")
def channels(desk: At, page: Page = 1) -> Response:
    """Each way out, the dead letters, the loops, the last backup."""
    names = running.channel_names(desk)

    def work(connection: Connection) -> dict[str, Any]:
        rows, total = channel_views.dead_letters(connection, desk.office_id, desk.actor, page)
        return {
            "channels": channel_views.channels(connection, desk.office_id, names), "dead": rows,
            "paging": Paging("/channels", {}, page, total), "loops": heartbeats.beats(connection, desk.office_id),
            "backup": last_backup(connection, desk.office_id),
        }  # fmt: skip

    found = desk.look_up("message.read", work)
    return desk.page(
        "channels/list.html", **found, names=names, now=desk.now(), labels=labels,
        tests=desk.may("channel.test"), manages=desk.may("service.manage"),
    )  # fmt: skip


@router.post("/test")
def test(desk: At, form: Form) -> Response:
    """One message sent past the outbox, at once."""
    number = f"<test-{secrets.token_hex(8)}@duban>"
    receipt = running.try_channel(desk, form.text("channel"), form.text("address"), number)
    return desk.go("/channels", _("Sent: {detail}").format(detail=receipt))


@router.post("/{number}/retry")
def retry(desk: At, _form: Form, number: int) -> Response:
    """Send a dead message again, at the next delivery."""
    desk.perform("message.retry", lambda c: messages.retry(c, desk.office_id, desk.actor, number, desk.now()))
    return desk.go("/channels", _("Message {id} goes out at the next delivery.").format(id=number))


@router.get("/doctor")
def examine(desk: At) -> Response:
    """The doctor's findings in words; the trail is proved by the audit administrator, not here."""
    desk.demand("service.manage")
    return desk.page("channels/doctor.html", checks=doctor.checks(desk, proof=False))
