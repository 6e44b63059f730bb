"""The same engine on PostgreSQL: schema, triggers, the month's way, conflicts and races."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import exc

from kit.flows import walk
from kit.office import at
from kit.race import prove_one_winner_each
from kit.sweeping import prove_each_decided_once
from kit.world import CO, NOON, OWN, REASON, REFILE, World, make_world, refused
from models import tables as t
from models.database import Database
from models.errors import Conflict
from models.guardrails import FROZEN, KEPT, LIVING
from models.rows import metadata
from models.schema import check, migrate
from models.states import Action, RequestKind, Role, Stage
from schedules.sweep import sweep
from workflow import actions, flow_migration, flow_store, flow_views, ledger, requests
from workflow.actions import Command
from workflow.case import Given
from workflow.flow_reading import read_flow
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

A, S = Action, Stage
SERVER = os.environ.get("DUBAN_TEST_POSTGRES", "")
pytestmark = pytest.mark.skipif(not SERVER, reason="DUBAN_TEST_POSTGRES names no PostgreSQL server")


@pytest.fixture
def url(worker_name: str) -> Iterator[str]:
    """An empty database of this worker's own, gone afterwards."""
    server = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"duban_test_{worker_name}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    engine.dispose()


@pytest.fixture
def worker_name() -> str:
    """One database per process of the test run, also when two runs share a server."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", Database(url))
    yield made
    made.database.close()


def test_fresh_database_is_the_metadata(url: str) -> None:
    database = Database(url)
    with refused("E-B01"):
        check(database)
    migrate(database)
    migrate(database)
    check(database)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
        names = set(connection.scalars(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
    database.close()
    assert names == (
        {f"{table}_no_{verb}" for table in FROZEN for verb in ("update", "delete")}
        | {f"{table}_no_delete" for table in KEPT}
        | {f"{table}_no_more" for table in LIVING}
        | {"task_state_needs_event"}
    )


def test_looking_sees_one_state_throughout_and_the_server_keeps_nothing(world: World) -> None:
    events = sa.select(sa.func.count()).select_from(t.event)
    with world.database.read() as connection:
        before = connection.scalar(events)
        world.act("clerk1", A.RECEIVE, world.task, NOON)
        assert connection.scalar(events) == before
    assert len(world.events()) == before + 1
    with pytest.raises(exc.DBAPIError, match="read-only"), world.database.read() as connection:
        connection.execute(sa.update(t.office).values(short_name="x"))


def test_what_a_connection_has_learned_outlives_looking(world: World) -> None:
    for _time in range(12):
        world.actor("clerk1", NOON)
    with world.database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) > 0


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_server_that_was_restarted_meanwhile_is_asked_anew(world: World, url: str, verb: str) -> None:
    world.actor("clerk1", NOON)
    others = sa.text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    )
    other = Database(url)
    with other.read() as connection:
        assert connection.scalars(others, {"name": sa.make_url(url).database}).all() == [True]
    other.close()
    with world.database.read() if verb == "read" else world.database.write(1) as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_newer_schema_is_refused(world: World) -> None:
    with world.database.write(1) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with refused("E-B03"):
        check(world.database)


@pytest.mark.parametrize("state", list(Stage))
def test_every_state_is_reached_and_the_history_proves_itself(world: World, state: Stage) -> None:
    world.bring_to(world.task, state)
    assert world.row("task", world.task)["state"] == state
    with world.database.read() as connection:
        assert verify(connection, 1) == []


def test_second_round_keeps_the_first_version(world: World) -> None:
    world.bring_to(world.task, S.RETURNED)
    world.report(world.task, NOON)
    row = world.row("task", world.task)
    assert (row["round"], row["due_on"], row["report_number"]) == (2, REFILE, 2)
    assert [row["round"] for row in world.rows("report", task_id=world.task)] == [1, 2]
    assert world.act("clerk1", A.WITHDRAW, world.task, NOON).state == S.RETURNED


def test_refused_step_changes_nothing_but_the_trail(world: World) -> None:
    before = world.picture()
    for code, login, action in (
        ("E-404", "clerk3", A.REPORT),
        ("E-403", "clerk2", A.REPORT),
        ("E-S01", "reviewer", A.APPROVE),
    ):
        with refused(code):
            world.act(login, action, world.task, NOON, progress="已完成。", percent=1)
    assert world.picture() == before
    assert [row["result"] for row in world.events()] == ["denied", "denied", "refused"]


def test_stale_version_is_a_conflict(world: World) -> None:
    world.act("clerk1", A.RECEIVE, world.task, NOON)
    command = Command(A.REPORT, world.task, 1, Given(progress="已完成。", percent=1))
    with refused("E-409", Conflict) as caught:
        actions.act(world.database, 1, world.actor("clerk1", NOON), command, at("2022-06-20 12:30"))
    assert caught.value.fields["by"] == "赵一"


def test_batch_dry_run_and_repeated_key(world: World) -> None:
    actor = world.actor("clerk1", NOON)
    given = Given(progress="已完成。", percent=1)
    commands = [Command(A.REPORT, world.tasks["1.1", unit], None, given) for unit in (OWN, CO)]
    before, trail = world.picture(), world.events()
    dry = actions.act_on_many(world.database, 1, actor, commands, NOON, dry_run=True)
    assert world.picture() == before
    assert [row["result"] for row in world.events()[len(trail) :]] == ["denied"]
    assert [item.refusal and item.refusal.code for item in dry] == [None, "E-403"]
    command = Command(A.REPORT, world.task, None, given, "key")
    first = actions.act(world.database, 1, actor, command, NOON)
    assert actions.act(world.database, 1, actor, command, NOON) == first
    assert len(world.rows("report")) == 1


def test_extension_is_granted(world: World) -> None:
    day = at("2022-07-05 12:00").date()
    number = world.do("clerk1", requests.ask, world.task, RequestKind.EXTENSION, REASON, wanted_due_on=day)
    assert world.do("director", requests.decide, number, grant=True, reason=REASON) == "granted"
    assert world.row("task", world.task)["due_on"] == day


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET reason = 'x'",
        "DELETE FROM event",
        "UPDATE report SET percent = 90",
        "DELETE FROM report",
        "UPDATE evidence SET signer = 'x'",
        "DELETE FROM evidence",
        "DELETE FROM task",
        "UPDATE task SET state = 'reviewed', version = version + 1",
    ],
)
def test_database_itself_refuses_to_change_what_was_written(world: World, statement: str) -> None:
    world.bring_to(world.task, S.SIGNED_STAMPED)
    before, trail = world.picture(), world.events()
    said = r"is kept as it was written|only with its event"
    with pytest.raises(exc.DBAPIError, match=said), world.database.write(1) as connection:
        connection.execute(sa.text(statement))
    assert (world.picture(), world.events()) == (before, trail)


def test_processes_on_the_same_tasks_leave_one_winner_each(world: World, url: str) -> None:
    prove_one_winner_each(world, url, 4)


@pytest.mark.parametrize("count", [4, pytest.param(8, marks=pytest.mark.long)])
def test_schedulers_decide_each_due_rung_once(world: World, url: str, count: int) -> None:
    prove_each_decided_once(world, count, url)


@pytest.mark.parametrize("name", flow_store.SHIPPED)
def test_every_flow_leads_to_every_state(world: World, name: str) -> None:
    world.join("leader1b", Role.LEADER, OWN)
    world.join("reviewer2", Role.REVIEWER)
    for state in flow_store.shipped(name).by_name:
        walk(world, name).go(state)
    with world.database.read() as connection:
        assert verify(connection, 1) == []
    swept = sweep(world.database, 1, None, at("2022-06-29 10:00"))
    assert swept.decided > 0
    assert sweep(world.database, 1, None, at("2022-06-29 10:00")).decided == 0


def test_ledger_and_a_move_to_a_newer_version(world: World) -> None:
    standing = walk(world, "problem_ledger")
    standing.go("rectifying")
    newer = read_flow(standing.flow.text.replace("look_back_months = 6", "look_back_months = 3"))
    world.do("director", flow_store.install, newer)
    with world.database.read() as connection:
        plan = flow_migration.plan(connection, 1, "problem_ledger")
        part = ledger.month_part(connection, 1, "2022-06", NOON)
        versions = flow_views.versions(connection, 1, world.actor("director", NOON))
    assert part is not None
    assert ([line.title for line in part.new], part.standing) == (["岸线堆土"], 1)
    assert [row["open"] for row in versions if row["name"] == "problem_ledger"] == [1, 0]
    world.do("director", flow_migration.apply, plan.digest, "problem_ledger")
    assert standing.task.flow.sha256 == newer.sha256
    with world.database.read() as connection:
        assert verify(connection, 1) == []
