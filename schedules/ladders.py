"""Which rungs speak to a task: those of the version of the flow that it pins, or the office's own for its months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schedules.rules import ladder_of
from workflow.flow_store import MONTHLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schedules.due import TaskFacts
    from schedules.rules import Rule
    from workflow.flow import Flow


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladders of an office; ``own`` are the rules of its own file, which take the place of the monthly report's."""

    own: Sequence[Rule] | None = None

    def of(self, flow: Flow) -> Sequence[Rule]:
        """The rungs for tasks that pin this version."""
        if self.own is not None and flow.name == MONTHLY:
            return self.own
        return ladder_of(flow)

    def by_flow(self, facts: Iterable[TaskFacts]) -> list[tuple[Sequence[Rule], list[TaskFacts]]]:
        """The tasks under their rungs, in the order in which the first of each flow comes."""
        found: dict[str, list[TaskFacts]] = {}
        for one in facts:
            found.setdefault(one.flow.sha256, []).append(one)
        return [(self.of(group[0].flow), group) for group in found.values()]
