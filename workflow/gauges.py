"""What a monitor is told of an office: figures as they stand now, none of which names a person or a unit.

Each costs one look at an index, however old the office is, because a monitor asks every few seconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import server_statistics
from models import tables as t
from models.language import _
from models.states import FINISHED, OWED, MessageState, PeriodState, Stage
from models.times import local_date
from workflow import audit, heartbeats
from workflow.health import BEHIND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: what must be zero, and what somebody does about it: the label ``what`` of ``duban_must_be_zero``
MUST_BE_ZERO: Final = (
    "late_loops",
    "sends_held",
    "dead_messages",
    "dead_webhook_deliveries",
    "dead_work",
    "clock_behind",
    "database_behind_head",
    "old_statistics",
    "trail_findings",
    "disk_failed",
)
_WAITING: Final = (MessageState.DUE, MessageState.RETRY, MessageState.SENDING)
_COUNTED: Final = (*_WAITING, MessageState.HELD, MessageState.DEAD)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure, or one for each value of a label; ``said`` explains it, in the language in force."""

    name: str
    said: str
    values: Mapping[str, float]
    label: str = ""


def gauges(connection: Connection, office_id: int, now: datetime) -> list[Gauge]:
    """Of one office, without what only its machine knows."""
    beats = heartbeats.newest(heartbeats.beats(connection, office_id))
    messages = _messages(connection, office_id)
    loops = {beat.name: (now - beat.at).total_seconds() for beat in beats}
    zero = {
        "late_loops": sum(beat.late(now) for beat in beats),
        "sends_held": _held(connection, office_id),
        "dead_messages": messages[MessageState.DEAD],
        "dead_webhook_deliveries": _dead_deliveries(connection, office_id),
        "clock_behind": _clock_behind(connection, office_id, now),
        "old_statistics": len(server_statistics.outdated(connection)),
    }
    return [
        Gauge("tasks", _("Tasks of open months and open problems, by stage."), _tasks(connection, office_id), "stage"),
        Gauge("tasks_late", _("Of them, owed by a unit after the due date."), {"": _late(connection, office_id, now)}),
        Gauge("messages", _("Messages that have not been sent, by state."), {s.value: messages[s] for s in _COUNTED}, "state"),
        Gauge("oldest_due_message_seconds", _("How long the oldest message to be sent has been due."), {"": _oldest(connection, office_id, now)}),
        Gauge("loop_age_seconds", _("Since each loop of the service ran last, on any node."), loops, "loop"),
        Gauge("trail_events", _("Events in the trail."), {"": audit.head(connection, office_id).seq}),
        Gauge("must_be_zero", _("What should never be anything but 0: somebody has to look."), zero, "what"),
    ]  # fmt: skip


def _tasks(connection: Connection, office_id: int) -> dict[str, float]:
    k = t.task.c
    query = sa.select(k.stage, sa.func.count()).where(k.office_id == office_id, _open(connection, office_id))
    counted = {stage: count for stage, count in connection.execute(query.group_by(k.stage))}  # noqa: C416 - rows
    return {stage.value: counted.get(stage.value, 0) for stage in Stage}


def _late(connection: Connection, office_id: int, now: datetime) -> int:
    k, owed = t.task.c, [stage.value for stage in OWED]
    query = sa.select(sa.func.count()).select_from(t.task).where(k.office_id == office_id, k.stage.in_(owed))
    return connection.scalar(query.where(k.due_on < local_date(now), _open(connection, office_id))) or 0


def _open(connection: Connection, office_id: int) -> sa.ColumnElement[bool]:
    """Tasks of months that are open, and problems that are not struck off."""
    k, p = t.task.c, t.period.c
    months = connection.scalars(sa.select(p.id).where(p.office_id == office_id, p.state == PeriodState.OPEN.value))
    unfinished = k.stage.not_in([stage.value for stage in FINISHED])
    return sa.or_(k.period_id.in_(months.all()), sa.and_(k.period_id.is_(None), unfinished))


def _messages(connection: Connection, office_id: int) -> Counter[MessageState]:
    m, states = t.message.c, [state.value for state in _COUNTED]
    query = sa.select(m.state, sa.func.count()).where(m.office_id == office_id, m.state.in_(states)).group_by(m.state)
    return Counter({MessageState(state): count for state, count in connection.execute(query)})


def _oldest(connection: Connection, office_id: int, now: datetime) -> float:
    m, states = t.message.c, [state.value for state in _WAITING]
    oldest = connection.scalar(sa.select(sa.func.min(m.next_at)).where(m.office_id == office_id, m.state.in_(states)))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def _dead_deliveries(connection: Connection, office_id: int) -> int:
    d = t.webhook_delivery.c
    query = sa.select(sa.func.count()).select_from(t.webhook_delivery)
    return connection.scalar(query.where(d.office_id == office_id, d.state == "dead")) or 0


def _held(connection: Connection, office_id: int) -> int:
    w = t.watermark.c
    return int(bool(connection.scalar(sa.select(w.held_reason).where(w.office_id == office_id))))


def _clock_behind(connection: Connection, office_id: int, now: datetime) -> int:
    seen = connection.scalar(sa.select(t.watermark.c.at).where(t.watermark.c.office_id == office_id))
    return int(seen is not None and now < seen - BEHIND)
