"""A step asks nothing that PostgreSQL plans anew each time because a table lies in parts (decision 0060)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.carried import Carried, carried_out
from kit.costs import FLOWS, measured
from kit.many import many_offices
from kit.outbox import Postbox
from kit.parts import FOR_EVERYBODY, TRIED, Asked, heard_on_parts, parts_read, plans, several
from kit.server import empty_database, needs_server
from kit.sweeping import APART, FIRST, TICKS
from kit.world import NOON, OWN, World, make_world
from models import message_tasks, partitions
from models.database import Database
from models.states import Role
from notifications.outbox import deliver
from schedules.select import NO_DRIFT
from schedules.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_server
#: beside each other, and what each has of a table in parts
OFFICES, ROWS = 32, 200
#: triggers that ask something
ASKING = ("state_needs_event", "no_more", message_tasks.NEW, message_tasks.GROWN)
#: planned anew each time all the same, for the office's part alone: 40 µs of the server's each
ANEW_IN_STEPS = {
    "what was done on the task": "SELECT event.object_id, event.action, event.detail",
    "who has seen what is taken back": "SELECT person.name \nFROM reading JOIN person",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with empty_database("plans", parts=partitions.COUNT) as url:
        made = make_world(tmp_path_factory.mktemp("plans"), Database(url))
        made.join("leader1b", Role.LEADER, OWN)
        made.join("reviewer2", Role.REVIEWER)
        made.add("reading", task_id=made.task, person_id=1, entered_at=NOON, read_at=NOON)
        yield made
        made.database.close()


@pytest.fixture(scope="module")
def of_steps(world: World) -> dict[str, Asked]:
    """What each action of a flow of reports and of one of problems asks of a table in parts."""
    with heard_on_parts() as asked:
        for flow in FLOWS:
            measured(world, flow)
    return asked


@pytest.fixture(scope="module")
def of_the_rest(world: World, of_steps: dict[str, Asked]) -> dict[str, Asked]:
    """What a month of sweeps, and claiming and settling what they decided, ask besides."""
    with heard_on_parts() as asked:
        for when in (FIRST + turn * APART for turn in range(TICKS)):
            sweep(world.database, 1, None, when, drift=NO_DRIFT)
            deliver(world.database, 1, Postbox(), when)
    return {text: one for text, one in asked.items() if text not in of_steps}


@pytest.fixture(scope="module")
def carried(world: World, of_the_rest: dict[str, Asked]) -> list[Carried]:
    """What the server itself carries out of all that, by plans that are to do for every office."""
    when = FIRST + TICKS * APART
    with carried_out(world.database, plan_cache_mode=FOR_EVERYBODY) as told:
        for flow in FLOWS:
            measured(world, flow)
        sweep(world.database, 1, None, when, drift=NO_DRIFT)
        deliver(world.database, 1, Postbox(), when)
    return told


@pytest.fixture(scope="module")
def grown(world: World, of_steps: dict[str, Asked], of_the_rest: dict[str, Asked], carried: list[Carried]) -> World:
    """Many offices, whose statistics the server knows; of each table in parts so much that an index pays."""
    many_offices(world.database, OFFICES, ROWS)
    return world


def anew(world: World, asked: dict[str, Asked], known: dict[str, str]) -> list[str]:
    """The statements that are planned each time, and that nobody knew to be."""
    found = [text for text, one in plans(world.database, asked).items() if one.kept <= one.anew]
    return [text for text in found if not text.startswith(tuple(known.values()))]


def test_each_looks_into_the_part_of_its_office(
    grown: World, of_steps: dict[str, Asked], of_the_rest: dict[str, Asked]
) -> None:
    assert parts_read(grown.database, {**of_steps, **of_the_rest}) == {}


def test_so_does_what_triggers_and_keys_ask(carried: list[Carried]) -> None:
    told = " ".join(one.within for one in carried)
    assert [name for name in ASKING if f"function duban_{name}()" not in told] == []
    assert any(one.within and '."message" x' in one.text for one in carried)
    assert {one.text: read for one in carried if (read := several(one.plan))} == {}


def test_what_a_trigger_would_ask_of_every_part_is_found(grown: World) -> None:
    with carried_out(grown.database) as told, grown.database.read() as connection:
        connection.exec_driver_sql("DO $$ BEGIN PERFORM 1 FROM event WHERE object_id = 1; END $$")
    assert [len(several(one.plan)["event"]) for one in told if one.within] == [partitions.COUNT]


def test_a_step_asks_what_is_planned_once(grown: World, of_steps: dict[str, Asked]) -> None:
    assert any(text.startswith("INSERT INTO event") for text in of_steps)
    assert anew(grown, of_steps, ANEW_IN_STEPS) == []


def test_so_do_a_sweep_a_claim_and_what_settles_it(grown: World, of_the_rest: dict[str, Asked]) -> None:
    for table in ("reminder", "attempt"):
        assert any(f"FROM {table} " in text for text in of_the_rest)
    assert anew(grown, of_the_rest, {}) == []


@pytest.mark.parametrize(
    ("asked", "parts", "kept"),
    [
        ("SELECT count(*) FROM event WHERE object_id = %(task)s::INTEGER", True, True),
        ("SELECT task.id FROM task JOIN event ON event.office_id = task.office_id AND event.object_id = task.id"
         " WHERE task.office_id = %(office)s::INTEGER AND task.id = %(task)s::INTEGER", False, False),
    ],
    ids=["without its office", "joined"],
)  # fmt: skip
def test_what_would_be_dear_is_found(grown: World, asked: str, parts: bool, kept: bool) -> None:
    with heard_on_parts() as heard, grown.database.read() as connection:
        connection.exec_driver_sql(asked, {"office": 1, "task": grown.task})
    assert bool(parts_read(grown.database, heard)) is parts
    assert (anew(grown, heard, {}) == []) is kept


def test_the_mode_that_a_transaction_asks_for_is_the_one_that_counts(grown: World) -> None:
    query = "SELECT seq FROM event WHERE office_id = %(office)s::INTEGER AND object_id = %(task)s::INTEGER"
    for mode, expected in (("force_custom_plan", (2 * TRIED + 1, 0)), ("force_generic_plan", (0, 2 * TRIED + 1))):
        with heard_on_parts() as heard, grown.database.read() as connection:
            connection.exec_driver_sql(f"SET LOCAL plan_cache_mode = {mode}")
            connection.exec_driver_sql(query, {"office": 1, "task": grown.task})
        assert plans(grown.database, heard)[query] == expected
