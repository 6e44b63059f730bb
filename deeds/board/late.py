"""What is late: since when, what was already said about it, and what comes next if nothing is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import labels
from models import tables as t
from models.states import PaperKind, ReminderState
from models.times import local_date
from schedules.ahead import next_rungs
from schedules.facts import IN_FORCE
from workflow import owing
from workflow.papers import cited

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from deeds.board.rows import Entry
    from schedules.due import Firing
    from schedules.facts import Hours
    from schedules.rules import Rule

#: rungs below this level only remind; what chases begins with the urging notice
_CHASES = 6


@dataclass(frozen=True, slots=True)
class Rung:
    """Something that was said about a task, or will be: its words, its day, and how grave it is."""

    on: date
    words: str
    level: int
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Chased:
    """A late task: what was said about it in this round, the last first, and what comes next."""

    entry: Entry
    said: tuple[Rung, ...] = field(default=())
    next: Rung | None = None

    @property
    def since(self) -> date | None:
        """The day that was missed; None where a return has set another day since and the days alone are on record."""
        return self.entry.task.due_on if self.entry.overdue or self.entry.task.round == 1 else None


def chased(
    connection: Connection,
    office_id: int,
    late: Sequence[Entry],
    rules: Sequence[Rule] | None,
    now: datetime,
    hours: Hours | None = None,
) -> list[Chased]:
    """The late tasks with their rungs, in the order given: five queries and a few, however many there are."""
    said = _said(connection, office_id, late)
    owed = [entry.task.id for entry in late if entry.overdue]
    coming = next_rungs(connection, office_id, rules, owed, now, hours) if owed else {}
    return [
        Chased(
            entry,
            tuple(sorted(said.get(entry.task.id, ()), key=lambda rung: (rung.on, rung.level), reverse=True)),
            _coming(coming[entry.task.id]) if entry.task.id in coming else None,
        )
        for entry in late
    ]


def _coming(found: tuple[datetime, Firing]) -> Rung:
    at, firing = found
    return Rung(local_date(at), labels.message(firing.rule_name), firing.level, draft=firing.mode == "draft")


def _said(connection: Connection, office_id: int, late: Iterable[Entry]) -> dict[int, list[Rung]]:
    """What the ledger of reminders and the issued papers say of the tasks, in their present round."""
    rounds = {entry.task.id: entry.task.round for entry in late}
    found: dict[int, list[Rung]] = {}
    r = t.reminder.c
    kept = (ReminderState.FIRED.value, ReminderState.DRAFTED.value)
    query = sa.select(r.task_id, r.round, r.rule, r.level, r.decided_at, r.state).where(
        r.office_id == office_id, r.task_id.in_(rounds), r.state.in_(kept), IN_FORCE
    )
    for row in connection.execute(query):
        if row.round == rounds[row.task_id]:
            rung = Rung(local_date(row.decided_at), labels.message(row.rule), row.level, row.state == kept[1])
            found.setdefault(row.task_id, []).append(rung)
    for paper in owing.standing(connection, office_id, rounds, *PaperKind):
        words = f"{PaperKind(paper.kind).label}{cited(paper.year, paper.number)}"
        rung = Rung(local_date(paper.issued_at), words, _CHASES + list(PaperKind).index(PaperKind(paper.kind)) * 2)
        for task, round_, _revision in paper.about:
            if rounds.get(task) == round_:
                found.setdefault(task, []).append(rung)
    return found
