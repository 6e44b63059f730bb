"""Queueing messages: rows written in the transaction of their cause; delivering them is another room's work.

Source: design section 8. The same telling (what, recipient, channel) is queued once; while the office holds its
sends (a clock or a database that cannot be believed) new rows are held too.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert_all, insert_new
from models.among import among
from models.dispatch import Work, leave
from models.duties import held_on
from models.statements import Statement
from models.states import UNIT_ROLES, MessageState, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import OfficeRow


_OPEN: Final = Statement(
    sa.select(
        t.message.c.id, t.message.c.dedupe_key, t.message.c.fields, t.message.c.about, t.message.c.while_states
    ).where(
        t.message.c.office_id == sa.bindparam("office"),
        t.message.c.recipient_id == sa.bindparam("recipient"),
        t.message.c.event == sa.bindparam("event"),
        t.message.c.created_at == sa.bindparam("now"),
        t.message.c.attempts == 0,
        sa.or_(t.message.c.state == MessageState.DUE.value, t.message.c.state == MessageState.HELD.value),
    )
)
_TOLD: Final = Statement(
    sa.select(t.message.c.dedupe_key).where(
        t.message.c.office_id == sa.bindparam("office"), among(t.message.c.dedupe_key, "keys")
    )
)
_GROWN: Final = Statement(
    sa.update(t.message)
    .where(t.message.c.office_id == sa.bindparam("of_office"), t.message.c.id == sa.bindparam("number"))
    .values({name: sa.bindparam(name) for name in ("fields", "about")})
)
_DUTIES: Final = Statement(
    sa.select(t.duty.c.person_id, t.duty.c.unit_id)
    .join(t.person, (t.person.c.office_id == t.duty.c.office_id) & (t.person.c.id == t.duty.c.person_id))
    .where(
        t.duty.c.office_id == sa.bindparam("office"),
        t.duty.c.role == sa.bindparam("role"),
        held_on(sa.bindparam("on", type_=sa.Date())),
        t.person.c.active,
    )
    .order_by(t.duty.c.person_id)
)
_GATHERED: Final = "duban: gathered"
#: one telling is told once; and with another of this kind to this person in this instant it may be one message
_KEY: Final = ("dedupe_key",)
_INSTANT: Final = ("recipient_id", "created_at", "event")
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


def queue_all(connection: Connection, office: OfficeRow, tellings: Iterable[Telling], now: datetime) -> int:
    """Write the outbox rows of tellings of which none joins another message; how many were not queued already."""
    rows = {_key(office, one): _row(office, one, _key(office, one), now) for one in tellings}
    told = set(_TOLD.scalars(connection, {"office": office.id, "keys": list(rows)})) if rows else set()
    new = [row for key, row in rows.items() if key not in told]
    if any(row["state"] == MessageState.DUE and row["next_at"] <= now for row in new):
        leave(connection, Work.DELIVERY)
    insert_all(connection, t.message, office.id, new)
    return len(new)


def queue(connection: Connection, office: OfficeRow, telling: Telling, now: datetime) -> int | None:
    """Write the outbox row; None when this telling is queued already.

    Tellings of one event to one person in one instant become one message: whoever is told that eleven reports were
    returned gets a list, not eleven messages.
    """
    key = _key(office, telling)
    row = _row(office, telling, key, now)
    if row["state"] == MessageState.DUE and row["next_at"] <= now:
        leave(connection, Work.DELIVERY)
    if not telling.joins:
        return insert_new(connection, t.message, office.id, _KEY, **row)
    number = insert_new(connection, t.message, office.id, _KEY, _INSTANT, **row)
    if number is None and not _joined(connection, office.id, telling, key, now):
        number = insert_new(connection, t.message, office.id, _KEY, **row)
    return number


class Gathered:
    """What steps that follow one another in one instant have to say, until all of it is known."""

    def __init__(self) -> None:
        self.tellings: list[tuple[OfficeRow, Telling]] = []

    @contextmanager
    def part(self) -> Iterator[None]:
        """What a part that fails had to say is not said."""
        before = len(self.tellings)
        try:
            yield
        except BaseException:
            del self.tellings[before:]
            raise


@contextmanager
def gathered(connection: Connection, now: datetime) -> Iterator[Gathered]:
    """Within it what is said waits; at its end each message is written once, however many tasks it speaks of."""
    known, waiting = connection.info, Gathered()  # asked for once: a connection that broke has none
    known[_GATHERED] = waiting
    try:
        yield waiting
    finally:
        known.pop(_GATHERED, None)
    messages: dict[tuple[Any, ...], list[Telling]] = {}
    for _office, telling in waiting.tellings:
        cause = (telling.event, telling.recipient_id, telling.while_states, *_cause(telling.fields))
        messages.setdefault(cause, []).append(telling)
    for first, *others in messages.values():
        fields = _with(first.fields, [one.fields for one in others])
        about = tuple(item for one in (first, *others) for item in one.about)
        queue(connection, waiting.tellings[0][0], replace(first, fields=fields, about=about), now)


def say(connection: Connection, office: OfficeRow, telling: Telling, now: datetime) -> None:
    """Queue what may join another message: now, or with all that is gathered."""
    waiting = connection.info.get(_GATHERED)
    if waiting is None:
        queue(connection, office, telling, now)
    else:
        waiting.tellings.append((office, telling))


def _key(office: OfficeRow, telling: Telling) -> str:
    return f"{telling.event}|{telling.key}|{telling.recipient_id}|{office.channel}"


def _row(office: OfficeRow, telling: Telling, key: str, now: datetime) -> dict[str, Any]:
    held = telling.held_reason or office.held_reason
    stamp = hashlib.sha256(f"{office.id}|{key}".encode()).hexdigest()[:32]
    return {
        "dedupe_key": key,
        "event": telling.event,
        "level": telling.level,
        "recipient_id": telling.recipient_id,
        "channel": office.channel,
        "fields": telling.fields,
        "about": [list(item) for item in telling.about],
        "while_states": list(telling.while_states),
        "message_id": f"<{stamp}@duban>",
        "state": MessageState.HELD.value if held else MessageState.DUE.value,
        "reason": held,
        "created_at": now,
        "next_at": telling.not_before or now,
    }


def _joined(connection: Connection, office_id: int, telling: Telling, key: str, now: datetime) -> bool:
    """Add the telling to the message of the same instant, if there is one with the same cause and reason."""
    asked = {"office": office_id, "recipient": telling.recipient_id, "event": telling.event, "now": now}
    there = _OPEN.rows(connection, asked)
    if any(row.dedupe_key == key for row in there):
        return True  # told already, word for word
    row = max(there, key=lambda one: int(one.id), default=None)
    if row is None or list(row.while_states) != list(telling.while_states):
        return False
    if _cause(row.fields) != _cause(telling.fields):
        return False
    fields = _with(row.fields, [telling.fields])
    about = [*row.about, *(list(item) for item in telling.about)]
    _GROWN.change(connection, {"of_office": office_id, "number": row.id, "fields": fields, "about": about})
    return True


def _cause(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two tellings must have in common to be one message."""
    return tuple(fields.get(name) for name in _SAME)


def _with(fields: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The words of a message that speaks of the tasks of others, too."""
    every = [fields, *others]
    units = dict.fromkeys(unit for one in every for unit in one["unit_name"].split("、"))
    return {**fields, "tasks": [line for one in every for line in one["tasks"]], "unit_name": "、".join(units)}


def people_with(
    connection: Connection, office_id: int, roles: Iterable[Role], on: date, *, unit_id: int | None = None
) -> list[int]:
    """The active people who hold one of the roles on a day, in the unit where the role is a unit's."""
    held = tuple(role.value for role in roles)
    asked = {"office": office_id, "unit": unit_id, "on": on}
    return _holders(held, anywhere=unit_id is None).scalars(connection, asked)


def duties_of(connection: Connection, office_id: int, role: Role, on: date) -> list[tuple[int, int | None]]:
    """Who holds a role on a day, in which unit: (person, unit) of each duty of the active people."""
    asked = {"office": office_id, "role": role.value, "on": on}
    return [(row.person_id, row.unit_id) for row in _DUTIES.rows(connection, asked)]


@cache
def _holders(roles: tuple[str, ...], *, anywhere: bool) -> Statement:
    d, p = t.duty.c, t.person.c

    def of(role: str) -> sa.ColumnElement[bool]:
        # The office's duties have no unit. Said so, an index finds them, however many people the units have.
        if role not in UNIT_ROLES:
            return (d.role == role) & d.unit_id.is_(None)
        return d.role == role if anywhere else (d.role == role) & (d.unit_id == sa.bindparam("unit"))

    return Statement(
        sa.select(d.person_id)
        .join(t.person, (p.office_id == d.office_id) & (p.id == d.person_id))
        .where(
            d.office_id == sa.bindparam("office"),
            sa.or_(*map(of, roles)),
            held_on(sa.bindparam("on", type_=sa.Date())),
            p.active,
        )
        .distinct()
        .order_by(d.person_id)
    )
