"""Accounts as lists show them: searched, narrowed to what somebody should look at, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import unique
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.duties import lasting
from models.language import N_, _
from models.states import Role, Word
from models.times import local_date
from workflow import permissions
from workflow.paging import SIZE, before_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

#: an account that nobody has used for so long is looked at: it may belong to somebody who has left
UNUSED: Final = timedelta(days=90)


@unique
class Show(Word):
    """Which accounts a list shows."""

    ALL = "all", N_("all")
    NO_ADDRESS = "no_address", N_("without a mail address")
    NEVER = "never", N_("not logged in yet")
    UNUSED = "unused", N_("unused for 90 days")
    LOCKED = "locked", N_("locked now")
    NO_DUTY = "no_duty", N_("without a duty")
    CLOSED = "closed", N_("closed accounts")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty of a person: since when, until when, and whether it is held today."""

    id: int
    login: str
    name: str
    role: Role
    unit: str
    valid_from: date
    valid_to: date | None
    held: bool
    #: whether the account is open
    active: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An account; ``last_login`` is None for somebody who never was here."""

    id: int
    login: str
    name: str
    email: str
    active: bool
    waits: bool
    locked: bool
    created_at: datetime
    last_login: datetime | None
    duties: tuple[DutyRow, ...] = ()

    @property
    def standing(self) -> str:
        """Whether one can log in with it, in words."""
        if not self.active:
            return _("closed account")
        if self.locked:
            return _("locked now")
        return _("waits for the first login") if self.waits else _("in use")


def find_people(
    connection: Connection, office_id: int, now: datetime, *, words: str = "", show: Show = Show.ALL, page: int = 1
) -> tuple[list[PersonRow], int]:
    """A page of the accounts whose login, name, address or unit holds ``words``, by login, and how many there are."""
    p = t.person.c
    wanted = sa.and_(p.office_id == office_id, *_narrowed(show, now), *_named(words, local_date(now)))
    total = connection.scalar(sa.select(sa.func.count()).select_from(t.person).where(wanted)) or 0
    query = _select().where(wanted).order_by(p.login).limit(SIZE).offset(before_page(page, total))
    return _rows(connection, office_id, query, now), total


def counts(connection: Connection, office_id: int, now: datetime) -> dict[Show, int]:
    """How many accounts each way of looking finds."""
    return {show: count(connection, office_id, show, now) for show in Show}


def count(connection: Connection, office_id: int, show: Show, now: datetime) -> int:
    """How many accounts one way of looking finds."""
    wanted = sa.and_(t.person.c.office_id == office_id, *_narrowed(show, now))
    return connection.scalar(sa.select(sa.func.count()).select_from(t.person).where(wanted)) or 0


def one_person(connection: Connection, office_id: int, login: str, now: datetime) -> PersonRow:
    """One account; E-404."""
    p = t.person.c
    for row in _rows(connection, office_id, _select().where(p.office_id == office_id, p.login == login), now):
        return row
    raise permissions.not_there(_("Person"), login)


def duties(
    connection: Connection,
    office_id: int,
    today: date,
    *,
    words: str = "",
    role: str = "",
    ended: bool = False,
    page: int = 1,
) -> tuple[list[DutyRow], int]:
    """A page of who holds what, by unit and duty, and how many there are: today and to come, or with ``ended`` past ones.

    A duty outlives a closed account, which may be opened again: it is listed until somebody ends it.
    """
    d, p, u = t.duty.c, t.person.c, t.unit.c
    query = _duties(office_id).where(~lasting(today) if ended else lasting(today))
    if role:
        query = query.where(d.role == role)
    if words:
        query = query.where(sa.or_(*(column.icontains(words, autoescape=True) for column in (p.login, p.name, u.name))))
    total = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    query = query.order_by(u.id.is_(None), u.id, d.role, d.id).limit(SIZE).offset(before_page(page, total))
    return [_duty(row, today) for row in connection.execute(query)], total


def _select() -> sa.Select[Any]:
    p, s = t.person.c, t.login.c
    last = sa.select(sa.func.max(s.created_at)).where(s.office_id == p.office_id, s.person_id == p.id)
    return sa.select(
        p.id, p.login, p.name, p.email, p.active, p.password_hash, p.locked_until, p.created_at,
        last.scalar_subquery().label("last_login"),
    )  # fmt: skip


def _narrowed(show: Show, now: datetime) -> Sequence[Any]:
    p, s, d = t.person.c, t.login.c, t.duty.c
    today, before = local_date(now), now - UNUSED
    recent = sa.exists().where(s.office_id == p.office_id, s.person_id == p.id, s.created_at >= before)
    held = sa.exists().where(d.office_id == p.office_id, d.person_id == p.id, lasting(today))
    conditions: dict[Show, tuple[Any, ...]] = {
        Show.ALL: (),
        Show.NO_ADDRESS: (p.active, p.email == ""),
        Show.NEVER: (p.active, p.password_hash == ""),
        Show.UNUSED: (p.active, p.password_hash != "", p.created_at < before, ~recent),
        Show.LOCKED: (p.active, p.locked_until > now),
        Show.NO_DUTY: (p.active, ~held),
        Show.CLOSED: (~p.active,),
    }
    return conditions[show]


def _named(words: str, today: date) -> Sequence[Any]:
    if not words:
        return ()
    p, d, u = t.person.c, t.duty.c, t.unit.c
    there = sa.exists().where(
        d.office_id == p.office_id, d.person_id == p.id, lasting(today),
        u.office_id == d.office_id, u.id == d.unit_id, u.name.icontains(words, autoescape=True),
    )  # fmt: skip
    fields = [column.icontains(words, autoescape=True) for column in (p.login, p.name, p.email)]
    return (sa.or_(*fields, there),)


def _rows(connection: Connection, office_id: int, query: Any, now: datetime) -> list[PersonRow]:
    found, today = connection.execute(query).all(), local_date(now)
    people, held = [row.id for row in found], dict[int, list[DutyRow]]()
    for row in connection.execute(_duties(office_id).where(t.duty.c.person_id.in_(people)).order_by(t.duty.c.id)):
        held.setdefault(row.person_id, []).append(_duty(row, today))
    return [
        PersonRow(
            row.id, row.login, row.name, row.email, row.active, row.password_hash == "",
            row.locked_until is not None and row.locked_until > now, row.created_at, row.last_login,
            tuple(held.get(row.id, ())),
        )
        for row in found
    ]  # fmt: skip


def _duties(office_id: int) -> sa.Select[Any]:
    d, p, u = t.duty.c, t.person.c, t.unit.c
    return (
        sa.select(d.id, d.person_id, p.login, p.name, p.active, d.role, u.name.label("unit"), d.valid_from, d.valid_to)
        .select_from(t.duty)
        .join(t.person, sa.and_(p.office_id == d.office_id, p.id == d.person_id))
        .outerjoin(t.unit, sa.and_(u.office_id == d.office_id, u.id == d.unit_id))
        .where(d.office_id == office_id)
    )


def _duty(row: Any, today: date) -> DutyRow:
    held = row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)
    return DutyRow(
        row.id, row.login, row.name, Role(row.role), row.unit or "", row.valid_from, row.valid_to, held=held,
        active=row.active,
    )  # fmt: skip


def everybody(connection: Connection, office_id: int) -> list[tuple[str, str]]:
    """Login and name of every open account, for choosing somebody."""
    p = t.person.c
    query = sa.select(p.login, p.name).where(p.office_id == office_id, p.active).order_by(p.login)
    return [(row.login, row.name) for row in connection.execute(query)]
