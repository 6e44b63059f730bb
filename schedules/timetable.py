"""When the rules speak to tasks, reckoned once for all that agree in what it depends on: a month's tasks share their dates."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from schedules.due import SEND_AT, TaskFacts, gone, planned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import time

    from schedules.due import Rung
    from schedules.ladders import Ladders
    from workflow.calendar import WorkCalendar

#: what says which task it is, and whom it concerns; everything else may decide when a rule speaks
_WHICH: Final = {"task_id", "unit_id", "handler_id", "due_revision"}
_WHEN: Final = attrgetter(*(each.name for each in fields(TaskFacts) if each.name not in _WHICH))


class Timetable:
    """The rungs of an office's tasks by its ladders and its calendar, for the length of one sweep."""

    def __init__(self, ladders: Ladders, calendar: WorkCalendar, send_at: time = SEND_AT) -> None:
        """``send_at`` is the hour of the day at which rules speak."""
        self._ladders, self._calendar, self._send_at = ladders, calendar, send_at
        self._planned: dict[Any, list[Rung]] = {}
        self._gone: dict[Any, list[Rung]] = {}

    def planned(self, facts: TaskFacts) -> Sequence[Rung]:
        """What the rules say to a task as it stands, past and to come, in the order of time."""
        when = _WHEN(facts)
        if when not in self._planned:
            self._planned[when] = planned(self._ladders.of(facts.flow), facts, self._calendar, self._send_at)
        return self._planned[when]

    def gone(self, facts: TaskFacts) -> Sequence[Rung]:
        """What the rules would say to a task if it had not been settled."""
        when = _WHEN(facts)
        if when not in self._gone:
            self._gone[when] = gone(self._ladders.of(facts.flow), facts, self._calendar, self._send_at)
        return self._gone[when]
