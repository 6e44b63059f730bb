"""The outbox against a real SQLite file and channels that fail as real ones do."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, small_office
from kit.outbox import NOON, Postbox, fields_of_one, line, run, state, tell
from models.errors import Refused
from models.states import Action
from notifications.claims import LEASE, claim
from notifications.outbox import deliver
from notifications.settling import backoff
from workflow import messages

if TYPE_CHECKING:
    from pathlib import Path

    from notifications.channel import Envelope


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def test_a_due_message_is_sent_once(office: SmallOffice):
    number, box = tell(office, "clerk1"), Postbox()
    assert run(office, box).counts == {"sent": 1}
    assert run(office, box).counts == {}
    assert [envelope.message_id for envelope in box.got] == [office.row("message", number)["message_id"]]
    row = office.row("message", number)
    assert (row["state"], row["attempts"], row["settled_at"]) == ("sent", 1, NOON)
    assert "事项1" in row["body"]
    assert [(a["number"], a["outcome"]) for a in office.rows("attempt")] == [(1, "sent")]


def test_a_message_waits_for_its_time(office: SmallOffice):
    tell(office, "clerk1", not_before=NOON + timedelta(hours=1))
    assert run(office, Postbox()).counts == {}
    assert run(office, Postbox(), NOON + timedelta(hours=1)).counts == {"sent": 1}


def test_one_failing_recipient_does_not_stop_the_others(office: SmallOffice):
    first, second, third = tell(office, "clerk1"), tell(office, "clerk2"), tell(office, "clerk3")
    box = Postbox(refuse={"clerk2": False})
    assert run(office, box).counts == {"sent": 2, "retry": 1}
    assert [state(office, n) for n in (first, second, third)] == ["sent", "retry", "sent"]
    assert "try later" in office.row("message", second)["reason"]


def test_backoff_doubles_and_stops_at_six_hours():
    assert [backoff(n) // timedelta(minutes=1) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert backoff(9) == timedelta(minutes=1)


def test_a_temporary_failure_is_given_up_after_eight_tries(office: SmallOffice):
    number, box, now = tell(office, "clerk1"), Postbox(refuse={"clerk1": False}), NOON
    for attempt in range(1, 8):
        assert run(office, box, now).counts == {"retry": 1}
        due = office.row("message", number)["next_at"]
        assert due == now + timedelta(minutes=2 ** (attempt - 1))
        assert run(office, box, due - timedelta(seconds=1)).counts == {}
        now = due
    assert run(office, box, now).counts == {"dead": 1}
    assert [a["outcome"] for a in office.rows("attempt", message=number)] == ["retry"] * 7 + ["dead"]


def test_a_permanent_failure_becomes_work_for_the_reviewers(office: SmallOffice):
    number, box = tell(office, "clerk1"), Postbox(refuse={"clerk1": True})
    assert run(office, box).counts == {"dead": 1}
    assert office.row("message", number)["reason"] != ""
    letters = office.rows("message", event="dead_letter")
    assert [row["recipient_id"] for row in letters] == [office.people["reviewer"]]
    assert run(office, box).counts == {"sent": 1}


def test_a_dead_dead_letter_stays_silent(office: SmallOffice):
    tell(office, "clerk1")
    box = Postbox(refuse={"clerk1": True, "reviewer": True})
    run(office, box)
    assert run(office, box).counts == {"dead": 1}
    assert len(office.rows("message", event="dead_letter")) == 1


def test_a_sender_killed_between_claim_and_outcome_leaves_a_second_copy_with_the_same_id(office: SmallOffice):
    number, box = tell(office, "clerk1"), Postbox()
    with office.database.write(1) as connection:
        assert claim(connection, 1, [number], NOON)[0]
    assert run(office, box, NOON + LEASE - timedelta(seconds=1)).counts == {}
    assert run(office, box, NOON + LEASE).counts == {"sent": 1}
    assert box.got[0].message_id == office.row("message", number)["message_id"]
    assert [a["outcome"] for a in office.rows("attempt", message=number)] == ["lost", "sent"]


def test_a_sender_that_oversleeps_its_lease_leaves_alone_what_the_next_one_wrote(office: SmallOffice):
    number, box = tell(office, "clerk1"), Postbox()

    class Sleeper(Postbox):
        def send(self, envelope: Envelope) -> str:
            assert run(office, box, NOON + LEASE).counts == {"sent": 1}
            return super().send(envelope)

    sleeper = Sleeper()
    assert run(office, sleeper, NOON).counts == {}
    assert [one.message_id for one in sleeper.got] == [one.message_id for one in box.got]
    tries = office.rows("attempt", message=number)
    assert [one["outcome"] for one in tries] == ["lost", "sent"]
    assert tries[0]["finished_at"] == tries[1]["started_at"]


def test_two_workers_send_each_message_once(office: SmallOffice):
    for place in range(12):
        tell(office, "clerk1", key=f"k{place}")
    box = Postbox()
    workers = [threading.Thread(target=run, args=(office, box)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(box.got) == 12
    assert len({envelope.message_id for envelope in box.got}) == 12


def test_a_send_that_hangs_is_given_up_and_tried_again(office: SmallOffice):
    number, box = tell(office, "clerk1"), Postbox(wait=threading.Event())
    assert run(office, box, send_seconds=0.05).counts == {"retry": 1}
    assert office.rows("attempt", message=number)[0]["code"] == "timeout"
    assert box.wait is not None
    box.wait.set()


def test_a_filed_task_drops_out_of_the_message(office: SmallOffice):
    first, second = office.tasks["1.1", "市发改委"], office.tasks["2.1", "市发改委"]
    fields = {**fields_of_one(office), "tasks": [line(first, "市发改委"), line(second, "市发改委")]}
    tell(office, "clerk1", fields=fields, about=((first, 1, 1), (second, 1, 1)))
    office.report(first, NOON)
    box = Postbox()
    deliver(office.database, 1, box, NOON)
    mine = [envelope for envelope in box.got if envelope.address == "clerk1"]
    assert [("事项1" in e.body, "事项5" in e.body) for e in mine] == [(False, True)]


@pytest.mark.parametrize("change", [{"round": 2}, {"due_revision": 2}])
def test_a_message_about_an_older_round_or_date_is_not_sent(office: SmallOffice, change: dict[str, int]):
    number = tell(office, "clerk1")
    office.change("task", office.tasks["1.1", "市发改委"], **change)
    assert run(office, Postbox()).counts == {"not_needed": 1}
    assert state(office, number) == "not_needed"
    assert office.row("message", number)["reason"] != ""
    assert office.rows("attempt") == []


def test_news_is_sent_whatever_became_of_the_task(office: SmallOffice):
    tell(office, "clerk1", while_states=())
    office.change("task", office.tasks["1.1", "市发改委"], due_revision=2)
    assert run(office, Postbox()).counts == {"sent": 1}


def test_the_substitute_of_an_absent_person_gets_it(office: SmallOffice):
    office.add(
        "absence", person_id=office.people["clerk1"], substitute_id=office.people["leader1"],
        from_on=date(2022, 6, 8), to_on=date(2022, 6, 8),
    )  # fmt: skip
    number, box = tell(office, "clerk1"), Postbox()
    run(office, box)
    assert [envelope.address for envelope in box.got] == ["leader1"]
    assert "李一" in office.row("message", number)["reason"]


def test_someone_who_left_gets_nothing(office: SmallOffice):
    number = tell(office, "clerk1")
    office.change("duty", 1, valid_to=date(2022, 6, 7))
    assert run(office, Postbox()).counts == {"not_needed": 1}
    assert office.row("message", number)["reason"] != ""


def test_while_the_office_is_held_nothing_leaves(office: SmallOffice):
    tell(office, "clerk1")
    with office.database.write(1) as connection:
        connection.exec_driver_sql(
            "INSERT INTO watermark (office_id, at, held_reason) VALUES (1, '2022-06-08 00:00:00', 'restored')"
        )
    report = run(office, Postbox())
    assert (report.total, report.held_reason) == (0, "restored")


def test_held_messages_go_when_the_director_releases_them(office: SmallOffice):
    number = tell(office, "clerk1", held_reason="too many")
    assert run(office, Postbox()).counts == {}
    with pytest.raises(Refused) as refused, office.database.write(1) as connection:
        messages.release(connection, 1, office.actor("reviewer"), None, NOON)
    assert refused.value.code == "E-403"
    with office.database.write(1) as connection:
        assert messages.release(connection, 1, office.actor("director"), None, NOON) == [number]
    assert run(office, Postbox()).counts == {"sent": 1}
    assert [e["action"] for e in office.rows("event")] == ["message.release"]


def test_a_dead_message_retried_by_hand_is_sent(office: SmallOffice):
    number, box = tell(office, "clerk1"), Postbox(refuse={"clerk1": True})
    run(office, box)
    box.refuse.clear()
    with office.database.write(1) as connection:
        messages.retry(connection, 1, office.actor("reviewer"), number, NOON)
    run(office, box)
    assert state(office, number) == "sent"
    with office.database.read() as connection:
        shown = messages.show_message(connection, 1, office.actor("reviewer"), number)
    assert [found["outcome"] for found in shown["tries"]] == ["dead", "sent"]
    with pytest.raises(Refused) as refused, office.database.write(1) as connection:
        messages.retry(connection, 1, office.actor("reviewer"), number, NOON)
    assert refused.value.code == "E-M05"


def test_the_office_sees_its_messages_and_a_clerk_does_not(office: SmallOffice):
    tell(office, "clerk1")
    with office.database.read() as connection:
        found, count = messages.list_messages(connection, 1, office.actor("system"))
        assert [(row["recipient"], row["state"]) for row in found] == [("clerk1", "due")]
        assert count == 1
        with pytest.raises(Refused):
            messages.list_messages(connection, 1, office.actor("clerk1"))


def test_an_action_tells_through_the_outbox(office: SmallOffice):
    task = office.tasks["1.1", "市发改委"]
    office.report(task, NOON)
    office.sign(task, NOON)
    box = Postbox()
    run(office, box)
    assert [envelope.address for envelope in box.got] == ["reviewer"]
    assert [row["state"] for row in office.rows("message")] == ["not_needed", "sent"]
    office.act("reviewer", Action.APPROVE, task, NOON)
    run(office, box)
    assert [envelope.address for envelope in box.got] == ["reviewer", "clerk1"]


class Leaving(Postbox):
    """A channel whose thread ends without a word."""

    def send(self, envelope: Envelope) -> str:
        raise SystemExit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_send_that_ends_without_a_word_is_not_sent(office: SmallOffice):
    number = tell(office, "clerk1")
    run(office, Leaving())
    assert state(office, number) == "retry"
