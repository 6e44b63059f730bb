"""Delivering the outbox: claim, send outside any transaction, outcome; a handful at a time (design, section 8; decision 57).

Delivery is at least once and says so: a second copy carries the same Message-ID. A temporary failure backs off and
is tried again, a permanent one stops with its reason and becomes work for the office; nothing is lost, and one
recipient's failure never stops the others.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.holds import held_reason
from models.states import MessageState
from notifications import dead_letters
from notifications.claims import claim, waiting
from notifications.render import NONE, OwnWords
from notifications.sending import LATE, SEND_SECONDS, Way, send
from notifications.settling import judge, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from notifications.channel import Channel
    from notifications.claims import Claimed, Due, Settled
    from notifications.settling import Outcome

#: a batch starts no further handful after this long, well within the lease of its rows
BATCH_SECONDS: Final = 300.0
#: so many messages are claimed together, and their outcomes written together, where sending them takes no time
HANDFUL: Final = 50
#: so long an answer counts whether sends are held: nobody who holds them can tell the difference
KNOWN_SECONDS: Final = 0.1
#: so many late sends in a row, and a channel waits for the next batch
_PATIENT: Final = 2


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
    with database.read() as connection:
        found, held = due(connection, office_id, now, limit, resting, alone=alone)
    may_leave = Holding(database, office_id).allows
    way = Way(open_channel, now, own, may_leave, stopped, send_seconds)
    batch, line = _Batch(database, office_id, way, alone=alone), _Line(found)
    until = time.monotonic() + BATCH_SECONDS
    while line.waiting and not stopped() and time.monotonic() < until:
        batch.next_handful(line)
    return DeliveryReport(dict(batch.counts), held)


def due(
    connection: Connection,
    office_id: int,
    now: datetime,
    limit: int,
    resting: Callable[[Connection], Collection[str]],
    *,
    alone: bool = False,
) -> tuple[list[Due], str]:
    """What would go out at an instant, and why the rest is held; as ``deliver``."""
    held = held_reason(connection, office_id)
    only = dead_letters.HELD_EVENT if held else ""
    found = waiting(connection, office_id, now, limit, only=only, alone=alone)
    if found and (asleep := resting(connection)):
        found = waiting(connection, office_id, now, limit, only=only, resting=asleep, alone=alone)
    return found, held


@dataclass(slots=True)
class Holding:
    """Whether an office's sends have been held since they were claimed; ``clock`` counts seconds."""

    database: Database
    office_id: int
    clock: Callable[[], float] = time.monotonic
    _asked_at: float = -math.inf
    _held: bool = False

    def allows(self, claimed: Claimed) -> bool:
        """The notice of a hold leaves all the same."""
        return claimed.row["event"] == dead_letters.HELD_EVENT or not self._are_held()

    def _are_held(self) -> bool:
        if self.clock() - self._asked_at >= KNOWN_SECONDS:
            self._held = bool(self.database.glance(lambda connection: held_reason(connection, self.office_id)))
            self._asked_at = self.clock()
        return self._held


class _Line:
    """Whose turn it is. A send that uses up its time keeps the others waiting, so what goes the same way steps back.

    After one, the rest of its channel is sent behind all others; after two in a row it waits for the next batch: the
    server is out of order, and each would take as long.
    """

    def __init__(self, rows: Iterable[Due]) -> None:
        """In the order in which they would go."""
        self.waiting = deque(rows)
        self._late: Counter[str] = Counter()
        #: so many go together: as many as the last time could be sent, where that takes time
        self._together = HANDFUL

    def next_handful(self) -> list[Due]:
        """The first ones, which leave the line."""
        first = [self.waiting.popleft()]
        if not first[0].cut_short:
            while self.waiting and not self.waiting[0].cut_short and len(first) < self._together:
                first.append(self.waiting.popleft())
        return first

    def come_back(self, unsent: list[Due], sent: int) -> None:
        """There was time for so many; the others are the first again."""
        self.waiting.extendleft(reversed(unsent))
        self._together = max(1, sent) if unsent else min(HANDFUL, 2 * self._together)

    def heed(self, channel: str, *, late: bool) -> None:
        """How a send through a channel came out, one after the other."""
        self._late[channel] = self._late[channel] + 1 if late else 0
        if late:
            rest = [row for row in self.waiting if row.channel == channel] if self._late[channel] < _PATIENT else []
            self.waiting = deque([*(row for row in self.waiting if row.channel != channel), *rest])


class _Batch:
    """One office's handfuls, one after the other."""

    def __init__(self, database: Database, office_id: int, way: Way, *, alone: bool) -> None:
        self._database, self._office_id, self._way, self._alone = database, office_id, way, alone
        self.counts: Counter[str] = Counter()

    def next_handful(self, line: _Line) -> None:
        """From the claim to the outcomes of the next in the line."""
        rows = line.next_handful()
        taken, ended = self._claim([row.number for row in rows])
        self.counts.update(one.state.value for one in ended)
        tries = send(taken, self._way) if taken else []
        outcomes = [judge(one, self._way) for one in tries]
        begun = {one.claimed.row["id"] for one in tries}
        unsent = [one for one in taken if one.row["id"] not in begun]
        self.counts.update(one.state.value for one in self._settle(outcomes, unsent))
        back = {one.row["id"] for one in unsent}
        line.come_back([row for row in rows if row.number in back], len(tries))
        for one in outcomes:
            line.heed(one.tried.claimed.row["channel"], late=one.code == LATE)
            for name, refusal in one.tried.fallen:
                self._way.own.fallen(name, refusal)

    def _claim(self, numbers: list[int]) -> tuple[list[Claimed], list[Settled]]:
        now = self._way.now
        with self._database.write(self._office_id) as connection:
            taken, ended = claim(connection, self._office_id, numbers, now, alone=self._alone)
            for one in ended:
                if one.state is MessageState.DEAD:
                    dead_letters.queue(connection, one.row, one.reason, now)
        return taken, ended

    def _settle(self, outcomes: list[Outcome], unsent: list[Claimed]) -> list[Outcome]:
        if not outcomes and not unsent:
            return []
        with self._database.write(self._office_id) as connection:
            return settle(connection, self._office_id, outcomes, unsent, self._way.now)
