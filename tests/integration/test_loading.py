"""Many rows at once are the rows that one at a time would be, embedded and on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from kit.office import at
from kit.server import SERVER, empty_database
from kit.world import NOON, World, make_world
from models import tables as t
from models.adding import insert_all
from models.database import Database
from models.loading import Revision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: what a text may hold that a server's way of loading rows reads as something else
AWKWARD = ("制表\t符", "换\n行\r", "反\\N斜", "\\.", "", "'引\"号'", "{大,括}", "NULL")


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "sqlite":
        yield make_world(tmp_path)
        return
    if not SERVER:
        pytest.skip("DUBAN_TEST_POSTGRES names no PostgreSQL server")
    with empty_database() as url:
        made = make_world(tmp_path, Database(url))
        yield made
        made.database.close()


def message(world: World, key: str) -> dict[str, Any]:
    return {
        "dedupe_key": key, "event": "due_soon", "recipient_id": world.people["clerk1"], "channel": "file",
        "fields": {"what": key, "tasks": []}, "about": [[world.task, 1, 1]], "while_states": [], "message_id": key,
        "state": "due", "created_at": NOON, "next_at": NOON,
    }  # fmt: skip


def written(world: World) -> list[Any]:
    with world.database.read() as connection:
        return list(connection.execute(sa.select(t.message).order_by(t.message.c.id)).all())


def test_what_is_loaded_is_what_was_given_with_the_defaults_of_the_rest(world: World) -> None:
    before = written(world)
    with world.database.write(1) as connection:
        insert_all(connection, t.message, 1, [message(world, f"key{text}") for text in AWKWARD])
    added = written(world)[len(before) :]
    assert [row.id for row in added] == [len(before) + 1 + place for place in range(len(AWKWARD))]
    assert [row.dedupe_key for row in added] == [f"key{text}" for text in AWKWARD]
    assert [row.fields for row in added] == [{"what": f"key{text}", "tasks": []} for text in AWKWARD]
    one = added[0]
    assert (one.level, one.attempts, one.subject, one.claimed_until, one.next_at) == (0, 0, "", None, NOON)
    with world.database.read() as connection:
        speaking = connection.scalars(
            sa.select(t.message_task.c.message_id).where(t.message_task.c.task_id == world.task)
        )
        assert {row.id for row in added} <= set(speaking)


def test_of_rows_of_which_one_is_refused_none_is_added(world: World) -> None:
    before = written(world)
    rows = [message(world, "first"), message(world, "first")]
    with pytest.raises(exc.IntegrityError), world.database.write(1) as connection:
        insert_all(connection, t.message, 1, rows)
    assert written(world) == before


def test_each_row_gets_its_own_values_and_no_other_row_any(world: World) -> None:
    with world.database.write(1) as connection:
        insert_all(connection, t.message, 1, [message(world, f"key{text}") for text in AWKWARD])
    *others, first, second = written(world)
    change = Revision(t.message, ("state", "reason", "settled_at"), claimed_until=None)
    with world.database.write(1) as connection:
        change.make(connection, 1, [])
        change.make(
            connection, 2, [{"id": first.id, "state": "dead", "reason": "of another office", "settled_at": NOON}]
        )
        rows = [
            {"id": first.id, "state": "sent", "reason": AWKWARD[2], "settled_at": at("2022-06-09 08:00")},
            {"id": second.id, "state": "retry", "reason": AWKWARD[5], "settled_at": None},
        ]
        change.make(connection, 1, rows)
    *same, changed, retried = written(world)
    assert same == others
    assert (changed.state, changed.reason, changed.settled_at) == ("sent", AWKWARD[2], at("2022-06-09 08:00"))
    assert (retried.state, retried.reason, retried.settled_at) == ("retry", AWKWARD[5], None)
