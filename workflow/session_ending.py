"""The sessions of everybody, as the security administrator sees and ends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from workflow import audit, people, permissions
from workflow.sessions import in_use

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.settings import LoginSettings
    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A person's sessions that run: how many, since when the latest, until when at most."""

    login: str
    name: str
    count: int
    latest: datetime
    until: datetime


def running(connection: Connection, office_id: int, rules: LoginSettings, now: datetime) -> list[SessionRow]:
    """Everybody who is logged in, the latest first; a browser's session that was left unused has ended."""
    s, p = t.login.c, t.person.c
    latest = sa.func.max(s.created_at)
    query = (
        sa.select(p.login, p.name, sa.func.count(), latest, sa.func.max(s.expires_at))
        .join(t.person, sa.and_(p.office_id == s.office_id, p.id == s.person_id))
        .where(s.office_id == office_id, s.revoked_at.is_(None), s.expires_at > now, in_use(rules, now))
        .group_by(p.id, p.login, p.name)
        .order_by(latest.desc())
    )
    return [SessionRow(*row) for row in connection.execute(query)]


def end_sessions(connection: Connection, office_id: int, actor: Actor, login: str, now: datetime) -> int:
    """Every session of a person ends at once; returns how many did."""
    role = permissions.demand(actor, "session.end")
    number = people.person_id(connection, office_id, login)
    s = t.login.c
    runs = sa.and_(s.office_id == office_id, s.person_id == number, s.revoked_at.is_(None), s.expires_at > now)
    count = connection.execute(sa.update(t.login).where(runs).values(revoked_at=now)).rowcount
    entry = audit.Entry("session.end", "person", number, role=role.value, detail={"login": login, "sessions": count})
    audit.append(connection, office_id, actor, entry, now)
    return count
