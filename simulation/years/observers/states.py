"""States and their events (I1, I2, I13, I14): the table stands where the trail leads, and every step was lawful."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulation.years.observers.duties import Duties
from simulation.years.observers.evidence import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.years.observers.lives import Life, Lives, Span
    from simulation.years.observers.picture import Event, Picture

_UNIT_ROLES: Final = frozenset({"clerk", "leader"})
_ADMINISTRATORS: Final = frozenset({"system", "security", "audit"})


def laws_stand(picture: Picture) -> Iterator[Violation]:
    """The machine of every task is there, and its text is the one whose hash the task bears."""
    for sha in sorted({row["flow_sha256"] for row in picture.tables["task"]} - set(picture.laws)):
        yield Violation("I2", "the text of a flow is not that of its hash: its law was rewritten", f"flow {sha[:8]}")


def states(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """Each task's row says what its events say; a change without an event shows as a difference."""
    successions = sum(event.action == "unit.succeed" for event in picture.events)
    for number, life in lives.of.items():
        yield from _row_as_told(number, life, successions, picture)
        version = 1
        for event, before in life.steps:
            if event.from_state != before.state:
                what = f"event {event.seq} begins at {event.from_state}, but it stood at {before.state}"
                yield Violation("I1", what, f"task {number}")
            bumps = before.version - version
            if not version + bumps < event.version <= version + bumps + 1 + successions:
                what = f"event {event.seq} makes version {event.version}, after version {before.version}"
                yield Violation("I1", what, f"task {number}")
            version = event.version


def _row_as_told(number: int, life: Life, successions: int, picture: Picture) -> Iterator[Violation]:
    row, told = life.row, life.now
    stage = picture.laws[told.law].stages.get(told.state)
    pairs = (
        ("state", row["state"], told.state),
        ("stage", row["stage"], stage),
        ("round", row["round"], told.round),
        ("due revision", row["due_revision"], told.revision),
        ("due date", row["due_on"], told.due_on.isoformat()),
        ("report", row["report_number"], told.report),
    )
    for name, stands, said in pairs:
        if stands != said:
            what = f"its {name} is {stands}, its events say {said}: it was changed without an event, or not with it"
            yield Violation("I1", what, f"task {number}")
    if not told.version <= row["version"] <= told.version + successions:
        what = f"its version is {row['version']}, its events account for {told.version}"
        yield Violation("I1", what, f"task {number}")


def lawful(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """Every step is an edge of the flow that the task ran in, taken by a duty that the flow names there."""
    first = picture.fresh()[0].seq if picture.fresh() else 0
    for number, life in lives.of.items():
        for event, before in life.steps:
            if event.seq < first or event.action == "migrate":
                continue
            steps = picture.laws[before.law].of(event.action, event.from_state, event.to_state)
            where = f"task {number}, event {event.seq}"
            if not steps:
                what = f"no edge of its flow: {event.action} from {event.from_state} to {event.to_state}"
                yield Violation("I2", what, where)
            elif not any(event.role in step.roles for step in steps):
                yield Violation(
                    "I14", f"{event.action} was taken as {event.role or 'nobody'}; the flow names others", where
                )


def duties(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """Whoever acted held the duty that day, and a unit's own only in the unit of the task."""
    held = Duties(picture, lives)
    units = {row["id"]: row["name"] for row in picture.tables["unit"]}
    ours = {event.seq: before for life in lives.of.values() for event, before in life.steps}
    for event in picture.fresh():
        if event.seq not in ours or "people" not in event.detail:
            continue
        steps = picture.laws[ours[event.seq].law].of(event.action, event.from_state, event.to_state)
        beside = any(step.beside for step in steps)
        mine = held.held(event.detail["people"], event.wall, lives.true[event.seq])
        where = f"event {event.seq}"
        if not any(row["role"] == event.role for row in mine):
            yield Violation("I14", f"{event.actor} acted as {event.role} and held no such duty that day", where)
        elif event.role in _UNIT_ROLES and not beside and not _of_unit(mine, event, units):
            yield Violation("I14", f"{event.actor} acted on a task of {event.unit}, which is not their unit", where)


def _of_unit(mine: list[dict[str, Any]], event: Event, units: dict[int, str]) -> bool:
    # a duty without a unit is one in every unit
    return any(row["role"] == event.role and units.get(row["unit_id"], event.unit) == event.unit for row in mine)


def four_eyes(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """Nobody reviews what they filed or signed, in whosever name; nobody is two of the three administrators."""
    strict = all(row["four_eyes"] for row in picture.tables["office"])
    for number, life in lives.of.items():
        takers: dict[tuple[int, str], set[int]] = {}
        for event, before in life.steps:
            people = set(event.detail.get("people", ()))
            if strict:
                yield from _same_person(picture, number, (event, before), takers, people)
            takers.setdefault((before.round, event.action), set()).update(people)
    yield from _two_of_three(picture)


def _same_person(
    picture: Picture, number: int, step: tuple[Event, Span], takers: dict[tuple[int, str], set[int]], people: set[int]
) -> Iterator[Violation]:
    event, before = step
    for law in picture.laws[before.law].of(event.action, event.from_state, event.to_state):
        both = sorted(people & {one for action in law.four_eyes for one in takers.get((before.round, action), ())})
        if both:
            what = f"person {both[0]} took “{event.action}” on what they filed or signed"
            yield Violation("I13", what, f"task {number}, event {event.seq}")


def _two_of_three(picture: Picture) -> Iterator[Violation]:
    held: dict[int, list[dict[str, Any]]] = {}
    for row in picture.tables["duty"]:
        if row["role"] in _ADMINISTRATORS:
            held.setdefault(row["person_id"], []).append(row)
    for person, rows in held.items():
        for place, one in enumerate(rows):
            for other in rows[:place]:
                if one["role"] != other["role"] and _overlap(one, other):
                    what = f"holds {other['role']} and {one['role']} at once"
                    yield Violation("I13", what, f"person {person}")


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    ends = [row["valid_to"] or "9999" for row in (one, other)]
    return bool(max(one["valid_from"], other["valid_from"]) <= min(ends))
