"""How far the founding of an office has come, from the first account to the first month, and who takes each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.duties import held_on
from models.language import _
from models.states import ADMINISTRATORS, Role
from models.times import local_date
from workflow import permissions, unit_views
from workflow.permissions import OFFICE

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class Beginning:
    """One step: what is done, by whom, whether it is done, and where; the path is empty for whom it is not."""

    said: str
    who: str
    done: bool
    path: str


def beginnings(connection: Connection, office_id: int, actor: Actor, now: datetime) -> list[Beginning]:
    """The steps in their order, for those who take them; nothing once the first month is open."""
    if not actor.holds(*ADMINISTRATORS, *OFFICE) or _any(connection, office_id, t.period):
        return []
    today = local_date(now)
    held = _held(connection, office_id, today)
    read, adopted = (_any(connection, office_id, one) for one in (t.notice_draft, t.notice))
    named = adopted and not any(one.bare for one in unit_views.collectives(connection, office_id))
    office = {Role.REVIEWER, Role.DIRECTOR} <= held
    units = adopted and _all_units_staffed(connection, office_id, today)

    def step(said: str, deed: str, path: str, *roles: Role, done: bool) -> Beginning:
        mine = permissions.may(actor, deed)
        return Beginning(said, "、".join(role.label for role in roles), done, path if mine else "")

    return [
        step(_("Accounts for the reviewer and the director"), "person.manage", "/people", Role.SYSTEM,
             done=office or _other_people(connection, office_id, frozenset())),
        step(_("Their duties"), "duty.grant", "/duties", Role.SECURITY, done=office),
        step(_("The notice is read and its doubts are decided"), "notice.draft", "/notices", Role.REVIEWER,
             Role.DIRECTOR, done=read or adopted),
        step(_("The notice is adopted; its units are in the register then"), "notice.adopt", "/notices", Role.DIRECTOR,
             done=adopted),
        step(_("Whom the collective names of the notice mean"), "unit.manage", "/units/groups", Role.REVIEWER,
             Role.DIRECTOR, done=named),
        step(_("Accounts for the people of the units, from a table"), "person.manage", "/people/import", Role.SYSTEM,
             done=units or _other_people(connection, office_id, OFFICE | {Role.READER})),
        step(_("Their duties, from the same table"), "duty.grant", "/duties/import", Role.SECURITY, done=units),
        step(_("The first month is opened"), "period.open", "/months", Role.DIRECTOR, done=False),
    ]  # fmt: skip


def _any(connection: Connection, office_id: int, table: sa.Table) -> bool:
    return connection.scalar(sa.select(sa.exists().where(table.c.office_id == office_id))) or False


def _other_people(connection: Connection, office_id: int, than: frozenset[Role]) -> bool:
    """Whether there is an account beside those of the administrators and of ``than``."""
    p, d = t.person.c, t.duty.c
    theirs = sa.exists().where(d.office_id == p.office_id, d.person_id == p.id, d.role.in_(than | ADMINISTRATORS))
    return connection.scalar(sa.select(sa.exists().where(p.office_id == office_id, p.active, ~theirs))) or False


def _held(connection: Connection, office_id: int, on: date) -> set[Role]:
    d = t.duty.c
    query = sa.select(d.role).distinct().where(d.office_id == office_id, held_on(on))
    return {Role(role) for role in connection.scalars(query)}


def _all_units_staffed(connection: Connection, office_id: int, on: date) -> bool:
    """Whether every unit of the register that bears a part has a clerk."""
    r, d = t.responsibility.c, t.duty.c
    clerk = sa.exists().where(
        d.office_id == r.office_id, d.unit_id == r.unit_id, d.role == Role.CLERK.value, held_on(on)
    )
    bare = sa.exists().where(r.office_id == office_id, r.ended_at.is_(None), ~clerk)
    return not connection.scalar(sa.select(bare))
