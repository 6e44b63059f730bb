"""What differs between two versions of a flow, in the words of its file: states, actions, ladder, moves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from workflow.flow import Flow, State, Step

Kind = Literal["added", "removed", "changed"]
Thing = Literal["state", "action", "rule", "flow"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: what it is, its name, and for a change each key with its old and new value."""

    kind: Kind
    thing: Thing
    name: str
    changes: tuple[tuple[str, str, str], ...] = ()


def differences(old: Flow, new: Flow) -> list[Difference]:
    """Everything that differs, states first, then actions and rules, in the order of the newer file."""
    return [
        *_compared(
            "state", {one.name: _state(one) for one in old.states}, {one.name: _state(one) for one in new.states}
        ),
        *_compared("action", _steps(old), _steps(new)),
        *_compared("rule", _rules(old), _rules(new)),
        *_compared("flow", {old.name: _whole(old)}, {old.name: _whole(new)}),
    ]


def _compared(thing: Thing, old: Mapping[Any, dict[str, str]], new: Mapping[Any, dict[str, str]]) -> list[Difference]:
    found = [Difference("removed", thing, _named(key)) for key in old if key not in new]
    for key, now in new.items():
        if key not in old:
            found.append(Difference("added", thing, _named(key)))
        elif old[key] != now:
            was = old[key]
            keys = dict.fromkeys([*was, *now])
            changed = tuple((one, was.get(one, ""), now.get(one, "")) for one in keys if was.get(one) != now.get(one))
            found.append(Difference("changed", thing, _named(key), changed))
    return found


def _named(key: Hashable) -> str:
    """“report: assigned → reported” for a step, the name itself for the rest."""
    return f"{key[0]}: {key[1]} → {key[2]}" if isinstance(key, tuple) else str(key)


def _state(state: State) -> dict[str, str]:
    panel = state.panel
    sits = f"{', '.join(who.role.value for who in panel.seats)} ({panel.needs}, {panel.order})" if panel else ""
    return {
        "label": f"{state.label.zh} / {state.label.en}",
        "stage": state.stage.value,
        "final": str(state.final).lower(),
        "panel": sits,
        "unchased": state.unchased,
    }


def _steps(flow: Flow) -> dict[Hashable, dict[str, str]]:
    return {(step.action, source, step.dest): _step(step) for step in flow.steps for source in step.sources}


def _step(step: Step) -> dict[str, str]:
    listed = {
        "by": [f"{who.role.value} ({who.relation.value})" for who in step.by],
        "gives": step.gives,
        "guards": step.guards,
        "effects": step.effects,
        "four_eyes": step.four_eyes,
        "tells": [f"{to}: {event}" for to, event in step.tells],
        "asks": [f"{to}: {event}" for to, event in step.asks],
    }
    return {"when": step.when, "chosen_by": step.chosen_by} | {key: ", ".join(names) for key, names in listed.items()}


def _rules(flow: Flow) -> dict[Hashable, dict[str, str]]:
    return {
        str(rule.get("name")): {key: str(value) for key, value in rule.items() if key != "name"} for rule in flow.rules
    }


def _whole(flow: Flow) -> dict[str, str]:
    return {
        "title": f"{flow.title.zh} / {flow.title.en}",
        "about": flow.about,
        "initial": flow.initial,
        "look_back_months": str(flow.terms.look_back_months),
        "moves": ", ".join(f"{old} → {new}" for old, new in flow.moves.items()),
        "labels": ", ".join(f"{name} {label.zh} / {label.en}" for name, label in flow.actions.items()),
    }
