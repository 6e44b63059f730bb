"""A flow in words, row by row: its states and its actions, as a person reads them at a terminal or on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import BadInput
from models.language import _, listed

if TYPE_CHECKING:
    from deeds.desk import Desk
    from workflow.flow import Flow, Step


def states(flow: Flow) -> list[tuple[str, str, str, str]]:
    """Each state: what it is called, its name in the file, its stage, whom it waits for."""
    return [(s.label.here, s.name, s.stage.label, "–" if s.final else _waits(flow, s.name)) for s in flow.states]


def _waits(flow: Flow, state: str) -> str:
    return listed(dict.fromkeys(role.label for step in flow.onward(state) for role in step.roles))


def steps(flow: Flow) -> list[list[str]]:
    """Each action: from, to, who, what must be given, conditions, what it does."""
    return [_cells(flow, step) for step in flow.steps]


def _cells(flow: Flow, step: Step) -> list[str]:
    from workflow.terms import term

    eyes = _("not by whoever took: {actions}").format(
        actions=listed(flow.action_label(action) for action in step.four_eyes)
    )
    names = (*filter(None, (step.when, step.chosen_by)), *step.guards)
    conditions = [*map(term, names), *([eyes] if step.four_eyes else [])]
    return [
        flow.action_label(step.action),
        listed(flow.state_label(source) for source in step.sources),
        flow.state_label(step.dest),
        listed(role.label for role in step.roles),
        listed(map(term, step.gives)),
        listed(conditions),
        listed(map(term, step.effects)),
    ]


def install(desk: Desk, made: Flow, where: str, remedy: str) -> bool:
    """Make a flow without flaws the version in force for new tasks; False when it is already. E-W04 names the first flaw.

    ``desk.demand("flow.install")`` comes before: nothing of a stranger's file is read.
    """
    from deeds.running import own_events
    from schedules.ladder_check import flaws
    from workflow import flow_store

    found = flaws(made, own_events(desk))
    if found:
        raise BadInput(
            "E-W04",
            _("The flow has {count} flaws; it was not installed. The first: {flaw}").format(
                count=len(found), flaw=found[0].what
            ),
            where=_("{where}, line {line}").format(where=where, line=found[0].line),
            remedy=remedy,
        )
    return desk.perform("flow.install", lambda c: flow_store.install(c, desk.office_id, desk.actor, made, desk.now()))
