"""Accounts: the list, one account, and many made at once from a table, as the system administrator manages them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import accounts
from deeds.codes import new_code
from documents.people_sheet import read_people, write_blank
from models.language import _
from web.frame.desk import At, Desk
from web.frame.paging import Page, Paging
from web.frame.posted import Form, Posted
from web.frame.showing import kind_file
from web.frame.uploads import some
from workflow import people, people_views, permissions, second_factor
from workflow.authorisation import MATRIX
from workflow.passwords import code_life
from workflow.people_views import Show
from workflow.units import names_today

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.drafts import PersonDraft

router = APIRouter(prefix="/people")


@router.get("")
def people_list(desk: At, q: str = "", show: str = "all", page: Page = 1) -> Response:
    """Accounts, searched and narrowed."""
    wanted = Show(show) if show in set(Show) else Show.ALL
    words = q.strip()[:60]

    def work(connection: Any) -> tuple[Any, Any]:
        permissions.demand(desk.actor, "person.rescue")
        now, office = desk.now(), desk.office_id
        found = people_views.find_people(connection, office, now, words=words, show=wanted, page=page)
        return found, people_views.counts(connection, office, now)

    (found, total), counts = desk.look_up("person.rescue", work)
    paging = Paging("/people", {"show": wanted.value, "q": words}, page, total)
    return desk.page(
        "people/list.html",
        people=found,
        paging=paging,
        counts=counts,
        q=words,
        show=wanted,
        manages=desk.may("person.manage"),
    )


def chosen_table(form: Posted) -> tuple[PersonDraft, ...]:
    """The rows of the table that was chosen."""
    chosen = some(form.upload("file"))
    return read_people(chosen.data, chosen.name)


@router.get("/new")
def new_person(desk: At) -> Response:
    """The form for one account."""
    desk.demand("person.manage")
    return desk.page("people/new.html")


@router.post("")
def add(desk: At, form: Form) -> Response:
    """Make one account and show its code once."""
    code, login = new_code(), form.text("login").lower()
    desk.perform(
        "person.add",
        lambda c: people.add_person(
            c, desk.office_id, desk.actor, login, form.text("name"), desk.now(), email=form.text("email"), code=code
        ),
    )
    return _slips(desk, {login: code})


@router.get("/table.xlsx")
def blank(desk: At) -> Response:
    """The table to fill in, with two rows for each unit of the register."""
    desk.demand("person.rescue")
    units = desk.read(lambda c: names_today(c, desk.office_id))
    return kind_file(desk, write_blank(units), _("people"), "xlsx")


@router.get("/import")
def import_page(desk: At) -> Response:
    """Where the table is chosen."""
    desk.demand("person.manage")
    units = desk.read(lambda c: names_today(c, desk.office_id))
    return desk.page("people/import.html", lines=None, rows=[], units=units)


@router.post("/import")
def told(desk: At, form: Form) -> Response:
    """What would be made of the table; nothing is done yet."""
    desk.demand("person.manage")
    drafts = chosen_table(form)
    lines = desk.tried("person.add", lambda c: accounts.make_accounts(c, desk, drafts, new_code))
    return desk.page("people/import.html", lines=lines, rows=accounts.carried(lines), units=[])


@router.post("/import/done")
def imported(desk: At, form: Form) -> Response:
    """Make the accounts that were told and show their codes once, as slips."""
    desk.demand("person.manage")
    drafts = accounts.drafts_of(form.many("row"))
    lines = desk.perform("person.add", lambda c: accounts.make_accounts(c, desk, drafts, new_code))
    return _slips(desk, {line.draft.login: line.code for line in lines if line.code}, lines)


@router.post("/codes")
def codes(desk: At, form: Form) -> Response:
    """New codes for those who have not logged in yet: the ticked ones."""
    desk.demand("person.manage")
    logins = form.many("login")
    made = desk.perform("person.reset", lambda c: accounts.codes_anew(c, desk, logins, new_code))
    return _slips(desk, made)


def _slips(desk: Desk, made: dict[str, str], lines: Iterable[accounts.Line] = ()) -> Response:
    """The page with the codes, that is shown this once."""
    found = desk.read(lambda c: [people_views.one_person(c, desk.office_id, login, desk.now()) for login in made])
    asked = {line.draft.login: (line.draft.unit, line.draft.role) for line in lines}
    slips = [
        {"name": row.name, "login": row.login, "code": made[row.login], "places": _places(row, asked.get(row.login))}
        for row in found
    ]
    wrong = [line for line in lines if line.verdict is accounts.Verdict.WRONG]
    return desk.page(
        "people/slips.html", slips=slips, wrong=wrong, address=desk.address, life=code_life(desk.settings.login)
    )


def _places(row: people_views.PersonRow, asked: tuple[str, str] | None) -> str:
    held = dict.fromkeys(f"{duty.unit} {duty.role.label}".strip() for duty in row.duties if duty.held)
    return "、".join(held) or " ".join(asked or ()).strip()


@router.get("/account/{login}")
def person(desk: At, login: str) -> Response:
    """One account, and what may be done with it."""

    def work(connection: Any) -> people_views.PersonRow:
        permissions.demand(desk.actor, "person.rescue")
        return people_views.one_person(connection, desk.office_id, login, desk.now())

    row = desk.look_up("person.rescue", work)
    return desk.page(
        "people/person.html", row=row, manages=desk.may("person.manage"), rescues=_rescues(desk, row),
        device=desk.may("session.end") and desk.read(lambda c: second_factor.in_use(c, desk.office_id, row.id)),
    )  # fmt: skip


def _rescues(desk: Desk, row: people_views.PersonRow) -> bool:
    """Whether this administrator may give the account a new code: never their own; a colleague's, or everybody else's."""
    above = any(duty.held and duty.role in MATRIX["person.manage"] for duty in row.duties)
    return row.active and row.id not in desk.actor.people and (above or desk.may("person.manage"))


@router.post("/account/{login}/change")
def change(desk: At, form: Form, login: str) -> Response:
    """Another name or address."""
    given = {"name": form.text("name"), "email": form.text("email")}
    made = desk.perform(
        "person.change", lambda c: people.change_person(c, desk.office_id, desk.actor, login, desk.now(), **given)
    )
    return desk.go(f"/people/account/{login}", _("{login} is entered as {name}, mail to: {email}").format(
        login=login, name=made["name"], email=made["email"] or "—"
    ))  # fmt: skip


@router.post("/account/{login}/close")
def close(desk: At, _form: Form, login: str) -> Response:
    """Close the account; its sessions end."""
    desk.perform("person.disable", lambda c: people.disable_person(c, desk.office_id, desk.actor, login, desk.now()))
    return desk.go(f"/people/account/{login}", _("The account {login} is closed.").format(login=login))


@router.post("/account/{login}/reopen")
def reopen(desk: At, _form: Form, login: str) -> Response:
    """Open the account again."""
    desk.perform("person.enable", lambda c: people.enable_person(c, desk.office_id, desk.actor, login, desk.now()))
    return desk.go(f"/people/account/{login}", _("The account {login} is open again.").format(login=login))


@router.post("/account/{login}/device")
def remove_device(desk: At, _form: Form, login: str) -> Response:
    """A lost device: the account asks for no code any more."""
    desk.perform("second.remove", lambda c: second_factor.remove(c, desk.office_id, desk.actor, login, desk.now()))
    return desk.go(f"/people/account/{login}", _("The login of {login} asks for no code any more.").format(login=login))


@router.post("/account/{login}/reset")
def reset(desk: At, _form: Form, login: str) -> Response:
    """A new one-time code; the old password and the sessions end."""
    code = new_code()
    desk.perform("person.reset", lambda c: people.reset_person(c, desk.office_id, desk.actor, login, code, desk.now()))
    return _slips(desk, {login: code})
