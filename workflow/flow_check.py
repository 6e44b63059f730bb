"""Does a flow make sense? Each flaw is named with its line and what to do about it; the flow itself is not touched.

Pure. What can be said without the ladder is said here; who is chased where, and whether the messages have words, is
for ``schedules/ladder_check.py``. Sources of the rules: design section 4 (final states, four eyes, no dead end but
the final ones), ``reliability.md`` I10.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.language import _
from models.states import APPROVED, FINISHED, Stage
from workflow.effects import EFFECTS
from workflow.flow import MY_TURN
from workflow.given import GIVEN
from workflow.guards import CHOICES, CONDITIONS, GUARDS
from workflow.toml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from workflow.flow import Flow, Step

#: what only makes sense for the one kind of record, by kind
_ONLY: Final = {
    "report": frozenset({"filing", "evidence", "signer_and_seal", "summary", "indicators"}),
    "problem": frozenset({"measures", "visit", "store_measures", "store_visit", "plan_look_back", "count_relapse"}),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a flow: the line of its file (0 = none), what it is, and the remedy."""

    line: int
    what: str
    remedy: str


def flaws(flow: Flow) -> list[Flaw]:
    """Everything wrong with the states and steps, in the order of the file; empty = sound."""
    found = [*_strange_names(flow)]
    if not found:  # what follows would only repeat it
        found = [*_ways(flow), *_who(flow), *_approvals(flow), *_panels(flow), *_returns(flow), *_records(flow)]
    return sorted(found, key=lambda flaw: flaw.line)


def _strange_names(flow: Flow) -> Iterator[Flaw]:
    states, known = set(flow.by_name), _("Known: {names}")
    if flow.initial not in states:
        what = _("The initial state “{name}” is not there.").format(name=flow.initial)
        yield Flaw(line_of(flow.text, "initial"), what, known.format(names=", ".join(flow.by_name)))
    for step in flow.steps:
        yield from _unknown(step, _("state"), (*step.sources, step.dest), flow.by_name)
        yield from _unknown(step, _("thing to give"), step.gives, GIVEN)
        yield from _unknown(step, _("guard"), step.guards, GUARDS)
        yield from _unknown(step, _("effect"), step.effects, EFFECTS)
        yield from _unknown(step, _("condition"), (step.when,) if step.when else (), CONDITIONS)
        yield from _unknown(step, _("choice"), (step.chosen_by,) if step.chosen_by else (), CHOICES)
        yield from _unknown(step, _("action under four_eyes"), step.four_eyes, flow.actions)
    for old, new in flow.moves.items():
        if new not in states:
            what = _("The move of “{old}” leads to “{new}”, which is no state.").format(old=old, new=new)
            yield Flaw(line_of(flow.text, old, "moves"), what, known.format(names=", ".join(flow.by_name)))


def _unknown(step: Step, kind: str, names: Collection[str], known: Collection[str]) -> Iterator[Flaw]:
    for name in dict.fromkeys(names):
        if name not in known:
            what = _("Action “{action}”: the {kind} “{name}” is not known.")
            remedy = _("Known: {names}").format(names=", ".join(known))
            yield Flaw(step.line, what.format(action=step.action, kind=kind, name=name), remedy)


def _ways(flow: Flow) -> Iterator[Flaw]:
    """Every state is reached, every state that waits is left, and a final one is not."""
    reached = {flow.initial}
    for _round in flow.states:
        reached |= {step.dest for step in flow.steps if reached & set(step.sources)}
    for state in flow.states:
        leaving = [step for step in flow.steps_from(state.name) if step.dest != state.name]
        if state.name not in reached:
            what, remedy = _("The state “{name}” is never reached."), _("Let an action lead there, or remove it.")
            yield Flaw(state.line, what.format(name=state.name), remedy)
        if not state.final and not leaving:
            what = _("The state “{name}” is a dead end: no action leads on, and it is not final.")
            yield Flaw(state.line, what.format(name=state.name), _("Let an action lead on, or make it final."))
        if state.final and flow.steps_from(state.name):
            what = _("The state “{name}” is final, and the action “{action}” is possible in it.")
            action = flow.steps_from(state.name)[0]
            remedy = _("Take the state out of the action's “from”, or do not call it final.")
            yield Flaw(action.line, what.format(name=state.name, action=action.action), remedy)
        if state.final != (state.stage in FINISHED):
            what = _("The state “{name}” is final, or its stage is, and not both.")
            remedy = _("A final state has the stage “aggregated” or “waived”, and no other state has.")
            yield Flaw(state.line, what.format(name=state.name), remedy)


def _who(flow: Flow) -> Iterator[Flaw]:
    for step in flow.steps:
        if not step.by:
            what = _("Nobody may take the action “{action}”.").format(action=step.action)
            yield Flaw(step.line, what, _("Name duties under “by”: clerk, leader, co.clerk, reviewer, director …"))


def _approvals(flow: Flow) -> Iterator[Flaw]:
    """Who approves has neither filed nor handed in what is approved."""
    filing = {step.action for step in flow.steps if "store_report" in step.effects}
    for step in flow.steps:
        before = {flow.stage(source) for source in step.sources}
        approves = flow.stage(step.dest) in APPROVED and not before <= APPROVED
        missing = sorted(filing - set(step.four_eyes))
        if approves and missing:
            what = _("Self-approval: “{action}” may be taken by whoever took “{missing}”.")
            remedy = _("Add to the action: four_eyes = {names}").format(names=json.dumps([*step.four_eyes, *missing]))
            yield Flaw(step.line, what.format(action=step.action, missing="”, “".join(missing)), remedy)


def _panels(flow: Flow) -> Iterator[Flaw]:
    for state in flow.states:
        signing = [step for step in flow.steps_from(state.name) if MY_TURN in step.guards]
        if state.panel is None and signing:
            what = _("“{action}” signs in “{name}”, where no panel sits.")
            remedy = _('Give the state a panel: panel = { seats = ["leader"] }')
            yield Flaw(signing[0].line, what.format(action=signing[0].action, name=state.name), remedy)
        if state.panel is not None and not signing:
            what = _("A panel sits in “{name}”, and no action signs there.").format(name=state.name)
            yield Flaw(state.line, what, _("Add an action from this state with: signs = true"))
        elif state.panel is not None and not set(state.panel.seats) <= set(signing[0].by):
            what = _("Not everybody who has a seat in “{name}” may take “{action}”.")
            said = what.format(name=state.name, action=signing[0].action)
            yield Flaw(signing[0].line, said, _("Name the same duties under “by” as under “seats”."))


def _returns(flow: Flow) -> Iterator[Flaw]:
    """“Straight back to me” can be kept: a step leads back to each state from which it can be asked."""
    for step in flow.steps:
        if "remember_returner" not in step.effects:
            continue
        back = {one.dest for one in flow.steps_from(step.dest) if one.chosen_by == "returner"}
        for source in sorted(set(step.sources) - back):
            what = _("“{action}” from “{name}” can be asked straight back, and nothing leads straight back there.")
            remedy = _('Add to an action from “{dest}”: chosen_by = "returner", to = ["{name}"]')
            said = what.format(action=step.action, name=source)
            yield Flaw(step.line, said, remedy.format(dest=step.dest, name=source))


def _records(flow: Flow) -> Iterator[Flaw]:
    """A step asks for, and does, only what its kind of record has; an approved report can be aggregated."""
    for state in flow.states:
        waits = flow.about == "report" and state.stage is Stage.REVIEWED
        if waits and flow.action_giving(state.name, "summary") is None:
            what = _("Reports in “{name}” are approved, and no action aggregates them.").format(name=state.name)
            yield Flaw(state.line, what, _('Add an action from this state with: gives = ["summary"]'))
    foreign = _ONLY["problem" if flow.about == "report" else "report"]
    for step in flow.steps:
        for name in dict.fromkeys((*step.gives, *step.effects)):
            if name in foreign:
                what = _("Action “{action}”: “{name}” makes no sense in a flow about “{about}”.")
                said = what.format(action=step.action, name=name, about=flow.about)
                yield Flaw(step.line, said, _("Remove it, or change “about”."))
