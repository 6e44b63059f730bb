"""A table of people made into accounts, and the same table into duties; first told, then done.

The system administrator makes accounts and the security administrator grants duties: each reads the table for the
own half. What is told beforehand is tried in earnest and undone, so that the doing cannot differ from it.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.drafts import PersonDraft
from models.duties import held_on
from models.errors import BadInput, DubanError
from models.language import _
from models.states import UNIT_ROLES
from models.times import local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.states import Role


class Verdict(StrEnum):
    """What becomes of a row: something new, nothing because it is there, nothing because it is wrong."""

    NEW = "new"
    THERE = "there"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table and what becomes of it; ``said`` is why not; ``code`` opens an account that was made."""

    draft: PersonDraft
    verdict: Verdict
    said: str = ""
    code: str = ""


class _WrongRowError(Exception):
    """Why a row cannot be taken, as a person reads it beside the row."""


def make_accounts(
    connection: Connection, desk: Desk, drafts: Sequence[PersonDraft], code: Callable[[], str]
) -> list[Line]:
    """An account for every row whose login is free; E-403 when the actor makes none at all."""
    from workflow import people, permissions

    permissions.demand(desk.actor, "person.manage")
    made: set[str] = set()

    def one(draft: PersonDraft) -> Line:
        found = _person(connection, desk.office_id, draft.login)
        if found is not None:
            _refuse_other(found, draft)
            again = _("the same person, with another duty") if draft.login in made else _("has an account already")
            return Line(draft, Verdict.THERE, again)
        given = code()
        people.add_person(
            connection, desk.office_id, desk.actor, draft.login, draft.name, desk.now(), email=draft.email, code=given
        )
        made.add(draft.login)
        return Line(draft, Verdict.NEW, code=given)

    return [_one(connection, draft, one) for draft in drafts]


def grant_duties(connection: Connection, desk: Desk, drafts: Sequence[PersonDraft]) -> list[Line]:
    """The duty of every row, from today; E-403 when the actor grants none at all."""
    from workflow import people, permissions

    permissions.demand(desk.actor, "duty.grant")

    def one(draft: PersonDraft) -> Line:
        role, unit_id = _role(draft), _unit(connection, desk.office_id, draft)
        found = _person(connection, desk.office_id, draft.login)
        if found is None:
            raise _WrongRowError(_("there is no account yet: the system administrator makes it from the same table"))
        _refuse_other(found, draft)
        if _holds(connection, desk, found.id, role, unit_id):
            return Line(draft, Verdict.THERE, _("holds it already"))
        people.grant(connection, desk.office_id, desk.actor, draft.login, role, desk.now(), unit_id=unit_id)
        return Line(draft, Verdict.NEW)

    return [_one(connection, draft, one) for draft in drafts]


def carried(lines: Iterable[Line]) -> list[str]:
    """The rows that something becomes of, as text, to be sent again with the yes."""
    return [json.dumps(astuple(line.draft), ensure_ascii=False) for line in lines if line.verdict is Verdict.NEW]


def drafts_of(rows: Iterable[str]) -> list[PersonDraft]:
    """The rows again; E-H71 when they are not what ``carried`` wrote. What they say is checked as if typed."""
    try:
        return [_draft(*json.loads(row)) for row in rows]
    except (ValueError, TypeError):
        raise BadInput("E-H71", _("The rows could not be read."), remedy=_("Choose the table again.")) from None


def _draft(line: object, *texts: str) -> PersonDraft:
    if not isinstance(line, int) or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return PersonDraft(line, *texts)


def _one(connection: Connection, draft: PersonDraft, work: Callable[[PersonDraft], Line]) -> Line:
    """One row, whole or not at all; a wrong one does not stop the others."""
    try:
        with connection.begin_nested():
            return work(draft)
    except _WrongRowError as wrong:
        return Line(draft, Verdict.WRONG, str(wrong))
    except DubanError as refusal:
        return Line(draft, Verdict.WRONG, refusal.what)


def _person(connection: Connection, office_id: int, login: str) -> Any:
    p = t.person.c
    return connection.execute(sa.select(p.id, p.name).where(p.office_id == office_id, p.login == login)).first()


def _refuse_other(found: Any, draft: PersonDraft) -> None:
    """A login that somebody else has must never give them another's duty."""
    if found.name != draft.name:
        raise _WrongRowError(_("the login belongs to {name}; choose another").format(name=found.name))


def _role(draft: PersonDraft) -> Role:
    from documents.people_sheet import ROLES, role_of

    role = role_of(draft.role)
    if role is None:
        said = _("the duty “{word}” is none of: {words}")
        raise _WrongRowError(said.format(word=draft.role, words="、".join(ROLES)))
    return role


def _unit(connection: Connection, office_id: int, draft: PersonDraft) -> int | None:
    from workflow import units

    role = _role(draft)
    if role not in UNIT_ROLES:
        return None
    found = units.find_unit(connection, office_id, draft.unit)
    if found is not None:
        return found
    near = units.nearest(connection, office_id, draft.unit)
    said = _("the unit “{unit}” is not in the register").format(unit=draft.unit)
    raise _WrongRowError(f"{said}{_('; near it: {names}').format(names='、'.join(near)) if near else ''}")


def _holds(connection: Connection, desk: Desk, person: int, role: Role, unit_id: int | None) -> bool:
    d, today = t.duty.c, local_date(desk.now())
    this = (d.office_id == desk.office_id, d.person_id == person, d.role == role.value, d.unit_id == unit_id)
    return connection.scalar(sa.select(d.id).where(*this, held_on(today))) is not None


def codes_anew(connection: Connection, desk: Desk, logins: Sequence[str], code: Callable[[], str]) -> dict[str, str]:
    """A new one-time code for each of the accounts; whoever's own or closed is refused, and then none gets one."""
    from workflow import people

    made = {}
    for login in logins:
        made[login] = code()
        people.reset_person(connection, desk.office_id, desk.actor, login, made[login], desk.now())
    return made
