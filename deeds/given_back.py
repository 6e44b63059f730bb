"""What was given back to its clerk before they report: who said why, a reviewer of the office or the unit's own leader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.states import Result, Stage
from models.times import shown
from workflow.audit import happened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow

#: where a report lies that is still to be written, or to be written again
_WITH_THE_CLERK: Final = frozenset({Stage.ASSIGNED, Stage.RETURNED})


@dataclass(frozen=True, slots=True)
class Returned:
    """Why the report came back, who said so and when."""

    reason: str
    by: str
    at: str


def given_back(connection: Connection, office_id: int, tasks: Iterable[TaskRow]) -> dict[int, Returned]:
    """Task → the last step that led with a reason to where it stands, while its clerk has to report."""
    lying = {task.id: task.state for task in tasks if task.stage in _WITH_THE_CLERK}
    e = t.event.c
    query = (
        sa.select(e.object_id, e.reason, e.actor_name, e.at, e.to_state, e.detail)
        .where(e.office_id == office_id, e.object_type == "task", e.object_id.in_(lying), e.reason != "")
        .where(e.result == Result.DONE.value, e.from_state != e.to_state)
        .order_by(e.seq)
    )
    return {
        row.object_id: Returned(row.reason, row.actor_name, shown(happened(row.at, row.detail)))
        for row in connection.execute(query)
        if row.to_state == lying[row.object_id]
    }
