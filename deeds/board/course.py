"""The month's course: how many tasks were filled in, signed and approved at the end of each day, by the trail.

The last day says the same as the counts of the board: the steps of the trail are what made the states.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.states import APPROVED, HANDED_IN, Result, Stage
from models.times import local_date
from workflow import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy.engine import Connection

    from deeds.board.rows import Entry, Month
    from workflow.case import TaskRow

FILED: Final = HANDED_IN | {Stage.REPORTED}
#: a month is drawn for so many days at most
_LONGEST: Final = 70

#: by task, the stages that it came to and on which day, the oldest first
Steps = dict[int, list[tuple["date", Stage]]]


@dataclass(frozen=True, slots=True)
class Day:
    """How many tasks had come so far at the end of a day."""

    on: date
    filed: int
    signed: int
    approved: int


@dataclass(frozen=True, slots=True)
class Course:
    """A month day by day, from its opening to the day of looking, or to the last day on which something was done."""

    month: str
    opens_on: date
    due_on: date
    closes_on: date
    total: int
    days: tuple[Day, ...]

    @property
    def last(self) -> Day | None:
        """How it stood on the last day that there is; None before the opening."""
        return self.days[-1] if self.days else None

    def at(self, day: date) -> Day | None:
        """How it stood at the end of a day: nothing before the opening, the last known after the end."""
        past = [known for known in self.days if known.on <= day]
        return past[-1] if past else None

    def same_time(self, other: Course) -> Day | None:
        """How it stood when it was as far from its due date as ``other`` is on its last day; None where it has no day."""
        return self.at(self.due_on + (other.last.on - other.due_on)) if other.last else None


def steps(connection: Connection, office_id: int, entries: Iterable[Entry]) -> Steps:
    """The steps of these tasks by the trail: one query."""
    tasks = {entry.task.id: entry.task for entry in entries}
    if not tasks:
        return {}
    e, k = t.event.c, t.task.c
    periods = {task.period_id for task in tasks.values()}
    of_months = sa.select(k.id).where(k.office_id == office_id, k.period_id.in_(periods))
    query = (
        sa.select(e.object_id, e.at, e.to_state, e.detail)
        .where(e.office_id == office_id, e.object_type == "task", e.result == Result.DONE.value, e.to_state != "")
        .where(e.object_id.in_(of_months))
        .order_by(e.seq)
    )
    events: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        if row.object_id in tasks:
            events[row.object_id].append(row)
    return {
        number: [
            (local_date(at), stage)
            for at, row in zip(audit.instants(mine), mine, strict=True)
            if (stage := _stage(tasks[number], row.to_state)) is not None
        ]
        for number, mine in events.items()
    }


def _stage(task: TaskRow, state: str) -> Stage | None:
    """What a state of the trail means; one of an older version by where that version's tasks were moved to."""
    known = task.flow.moves.get(state, state)
    return task.flow.stage(known) if known in task.flow.by_name else None


def course(
    month: Month, entries: Sequence[Entry], taken: Mapping[int, list[tuple[date, Stage]]], today: date
) -> Course:
    """The course of a month up to ``today``; what was waived in the end is left out."""
    ours = [entry for entry in entries if entry.stage is not Stage.WAIVED]
    done = [day for entry in ours for day, _stage_ in taken.get(entry.task.id, ()) if day <= today]
    last = min(today, max([month.closes_on, *done]), month.opens_on + timedelta(days=_LONGEST))
    first = min([month.opens_on, *done])
    days = tuple(
        _day(first + timedelta(days=n), ours, taken) for n in range(max((last - first).days + 1, 0))
    )  # fmt: skip
    return Course(month.month, month.opens_on, month.due_on, month.closes_on, len(ours), days)


def _day(on: date, ours: Sequence[Entry], taken: Mapping[int, list[tuple[date, Stage]]]) -> Day:
    stood = [_stood(taken.get(entry.task.id, ()), on) for entry in ours]
    return Day(on, *(sum(stage in wanted for stage in stood) for wanted in (FILED, HANDED_IN, APPROVED)))


def _stood(taken: Iterable[tuple[date, Stage]], on: date) -> Stage:
    stage = Stage.ASSIGNED
    for day, reached in taken:
        if day > on:
            break
        stage = reached
    return stage
