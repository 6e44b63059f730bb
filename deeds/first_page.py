"""What a person finds when they come in: what waits for them, how the month in force stands, what else calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.beginnings import Beginning, beginnings
from deeds.decisions import months_to_issue
from deeds.inbox import unread
from deeds.task_conditions import Wanted
from deeds.task_list import list_rows
from deeds.task_views import count_stages, is_late, waiting
from deeds.todo import Todo
from models import tables as t
from models.language import _
from models.states import HANDED_IN, OWED, Decision, MessageState, PeriodState, Result, Role, Stage
from models.times import at_local, local_date
from workflow import people_views, permissions
from workflow.people_views import Show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

#: so many of the most urgent tasks are named
NAMED: Final = 8
_DAYS_BACK: Final = 7


@dataclass(frozen=True, slots=True)
class Heap:
    """Tasks that wait in the same way; ``late`` of them are overdue."""

    todo: Todo
    count: int
    late: int
    #: the earliest day of those that have one still to come, or is past
    due_on: date
    #: the month that all of them belong to; empty where they are of several, or of none
    month: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month that runs: how many of its tasks are handed in, signed and stamped; the days it hangs on."""

    month: str
    tasks: int
    handed_in: int
    excused: int
    opens_on: date
    due_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Matter:
    """Something else that calls: how many there are, in words, and where; the path is empty where there is no page."""

    count: int
    said: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """All of it."""

    heaps: tuple[Heap, ...]
    tasks: tuple[dict[str, Any], ...]
    waits: int
    months: tuple[Month, ...]
    unread: str
    matters: tuple[Matter, ...]
    #: of an office that is being set up
    beginnings: tuple[Beginning, ...]


def first_page(connection: Connection, office_id: int, actor: Actor, now: datetime) -> FirstPage:
    """For the actor; whoever sees no tasks has matters alone."""
    found = waiting(connection, office_id, actor, now) if permissions.may(actor, "task.read") else []
    today = local_date(now)
    urgent = sorted(found, key=lambda one: (one[0].due_on, one[0].id))
    return FirstPage(
        heaps=tuple(_heaps(found, today)),
        tasks=tuple(_named(urgent[:NAMED], now)),
        waits=len(found),
        months=tuple(_months(connection, office_id, actor, now)),
        unread=unread(connection, office_id, actor.person_id),
        matters=tuple(one for one in _matters(connection, office_id, actor, now) if one.count),
        beginnings=tuple(beginnings(connection, office_id, actor, now)),
    )


def _named(found: Sequence[tuple[TaskRow, Todo]], now: datetime) -> Iterator[dict[str, Any]]:
    rows = list_rows([task for task, _todo in found], now)
    for row, (_task, todo) in zip(rows, found, strict=True):
        yield row | {"todo": todo}


def _heaps(found: Sequence[tuple[TaskRow, Todo]], today: date) -> Iterator[Heap]:
    for todo in Todo:
        tasks = [task for task, kind in found if kind is todo]
        if tasks:
            late = sum(is_late(task, today) and task.stage in OWED for task in tasks)
            yield Heap(todo, len(tasks), late, min(task.due_on for task in tasks), _one_month(tasks))


def _one_month(tasks: Iterable[TaskRow]) -> str:
    months = {task.month or "" for task in tasks}
    return months.pop() if len(months) == 1 else ""


def _months(connection: Connection, office_id: int, actor: Actor, now: datetime) -> Iterator[Month]:
    """The open months, the newest first; a unit's people see how their own unit stands."""
    if not permissions.may(actor, "task.read") or not (actor.units() or actor.holds(Role.REVIEWER, Role.DIRECTOR)):
        return
    p = t.period.c
    query = (
        sa.select(p.month, sa.func.min(p.opens_on), sa.func.min(p.due_on), sa.func.max(p.closes_on))
        .where(p.office_id == office_id, p.state == PeriodState.OPEN.value)
        .group_by(p.month)
        .order_by(p.month.desc())
    )
    for month, opens_on, due_on, closes_on in connection.execute(query).all():
        stood = count_stages(connection, office_id, actor, Wanted(month=month, own=True), now)
        if stood:
            handed_in = sum(stood[stage] for stage in HANDED_IN)
            yield Month(month, stood.total(), handed_in, stood[Stage.WAIVED], opens_on, due_on, closes_on)


def _matters(connection: Connection, office_id: int, actor: Actor, now: datetime) -> Iterator[Matter]:
    """What calls beside the tasks, by duty."""
    count, a, today = _Count(connection, office_id), t.absence.c, local_date(now)
    away = sa.and_(a.substitute_id == actor.person_id, a.from_on <= today, a.to_on >= today)
    yield Matter(count(t.absence, away), _("away, and you stand in: act for them under your account"), "/account")
    if actor.holds(Role.DIRECTOR):
        r, d = t.request.c, t.draft.c
        yield Matter(
            count(t.request, r.decision == Decision.PENDING.value), _("requests wait for your decision"), "/decisions"
        )
        unadopted = t.notice_draft.c.ended_at.is_(None)
        yield Matter(count(t.notice_draft, unadopted), _("notices are read and wait to be adopted"), "/notices")
        undecided = sa.and_(d.issued_at.is_(None), d.dropped_at.is_(None))
        yield Matter(count(t.draft, undecided), _("drafts of circulars wait to be issued or dropped"), "/decisions")
        held = t.message.c.state == MessageState.HELD.value
        yield Matter(count(t.message, held), _("messages are held until you release them"), "/decisions")
        yield Matter(len(months_to_issue(connection, office_id, now)), _("summaries wait to be issued"), "/decisions")
    if permissions.may(actor, "message.retry"):
        dead = t.message.c.state == MessageState.DEAD.value
        yield Matter(count(t.message, dead), _("messages could not be delivered"), "/channels")
    if actor.holds(Role.SYSTEM):
        locked = people_views.count(connection, office_id, Show.LOCKED, now)
        yield Matter(locked, _("accounts are locked after wrong passwords"), f"/people?show={Show.LOCKED.value}")
    if actor.holds(Role.SECURITY):
        bare = people_views.count(connection, office_id, Show.NO_DUTY, now)
        yield Matter(bare, _("accounts hold no duty"), f"/people?show={Show.NO_DUTY.value}")
    if actor.holds(Role.AUDIT):
        e, first = t.event.c, today - timedelta(days=_DAYS_BACK)
        undone = e.result != sa.literal_column(
            f"'{Result.DONE.value}'"
        )  # written out, as the index of these few has it
        for result, said in (
            (Result.DENIED, _("attempts were denied in the last {count} days")),
            (Result.FAILED, _("attempts failed in the last {count} days")),
        ):
            many = count(t.event, sa.and_(undone, e.result == result.value, e.at >= at_local(first)))
            yield Matter(many, said.format(count=_DAYS_BACK), f"/trail?result={result.value}&first={first}")


class _Count:
    def __init__(self, connection: Connection, office_id: int) -> None:
        self._connection, self._office_id = connection, office_id

    def __call__(self, table: sa.Table, wanted: Any) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(table.c.office_id == self._office_id, wanted)
        return self._connection.scalar(query) or 0
