"""Claiming a handful of outbox rows in one transaction: one worker gets each, and its recipient is found anew.

Source: design section 8, ``reliability.md`` I6 and I7, decision 57. Each try is counted in its row before it is made. A
worker that dies leaves leases that run out; the next one takes the rows again and sends a second copy under the same
Message-ID. What was claimed and not begun is given back as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from models import tables as t
from models.adding import insert_all
from models.among import among
from models.holds import held_reason
from models.language import _
from models.loading import Revision
from models.statements import Statement
from models.states import MessageState
from models.times import local_date
from notifications.addressee import Standing
from notifications.dead_letters import HELD_EVENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from notifications.addressee import Person

#: longer than a whole batch may take, so that a living worker never loses its row
LEASE: Final = timedelta(minutes=15)
#: tries in a row before a message is given up; a retry by hand grants as many again
TRIES: Final = 8
#: the outcome of a try whose sender died in the middle
LOST: Final = "lost"

_OFFICE: Final[sa.BindParameter[int]] = sa.bindparam("office")
_ROWS: Final = Statement(sa.select(t.message).where(t.message.c.office_id == _OFFICE, among(t.message.c.id, "numbers")))
_TAKEN: Final = Statement(
    sa.update(t.message)
    .where(
        t.message.c.office_id == sa.bindparam("of_office"),
        among(t.message.c.id, "numbers"),
    )
    .values(state=MessageState.SENDING.value, claimed_until=sa.bindparam("lease"), attempts=t.message.c.attempts + 1)
)
_ENDED: Final = Revision(t.message, ("state", "reason", "settled_at"), claimed_until=None)
_GIVEN_BACK: Final = Statement(
    sa.update(t.message)
    .where(
        t.message.c.office_id == sa.bindparam("of_office"),
        t.message.c.id == sa.bindparam("number"),
        t.message.c.state == MessageState.SENDING.value,
        t.message.c.attempts == sa.bindparam("tried"),
    )
    .values(state=sa.bindparam("was"), attempts=t.message.c.attempts - 1, claimed_until=None)
)
_A: Final = t.attempt.c
#: it is being sent still, or was when its sender died, and has waited since
_CUT_SHORT: Final = sa.case(
    (t.message.c.state == MessageState.SENDING.value, sa.true()),
    (t.message.c.attempts == 0, sa.false()),
    else_=sa.exists().where(
        _A.office_id == _OFFICE,
        _A.message == t.message.c.id,
        _A.number == t.message.c.attempts,
        _A.outcome == LOST,
    ),
)


class Due(NamedTuple):
    """A row that may be claimed."""

    number: int
    channel: str
    #: Its last try was cut short, and it may have been the cause: no other is claimed with it, and none suffers with it.
    cut_short: bool


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


def waiting(
    connection: Connection,
    office_id: int,
    now: datetime,
    limit: int,
    *,
    only: str = "",
    resting: Collection[str] = (),
    alone: bool = False,
) -> list[Due]:
    """The rows that may be claimed at an instant, the oldest first.

    ``only`` narrows them to one event; ``alone``: whatever is being sent is a dead worker's, and need not wait.
    Of the events ``resting`` reminders stay away, news does not: what a person just did is told at any hour.
    """
    asked = {"office": office_id, "now": now, "limit": limit, "only": only}
    return [
        Due(row.id, row.channel, bool(row.cut_short))
        for row in _waiting(tuple(sorted(resting)), of_one=bool(only), alone=alone).rows(connection, asked)
    ]


@cache
def _waiting(resting: tuple[str, ...], *, of_one: bool, alone: bool) -> Statement:
    m = t.message.c
    # Of the few that are under way, found by their state: an "or" over all would look at every message there ever was.
    # (SQLite makes an IN of this "or", and asks the index for each.)
    under_way = sa.or_(*(m.state == one.value for one in (MessageState.DUE, MessageState.RETRY, MessageState.SENDING)))
    until = m.next_at if alone else sa.case((m.state == MessageState.SENDING.value, m.claimed_until), else_=m.next_at)
    query = sa.select(m.id, m.channel, _CUT_SHORT.label("cut_short")).where(
        m.office_id == sa.bindparam("office"), under_way, until <= sa.bindparam("now", type_=m.next_at.type)
    )
    if of_one:
        query = query.where(m.event == sa.bindparam("only"))
    if resting:
        awake = sa.and_(*(m.event != event for event in resting))
        query = query.where(awake | (sa.cast(m.while_states, sa.String) == "[]"))
    return Statement(query.order_by(m.next_at, m.id).limit(sa.bindparam("limit")))


def claim(
    connection: Connection, office_id: int, numbers: Sequence[int], now: datetime, *, alone: bool = False
) -> tuple[list[Claimed], list[Settled]]:
    """Take the rows, or end them with their reasons, in the order of ``numbers``; ``alone`` as in ``waiting``.

    Rows that another worker has are in neither list; nor are any, but the notice of a hold, where sends have been held
    since. The caller holds the office's lock: what is read stays as it is until it is written.
    """
    held = held_reason(connection, office_id)
    found = {row.id: row._asdict() for row in _ROWS.rows(connection, {"office": office_id, "numbers": numbers})}
    rows = [found[number] for number in numbers if _claimable(found[number], now, alone=alone)]
    rows = [row for row in rows if not held or row["event"] == HELD_EVENT]
    _close_lost(connection, office_id, [row for row in rows if row["state"] == MessageState.SENDING], now)
    standing = Standing(connection, office_id, rows, local_date(now))
    taken: list[Claimed] = []
    ended: list[Settled] = []
    for row in rows:
        one = _judged(row, standing)
        if isinstance(one, Settled):
            standing.ended.add(row["id"])
            ended.append(one)
        else:
            taken.append(one)
    _end(connection, office_id, ended, now)
    if taken:
        this = {"of_office": office_id, "numbers": [one.row["id"] for one in taken], "lease": now + LEASE}
        _TAKEN.post(connection, this)
    return taken, ended


def _judged(row: Mapping[str, Any], standing: Standing) -> Claimed | Settled:
    """Whether the message is still to be sent, and to whom; by how things stand now."""
    if row["state"] == MessageState.SENDING and row["attempts"] % TRIES == 0:
        return Settled(row, MessageState.DEAD, _("the last try was cut short"))
    wanted = standing.still_wanted(row)
    if wanted is None:
        return Settled(row, MessageState.NOT_NEEDED, _("nothing it speaks of still waits"))
    wanted, by = standing.overtaken(row, wanted)
    if by:
        reason = _("message {id}, graver and later, took its place").format(id=by)
        return Settled(row, MessageState.SUPERSEDED, reason)
    person, note, wanted = standing.whose(row, wanted)
    if person is None:
        return Settled(row, MessageState.NOT_NEEDED, note)
    return Claimed(row, person, wanted, row["attempts"] + 1, note)


def give_back(connection: Connection, unsent: Sequence[Claimed]) -> None:
    """Let what was claimed and not begun wait as before: no try is used up."""
    again = (MessageState.SENDING.value, MessageState.RETRY.value)
    _GIVEN_BACK.each(
        connection,
        [
            {
                "of_office": one.row["office_id"],
                "number": one.row["id"],
                "tried": one.attempt,
                "was": again[1] if one.row["state"] in again else MessageState.DUE.value,
            }
            for one in unsent
        ],
    )


def _claimable(row: Mapping[str, Any], now: datetime, *, alone: bool) -> bool:
    if row["state"] == MessageState.SENDING:
        return alone or row["claimed_until"] is None or row["claimed_until"] <= now
    return row["state"] in (MessageState.DUE, MessageState.RETRY) and row["next_at"] <= now


def _close_lost(connection: Connection, office_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """The tries of a worker that died: whether they were sent is not known."""
    detail = _("the sender stopped in the middle; it may have arrived")
    lost = [
        {
            "message": row["id"],
            "number": row["attempts"],
            "started_at": row["claimed_until"] - LEASE if row["claimed_until"] else now,
            "finished_at": now,
            "outcome": LOST,
            "code": "",
            "detail": detail,
        }
        for row in rows
    ]
    insert_all(connection, t.attempt, office_id, lost)


def _end(connection: Connection, office_id: int, ended: Sequence[Settled], now: datetime) -> None:
    rows = [{"id": one.row["id"], "state": one.state.value, "reason": one.reason, "settled_at": now} for one in ended]
    _ENDED.make(connection, office_id, rows)
