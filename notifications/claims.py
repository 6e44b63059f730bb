"""Claiming an outbox row: one worker gets it, the attempt is written before the send, the recipient is found anew.

Source: design section 8, ``reliability.md`` I6 and I7. A worker that dies leaves a lease that runs out; the next one
takes the row again and sends a second copy under the same Message-ID.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.database import insert
from models.language import _
from models.states import MessageState
from models.times import local_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection, RowMapping

#: longer than a whole batch may take, so that a living worker never loses its row
LEASE: Final = timedelta(minutes=15)
#: tries in a row before a message is given up; a retry by hand grants as many again
TRIES: Final = 8
#: the reminder that being received makes needless, though the state stays
UNRECEIVED: Final = "not_received"


@dataclass(frozen=True, slots=True)
class Person:
    """Who a message goes to now."""

    id: int
    login: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker holds, with what is still true of it."""

    row: RowMapping
    person: Person
    fields: dict[str, Any]
    attempt: int
    #: filled when a substitute gets it
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A row that ended without a send, and why."""

    row: RowMapping
    state: MessageState
    reason: str


def waiting(connection: Connection, office_id: int, now: datetime, limit: int, only: str = "") -> list[int]:
    """The rows that may be claimed at an instant, the oldest first; ``only`` narrows them to one event."""
    m = t.message.c
    ready = sa.and_(m.state.in_([MessageState.DUE.value, MessageState.RETRY.value]), m.next_at <= now)
    abandoned = sa.and_(m.state == MessageState.SENDING.value, m.claimed_until <= now)
    query = sa.select(m.id).where(m.office_id == office_id, ready | abandoned)
    if only:
        query = query.where(m.event == only)
    return list(connection.scalars(query.order_by(m.next_at, m.id).limit(limit)))


def claim(connection: Connection, office_id: int, number: int, now: datetime) -> Claimed | Settled | None:
    """Take the row, or end it with its reason; None when another worker has it."""
    m = t.message.c
    row = connection.execute(sa.select(t.message).where(m.office_id == office_id, m.id == number)).mappings().one()
    if not _claimable(row, now):
        return None
    if row["state"] == MessageState.SENDING:
        _close_lost(connection, row, now)
        if row["attempts"] % TRIES == 0:
            return _end(connection, row, MessageState.DEAD, _("the last try was cut short"), now)
    wanted = _still_wanted(connection, row)
    if wanted is None:
        return _end(connection, row, MessageState.NOT_NEEDED, _("nothing it speaks of still waits"), now)
    person, note = recipient(connection, office_id, row["recipient_id"], local_date(now))
    if person is None:
        return _end(connection, row, MessageState.NOT_NEEDED, note, now)
    swapped = connection.execute(
        sa.update(t.message)
        .where(m.office_id == office_id, m.id == number, m.state == row["state"], m.attempts == row["attempts"])
        .values(state=MessageState.SENDING.value, claimed_until=now + LEASE, attempts=row["attempts"] + 1)
    )
    if swapped.rowcount != 1:
        return None
    attempt = row["attempts"] + 1
    insert(
        connection, t.attempt, office_id, message=number, number=attempt, started_at=now, outcome="", code="", detail=""
    )
    return Claimed(row, person, wanted, attempt, note)


def _claimable(row: RowMapping, now: datetime) -> bool:
    if row["state"] == MessageState.SENDING:
        return row["claimed_until"] is None or row["claimed_until"] <= now
    return row["state"] in (MessageState.DUE, MessageState.RETRY) and row["next_at"] <= now


def _close_lost(connection: Connection, row: RowMapping, now: datetime) -> None:
    """The attempt of a worker that died: whether it was sent is not known."""
    a = t.attempt.c
    connection.execute(
        sa.update(t.attempt)
        .where(a.office_id == row["office_id"], a.message == row["id"], a.finished_at.is_(None))
        .values(finished_at=now, outcome="lost", detail=_("the sender stopped in the middle; it may have arrived"))
    )


def _end(connection: Connection, row: RowMapping, state: MessageState, reason: str, now: datetime) -> Settled:
    connection.execute(
        sa.update(t.message)
        .where(t.message.c.office_id == row["office_id"], t.message.c.id == row["id"])
        .values(state=state.value, reason=reason, settled_at=now, claimed_until=None)
    )
    return Settled(row, state, reason)


def _still_wanted(connection: Connection, row: RowMapping) -> dict[str, Any] | None:
    """The fields with the tasks that still wait; None when none does.

    Without ``while_states`` it is news, and stays. A line of ``tasks`` may carry states of its own.
    """
    fields = dict(row["fields"])
    if not row["while_states"] or not row["about"]:
        return fields
    task = t.task.c
    ids = [item[0] for item in row["about"]]
    query = sa.select(task.id, task.round, task.due_revision, task.state, task.received_at).where(
        task.office_id == row["office_id"], task.id.in_(ids)
    )
    standing = {(found.id, found.round, found.due_revision): found for found in connection.execute(query)}
    lines = {line.get("task_id"): line for line in fields.get("tasks") or []}
    kept = set()
    for item in row["about"]:
        found, line = standing.get(tuple(item)), lines.get(item[0], {})
        if found is None or found.state not in (line.get("while_states") or row["while_states"]):
            continue
        if line.get("template") == UNRECEIVED and found.received_at is not None:
            continue
        kept.add(item[0])
    if not kept:
        return None
    if isinstance(fields.get("tasks"), list):
        fields["tasks"] = [line for line in fields["tasks"] if line.get("task_id") in kept]
        names = [line["unit_name"] for line in fields["tasks"] if line.get("unit_name")]
        fields["unit_name"] = "、".join(dict.fromkeys(names)) or fields.get("unit_name", "")
    return fields


def recipient(connection: Connection, office_id: int, person_id: int, on: date) -> tuple[Person | None, str]:
    """The person, or the substitute of an absent one, on a Shanghai day; None with the reason when nobody is left."""
    person = _person(connection, office_id, person_id)
    if person is None or not _serves(connection, office_id, person_id, on):
        return None, _("the recipient no longer holds a duty")
    away = connection.scalar(
        sa.select(t.absence.c.substitute_id)
        .where(
            t.absence.c.office_id == office_id,
            t.absence.c.person_id == person_id,
            t.absence.c.from_on <= on,
            t.absence.c.to_on >= on,
        )
        .order_by(t.absence.c.id.desc())
        .limit(1)
    )
    substitute = _person(connection, office_id, away) if away is not None else None
    if substitute is None:
        return person, ""
    return substitute, _("{name} stands in for {absent}").format(name=substitute.name, absent=person.name)


def _person(connection: Connection, office_id: int, person_id: int) -> Person | None:
    p = t.person.c
    row = connection.execute(
        sa.select(p.id, p.login, p.name, p.email).where(p.office_id == office_id, p.id == person_id, p.active)
    ).first()
    return Person(row.id, row.login, row.name, row.email) if row else None


def _serves(connection: Connection, office_id: int, person_id: int, on: date) -> bool:
    d = t.duty.c
    query = sa.select(d.id).where(
        d.office_id == office_id,
        d.person_id == person_id,
        d.valid_from <= on,
        d.valid_to.is_(None) | (d.valid_to >= on),
    )
    return connection.scalar(query.limit(1)) is not None
