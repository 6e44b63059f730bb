"""One's own account: which duties count today, and who could stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from deeds.registers import unit_names
from models import tables as t
from models.duties import held_on
from models.states import ADMINISTRATORS
from models.times import local_date

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class Held:
    """A duty of today, and the unit it is held in; empty for the office's."""

    role: str
    unit: str


def duties(connection: Connection, office_id: int, actor: Actor) -> list[Held]:
    """The duties that count today."""
    names = unit_names(connection, office_id)
    return [Held(post.role.label, names.get(post.unit_id or 0, "")) for post in actor.posts]


def may_stand_in(connection: Connection, office_id: int, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Login and name of whom the actor can name as substitute: who holds a duty in the same unit, or in the office.

    Powers stay separate: an administrator stands in for none but one of the same kind.
    """
    d, p = t.duty.c, t.person.c
    places = {post.unit_id for post in actor.posts}
    in_units = d.unit_id.in_([place for place in places if place])
    beside = sa.or_(in_units, d.unit_id.is_(None)) if None in places else in_units
    kinds = {post.role.value for post in actor.posts if post.role in ADMINISTRATORS}
    apart = d.role.in_(kinds) if kinds else d.role.not_in([role.value for role in ADMINISTRATORS])
    query = (
        sa.select(p.login, p.name)
        .join(t.duty, sa.and_(d.office_id == p.office_id, d.person_id == p.id))
        .where(p.office_id == office_id, p.active, p.id != actor.person_id, beside, apart, held_on(local_date(now)))
        .distinct()
        .order_by(p.name, p.login)
    )
    return [(row.login, f"{row.name} ({row.login})") for row in connection.execute(query)]
