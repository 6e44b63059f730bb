"""One's own calendar address, and the calendar behind it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.calendar_feed import feed
from models.language import _
from models.times import local_date
from web.frame.desk import At, Desk, Open
from web.frame.posted import Form
from workflow import calendar_address as address

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/calendar")


@router.get("")
def page(desk: At) -> Response:
    """Whether there is an address, and what it is good for."""
    return _page(desk)


def _page(desk: Desk, made: str = "") -> Response:
    desk.demand(address.DEED)
    since = desk.read(lambda c: address.made_at(c, desk.office_id, desk.actor.person_id))
    return desk.page("calendar.html", since=since, made=made)


@router.post("")
def make(desk: At, _form: Form) -> Response:
    """A new address, told this once; the old one opens nothing any more."""
    token, now = secrets.token_urlsafe(32), desk.now()
    desk.perform(address.DEED, lambda c: address.make(c, desk.office_id, desk.actor, token, now))
    return _page(desk, f"{desk.address}/calendar/{token}.ics")


@router.post("/revoke")
def revoke(desk: At, _form: Form) -> Response:
    """No address any more."""
    now = desk.now()
    desk.perform("calendar.revoke", lambda c: address.revoke(c, desk.office_id, desk.actor, now))
    return desk.go("/calendar", said=_("The address opens nothing any more."))


@router.get("/{token}.ics")
def calendar(desk: Open, token: str) -> Response:
    """For a calendar program: it has nobody to log in, the secret in the address stands for its owner."""
    now = desk.now()

    def told(connection: Connection) -> str:
        owner = address.owner(connection, desk.office_id, token, now)
        return feed(connection, desk.office_id, owner, now, desk.address)

    text = desk.read(told)
    return desk.file(text.encode(), f"duban-{local_date(now)}.ics", "text/calendar; charset=utf-8", inline=True)
