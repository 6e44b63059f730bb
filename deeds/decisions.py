"""What waits for the director's decision, in one look: requests, drafts, held messages, summaries to be issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.requests import waiting_requests
from models import tables as t
from models.holds import held_reason
from models.states import FINISHED, MessageState, PeriodState, Stage
from models.times import local_date
from schedules import drafts
from workflow import messages, permissions
from workflow.month_names import names

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor
    from workflow.month_names import MonthName

#: of the held messages so many are shown; all are counted
_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class MonthToIssue:
    """A month whose summary is not issued though its due date has passed, or everything is approved."""

    name: MonthName
    due_on: date
    closes_on: date
    approved: int
    waived: int
    tasks: int

    @property
    def complete(self) -> bool:
        """Whether nothing of it is left to be approved."""
        return self.approved + self.waived == self.tasks


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the page of decisions shows."""

    requests: list[dict[str, Any]]
    drafts: list[dict[str, Any]]
    held: list[dict[str, Any]]
    held_count: int
    #: why everything is held at all: the clock or the database is doubted; empty where it is not
    doubted: str
    months: list[MonthToIssue]

    @property
    def count(self) -> int:
        """How many decisions that is; held messages are one."""
        return len(self.requests) + len(self.drafts) + bool(self.held_count or self.doubted) + len(self.months)


def waiting(connection: Connection, office_id: int, actor: Actor, now: datetime) -> Waiting:
    """Everything that waits; needs ``plan.read``."""
    permissions.demand(actor, "plan.read")
    held, count = messages.list_messages(connection, office_id, actor, state=MessageState.HELD, size=_MOST_SHOWN)
    return Waiting(
        waiting_requests(connection, office_id, actor, now),
        drafts.list_drafts(connection, office_id, actor),
        held,
        count,
        held_reason(connection, office_id),
        months_to_issue(connection, office_id, now),
    )


def months_to_issue(connection: Connection, office_id: int, now: datetime) -> list[MonthToIssue]:
    """The open months without a summary that are due for one, the oldest first."""
    p, k = t.period.c, t.task.c
    issued = sa.select(t.summary.c.period_id).where(t.summary.c.office_id == office_id)
    query = (
        sa.select(
            p.id, p.due_on, p.closes_on, sa.func.count().label("tasks"),
            _sum(k.stage, [Stage.REVIEWED]).label("approved"), _sum(k.stage, FINISHED).label("waived"),
        )
        .join(t.task, sa.and_(k.office_id == p.office_id, k.period_id == p.id))
        .where(p.office_id == office_id, p.state == PeriodState.OPEN.value, p.id.not_in(issued))
        .group_by(p.id, p.month, p.due_on, p.closes_on)
        .order_by(p.month)
    )  # fmt: skip
    rows, called = connection.execute(query), names(connection, office_id)
    found = [
        MonthToIssue(called[row.id], row.due_on, row.closes_on, row.approved, row.waived, row.tasks) for row in rows
    ]
    return [one for one in found if one.complete or one.due_on < local_date(now)]


def _sum(column: Any, stages: Collection[Stage]) -> Any:
    return sa.func.sum(sa.case((column.in_([stage.value for stage in stages]), 1), else_=0))
