"""What is due by the rules, and when: pure functions of a task's facts, the calendar, ``now`` and the ledger.

Source: design section 7. Asked ``fires_at ≤ now and not yet in the ledger``, never "is it today", so nothing depends
on a tick having run. Instants are aware UTC, dates are civil dates of Asia/Shanghai.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from models.times import at_local

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from models.states import Role
    from schedules.rules import Anchor, Mode, Rule
    from workflow.calendar import WorkCalendar
    from workflow.flow import Flow

#: (task_id, round, due_revision, rule): at most one decision each, the ledger's unique key
Key = tuple[int, int, int, str]
#: what of it belongs to one task: (round, due_revision, rule) of all that was decided about it
Decided = AbstractSet[tuple[int, int, str]]
#: why a rule does not speak to a task now, for the plan and for ``why``
Obstacle = Literal["", "closed", "state", "received", "first_late_month", "not_happened", "round_after_closing"]

SEND_AT: Final = time(9, 0)
#: anchors whose date moves with the due revision; the others happen once in a round
MOVED_BY_REVISION: Final = frozenset({"due", "closes"})
#: the steps by which a unit shows that it has received a task
_RECEIVING: Final = frozenset({"receive", "report"})
#: how the trail calls the move of a task to another version of its flow
MIGRATE: Final = "migrate"
#: anchors known beforehand
_PLANNED: Final = MOVED_BY_REVISION | {"opened"}


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the rules ask of a task; all dates are Shanghai civil dates."""

    flow: Flow
    task_id: int
    unit_id: int
    state: str
    round: int
    due_revision: int
    received: bool
    opened_on: date
    #: the re-filing date once the task was returned
    due_on: date
    signed_on: date | None
    returned_on: date | None
    #: None where no month closes: a problem
    closes_on: date | None
    #: the day on which it came to its present state
    entered_on: date | None = None
    #: whom it was forwarded to: of those with the same duty only this person is told
    handler_id: int | None = None
    #: the months in a row right before this one in which the unit was late; 1 or more makes a late one the second
    late_months: int = 0
    #: its month is closed: no rule speaks any more
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """One step of a task, from its trail."""

    at: datetime
    action: str
    state: str


class Rung(NamedTuple):
    """A rule at the instant at which it speaks to every task of the same dates."""

    fires_at: datetime
    rule: Rule

    def key(self, facts: TaskFacts) -> Key:
        """The ledger's key of the rung for one task."""
        return (facts.task_id, facts.round, facts.due_revision, self.rule.name)

    def to(self, facts: TaskFacts) -> Firing:
        """The same, speaking to one task."""
        return Firing(
            rule=self.rule,
            task_id=facts.task_id,
            unit_id=facts.unit_id,
            round=facts.round,
            due_revision=facts.due_revision,
            fires_at=self.fires_at,
            handler_id=facts.handler_id,
        )


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule speaking to a task in a round and due revision, at an instant."""

    rule: Rule
    task_id: int
    unit_id: int
    round: int
    due_revision: int
    fires_at: datetime
    handler_id: int | None = None

    @property
    def rule_name(self) -> str:
        """The rule's name, by which the ledger knows it."""
        return self.rule.name

    @property
    def level(self) -> int:
        """How grave it is."""
        return self.rule.level

    @property
    def template(self) -> str:
        """The message it is sent with."""
        return self.rule.template

    @property
    def recipients(self) -> tuple[Role, ...]:
        """The duties it is addressed to."""
        return self.rule.recipients

    @property
    def copy(self) -> tuple[Role, ...]:
        """The duties that get a copy."""
        return self.rule.copy_to

    @property
    def mode(self) -> Mode:
        """Sent by itself, or prepared as a draft."""
        return self.rule.mode

    @property
    def anchor(self) -> Anchor:
        """The date it counts from."""
        return self.rule.anchor

    @property
    def key(self) -> Key:
        """The ledger's key."""
        return (self.task_id, self.round, self.due_revision, self.rule_name)


def obstacle(rule: Rule, facts: TaskFacts) -> Obstacle:
    """Why the rule has nothing to say to the task as it stands; empty when it has."""
    if facts.closed:
        return "closed"
    if facts.state not in rule.states:
        return "state"
    if rule.when == "not_received" and facts.received:
        return "received"
    return _never(rule, facts)


def _never(rule: Rule, facts: TaskFacts) -> Obstacle:
    """Why the rule has nothing to say by the task's dates, whatever its state; empty when it has."""
    if rule.when == "second_late" and facts.late_months < 1:
        return "first_late_month"
    if _anchor(rule, facts) is None:
        return "not_happened"
    if rule.anchor == "closes" and facts.closes_on is not None and _begun(facts) >= facts.closes_on:
        return "round_after_closing"
    return ""


def _anchor(rule: Rule, facts: TaskFacts) -> date | None:
    return {
        "opened": facts.opened_on,
        "due": facts.due_on,
        "signed": facts.signed_on,
        "returned": facts.returned_on,
        "entered": facts.entered_on,
        "closes": facts.closes_on,
    }[rule.anchor]


def _begun(facts: TaskFacts) -> date:
    """The day on which the task's present round began."""
    return facts.returned_on if facts.round > 1 and facts.returned_on is not None else facts.opened_on


def _earliest(facts: TaskFacts, calendar: WorkCalendar) -> date:
    """The first day on which a rule may speak in this round.

    The first round: the working day of its opening. A later one: the next working day, since the return itself has
    told the clerk that day; with less time than that, the day of the return.
    """
    begun = _begun(facts)
    if facts.round == 1 or facts.returned_on is None:
        return calendar.roll(begun, "after")
    following = calendar.next_workday(begun)
    return following if following <= facts.due_on else begun


def rung_day(rule: Rule, anchor: date, calendar: WorkCalendar) -> date:
    """The working day of a rung: ``offset`` working days from the anchor.

    With offset 0 a due or closing day off is spoken of on the working day before, while there is still time; anything
    that has happened on the working day after. A month that opens on a day off counts from the next working day.
    """
    if rule.anchor == "opened":
        anchor = calendar.roll(anchor, "after")
    if rule.offset:
        return calendar.add_workdays(anchor, rule.offset)
    return calendar.roll(anchor, "before" if rule.anchor in MOVED_BY_REVISION else "after")


def firings(rules: Iterable[Rule], facts: TaskFacts, calendar: WorkCalendar, send_at: time = SEND_AT) -> list[Firing]:
    """Everything that the rules say to the task in its present state, past and to come, in the order of time.

    A rung before the opening or in an earlier round's days speaks when the present round begins, never earlier.
    """
    return [rung.to(facts) for rung in planned(rules, facts, calendar, send_at)]


def planned(rules: Iterable[Rule], facts: TaskFacts, calendar: WorkCalendar, send_at: time = SEND_AT) -> list[Rung]:
    """The same, for every task of these dates in this state."""
    found = [_rung(rule, facts, calendar, send_at) for rule in rules if not obstacle(rule, facts)]
    return sorted(found, key=lambda rung: (rung.fires_at, rung.rule.level, rung.rule.name))


def _rung(rule: Rule, facts: TaskFacts, calendar: WorkCalendar, send_at: time) -> Rung:
    anchor = _anchor(rule, facts)
    assert anchor is not None
    day = rung_day(rule, anchor, calendar)
    if rule.anchor in _PLANNED:  # signing and returning happen within the round by themselves
        day = max(day, _earliest(facts, calendar))
    return Rung(at_local(day, send_at), rule)


def waits(rule: Rule, round_: int, due_revision: int, decided: Decided) -> bool:
    """Whether a rung is still to be decided, by what the ledger holds about its task.

    A moved due date starts new keys, but only for what hangs on that date: nobody is told a second time in a round
    that a task was assigned or that it lies unreviewed.
    """
    if (round_, due_revision, rule.name) in decided:
        return False
    return rule.anchor in MOVED_BY_REVISION or (round_, rule.name) not in {(told[0], told[2]) for told in decided}


def undecided(firings: Iterable[Firing], ledger: Collection[Key]) -> list[Firing]:
    """The firings that the ledger does not hold yet."""
    decided: dict[int, set[tuple[int, int, str]]] = defaultdict(set)
    for task, round_, revision, rule in ledger:
        decided[task].add((round_, revision, rule))
    return [one for one in firings if waits(one.rule, one.round, one.due_revision, decided[one.task_id])]


def gone(rules: Iterable[Rule], facts: TaskFacts, calendar: WorkCalendar, send_at: time = SEND_AT) -> list[Rung]:
    """Rungs of the round that the task as it stands now needs no more, past and to come.

    Whether it needed them at the time is for ``was_open`` to say.
    """
    settled = [rule for rule in rules if obstacle(rule, facts) in {"closed", "state", "received"}]
    return at_any_state(settled, facts, calendar, send_at)


def at_any_state(
    rules: Iterable[Rule], facts: TaskFacts, calendar: WorkCalendar, send_at: time = SEND_AT
) -> list[Rung]:
    """When the rules speak by a task's dates, whatever its state."""
    return [_rung(rule, facts, calendar, send_at) for rule in rules if not _never(rule, facts)]


def was_open(rule: Rule, firing: Firing, history: Iterable[Past], first: str) -> bool:
    """Whether the rule spoke to the task at the firing's instant, by what the trail tells of it.

    ``first`` is the state in which a task begins. A step of an earlier round that led elsewhere is no matter: the
    return that began the round is among the steps. A task that was moved to another version since is judged by what
    comes: its former rungs were those of another ladder.
    """
    past_steps = list(history)
    if any(past.action == MIGRATE and past.at > firing.fires_at for past in past_steps):
        return False  # the rung is one of a version that the task did not run in yet
    before = [past for past in past_steps if past.at <= firing.fires_at]
    state = before[-1].state if before else first
    received = rule.when == "not_received" and any(past.action in _RECEIVING for past in before)
    return state in rule.states and not received
