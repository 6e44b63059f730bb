"""Nodes of one office on one server: one that is stopped and wakes up late, and two whose clocks are apart."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.race import race
from kit.server import empty_database, needs_server
from kit.serving import news
from kit.sweeping import FIRST, Ledger, due_rungs, ticking
from kit.world import NOON, World, make_world, refused
from models.database import Database
from models.states import Action
from notifications.claims import LEASE
from notifications.outbox import deliver
from schedules.runner import tick
from schedules.select import NO_DRIFT
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notifications.channel import Envelope

pytestmark = needs_server
LATER = NOON + LEASE + timedelta(minutes=1)


@pytest.fixture
def url() -> Iterator[str]:
    with empty_database() as made:
        yield made


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", Database(url))
    yield made
    made.database.close()


class Frozen(Ledger):
    """A channel whose worker is stopped after it has sent, and wakes up when somebody lets it."""

    def send(self, envelope: Envelope) -> str:
        receipt = super().send(envelope)
        os.kill(os.getpid(), signal.SIGSTOP)
        return receipt


def stopped(work: Callable[[], object]) -> int:
    """A process that does this and is stopped by itself on the way; its number, once it is."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _child, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status
    return child


def wake(child: int) -> int:
    """Let it go on; its exit code."""
    os.kill(child, signal.SIGCONT)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_worker_that_wakes_up_after_its_lease_changes_nothing(world: World, url: str, tmp_path: Path) -> None:
    (number,) = news(world, 1, NOON)
    box, frozen = Ledger(tmp_path / "sent.txt"), Frozen(tmp_path / "sent.txt")
    world.database.close()
    zombie = stopped(lambda: deliver(Database(url), 1, frozen, NOON))
    assert world.row("message", number)["state"] == "sending"
    assert deliver(world.database, 1, box, NOON).total == 0, "the lease runs"
    assert deliver(world.database, 1, box, LATER).sent == 1
    before = world.row("message", number), world.rows("attempt", message=number)
    assert wake(zombie) == 0
    assert (world.row("message", number), world.rows("attempt", message=number)) == before
    assert [one["outcome"] for one in before[1]] == ["lost", "sent"]
    assert box.copies() == {world.row("message", number)["message_id"]: 2}, "a second copy, under the same Message-ID"


def test_a_worker_stopped_while_it_writes_stands_in_nobodys_way_and_keeps_nothing(world: World, url: str) -> None:
    quick = sa.make_url(url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=200ms"})
    actor = world.actor("clerk1", NOON)
    world.database.close()

    def writes() -> None:
        database = Database(quick.render_as_string(hide_password=False))
        with refused("E-B30"), database.write(1) as connection:
            connection.execute(sa.text("UPDATE office SET short_name = 'x'"))
            os.kill(os.getpid(), signal.SIGSTOP)
            connection.execute(sa.text("UPDATE office SET short_name = 'y'"))

    zombie = stopped(writes)
    done = world.act_as(actor, Action.RECEIVE, world.task)
    assert done.version == 2, "whoever came after it had to wait for no longer than the server lets anybody idle"
    assert wake(zombie) == 0
    assert {row["short_name"] for row in world.rows("office")} == {"市长江办"}
    with world.database.read() as connection:
        assert verify(connection, 1) == []


def test_nodes_whose_clocks_are_little_apart_decide_each_rung_once_and_hold_nothing(world: World, url: str) -> None:
    box, apart = Ledger(world.folder / "sent.txt"), timedelta(seconds=90)
    days = [FIRST + n * timedelta(days=5) for n in range(6)]
    ahead, behind = ([ticking(day + skew, box) for day in days] for skew in (apart, timedelta(0)))
    found = race(world, ahead, behind, url=url)
    left = ticking(days[-1] + timedelta(days=1, hours=1), box)(world)  # the last was a Sunday
    assert not [told for share in found for told in share if told.refusal]
    rows = world.rows("reminder")
    assert set(Counter((row["task_id"], row["round"], row["due_revision"], row["rule"]) for row in rows).values()) == {
        1
    }
    assert {(row["task_id"], row["rule"]) for row in rows} >= due_rungs(world, days[-1])
    assert sum(told.answer for share in found for told in share) + left == len(rows)
    assert {row["state"] for row in world.rows("message")} <= {"sent", "not_needed", "superseded"}
    assert set(box.copies().values()) == {1}


def test_between_clocks_that_are_minutes_apart_nothing_is_sent_and_the_director_hears_of_it_once(world: World) -> None:
    box, apart = Ledger(world.folder / "sent.txt"), timedelta(minutes=4)

    def turn(now: object) -> object:
        return tick(world.database, 1, None, lambda at: deliver(world.database, 1, box, at), now, drift=NO_DRIFT).sweep

    first, *days = [FIRST + n * timedelta(days=5) for n in range(7)]
    turn(first)
    reasons = [(turn(day + apart).held_reason, turn(day).held_reason) for day in days]
    assert reasons[0][0] == ""
    assert all(behind for _ahead, behind in reasons), "the node that is behind does not believe its clock"
    told = world.rows("message", event="held")
    assert [row["recipient_id"] for row in told] == [world.people["director"]]
    rows = world.rows("reminder")
    assert set(Counter((row["task_id"], row["round"], row["due_revision"], row["rule"]) for row in rows).values()) == {
        1
    }
    later = [row for row in world.rows("message") if row["created_at"] > days[0] + apart and row["event"] != "held"]
    assert later
    assert {row["state"] for row in later} == {"held"}
