"""How PostgreSQL plans what every step asks, in an office whose tables have grown: once, and by an index."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.parts import FOR_EVERYBODY, Asked, nodes, prepared
from kit.server import empty_database, needs_server
from kit.world import NOON, World, make_world
from models.database import Database
from models.states import Action
from workflow.actions import Command, act
from workflow.case import Given

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_server
#: what the months have left: a trail, and messages that all went out in one instant to a few people, as a sweep sends them
GROWN = (
    "INSERT INTO event (office_id, seq, at, actor, actor_name, acting_for, role, unit, source, action, object_type,"
    " object_id, version, from_state, to_state, result, reason, detail, operation_id, algorithm, prev_hash, hash)"
    " SELECT 1, n, now(), '', '', '', '', '', '', '', '', 0, 1, '', '', '', '', '{}', '', 'sha256', '', ''"
    " FROM generate_series(1000, 6000) n",
    "INSERT INTO message (office_id, id, dedupe_key, event, level, recipient_id, channel, address, subject, body, fields,"
    " about, while_states, message_id, state, reason, attempts, created_at, next_at)"
    " SELECT 1, 100 + n, n, 'reported', 0, 1 + mod(n, 9), 'file', '', '', '', '{}', '[]', '[]', n, 'sent', '', 1,"
    " '2022-06-01', '2022-06-01' FROM generate_series(1, 3000) n",
    "ANALYZE",
)

#: where they lie
FULL = re.compile(r"message$|event_p\d+$")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with empty_database("plans") as url:
        made = make_world(tmp_path_factory.mktemp("plans"), Database(url))
        with made.database.write(made.office_id) as connection:
            for statement in GROWN:
                connection.exec_driver_sql(statement)
        yield made
        made.database.close()


def step(world: World, minute: int, action: Action, **given: Any) -> None:
    """One step of the clerk's, with a key, as the desk takes it."""
    now = NOON + timedelta(minutes=minute)
    command = Command(action, world.task, given=Given(**given), operation_id=f"{action} {minute}")
    act(world.database, world.office_id, world.actor("clerk1", now), command, now)


@pytest.fixture(scope="module")
def asked(world: World) -> dict[str, Any]:
    """What reporting and withdrawing ask, statement by statement, asked often enough to be planned for good."""
    with heard(world.database) as found:
        for minute in range(0, 30, 2):
            step(world, minute, Action.REPORT, progress="已完成清理三公里。", percent=40)
            step(world, minute + 1, Action.WITHDRAW)
    return found


@contextmanager
def heard(database: Database) -> Iterator[dict[str, Any]]:
    told: dict[str, Any] = {}

    def hear(_connection: object, _cursor: object, text: str, values: Any, *_more: object) -> None:
        if values:  # neither the beginning of a transaction nor its end is planned
            told[text] = values

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield told
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", hear)


def test_what_every_step_asks_is_planned_once(world: World, asked: dict[str, Any]) -> None:
    """The server plans the first five times; from then on it may not find a plan for these very values any better."""
    with world.database.read() as connection:
        query = sa.text(
            "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements WHERE generic_plans > 0 OR custom_plans > 5"
        )
        plans = {text: (custom, generic) for text, custom, generic in connection.execute(query)}
    assert len(asked) > 8
    assert {text: plans.get(text) for text in asked if plans.get(text, (6, 0))[0] > 5} == {}


def test_no_step_reads_a_table_that_grows_from_the_front(world: World, asked: dict[str, Any]) -> None:
    wide = set()
    with world.database.read() as connection:
        for text, values in asked.items():
            with prepared(connection, text, Asked(values, FOR_EVERYBODY)) as explain:
                steps = nodes(explain()[0]["Plan"])
            wide |= {text for one in steps if one["Node Type"] == "Seq Scan" and FULL.match(one["Relation Name"])}
    assert wide == set()
