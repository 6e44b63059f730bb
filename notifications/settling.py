"""What became of a handful of tries, written in one transaction; what was not begun is given back in it (decision 57)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert_all
from models.among import among
from models.errors import DubanError
from models.language import _
from models.loading import Revision
from models.statements import Statement
from models.states import MessageState
from notifications import dead_letters
from notifications.channel import DeliveryError
from notifications.claims import TRIES, give_back
from notifications.sending import LATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from notifications.claims import Claimed
    from notifications.sending import Try, Way

LONGEST_WAIT: Final = timedelta(hours=6)

_HELD_BY_US: Final = Statement(
    sa.select(t.message.c.id, t.message.c.attempts).where(
        t.message.c.office_id == sa.bindparam("office"),
        among(t.message.c.id, "numbers"),
        t.message.c.state == MessageState.SENDING.value,
    )
)
_WORDS: Final = ("address", "subject", "body")
_SETTLED: Final = Revision(t.message, ("state", "reason", "next_at", "settled_at", *_WORDS), claimed_until=None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended."""

    tried: Try
    state: MessageState
    code: str = ""
    detail: str = ""


def backoff(attempt: int) -> timedelta:
    """How long to wait after the n-th try in a row: 1, 2, 4, … minutes, at most six hours."""
    return min(timedelta(minutes=2 ** ((attempt - 1) % TRIES)), LONGEST_WAIT)


def judge(one: Try, way: Way) -> Outcome:
    """A try's end, from what came of it."""
    error = one.error
    if one.late:
        late = _("no answer within {seconds:g} seconds").format(seconds=way.seconds)
        if way.stopped():
            late = _("the service was stopped before an answer came")
        return _failed(one, permanent=False, code=LATE, detail=late)
    if one.taken:
        return Outcome(one, MessageState.SENT)
    if error is None:  # whatever ended the thread, nobody took the message
        return _failed(one, permanent=False, code="error", detail=_("the send ended without an answer"))
    if isinstance(error, DeliveryError):
        return _failed(one, permanent=error.permanent, code=error.code, detail=error.reason)
    if isinstance(error, DubanError):
        return _failed(one, permanent=one.envelope is None, code=error.code, detail=error.what)
    return _failed(one, permanent=False, code="error", detail=f"{type(error).__name__}: {error}")


def _failed(one: Try, *, permanent: bool, code: str, detail: str) -> Outcome:
    given_up = permanent or one.claimed.attempt % TRIES == 0
    return Outcome(one, MessageState.DEAD if given_up else MessageState.RETRY, code, detail[:500])


def settle(
    connection: Connection, office_id: int, outcomes: Sequence[Outcome], unsent: Sequence[Claimed], now: datetime
) -> list[Outcome]:
    """Write the outcomes and give back what is unsent; returns those that count.

    Where the lease was lost to another worker, that one's outcome counts, and a try that it has closed as lost stays
    so. The caller holds the office's lock.
    """
    numbers = [one.tried.claimed.row["id"] for one in outcomes]
    asked = {"office": office_id, "numbers": numbers}
    ours = {(row.id, row.attempts) for row in _HELD_BY_US.rows(connection, asked)}
    counting = [one for one in outcomes if (one.tried.claimed.row["id"], one.tried.claimed.attempt) in ours]
    insert_all(connection, t.attempt, office_id, [_attempt(one, now) for one in counting])
    _SETTLED.make(connection, office_id, [_message(one, now) for one in counting])
    for one in counting:
        if one.state is MessageState.DEAD:
            dead_letters.queue(connection, one.tried.claimed.row, one.detail, now)
    give_back(connection, unsent)
    return counting


def _attempt(one: Outcome, now: datetime) -> dict[str, Any]:
    claimed = one.tried.claimed
    return {
        "message": claimed.row["id"],
        "number": claimed.attempt,
        "started_at": now,
        "finished_at": now,
        "outcome": one.state.value,
        "code": one.code,
        "detail": one.detail or claimed.note,
    }


def _message(one: Outcome, now: datetime) -> dict[str, Any]:
    claimed, envelope = one.tried.claimed, one.tried.envelope
    row, again = claimed.row, one.state is MessageState.RETRY
    return {
        "id": row["id"],
        "state": one.state.value,
        "reason": one.detail if again else one.detail or claimed.note,
        "next_at": now + backoff(claimed.attempt) if again else row["next_at"],
        "settled_at": None if again else now,
        **{name: getattr(envelope, name) if envelope else row[name] for name in _WORDS},
    }
