"""The trail as the audit administrator reads it: searched, a page at a time, one event beside its neighbours.

What a report says stands in no event but for one sentence, the reason for no progress: lists keep it back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import labels
from models import tables as t
from models.language import _
from models.states import Result, Role
from models.times import at_local, end_of
from workflow import audit, flow_store, permissions
from workflow.paging import BLOCK, SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.audit import Head

#: of a long detail of an event so many characters are shown
_DETAIL: Final = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; empty = everything. ``before`` and ``after`` are numbers of events."""

    person: str = ""
    action: str = ""
    thing: str = ""
    number: int | None = None
    result: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words."""

    seq: int
    at: datetime
    actor: str
    name: str
    acting_for: str
    role: str
    source: str
    deed: str
    thing: str
    moved: str
    result: Result
    reason: str
    hash: str
    prev_hash: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some events, the newest first; ``older`` and ``newer`` are where to go on from, None at an end."""

    rows: tuple[Told, ...]
    older: int | None
    newer: int | None


def find(connection: Connection, office_id: int, asked: Asked) -> TrailPage:
    """The events that were asked for, the newest first."""
    e = t.event.c
    query = sa.select(t.event).where(e.office_id == office_id, *_conditions(asked))
    forth = asked.after is not None
    if forth:
        query = query.where(e.seq > asked.after).order_by(e.seq)
    elif asked.before is not None:
        query = query.where(e.seq < asked.before).order_by(e.seq.desc())
    else:
        query = query.order_by(e.seq.desc())
    found = [dict(row) for row in connection.execute(query.limit(SIZE + 1)).mappings()]
    more, rows = len(found) > SIZE, found[:SIZE]
    if forth:
        rows.reverse()
    told = tuple(_told(connection, office_id, rows))
    if not told:
        return TrailPage((), None, None)
    older = told[-1].seq if (more or forth) else None
    newer = told[0].seq if (more if forth else asked.before is not None) else None
    return TrailPage(told, older, newer)


def _conditions(asked: Asked) -> Iterator[Any]:
    e = t.event.c
    if asked.person:
        yield sa.or_(e.actor == asked.person, e.actor_name.icontains(asked.person, autoescape=True))
    for column, value in ((e.object_type, asked.thing), (e.object_id, asked.number), (e.result, asked.result)):
        if value:
            yield column == value
    if asked.action:
        yield e.action.in_((asked.action, f"task.{asked.action}"))
    if asked.first:
        yield e.at >= at_local(asked.first)
    if asked.last:
        yield e.at < end_of(asked.last)


@dataclass(frozen=True, slots=True)
class Proof:
    """One event, whether it proves itself, and what stands before and after it."""

    event: Told
    detail: tuple[tuple[str, str], ...]
    algorithm: str
    operation_id: str
    true: bool
    follows: bool
    before: Told | None
    after: Told | None


def proof(connection: Connection, office_id: int, seq: int) -> Proof:
    """An event with its neighbours; E-404. Its hash is reckoned anew from what stands there now."""
    e = t.event.c
    query = sa.select(t.event).where(e.office_id == office_id, e.seq.between(seq - 1, seq + 1)).order_by(e.seq)
    rows = {row["seq"]: dict(row) for row in connection.execute(query).mappings()}
    if seq not in rows:
        raise permissions.not_there(_("Event"), seq)
    told = {one.seq: one for one in _told(connection, office_id, list(rows.values()))}
    row = rows[seq]
    before = rows[seq - 1]["hash"] if seq - 1 in rows else audit.GENESIS
    return Proof(
        told[seq], tuple(_detail(row["detail"])), row["algorithm"], row["operation_id"],
        true=audit.digest(row) == row["hash"],
        follows=row["prev_hash"] == before and (seq == 1 or seq - 1 in rows),
        before=told.get(seq - 1), after=told.get(seq + 1),
    )  # fmt: skip


def _detail(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in detail.items():
        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield key, said if len(said) <= _DETAIL else said[:_DETAIL] + "……"


def _told(connection: Connection, office_id: int, rows: Sequence[Mapping[str, Any]]) -> Iterator[Told]:
    """In the words of its task's own flow, before those of every flow there ever was."""
    every = flow_store.words(connection, office_id)
    own = flow_store.words_of_tasks(
        connection, office_id, {row["object_id"] for row in rows if row["object_type"] == "task"}
    )
    for row in rows:
        words = every | own.get(row["object_id"] if row["object_type"] == "task" else 0, {})
        yield Told(
            row["seq"], row["at"], row["actor"], row["actor_name"], row["acting_for"], _role(row["role"]),
            row["source"], words.get(row["action"].removeprefix("task.")) or labels.deed(row["action"]),
            f"{labels.thing(row['object_type'])} {row['object_id'] or ''}".strip(), _moved(row, words),
            Result(row["result"]), _reason(row), row["hash"], row["prev_hash"],
        )  # fmt: skip


def _role(code: str) -> str:
    return Role(code).label if code in set(Role) else code


def _moved(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if row["to_state"] not in words:
        return ""
    return f"{words.get(row['from_state'], '')} → {words[row['to_state']]}"


def _reason(row: Mapping[str, Any]) -> str:
    """Why, unless it is a sentence of the report that was filed with the event."""
    return _("(part of the report)") if row["reason"] and "report" in row["detail"] else row["reason"]


def actions(connection: Connection, office_id: int) -> list[tuple[str, str]]:
    """Everything that can stand in the trail as an action, with its words, in the order of the words."""
    found = {code: labels.deed(code) for code in labels.DEEDS}
    for flow in flow_store.every(connection, office_id):
        found |= {action: flow.action_label(action) for action in dict.fromkeys(step.action for step in flow.steps)}
    return sorted(found.items(), key=lambda pair: pair[1])


def lines(connection: Connection, office_id: int) -> Iterator[str]:
    """The whole trail as lines of JSON, its head last; read in blocks, which a server would otherwise send all at once."""
    query = sa.select(t.event).where(t.event.c.office_id == office_id).order_by(t.event.c.seq)
    rows = connection.execute(query.execution_options(yield_per=BLOCK))
    end: Head = audit.head(connection, office_id)
    for row in rows.mappings():
        yield json.dumps({**row, "at": row["at"].isoformat()}, ensure_ascii=False) + "\n"
    yield json.dumps({"head": {"seq": end.seq, "hash": end.hash}}) + "\n"
