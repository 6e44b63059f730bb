"""What waits for the office: the reports that one of its people may pass or give back now, whichever their flow.

Derived from the flows alone: a task waits for review where its state stands at “signed and stamped” and a step leads
on from there for one of the actor's duties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from deeds.task_views import open_now
from models import tables as t
from models.language import _
from models.states import UNIT_ROLES, Role, Stage
from models.times import local_date
from workflow import cases
from workflow.calendar_store import load_calendar
from workflow.flow import MY_TURN
from workflow.units import running_months

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow
    from workflow.flow import Step

#: a ladder counts the waiting of the office from here
_SINCE: Final = frozenset({"signed", "entered"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the waiting reports are asked for; empty fields ask for all."""

    unit: str = ""
    month: str = ""
    item: str = ""

    @property
    def question(self) -> dict[str, str]:
        """As the question of an address."""
        return {name: value for name in ("unit", "month", "item") if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that waits: what it is about, how many working days, and how the actor may go on with it."""

    task: TaskRow
    item: str
    days: int
    colour: str
    cause: str
    #: the action that takes nothing but a yes; empty where there is none for this person
    passing: str
    passing_label: str
    #: whether this person filed or signed it, so that somebody else reviews
    barred: bool


def queue(connection: Connection, office_id: int, actor: Actor, now: datetime) -> list[Waiting]:
    """Everything that waits for this person's review, the longest waiting first."""
    running = t.task.c.period_id.in_(running_months(office_id))  # nothing moves in a closed month
    tasks = cases.load_tasks(connection, office_id, t.task.c.stage == Stage.SIGNED_STAMPED.value, running)
    today, days = local_date(now), load_calendar(connection, office_id)
    eyes = four_eyes(connection, office_id)
    named, taken = (
        cases.units_named(connection, office_id, tasks),
        cases.takers_of(connection, office_id, tasks) if eyes else {},
    )
    found = []
    for task in tasks:
        steps = review_steps(connection, actor, task, frozenset(named(task)) - {task.unit_id}, today)
        if steps:
            waited = max(days.workdays_between(local_date(task.entered_at), today), 0)
            mine = eyes and _kept_out(actor, steps, taken.get(task.id, {}))
            found.append(_waiting(task, steps, task.title, waited, barred=mine))
    return sorted(found, key=lambda one: (one.task.entered_at, one.task.id))


def narrowed(waiting: Iterable[Waiting], wanted: Wanted) -> list[Waiting]:
    """Those that are asked for."""
    return [
        one
        for one in waiting
        if wanted.unit in {"", one.task.unit_name}
        and wanted.month in {"", one.task.month}
        and wanted.item in {"", one.item}
    ]


def review_steps(
    connection: Connection, actor: Actor, task: TaskRow, co_units: frozenset[int], today: date
) -> list[Step]:
    """The steps that lead on from here and are open to a duty of the actor's in the office."""
    if not any(step in task.flow.onward(task.state) and _office(step) for step in task.flow.steps_from(task.state)):
        return []
    steps = [
        step
        for step in open_now(connection, actor, task, co_units, today, taking_back=False)
        if step in task.flow.onward(task.state) and actor.holds(*_office(step))
    ]
    return steps if is_my_turn(task, steps) else []


def is_my_turn(task: TaskRow, steps: Iterable[Step]) -> bool:
    """Whether the task waits for these steps: where a panel sits, only for whoever is to sign now."""
    panel = task.flow.by_name[task.state].panel
    return panel is None or any(MY_TURN in step.guards for step in steps)


def _office(step: Step) -> list[Role]:
    return [role for role in step.roles if role not in UNIT_ROLES]


def passing(steps: Iterable[Step]) -> str:
    """The action that takes nothing but a yes: nothing has to be given with it."""
    return next((step.action for step in steps if not step.gives and not step.chosen_by), "")


def four_eyes(connection: Connection, office_id: int) -> bool:
    """Whether the office keeps four eyes; a small one may have set it aside openly."""
    return bool(connection.scalar(sa.select(t.office.c.four_eyes).where(t.office.c.id == office_id)))


def barred(connection: Connection, actor: Actor, task: TaskRow, steps: Collection[Step]) -> bool:
    """Whether the actor took one of the actions whose takers may not take these steps."""
    return any(step.four_eyes for step in steps) and _kept_out(actor, steps, cases.takers(connection, task))


def _kept_out(actor: Actor, steps: Iterable[Step], taken: Mapping[str, frozenset[int]]) -> bool:
    kept_out = {action for step in steps for action in step.four_eyes}
    return any(actor.people & taken.get(action, frozenset()) for action in kept_out)


def _waiting(task: TaskRow, steps: list[Step], item: str, days: int, *, barred: bool) -> Waiting:
    action = passing(steps)
    colour, cause = light(task, days)
    return Waiting(task, item, days, colour, cause, action, task.flow.action_label(action), barred)


def light(task: TaskRow, days: int) -> tuple[str, str]:
    """The colour of a waiting and its cause in words: red when the flow's ladder has told everybody, yellow from its first."""
    rungs = sorted(
        int(rule["offset"])
        for rule in task.flow.rules
        if rule.get("anchor") in _SINCE and task.state in rule.get("states", ())
    )
    cause = _("waiting for {count} working days").format(count=days) if days else _("came today")
    if rungs and days >= rungs[-1] and (len(rungs) > 1 or days > rungs[0]):
        return "red", cause
    return ("yellow" if rungs and days >= rungs[0] else "green"), cause
