"""The second factor of one's own account: a device is entered, proves itself by its first code, or is given up."""

from __future__ import annotations

import secrets

from fastapi import APIRouter
from fastapi.responses import Response

from documents import qr
from models.errors import DubanError
from models.language import _
from web.frame.callers import caller_of
from web.frame.desk import At, Desk
from web.frame.posted import Form
from web.frame.refusals import said
from workflow import second_factor, sessions

router = APIRouter(prefix="/account/second")


@router.get("")
def own_device(desk: At) -> Response:
    """Whether a code is asked for; else a secret for the device, made anew each time the page is opened."""
    return _page(desk)


def _page(desk: Desk, secret: str = "", refusal: DubanError | None = None) -> Response:
    used = desk.read(lambda c: second_factor.in_use(c, desk.office_id, desk.own.person_id))
    secret = secret or second_factor.secret_of(secrets.token_bytes(second_factor.SECRET_BYTES))
    address = second_factor.address(secret, desk.own.login, desk.office_name)
    return desk.page(
        "account/second.html", used=used, secret=secret, address=address, picture=qr.svg(address), refusal=refusal,
        parts=[secret[place : place + 4] for place in range(0, len(secret), 4)],
    )  # fmt: skip


@router.post("")
def enrol(desk: At, form: Form) -> Response:
    """Ask for a code from now on. Whoever finds a screen left open does not know the password."""
    secret, code, now = form.text("secret"), form.text("second"), desk.now()
    try:
        _prove(desk, form)
        desk.perform("second.enrol", lambda c: second_factor.enrol(c, desk.office_id, desk.own, secret, code, now))
    except DubanError as refusal:
        return said(desk, refusal) if desk.is_part else _page(desk, secret, refusal)
    return desk.go("/account", said=_("From now on your login asks for a code of your device."))


@router.post("/leave")
def leave(desk: At, form: Form) -> Response:
    """Ask for no code any more."""
    code, now = form.text("second"), desk.now()
    try:
        _prove(desk, form)
        desk.perform("second.leave", lambda c: second_factor.leave(c, desk.office_id, desk.own, code, now))
    except DubanError as refusal:
        return said(desk, refusal) if desk.is_part else _page(desk, refusal=refusal)
    return desk.go("/account", said=_("Your login asks for no code any more."))


def _prove(desk: Desk, form: Form) -> None:
    sessions.present(
        desk.database, desk.office_id, desk.own, form.secret("old"), desk.settings.login, desk.now(),
        caller_of(desk.request),
    )  # fmt: skip
