"""A flow made to run: the only file that knows ``transitions``.

One machine a version, without models, serves every task and thread: it holds no reference to a case and keeps no
queue (``dependencies.md`` item 7 and pitfalls T1-T11). Guards raise their own refusal, so nothing fails silently.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from transitions import Machine, MachineError

from models.errors import Refused
from models.language import _, listed
from workflow.given import GIVEN, about
from workflow.guards import CHOICES, CONDITIONS, GUARDS, four_eyes

if TYPE_CHECKING:
    from collections.abc import Callable

    from transitions import EventData

    from workflow.case import Case
    from workflow.flow import Flow, Step

    Check = Callable[[EventData], bool]


def _when(name: str) -> Check:
    return lambda event: CONDITIONS[name](event.kwargs["case"])


def _chosen(name: str, step: Step, *, first: bool) -> Check:
    """Whether this destination is the one chosen; without a choice the first one of the flow is."""

    def check(event: EventData) -> bool:
        choice = CHOICES[name](event.kwargs["case"])
        return choice == step.dest or (not choice and first)

    return check


def _must_hold(rule: Callable[[Case], None]) -> Check:
    def check(event: EventData) -> bool:
        rule(event.kwargs["case"])
        return True

    return check


def _not_the_same(step: Step) -> Check:
    def check(event: EventData) -> bool:
        four_eyes(event.kwargs["case"], step)
        return True

    return check


def _note_step(step: Step) -> Callable[[EventData], None]:
    return lambda event: event.kwargs["taken"].append(step)


def build(flow: Flow) -> Machine:
    """The machine of a flow that has been checked (``flow_check.py``); ``KeyError`` for a name in no registry."""
    machine = Machine(
        model=None,
        states=[state.name for state in flow.states],
        initial=None,
        auto_transitions=False,
        send_event=True,
    )
    for step in flow.steps:
        for source in step.sources:
            machine.add_transition(
                step.action, source, step.dest, conditions=_conditions(flow, step, source), after=_note_step(step)
            )
    return machine


def _conditions(flow: Flow, step: Step, source: str) -> list[Any]:
    """What must hold, in the order in which it is asked: which row, what is given, the guards, four eyes."""
    rivals = [one for one in flow.steps_of(step.action) if source in one.sources and one.chosen_by == step.chosen_by]
    found: list[Any] = [_when(step.when)] if step.when else []
    found += [_chosen(step.chosen_by, step, first=rivals[0] is step)] if step.chosen_by else []
    found += [_must_hold(GIVEN[name]) for name in step.gives]
    found += [_must_hold(GUARDS[name]) for name in step.guards]
    return found + ([_not_the_same(step)] if step.four_eyes else [])


@lru_cache(maxsize=64)
def _machine(flow: Flow) -> Machine:
    return build(flow)


def fire(case: Case) -> Step:
    """Move the case by its action and return the row of its flow that moved it.

    Raises the guard's refusal, or E-S01 naming what can be done instead.
    """
    taken: list[Step] = []
    event = _machine(case.task.flow).events.get(case.action)
    if event is None:
        raise _forbidden(case)
    try:
        moved = event.trigger(case, case=case, taken=taken)
    except MachineError as error:
        raise _forbidden(case) from error
    if not moved or not taken:
        raise _elsewhere(case)
    return taken[0]


def _by_whom(flow: Flow, action: str, steps: list[Step]) -> str:
    """An action with the duties that may take it: “approve (reviewer)”."""
    roles = dict.fromkeys(role.label for step in steps if step.action == action for role in step.roles)
    return _("{action} ({roles})").format(action=flow.action_label(action), roles=listed(roles))


def _elsewhere(case: Case) -> Refused:
    """The action exists here, and does not lead where it was asked to lead."""
    flow, wanted = case.task.flow, case.given.to_state
    ways = [step.dest for step in flow.steps_from(case.task.state) if step.action == case.action]
    if not wanted or wanted in ways:
        return _forbidden(case)
    return Refused(
        "E-S41",
        _("“{action}” does not lead to “{state}”.").format(
            action=flow.action_label(case.action), state=flow.state_label(wanted)
        ),
        where=about(case.task),
        remedy=_("Possible: {states}").format(
            states=listed(f"{name} {flow.state_label(name)}" for name in dict.fromkeys(ways))
        ),
    )


def _forbidden(case: Case) -> Refused:
    flow, state = case.task.flow, case.task.state
    steps = [
        step
        for step in flow.steps_from(state)
        if "not_yet_received" not in step.guards or case.task.received_at is None
    ]
    offered = list(dict.fromkeys(step.action for step in steps))
    return Refused(
        "E-S01",
        _("“{action}” is not possible in the state “{state}”.").format(
            action=flow.action_label(case.action), state=flow.state_label(state)
        ),
        where=_("task {id}").format(id=case.task.id),
        remedy=_("Possible now: {actions}").format(
            actions=listed(_by_whom(flow, action, steps) for action in offered) or _("nothing, it is final")
        ),
        state=state,
        offered=offered,
    )
