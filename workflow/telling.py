"""Queueing messages: rows written in the transaction of their cause; delivering them is another room's work.

Source: design section 8. The same telling (what, recipient, channel) is queued once; while the office holds its
sends (a clock or a database that cannot be believed) new rows are held too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.database import insert
from models.duties import held_on
from models.states import MessageState, Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.engine import Connection


# Built once: messages are queued with almost every step.
_CHANNEL: Final = (
    sa.select(t.office.c.channel, sa.func.coalesce(t.watermark.c.held_reason, "").label("held"))
    .outerjoin(t.watermark, t.watermark.c.office_id == t.office.c.id)
    .where(t.office.c.id == sa.bindparam("office"))
)
_HELD: Final = sa.select(t.watermark.c.held_reason).where(t.watermark.c.office_id == sa.bindparam("office"))
_KNOWN: Final = sa.select(t.message.c.id).where(
    t.message.c.office_id == sa.bindparam("office"), t.message.c.dedupe_key == sa.bindparam("dedupe_key")
)
_OPEN: Final = sa.select(t.message.c.id, t.message.c.fields, t.message.c.about, t.message.c.while_states).where(
    t.message.c.office_id == sa.bindparam("office"),
    t.message.c.recipient_id == sa.bindparam("recipient"),
    t.message.c.event == sa.bindparam("event"),
    t.message.c.created_at == sa.bindparam("now"),
    t.message.c.attempts == 0,
    t.message.c.state.in_([MessageState.DUE.value, MessageState.HELD.value]),
)
_HOLDERS: Final = (
    sa.select(t.duty.c.person_id)
    .join(t.person, (t.person.c.office_id == t.duty.c.office_id) & (t.person.c.id == t.duty.c.person_id))
    .where(
        t.duty.c.office_id == sa.bindparam("office"),
        t.duty.c.role.in_(sa.bindparam("roles", expanding=True)),
        held_on(sa.bindparam("on", type_=sa.Date())),
        t.person.c.active,
    )
    .distinct()
    .order_by(t.duty.c.person_id)
)
_HOLDERS_IN: Final = _HOLDERS.where((t.duty.c.unit_id == sa.bindparam("unit")) | t.duty.c.unit_id.is_(None))
#: what two tellings must have in common to be one message
_SAME: Final = ("actor_name", "reason", "new_due_on", "old_due_on", "period_month", "detail", "number")


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell one person; ``key`` is what makes it the same telling."""

    event: str
    recipient_id: int
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    #: (task_id, round, due_revision) it speaks of
    about: tuple[tuple[int, int, int], ...] = ()
    #: states in which a task still needs it; empty = always
    while_states: tuple[str, ...] = ()
    level: int = 0
    #: not before this instant (quiet hours); None = now
    not_before: datetime | None = None
    held_reason: str = ""
    #: may join a message of the same instant, event and recipient; only for what can happen once (a task's version)
    joins: bool = False


def queue(connection: Connection, office_id: int, telling: Telling, now: datetime) -> int | None:
    """Write the outbox row; None when this telling is queued already.

    Tellings of one event to one person in one instant become one message: whoever is told that eleven reports were
    returned gets a list, not eleven messages.
    """
    office = connection.execute(_CHANNEL, {"office": office_id}).one()
    channel = office.channel or "file"
    key = f"{telling.event}|{telling.key}|{telling.recipient_id}|{channel}"
    if connection.scalar(_KNOWN, {"office": office_id, "dedupe_key": key}) is not None:
        return None
    if telling.joins and _joined(connection, office_id, telling, now):
        return None
    held = telling.held_reason or office.held
    stamp = hashlib.sha256(f"{office_id}|{key}".encode()).hexdigest()[:32]
    return insert(
        connection,
        t.message,
        office_id,
        dedupe_key=key,
        event=telling.event,
        level=telling.level,
        recipient_id=telling.recipient_id,
        channel=channel,
        fields=telling.fields,
        about=[list(item) for item in telling.about],
        while_states=list(telling.while_states),
        message_id=f"<{stamp}@duban>",
        state=MessageState.HELD.value if held else MessageState.DUE.value,
        reason=held,
        created_at=now,
        next_at=telling.not_before or now,
        attempts=0,
        address="",
        subject="",
        body="",
    )


def _joined(connection: Connection, office_id: int, telling: Telling, now: datetime) -> bool:
    """Add the telling to the message of the same instant, if there is one with the same cause and reason."""
    asked = {"office": office_id, "recipient": telling.recipient_id, "event": telling.event, "now": now}
    row = max(connection.execute(_OPEN, asked), key=lambda one: int(one.id), default=None)
    if row is None or list(row.while_states) != list(telling.while_states):
        return False
    if any(row.fields.get(name) != telling.fields.get(name) for name in _SAME):
        return False
    units = dict.fromkeys([*row.fields["unit_name"].split("、"), *telling.fields["unit_name"].split("、")])
    fields = {
        **row.fields,
        "tasks": [*row.fields["tasks"], *telling.fields["tasks"]],
        "unit_name": "、".join(units),
    }
    about = [*row.about, *(list(item) for item in telling.about)]
    connection.execute(
        sa.update(t.message)
        .where(t.message.c.office_id == office_id, t.message.c.id == row.id)
        .values(fields=fields, about=about)
    )
    return True


def held_reason(connection: Connection, office_id: int) -> str:
    """Why the office's sends are held, or an empty string."""
    return connection.scalar(_HELD, {"office": office_id}) or ""


def people_with(
    connection: Connection, office_id: int, roles: Iterable[Role], on: date, *, unit_id: int | None = None
) -> list[int]:
    """The active people who hold one of the roles on a day, in the unit where the role is a unit's."""
    asked = {"office": office_id, "roles": [role.value for role in roles], "on": on}
    if unit_id is None:
        return list(connection.scalars(_HOLDERS, asked))
    return list(connection.scalars(_HOLDERS_IN, {**asked, "unit": unit_id}))
