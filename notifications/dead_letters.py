"""A message that could not be delivered becomes work for the office: its reviewers are told, once each."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.dispatch import Work, leave
from models.duties import held_on
from models.states import MessageState, Role
from models.times import local_date, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

EVENT: Final = "dead_letter"
#: the one event that leaves while everything else is held: that it is held
HELD_EVENT: Final = "held"


def queue(connection: Connection, row: Mapping[str, Any], reason: str, now: datetime) -> int:
    """Tell the office's reviewers that the message ``row`` is dead; a dead letter about a dead letter stays silent."""
    if row["event"] == EVENT:
        return 0
    office_id = row["office_id"]
    office = connection.execute(
        sa.select(t.office.c.short_name, t.office.c.channel).where(t.office.c.id == office_id)
    ).one()
    name = connection.scalar(
        sa.select(t.person.c.name).where(t.person.c.office_id == office_id, t.person.c.id == row["recipient_id"])
    )
    fields = {
        **row["fields"],
        "office_name": office.short_name,
        "number": str(row["id"]),
        "reason": reason,
        "actor_name": name or "",
        "detail": f"{row['event']} · {name} · {shown(row['created_at'])}",
    }
    told = 0
    for person in _reviewers(connection, office_id, local_date(now)):
        told += _tell(
            connection, office_id, person, f"message {row['id']} try {row['attempts']}", office.channel, fields, now
        )
    return told


def _tell(
    connection: Connection, office_id: int, person: int, what: str, channel: str, fields: dict[str, Any], now: datetime
) -> int:
    key = f"{EVENT}|{what}|{person}|{channel}"
    m = t.message.c
    if connection.scalar(sa.select(m.id).where(m.office_id == office_id, m.dedupe_key == key)) is not None:
        return 0
    stamp = hashlib.sha256(f"{office_id}|{key}".encode()).hexdigest()[:32]
    insert(
        connection,
        t.message,
        office_id,
        dedupe_key=key,
        event=EVENT,
        level=0,
        recipient_id=person,
        channel=channel,
        fields=fields,
        about=[],
        while_states=[],
        message_id=f"<{stamp}@duban>",
        state=MessageState.DUE.value,
        reason="",
        created_at=now,
        next_at=now,
        attempts=0,
        address="",
        subject="",
        body="",
    )
    leave(connection, Work.DELIVERY)
    return 1


def _reviewers(connection: Connection, office_id: int, on: date) -> list[int]:
    d, p = t.duty.c, t.person.c
    query = (
        sa.select(d.person_id)
        .join(t.person, sa.and_(p.office_id == d.office_id, p.id == d.person_id))
        .where(
            d.office_id == office_id,
            d.role == Role.REVIEWER.value,
            held_on(on),
            p.active,
        )
        .distinct()
        .order_by(d.person_id)
    )
    return list(connection.scalars(query))
