"""What each task went through, replayed from the trail alone: the law is the flow's text, not the program's tables.

Times are true ones: an event is placed at the true instant of the deed in the journal that made it, because the wall
clock of a simulated machine may be wrong.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from simulation.years.observers.picture import SHANGHAI, day_of

if TYPE_CHECKING:
    from simulation.years.observers.law import Law
    from simulation.years.observers.picture import Event, Picture

_FINISHED: Final = frozenset({"aggregated", "waived"})


@dataclass(frozen=True, slots=True)
class Span:
    """How a task stood from one event to the next."""

    since: datetime
    #: the event that it began with
    seq: int
    state: str
    law: str
    due_on: date
    version: int = 1
    round: int = 1
    revision: int = 1
    received: bool = False
    report: int = 0
    entered: datetime | None = None
    signed: datetime | None = None
    returned: datetime | None = None


@dataclass(slots=True)
class Life:
    """A task of a month: its spans in order, and the deeds of its trail."""

    row: dict[str, Any]
    spans: list[Span]
    steps: list[tuple[Event, Span]] = field(default_factory=list)

    @property
    def now(self) -> Span:
        """How it stands after its last event."""
        return self.spans[-1]

    def at(self, moment: datetime) -> Span | None:
        """How it stood at a true instant; None before it was there."""
        place = bisect_right(self.spans, moment, key=lambda span: span.since)
        return self.spans[place - 1] if place else None


@dataclass(slots=True)
class Lives:
    """Every task of a month, and when events happened in truth."""

    of: dict[int, Life]
    true: dict[int, datetime]


def replay(picture: Picture) -> Lives:
    """Let every task live once more."""
    true = _true_times(picture)
    opened, moved = _openings(picture, true), _first_moves(picture)
    lives = {}
    for row in picture.tables["task"]:
        law = picture.laws.get(row["flow_sha256"])
        if row["period_id"] is not None and law is not None:
            lives[row["id"]] = Life(row, [_beginning(picture, row, opened, moved.get(row["id"], row["flow_sha256"]))])
    months: dict[int, list[Life]] = {}
    for life in lives.values():
        months.setdefault(life.row["period_id"], []).append(life)
    for event in picture.events:
        if event.result == "done":
            _apply(picture, event, true[event.seq], lives, months)
    return Lives(lives, true)


def _true_times(picture: Picture) -> dict[int, datetime]:
    known = {(told.who, told.wall): told.true for told in picture.evidence.told}
    turns = {told.wall: told.true for told in picture.evidence.told}
    found: dict[int, datetime] = {}
    last: datetime | None = None
    for event in picture.events:
        wall = event.wall
        moment = known.get((event.actor, wall)) or turns.get(wall) or wall
        # the trail is in order, whatever a clock showed
        last = moment if last is None or moment >= last or (event.actor, wall) in known else last
        found[event.seq] = last
    return found


def _openings(picture: Picture, true: dict[int, datetime]) -> dict[int, list[tuple[date, datetime, int]]]:
    """When the tasks of a month were made: at its opening, or when it was filled up."""
    found: dict[int, list[tuple[date, datetime, int]]] = {}
    for event in picture.events:
        if event.action in {"period.open", "period.expand"} and event.result == "done":
            found.setdefault(event.object_id, []).append((day_of(event.wall), true[event.seq], event.seq))
    return found


def _beginning(
    picture: Picture, row: dict[str, Any], opened: dict[int, list[tuple[date, datetime, int]]], law: str
) -> Span:
    """A task begins where its first version of the flow begins, at the event that made it."""
    day = date.fromisoformat(row["opened_on"])
    made = opened.get(row["period_id"], [])
    _day, since, seq = next((one for one in made[1:] if one[0] == day), made[0] if made else (day, None, 0))
    since = since or datetime.combine(day, time(), SHANGHAI)
    return Span(since, seq, picture.laws[law].initial, law, date.fromisoformat(row["original_due_on"]), entered=since)


def _first_moves(picture: Picture) -> dict[int, str]:
    """The version that a task was made in, where it is another one now: that from which its first move led."""
    found: dict[int, str] = {}
    for event in picture.events:
        if event.action == "migrate" and event.object_type == "task" and event.detail["from"] in picture.laws:
            found.setdefault(event.object_id, str(event.detail["from"]))
    return found


def _apply(
    picture: Picture, event: Event, true: datetime, lives: dict[int, Life], months: dict[int, list[Life]]
) -> None:
    if event.object_type == "task":
        life = lives.get(event.object_id)
        if life is not None:
            life.steps.append((event, life.now))
            life.spans.append(_stepped(picture.laws, event, true, life.now))
    elif event.action == "request.decide" and event.detail.get("decision") == "granted":
        life = lives.get(event.detail["task"])
        if life is not None:
            life.spans.append(_granted(event, true, life.now))
    elif event.action == "period.move":
        for life in months.get(event.object_id, ()):
            span = life.now
            if span.round == 1 and picture.laws[span.law].stages.get(span.state) not in _FINISHED:
                day = date.fromisoformat(event.detail["to"])
                life.spans.append(
                    replace(
                        span,
                        since=true,
                        seq=event.seq,
                        due_on=day,
                        revision=span.revision + 1,
                        version=span.version + 1,
                    )
                )


def _granted(event: Event, true: datetime, span: Span) -> Span:
    if "granted_due_on" in event.detail:
        day = date.fromisoformat(event.detail["granted_due_on"])
        return replace(
            span, since=true, seq=event.seq, due_on=day, revision=span.revision + 1, version=span.version + 1
        )
    return replace(span, since=true, seq=event.seq, received=False, version=span.version + 1)


def _stepped(laws: dict[str, Law], event: Event, true: datetime, span: Span) -> Span:
    moved = event.to_state != span.state
    after = replace(span, since=true, seq=event.seq, state=event.to_state, version=event.version)
    if event.action == "migrate":
        law = event.detail["to"]
        mapped = moved or laws[law].stages.get(event.to_state) != laws[span.law].stages.get(span.state)
        revision = span.revision + 1 if mapped else span.revision
        return replace(after, law=law, revision=revision, entered=true if mapped else span.entered)
    steps = laws[span.law].of(event.action, span.state, event.to_state)
    effects = frozenset(effect for step in steps for effect in step.effects)
    changes: dict[str, Any] = {"entered": true} if moved else {}
    if "mark_received" in effects or "store_report" in effects:
        changes["received"] = True
    if "store_report" in effects:
        changes["report"] = span.report + 1
    if "mark_signed" in effects:
        changes["signed"] = true
    if effects & {"unfile", "unsign"}:
        changes["signed"] = None
    if "open_round" in effects:
        changes |= {"round": span.round + 1, "returned": true, "signed": None}
        if "refile_on" in event.detail:
            changes["due_on"] = date.fromisoformat(event.detail["refile_on"])
    return replace(after, **changes)
