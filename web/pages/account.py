"""One's own account: duties, sessions, password, absences, and in whose name one acts."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import account
from models.errors import BadInput, DubanError
from models.language import _
from models.times import local_date
from web.frame.browsers import browser_words
from web.frame.callers import caller_of
from web.frame.cookies import token_of
from web.frame.desk import At, Desk
from web.frame.posted import Form
from web.frame.refusals import said
from workflow import absences, passwords, people, permissions, sessions

router = APIRouter(prefix="/account")


@router.get("")
def own_account(desk: At) -> Response:
    """Everything about oneself on one page."""
    return _page(desk)


def _page(desk: Desk, *, refusal: DubanError | None = None, typed: dict[str, str] | None = None) -> Response:
    office, own, now, token = desk.office_id, desk.own, desk.now(), token_of(desk.request)
    today = local_date(now)
    away = desk.read(lambda c: absences.absences(c, office, today))
    mine = desk.read(lambda c: sessions.running(c, office, own, token, desk.settings.login, now))
    return desk.page(
        "account/account.html",
        own=own,
        duties=desk.read(lambda c: account.duties(c, office, own)),
        sessions=[(one, browser_words(one.browser)) for one in mine],
        idle=desk.settings.login.idle_minutes,
        others=sum(not one.here for one in mine),
        stands_in_for=[one for one in away if one.substitute_login == own.login and one.from_on <= today],
        absences=[one for one in away if one.login == own.login],
        may_be_away=permissions.may(own, "absence.set"),
        substitutes=desk.read(lambda c: account.may_stand_in(c, office, own, now)),
        refusal=refusal,
        typed=typed or {},
    )


@router.get("/password")
def password_page(desk: At) -> Response:
    """Choose another password: of one's own accord, or because the present one is too old."""
    return _password_page(desk)


def _password_page(desk: Desk, refusal: DubanError | None = None) -> Response:
    rules = desk.settings.login
    return desk.page(
        "account/password.html", refusal=refusal, days=rules.password_days, old=_is_old(desk),
        wanted=passwords.wanted(rules.profile), remembered=passwords.REMEMBERED,
    )  # fmt: skip


def _is_old(desk: Desk) -> bool:
    return desk.read(lambda c: sessions.password_is_due(c, desk.office_id, token_of(desk.request), desk.settings.login))


@router.post("/password")
def change_password(desk: At, form: Form) -> Response:
    """The present one and twice the new one; what was typed of passwords is never sent back."""
    try:
        ended = sessions.change_password(
            desk.database, desk.office_id, desk.own, token_of(desk.request), form.secret("old"), form.twice("new"),
            desk.settings.login, desk.now(), caller_of(desk.request),
        )  # fmt: skip
    except DubanError as refusal:
        if desk.is_part:
            return said(desk, refusal)
        return _password_page(desk, refusal)
    told = _("The password is changed. Other sessions that were ended: {count}.").format(count=ended)
    return desk.go("/account", said=told)


@router.post("/sessions/{session_id}/end")
def end_session(desk: At, _form: Form, session_id: int) -> Response:
    """End one of one's own sessions."""
    now = desk.now()
    desk.perform("session.end", lambda c: sessions.end_session(c, desk.office_id, desk.own, session_id, now))
    return desk.go("/account", said=_("That session is ended."))


@router.post("/sessions/end-others")
def end_others(desk: At, _form: Form) -> Response:
    """End all of one's sessions but this one."""
    now, token = desk.now(), token_of(desk.request)
    count = desk.perform("session.end", lambda c: sessions.end_others(c, desk.office_id, desk.own, token, now))
    return desk.go("/account", said=_("Sessions that were ended: {count}.").format(count=count))


@router.post("/absence")
def be_away(desk: At, form: Form) -> Response:
    """Name who stands in while one is away."""
    desk.look_up("absence.set", lambda _c: permissions.demand(desk.own, "absence.set"))
    typed = {name: form.text(name) for name in ("substitute", "from_on", "to_on")}
    own, now = desk.own, desk.now()
    try:
        first, last = form.day("from_on"), form.day("to_on")
        if first is None or last is None or not typed["substitute"]:
            raise BadInput(
                "E-H28",
                _("The absence is not complete."),
                remedy=_("Choose who stands in, and the first and the last day."),
            )
        desk.perform(
            "absence.set",
            lambda c: people.set_absence(c, desk.office_id, own, own.login, typed["substitute"], first, last, now),
        )
    except DubanError as refusal:
        if desk.is_part:
            return said(desk, refusal)
        return _page(desk, refusal=refusal, typed=typed)
    return desk.go(
        "/account", said=_("Your absence is entered. Whoever stands in can act in your name from that day on.")
    )


@router.post("/absence/{number}/end")
def be_back(desk: At, _form: Form, number: int) -> Response:
    """Back, or it was a slip: from today on nobody stands in."""
    now = desk.now()
    desk.perform("absence.end", lambda c: absences.end_absence(c, desk.office_id, desk.own, number, now))
    return desk.go("/account", said=_("The absence has ended."))
