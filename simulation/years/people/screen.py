"""What people see in the morning: the open tasks and what waits for the office, as the program lists them.

They act on it for the whole day, and some on one of days ago: what it shows may have changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.holds import held_reason
from models.states import Decision, MessageState, PeriodState, Stage
from simulation.years.city import OFFICE
from workflow import cases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow


@dataclass(frozen=True, slots=True)
class Screen:
    """The lists of one morning."""

    #: everything in the open months
    tasks: tuple[TaskRow, ...]
    #: the open months: id, notice_id, month, opens_on, due_on, closes_on
    months: tuple[Any, ...]
    #: undecided: id, kind, task_id, wanted_due_on, wanted_unit_id
    requests: tuple[Any, ...]
    #: drafts of circulars that wait: id, about
    drafts: tuple[Any, ...]
    #: clause → its indicators' numbers
    targets: Mapping[int, tuple[int, ...]]
    held: str
    #: messages that wait for a person: held, and given up
    held_messages: tuple[int, ...]
    dead_messages: tuple[int, ...]

    def at(self, *stages: Stage) -> list[TaskRow]:
        """The tasks at some stages."""
        return [task for task in self.tasks if task.stage in stages]


def look(connection: Connection) -> Screen:
    """Read every list once."""
    p, r, d, m, i = t.period.c, t.request.c, t.draft.c, t.message.c, t.indicator.c
    months = sa.select(p.id, p.notice_id, p.month, p.opens_on, p.due_on, p.closes_on).where(
        p.office_id == OFFICE, p.state == PeriodState.OPEN.value
    )
    requests = sa.select(r.id, r.kind, r.task_id, r.wanted_due_on, r.wanted_unit_id).where(
        r.office_id == OFFICE, r.decision == Decision.PENDING.value
    )
    drafts = sa.select(d.id, d.about).where(d.office_id == OFFICE, d.issued_at.is_(None), d.dropped_at.is_(None))
    waiting = sa.select(m.id, m.state).where(
        m.office_id == OFFICE, m.state.in_([MessageState.HELD.value, MessageState.DEAD.value])
    )
    found = connection.execute(months.order_by(p.id)).all()
    targets: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(sa.select(i.clause_id, i.id).where(i.office_id == OFFICE).order_by(i.id)):
        targets[row.clause_id] = (*targets.get(row.clause_id, ()), row.id)
    messages = connection.execute(waiting.order_by(m.id)).all()
    return Screen(
        tasks=tuple(cases.load_tasks(connection, OFFICE, t.task.c.period_id.in_([row.id for row in found]))),
        months=tuple(found),
        requests=tuple(connection.execute(requests.order_by(r.id))),
        drafts=tuple(connection.execute(drafts.order_by(d.id))),
        targets=targets,
        held=held_reason(connection, OFFICE),
        held_messages=tuple(row.id for row in messages if row.state == MessageState.HELD),
        dead_messages=tuple(row.id for row in messages if row.state == MessageState.DEAD),
    )
