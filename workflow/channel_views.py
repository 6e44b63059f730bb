"""How telling people goes, channel by channel: what was sent last, what failed last and why, what waits and what died.

No subject and no text of a message is among it: whoever keeps the channels running need not read what they carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.states import MessageState
from workflow import permissions
from workflow.paging import SIZE, before_page

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

_WAITING: Final = (MessageState.DUE.value, MessageState.RETRY.value, MessageState.SENDING.value)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One way out; None where nothing was sent, or nothing failed, yet."""

    name: str
    last_sent: datetime | None
    last_failed: datetime | None
    failure: str
    waiting: int
    held: int
    dead: int

    @property
    def fails(self) -> bool:
        """Whether the last try failed."""
        return self.last_failed is not None and (self.last_sent is None or self.last_failed > self.last_sent)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be delivered, and why."""

    id: int
    event: str
    recipient: str
    login: str
    channel: str
    created_at: datetime
    reason: str
    attempts: int


def channels(connection: Connection, office_id: int, names: list[str]) -> list[ChannelState]:
    """Every channel that is set up or was ever used."""
    m = t.message.c
    used = connection.scalars(sa.select(m.channel).where(m.office_id == office_id).distinct())
    return [_state(connection, office_id, name) for name in sorted({*names, *used})]


def _state(connection: Connection, office_id: int, name: str) -> ChannelState:
    m, a = t.message.c, t.attempt.c
    mine = sa.and_(m.office_id == office_id, m.channel == name)
    query = sa.select(m.state, sa.func.count().label("many")).where(mine).group_by(m.state)
    counted: dict[str, int] = {row.state: row.many for row in connection.execute(query)}
    sent = connection.scalar(sa.select(sa.func.max(m.settled_at)).where(mine, m.state == MessageState.SENT.value))
    failed = connection.execute(
        sa.select(a.finished_at, a.code, a.detail)
        .join(t.message, sa.and_(m.office_id == a.office_id, m.id == a.message))
        .where(mine, a.finished_at.is_not(None), a.outcome != MessageState.SENT.value)
        .order_by(a.id.desc()).limit(1)
    ).first()  # fmt: skip
    return ChannelState(
        name, sent, failed.finished_at if failed else None, f"{failed.code} {failed.detail}".strip() if failed else "",
        sum(counted.get(state, 0) for state in _WAITING), counted.get(MessageState.HELD.value, 0),
        counted.get(MessageState.DEAD.value, 0),
    )  # fmt: skip


def dead_letters(connection: Connection, office_id: int, actor: Actor, page: int) -> tuple[list[DeadLetter], int]:
    """A page of what could not be delivered, the newest first, and how many there are."""
    permissions.demand(actor, "message.read")
    m, p = t.message.c, t.person.c
    mine: Any = sa.and_(m.office_id == office_id, m.state == MessageState.DEAD.value)
    total = connection.scalar(sa.select(sa.func.count()).select_from(t.message).where(mine)) or 0
    query = (
        sa.select(m.id, m.event, p.name, p.login, m.channel, m.created_at, m.reason, m.attempts)
        .join(t.person, sa.and_(p.office_id == m.office_id, p.id == m.recipient_id))
        .where(mine).order_by(m.id.desc()).limit(SIZE).offset(before_page(page, total))
    )  # fmt: skip
    return [DeadLetter(*row) for row in connection.execute(query)], total
