"""What is due, and what comes next, as a sweep reckons it from the plans of its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedules.due import planned
from schedules.waiting import Waiting, come, first_left

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from schedules.due import Firing, Key, TaskFacts
    from schedules.rules import Rule
    from workflow.calendar import WorkCalendar


def due(
    rules: Sequence[Rule], tasks: Sequence[TaskFacts], calendar: WorkCalendar, now: datetime, ledger: Collection[Key]
) -> list[Firing]:
    """Of several tasks."""
    return come([(facts, planned(rules, facts, calendar)) for facts in tasks], now, Waiting(ledger))


def next_at(
    rules: Sequence[Rule], facts: TaskFacts, calendar: WorkCalendar, ledger: Collection[Key]
) -> datetime | None:
    """Of one task."""
    return first_left(facts, planned(rules, facts, calendar), Waiting(ledger))
