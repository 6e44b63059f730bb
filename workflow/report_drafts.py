"""What a person has typed for a task and not reported yet: kept for them alone, on any computer, until it is reported.

A draft says nothing to anybody else and is no part of the trail; what is reported is (``docs/decisions/0030``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Refused
from models.language import _
from workflow import permissions
from workflow.actions import visible_task
from workflow.given import about

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow
    from workflow.flow import Step

#: all the words of one draft, as they are kept
MOST_BYTES: Final = 64_000


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A draft: what was typed, at which version of the task, when it was kept."""

    task_id: int
    version: int
    fields: dict[str, str]
    saved_at: datetime

    @property
    def words(self) -> list[str]:
        """What was typed, without the ticks."""
        return [text for name, text in self.fields.items() if name not in {"no_progress", "lower"}]


def reporting_step(actor: Actor, task: TaskRow, co_units: Collection[int] = ()) -> Step | None:
    """The step by which the actor may report on the task now, whatever its flow calls it; None when there is none."""
    if task.month_closed:
        return None
    return next((step for step in permissions.offered(actor, task, co_units) if "progress" in step.gives), None)


def keep(
    connection: Connection,
    office_id: int,
    actor: Actor,
    task_id: int,
    fields: Mapping[str, str],
    version: int,
    now: datetime,
    *,
    late: bool = False,
) -> None:
    """Keep what was typed, in place of what was kept before; E-H30 for what cannot be reported now, E-H31 too long.

    ``late``: it was begun while it could be reported, and somebody came first. Whose duty it is to report loses no word.
    """
    task, co_units = visible_task(connection, office_id, actor, task_id)
    reports = (step for step in task.flow.steps if "progress" in step.gives)
    ours = late and any(permissions.acting_role(actor, step, task.unit_id, co_units) for step in reports)
    if not ours and reporting_step(actor, task, co_units) is None:
        raise Refused(
            "E-H30",
            _("There is nothing to fill in for this task now: it is “{state}”.").format(state=task.state_label),
            where=about(task),
            remedy=_("Open your unit's month: it says what comes next."),
        )
    typed = {name: text for name, text in fields.items() if text}
    if len(json.dumps(typed, ensure_ascii=False).encode()) > MOST_BYTES:
        raise BadInput(
            "E-H31",
            _("The draft is too long to be kept."),
            where=about(task),
            remedy=_("Shorten the text; what is more can be sent to the office as a file."),
        )
    d = t.report_draft
    values: dict[str, Any] = {"fields": typed, "version": version, "saved_at": now}
    mine = _mine(office_id, actor, [task_id])
    if connection.execute(sa.update(d).where(*mine).values(**values)).rowcount == 0:
        insert(connection, d, office_id, task_id=task_id, person_id=actor.person_id, **values)


def find(connection: Connection, office_id: int, actor: Actor, task_ids: Collection[int]) -> dict[int, ReportDraft]:
    """The actor's own drafts of these tasks."""
    d = t.report_draft.c
    query = sa.select(d.task_id, d.version, d.fields, d.saved_at).where(*_mine(office_id, actor, task_ids))
    return {row.task_id: ReportDraft(*row) for row in connection.execute(query)}


def discard(connection: Connection, office_id: int, actor: Actor, task_ids: Collection[int]) -> None:
    """Throw the actor's own drafts of these tasks away."""
    connection.execute(sa.delete(t.report_draft).where(*_mine(office_id, actor, task_ids)))


def _mine(office_id: int, actor: Actor, task_ids: Collection[int]) -> tuple[Any, ...]:
    d = t.report_draft.c
    return d.office_id == office_id, d.person_id == actor.person_id, d.task_id.in_(task_ids)
