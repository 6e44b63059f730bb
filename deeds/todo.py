"""What kind of work waits for a person on a task: read off the steps of its flow, whichever flow it runs in.

What may be done is more than what waits: a reviewer may take an approval back, a director may excuse any task. Work
waits where a step leads on along the main line of the flow, or asks for a signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.language import N_
from models.states import UNIT_ROLES, Stage, Word
from workflow.flow import MY_TURN, UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from workflow.case import Actor, TaskRow
    from workflow.flow import Step

#: a look-back 回头看 months ahead waits for nobody yet
_AHEAD_DAYS: Final = 5
_ASIDE: Final = frozenset({Stage.RETURNED, Stage.WAIVED})


class Todo(Word):
    """In the order in which a month is worked through."""

    RECEIVE = "receive", N_("to receive")
    RETURNED = "returned", N_("returned, to be filed again")
    REPORT = "report", N_("to report")
    SIGN = "sign", N_("to sign and stamp")
    REVIEW = "review", N_("to review")
    DECIDE = "decide", N_("to decide")


def todo_of(task: TaskRow, steps: Iterable[Step], actor: Actor, today: date) -> Todo | None:
    """What waits for the actor, given the steps that are open to them; None = nothing."""
    steps = list(steps)
    if any("not_yet_received" in step.guards for step in steps):
        return Todo.RECEIVE
    onward = [step for step in steps if _leads_on(task, step)]
    if not onward or _too_early(task, onward, today):
        return None
    step = onward[0]
    if MY_TURN in step.guards or "filing" in step.gives:
        return Todo.SIGN
    if any(role in UNIT_ROLES for role in step.roles) and actor.units():
        return Todo.RETURNED if task.stage is Stage.RETURNED else Todo.REPORT
    return Todo.REVIEW if task.stage in (Stage.SIGNED_STAMPED, Stage.REPORTED) else Todo.DECIDE


def _leads_on(task: TaskRow, step: Step) -> bool:
    """Forward in the order of the file, or a signature; neither taken back, nor returned, nor excused."""
    if UNREAD in step.guards:
        return False
    if MY_TURN in step.guards:
        return True
    if step.dest == task.state:
        return False
    place = {state.name: number for number, state in enumerate(task.flow.states)}
    stage = task.flow.stage(step.dest)
    if stage in _ASIDE:
        return False
    return task.stage is Stage.RETURNED or place[step.dest] > place[task.state]


def _too_early(task: TaskRow, steps: Iterable[Step], today: date) -> bool:
    """A struck-off problem is looked back at when its day comes."""
    planned = any(step.dest == task.state and "plan_look_back" in step.effects for step in task.flow.steps)
    return planned and (task.due_on - today).days > _AHEAD_DAYS and bool(steps)
