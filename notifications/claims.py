"""Claiming an outbox row: one worker gets it, the attempt is written before the send, the recipient is found anew.

Source: design section 8, ``reliability.md`` I6 and I7. A worker that dies leaves a lease that runs out; the next one
takes the row again and sends a second copy under the same Message-ID.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.database import insert
from models.language import _
from models.statements import Statement
from models.states import MessageState
from models.times import local_date
from notifications.addressee import Person, overtaken, still_wanted, whose
from notifications.dead_letters import HELD_EVENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: longer than a whole batch may take, so that a living worker never loses its row
LEASE: Final = timedelta(minutes=15)
#: tries in a row before a message is given up; a retry by hand grants as many again
TRIES: Final = 8

# Built once: all are asked for every message.
_HELD: Final = Statement(sa.select(t.watermark.c.held_reason).where(t.watermark.c.office_id == sa.bindparam("office")))
_MESSAGE: Final = Statement(
    sa.select(t.message).where(
        t.message.c.office_id == sa.bindparam("office"), t.message.c.id == sa.bindparam("number")
    )
)
_LEASED: Final = Statement(
    sa.select(t.message.c.id)
    .where(
        t.message.c.office_id == sa.bindparam("office"),
        t.message.c.state == MessageState.SENDING.value,
        t.message.c.claimed_until > sa.bindparam("now", type_=t.message.c.claimed_until.type),
    )
    .limit(1)
)
_TAKEN: Final = Statement(
    sa.update(t.message)
    .where(
        t.message.c.office_id == sa.bindparam("of_office"),
        t.message.c.id == sa.bindparam("number"),
        t.message.c.state == sa.bindparam("was"),
        t.message.c.attempts == sa.bindparam("tried"),
    )
    .values(state=MessageState.SENDING.value, claimed_until=sa.bindparam("lease"), attempts=sa.bindparam("attempt"))
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker holds, with what is still true of it."""

    row: Mapping[str, Any]
    person: Person
    fields: dict[str, Any]
    attempt: int
    #: filled when a substitute gets it
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A row that ended without a send, and why."""

    row: Mapping[str, Any]
    state: MessageState
    reason: str


def held_reason(connection: Connection, office_id: int) -> str:
    """Why the office's sends are held, or an empty string."""
    return _HELD.scalar(connection, {"office": office_id}) or ""


def leased(connection: Connection, office_id: int, now: datetime) -> bool:
    """Whether any row is being sent under a lease that still runs."""
    return _LEASED.scalar(connection, {"office": office_id, "now": now}) is not None


def end_leases(connection: Connection, office_id: int, now: datetime) -> None:
    """Whoever sends is dead: let each row be claimed again."""
    m = t.message.c
    sending = sa.and_(m.office_id == office_id, m.state == MessageState.SENDING.value)
    connection.execute(sa.update(t.message).where(sending).values(claimed_until=now))


def waiting(
    connection: Connection,
    office_id: int,
    now: datetime,
    limit: int,
    *,
    only: str = "",
    resting: Collection[str] = (),
) -> list[tuple[int, str]]:
    """The rows that may be claimed at an instant, the oldest first, each with its channel.

    ``only`` narrows them to one event. Of the events ``resting`` reminders stay away, news does not: what a person
    just did is told at any hour.
    """
    asked = {"office": office_id, "now": now, "limit": limit, "only": only}
    return [
        (row.id, row.channel) for row in _waiting(tuple(sorted(resting)), of_one=bool(only)).rows(connection, asked)
    ]


@cache
def _waiting(resting: tuple[str, ...], *, of_one: bool) -> Statement:
    m = t.message.c
    # Of the few that are under way, found by their state: an "or" over all would look at every message there ever was.
    # (SQLite makes an IN of this "or", and asks the index for each.)
    under_way = sa.or_(*(m.state == one.value for one in (MessageState.DUE, MessageState.RETRY, MessageState.SENDING)))
    until = sa.case((m.state == MessageState.SENDING.value, m.claimed_until), else_=m.next_at)
    query = sa.select(m.id, m.channel).where(
        m.office_id == sa.bindparam("office"), under_way, until <= sa.bindparam("now", type_=m.next_at.type)
    )
    if of_one:
        query = query.where(m.event == sa.bindparam("only"))
    if resting:
        awake = sa.and_(*(m.event != event for event in resting))
        query = query.where(awake | (sa.cast(m.while_states, sa.String) == "[]"))
    return Statement(query.order_by(m.next_at, m.id).limit(sa.bindparam("limit")))


def claim(connection: Connection, office_id: int, number: int, now: datetime) -> Claimed | Settled | None:
    """Take the row, or end it with its reason; None when another worker has it, or sends have been held since."""
    row = _MESSAGE.first(connection, {"office": office_id, "number": number})._asdict()
    if not _claimable(row, now) or (row["event"] != HELD_EVENT and held_reason(connection, office_id)):
        return None
    if row["state"] == MessageState.SENDING:
        _close_lost(connection, row, now)
        if row["attempts"] % TRIES == 0:
            return _end(connection, row, MessageState.DEAD, _("the last try was cut short"), now)
    wanted = still_wanted(connection, row, local_date(now))
    if wanted is None:
        return _end(connection, row, MessageState.NOT_NEEDED, _("nothing it speaks of still waits"), now)
    wanted, by = overtaken(connection, row, wanted)
    if by:
        reason = _("message {id}, graver and later, took its place").format(id=by)
        return _end(connection, row, MessageState.SUPERSEDED, reason, now)
    person, note, wanted = whose(connection, row, wanted, local_date(now))
    if person is None:
        return _end(connection, row, MessageState.NOT_NEEDED, note, now)
    attempt = row["attempts"] + 1
    this = {"of_office": office_id, "number": number, "was": row["state"], "tried": row["attempts"]}
    if _TAKEN.change(connection, this | {"lease": now + LEASE, "attempt": attempt}) != 1:
        return None
    insert(
        connection, t.attempt, office_id, message=number, number=attempt, started_at=now, outcome="", code="", detail=""
    )
    return Claimed(row, person, wanted, attempt, note)


def _claimable(row: Mapping[str, Any], now: datetime) -> bool:
    if row["state"] == MessageState.SENDING:
        return row["claimed_until"] is None or row["claimed_until"] <= now
    return row["state"] in (MessageState.DUE, MessageState.RETRY) and row["next_at"] <= now


def _close_lost(connection: Connection, row: Mapping[str, Any], now: datetime) -> None:
    """The attempt of a worker that died: whether it was sent is not known."""
    a = t.attempt.c
    connection.execute(
        sa.update(t.attempt)
        .where(a.office_id == row["office_id"], a.message == row["id"], a.finished_at.is_(None))
        .values(finished_at=now, outcome="lost", detail=_("the sender stopped in the middle; it may have arrived"))
    )


def _end(connection: Connection, row: Mapping[str, Any], state: MessageState, reason: str, now: datetime) -> Settled:
    connection.execute(
        sa.update(t.message)
        .where(t.message.c.office_id == row["office_id"], t.message.c.id == row["id"])
        .values(state=state.value, reason=reason, settled_at=now, claimed_until=None)
    )
    return Settled(row, state, reason)
