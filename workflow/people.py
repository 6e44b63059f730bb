"""Accounts, duties and absences (design, section 5).

The system administrator makes accounts, the security administrator grants duties and never to themselves; the first
three administrators get one-time codes when the office is set up.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.duties import lasting
from models.errors import BadInput, Denied, Refused
from models.language import _
from models.statements import Statement
from models.states import UNIT_ROLES, Role
from models.times import local_date
from workflow import audit, cases, lockout, permissions, separation
from workflow.case import Post

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

_NUMBER: Final = Statement(
    sa.select(t.person.c.id).where(
        t.person.c.office_id == sa.bindparam("office"), t.person.c.login == sa.bindparam("login")
    )
)
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
#: the mail channel takes nothing else (``notifications/channels/email.py``): what is entered here can be sent to
_MAIL: Final = re.compile(
    r"(?=[^@]{1,64}@)(?=.{3,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def code_digest(code: str) -> str:
    """What is stored of a one-time code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def add_person(
    connection: Connection,
    office_id: int,
    actor: Actor,
    login: str,
    name: str,
    now: datetime,
    *,
    email: str = "",
    code: str = "",
) -> int:
    """Make an account without any duty; ``code`` sets its first password once."""
    role = permissions.demand(actor, "person.manage")
    number = create_person(connection, office_id, login, name, now, email=email, code=code)
    entry = audit.Entry("person.add", "person", number, role=role.value, detail={"login": login})
    audit.append(connection, office_id, actor, entry, now)
    return number


def create_person(
    connection: Connection, office_id: int, login: str, name: str, now: datetime, *,
    email: str = "", code: str = "", lapses: bool = True,
) -> int:  # fmt: skip
    """The row of an account, checked; for setting up an office and for ``add_person``.

    ``lapses``: whether the code loses its worth by time; nobody could give another to the first administrator of all.
    """
    if not _LOGIN.fullmatch(login):
        raise BadInput(
            "E-A06",
            _("The login name must be 2 to 32 small letters, digits, dots or dashes."),
            where=login[:40],
        )
    _check_name(name, login)
    if email:
        check_address(email)
    known = connection.scalar(
        sa.select(t.person.c.id).where(t.person.c.office_id == office_id, t.person.c.login == login)
    )
    if known is not None:
        raise Refused("E-A08", _("The login name is taken."), where=login, remedy=_("Choose another."))
    return insert(
        connection,
        t.person,
        office_id,
        login=login,
        name=name.strip(),
        email=email,
        password_hash="",
        code_hash=code_digest(code) if code else "",
        code_at=now if code and lapses else None,
        active=True,
        failed_logins=0,
        created_at=now,
    )


def _check_name(name: str, login: str) -> None:
    if not name.strip() or any(ord(letter) < 32 for letter in name):
        raise BadInput("E-A07", _("The person's name is missing or holds control characters."), where=login)


def check_address(email: str) -> None:
    """One plain mail address: no second @, no list, no line break (row 26)."""
    if not _MAIL.fullmatch(email):
        raise BadInput(
            "E-M01",
            _("The mail address is not right: {address}").format(address=repr(email)[1:-1][:60]),
            remedy=_("Give one address, such as name@example.org."),
        )


def disable_person(connection: Connection, office_id: int, actor: Actor, login: str, now: datetime) -> None:
    """Close an account: its sessions end at once, its record stays."""
    role = permissions.demand(actor, "person.manage")
    number = person_id(connection, office_id, login)
    _set(connection, office_id, number, active=False)
    _end_sessions(connection, office_id, number, now)
    entry = audit.Entry("person.disable", "person", number, role=role.value, detail={"login": login})
    audit.append(connection, office_id, actor, entry, now)


def enable_person(connection: Connection, office_id: int, actor: Actor, login: str, now: datetime) -> None:
    """Reopen a closed account as it was: its password, its duties as far as they have not ended; E-A16 when open."""
    role = permissions.demand(actor, "person.manage")
    number = person_id(connection, office_id, login)
    if _row(connection, office_id, number).active:
        raise Refused(
            "E-A16", _("The account is not closed."), where=login, remedy=_("Look it up in the list of people.")
        )
    _set(connection, office_id, number, active=True)
    entry = audit.Entry("person.enable", "person", number, role=role.value, detail={"login": login})
    audit.append(connection, office_id, actor, entry, now)


def change_person(
    connection: Connection,
    office_id: int,
    actor: Actor,
    login: str,
    now: datetime,
    *,
    name: str | None = None,
    email: str | None = None,
) -> dict[str, str]:
    """Another name or mail address (empty: none); the trail says from what to what. Returns both as they are now."""
    role = permissions.demand(actor, "person.manage")
    number = person_id(connection, office_id, login)
    before = _row(connection, office_id, number)
    after = {"name": before.name, "email": before.email}
    if name is not None:
        _check_name(name, login)
        after["name"] = name.strip()
    if email is not None:
        if email:
            check_address(email)
        after["email"] = email
    _set(connection, office_id, number, **after)
    old = {"name": before.name, "email": before.email}
    moved = {key: [old[key], value] for key, value in after.items() if value != old[key]}
    entry = audit.Entry("person.change", "person", number, role=role.value, detail={"login": login, **moved})
    audit.append(connection, office_id, actor, entry, now)
    return after


def reset_person(connection: Connection, office_id: int, actor: Actor, login: str, code: str, now: datetime) -> None:
    """A forgotten password: the old one is void, the sessions end, the lock is lifted, ``code`` sets a new one once.

    Nobody's own (E-A14): whoever left a session open must not lose the account by it. A system administrator's by
    another of them or by the security administrator, everybody else's by the system administrator.
    """
    permissions.demand(actor, "person.rescue")  # before the look-up: others learn nothing of which names exist
    number = person_id(connection, office_id, login)
    posts = cases.posts_of(connection, office_id, number, local_date(now))
    above = any(post.role is Role.SYSTEM for post in posts)
    role = permissions.demand(actor, "person.rescue" if above else "person.manage")
    if number in actor.people:
        raise Denied("E-A14", _("Nobody resets their own account."), remedy=_("Ask another administrator."))
    if not _row(connection, office_id, number).active:
        raise Refused("E-A15", _("The account is closed."), where=login, remedy=_("Reopen the account first."))
    fresh = {"password_hash": "", "code_hash": code_digest(code), "code_at": now, "failed_logins": 0}
    _set(connection, office_id, number, **fresh, locked_until=None)
    lockout.lift(connection, office_id, login)
    _end_sessions(connection, office_id, number, now)
    entry = audit.Entry("person.reset", "person", number, role=role.value, detail={"login": login})
    audit.append(connection, office_id, actor, entry, now)


def _row(connection: Connection, office_id: int, number: int) -> Any:
    p = t.person.c
    query = sa.select(p.name, p.email, p.active).where(p.office_id == office_id, p.id == number)
    return connection.execute(query).one()


def _set(connection: Connection, office_id: int, number: int, **values: Any) -> None:
    p = t.person.c
    connection.execute(sa.update(t.person).where(p.office_id == office_id, p.id == number).values(**values))


def _end_sessions(connection: Connection, office_id: int, number: int, now: datetime) -> None:
    """Whoever holds a session or a token of this person is nobody from now on."""
    for kept in (t.login, t.api_token):
        running = sa.and_(kept.c.office_id == office_id, kept.c.person_id == number, kept.c.revoked_at.is_(None))
        connection.execute(sa.update(kept).where(running).values(revoked_at=now))


def person_id(connection: Connection, office_id: int, login: str) -> int:
    """The number of a login; E-404."""
    found = _NUMBER.scalar(connection, {"office": office_id, "login": login})
    if found is None:
        raise permissions.not_there(_("Person"), login)
    return int(found)


def grant(
    connection: Connection,
    office_id: int,
    actor: Actor,
    login: str,
    role: Role,
    now: datetime,
    *,
    unit_id: int | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> int:
    """Give a duty, never to oneself; powers that must stay apart are refused (E-A05)."""
    by = permissions.demand(actor, "duty.grant")
    number = person_id(connection, office_id, login)
    if number in actor.people:
        raise Denied("E-A09", _("Nobody grants a duty to themselves."), remedy=_("Ask another administrator."))
    start = from_on or local_date(now)
    duty = give_duty(connection, office_id, number, role, start, unit_id=unit_id, to_on=to_on)
    detail = {"login": login, "role": role.value, "unit": unit_id or 0, "from": start.isoformat()}
    audit.append(
        connection, office_id, actor, audit.Entry("duty.grant", "duty", duty, role=by.value, detail=detail), now
    )
    return duty


def give_duty(
    connection: Connection,
    office_id: int,
    person: int,
    role: Role,
    from_on: date,
    *,
    unit_id: int | None = None,
    to_on: date | None = None,
) -> int:
    """The row of a duty, checked; for setting up an office and for ``grant``."""
    if role is Role.SCHEDULER:
        raise Refused("E-A10", _("The scheduler is no person's duty."))
    if (role in UNIT_ROLES) != (unit_id is not None):
        raise BadInput(
            "E-A11",
            _("The duty “{role}” is held in a unit.").format(role=role.label)
            if role in UNIT_ROLES
            else _("The duty “{role}” is held in the office, not in a unit.").format(role=role.label),
            remedy=_("Name the unit for clerks and leaders, and for nobody else."),
        )
    separation.check_duty(connection, office_id, person, Post(role, unit_id), from_on, to_on)
    return insert(
        connection,
        t.duty,
        office_id,
        person_id=person,
        role=role.value,
        unit_id=unit_id,
        valid_from=from_on,
        valid_to=to_on,
    )


def end_duty(connection: Connection, office_id: int, actor: Actor, duty_id: int, now: datetime) -> None:
    """A duty ends today; the record of it stays."""
    role = permissions.demand(actor, "duty.grant")
    ended = (
        connection.execute(
            sa.delete(t.duty).where(
                t.duty.c.office_id == office_id, t.duty.c.id == duty_id, t.duty.c.valid_from >= local_date(now)
            )
        ).rowcount
        or connection.execute(
            sa.update(t.duty)
            .where(t.duty.c.office_id == office_id, t.duty.c.id == duty_id, lasting(local_date(now)))
            .values(valid_to=local_date(now) - timedelta(days=1))
        ).rowcount
    )
    if not ended:
        raise permissions.not_there(_("Duty"), duty_id)
    audit.append(connection, office_id, actor, audit.Entry("duty.end", "duty", duty_id, role=role.value), now)


def set_absence(
    connection: Connection,
    office_id: int,
    actor: Actor,
    login: str,
    substitute: str,
    from_on: date,
    to_on: date,
    now: datetime,
) -> int:
    """Name a substitute for someone's absence: one's own, or anyone's by the office or the security administrator."""
    permissions.demand(actor, "absence.set")  # before the look-up: others learn nothing of which names exist
    absent, other = person_id(connection, office_id, login), person_id(connection, office_id, substitute)
    role = permissions.demand_person(actor, "absence.set", absent)
    if absent == other or to_on < from_on:
        raise BadInput(
            "E-A12",
            _("An absence needs another person and an end not before its start."),
            where=_("{login}, {substitute}, {first} to {last}").format(
                login=login, substitute=substitute, first=from_on, last=to_on
            ),
            remedy=_("Name another person, and a last day that is not before the first."),
        )
    if other in actor.people:
        raise Denied(
            "E-A20",
            _("Nobody names themselves as a substitute."),
            where=f"{actor.name} ({actor.login})",
            remedy=_("Have it entered by whoever is away, by the director or by the security administrator."),
        )
    separation.check_substitute(connection, office_id, absent, other, from_on, to_on)
    number = insert(
        connection, t.absence, office_id, person_id=absent, substitute_id=other, from_on=from_on, to_on=to_on
    )
    detail = {"absent": login, "substitute": substitute, "from": from_on.isoformat(), "to": to_on.isoformat()}
    audit.append(
        connection, office_id, actor, audit.Entry("absence.set", "absence", number, role=role.value, detail=detail), now
    )
    return number
