"""In and out: logging in by password or one-time code, logging out, the language, and in whose name one acts."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from models.errors import DubanError
from models.language import CATALOGUES, _
from web.frame.callers import caller_of
from web.frame.cookies import ACTING_FOR, LANGUAGE, begin_session, end_session, put, token_of
from web.frame.desk import At, Desk, Open
from web.frame.posted import Form, OpenForm, Posted
from workflow import passwords, second_factor, sessions

router = APIRouter()
#: browsers drop control characters and take a backslash for a slash: //elsewhere can be written in many ways
_INSIDE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
_A_YEAR = 365 * 24 * 3600


@router.get("/login")
def login_page(desk: Open, next: str = "/", code: bool = False) -> Response:  # noqa: A002, FBT001, FBT002 - words of the address
    """The login, or with ``code`` the first one, where a password is chosen."""
    if desk.somebody:
        return desk.go(local(next))
    return _login_page(desk, next, first=code)


@router.post("/login")
def log_in(desk: Open, form: OpenForm) -> Response:
    """Check name and password; the session's token goes into a cookie that no script reads."""
    first, onward = form.flag("first"), local(form.text("next"))
    token = secrets.token_urlsafe(32)
    try:
        told = _open_session(desk, form, token)
        _end_earlier(desk)
    except DubanError as refusal:
        return _login_page(desk, onward, first=first, login=form.text("login"), refusal=refusal)
    made = desk.go(onward, said=told)
    begin_session(desk.request, made, token)
    return made


def _open_session(desk: Desk, form: Posted, token: str) -> str:
    """Let somebody in; what they should know of the time since their last login."""
    name = form.text("login")
    if form.flag("first"):
        given = sessions.Login(name, form.twice("password"), form.text("code"), form.text("second"))
    else:
        given = sessions.Login(name, form.secret("password"), second=form.text("second"))
    failures = desk.read(lambda c: sessions.failures(c, desk.office_id, name))
    sessions.log_in(
        desk.database, desk.office_id, given, token, desk.settings.login, desk.now(), caller_of(desk.request)
    )
    if failures < desk.settings.login.tries:
        return ""
    return _(
        "Since your last login a login under your name failed {count} times. If that was not you, tell the system administrator."
    ).format(count=failures)


def _end_earlier(desk: Desk) -> None:
    """Whoever was logged in here before is not any more: their token is not left behind in the browser."""
    before = token_of(desk.request)
    if before and desk.somebody:
        actor, now = desk.own, desk.now()
        desk.perform("logout", lambda c: sessions.log_out(c, desk.office_id, before, actor, now))


def _login_page(
    desk: Desk, onward: str, *, first: bool, login: str = "", refusal: DubanError | None = None
) -> Response:
    wanted = passwords.wanted(desk.settings.login.profile)
    second = refusal is not None and refusal.code in {second_factor.MISSING, second_factor.WRONG}
    return desk.page("login.html", next=onward, first=first, login=login, refusal=refusal, wanted=wanted, second=second)


def local(path: str) -> str:
    """A way on within the desk; whatever leads elsewhere becomes the first page."""
    return path if _INSIDE.fullmatch(path) and not path.startswith("/login") else "/"


@router.post("/logout")
def log_out(desk: At, _form: Form) -> Response:
    """End the session here and in the database."""
    now, token = desk.now(), token_of(desk.request)
    desk.perform("logout", lambda c: sessions.log_out(c, desk.office_id, token, desk.actor, now))
    made = desk.go("/login")
    end_session(desk.request, made)
    return made


@router.post("/language")
def speak(desk: Open, form: OpenForm) -> Response:
    """Another language, for this browser."""
    wanted = form.text("language")
    made = desk.go(local(form.text("next")))
    if wanted in CATALOGUES:
        put(desk.request, made, LANGUAGE, wanted, seconds=_A_YEAR)
    return made


@router.post("/acting-for")
def act_for(desk: At, form: Form) -> Response:
    """Act in the name of somebody who is away and has named this person as substitute; nobody: in one's own again."""
    absent = form.text("absent")
    made = desk.go("/")
    if absent:
        desk.asking(absent)
        put(desk.request, made, ACTING_FOR, quote(absent))
    else:
        made.delete_cookie(ACTING_FOR, path="/")
    return made
