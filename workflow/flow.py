"""A flow: which states a task can stand in, who may take which step between them, and what must hold for it.

Plain data, read from one file a flow (``flow_reading.py``). The machine, the permission check, the offered actions,
the diagrams, the tables in the README and the exhaustive tests are derived from it, for every flow alike. The monthly
report's source is the reference notice (每月25日前报送…签字盖章…由市长江办汇总) and design section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from models.language import current
from models.states import UNIT_ROLES, Relation, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

#: which record a task of the flow is about: a responsibility in a month, or a problem of the ledger
About = Literal["report", "problem"]
#: in which order a panel signs, and how many of its seats it takes: 会签 needs all, 或签 needs one
Order = Literal["any", "given"]
Needs = Literal["all", "one"]
#: whom a step tells beside the holders of a duty: the people it names, those whose signature is next, or the one who
#: returned the task and wants it straight back
Told = Literal["named", "seats", "returner"]

#: the guard of taking back 拿回
UNREAD = "unread"
#: the guard and the effect of a signature, and the conditions that tell the last one from those before
MY_TURN, TAKE_SEAT, MORE_TO_SIGN, LAST_SIGNATURE = "my_turn", "take_seat", "signatures_missing", "last_signature"


@dataclass(frozen=True, slots=True)
class Label:
    """A word of a flow in both languages: a flow is the office's own data and brings its words along."""

    zh: str
    en: str

    @property
    def here(self) -> str:
        """In the language in force."""
        return self.zh if current() == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Who:
    """A duty and the relation that its holder's unit must have to the task; the office's duties reach every task."""

    role: Role
    relation: Relation

    def covers(self, role: Role, relation: Relation) -> bool:
        """Whether a holder of ``role`` whose unit stands in ``relation`` to the task is meant."""
        return role is self.role and (role not in UNIT_ROLES or relation is self.relation)


@dataclass(frozen=True, slots=True)
class Panel:
    """Several people who sign in one state: all of them 会签 or one of them 或签, in any or the given order."""

    seats: tuple[Who, ...]
    order: Order = "any"
    needs: Needs = "all"


@dataclass(frozen=True, slots=True)
class State:
    """Where a task can stand; ``stage`` is what that means to summaries, rights and figures, whichever the flow."""

    name: str
    label: Label
    stage: Stage
    final: bool = False
    panel: Panel | None = None
    #: why nobody is chased here although the state waits; empty = the ladder chases somebody
    unchased: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a flow: who may take which action from where to where, and what must hold.

    ``gives``, ``guards``, ``effects``, ``when`` and ``chosen_by`` are names in the registries of ``given.py``,
    ``guards.py`` and ``effects.py``. ``when`` picks between rows of the same action and source; ``chosen_by`` names what
    chooses among several destinations; ``four_eyes`` names the actions whose takers may not take this one.
    """

    action: str
    sources: tuple[str, ...]
    dest: str
    by: tuple[Who, ...]
    gives: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    when: str = ""
    chosen_by: str = ""
    four_eyes: tuple[str, ...] = ()
    #: recipient → event: who is told that it happened, and who is asked to act while the task stands at ``dest``
    tells: tuple[tuple[str, str], ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
    line: int = 0

    @property
    def roles(self) -> tuple[Role, ...]:
        """The duties that may take it, each once."""
        return tuple(dict.fromkeys(who.role for who in self.by))

    def open_to(self, role: Role, relation: Relation) -> bool:
        """Whether a duty in a unit of this relation may take it; all that is not granted is refused."""
        return any(who.covers(role, relation) for who in self.by)


@dataclass(frozen=True, slots=True)
class Terms:
    """Figures of a flow that its effects ask for."""

    #: months from striking off to the look-back 回头看
    look_back_months: int = 6


@dataclass(frozen=True, eq=False)
class Flow:
    """One version of a flow, known by the SHA-256 of its file."""

    name: str
    title: Label
    about: About
    initial: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    #: action → its label, in the order of the file
    actions: Mapping[str, Label]
    terms: Terms
    #: old state → state of this version, for tasks that come from an older one
    moves: Mapping[str, str]
    #: the ladder as the file has it; ``schedules/ladder.py`` reads it
    rules: tuple[Mapping[str, Any], ...]
    sha256: str
    text: str

    @property
    def short(self) -> str:
        """The version as people name it."""
        return self.sha256[:8]

    @cached_property
    def by_name(self) -> dict[str, State]:
        """The states by name."""
        return {state.name: state for state in self.states}

    @cached_property
    def final(self) -> frozenset[str]:
        """The states in which nobody has to act any more."""
        return frozenset(state.name for state in self.states if state.final)

    @cached_property
    def waiting(self) -> tuple[str, ...]:
        """The states in which somebody still has to act, in the order of the file."""
        return tuple(state.name for state in self.states if not state.final)

    @cached_property
    def asks_co_named(self) -> bool:
        """Whether a duty in a unit that is named beside the task's own does anything in it."""
        seats = (who for state in self.states if state.panel is not None for who in state.panel.seats)
        takers = (who for step in self.steps for who in step.by)
        return any(who.relation is Relation.CO for who in (*seats, *takers))

    @cached_property
    def _leaving(self) -> dict[str, tuple[Step, ...]]:
        sources = {source for step in self.steps for source in step.sources}
        return {source: tuple(step for step in self.steps if source in step.sources) for source in sources}

    @cached_property
    def _taking(self) -> dict[str, tuple[Step, ...]]:
        actions = {step.action for step in self.steps}
        return {action: tuple(step for step in self.steps if step.action == action) for action in actions}

    def stage(self, state: str) -> Stage:
        """What standing in a state means, whichever the flow."""
        return self.by_name[state].stage

    def state_label(self, state: str) -> str:
        """A state as people call it; a name that this version does not have is shown as it is."""
        return self.by_name[state].label.here if state in self.by_name else state

    def action_label(self, action: str) -> str:
        """An action as people call it; a name that this version does not have is shown as it is."""
        return self.actions[action].here if action in self.actions else action

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """The rows that leave a state or stay in it, in the order of the file."""
        return self._leaving.get(state, ())

    def action_giving(self, state: str, name: str) -> str | None:
        """The action that is taken in a state by giving this: the form by signing, the summary by aggregating."""
        return next((step.action for step in self.steps_from(state) if name in step.gives), None)

    def onward(self, state: str) -> list[Step]:
        """The rows by which a task goes on from a state: neither staying there nor being taken back 拿回."""
        return [step for step in self.steps_from(state) if step.dest != state and UNREAD not in step.guards]

    def steps_of(self, action: str) -> tuple[Step, ...]:
        """The rows of an action."""
        return self._taking.get(action, ())
