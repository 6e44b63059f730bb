"""Out of what is due, what goes out: the gravest rung, one message a person, at a decent hour, and only when believed.

Source: design section 7 and ``reliability.md`` section 9. Pure; instants are aware UTC, hours are those of Shanghai.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from models.states import UNIT_ROLES, Role
from models.times import SHANGHAI, at_local, local_date
from schedules.rules import templates
from workflow.flow_store import SHIPPED, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from schedules.due import Firing
    from schedules.rules import Mode
    from workflow.calendar import WorkCalendar

Audience = Literal["unit", "office"]

QUIET_FROM: Final = time(20, 0)
QUIET_TO: Final = time(8, 0)
BLAST_FACTOR: Final = 3
FORWARD_LIMIT: Final = timedelta(hours=36)
BACK_TOLERANCE: Final = timedelta(minutes=2)
#: so far the wall clock may stray from the time that really passed before nobody believes it
DRIFT: Final = timedelta(minutes=5)
#: the drift of a clock that kept to the time that passed
NO_DRIFT: Final = timedelta()
#: the template for a message that holds rungs of several kinds
DIGEST: Final = "digest"


def audience(firing: Firing) -> Audience:
    """Which ladder a rung stands on: the unit's, or the office's (a draft lies on the office's desk)."""
    return ladder(firing.mode, firing.recipients)


def ladder(mode: Mode, recipients: Iterable[Role]) -> Audience:
    """The same of a rule."""
    return "unit" if mode == "auto" and not UNIT_ROLES.isdisjoint(recipients) else "office"


def _gravity(firing: Firing) -> tuple[int, datetime, str]:
    return (firing.level, firing.fires_at, firing.rule_name)


def most_severe(firings: Iterable[Firing]) -> tuple[list[Firing], list[tuple[Firing, Firing]]]:
    """The gravest rung of each task and audience, and the others, each with the rung that took its place.

    Of equal levels the later one counts. Both lists keep the order of the tasks.
    """
    ladders: dict[tuple[int, Audience], list[Firing]] = defaultdict(list)
    for firing in firings:
        ladders[firing.task_id, audience(firing)].append(firing)
    fire: list[Firing] = []
    superseded: list[tuple[Firing, Firing]] = []
    for rungs in ladders.values():
        gravest = max(rungs, key=_gravity)
        fire.append(gravest)
        superseded += [(rung, gravest) for rung in rungs if rung is not gravest]
    return fire, superseded


@dataclass(frozen=True, slots=True)
class Said:
    """A rung that went out already, as the ledger remembers it."""

    task_id: int
    round: int
    due_revision: int
    rule_name: str
    level: int
    due_at: datetime
    audience: Audience

    @classmethod
    def of(cls, firing: Firing) -> Said:
        """What the ledger will remember of a firing."""
        return cls(
            firing.task_id,
            firing.round,
            firing.due_revision,
            firing.rule_name,
            firing.level,
            firing.fires_at,
            audience(firing),
        )


def outranked(firings: Iterable[Firing], said: Iterable[Said]) -> tuple[list[Firing], list[tuple[Firing, str]]]:
    """What is still to be said, and what a graver and later rung has overtaken, each with that rung's rule.

    A report that is withdrawn brings rungs back whose days went by meanwhile: after “due today” nobody is told that
    the due date is five days off.
    """
    standing: dict[tuple[int, int, int, Audience], list[Said]] = defaultdict(list)
    for one in said:
        standing[one.task_id, one.round, one.due_revision, one.audience].append(one)
    left: list[Firing] = []
    overtaken: list[tuple[Firing, str]] = []
    for firing in firings:
        rungs = standing[firing.task_id, firing.round, firing.due_revision, audience(firing)]
        graver = [one for one in rungs if one.level > firing.level and one.due_at >= firing.fires_at]
        if graver:
            overtaken.append((firing, max(graver, key=lambda one: one.level).rule_name))
        else:
            left.append(firing)
    return left, overtaken


@dataclass(frozen=True, slots=True)
class Bundle:
    """One message to one person in one sweep: it speaks of all their tasks under the first firing's template."""

    recipient_id: int
    template: str
    #: what is addressed to the person before copies, gravest first; a milder rung keeps its own template, so that the text can tell them apart
    firings: tuple[Firing, ...]
    #: nothing here is addressed to the person, who gets copies only
    copies: bool = False

    @property
    def level(self) -> int:
        """The level that its template speaks with."""
        return self.firings[0].level

    @property
    def tasks(self) -> set[int]:
        """The tasks that it speaks of."""
        return {firing.task_id for firing in self.firings}

    @property
    def parts(self) -> dict[str, tuple[Firing, ...]]:
        """The firings by their own template, in the order of ``firings``."""
        found: dict[str, list[Firing]] = defaultdict(list)
        for firing in self.firings:
            found[firing.template].append(firing)
        return {template: tuple(rungs) for template, rungs in found.items()}


def digest(firings: Iterable[Firing], people: Callable[[Role, int, int | None], Iterable[int]]) -> list[Bundle]:
    """One bundle for each person to be told, in the order of their numbers; drafts tell nobody and are left out.

    ``people`` gives the persons who hold a role; the unit counts for the roles of a unit only.
    What is addressed to the person counts before copies: a director's own work is not hidden behind a copy.
    """
    addressed: dict[int, list[Firing]] = defaultdict(list)
    copied: dict[int, list[Firing]] = defaultdict(list)
    for firing in firings:
        if firing.mode == "draft":
            continue
        named = _told(firing, firing.recipients, people)
        for person in named:
            addressed[person].append(firing)
        for person in _told(firing, firing.copy, people) - named:
            copied[person].append(firing)
    return [_bundle(person, addressed[person], copied[person]) for person in sorted({*addressed, *copied})]


def _told(firing: Firing, roles: Iterable[Role], people: Callable[[Role, int, int | None], Iterable[int]]) -> set[int]:
    return {person for role in roles for person in people(role, firing.unit_id, firing.handler_id)}


def _bundle(person: int, addressed: list[Firing], copied: list[Firing]) -> Bundle:
    listed = (*sorted(addressed, key=_gravest_first), *sorted(copied, key=_gravest_first))
    return Bundle(person, listed[0].template, listed, copies=not addressed)


def _gravest_first(firing: Firing) -> tuple[int, str, int]:
    return (-firing.level, firing.template, firing.task_id)


def quiet(now: datetime, calendar: WorkCalendar, *, start: time = QUIET_FROM, end: time = QUIET_TO) -> datetime:
    """When a message decided ``now`` may go out: now, or the end of the quiet hours on the next working day.

    Quiet hours run from ``start`` to ``end`` in Shanghai, over midnight when ``start`` is later; equal means none.
    """
    day, clock = local_date(now), now.astimezone(SHANGHAI).time()
    if calendar.is_workday(day):
        if not _within(clock, start, end):
            return now
        if clock < end:
            return at_local(day, end)
    opening = end if _within(time(0), start, end) else time(0)
    return at_local(calendar.next_workday(day), opening)


def _within(clock: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def resting(
    now: datetime,
    calendar: WorkCalendar,
    *,
    start: time = QUIET_FROM,
    end: time = QUIET_TO,
    own: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """The events whose reminders do not leave ``now``: all of them in quiet hours and on days off, else none.

    A message that is tried again, or that the service finds after an outage, keeps the quiet hours by this. ``own``
    are messages that the office's own ladders send.
    """
    return _reminders() | own if quiet(now, calendar, start=start, end=end) > now else frozenset()


@cache
def _reminders() -> frozenset[str]:
    """What rules speak with; what a person's step says, or a circular that a person issues, leaves at any hour."""
    steps = [step for name in SHIPPED for step in shipped(name).steps]
    spoken = {event for step in steps for _to, event in (*step.tells, *step.asks)}
    return frozenset(templates() - spoken - {"circular"})


def blast(count: int, units: int) -> bool:
    """Whether one sweep would send so much more than there are units that a person should look first."""
    return count > BLAST_FACTOR * units


def clock_doubt(
    now: datetime, watermark: datetime | None, drift: timedelta | None = None
) -> Literal["back", "strayed", "forward"] | None:
    """Whether the clock can be believed against the last instant on record, and against the time that really passed.

    ``drift``: by how much the wall clock moved on further than that since it was believed last; None where nobody
    counted. ``back``: more than two minutes before the record; ``strayed``: more than five minutes of drift, either way;
    ``forward``: more than 36 hours after the record, and nobody counted. None without a record.
    """
    if watermark is None:
        return None
    if now < watermark - BACK_TOLERANCE:
        return "back"
    if drift is not None:
        return "strayed" if abs(drift) > DRIFT else None
    return "forward" if now - watermark > FORWARD_LIMIT else None
