"""Who is away and who stands in: the absences of today and to come, and one that ends early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.language import _
from models.times import local_date
from workflow import audit, permissions

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Somebody is away from the first to the last day, and the substitute acts in their name."""

    id: int
    login: str
    name: str
    substitute_login: str
    substitute: str
    from_on: date
    to_on: date


def absences(connection: Connection, office_id: int, today: date) -> list[AbsenceRow]:
    """Those that last today or are to come, the first first."""
    a, p, s = t.absence.c, t.person.alias("absent"), t.person.alias("substitute")
    query = (
        sa.select(a.id, p.c.login, p.c.name, s.c.login.label("other"), s.c.name.label("substitute"), a.from_on, a.to_on)
        .select_from(t.absence)
        .join(p, sa.and_(p.c.office_id == a.office_id, p.c.id == a.person_id))
        .join(s, sa.and_(s.c.office_id == a.office_id, s.c.id == a.substitute_id))
        .where(a.office_id == office_id, a.to_on >= today)
        .order_by(a.from_on, a.id)
    )
    return [AbsenceRow(*row) for row in connection.execute(query)]


def end_absence(connection: Connection, office_id: int, actor: Actor, number: int, now: datetime) -> None:
    """The person is back, or it was a slip: from today on nobody stands in; E-404 where it has ended."""
    a, today = t.absence, local_date(now)
    permissions.demand(actor, "absence.set")  # before the look-up: others learn nothing of which numbers exist
    this = sa.and_(a.c.office_id == office_id, a.c.id == number, a.c.to_on >= today)
    row = connection.execute(sa.select(a.c.person_id, a.c.from_on).where(this)).first()
    if row is None:
        raise permissions.not_there(_("Absence"), number)
    role = permissions.demand_person(actor, "absence.set", row.person_id)
    if row.from_on >= today:
        connection.execute(sa.delete(a).where(this))
    else:
        connection.execute(sa.update(a).where(this).values(to_on=today - timedelta(days=1)))
    audit.append(connection, office_id, actor, audit.Entry("absence.end", "absence", number, role=role.value), now)
