"""The trail proves itself (I11, I12): gapless, each event sealed by its own hash, and no head seen outside is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulation.years.observers.evidence import Violation, acknowledged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.years.observers.evidence import Told
    from simulation.years.observers.lives import Lives
    from simulation.years.observers.picture import Picture


def chain(picture: Picture) -> Iterator[Violation]:
    """Every event since the last observation follows the one before it, says what it said, and no time goes back."""
    before = picture.events[picture.known - 1] if picture.known else None
    for event in picture.fresh():
        where = f"event {event.seq}"
        if event.seq != (before.seq + 1 if before else 1):
            yield Violation(
                "I11", f"the event before it is missing: the last one is {before.seq if before else 0}", where
            )
        elif event.prev_hash != (before.hash if before else "0" * 64):
            yield Violation("I11", "it does not follow the event before it", where)
        if event.reckoned != event.hash:
            yield Violation("I11", f"{event.action} by {event.actor} is not what was written: its hash differs", where)
        if before and event.at < before.at:
            yield Violation("I12", f"its time {event.at} lies before that of the event before it, {before.at}", where)
        before = event


def seen_heads(picture: Picture) -> Iterator[Violation]:
    """A head that an earlier observation saw still stands, unless a restore took it back; the present one is kept."""
    standing = {event.seq: event.hash for event in picture.events}
    kept = []
    for told, seq, sha in picture.memory.heads:
        if standing.get(seq) == sha:
            kept.append((told, seq, sha))
        elif not any(first < told <= last for first, last in picture.lost):
            what = "the trail was written anew" if seq in standing else "the trail was cut off"
            yield Violation("I11", f"{what}: an earlier observation saw another event there", f"head {seq}")
    picture.memory.heads[:] = kept
    if picture.events:
        last = picture.events[-1]
        picture.memory.heads.append((len(picture.evidence.told), last.seq, last.hash))


def kept_heads(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """The heads that the program keeps outside: they are there, and stand in the trail or are named by a restore."""
    lines = [
        json.loads(line)
        for file in sorted(picture.evidence.heads.glob("*.heads"))
        for line in file.read_text("utf-8").splitlines()
        if line.endswith("}")
    ]
    standing = {event.seq: event.hash for event in picture.events}
    named = {
        (seq, sha)
        for event in picture.events
        if event.action == "restore.confirm" and event.result == "done"
        for seq, sha in event.detail.get("beyond", ())
    }
    for line in () if _waits_for_a_yes(picture) else lines:
        if standing.get(line["seq"]) != line["hash"] and (line["seq"], line["hash"]) not in named:
            what = "a head kept outside stands neither in the trail nor in the confirmation of a restore"
            yield Violation("I11", what, f"head {line['seq']} of {line['at']}")
    turns = [told for told in picture.evidence.told if told.deed == "heads" and told.answer == "done"]
    if turns and not lines:
        yield Violation("I11", f"no head is kept outside after {len(turns)} turns of the loop that keeps them", "heads")
    elif turns:
        yield from _kept_up(picture, lives, turns[-1], lines[-1]["seq"])


def _waits_for_a_yes(picture: Picture) -> bool:
    """Whether a database was brought back and nobody has said yes yet: until then no event names the heads beyond."""
    deeds = [told.deed for told in picture.evidence.told if acknowledged(told)]
    return "restore" in deeds and "restore.confirm" not in deeds[len(deeds) - deeds[::-1].index("restore") :]


def _kept_up(picture: Picture, lives: Lives, turn: Told, kept: int) -> Iterator[Violation]:
    """After its last turn the folder holds the head of that time: no event from before it lies beyond."""
    beyond = [event for event in picture.events if event.seq > kept and lives.true[event.seq] < turn.true]
    restored = any(told.deed == "restore" for told in picture.evidence.told)
    if beyond and not restored:
        what = f"{len(beyond)} events were written before the last turn of the loop at {turn.true} and lie beyond it"
        yield Violation("I11", what, f"outside head {kept}")
