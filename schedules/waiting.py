"""What of the rungs of tasks is not decided yet, reckoned once for all that agree: a month's tasks share rungs and decisions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from schedules.due import waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from schedules.due import Decided, Firing, Key, Rung, TaskFacts

_NOTHING: Final[Decided] = frozenset()


class Waiting:
    """By what the ledger holds about an office's tasks."""

    def __init__(self, ledger: Iterable[Key]) -> None:
        """``ledger`` are the keys of what was decided."""
        found: dict[int, set[tuple[int, int, str]]] = defaultdict(set)
        for task, round_, revision, rule in ledger:
            found[task].add((round_, revision, rule))
        self._decided: dict[int, Decided] = {task: frozenset(keys) for task, keys in found.items()}
        #: with the rungs, so that no others are ever found under their address
        self._known: dict[Any, tuple[Sequence[Rung], list[Rung]]] = {}

    def of(self, facts: TaskFacts, rungs: Sequence[Rung]) -> list[Rung]:
        """Those of a task's rungs that wait, in their order."""
        decided = self._decided.get(facts.task_id, _NOTHING)
        asked = (id(rungs), facts.round, facts.due_revision, decided)
        if asked not in self._known:
            left = [rung for rung in rungs if waits(rung.rule, facts.round, facts.due_revision, decided)]
            self._known[asked] = (rungs, left)
        return self._known[asked][1]


def come(planned: Iterable[tuple[TaskFacts, Sequence[Rung]]], now: datetime, waiting: Waiting) -> list[Firing]:
    """What has to be decided now: of what is planned, what has come and waits still, however long nobody asked."""
    return [rung.to(facts) for facts, rungs in planned for rung in waiting.of(facts, rungs) if rung.fires_at <= now]


def first_left(facts: TaskFacts, planned: Sequence[Rung], waiting: Waiting) -> datetime | None:
    """When the task has to be looked at next, for the sweep's index: the first of what is planned that waits.

    ``planned`` is in the order of time. It may lie in the past: then the rung is due; None when nothing is left to say.
    """
    return next((rung.fires_at for rung in waiting.of(facts, planned)), None)
