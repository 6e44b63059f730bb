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
from workflow.paging import SIZE, page_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

#: so many of the last tries are looked at
_TRIES: Final = 500
_WAITING: Final = (MessageState.DUE.value, MessageState.RETRY.value, MessageState.SENDING.value)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One way out; None where none of the last tries was sent, or none failed."""

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
    """Every channel that is set up, was used lately or holds messages; sent and failed: among the last tries."""
    counted: dict[str, dict[str, int]] = {name: {} for name in names}
    m = t.message.c
    query = sa.select(m.channel, m.state, sa.func.count().label("many")).where(
        m.office_id == office_id, m.state.in_([*_WAITING, MessageState.HELD.value, MessageState.DEAD.value])
    )
    for row in connection.execute(query.group_by(m.channel, m.state)):
        counted.setdefault(row.channel, {})[row.state] = row.many
    tries = _last_tries(connection, office_id)
    for one in tries:
        counted.setdefault(one.channel, {})
    return [_state(name, counted[name], [one for one in tries if one.channel == name]) for name in sorted(counted)]


def _last_tries(connection: Connection, office_id: int) -> Sequence[Any]:
    """The finished ones among the last tries, the newest first."""
    m, a = t.message.c, t.attempt.c
    newest = sa.select(t.attempt).where(a.office_id == office_id).order_by(a.id.desc()).limit(_TRIES).subquery()
    n = newest.c
    return connection.execute(
        sa.select(m.channel, n.finished_at, n.outcome, n.code, n.detail)
        .select_from(newest.outerjoin(t.message, sa.and_(m.office_id == office_id, m.id == n.message)))
        .where(n.finished_at.is_not(None))
        .order_by(n.id.desc())
    ).all()


def _state(name: str, counted: Mapping[str, int], tries: Sequence[Any]) -> ChannelState:
    sent = next((one for one in tries if one.outcome == MessageState.SENT.value), None)
    failed = next((one for one in tries if one.outcome != MessageState.SENT.value), None)
    return ChannelState(
        name, sent and sent.finished_at, failed and failed.finished_at,
        f"{failed.code} {failed.detail}".strip() if failed else "",
        sum(counted.get(state, 0) for state in _WAITING), counted.get(MessageState.HELD.value, 0),
        counted.get(MessageState.DEAD.value, 0),
    )  # fmt: skip


def dead_letters(connection: Connection, office_id: int, actor: Actor, page: int) -> tuple[list[DeadLetter], int]:
    """A page of what could not be delivered, the newest first, and how many there are."""
    permissions.demand(actor, "message.read")
    m, p = t.message.c, t.person.c
    mine: Any = sa.and_(m.office_id == office_id, m.state == MessageState.DEAD.value)
    query = (
        sa.select(m.id, m.event, p.name, p.login, m.channel, m.created_at, m.reason, m.attempts)
        .join(t.person, sa.and_(p.office_id == m.office_id, p.id == m.recipient_id))
        .where(mine)
        .order_by(m.id.desc())
    )
    rows, total = page_of(connection, query, page, SIZE)
    return [DeadLetter(*row.values()) for row in rows], total
