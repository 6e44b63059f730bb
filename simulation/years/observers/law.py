"""The law, read once more: a flow's TOML by a reader of its own, which shares no line with the program's."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a state by an action."""

    action: str
    source: str
    dests: frozenset[str]
    roles: frozenset[str]
    effects: frozenset[str]
    four_eyes: frozenset[str]
    #: (who, event) of the messages that it owes
    tells: tuple[tuple[str, str], ...]
    #: whether a unit named beside the task's own may take it
    beside: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """A rule of the ladder."""

    name: str
    anchor: str
    offset: int
    states: frozenset[str]
    when: str
    mode: str


@dataclass(frozen=True, slots=True)
class Law:
    """A version of a flow."""

    about: str
    initial: str
    stages: dict[str, str]
    steps: dict[tuple[str, str], tuple[Step, ...]]
    rungs: tuple[Rung, ...]

    def of(self, action: str, source: str, dest: str) -> list[Step]:
        """The rows by which the action leads from one state to the other."""
        return [step for step in self.steps.get((action, source), ()) if dest in step.dests]


@cache
def read_law(text: str) -> Law:
    """The law in a flow's TOML; the same few texts come at every look."""
    file = tomllib.loads(text)
    steps: dict[tuple[str, str], tuple[Step, ...]] = {}
    for section in file["action"]:
        for step in _steps(section):
            steps[step.action, step.source] = (*steps.get((step.action, step.source), ()), step)
    stages = {state["name"]: state["stage"] for state in file["state"]}
    return Law(file["about"], file["initial"], stages, steps, _rungs(file))


def read_rungs(text: str) -> tuple[Rung, ...]:
    """The rules of an office's own file."""
    return _rungs(tomllib.loads(text))


def _steps(section: dict[str, Any]) -> Iterator[Step]:
    to = section.get("to", [])
    leads = {to} if isinstance(to, str) else set(to)
    said = [*section.get("tells", {}).items(), *section.get("asks", {}).items()]
    for source in section["from"]:
        stays = section.get("stays") or section.get("signs")
        yield Step(
            section["name"],
            source,
            frozenset(leads | {source} if stays else leads),
            frozenset(word.removeprefix("co.") for word in section["by"]),
            frozenset(section.get("effects", ())),
            frozenset(section.get("four_eyes", ())),
            tuple(said),
            any(word.startswith("co.") for word in section["by"]),
        )


def _rungs(file: dict[str, Any]) -> tuple[Rung, ...]:
    return tuple(
        Rung(one["name"], one["anchor"], one["offset"], frozenset(one["states"]), one.get("when", ""), one["mode"])
        for one in file.get("rule", ())
    )
