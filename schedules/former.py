"""The rounds and dates that a task has left behind: what came due in them while nobody looked ends, too.

A sweep sees a task as it stands. When the service was down over a due instant and the task was returned, given more
time or moved to another version before the next sweep, the rungs of its former round would end as nothing. So they
are reckoned from the trail (``reliability.md`` I5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.among import among
from models.statements import Statement
from models.states import FINISHED, Result
from models.times import at_local, local_date
from schedules.due import MIGRATE, Past
from workflow.audit import happened
from workflow.flow_store import pinned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from schedules.due import TaskFacts
    from workflow.flow import Flow

_OFFICE: Final[sa.BindParameter[int]] = sa.bindparam("office")
_E, _K = t.event.c, t.task.c
#: the trail's last events before a number, so many at a time
_LAST: Final = Statement(
    sa.select(_E.seq, _E.at, _E.action, _E.object_type, _E.object_id, _E.detail, _E.result)
    .where(_E.office_id == _OFFICE, _E.seq < sa.bindparam("before"))
    .order_by(_E.seq.desc())
    .limit(20)
)
#: no event has so high a number
_BEYOND: Final = 2**31 - 1
_BEGUN: Final = Statement(
    sa.select(_K.id, _K.period_id, _K.original_due_on, _K.opened_on).where(
        _K.office_id == _OFFICE, among(_K.id, "tasks") | among(_K.period_id, "periods")
    )
)
#: where an event's detail has the day that it set
_DAYS: Final = {"request.decide": "granted_due_on", "period.move": "to"}


@dataclass(frozen=True, slots=True)
class Era:
    """A task in a round and under a date that it has left: what the rules asked of it, from when until when."""

    facts: TaskFacts
    since: datetime
    until: datetime
    #: its steps until then, the oldest first
    history: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """An event that may have ended an era, as the trail tells it."""

    at: datetime
    action: str
    from_state: str
    to_state: str
    #: the day that it set
    due_on: date | None = None
    #: the versions that a migration led from and to
    flows: tuple[Flow, Flow] | None = None


def eras(facts: TaskFacts, original_due_on: date, begun: datetime, story: Iterable[Turn]) -> Iterator[Era]:
    """Every era that has ended, the oldest first; the present one is the task as it stands."""
    turns = list(story)
    first = next((turn.flows[0] for turn in turns if turn.flows is not None), facts.flow)
    state, since, history = first.initial, begun, list[Past]()
    then = replace(
        facts,
        flow=first,
        round=1,
        due_revision=1,
        due_on=original_due_on,
        signed_on=None,
        returned_on=None,
        closed=False,
    )
    for turn in turns:
        after = _after(then, turn, state)
        if after is not None:
            yield Era(then, since, turn.at, tuple(history))
            then, since = after, turn.at
        elif "mark_signed" in _effects(then.flow, turn):
            then = replace(then, signed_on=local_date(turn.at))
        if turn.to_state:
            state = turn.to_state
            history.append(Past(turn.at, turn.action, state))


def _after(then: TaskFacts, turn: Turn, state: str) -> TaskFacts | None:
    """The facts of the era that the event begins; None when it begins none."""
    if turn.flows is not None:
        old, new = turn.flows
        mapped = turn.to_state != state or new.stage(turn.to_state) is not old.stage(state)
        return replace(then, flow=new, due_revision=then.due_revision + mapped)
    if "open_round" in _effects(then.flow, turn):
        day = turn.due_on or then.due_on
        return replace(then, round=then.round + 1, due_on=day, returned_on=local_date(turn.at), signed_on=None)
    if turn.to_state or turn.due_on is None:
        return None
    moves_all = turn.action == "period.move"
    if moves_all and (then.round > 1 or then.flow.stage(state) in FINISHED):
        return None
    return replace(then, due_on=turn.due_on, due_revision=then.due_revision + 1)


def _effects(flow: Flow, turn: Turn) -> frozenset[str]:
    steps = [step for step in flow.steps_of(turn.action) if turn.from_state in step.sources]
    return frozenset(effect for step in steps if step.dest == turn.to_state for effect in step.effects)


def load_eras(connection: Connection, office_id: int, known: Collection[TaskFacts], since: datetime) -> list[Era]:
    """The eras of these tasks that ended after an instant: nobody may have looked since then."""
    turned = _turned(connection, office_id, since)
    wanted = {facts.task_id: facts for facts in known}
    asked = {"office": office_id, "tasks": [*turned.tasks & wanted.keys()], "periods": [*turned.periods]}
    found = []
    for row in _BEGUN.rows(connection, asked) if asked["tasks"] or asked["periods"] else ():
        if row.id in wanted:
            begun, story = at_local(row.opened_on), _story(connection, office_id, row)
            found += [era for era in eras(wanted[row.id], row.original_due_on, begun, story) if era.until > since]
    return found


@dataclass(frozen=True, slots=True)
class _Turned:
    tasks: set[int]
    periods: set[int]


def _turned(connection: Connection, office_id: int, since: datetime) -> _Turned:
    """What the end of the trail after an instant speaks of; the trail is in the order of time."""
    found = _Turned(set(), set())
    for row in _newest_first(connection, office_id):
        if happened(row.at, row.detail) <= since:
            break
        if row.result != Result.DONE:
            continue
        if row.object_type == "task":
            found.tasks.add(row.object_id)
        elif row.action == "request.decide":
            found.tasks.add(row.detail["task"])
        elif row.action == "period.move":
            found.periods.add(row.object_id)
    return found


def _newest_first(connection: Connection, office_id: int) -> Iterator[Any]:
    before = _BEYOND
    while rows := _LAST.rows(connection, {"office": office_id, "before": before}):
        yield from rows
        before = rows[-1].seq


def _story(connection: Connection, office_id: int, task: Any) -> list[Turn]:
    """Everything in the trail that moved a task, or its date."""
    e, r = t.event.c, t.request.c
    asked = sa.select(r.id).where(r.office_id == office_id, r.task_id == task.id)
    mine = sa.or_(
        sa.and_(e.object_type == "task", e.object_id == task.id),
        sa.and_(e.object_type == "request", e.action == "request.decide", e.object_id.in_(asked)),
        sa.and_(e.object_type == "period", e.action == "period.move", e.object_id == (task.period_id or 0)),
    )
    query = sa.select(e.at, e.action, e.from_state, e.to_state, e.detail)
    query = query.where(e.office_id == office_id, e.result == Result.DONE.value, mine).order_by(e.seq)
    return [_turn(connection, office_id, row) for row in connection.execute(query).all()]


def _turn(connection: Connection, office_id: int, row: Any) -> Turn:
    day = row.detail.get(_DAYS.get(row.action, "refile_on"))
    flows = None
    if row.action == MIGRATE:
        old, new = (pinned(connection, office_id, row.detail[key]) for key in ("from", "to"))
        flows = (old, new)
    at = happened(row.at, row.detail)
    return Turn(at, row.action, row.from_state, row.to_state, date.fromisoformat(day) if day else None, flows)
