"""A flow read from its file: TOML in, a ``Flow`` out; an unknown key, name or value is refused with its line (E-W01).

Three short forms of the file become plain steps here: ``stays`` (one step for each state it is taken in), a list of
destinations (one step for each), and ``signs`` (one step for the last signature of a panel, one for those before).
Whether the flow makes sense as a whole is for ``flow_check.py`` to say.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import BadInput
from models.language import _
from models.states import UNIT_ROLES, Relation, Role, Stage
from workflow import toml_lines
from workflow.flow import LAST_SIGNATURE, MORE_TO_SIGN, MY_TURN, TAKE_SEAT, Flow, Label, Panel, State, Step, Terms, Who
from workflow.toml_lines import line_of

_NAME: Final = r"^[a-z][a-z0-9_]{0,47}$"
_Duty = Literal[
    "clerk", "leader", "reviewer", "director", "reader", "co.clerk", "co.leader"
]  # administrators and the scheduler take no step: design section 5
_Recipient = Literal["clerk", "leader", "reviewer", "director", "reader", "named", "seats", "returner"]

#: of states, of actions and of rules: ten times what a shipped flow has; each is looked for in the text by its line
MOST: Final = 200


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Words(_Strict):
    zh: str = Field(min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=60)

    def made(self) -> Label:
        return Label(self.zh, self.en)


class _Panel(_Strict):
    seats: tuple[_Duty, ...] = Field(min_length=1)
    order: Literal["any", "given"] = "any"
    needs: Literal["all", "one"] = "all"


class _State(_Strict):
    name: str = Field(pattern=_NAME)
    label: _Words
    stage: Stage
    final: bool = False
    panel: _Panel | None = None
    unchased: str = ""


class _Action(_Strict):
    name: str = Field(pattern=_NAME)
    label: _Words | None = None
    sources: tuple[str, ...] = Field(alias="from", min_length=1)
    to: str | tuple[str, ...] = ()
    stays: bool = False
    signs: bool = False
    by: tuple[_Duty, ...]
    gives: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    when: str = ""
    chosen_by: str = ""
    four_eyes: tuple[str, ...] = ()
    tells: dict[_Recipient, str] = Field(default_factory=dict)
    asks: dict[_Recipient, str] = Field(default_factory=dict)


class _Terms(_Strict):
    look_back_months: int = Field(default=6, ge=1, le=120, strict=True)


class _File(_Strict):
    name: str = Field(pattern=_NAME)
    title: _Words
    about: Literal["report", "problem"]
    initial: str
    terms: _Terms = _Terms()
    moves: dict[str, str] = Field(default_factory=dict)
    state: tuple[_State, ...] = Field(min_length=1, max_length=MOST)
    action: tuple[_Action, ...] = Field(min_length=1, max_length=MOST)
    rule: tuple[dict[str, Any], ...] = Field((), max_length=MOST)


def read_flow(text: str, where: str = "") -> Flow:
    """The flow in a TOML text; ``where`` names the file in refusals. Raises E-W01 with the line and the remedy."""
    try:
        found = toml_lines.read(text)
    except ValueError as error:
        raise refused(_("This is not TOML: {why}").format(why=error), where) from error
    try:
        file = _File.model_validate(found)
    except ValidationError as error:
        raise _misread(error, text, where) from error
    _no_namesakes(file, text, where)
    return _made(file, text, where)


def _made(file: _File, text: str, where: str) -> Flow:
    labels: dict[str, Label] = {}
    for place, action in enumerate(file.action):
        if action.label is not None:
            labels[action.name] = action.label.made()
        elif action.name not in labels:
            line = line_of(text, "name", "action", place)
            raise refused(_("The action “{name}” has no label.").format(name=action.name), where, line)
    read = [step for place, one in enumerate(file.action) for step in _steps(one, text, where, place)]
    states = tuple(_state(one, line_of(text, "name", "state", place)) for place, one in enumerate(file.state))
    return Flow(
        name=file.name,
        title=file.title.made(),
        about=file.about,
        initial=file.initial,
        states=states,
        steps=tuple(_asking_the_next(step, read, states) for step in read),
        actions=labels,
        terms=Terms(file.terms.look_back_months),
        moves=file.moves,
        rules=file.rule,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def _state(one: _State, line: int) -> State:
    panel = None
    if one.panel is not None:
        panel = Panel(tuple(map(_who, one.panel.seats)), one.panel.order, one.panel.needs)
    return State(one.name, one.label.made(), one.stage, one.final, panel, one.unchased, line)


def _who(word: str) -> Who:
    """“clerk” is the unit's own, “co.clerk” that of a co-named unit; the office's duties reach every task."""
    role = Role(word.removeprefix("co."))
    if role not in UNIT_ROLES:
        return Who(role, Relation.OTHER)
    return Who(role, Relation.CO if word.startswith("co.") else Relation.OWN)


def _steps(one: _Action, text: str, where: str, place: int) -> list[Step]:
    """The plain steps that a section of the file stands for."""
    line = line_of(text, "name", "action", place)
    dests = (one.to,) if isinstance(one.to, str) else one.to
    if bool(one.to) == one.stays:
        what = _("The action “{name}” needs either “to” or “stays”.")
        raise refused(what.format(name=one.name), where, line)
    if (len(dests) > 1 and not one.chosen_by) or (one.signs and (one.stays or len(dests) != 1 or one.when)):
        what = _("The action “{name}” does not say which way it leads.")
        remedy = _("Several destinations need “chosen_by”; a signature leads to one and has no “when” of its own.")
        raise refused(what.format(name=one.name), where, line, remedy)
    if one.signs:
        more = _step(one, one.sources, "", line)
        return [
            *(
                _signature(more, (source,), source, MORE_TO_SIGN, effects=(TAKE_SEAT,), tells=(), asks=())
                for source in one.sources
            ),
            _signature(more, one.sources, dests[0], LAST_SIGNATURE, effects=(TAKE_SEAT, *one.effects)),
        ]
    if one.stays:
        return [_step(one, (source,), source, line) for source in one.sources]
    return [_step(one, one.sources, dest, line) for dest in dests]


def _step(one: _Action, sources: tuple[str, ...], dest: str, line: int) -> Step:
    return Step(
        action=one.name,
        sources=sources,
        dest=dest,
        by=tuple(map(_who, one.by)),
        gives=one.gives,
        guards=one.guards,
        effects=one.effects,
        when=one.when,
        chosen_by=one.chosen_by,
        four_eyes=one.four_eyes,
        tells=tuple(one.tells.items()),
        asks=tuple(one.asks.items()),
        line=line,
    )


def _signature(step: Step, sources: tuple[str, ...], dest: str, when: str, **changes: Any) -> Step:
    guards = (MY_TURN, *step.guards)
    return replace(step, sources=sources, dest=dest, when=when, guards=guards, **changes)


def _asking_the_next(step: Step, steps: list[Step], states: tuple[State, ...]) -> Step:
    """In a given order each signature asks the next one to sign, in the words in which the first was asked."""
    panel = next((state.panel for state in states if state.name == step.dest), None)
    if step.when != MORE_TO_SIGN or panel is None or panel.order != "given":
        return step
    first = {ask for one in steps if one.dest == step.dest for ask in one.asks if ask[0] == "seats"}
    return replace(step, asks=tuple(sorted(first)))


def _no_namesakes(file: _File, text: str, where: str) -> None:
    seen: set[str] = set()
    for place, state in enumerate(file.state):
        if state.name in seen:
            line = line_of(text, "name", "state", place)
            raise refused(_("Two states are called “{name}”.").format(name=state.name), where, line)
        seen.add(state.name)


def _misread(error: ValidationError, text: str, where: str) -> BadInput:
    """The first thing wrong in the file, with its place."""
    first = error.errors(include_url=False)[0]
    path = list(first["loc"])
    section, place, key = "", 0, str(path[0]) if path else ""
    if len(path) > 1 and isinstance(path[1], int):
        section, place, key = str(path[0]), path[1], str(path[2]) if len(path) > 2 else ""
    line = line_of(text, key, section, place)
    kind, given = first["type"], first["input"]
    if kind == "extra_forbidden":
        what = _("The key “{key}” is not known.").format(key=path[-1])
    elif kind == "missing":
        what = _("The key “{key}” is missing.").format(key=path[-1])
    elif kind == "too_long" and isinstance(given, list):
        what = _("There are {count} of [[{key}]]; at most {most} are taken.").format(
            count=len(given), key=key, most=first["ctx"]["max_length"]
        )
    else:
        what = _("“{value}” does not fit the key “{key}”.").format(value=given, key=key)
        expected = str(first.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
        if expected:
            what += " " + _("Possible: {expected}").format(expected=expected)
    return refused(what, where, line)


def refused(what: str, where: str, line: int = 0, remedy: str = "") -> BadInput:
    """The refusal of a flow's file: what, where, what to do."""
    place = _("{where}, line {line}").format(where=where or _("flow"), line=line) if line else where
    return BadInput("E-W01", what, where=place, remedy=remedy or _("Correct the file; nothing was installed."))
