"""Reminders (I4, I5): each rung that came due while its task stood open has ended somehow, and none of them twice.

What had to come is reckoned from the trail, the flow's text and the calendar; the ledger is only looked into. Rungs
that ask whether an earlier month was late, and those of problems, are proved in tests/unit/schedules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from simulation.years.observers.evidence import Violation, refused
from simulation.years.observers.law import read_rungs
from simulation.years.observers.picture import LONG_AGO, day_of, instant
from simulation.years.observers.workdays import Workdays, nine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.years.observers.law import Rung
    from simulation.years.observers.lives import Life, Lives, Span
    from simulation.years.observers.picture import Picture

#: these hang on a date that may move; the others come once in a round
_MOVES: Final = frozenset({"due", "closes"})
#: these are known beforehand: a rung that hangs on them may lie before its round
_KNOWN: Final = _MOVES | {"opened"}
#: a wall clock that is less far off changes no day
_TRUE: Final = timedelta(minutes=5)
#: around an hour in which the clock was wrong nothing can be said of what it meant
_MURK: Final = timedelta(days=2)
#: working days from due to closing, where a month says nothing else
_CLOSES_AFTER: Final = 5
#: a month's rungs lie within so many days of its opening
_REACH: Final = timedelta(days=75)


@dataclass(frozen=True, slots=True)
class Due:
    """A rung that came due while the task stood so that it speaks to it."""

    rung: Rung
    at: datetime
    round: int
    revision: int


def skipped(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """What came due and is in no row of the ledger, or was passed over by the first sweep that came back after it."""
    swept = sorted(
        (min(told.wall, told.true), told.wall)
        for place, told in enumerate(picture.evidence.told)
        if told.deed == "sweep" and told.answer == "done" and not picture.taken_back(place)
    )
    if not swept:
        return
    ledger, days = _Ledger(picture), _Reckoning(picture, lives)
    for number, life in lives.of.items():
        if not picture.evidence.drained and date.fromisoformat(life.row["opened_on"]) < day_of(swept[-1][0]) - _REACH:
            continue  # the observations before this one have looked at it; the last one looks at all
        for due in days.due(life, swept[-1][0]):
            (_at, sweep), decided = swept[bisect_left(swept, (due.at,))], ledger.decided(number, due)
            said = f"“{due.rung.name}” was due at {due.at:%Y-%m-%d %H:%M} (round {due.round}, date {due.revision})"
            if decided is None:
                what = f"{said}, the task was open, a sweep ran at {sweep:%Y-%m-%d %H:%M}, and the ledger has no row"
                yield Violation("I5", what, f"task {number}")
            elif decided > sweep + _TRUE and not picture.lost:
                what = f"{said}, the sweep of {sweep:%Y-%m-%d %H:%M} passed it over: decided {decided:%Y-%m-%d %H:%M}"
                yield Violation("I5", what, f"task {number}")


class _Ledger:
    """When each key was decided, and when the rungs that come once in a round."""

    def __init__(self, picture: Picture) -> None:
        self._keys: dict[tuple[int, int, int, str], datetime] = {}
        self._once: dict[tuple[int, int, str], datetime] = {}
        for row in picture.tables["reminder"]:
            task, round_, rule, decided = row["task_id"], row["round"], row["rule"], instant(row["decided_at"])
            self._keys[task, round_, row["due_revision"], rule] = decided
            self._once[task, round_, rule] = min(decided, self._once.get((task, round_, rule), decided))

    def decided(self, task: int, due: Due) -> datetime | None:
        """None when nobody decided it."""
        if due.rung.anchor in _MOVES:
            return self._keys.get((task, due.round, due.revision, due.rung.name))
        return self._once.get((task, due.round, due.rung.name))


class _Reckoning:
    """Which rungs came due for a task, by its life."""

    def __init__(self, picture: Picture, lives: Lives) -> None:
        self._picture = picture
        self._days = Workdays.of(picture)
        self._ladders = _ladders(picture)
        self._closes = {row["id"]: date.fromisoformat(row["closes_on"]) for row in picture.tables["period"]}
        self._moved = {event.object_id for event in picture.events if event.action == "period.move"}
        self._ended = {
            event.object_id: lives.true[event.seq] for event in picture.events if event.action == "period.close"
        }
        self._murk = _murk(picture) + picture.memory.edited
        self._imports = _moved_days(picture, lives, self._days.listed)
        self._forces: dict[str, list[tuple[datetime, datetime, Rung]]] = {}

    def due(self, life: Life, until: datetime) -> Iterator[Due]:
        """Each rung once for each round and date in which it came due; in a closed month nothing does."""
        end = min(until, self._ended.get(life.row["period_id"], until))
        for place, span in enumerate(life.spans):
            after = life.spans[place + 1].since if place + 1 < len(life.spans) else None
            if after is not None and _next_nine(span.since) >= after:
                continue  # it was over before any rung could fall due
            anchors = self._anchors(span, life)
            for first, last, rung in self._in_force(span.law):
                if span.state not in rung.states or rung.when == "second_late":
                    continue
                if rung.when == "not_received" and span.received:
                    continue
                at = self._at(rung, anchors)
                if (
                    at is None
                    or not max(span.since, first) < at <= min(end, last)
                    or (after is not None and at >= after)
                ):
                    continue
                if not self._unclear(at, span):
                    yield Due(rung, at, span.round, span.revision)

    def _in_force(self, law: str) -> list[tuple[datetime, datetime, Rung]]:
        """Every rung of every ladder that was ever in force, with the true times between which it was."""
        if law not in self._forces:
            ends = [*(since for since, _own in self._ladders[1:]), self._picture.evidence.when]
            self._forces[law] = [
                (since, until, rung)
                for (since, own), until in zip(self._ladders, ends, strict=True)
                for rung in own or self._picture.laws[law].rungs
            ]
        return self._forces[law]

    def _anchors(self, span: Span, life: Life) -> dict[str, date | None]:
        """The days from which rungs count in the span; a round that began with the closing or later has no closing."""
        opened = date.fromisoformat(life.row["opened_on"])
        begun = _begun(span, opened)
        closes = self._closing(span, life)
        return {
            "opened": opened,
            "due": span.due_on,
            "closes": closes if begun < closes else None,
            "signed": span.signed and day_of(span.signed),
            "returned": span.returned and day_of(span.returned),
            "entered": span.entered and day_of(span.entered),
            "earliest": self._earliest(span, begun),
        }

    def _at(self, rung: Rung, anchors: dict[str, date | None]) -> datetime | None:
        """When the rung falls due by the span's dates; None when it does not speak in this round."""
        anchor, earliest = anchors[rung.anchor], anchors["earliest"]
        if anchor is None or earliest is None:
            return None
        day = self._day(rung, anchor)
        return nine(max(day, earliest) if rung.anchor in _KNOWN else day)

    def _closing(self, span: Span, life: Life) -> date:
        """The month's closing day; a moved month had another one before."""
        period = life.row["period_id"]
        if period in self._moved and span.round == 1:
            return self._days.away(span.due_on, _CLOSES_AFTER)
        return self._closes[period]

    def _day(self, rung: Rung, anchor: date) -> date:
        if rung.anchor == "opened":
            anchor = self._days.on_or_after(anchor)
        if rung.offset:
            return self._days.away(anchor, rung.offset)
        return self._days.on_or_before(anchor) if rung.anchor in _MOVES else self._days.on_or_after(anchor)

    def _earliest(self, span: Span, begun: date) -> date:
        """In the first round the working day of the opening; after a return the next working day, if there is one."""
        if span.round == 1 or span.returned is None:
            return self._days.on_or_after(begun)
        following = self._days.away(begun, 1)
        return following if following <= span.due_on else begun

    def _unclear(self, at: datetime, span: Span) -> bool:
        """Whether the clock was wrong then, or the calendar was another one that may have meant another day."""
        if any(first - _MURK <= at <= last + _MURK for first, last in self._murk):
            return True
        if not self._imports:
            return False
        near = {day_of(at), *(day_of(at) + timedelta(days=back) for back in range(-12, 13))}
        return any(at < imported and span.since < imported and near & days for imported, days in self._imports)


def _begun(span: Span, opened: date) -> date:
    """The day on which the span's round began."""
    return day_of(span.returned) if span.round > 1 and span.returned else opened


def _next_nine(moment: datetime) -> datetime:
    """The first hour after an instant at which rungs fall due."""
    today = nine(day_of(moment))
    return today if today > moment else today + timedelta(days=1)


def _moved_days(picture: Picture, lives: Lives, listed: dict[date, bool]) -> list[tuple[datetime, set[date]]]:
    """The days that a year's notice made another kind of day, each with the true instant of the last import before."""
    memory = picture.memory
    imports = [
        lives.true[event.seq]
        for event in picture.events
        if event.action == "calendar.import" and event.result == "done"
    ]
    if memory.calendar is not None and memory.calendar != listed:
        days = {day for day in memory.calendar.keys() | listed.keys() if memory.calendar.get(day) != listed.get(day)}
        memory.moved_days.append((imports[-1] if imports else picture.evidence.when, days))
    elif memory.calendar is None and imports:
        memory.moved_days.append((imports[-1], set(listed)))  # nobody outside saw what was known before
    memory.calendar = dict(listed)
    return memory.moved_days


def _ladders(picture: Picture) -> list[tuple[datetime, tuple[Rung, ...]]]:
    """The office's own ladders in their order, as far as they were ever seen from outside."""
    known, told = picture.memory.ladders, picture.evidence.told
    edits = [one.true for one in told if one.deed == "rules.edit" and not refused(one) and one.true >= known[-1][0]]
    if picture.evidence.rules != known[-1][1]:
        known.append((edits[-1] if edits else LONG_AGO, picture.evidence.rules))
    if len(edits) > 1:
        picture.memory.edited.append((edits[0], edits[-1]))
    return [(since, read_rungs(text) if text else ()) for since, text in known]


def _murk(picture: Picture) -> list[tuple[datetime, datetime]]:
    """The true times between which the wall clock was wrong, by what people were told and when."""
    found: list[tuple[datetime, datetime]] = []
    right: datetime | None = None
    wrong: datetime | None = None
    for told in picture.evidence.told:
        if abs(told.wall - told.true) > _TRUE:
            wrong = wrong or right or told.true
        elif wrong is not None:
            found.append((wrong, told.true))
            wrong = None
        right = told.true
    return [*found, (wrong, picture.evidence.when)] if wrong is not None else found


def twice(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """No key of the ledger stands twice, and what comes once in a round was decided once in it."""
    anchors = {(sha, rung.name): rung.anchor for sha, law in picture.laws.items() for rung in law.rungs}
    counted = Counter(
        (row["task_id"], row["round"], row["due_revision"], row["rule"]) for row in picture.tables["reminder"]
    )
    fired = Counter(
        (row["task_id"], row["round"], row["rule"])
        for row in picture.tables["reminder"]
        if row["state"] == "fired" and instant(row["due_at"]) <= instant(row["decided_at"])
    )
    for (task, round_, revision, rule), count in counted.items():
        if count > 1:
            yield Violation(
                "I4", f"“{rule}” was decided {count} times in round {round_}, date {revision}", f"task {task}"
            )
    for (task, round_, rule), count in fired.items():
        life = lives.of.get(task)
        if count > 1 and life and anchors.get((life.now.law, rule), "due") not in _MOVES:
            yield Violation("I4", f"“{rule}” fired {count} times in round {round_}: it comes once", f"task {task}")
