"""Who will be told what and when, in the rules and the hours of this office; and who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from deeds.running import office_hours, office_rules
from models import tables as t
from models.times import local_date
from schedules.plan import plan
from schedules.why import why

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from schedules.plan import PlannedLine

#: the plan looks as far ahead as a month's ladder reaches
AHEAD = timedelta(days=31)


def planned(desk: Desk, start: date | None, end: date | None) -> list[PlannedLine]:
    """Every message and draft to come from one day (else today) to another (else a month on); needs ``plan.read``."""
    desk.demand("plan.read")
    now, rules, hours = desk.now(), office_rules(desk), office_hours(desk)
    first = start or local_date(now)
    last = end or first + AHEAD
    at = now if first == local_date(now) else None
    return desk.read(lambda c: plan(c, desk.office_id, rules, first, last, now=at, hours=hours))


def reasons(desk: Desk, task: int, login: str) -> list[str]:
    """Why somebody was or was not told about a task, and what is to come for them; needs ``plan.read``."""
    desk.demand("plan.read")
    now, rules, hours = desk.now(), office_rules(desk), office_hours(desk)
    return desk.read(lambda c: why(c, desk.office_id, rules, task, login, now, hours=hours))


def names(connection: Connection, office_id: int) -> dict[str, str]:
    """Everybody's name by login, in the order in which they were entered."""
    p = t.person.c
    query = sa.select(p.login, p.name).where(p.office_id == office_id).order_by(p.id)
    return {row.login: row.name for row in connection.execute(query)}
