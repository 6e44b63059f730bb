"""Papers in the office's own words, and what is said where these words failed on one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from deeds.wordings import fallen_back, note_failure, own_words
from models import tables as t
from models.states import OWED
from models.times import local_date
from workflow import cases
from workflow.units import running_months

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.errors import DubanError
    from models.facts import SummaryFacts
    from models.paper_facts import ChasingFacts
    from models.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit that is late in a month (empty: in the problem ledger): with how many tasks, since how many days."""

    unit: str
    month: str
    tasks: int
    days: int


def owing_now(connection: Connection, office_id: int, now: datetime) -> list[Owing]:
    """Every unit that owes something whose day has passed, the latest first."""
    today = local_date(now)
    c = t.task.c
    # asked before: beside an "or" PostgreSQL looks for tasks by the numbers of months, not by a question within
    running = connection.scalars(running_months(office_id)).all()
    late: dict[tuple[str, str], list[int]] = {}
    for task in cases.load_tasks(
        connection, office_id, c.due_on < today, c.stage.in_([stage.value for stage in OWED]),
        sa.or_(c.period_id.is_(None), c.period_id.in_(running)),
    ):  # fmt: skip
        month = "" if task.problem_id is not None else task.month
        late.setdefault((task.unit_name, month), []).append((today - task.due_on).days)
    found = [Owing(unit, month, len(days), max(days)) for (unit, month), days in late.items()]
    return sorted(found, key=lambda one: (-one.days, one.month, one.unit))


class InOwnWords:
    """Renders urging notices, supervision notices or circulars; afterwards ``failures`` says what has to be told."""

    def __init__(self, desk: Desk, kind: str) -> None:
        """The words of a ``PaperKind`` that are in force now."""
        self._desk, self._kind, self._own = desk, kind, own_words(desk, kind)
        self._notes: list[str] = []
        self._failed: list[DubanError] = []

    def __call__(self, facts: ChasingFacts) -> Rendered:
        """The files."""
        from documents.chasing import render_chasing

        made = render_chasing(facts, own=self._own)
        self._failed += [made.failed] if made.failed else []
        self._notes += made.notes
        return made

    def failures(self) -> list[str]:
        """A sentence for each, which is also kept for whoever mends the words."""
        return _kept(self._desk, f"paper/{self._kind}", self._failed) + self._notes


class SummaryInOwnWords:
    """The same for the month's summary."""

    def __init__(self, desk: Desk) -> None:
        """The words in force now."""
        self._desk, self._own = desk, own_words(desk, "summary")
        self._failed: list[DubanError] = []

    def __call__(self, facts: SummaryFacts) -> Rendered:
        """The files."""
        from documents.summary.rendering import render_summary

        made = render_summary(facts, own=self._own)
        self._failed += [made.failed] if made.failed else []
        return made

    def failures(self) -> list[str]:
        """A sentence for each, which is also kept for whoever mends the words."""
        return _kept(self._desk, "paper/summary", self._failed)


def notes_of(name: str, made: Rendered) -> list[str]:
    """What there is to say of a draft that is only looked at; ``name`` is that of its words. Nothing is kept of it."""
    return [*made.notes, *([fallen_back(name, made.failed)] if made.failed else [])]


def _kept(desk: Desk, name: str, failed: list[DubanError]) -> list[str]:
    for refusal in failed:
        note_failure(desk, name, refusal)
    return [fallen_back(name, refusal) for refusal in failed]
