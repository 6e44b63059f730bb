"""A person's own calendar address: a secret that opens their due dates to a calendar program, and nothing else.

Only its SHA-256 is kept. A new one takes the place of the old one; whoever is no longer active has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.language import _
from models.times import local_date
from workflow import audit, cases, permissions
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

DEED = "calendar.address"


def made_at(connection: Connection, office_id: int, person_id: int) -> datetime | None:
    """Since when a person has an address that opens; None = they have none."""
    f = t.calendar_feed.c
    query = sa.select(f.created_at).where(f.office_id == office_id, f.person_id == person_id, f.revoked_at.is_(None))
    return connection.scalar(query.order_by(f.id.desc()).limit(1))


def make(connection: Connection, office_id: int, actor: Actor, token: str, now: datetime) -> None:
    """Let ``token`` open the actor's due dates from now on, and any earlier one no longer; needs ``calendar.address``."""
    role = permissions.demand(actor, DEED)
    _end(connection, office_id, actor.person_id, now)
    number = insert(
        connection, t.calendar_feed, office_id, person_id=actor.person_id, token_hash=token_digest(token), created_at=now
    )  # fmt: skip
    entry = audit.Entry("calendar.address", "calendar_feed", number, role=role.value)
    audit.append(connection, office_id, actor, entry, now)


def revoke(connection: Connection, office_id: int, actor: Actor, now: datetime) -> None:
    """No address of the actor opens anything any more; without one nothing happens."""
    if made_at(connection, office_id, actor.person_id) is None:
        return
    _end(connection, office_id, actor.person_id, now)
    audit.append(connection, office_id, actor, audit.Entry("calendar.revoke", "calendar_feed"), now)


def _end(connection: Connection, office_id: int, person_id: int, now: datetime) -> None:
    f = t.calendar_feed.c
    connection.execute(
        sa.update(t.calendar_feed)
        .where(f.office_id == office_id, f.person_id == person_id, f.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def owner(connection: Connection, office_id: int, token: str, now: datetime) -> Actor:
    """Whose due dates a token opens, with the duties of today; E-404 for every other token."""
    f, p = t.calendar_feed.c, t.person.c
    person = connection.scalar(
        sa.select(f.person_id)
        .join(t.person, sa.and_(p.office_id == f.office_id, p.id == f.person_id))
        .where(f.office_id == office_id, f.token_hash == token_digest(token), f.revoked_at.is_(None), p.active)
    )
    if person is None:
        raise permissions.not_there(_("Calendar"), token[:4])
    return cases.load_actor(connection, office_id, person, local_date(now), source="calendar")
