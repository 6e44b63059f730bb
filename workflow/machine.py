"""The law made to run: the only file that knows ``transitions``.

One machine without models serves every task and thread: it holds no reference to a case and keeps no queue
(``dependencies.md`` item 7 and pitfalls T1-T11). Guards raise their own refusal, so nothing fails silently.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from transitions import Machine, MachineError

from models.errors import Refused
from models.language import _, listed
from models.states import Action, TaskState
from workflow.guards import CONDITIONS, GUARDS
from workflow.law import INITIAL, LAW, Step, final_states, steps_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from transitions import EventData

    from workflow.case import Case


def _guard(name: str) -> Callable[[EventData], bool]:
    def check(event: EventData) -> bool:
        GUARDS[name](event.kwargs["case"])
        return True

    return check


def _condition(name: str) -> Callable[[EventData], bool]:
    def check(event: EventData) -> bool:
        return CONDITIONS[name](event.kwargs["case"])

    return check


def _note_step(step: Step) -> Callable[[EventData], None]:
    def note(event: EventData) -> None:
        event.kwargs["taken"].append(step)

    return note


def build(law: tuple[Step, ...] = LAW) -> Machine:
    """The machine of a law, refused when a state is unreachable or a name unknown."""
    _validate(law)
    machine = Machine(
        model=None,
        states=[state.value for state in TaskState],
        initial=None,
        auto_transitions=False,
        send_event=True,
    )
    for step in law:
        chosen: list[Any] = [_condition(step.when)] if step.when else []
        machine.add_transition(
            step.action.value,
            [source.value for source in step.sources],
            step.dest.value,
            conditions=chosen + [_guard(name) for name in step.guards],
            after=_note_step(step),
        )
    return machine


def _validate(law: tuple[Step, ...]) -> None:
    reachable = {INITIAL}
    for _round in TaskState:
        reachable |= {step.dest for step in law if reachable & set(step.sources)}
    lost = set(TaskState) - reachable
    names = {name for step in law for name in step.guards} - set(GUARDS)
    conditions = {step.when for step in law if step.when} - set(CONDITIONS)
    if lost or names or conditions or not final_states(law):
        raise ValueError(f"the law is unsound: unreachable {lost}, unknown {names | conditions}")


@cache
def _machine() -> Machine:
    return build()


def fire(case: Case) -> Step:
    """Move the case by its action and return the row of the law that moved it.

    Raises the guard's refusal, or E-S01 naming what can be done instead.
    """
    taken: list[Step] = []
    try:
        moved = _machine().events[case.action.value].trigger(case, case=case, taken=taken)
    except MachineError as error:
        raise _forbidden(case) from error
    if not moved or not taken:
        raise _forbidden(case)
    return taken[0]


def _by_whom(action: Action, steps: list[Step]) -> str:
    """An action with the duties that may take it: “approve (reviewer)”."""
    roles = dict.fromkeys(role.label for step in steps if step.action is action for role in step.roles)
    return _("{action} ({roles})").format(action=action.label, roles=listed(roles))


def _forbidden(case: Case) -> Refused:
    state = case.task.state
    steps = [step for step in steps_from(state) if step.action is not Action.RECEIVE or case.task.received_at is None]
    offered = list(dict.fromkeys(step.action for step in steps))
    return Refused(
        "E-S01",
        _("“{action}” is not possible in the state “{state}”.").format(action=case.action.label, state=state.label),
        where=_("task {id}").format(id=case.task.id),
        remedy=_("Possible now: {actions}").format(
            actions=listed(_by_whom(action, steps) for action in offered) or _("nothing, it is final")
        ),
        state=state.value,
        offered=[action.value for action in offered],
    )
