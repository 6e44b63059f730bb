"""The journal against the trail (I3, I16, I17): nothing that was acknowledged is lost, nothing happened by halves.

What people were told lies outside of the program; each answer is looked for in the trail, and each event of a person
in what they were told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from simulation.years.observers.evidence import Violation, acknowledged, refused
from simulation.years.observers.picture import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulation.years.observers.evidence import Told
    from simulation.years.observers.picture import Event, Picture

#: deeds that always leave an event when they are done → what it is called
LEAVES: Final = {
    "summary.issue": ("summary.issue",),
    "request.ask": ("request.extension", "request.transfer"),
    "request.decide": ("request.decide",),
    "period.move": ("period.move",),
    "form.attach": ("form.attach",),
    "calendar.import": ("calendar.import",),
    "clock.confirm": ("clock.confirm",),
}
#: what an event makes: the table, and where its number stands in the detail; empty = it is the object
_MAKES: Final = {
    "request.extension": ("request", ""),
    "request.transfer": ("request", ""),
    "form.print": ("filing", ""),
    "form.attach": ("evidence", "evidence"),
    "summary.issue": ("summary", ""),
    "period.open": ("period", ""),
}
#: what whoever runs the machine does past every desk
_OPERATORS: Final = frozenset({"backup", "restore"})
_TASK: Final = "task."
#: how a step is refused of which another was faster: by the version seen, and by the state
_TOO_LATE: Final = ("E-409", "E-S")


def nothing_lost(picture: Picture) -> Iterator[Violation]:
    """Each deed that was said to be done stands in the trail, done on the version that the person saw (I3)."""
    done: dict[tuple[str, datetime], list[Event]] = defaultdict(list)
    keyed: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in picture.events:
        if event.result == "done":
            done[event.actor, event.wall].append(event)
            if event.operation_id:
                keyed[event.actor, event.operation_id].append(event)
    for place, told in enumerate(picture.evidence.told):
        if not acknowledged(told) or picture.taken_back(place):
            continue
        # a second click with the same key gets the first answer: its event is the one of the first
        found = done[told.who, told.wall] + (keyed[told.who, told.key] if told.key else [])
        yield from _found(told, found)
        if told.deed == "period.close" and not _closed(picture, told):
            yield Violation(
                "acknowledged", "the month was said to be closed, and the trail does not say so", _named(told)
            )


def _found(told: Told, events: list[Event]) -> Iterator[Violation]:
    if told.deed in LEAVES and not any(event.action in LEAVES[told.deed] for event in events):
        yield Violation(
            "acknowledged", f"“{told.deed}” was answered “{told.answer}” and is not in the trail", _named(told)
        )
    if not told.deed.startswith(_TASK) or told.task is None:
        return
    action = told.deed.removeprefix(_TASK)
    mine = [event for event in events if event.action == action and event.object_id == told.task]
    if not mine:
        yield Violation(
            "acknowledged", f"“{told.deed}” was answered “{told.answer}” and is not in the trail", _named(told)
        )
    elif not any(event.to_state == told.answer for event in mine):
        what = f"“{told.deed}” was answered “{told.answer}”, the trail says “{mine[0].to_state}”"
        yield Violation("acknowledged", what, _named(told))
    elif told.seen is not None and not any(event.version == told.seen + 1 for event in mine):
        what = f"“{told.deed}” was done on version {mine[0].version - 1}, the person had seen version {told.seen}"
        yield Violation("I3", what, _named(told))


def _closed(picture: Picture, told: Told) -> bool:
    """Closing a month that is closed says the same again, and leaves no second event."""
    months = {row["id"]: row["month"] for row in picture.tables["period"]}
    month = told.detail.get("month")
    closed = [event for event in picture.events if event.action == "period.close" and event.wall <= told.wall]
    return any(month is None or months.get(event.object_id) == month for event in closed)


def nothing_by_itself(picture: Picture) -> Iterator[Violation]:
    """Each event of a person is a deed that was acknowledged, or whose answer died with the process: never a refused one."""
    told: dict[tuple[str, datetime], list[Told]] = defaultdict(list)
    for one in picture.evidence.told:
        told[one.who, one.wall].append(one)
    people = {one.who for one in picture.evidence.told} - UNSEEN
    # whoever founded the office did so before anybody kept a journal
    begun = picture.evidence.told[0].wall if picture.evidence.told else None
    for event in picture.fresh():
        if event.result != "done" or event.actor not in people or begun is None or event.wall < begun:
            continue
        if event.action in _OPERATORS:
            continue
        answers = [one for one in told[event.actor, event.wall] if _about(one, event)]
        where = f"event {event.seq}, {event.object_type} {event.object_id}"
        if not answers:
            yield Violation("I16", f"{event.actor} never asked for “{event.action}”, and it is done", where)
        elif all(refused(one) for one in answers):
            what = f"“{event.action}” was refused {event.actor} ({answers[0].answer}), and it is done"
            yield Violation("I16", what, where)


def _about(told: Told, event: Event) -> bool:
    """Whether the deed may have left the event: a deed on one task leaves its step there, others leave what they leave."""
    if told.deed.startswith(_TASK) and event.object_type == "task":
        # of a batch whose process died nobody knows which tasks it reached
        return told.task in {None, event.object_id} and told.deed.removeprefix(_TASK) == event.action
    return not (told.deed.startswith(_TASK) and refused(told))


def once(picture: Picture) -> Iterator[Violation]:
    """The same key twice: one deed, one answer; of what is done under it nobody hears that it cannot be done."""
    events = Counter(
        (event.actor, event.operation_id, event.action, event.object_type, event.object_id)
        for event in picture.events
        if event.operation_id and event.result == "done"
    )
    for (actor, key, action, kind, number), count in events.items():
        if count > 1:
            yield Violation("I17", f"{actor} did “{action}” {count} times with the key {key}", f"{kind} {number}")
    done = {(actor, key) for actor, key, *_about in events}
    answers: dict[tuple[str, str], Told] = {}
    for place, told in enumerate(picture.evidence.told):
        if told.answer.startswith(_TOO_LATE) and (told.who, told.key) in done and not picture.taken_back(place):
            yield Violation(
                "I17", f"it is done under the key {told.key}, and the answer was {told.answer}", _named(told)
            )
        if not told.key or not acknowledged(told) or picture.taken_back(place):
            continue
        first = answers.setdefault((told.who, told.key), told)
        if (told.answer, told.task) != (first.answer, first.task):
            what = f"the key {told.key} was answered “{first.answer}” first and “{told.answer}” then"
            yield Violation("I17", what, _named(told))


def whole(picture: Picture) -> Iterator[Violation]:
    """Rows and their events go together: half a deed would leave one of them."""
    made: dict[str, set[int]] = defaultdict(set)
    for event in picture.events:
        if event.result == "done" and event.action in _MAKES:
            table, key = _MAKES[event.action]
            made[table].add(event.detail[key] if key else event.object_id)
    for table, wanted in made.items():
        rows = {row["id"] for row in picture.tables[table]}
        for number in sorted(wanted - rows):
            yield Violation("I16", "its event is in the trail, the row is not there", f"{table} {number}")
        for number in sorted(rows - wanted):
            yield Violation("I16", "the row is there without its event", f"{table} {number}")
    yield from _decided(picture)


def _decided(picture: Picture) -> Iterator[Violation]:
    said = {
        event.object_id: event.detail.get("decision")
        for event in picture.events
        if event.action == "request.decide" and event.result == "done"
    }
    for row in picture.tables["request"]:
        if row["decision"] != said.get(row["id"], "pending"):
            what = f"it is {row['decision']}, the trail says {said.get(row['id'], 'pending')}"
            yield Violation("I16", what, f"request {row['id']}")


def _named(told: Told) -> str:
    about = f" on task {told.task}" if told.task is not None else ""
    return f"{told.who} at {told.wall:%Y-%m-%d %H:%M:%S}{about}"
