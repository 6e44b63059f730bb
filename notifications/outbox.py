"""Delivering the outbox: claim, attempt row, send outside any transaction, outcome (design, section 8).

Delivery is at least once and says so: a second copy carries the same Message-ID. A temporary failure backs off and
is tried again, a permanent one stops with its reason and becomes work for the office; nothing is lost, and one
recipient's failure never stops the others.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.errors import DubanError
from models.language import _
from models.statements import Statement
from models.states import MessageState
from notifications import dead_letters
from notifications.channel import DeliveryError
from notifications.claims import TRIES, Claimed, Settled, claim, end_leases, held_reason, leased, waiting
from notifications.letter import check_private, letter
from notifications.render import NONE, OwnWords

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.errors import BadInput
    from notifications.channel import Channel, Envelope

#: wall-clock limit of one delivery: a server that drips a byte at a time defeats a socket's timeout
SEND_SECONDS: Final = 60.0
#: a batch starts no further send after this long, well within the lease of its rows
BATCH_SECONDS: Final = 300.0
LONGEST_WAIT: Final = timedelta(hours=6)
#: told to stop, a worker waits this much longer for the send in hand, then leaves it to the next try
GRACE_SECONDS: Final = 5.0
#: how often a worker that waits for a send looks whether it is told to stop
_LOOK_SECONDS: Final = 0.2
#: the code of a send, ours or a channel's, that used up its time
LATE: Final = "timeout"
#: so many late sends in a row, and a channel waits for the next batch
_PATIENT: Final = 2

# Built once: both are written for every message. A try that another worker has closed as lost stays so.
_TRIED: Final = Statement(
    sa.update(t.attempt)
    .where(
        t.attempt.c.office_id == sa.bindparam("of_office"),
        t.attempt.c.message == sa.bindparam("of_message"),
        t.attempt.c.number == sa.bindparam("attempt"),
        t.attempt.c.finished_at.is_(None),
    )
    .values({name: sa.bindparam(name) for name in ("finished_at", "outcome", "code", "detail")})
)
_SETTLED: Final = Statement(
    sa.update(t.message)
    .where(
        t.message.c.office_id == sa.bindparam("of_office"),
        t.message.c.id == sa.bindparam("of_message"),
        t.message.c.state == MessageState.SENDING.value,
        t.message.c.attempts == sa.bindparam("attempt"),
    )
    .values(claimed_until=None)
    .values(
        {
            name: sa.bindparam(name)
            for name in ("state", "reason", "next_at", "settled_at", "address", "subject", "body")
        }
    )
)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """How many rows ended in which state in one batch."""

    counts: dict[str, int] = field(default_factory=dict)
    #: why nothing was sent, when the office's sends are held
    held_reason: str = ""

    @property
    def sent(self) -> int:
        """Messages handed over."""
        return self.counts.get(MessageState.SENT.value, 0)

    @property
    def total(self) -> int:
        """Rows looked at."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Outcome:
    state: MessageState
    code: str = ""
    detail: str = ""


def deliver(
    database: Database,
    office_id: int,
    open_channel: Callable[[str], Channel],
    now: datetime,
    *,
    limit: int = 200,
    own: OwnWords = NONE,
    send_seconds: float = SEND_SECONDS,
    resting: Callable[[Connection], Collection[str]] = lambda _connection: (),
    stopped: Callable[[], bool] = lambda: False,
    alone: bool = False,
) -> DeliveryReport:
    """Send what is due at ``now``; while the office's sends are held only the notice of the hold itself goes out.

    ``open_channel`` gives the channel of a name; ``own`` are the office's own words; each send has ``send_seconds`` of
    wall time. Reminders of the events that ``resting`` names wait, whatever else goes out: it is night, or a day off.
    It is asked only when there is anything to send; ``stopped`` is asked between two sends.
    ``alone``: the caller holds the lock that makes it the only worker, so whatever is being sent is a dead one's.
    """
    if alone:
        _take_over(database, office_id, now)
    with database.read() as connection:
        found, held = due(connection, office_id, now, limit, resting)
    queue = _Queue(found)
    counts: Counter[str] = Counter()
    until = time.monotonic() + BATCH_SECONDS
    while queue.line and not stopped() and time.monotonic() < until:
        number, channel = queue.line.popleft()
        outcome = _one(database, office_id, number, open_channel, now, own, _Patience(send_seconds, stopped))
        if outcome is not None:
            counts[outcome.state.value] += 1
            queue.heed(channel, late=outcome.code == LATE)
    return DeliveryReport(dict(counts), held)


def due(
    connection: Connection,
    office_id: int,
    now: datetime,
    limit: int,
    resting: Callable[[Connection], Collection[str]],
) -> tuple[list[tuple[int, str]], str]:
    """What would go out at an instant, each with its channel, and why the rest is held; as ``deliver``."""
    held = held_reason(connection, office_id)
    only = dead_letters.HELD_EVENT if held else ""
    found = waiting(connection, office_id, now, limit, only=only)
    if found and (asleep := resting(connection)):
        found = waiting(connection, office_id, now, limit, only=only, resting=asleep)
    return found, held


class _Queue:
    """Whose turn it is. A send that uses up its time keeps the others waiting, so what goes the same way steps back.

    After one, the rest of its channel is sent behind all others; after two in a row it waits for the next batch: the
    server is out of order, and each would take as long.
    """

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        """Rows with their channels, in the order in which they would go."""
        self.line = deque(rows)
        self._late: Counter[str] = Counter()

    def heed(self, channel: str, *, late: bool) -> None:
        """How the last send through a channel came out."""
        self._late[channel] = self._late[channel] + 1 if late else 0
        if late:
            rest = [row for row in self.line if row[1] == channel] if self._late[channel] < _PATIENT else []
            self.line = deque([*(row for row in self.line if row[1] != channel), *rest])


def _one(
    database: Database,
    office_id: int,
    number: int,
    open_channel: Callable[[str], Channel],
    now: datetime,
    own: OwnWords,
    patience: _Patience,
) -> _Outcome | None:
    """One row from its claim to its outcome; None when another worker has it or had it."""
    with database.write(office_id) as connection:
        claimed = claim(connection, office_id, number, now)
        if isinstance(claimed, Settled) and claimed.state is MessageState.DEAD:
            dead_letters.queue(connection, dict(claimed.row), claimed.reason, now)
    if isinstance(claimed, Claimed):
        outcome, sent = _send(claimed, open_channel, now, own, patience)
        settled = _settle(database, claimed, (outcome, sent.envelope), now)
        for name, refusal in sent.fallen:
            own.fallen(name, refusal)
        return settled
    return _Outcome(claimed.state) if claimed is not None else None


def _take_over(database: Database, office_id: int, now: datetime) -> None:
    """End the leases that a dead worker left, so that its messages need not wait for them."""
    with database.read() as connection:
        if not leased(connection, office_id, now):
            return
    with database.write(office_id) as connection:
        end_leases(connection, office_id, now)


def backoff(attempt: int) -> timedelta:
    """How long to wait after the n-th try in a row: 1, 2, 4, … minutes, at most six hours."""
    return min(timedelta(minutes=2 ** ((attempt - 1) % TRIES)), LONGEST_WAIT)


@dataclass(slots=True)
class _Sent:
    """What came of a send in its own thread."""

    envelope: Envelope | None = None
    error: Exception | None = None
    #: the channel came back: without it nothing is known, whatever ended the thread
    taken: bool = False
    #: templates of the office that failed, and why: the message goes out in the shipped words
    fallen: list[tuple[str, BadInput]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for a send: its time, or a short grace once the worker is told to stop."""

    seconds: float
    stopped: Callable[[], bool]

    def wait(self, thread: threading.Thread) -> None:
        until = time.monotonic() + self.seconds
        hurried = False
        while thread.is_alive() and (left := until - time.monotonic()) > 0:
            thread.join(min(_LOOK_SECONDS, left))
            if not hurried and self.stopped():
                hurried, until = True, min(until, time.monotonic() + GRACE_SECONDS)


def _send(
    claimed: Claimed,
    open_channel: Callable[[str], Channel],
    now: datetime,
    own: OwnWords,
    patience: _Patience,
) -> tuple[_Outcome, _Sent]:
    """Render and send in a thread that is given up when its time has run out; no error escapes."""
    result = _Sent()
    noting = OwnWords(own.texts, lambda name, refusal: result.fallen.append((name, refusal)))

    def work() -> None:
        try:
            result.envelope = letter(claimed, now, noting)
            channel = open_channel(claimed.row["channel"])
            check_private(claimed, channel)
            channel.send(result.envelope)
            result.taken = True
        except Exception as error:  # noqa: BLE001 - whatever a channel raises is this one message's outcome
            result.error = error

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    thread.start()
    patience.wait(thread)
    if thread.is_alive():
        late = _("no answer within {seconds:g} seconds").format(seconds=patience.seconds)
        if patience.stopped():
            late = _("the service was stopped before an answer came")
        return _judge(claimed, permanent=False, code=LATE, detail=late), result
    error = result.error
    if result.taken:
        return _Outcome(MessageState.SENT), result
    if error is None:  # whatever ended the thread, nobody took the message
        return _judge(claimed, permanent=False, code="error", detail=_("the send ended without an answer")), result
    if isinstance(error, DeliveryError):
        return _judge(claimed, permanent=error.permanent, code=error.code, detail=error.reason), result
    if isinstance(error, DubanError):
        return _judge(claimed, permanent=result.envelope is None, code=error.code, detail=error.what), result
    detail = f"{type(error).__name__}: {error}"
    return _judge(claimed, permanent=False, code="error", detail=detail), result


def _judge(claimed: Claimed, *, permanent: bool, code: str, detail: str) -> _Outcome:
    given_up = permanent or claimed.attempt % TRIES == 0
    return _Outcome(MessageState.DEAD if given_up else MessageState.RETRY, code, detail[:500])


def _settle(
    database: Database, claimed: Claimed, sent: tuple[_Outcome, Envelope | None], now: datetime
) -> _Outcome | None:
    """Write the outcome; None when the lease was lost to another worker, whose outcome counts."""
    outcome, envelope = sent
    row = claimed.row
    again = outcome.state is MessageState.RETRY
    detail = outcome.detail or claimed.note
    values: dict[str, Any] = {
        "state": outcome.state.value,
        "reason": outcome.detail if again else detail,
        "next_at": now + backoff(claimed.attempt) if again else row["next_at"],
        "settled_at": None if again else now,
        **{name: getattr(envelope, name) if envelope else row[name] for name in ("address", "subject", "body")},
    }
    this = {"of_office": row["office_id"], "of_message": row["id"], "attempt": claimed.attempt}
    with database.write(row["office_id"]) as connection:
        tried = {"finished_at": now, "outcome": outcome.state.value, "code": outcome.code, "detail": detail}
        _TRIED.change(connection, this | tried)
        if _SETTLED.change(connection, this | values) != 1:
            return None
        if outcome.state is MessageState.DEAD:
            dead_letters.queue(connection, dict(row), outcome.detail, now)
    return outcome
