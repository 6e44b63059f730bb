"""Events of the trail for the endpoints of other programs: gathered, claimed, sent, settled.

The trail is the outbox: an event is written in the transaction of what it records, and none is ever missing. For each
endpoint it is remembered how far the trail was read; what it wants becomes a row in the same transaction as that mark.
Sending is at least once, in the order of the trail for each thing, with the same ``webhook-id`` in every try.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.holds import held_reason
from models.language import _
from models.states import MessageState, Result
from notifications.channel import DeliveryError
from notifications.claims import LEASE, TRIES
from notifications.endpoint import OTHERS
from notifications.outbox import BATCH_SECONDS
from notifications.sending import SEND_SECONDS
from notifications.settling import backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

    from models.database import Database
    from notifications.endpoint import Endpoint

#: so many events are looked at in one transaction
_PIECE: Final = 500
_WAITING: Final = (MessageState.DUE.value, MessageState.RETRY.value, MessageState.SENDING.value)


def deliver(
    database: Database,
    office_id: int,
    endpoints: Mapping[str, Endpoint],
    now: datetime,
    *,
    limit: int = 500,
    send_seconds: float = SEND_SECONDS,
    stopped: Callable[[], bool] = lambda: False,
    alone: bool = False,
) -> Counter[str]:
    """Send what is due at ``now``; how many ended in which state. Nothing leaves while the office's sends are held.

    An endpoint that is out of order is left alone until the next batch. ``alone``: the caller is the only worker, so
    whatever is being sent is a dead one's.
    """
    counts: Counter[str] = Counter()
    if not endpoints:
        return counts
    gather(database, office_id, endpoints, now)
    if alone:
        _take_over(database, office_id, now)
    until, well = time.monotonic() + BATCH_SECONDS, set(endpoints)
    while well and sum(counts.values()) < limit and time.monotonic() < until and not stopped():
        row = _claim(database, office_id, well, now)
        if row is None:
            break
        state, reason = _send(endpoints[row["endpoint"]], row, now, send_seconds)
        _settle(database, row, state, reason, now)
        counts[state.value] += 1
        if state is not MessageState.SENT:
            well.discard(row["endpoint"])
    return counts


def gather(database: Database, office_id: int, endpoints: Mapping[str, Endpoint], now: datetime) -> None:
    """Make rows of what has happened since each endpoint was last looked after; a new one is told from now on."""
    with database.read() as connection:
        head, marks = _head(connection, office_id), _marks(connection, office_id)
    for endpoint in endpoints.values():
        while marks.get(endpoint.name, -1) < head:
            with database.write(office_id) as connection:
                marks[endpoint.name] = _gather_piece(connection, office_id, endpoint, now)


def _gather_piece(connection: Connection, office_id: int, endpoint: Endpoint, now: datetime) -> int:
    """Look at the next events; returns the new mark, which is read again under the lock."""
    c = t.webhook_cursor
    mark, head = _marks(connection, office_id).get(endpoint.name), _head(connection, office_id)
    if mark is None:
        connection.execute(sa.insert(c).values(office_id=office_id, endpoint=endpoint.name, seq=head))
        return head
    e = t.event.c
    found = connection.execute(
        sa.select(t.event).where(e.office_id == office_id, e.seq > mark).order_by(e.seq).limit(_PIECE)
    ).mappings()
    for event in found:
        mark, name = event["seq"], _name(event)
        if name and endpoint.wants(name):
            insert(
                connection, t.webhook_delivery, office_id, endpoint=endpoint.name, seq=event["seq"],
                about=f"{event['object_type']} {event['object_id']}", webhook_id=_id(event),
                payload=payload(connection, event, name), state=MessageState.DUE.value, reason="", attempts=0,
                created_at=now, next_at=now,
            )  # fmt: skip
    ours = sa.and_(c.c.office_id == office_id, c.c.endpoint == endpoint.name)
    connection.execute(sa.update(c).where(ours).values(seq=mark))
    return mark


def _marks(connection: Connection, office_id: int) -> dict[str, int]:
    c = t.webhook_cursor.c
    rows = connection.execute(sa.select(c.endpoint, c.seq).where(c.office_id == office_id))
    return {row.endpoint: row.seq for row in rows}


def _head(connection: Connection, office_id: int) -> int:
    e = t.event.c
    return connection.scalar(sa.select(sa.func.max(e.seq)).where(e.office_id == office_id)) or 0


def _name(event: RowMapping) -> str:
    """What an endpoint calls the event; nothing for one that does not leave the office."""
    if event["result"] != Result.DONE.value:
        return ""
    if event["object_type"] == "task" and event["to_state"]:
        return f"task.{event['action']}"
    return event["action"] if event["action"] in OTHERS else ""


def _id(event: RowMapping) -> str:
    """The same event always has the same; another life of the data (a restored backup) has others."""
    return f"evt_{event['seq']}_{event['hash'][:16]}"


def payload(connection: Connection, event: RowMapping, name: str) -> dict[str, Any]:
    """Ids, codes and states only: whoever may read what was written asks for it with a token of their own."""
    data: dict[str, Any] = {
        "office": event["office_id"],
        "seq": event["seq"],
        event["object_type"]: event["object_id"],
        "by": event["actor"],
        "for": event["acting_for"],
        "role": event["role"],
    }
    if event["object_type"] == "task":
        data |= _task(connection, event)
    elif event["object_type"] in {"summary", "period"}:
        data["month"] = _month(connection, event)
    return {"type": name, "timestamp": event["at"].isoformat(), "data": data}


def _task(connection: Connection, event: RowMapping) -> dict[str, Any]:
    k, p = t.task.c, t.period.c
    query = (
        sa.select(k.unit_id, k.clause_id, k.problem_id, p.month)
        .outerjoin(t.period, sa.and_(p.office_id == k.office_id, p.id == k.period_id))
        .where(k.office_id == event["office_id"], k.id == event["object_id"])
    )
    row = connection.execute(query).one()
    return {
        "from": event["from_state"],
        "to": event["to_state"],
        "round": event["detail"].get("round", 0),
        "version": event["version"],
        "unit": row.unit_id,
        "clause": row.clause_id,
        "problem": row.problem_id,
        "month": row.month or "",
    }


def _month(connection: Connection, event: RowMapping) -> str:
    s, p = t.summary.c, t.period.c
    number: Any = event["object_id"]
    if event["object_type"] == "summary":
        number = sa.select(s.period_id).where(s.office_id == event["office_id"], s.id == number).scalar_subquery()
    return connection.scalar(sa.select(p.month).where(p.office_id == event["office_id"], p.id == number)) or ""


def _take_over(database: Database, office_id: int, now: datetime) -> None:
    """Let what a dead worker was sending be claimed again."""
    d = t.webhook_delivery.c
    sending = sa.and_(d.office_id == office_id, d.state == MessageState.SENDING.value, d.claimed_until > now)
    with database.read() as connection:
        if connection.scalar(sa.select(d.id).where(sending).limit(1)) is None:
            return
    with database.write(office_id) as connection:
        connection.execute(sa.update(t.webhook_delivery).where(sending).values(claimed_until=now))


def _claim(database: Database, office_id: int, well: set[str], now: datetime) -> RowMapping | None:
    """Take the next row whose turn it is: nothing earlier about the same thing still waits for the same endpoint."""
    d, before = t.webhook_delivery.c, t.webhook_delivery.alias("before")
    ready = sa.and_(d.state.in_([MessageState.DUE.value, MessageState.RETRY.value]), d.next_at <= now)
    abandoned = sa.and_(d.state == MessageState.SENDING.value, d.claimed_until <= now)
    earlier = sa.exists().where(
        before.c.office_id == d.office_id,
        before.c.endpoint == d.endpoint,
        before.c.about == d.about,
        before.c.id < d.id,
        before.c.state.in_(_WAITING),
    )
    query = sa.select(t.webhook_delivery).where(
        d.office_id == office_id, d.endpoint.in_(sorted(well)), ready | abandoned, ~earlier
    )
    with database.read() as connection:
        if held_reason(connection, office_id) or connection.execute(query.limit(1)).first() is None:
            return None
    with database.write(office_id) as connection:
        row = connection.execute(query.order_by(d.id).limit(1)).mappings().first()
        if row is not None and not held_reason(connection, office_id):
            taken = {"state": MessageState.SENDING.value, "claimed_until": now + LEASE, "attempts": row["attempts"] + 1}
            connection.execute(sa.update(t.webhook_delivery).where(*_this(row)).values(**taken))
            return row
    return None


def _this(row: RowMapping) -> tuple[Any, ...]:
    d = t.webhook_delivery.c
    return d.office_id == row["office_id"], d.id == row["id"]


def _send(endpoint: Endpoint, row: RowMapping, now: datetime, seconds: float) -> tuple[MessageState, str]:
    """One try in a thread that is given up when its time has run out; no error escapes."""
    ended: list[str] = []

    def work() -> None:
        try:
            endpoint.send(row["webhook_id"], row["payload"], now)
            ended.append("")
        except DeliveryError as error:
            ended.append(error.reason)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is this one row's outcome
            ended.append(f"{type(error).__name__}: {error}")

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    thread.start()
    thread.join(seconds)
    reason = ended[0] if ended else _("no answer within {seconds:g} seconds").format(seconds=seconds)
    if not reason:
        return MessageState.SENT, ""
    # an address that is wrong today may be mended tomorrow: nothing is given up at the first refusal
    given_up = (row["attempts"] + 1) % TRIES == 0
    return MessageState.DEAD if given_up else MessageState.RETRY, reason[:500]


def _settle(database: Database, row: RowMapping, state: MessageState, reason: str, now: datetime) -> None:
    """Write the outcome, unless another worker has taken the row since."""
    attempt, d = row["attempts"] + 1, t.webhook_delivery.c
    values: dict[str, Any] = {"state": state.value, "reason": reason, "claimed_until": None}
    values |= {"next_at": now + backoff(attempt)} if state is MessageState.RETRY else {"settled_at": now}
    with database.write(row["office_id"]) as connection:
        connection.execute(
            sa.update(t.webhook_delivery)
            .where(*_this(row), d.state == MessageState.SENDING.value, d.attempts == attempt)
            .values(**values)
        )
