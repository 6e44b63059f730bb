"""The observers of a simulated year find what is wrong, and nothing where nothing is.

Each plant spoils one month of a small office behind the program's back (its triggers dropped, rows, files, the journal
or the post changed) and names the one promise that then must be said to be broken.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from kit.observed import Month, another, at, june
from kit.wrongs import (
    came_from_nowhere,
    ended_by_a_wrong_clock,
    event,
    lost_in_the_post,
    no_file,
    no_heads,
    once_more,
    open_to_writing,
    recomputed,
    restored_and_sent_again,
    restored_in_silence,
    sql,
    stale_heads,
    told,
    told_twice,
    too_late,
    under_a_wrong_clock,
    wrong_bytes,
)
from simulation.years.observers import Memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

END = at("2022-07-15 17:00")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return june(tmp_path_factory.mktemp("june"))


def test_a_clean_month_shows_nothing_in_the_middle_and_at_the_end(clean: Month) -> None:
    assert clean.seen(now=END) == []
    assert clean.seen(now=END, drained=True) == []


def test_an_observation_is_cheap_and_the_next_one_cheaper(clean: Month) -> None:
    memory, begun = Memory(), time.process_time()
    assert clean.seen(memory, now=END) == []
    assert len(memory.events) == len(clean.office.rows("event"))
    assert clean.seen(memory, now=END) == []
    assert time.process_time() - begun < 0.4


@dataclass(frozen=True)
class Plant:
    """Something wrong, and what must be said: the invariants, and words of the sentence."""

    spoil: Callable[[Month], object]
    invariants: str
    says: str
    drained: bool = False


APPROVE, REPORT, SIGN = "seq = 17", "seq = 5", "seq = 9"
PLANTS = {
    "a state moved without an event": Plant(
        sql("UPDATE task SET state = 'reviewed', stage = 'reviewed' WHERE id = 6"), "I1", "state is reviewed, its events"
    ),
    "a due date moved without an event": Plant(
        sql("UPDATE task SET due_on = '2022-07-30' WHERE id = 6"), "I1", "due date is 2022-07-30"
    ),
    "a version raised without an event": Plant(
        sql("UPDATE task SET version = version + 1 WHERE id = 6"), "I1", "version is 2, its events account for 1"
    ),
    "an event that skips a version": Plant(event("seq = 3", version=3), "I1 I3", "makes version 3"),
    "an event that begins elsewhere": Plant(
        event(APPROVE, from_state="reported"), "I1 I2", "begins at reported, but it stood at signed_stamped"
    ),
    "an edge that no flow has": Plant(event("seq = 3", action="return"), "I16 I2 I5 acknowledged", "no edge of its flow"),
    "a law rewritten": Plant(
        sql("UPDATE flow SET text = replace(text, 'reviewer', 'clerk')"), "I15 I2", "its law was rewritten"
    ),
    "an old screen accepted": Plant(told("task.approve", 1, seen=4), "I3", "the person had seen version 4"),
    "a deed lost": Plant(
        lambda month: month.note(at("2022-06-21 10:00"), "clerk3", "task.receive", "assigned", task=6, seen=1),
        "acknowledged", "is not in the trail",
    ),
    "a summary lost": Plant(
        lambda month: month.note(at("2022-07-11 11:00"), "director", "summary.issue", "done"),
        "acknowledged", "is not in the trail",
    ),
    "another answer than was so": Plant(
        told("task.waive", answer="reviewed"), "acknowledged", "answered “reviewed”, the trail says “waived”"
    ),
    "a rung decided twice": Plant(
        sql(
            "INSERT INTO reminder SELECT office_id, 900, task_id, round, 7, rule, level, due_at, decided_at, state,"
            " reason FROM reminder WHERE task_id = 6 AND rule = 'opened'"
        ),
        "I4", "“opened” fired 2 times in round 1",
    ),
    "a letter twice in the post": Plant(once_more, "I4", "2 copies, and it was tried 1 times"),
    "one rung in two letters": Plant(told_twice, "I4", "clerk1 was told of “urging” in 2 letters"),
    "sent again though it had arrived": Plant(
        sql(
            "INSERT INTO attempt SELECT office_id, 900, message, 2, '2022-06-02 01:00:00.000000', finished_at,"
            " outcome, code, detail"
            " FROM attempt WHERE message = 1"
        ),
        "I4", "2 tries of it went well",
    ),
    "a rung skipped": Plant(
        sql("DELETE FROM reminder WHERE task_id = 3 AND rule = 'urging'"), "I5 I6", "“urging” was due at 2022-06-29"
    ),
    "a rung of the second round skipped": Plant(
        sql("DELETE FROM reminder WHERE task_id = 1 AND round = 2 AND rule = 'due_minus_5'"),
        "I5 I6", "“due_minus_5” was due at 2022-06-14 09:00 (round 2",
    ),
    "a rung passed over by a sweep": Plant(
        sql("UPDATE reminder SET decided_at = '2022-07-05 01:01:00.000000' WHERE task_id = 6 AND rule = 'circular'"),
        "I5", "the sweep of 2022-07-01 01:01 passed it over: decided 2022-07-05",
    ),
    "marked sent, never sent": Plant(lost_in_the_post, "I6", "marked sent, and no mailbox has it"),
    "a letter that nobody queued": Plant(came_from_nowhere, "I6", "a mailbox has it, and the outbox has no row"),
    "a rung without its message": Plant(
        sql("UPDATE reminder SET decided_at = '2022-06-28 01:01:00.000000' WHERE task_id = 6 AND rule = 'urging'"),
        "I5 I6", "no message was written with it",
    ),
    "a step without its message": Plant(
        sql("UPDATE message SET created_at = '2022-06-12 00:00:00.000000' WHERE event = 'signed' AND id = 8"),
        "I6", "the message “signed” to the reviewer was not written with it",
    ),
    "an end without a reason": Plant(
        sql("UPDATE message SET reason = '' WHERE state = 'not_needed'"), "I6", "ended as not_needed without a reason"
    ),
    "a dead letter let out again before anybody looked": Plant(
        sql("UPDATE attempt SET outcome = 'dead' WHERE message = 13"), "I6", "somebody in the office was told 0 times"
    ),
    "a dead letter that nobody hears of": Plant(
        sql("UPDATE message SET state = 'dead', reason = '550' WHERE id = 13"), "I6", "somebody in the office was told 0 times"
    ),
    "a message that waits for ever": Plant(
        sql("UPDATE message SET state = 'retry' WHERE id = 1"), "I6", "it is retry since 2022-06-01"
    ),
    "a message left when all is quiet": Plant(
        sql("UPDATE message SET state = 'due' WHERE id = 50"), "I19", "still due since 2022-07-08", drained=True
    ),
    "a message held when all is quiet": Plant(
        sql("UPDATE message SET state = 'held' WHERE id = 50"), "I19", "it is still held", drained=True
    ),
    "chased after filing": Plant(too_late, "I7", "clerk2 was chased at 2022-07-06"),
    "chased after leaving": Plant(
        sql("UPDATE duty SET valid_to = '2022-06-10' WHERE person_id = 3"), "I7", "clerk3 was chased"
    ),
    "sent under a clock that went back": Plant(under_a_wrong_clock, "clock", "it left while the clock showed 2022-06-01"),
    "an earlier version thrown away": Plant(
        sql("DELETE FROM report WHERE task_id = 1 AND number = 1"), "I8 I9", "its row is gone"
    ),
    "a version reworded": Plant(
        sql("UPDATE report SET progress = '已全部完成。' WHERE task_id = 1 AND number = 1"), "I8", "not those that were filed"
    ),
    "a version put into another round": Plant(
        sql("UPDATE report SET round = 2 WHERE task_id = 1 AND number = 1"), "I8", "filed in round 1, and stands in 2"
    ),
    "a version from nowhere": Plant(
        sql(
            "INSERT INTO report SELECT office_id, 900, 6, 1, round, progress, percent, no_progress, reason, problems,"
            ' next_steps, "values", filed_by, acting_for, filed_at, content_sha256 FROM report WHERE id = 1'
        ),
        "I8", "nobody filed it",
    ),
    "fewer versions than were acknowledged": Plant(
        lambda month: month.note(at("2022-06-15 10:00"), "clerk1", "task.report", "reported", task=1, seen=4, key="k9"),
        "I8", "3 reports were acknowledged, 2 versions are kept",
    ),
    "a paper gone": Plant(sql("DELETE FROM evidence WHERE id = 1"), "I16 I9", "whose paper is not there"),
    "a form that covers something else": Plant(
        sql("UPDATE filing SET covers = '[]' WHERE id = 1"), "I9", "on a form that does not cover it"
    ),
    "a scan changed": Plant(wrong_bytes, "I9", "its bytes are not those that were stored"),
    "a scan open to writing": Plant(open_to_writing, "I9", "may be written to"),
    "a summary's file gone": Plant(no_file, "I10", "its file is not"),
    "an event reworded": Plant(sql("UPDATE event SET actor_name = '某某' WHERE seq = 10"), "I11", "its hash differs"),
    "an event torn out": Plant(
        sql("DELETE FROM event WHERE seq = 18", "UPDATE task SET state = 'assigned', stage = 'assigned', version = 1"
            " WHERE id = 4"),
        "I11 I15 I5 acknowledged", "the event before it is missing",
    ),
    "a chain made anew": Plant(recomputed, "I11", "a head kept outside stands neither in the trail"),
    "no head outside": Plant(no_heads, "I11", "no head is kept outside"),
    "heads no longer kept": Plant(stale_heads, "I11", "lie beyond it"),
    "a time that goes back": Plant(
        event("seq = 22", at="2022-06-01 02:00:00.000000", detail='{"task": 3, "decision": "granted", "granted_due_on":'
              ' "2022-06-28", "wall_clock": "2022-06-23T02:00:00+00:00"}'),
        "I12", "lies before that of the event before it",
    ),
    "one's own report approved": Plant(
        event(APPROVE, detail='{"round": 2, "people": [1, 7]}'), "I13", "person 1 took “approve” on what they filed"
    ),
    "two of the three administrators": Plant(
        sql("INSERT INTO duty SELECT office_id, 900, person_id, 'audit', unit_id, valid_from, valid_to FROM duty"
            " WHERE role = 'system'"),
        "I13", "holds system and audit at once",
    ),
    "another unit's clerk": Plant(
        sql("UPDATE duty SET unit_id = 3 WHERE person_id = 2"), "I14", "which is not their unit"
    ),
    "a duty that nobody gave": Plant(
        sql("UPDATE duty SET role = 'reader' WHERE person_id = 7"), "I14", "held no such duty that day"
    ),
    "a duty that the flow does not name": Plant(
        event(APPROVE, role="director", detail='{"round": 2, "people": [8]}'), "I14", "the flow names others"
    ),
    "a summary of something else": Plant(sql("UPDATE summary SET covers = '[[2, 1]]'"), "I15", "were not approved"),
    "a summary that names nobody": Plant(
        sql("UPDATE summary SET facts = json_set(facts, '$.missing', json('[]'))"), "I15", "does not name [2, 5, 6]"
    ),
    "refused and done": Plant(told("task.waive", answer="E-403"), "I16", "was refused director (E-403), and it is done"),
    "done and never asked for": Plant(
        told("task.waive", who="reviewer", answer="E-403"), "I16", "director never asked for “waive”"
    ),
    "half a request": Plant(
        sql("UPDATE request SET decision = 'pending'"), "I16", "it is pending, the trail says granted"
    ),
    "a form that nobody printed": Plant(
        sql("INSERT INTO filing SELECT office_id, 900, period_id, unit_id, 900, content_sha256, 'X', covers, printed_by,"
            " printed_at FROM filing WHERE id = 1"),
        "I16", "the row is there without its event",
    ),
    "a key used twice": Plant(
        event("seq = 13", operation_id="k1"), "I17", "clerk1 did “report” 2 times with the key k1"
    ),
    "a second click refused though the first was heard": Plant(
        told("task.report", 1, answer="E-409"), "I17", "it is done under the key k1, and the answer was E-409"
    ),
    "two answers to one key": Plant(
        told("task.report", 1, answer="returned"), "I17 acknowledged", "answered “reported” first and “returned” then"
    ),
    "a letter sent again after a restore": Plant(
        restored_and_sent_again, "I18", "it left again after the restore",
    ),
    "a restore in silence": Plant(restored_in_silence, "I18", "though nobody had said yes"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_wrong_is_named(clean: Month, tmp_path: Path, name: str) -> None:
    plant, month = PLANTS[name], another(clean, tmp_path / "spoilt")
    plant.spoil(month)
    found = month.seen(now=END, drained=plant.drained)
    assert " ".join(sorted({one.invariant for one in found})) == plant.invariants, "\n".join(map(str, found))
    assert any(plant.says in one.what for one in found), "\n".join(map(str, found))


RIGHT = {
    "no answer came, and it is done": told("task.waive", answer="died"),
    "no answer came for a whole batch": told("task.waive", answer="died", task=None, seen=None),
    "no answer came, and it is not done": lambda month: month.note(
        at("2022-06-21 10:00"), "clerk3", "task.receive", "died", task=6, seen=1
    ),
    "a duty that ended while the clock was a year back": ended_by_a_wrong_clock,
    "the second copy of a sender that died": lambda month: (once_more(month), month.tamper(
        "UPDATE attempt SET number = 2 WHERE message = 1",
        "INSERT INTO attempt SELECT office_id, 900, message, 1, started_at, finished_at, 'lost', code, detail"
        " FROM attempt WHERE message = 1",
    )),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_happen_is_not_called_wrong(clean: Month, tmp_path: Path, name: str) -> None:
    month = another(clean, tmp_path / "right")
    RIGHT[name](month)
    assert month.seen(now=END) == []


@pytest.mark.parametrize(
    ("edits", "skipped"),
    [(["2022-06-10"], {"a_day_earlier": 6}), (["2022-06-21"], {"due_minus_5": 5}), (["2022-06-09", "2022-06-21"], {})],
)
def test_a_rung_is_asked_for_from_the_day_on_which_its_ladder_came_into_force(
    clean: Month, tmp_path: Path, edits: list[str], skipped: dict[str, int]
) -> None:
    """Six working days before the due date is June the 17th; between two edits nobody saw what was in force, at any look."""
    month, memory = another(clean, tmp_path / "edited"), Memory()
    month.tamper("DELETE FROM reminder WHERE rule = 'due_minus_5'")
    text = month.office.rows("flow", name="monthly_report")[0]["text"]
    rules = text[text.index("\n[[rule]]") :].replace('name = "due_minus_5"', 'name = "a_day_earlier"')
    moments = [at(f"{edited} 10:00") for edited in edits]
    month.told[:0] = [replace(month.told[0], deed="rules.edit", true=moment, wall=moment) for moment in moments]
    for _look in range(2):
        found = month.seen(memory, now=END, rules=rules.replace("offset = -5", "offset = -6"))
        assert Counter(one.what.split("”")[0][1:] for one in found if one.invariant == "I5") == skipped


def test_a_secret_in_the_trail_is_named(clean: Month) -> None:
    found = clean.seen(now=END, secrets=("进展不具体",))
    assert [one.invariant for one in found] == ["I20"]


def test_a_tail_cut_off_shows_to_who_has_seen_it(clean: Month, tmp_path: Path) -> None:
    month, memory = another(clean, tmp_path / "cut"), Memory()
    assert month.seen(memory, now=END) == []
    month.tamper("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")
    shutil.rmtree(month.home / "heads")
    assert any("the trail was cut off" in one.what for one in month.seen(memory, now=END))


def test_every_invariant_that_a_year_shows_has_a_plant() -> None:
    named = {one for plant in PLANTS.values() for one in plant.invariants.split() if one.startswith("I")} | {"I20"}
    assert named == {f"I{number}" for number in range(1, 21)}
