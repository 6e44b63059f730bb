"""What the database refuses by itself, whoever writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from models.guardrails import FROZEN, KEPT, LIVING
from models.message_tasks import TRIGGERS
from models.states import Stage

if TYPE_CHECKING:
    from kit.world import World

FILLED = ("event", "report", "filing", "evidence", "attachment")
COLUMN = {"event": "reason", "report": "progress", "filing": "check_code", "evidence": "signer", "attachment": "name"}


@pytest.fixture
def signed(world: World) -> World:
    world.bring_to(world.task, Stage.SIGNED_STAMPED)
    return world


def refuse(world: World, statement: str, says: str) -> None:
    before, trail = world.picture(), world.events()
    with pytest.raises(exc.DBAPIError, match=says), world.database.write(1) as connection:
        connection.execute(sa.text(statement))
    assert (world.picture(), world.events()) == (before, trail)


@pytest.mark.parametrize("table", FILLED)
def test_written_row_cannot_be_updated_or_deleted(signed: World, table: str) -> None:
    assert signed.rows(table)
    refuse(signed, f"UPDATE {table} SET {COLUMN[table]} = 'x'", f"{table} is kept as it was written")
    refuse(signed, f"DELETE FROM {table}", f"{table} is kept as it was written")


@pytest.mark.parametrize("table", ["task", "message", "period", "notice", "clause", "responsibility"])
def test_kept_row_cannot_be_deleted(signed: World, table: str) -> None:
    assert signed.rows(table)
    refuse(signed, f"DELETE FROM {table}", f"{table} is kept as it was written")


def test_state_without_its_event_is_refused(signed: World) -> None:
    refuse(
        signed,
        f"UPDATE task SET state = 'reviewed', version = version + 1 WHERE id = {signed.task}",
        "a state changes only with its event",
    )


def test_event_of_another_version_does_not_cover_a_state(signed: World) -> None:
    refuse(signed, f"UPDATE task SET state = 'reported' WHERE id = {signed.task}", "only with its event")


def test_every_frozen_and_kept_table_has_its_triggers(world: World) -> None:
    with world.database.read() as connection:
        names = set(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    assert names == (
        {f"{table}_no_{verb}" for table in FROZEN for verb in ("update", "delete")}
        | {f"{table}_no_delete" for table in KEPT}
        | {f"{table}_no_more" for table in LIVING}
        | {"task_state_needs_event"}
        | set(TRIGGERS)
    )
