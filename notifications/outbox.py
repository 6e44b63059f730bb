"""Delivering the outbox: claim, attempt row, send outside any transaction, outcome (design, section 8).

Delivery is at least once and says so: a second copy carries the same Message-ID. A temporary failure backs off and
is tried again, a permanent one stops with its reason and becomes work for the office; nothing is lost, and one
recipient's failure never stops the others.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.errors import DubanError
from models.language import _
from models.states import MessageState
from notifications import dead_letters
from notifications.channel import DeliveryError
from notifications.claims import TRIES, Claimed, Settled, claim, waiting
from notifications.letter import check_private, letter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from models.database import Database
    from notifications.channel import Channel, Envelope

#: wall-clock limit of one delivery: a server that drips a byte at a time defeats a socket's timeout
SEND_SECONDS: Final = 60.0
#: a batch starts no further send after this long, well within the lease of its rows
BATCH_SECONDS: Final = 300.0
LONGEST_WAIT: Final = timedelta(hours=6)


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
    template_dirs: Sequence[Path] = (),
    send_seconds: float = SEND_SECONDS,
) -> DeliveryReport:
    """Send what is due at ``now``; while the office's sends are held only the notice of the hold itself goes out.

    ``open_channel`` gives the channel of a name; each send has ``send_seconds`` of wall time.
    """
    with database.read() as connection:
        watermark = t.watermark.c
        held = connection.scalar(sa.select(watermark.held_reason).where(watermark.office_id == office_id)) or ""
        numbers = waiting(connection, office_id, now, limit, only=dead_letters.HELD_EVENT if held else "")
    counts: Counter[str] = Counter()
    began = time.monotonic()
    for number in numbers:
        if time.monotonic() - began > BATCH_SECONDS:
            break
        with database.write(office_id) as connection:
            claimed = claim(connection, office_id, number, now)
            if isinstance(claimed, Settled) and claimed.state is MessageState.DEAD:
                dead_letters.queue(connection, dict(claimed.row), claimed.reason, now)
        if claimed is None:
            continue
        if isinstance(claimed, Claimed):
            outcome = _send(claimed, open_channel, now, template_dirs, send_seconds)
            state: MessageState | None = _settle(database, claimed, outcome, now)
        else:
            state = claimed.state
        if state is not None:
            counts[state.value] += 1
    return DeliveryReport(dict(counts), held)


def backoff(attempt: int) -> timedelta:
    """How long to wait after the n-th try in a row: 1, 2, 4, … minutes, at most six hours."""
    return min(timedelta(minutes=2 ** ((attempt - 1) % TRIES)), LONGEST_WAIT)


@dataclass(slots=True)
class _Sent:
    """What came of a send in its own thread."""

    envelope: Envelope | None = None
    error: Exception | None = None


def _send(
    claimed: Claimed,
    open_channel: Callable[[str], Channel],
    now: datetime,
    template_dirs: Sequence[Path],
    seconds: float,
) -> tuple[_Outcome, Envelope | None]:
    """Render and send in a thread that is given up when its time has run out; no error escapes."""
    result = _Sent()

    def work() -> None:
        try:
            result.envelope = letter(claimed, now, template_dirs)
            channel = open_channel(claimed.row["channel"])
            check_private(claimed, channel)
            channel.send(result.envelope)
        except Exception as error:  # noqa: BLE001 - whatever a channel raises is this one message's outcome
            result.error = error

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        late = _("no answer within {seconds:g} seconds").format(seconds=seconds)
        return _judge(claimed, permanent=False, code="timeout", detail=late), result.envelope
    error = result.error
    if error is None:
        return _Outcome(MessageState.SENT), result.envelope
    if isinstance(error, DeliveryError):
        return _judge(claimed, permanent=error.permanent, code=error.code, detail=error.reason), result.envelope
    if isinstance(error, DubanError):
        return _judge(claimed, permanent=result.envelope is None, code=error.code, detail=error.what), result.envelope
    detail = f"{type(error).__name__}: {error}"
    return _judge(claimed, permanent=False, code="error", detail=detail), result.envelope


def _judge(claimed: Claimed, *, permanent: bool, code: str, detail: str) -> _Outcome:
    given_up = permanent or claimed.attempt % TRIES == 0
    return _Outcome(MessageState.DEAD if given_up else MessageState.RETRY, code, detail[:500])


def _settle(
    database: Database, claimed: Claimed, sent: tuple[_Outcome, Envelope | None], now: datetime
) -> MessageState | None:
    """Write the outcome; None when the lease was lost to another worker, whose outcome counts."""
    outcome, envelope = sent
    row = claimed.row
    values: dict[str, Any] = {"state": outcome.state.value, "claimed_until": None}
    if outcome.state is MessageState.RETRY:
        values |= {"next_at": now + backoff(claimed.attempt), "reason": outcome.detail}
    else:
        values |= {"settled_at": now, "reason": outcome.detail or claimed.note}
    if envelope is not None:
        values |= {"address": envelope.address, "subject": envelope.subject, "body": envelope.body}
    with database.write(row["office_id"]) as connection:
        a, m = t.attempt.c, t.message.c
        connection.execute(
            sa.update(t.attempt)
            .where(a.office_id == row["office_id"], a.message == row["id"], a.number == claimed.attempt)
            .values(
                finished_at=now, outcome=outcome.state.value, code=outcome.code, detail=outcome.detail or claimed.note
            )
        )
        settled = connection.execute(
            sa.update(t.message)
            .where(
                m.office_id == row["office_id"],
                m.id == row["id"],
                m.state == MessageState.SENDING.value,
                m.attempts == claimed.attempt,
            )
            .values(**values)
        )
        if settled.rowcount != 1:
            return None
        if outcome.state is MessageState.DEAD:
            dead_letters.queue(connection, dict(row), outcome.detail, now)
    return outcome.state
