"""The trail: events are appended to the office's hash chain in the transaction of what they record.

A chain alone cannot show a cut-off tail or a full recomputation, so its heads leave the database (``heads.py``);
``verify`` replays the chain, the heads and the states. Source: design section 10, ``reliability.md`` I1, I11, I12.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.canonical import canonical
from models.statements import Statement
from models.states import Result
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection, RowMapping

    from workflow.case import Actor

GENESIS: Final = "0" * 64
#: what the hash covers, in this order; the chain itself is added by prev_hash
HASHED: Final = (
    "office_id",
    "seq",
    "at",
    "actor",
    "actor_name",
    "acting_for",
    "role",
    "unit",
    "source",
    "action",
    "object_type",
    "object_id",
    "version",
    "from_state",
    "to_state",
    "result",
    "reason",
    "detail",
    "operation_id",
    "algorithm",
    "prev_hash",
)

# Built once: an event is written with every change.
_INSERT: Final = Statement(
    sa.insert(t.event).values({name: sa.bindparam(name, type_=t.event.c[name].type) for name in (*HASHED, "hash")})
)
_LAST: Final = Statement(
    sa.select(t.event.c.seq, t.event.c.at, t.event.c.hash, t.office.c.algorithm)
    .join(t.office, t.office.c.id == t.event.c.office_id)
    .where(t.event.c.office_id == sa.bindparam("office"))
    .order_by(t.event.c.seq.desc())
    .limit(1)
)
_ALGORITHM: Final = sa.select(t.office.c.algorithm).where(t.office.c.id == sa.bindparam("office"))


#: the detail of an event that a clock gone back has put at a later instant than it was
WALL_CLOCK: Final = "wall_clock"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, before it has a place in the chain."""

    action: str
    object_type: str
    object_id: int = 0
    version: int = 0
    from_state: str = ""
    to_state: str = ""
    result: Result = Result.DONE
    reason: str = ""
    unit: str = ""
    role: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    operation_id: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: its length and last hash."""

    seq: int
    hash: str

    @property
    def short(self) -> str:
        """As printed on a paper: number and the first 16 digits."""
        return f"{self.seq}-{self.hash[:16]}"


def digest(row: Mapping[str, Any] | RowMapping) -> str:
    """The hash of an event over the canonical JSON of its fields."""
    material = {name: row[name] for name in HASHED}
    material["at"] = row["at"].isoformat()
    return hashlib.new(row["algorithm"], canonical(material).encode()).hexdigest()


def true_line(line: str) -> bool:
    """Whether an event written out as a line of JSON carries its own hash."""
    try:
        row = json.loads(line)
        return bool(digest({**row, "at": datetime.fromisoformat(row["at"])}) == row["hash"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def head(connection: Connection, office_id: int) -> Head:
    """The last event of an office's chain; seq 0 when there is none."""
    row = _last(connection, office_id)
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


def append(connection: Connection, office_id: int, actor: Actor, entry: Entry, now: datetime) -> Head:
    """Add an event under the office's lock, or in turn; time in the history never goes back."""
    last = _last(connection, office_id)
    at = max(now, last.at) if last else now
    detail = entry.detail if at == now else {**entry.detail, WALL_CLOCK: now.isoformat()}
    algorithm = last.algorithm if last else connection.scalar(_ALGORITHM, {"office": office_id}) or "sha256"
    row: dict[str, Any] = {
        "office_id": office_id,
        "seq": last.seq + 1 if last else 1,
        "at": at,
        "actor": actor.login,
        "actor_name": actor.name,
        "acting_for": actor.acting_for,
        "role": entry.role,
        "unit": entry.unit,
        "source": actor.source,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "version": entry.version,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "result": entry.result.value,
        "reason": entry.reason,
        "detail": detail,
        "operation_id": entry.operation_id,
        "algorithm": algorithm,
        "prev_hash": last.hash if last else GENESIS,
    }
    row["hash"] = digest(row)
    _INSERT.post(connection, row)
    return Head(row["seq"], row["hash"])


@dataclass(frozen=True, slots=True)
class First:
    """Who came first: a person's name, the local time and the action; all empty where the trail has nothing."""

    who: str = ""
    when: str = ""
    action: str = ""


def first(connection: Connection, office_id: int, object_type: str, object_id: int, action: str = "") -> First:
    """Whoever acted last on a thing (``action``: in this way), for those who come after them."""
    e = t.event.c
    query = sa.select(e.actor_name, e.at, e.action, e.detail).where(
        e.office_id == office_id, e.object_type == object_type, e.object_id == object_id, e.result == Result.DONE.value
    )
    if action:
        query = query.where(e.action == action)
    row = connection.execute(query.order_by(e.seq.desc()).limit(1)).first()
    return First(row.actor_name, shown(happened(row.at, row.detail)), row.action) if row else First()


def happened(at: datetime, detail: Mapping[str, Any]) -> datetime:
    """When an event happened by the clock of then: after a clock ahead of time the trail itself keeps the later instant."""
    told = detail.get(WALL_CLOCK)
    return datetime.fromisoformat(told) if told else at


def instants(events: Sequence[Any]) -> list[datetime]:
    """When the events of one thing happened, in the order of the trail: none later than one that follows it.

    What was done while the clock was ahead of time was done before the next step at the latest.
    """
    found: list[datetime] = []
    for row in reversed(events):
        found.append(min([happened(row.at, row.detail), *found[-1:]]))
    return found[::-1]


def _last(connection: Connection, office_id: int) -> Any:
    return _LAST.first(connection, {"office": office_id})
