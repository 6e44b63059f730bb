"""The page on which a person works on a task at ease, beside its own: derived from the steps that are open to them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from deeds.filing import waits_for_paper
from deeds.review_queue import review_steps
from deeds.signing import STAGES, word_steps
from models.language import _
from models.states import Role, Stage
from models.times import local_date
from workflow import cases, permissions
from workflow.report_drafts import reporting_step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow


def desks_of(connection: Connection, actor: Actor, task: TaskRow, now: datetime) -> list[tuple[str, str]]:
    """The pages where this report waits for the actor: (path, words); none for a problem or in a closed month."""
    if task.period_id is None or task.month_closed:
        return []
    return list(_desks(connection, actor, task, now))


def _desks(connection: Connection, actor: Actor, task: TaskRow, now: datetime) -> Iterator[tuple[str, str]]:
    day, named = local_date(now), frozenset(cases.named_units(connection, task))
    if task.unit_id in actor.units() and reporting_step(actor, task) is not None:
        yield f"/filing/{task.id}", _("Fill in and file")
    if permissions.may(actor, "task.sign"):
        leads = any(post.role is Role.LEADER and post.unit_id == task.unit_id for post in actor.posts)
        if leads and waits_for_paper(task):
            yield f"/sign/paper?{urlencode({'month': task.month, 'unit': task.unit_name})}", _("Sign")
        elif task.stage in STAGES and word_steps(connection, actor, task, named, day):
            yield f"/sign/{task.id}", _("Sign")
    steps = (
        review_steps(connection, actor, task, named - {task.unit_id}, day) if task.stage is Stage.SIGNED_STAMPED else []
    )
    if steps and permissions.may(actor, "task.review"):
        yield f"/review/{task.id}", _("Review")
