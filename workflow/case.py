"""A case: everything a decision about one task needs to know, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from models.states import Action, Role, TaskState


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


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the database holds it, with the words needed to speak of it."""

    id: int
    office_id: int
    period_id: int
    clause_id: int
    unit_id: int
    state: TaskState
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
    clause_number: str
    unit_name: str
    month: str
    month_closed: bool = False


@dataclass(frozen=True, slots=True)
class FilingRow:
    """A printed form with what it covers and whether evidence of it is stored."""

    id: int
    check_code: str
    covers: tuple[tuple[int, int, str], ...]
    has_evidence: bool


@dataclass(slots=True)
class Case:
    """One attempt to act on one task; the machine moves ``state``."""

    action: Action
    task: TaskRow
    actor: Actor
    given: Given
    now: datetime
    #: the state by name, as ``transitions`` reads and writes it
    state: str
    four_eyes: bool = True
    filing: FilingRow | None = None
    #: (id, name, unit) of the clause's indicators
    indicators: tuple[tuple[int, str, str], ...] = field(default_factory=tuple)
