"""A case: everything a decision about one task needs to know, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from models.states import Role, Stage
    from workflow.flow import Flow


@dataclass(frozen=True, slots=True)
class Post:
    """A duty in force: a role, in a unit or (None) in the office."""

    role: Role
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person at the keyboard, the posts they act with, and in whose name."""

    person_id: int
    login: str
    name: str
    posts: tuple[Post, ...] = ()
    acting_for_id: int | None = None
    acting_for: str = ""
    source: str = "cli"

    @property
    def people(self) -> frozenset[int]:
        """The ids of everyone this act counts for: neither may review what the other filed."""
        return frozenset({self.person_id} | ({self.acting_for_id} if self.acting_for_id else set()))

    def holds(self, *roles: Role) -> bool:
        """Whether one of the roles is among the posts."""
        return any(post.role in roles for post in self.posts)

    def units(self) -> frozenset[int]:
        """The units whose clerk or leader this is."""
        return frozenset(post.unit_id for post in self.posts if post.unit_id is not None)


@dataclass(frozen=True, slots=True)
class ValueGiven:
    """An indicator's value this month, or why there is none."""

    indicator_id: int
    value: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What the actor supplies with an action; each action reads its own part."""

    progress: str = ""
    percent: int | None = None
    no_progress: bool = False
    reason: str = ""
    problems: str = ""
    next_steps: str = ""
    values: tuple[ValueGiven, ...] = ()
    refile_on: date | None = None
    filing_id: int | None = None
    signer: str = ""
    seal: str = ""
    summary_number: int | None = None
    #: people named by login, in their order: to sign, to take over, to be shown it
    people: tuple[str, ...] = ()
    #: the earlier state that a return leads to; empty = the first that the flow names
    to_state: str = ""
    #: a return that wants the task straight back, past the steps between
    straight_back: bool = False
    measures: str = ""
    #: what was found on site, and on which day
    found: str = ""
    visited_on: date | None = None


class OfficeRow(NamedTuple):
    """What a step and a message need to know of their office."""

    id: int
    short_name: str
    four_eyes: bool
    #: by which its messages leave
    channel: str
    #: why nothing leaves at present; empty when it does
    held_reason: str


class TaskRow(NamedTuple):
    """A task as the database holds it, with the words needed to speak of it."""

    id: int
    office_id: int
    flow: Flow
    period_id: int | None
    clause_id: int | None
    problem_id: int | None
    unit_id: int
    state: str
    entered_at: datetime
    round: int
    version: int
    due_on: date
    due_revision: int
    received_at: datetime | None
    report_number: int
    report_sha256: str
    filed_by: int | None
    signed_by: int | None
    late_days: int
    #: as people cite what it is about: 2.1, or 问题12
    clause_number: str
    unit_name: str
    #: empty for a problem
    month: str
    #: what it is about: the clause under its item's title, or the problem
    title: str = ""
    text: str = ""
    month_closed: bool = False
    handler_id: int | None = None
    back_to: str = ""
    returner_id: int | None = None

    @property
    def stage(self) -> Stage:
        """What its state means, whichever the flow."""
        return self.flow.stage(self.state)

    @property
    def state_label(self) -> str:
        """Its state as people call it."""
        return self.flow.state_label(self.state)


@dataclass(frozen=True, slots=True)
class FilingRow:
    """A printed form with what it covers and whether evidence of it is stored."""

    id: int
    check_code: str
    covers: tuple[tuple[int, int, str], ...]
    has_evidence: bool


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A signature that a panel waits for, or has."""

    id: int
    position: int
    person_id: int
    name: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A person whom the actor names, with the duties in force."""

    person_id: int
    login: str
    name: str
    posts: tuple[Post, ...]


@dataclass(slots=True)
class Case:
    """One attempt to act on one task; the machine moves ``state``."""

    action: str
    task: TaskRow
    actor: Actor
    given: Given
    now: datetime
    #: the state by name, as ``transitions`` reads and writes it
    state: str
    office: OfficeRow
    filing: FilingRow | None = None
    #: (id, name, unit) of the clause's indicators
    indicators: tuple[tuple[int, str, str], ...] = field(default_factory=tuple)
    #: the other units that are named beside the task's own
    co_units: frozenset[int] = frozenset()
    #: the seats of the panel that sits now, in their order
    seats: tuple[SeatRow, ...] = ()
    #: whom the actor names, in the order given
    people: tuple[Named, ...] = ()
    #: who of those that may act next has opened the task since it came to its state
    readers: tuple[str, ...] = ()
    #: the states it has stood in
    been: frozenset[str] = frozenset()
    #: action → the people who took it in this round, for four eyes
    takers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    #: the hash of what is filed, once somebody has asked for it
    filed_sha256: str = ""
