"""Messages that are claimed and settled together: each for itself, whatever becomes of the others (decision 57)."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, small_office
from kit.outbox import NOON, Postbox, fields_of_one, line, run, state, tell
from kit.sweeping import Ledger
from models.errors import Refused
from notifications import sending
from notifications.claims import LEASE, TRIES, claim, give_back
from notifications.outbox import Holding, deliver

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from notifications.channel import Envelope


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def test_a_send_that_was_given_up_begins_no_further_one(office: SmallOffice):
    for login in ("clerk1", "clerk2"):
        tell(office, login)
    box, before = Postbox(wait=threading.Event()), set(threading.enumerate())
    assert run(office, box, send_seconds=0.05).counts == {"retry": 2}
    assert box.wait is not None
    box.wait.set()
    for left in set(threading.enumerate()) - before:
        left.join(5)
    assert sorted(envelope.address for envelope in box.got) == ["clerk1", "clerk2"]


def test_what_was_claimed_and_not_begun_is_given_back_as_it_was(office: SmallOffice):
    numbers, box = [tell(office, f"clerk{place}") for place in (1, 2, 3)], Postbox()
    before = office.row("message", numbers[1])
    office.change("message", numbers[2], state="retry", attempts=3)
    report = deliver(office.database, 1, box, NOON, stopped=lambda: bool(box.got))
    assert report.counts == {"sent": 1}
    assert office.row("message", numbers[1]) == before
    last = office.row("message", numbers[2])
    assert (last["state"], last["attempts"], last["claimed_until"]) == ("retry", 3, None)
    assert [row["message"] for row in office.rows("attempt")] == numbers[:1]


@pytest.mark.parametrize("seconds", [0, 60])
def test_all_are_sent_in_their_order_however_long_it_takes(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, seconds: float
):
    monkeypatch.setattr(sending, "HANDFUL_SECONDS", seconds)
    numbers, box = [tell(office, f"clerk{1 + place % 3}", key=f"{place}") for place in range(7)], Postbox()
    assert run(office, box).counts == {"sent": 7}
    assert [envelope.message_id for envelope in box.got] == [office.row("message", n)["message_id"] for n in numbers]
    assert {row["attempts"] for row in office.rows("message")} == {1}


def test_after_a_slow_send_no_more_are_claimed_than_can_be_sent_in_time(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sending, "HANDFUL_SECONDS", 0)
    for place in range(4):
        tell(office, "clerk1", key=f"{place}")
    box = Watching(office)
    run(office, box)
    assert box.claimed == [4, 1, 2, 1]


class Watching(Postbox):
    """A channel that looks how many are under way at each of its sends."""

    def __init__(self, office: SmallOffice) -> None:
        super().__init__()
        self.claimed: list[int] = []
        self._office = office

    def send(self, envelope: Envelope) -> str:
        self.claimed.append(len(self._office.rows("message", state="sending")))
        return super().send(envelope)


class Deadly(Ledger):
    """A channel whose process is killed after its second message."""

    def send(self, envelope: Envelope) -> str:
        receipt = super().send(envelope)
        if len(self.copies()) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return receipt


def test_of_a_worker_killed_in_a_handful_nothing_is_lost(office: SmallOffice, tmp_path: Path):
    numbers, sent = [tell(office, f"clerk{place}") for place in (1, 2, 3)], tmp_path / "sent.txt"
    killed(office, Deadly(sent), NOON)
    assert deliver(office.database, 1, Ledger(sent), NOON + LEASE - timedelta(seconds=1)).counts == {}
    assert deliver(office.database, 1, Ledger(sent), NOON + LEASE).counts == {"sent": 3}
    copies = Ledger(sent).copies()
    assert [copies[office.row("message", number)["message_id"]] for number in numbers] == [2, 2, 1]
    for number in numbers:
        tries = office.rows("attempt", message=number)
        assert [(one["outcome"], one["started_at"]) for one in tries] == [("lost", NOON), ("sent", NOON + LEASE)]


class Fatal(Ledger):
    """A channel with a message that nobody survives."""

    def send(self, envelope: Envelope) -> str:
        if envelope.address == "clerk2":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().send(envelope)


def killed(office: SmallOffice, channel: Ledger, now: datetime) -> None:
    """A lone worker that is killed while it delivers."""
    office.database.close()
    child = os.fork()
    if child == 0:
        try:
            deliver(office.database, 1, channel, now, alone=True)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_message_that_kills_its_worker_dies_alone(office: SmallOffice, tmp_path: Path):
    numbers, sent = [tell(office, f"clerk{place}") for place in (1, 2, 3)], tmp_path / "sent.txt"
    for turn in range(TRIES):
        killed(office, Fatal(sent), NOON + timedelta(minutes=turn))
    counts = deliver(office.database, 1, Ledger(sent), NOON + timedelta(hours=1), alone=True).counts
    assert counts == {"dead": 1, "sent": 1}
    assert [state(office, number) for number in numbers] == ["sent", "dead", "sent"]
    copies = Ledger(sent).copies()
    assert [copies[office.row("message", number)["message_id"]] for number in numbers] == [2, 0, 1]


def test_whose_try_was_cut_short_goes_alone_also_after_it_was_given_back(office: SmallOffice, tmp_path: Path):
    numbers = [tell(office, f"clerk{place}") for place in (1, 2, 3)]
    killed(office, Fatal(tmp_path / "sent.txt"), NOON)
    with office.database.write(1) as connection:
        taken, _ended = claim(connection, 1, numbers, NOON, alone=True)
        give_back(connection, taken)
    box = Watching(office)
    assert run(office, box).counts == {"sent": 3}
    assert box.claimed == [1, 1, 1]


def test_whether_sends_are_held_is_known_for_a_tenth_of_a_second(office: SmallOffice, monkeypatch: pytest.MonkeyPatch):
    moments, asked = iter([0, 0, 0.05, 0.099, 0.1, 0.1, 0.15]), list[bool]()
    holding = Holding(office.database, 1, clock=lambda: next(moments))
    monkeypatch.setattr(office.database, "glance", lambda *_words: asked.append(True))
    tell(office, "clerk1")
    with office.database.write(1) as connection:
        claimed = claim(connection, 1, [1], NOON)[0][0]
    answers = [(holding.allows(claimed), len(asked)) for _turn in range(5)]
    assert answers == [(True, 1), (True, 1), (True, 1), (True, 2), (True, 2)]


def test_where_nobody_can_say_whether_sends_are_held_nothing_leaves(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
):
    number, box = tell(office, "clerk1"), Postbox()

    def away(*_asked: object) -> None:
        raise Refused("E-403", "the server does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(office.database, "glance", away)
        with pytest.raises(Refused):
            run(office, box)
    assert box.got == []
    assert deliver(office.database, 1, box, NOON, alone=True).counts == {"sent": 1}
    assert state(office, number) == "sent"


def test_what_is_needed_no_more_takes_nobodys_place(office: SmallOffice):
    mild, grave = (
        {**fields_of_one(office), "tasks": [{**line(office.tasks["1.1", "市发改委"], "市发改委"), "level": level}]}
        for level in (1, 2)
    )
    first = tell(office, "clerk1", "mild", fields=mild, not_before=NOON + timedelta(minutes=1))
    later = tell(office, "clerk1", "grave", fields=grave, while_states=("reported",))
    run(office, Postbox(), NOON + timedelta(minutes=2))
    assert (state(office, later), state(office, first)) == ("not_needed", "sent")
