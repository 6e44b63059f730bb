"""Duties, absences and sessions, and the separation of powers: the security administrator's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import accounts
from models.errors import BadInput
from models.language import _
from models.states import Role
from models.times import local_date
from web.frame.desk import At, Desk
from web.frame.paging import Page, Paging
from web.frame.posted import Form
from web.pages.people import chosen_table
from workflow import absences, flow_store, passwords, people, people_views, permissions, powers, session_ending, units
from workflow.authorisation import DUTIES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/duties")


@router.get("")
def duties(desk: At, q: str = "", role: str = "", ended: str = "", page: Page = 1) -> Response:
    """Who holds what, where, since when and until when."""
    words, wanted, past = q.strip()[:60], role if role in set(Role) else "", bool(ended)

    def work(connection: Connection) -> tuple[list[people_views.DutyRow], int]:
        permissions.demand(desk.actor, "duty.grant")
        today = local_date(desk.now())
        return people_views.duties(connection, desk.office_id, today, words=words, role=wanted, ended=past, page=page)

    held, total = desk.look_up("duty.grant", work)
    paging = Paging("/duties", {"role": wanted, "ended": ended, "q": words}, page, total)
    roles = [(one.value, one.label) for one in DUTIES]
    return desk.page("duties/list.html", duties=held, paging=paging, q=words, role=wanted, ended=past, roles=roles)


@router.get("/new")
def new_duty(desk: At, login: str = "", unit: str = "") -> Response:
    """The form that grants a duty."""
    desk.demand("duty.grant")
    return _grant_page(desk, login, unit)


def _grant_page(desk: Desk, login: str = "", unit: str = "") -> Response:
    known = desk.read(lambda c: people_views.everybody(c, desk.office_id))
    register = desk.read(lambda c: units.names_today(c, desk.office_id))
    return desk.page("duties/new.html", people=known, units=register, roles=DUTIES, login=login, unit=unit)


@router.post("")
def grant(desk: At, form: Form) -> Response:
    """Grant a duty, never to oneself."""
    desk.demand("duty.grant")
    login, role, unit = form.text("login"), _role(form.text("role")), form.text("unit")
    span = {"from_on": form.day("from_on"), "to_on": form.day("to_on")}

    def work(connection: Connection) -> int:
        unit_id = units.unit_id(connection, desk.office_id, unit) if unit else None
        return people.grant(connection, desk.office_id, desk.actor, login, role, desk.now(), unit_id=unit_id, **span)

    desk.perform("duty.grant", work)
    said = _("Granted: {unit} {role}, to {login}.").format(unit=unit, role=role.label, login=login)
    return desk.go("/duties", said)


def _role(word: str) -> Role:
    if word not in set(DUTIES):
        raise BadInput("E-H72", _("Choose a duty."), remedy=_("Choose one of the list."))
    return Role(word)


@router.post("/{number}/end")
def end(desk: At, _form: Form, number: int) -> Response:
    """The duty ends today; its record stays."""
    desk.perform("duty.end", lambda c: people.end_duty(c, desk.office_id, desk.actor, number, desk.now()))
    return desk.go("/duties", _("Duty {number} has ended.").format(number=number))


@router.get("/import")
def import_page(desk: At) -> Response:
    """Where the table of people is chosen."""
    desk.demand("duty.grant")
    return desk.page("duties/import.html", lines=None, rows=[])


@router.post("/import")
def told(desk: At, form: Form) -> Response:
    """Which duties the table would grant; nothing is done yet."""
    desk.demand("duty.grant")
    drafts = chosen_table(form)
    lines = desk.tried("duty.grant", lambda c: accounts.grant_duties(c, desk, drafts))
    return desk.page("duties/import.html", lines=lines, rows=accounts.carried(lines))


@router.post("/import/done")
def imported(desk: At, form: Form) -> Response:
    """Grant what was told."""
    desk.demand("duty.grant")
    drafts = accounts.drafts_of(form.many("row"))
    lines = desk.perform("duty.grant", lambda c: accounts.grant_duties(c, desk, drafts))
    new = sum(line.verdict is accounts.Verdict.NEW for line in lines)
    return desk.go("/duties", _("{count} duties were granted.").format(count=new))


@router.get("/absences")
def absence_page(desk: At) -> Response:
    """Who is away, and who stands in."""
    desk.demand("duty.grant")
    found = desk.read(lambda c: absences.absences(c, desk.office_id, local_date(desk.now())))
    known = desk.read(lambda c: people_views.everybody(c, desk.office_id))
    return desk.page("duties/absences.html", absences=found, people=known)


@router.post("/absences")
def set_absence(desk: At, form: Form) -> Response:
    """Name a substitute."""
    desk.demand("absence.set")
    first, last = form.day("from_on"), form.day("to_on")
    if first is None or last is None:
        raise BadInput("E-H73", _("The first or the last day is missing."), remedy=_("Give both days."))
    absent, other = form.text("login"), form.text("substitute")
    desk.perform(
        "absence.set",
        lambda c: people.set_absence(c, desk.office_id, desk.actor, absent, other, first, last, desk.now()),
    )
    said = _("{substitute} stands in for {login} from {first} to {last}.")
    return desk.go("/duties/absences", said.format(substitute=other, login=absent, first=first, last=last))


@router.post("/absences/{number}/end")
def end_absence(desk: At, _form: Form, number: int) -> Response:
    """From today on nobody stands in."""
    desk.perform("absence.end", lambda c: absences.end_absence(c, desk.office_id, desk.actor, number, desk.now()))
    return desk.go("/duties/absences", _("The absence has ended."))


@router.get("/sessions")
def sessions(desk: At) -> Response:
    """Who is logged in, and the rules of logging in."""

    def work(connection: Connection) -> list[session_ending.SessionRow]:
        permissions.demand(desk.actor, "session.end")
        return session_ending.running(connection, desk.office_id, rules, desk.now())

    rules = desk.settings.login
    found = desk.look_up("session.end", work)
    return desk.page("duties/sessions.html", sessions=found, rules=rules, wanted=passwords.wanted(rules.profile))


@router.post("/sessions/{login}/end")
def end_sessions(desk: At, _form: Form, login: str) -> Response:
    """Everything that the person has open ends at once."""
    count = desk.perform(
        "session.end", lambda c: session_ending.end_sessions(c, desk.office_id, desk.actor, login, desk.now())
    )
    return desk.go("/duties/sessions", _("{count} sessions of {login} have ended.").format(count=count, login=login))


@router.get("/powers")
def separation(desk: At) -> Response:
    """The authorisation matrix as it is in force, made from what the program itself asks."""

    def work(connection: Connection) -> list[tuple[str, list[powers.Power]]]:
        permissions.demand(desk.actor, "powers.read")
        known = dict.fromkeys(row.name for row in flow_store.versions(connection, desk.office_id))
        flows = [flow_store.in_force(connection, desk.office_id, name) for name in known]
        return [(flow.title.here, powers.steps(flow)) for flow in flows]

    found: Any = desk.look_up("powers.read", work)
    return desk.page("duties/powers.html", deeds=powers.deeds(), flows=found, roles=DUTIES)
