"""Messages (I4, I6, I7, I19): what was sent lies in a mailbox, what lies there was to be sent, and everything ends.

The post is outside of the program: what it took is counted there, not in the outbox.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from simulation.years.observers.duties import Duties
from simulation.years.observers.evidence import Violation
from simulation.years.observers.picture import LONG_AGO, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulation.years.observers.evidence import Copy
    from simulation.years.observers.lives import Lives
    from simulation.years.observers.picture import Picture

#: twice the longest time between two tries, and the longest holiday with its days off, in which no reminder leaves
_PATIENCE: Final = timedelta(hours=12) + timedelta(days=11)
#: further ahead than this, or further back, a clock is not believed
_AHEAD, _BACK = timedelta(hours=37), timedelta(minutes=3)
#: ends of a message
_ENDED: Final = frozenset({"sent", "dead", "not_needed", "superseded"})


def sent(picture: Picture) -> Iterator[Violation]:
    """A message marked sent lies in a mailbox; one that lies there has its row, and as many tries as copies."""
    copies = Counter(copy.message_id for copy in picture.evidence.copies)
    rows = {row["message_id"]: row for row in picture.tables["message"]}
    for message_id, row in rows.items():
        if row["state"] == "sent" and not copies[message_id]:
            yield Violation("I6", "it is marked sent, and no mailbox has it", f"message {row['id']}")
        if row["state"] not in _ENDED | {"due", "held", "sending", "retry"}:
            yield Violation("I6", f"“{row['state']}” is no state of a message", f"message {row['id']}")
        if row["state"] in {"dead", "not_needed", "superseded"} and not row["reason"]:
            yield Violation("I6", f"it ended as {row['state']} without a reason", f"message {row['id']}")
    if picture.lost:
        return  # a restored office does not know of everything that left before
    tried = Counter(row["message"] for row in picture.tables["attempt"])
    tried.update(row["id"] for row in rows.values() if row["state"] == "sending")  # its outcome is not known yet
    for message_id, count in copies.items():
        found = rows.get(message_id)
        if found is None:
            yield Violation("I6", "a mailbox has it, and the outbox has no row", f"message {message_id}")
        elif count > tried[found["id"]]:
            what = f"mailboxes have {count} copies, and it was tried {tried[found['id']]} times"
            yield Violation("I4", what, f"message {found['id']}")


def second_copies(picture: Picture) -> Iterator[Violation]:
    """A message is sent again only while nobody knows that it has arrived.

    Of two tries that went well the later one had begun before the first copy was taken: its sender held a lease that
    another one had lost.
    """
    numbers = {row["id"]: row["message_id"] for row in picture.tables["message"]}
    taken: dict[str, datetime] = {}
    for copy in picture.evidence.copies:
        taken.setdefault(copy.message_id, copy.wall)
    begun: dict[int, list[datetime]] = defaultdict(list)
    for row in picture.tables["attempt"]:
        if row["outcome"] == "sent":
            begun[row["message"]].append(instant(row["started_at"]))
    for message, tries in begun.items():
        first = taken.get(numbers.get(message, ""))
        if len(tries) > 1 and first is not None and max(tries) > first:
            what = f"{len(tries)} tries of it went well: it was sent again though it was known to be sent"
            yield Violation("I4", what, f"message {message}")


def told_twice(picture: Picture) -> Iterator[Violation]:
    """Nobody is told of the same rung of the same task twice, counted in the mailboxes by what the letters are about."""
    if picture.lost:
        return  # after a restore the director decides what leaves again
    letters = {letter.message_id: letter for letter in picture.memory.letters.values()}
    undone = {row["id"] for row in picture.tables["message"] if " undone " in row["dedupe_key"]}
    # whoever stands in for somebody gets their own letter and the absent person's
    about: dict[tuple[str, int, int, int, int, str], set[str]] = defaultdict(set)
    for copy in picture.evidence.copies:
        letter = letters.get(copy.message_id)
        for task, round_, revision, rule, _states in letter.lines if letter else ():
            if letter and rule:
                about[copy.address, letter.recipient, task, round_, revision, rule].add(copy.message_id)
    for (address, _recipient, task, round_, _revision, rule), ids in about.items():
        if len(ids) > 1 and not undone:
            what = f"{address} was told of “{rule}” in {len(ids)} letters in round {round_}"
            yield Violation("I4", what, f"task {task}")


def with_the_ledger(picture: Picture) -> Iterator[Violation]:
    """A rung that fired has its message, written with it; a message of a rung has its row in the ledger."""
    written: set[tuple[int, int, str, datetime]] = set()
    for letter in picture.memory.letters.values():
        written |= {(task, round_, rule, letter.created_at) for task, round_, _rev, rule, _s in letter.lines if rule}
    ledger = set()
    for row in picture.tables["reminder"]:
        decided = instant(row["decided_at"])
        ledger.add((row["task_id"], row["round"], row["rule"]))
        if row["state"] == "fired" and (row["task_id"], row["round"], row["rule"], decided) not in written:
            what = (
                f"“{row['rule']}” fired at {decided:%Y-%m-%d %H:%M} in the ledger, and no message was written with it"
            )
            yield Violation("I6", what, f"task {row['task_id']}")
        if row["state"] in {"superseded", "not_needed"} and not row["reason"]:
            yield Violation("I6", f"“{row['rule']}” ended as {row['state']} without a reason", f"task {row['task_id']}")
    for task, round_, rule, at in sorted(written):
        if (task, round_, rule) not in ledger:
            what = f"a message of {at:%Y-%m-%d %H:%M} speaks of “{rule}”, and the ledger has no row"
            yield Violation("I6", what, f"task {task}")


def with_the_step(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """Whom the flow names at a step was written to in the same transaction: both or neither."""
    by_task: dict[tuple[str, int], set[datetime]] = defaultdict(set)
    for letter in picture.memory.letters.values():
        for task, _round, _revision, _rule, _states in letter.lines:
            by_task[letter.event, task].add(letter.created_at)
    staffed = {row["role"] for row in picture.tables["duty"]}
    fresh = picture.fresh()[0].seq if picture.fresh() else 0
    for number, life in lives.of.items():
        for event, before in life.steps:
            if event.seq < fresh:
                continue
            for step in picture.laws[before.law].of(event.action, event.from_state, event.to_state):
                for who, said in step.tells:
                    if who in staffed - {"clerk", "leader"} and event.wall not in by_task[said, number]:
                        what = (
                            f"“{event.action}” is done, and the message “{said}” to the {who} was not written with it"
                        )
                        yield Violation("I6", what, f"task {number}, event {event.seq}")


def dead(picture: Picture) -> Iterator[Violation]:
    """A message that was given up is work for somebody: the reviewers are told, once for each time it was.

    Whoever looks only at those that lie dead now misses those that a person has let out again since.
    """
    if not any(row["role"] == "reviewer" for row in picture.tables["duty"]):
        return
    letters = {row["id"]: row for row in picture.tables["message"]}
    times = {row["dedupe_key"].split("|")[1] for row in letters.values() if row["event"] == "dead_letter"}
    told = Counter(what.partition(" try ")[0] for what in times)
    given_up = Counter(row["message"] for row in picture.tables["attempt"] if row["outcome"] == "dead")
    for number, row in letters.items():
        wanted = max(given_up[number], int(row["state"] == "dead"))
        if row["event"] != "dead_letter" and told[f"message {number}"] < wanted:
            what = (
                f"it was given up {wanted} times, and somebody in the office was told {told[f'message {number}']} times"
            )
            yield Violation("I6", what, f"message {number}")


def waiting(picture: Picture) -> Iterator[Violation]:
    """Nothing waits longer than the post may be out of order, from the first time on that somebody looked who could have
    sent it; and once the faults are off, nothing is left (I19).
    """
    turns = [told for told in picture.evidence.told if told.deed == "delivery" and told.answer == "done"]
    if not turns:
        return
    looked = sorted(min(told.true, told.wall) for told in turns)
    written = {told.wall: told.true for told in picture.evidence.told}
    for row in picture.tables["message"]:
        if row["state"] in _ENDED | {"held"}:
            continue
        since = max(
            instant(row["next_at"]), written.get(instant(row["created_at"]), LONG_AGO)
        )  # a clock may lie behind
        late = looked[-1] - since
        if picture.evidence.drained and late > timedelta(0):
            what = f"the faults are off, and “{row['event']}” is still {row['state']} since {row['next_at'][:16]}"
            yield Violation("I19", what, f"message {row['id']}")
        elif late > _PATIENCE and looked[-1] - looked[bisect_left(looked, since)] > _PATIENCE and not picture.lost:
            yield Violation("I6", f"it is {row['state']} since {row['next_at'][:16]}", f"message {row['id']}")
    for row in picture.tables["message"]:
        if picture.evidence.drained and row["state"] == "held":
            yield Violation("I19", "the faults are off, and it is still held", f"message {row['id']}")


def believed(picture: Picture) -> Iterator[Violation]:
    """Under a clock that cannot be believed nothing leaves but the news that everything is held.

    It cannot be when it lies further ahead than a weekend, or behind what an earlier sweep has seen on it; the sweep
    before the letter has looked at the same clock.
    """
    news = {letter.message_id for letter in picture.memory.letters.values() if letter.event == "held"}
    sweeps = [told for told in picture.evidence.told if told.deed == "sweep" and told.answer == "done"]
    places = [told.true for told in sweeps]
    seen = list(accumulate((min(told.wall, told.true) for told in sweeps), max))
    for copy in picture.evidence.copies:
        place = bisect_right(places, copy.true) - 1
        off = copy.wall - copy.true
        if place < 0 or abs(off) < _BACK or abs(sweeps[place].wall - sweeps[place].true - off) > _BACK:
            continue
        if (off > _AHEAD or copy.wall < seen[place] - _BACK) and copy.message_id not in news:
            what = f"it left while the clock showed {copy.wall:%Y-%m-%d %H:%M}, and it was {copy.true:%Y-%m-%d %H:%M}"
            yield Violation("clock", what, f"message {copy.message_id}")


def chased(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """No reminder reached anybody about a task that had gone on, nor anybody whose duty it was no longer (I7)."""
    letters = {letter.message_id: letter for letter in picture.memory.letters.values()}
    duties, told = Duties(picture, lives), picture.evidence.told
    taken_back = [(told[max(first, 0)].true, told[last].true) for first, last in picture.lost]
    people = {address: row["id"] for row in picture.tables["person"] for address in (row["email"], row["login"])}
    for copy in picture.evidence.copies:
        letter = letters.get(copy.message_id)
        if letter is None or not letter.chases or abs(copy.wall - copy.true) > timedelta(minutes=5):
            continue
        if any(first <= copy.true <= last for first, last in taken_back):
            continue  # what it was about then was taken back by a restore
        ours = [line for line in letter.lines if line[0] in lives.of]
        if ours and len(ours) == len(letter.lines) and not any(_waits(lives, line, copy) for line in ours):
            what = f"{copy.address} was chased at {copy.true:%Y-%m-%d %H:%M} about tasks that had gone on by then"
            yield Violation("I7", what, f"{letter.event} {copy.message_id}")
        if any(rule for *_rest, rule, _states in letter.lines) and not duties.held(
            [people.get(copy.address, 0)], copy.wall, copy.true
        ):
            what = f"{copy.address} was chased at {copy.true:%Y-%m-%d %H:%M} and held no duty that day"
            yield Violation("I7", what, f"{letter.event} {copy.message_id}")


def _waits(lives: Lives, line: tuple[int, int, int, str, tuple[str, ...]], copy: Copy) -> bool:
    """Whether the task waited in that round, right before or right after the instant of the letter."""
    task, round_, _revision, _rule, states = line
    moments = (copy.true, copy.true - timedelta(seconds=1))
    spans = [span for moment in moments if (span := lives.of[task].at(moment)) is not None]
    return any(span.round == round_ and span.state in states for span in spans)
