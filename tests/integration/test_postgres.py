"""The same engine on PostgreSQL: schema, triggers, the month's way, conflicts and races."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import exc

import models.database
from deeds import search
from deeds.inbox import inbox
from deeds.months import list_months
from deeds.task_list import Narrowed, task_list
from deeds.task_views import story
from kit.flows import walk
from kit.office import BEGIN, CLOSES, DUE, OPENS, add_month, at
from kit.parts import IN_PARTS
from kit.race import one_winner, prove_one_winner_each, race, step, whole
from kit.server import PARTS, empty_database, needs_server
from kit.sweeping import prove_each_decided_once
from kit.world import CO, NOON, OWN, REASON, REFILE, World, make_world, refused
from models import postgres
from models import tables as t
from models.database import Database, apart
from models.errors import Conflict, Unreachable
from models.guardrails import FROZEN, KEPT, LIVING
from models.message_tasks import TRIGGERS
from models.rows import metadata
from models.schema import check, migrate
from models.statements import Statement, settle
from models.states import Action, RequestKind, Role, Stage
from models.statistics import LARGE
from schedules.sweep import sweep
from workflow import actions, channel_views, flow_migration, flow_store, flow_views, ledger, requests, unit_views
from workflow.actions import Command
from workflow.case import Given
from workflow.flow_reading import read_flow
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kit.race import Act

A, S = Action, Stage
pytestmark = needs_server


@pytest.fixture
def url() -> Iterator[str]:
    with empty_database() as made:
        yield made


#: the parts of tables, and what the server derives for them
DERIVED = sa.text(
    "SELECT inhrelid::regclass::text FROM pg_inherits"
    " UNION SELECT conname FROM pg_constraint WHERE confrelid IN (SELECT inhrelid FROM pg_inherits)"
)
COUNTED = sa.text(
    "SELECT partrelid::regclass::text, count(*) FROM pg_partitioned_table JOIN pg_inherits ON inhparent = partrelid"
    " GROUP BY partrelid"
)


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
        derived = set(connection.scalars(DERIVED))
        looked = {"compare_type": True, "include_name": lambda name, _kind, _within: name not in derived}
        assert compare_metadata(MigrationContext.configure(connection, opts=looked), metadata) == []
        assert dict(map(tuple, connection.execute(COUNTED))) == dict.fromkeys(IN_PARTS, PARTS)
        assert LARGE - {"task", "report", "message", "operation"} == IN_PARTS  # decision 0058
        names = set(connection.scalars(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
    database.close()
    assert names == (
        {f"{table}_no_{verb}" for table in FROZEN for verb in ("update", "delete")}
        | {f"{table}_no_delete" for table in KEPT}
        | {f"{table}_no_more" for table in LIVING}
        | {"task_state_needs_event"}
        | set(TRIGGERS)
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


def test_no_time_limit_of_a_role_calls_a_commit_off_while_it_waits_for_the_standby(url: str) -> None:
    database = Database(url)
    with database.write(1) as connection:
        connection.execute(
            sa.text(
                "ALTER ROLE current_user IN DATABASE "
                + str(sa.make_url(url).database)
                + " SET statement_timeout = '7s'"
            )
        )
    database.close()
    with database.read() as connection:
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar() == "0"
    database.close()


def test_what_a_connection_has_learned_outlives_looking(world: World) -> None:
    for _time in range(12):
        world.actor("clerk1", NOON)
    with world.database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) > 0


def end_all_others(url: str) -> None:
    """As a server that goes down ends every connection."""
    others = sa.text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    )
    other = Database(url)
    with other.read() as connection:
        assert connection.scalars(others, {"name": sa.make_url(url).database}).all() == [True]
    other.close()


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_server_that_was_restarted_meanwhile_is_asked_anew(world: World, url: str, verb: str) -> None:
    world.actor("clerk1", NOON)
    end_all_others(url)
    with world.database.read() if verb == "read" else world.database.write(1) as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_a_glance_after_a_restart_is_asked_anew_and_leaves_no_transaction(world: World, url: str) -> None:
    world.actor("clerk1", NOON)
    end_all_others(url)
    one, status = Statement(sa.select(sa.literal_column("1"))), psycopg.pq.TransactionStatus
    assert world.database.glance(one.scalar) == 1
    with pytest.raises(ZeroDivisionError):
        world.database.glance(lambda _connection: 1 // 0)
    assert world.database.glance(lambda c: c.connection.driver_connection.info.transaction_status) == status.IDLE


@pytest.mark.parametrize(("at", "code"), [("middle", "E-B30"), ("end", "E-B31")])
def test_a_writer_whose_server_goes_away_is_told_whether_that_was_while_saving(
    world: World, url: str, at: str, code: str
) -> None:
    before = world.picture()
    with refused(code), world.database.write(1) as connection:
        connection.execute(sa.update(t.office).values(short_name="x"))
        end_all_others(url)
        if at == "middle":
            connection.execute(sa.update(t.office).values(short_name="y"))
    assert world.picture() == before


@pytest.mark.parametrize("asks", ["core", "statement", "driver"])
def test_a_part_that_cannot_be_undone_because_the_server_is_gone_is_told_as_that(
    world: World, url: str, asks: str
) -> None:
    with refused("E-B30"), world.database.write(1) as connection, apart(connection):
        end_all_others(url)
        if asks == "core":
            connection.execute(sa.update(t.office).values(short_name="y"))
        elif asks == "statement":
            Statement(sa.text("SELECT 1")).first(connection)
        else:
            connection.connection.cursor().execute("SELECT 1")


def test_a_command_that_was_saved_unheard_is_done_once_under_its_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, command = world.actor("clerk1", NOON), Command(A.RECEIVE, world.task, operation_id="k")
    ends = models.database._end

    def unheard(connection: sa.Connection, **how: bool) -> None:
        ends(connection, **how)
        gone = psycopg.OperationalError("server closed the connection unexpectedly")
        raise exc.OperationalError(postgres.COMMIT, None, gone)

    with monkeypatch.context() as patch, refused("E-B31"):
        patch.setattr(models.database, "_end", unheard)
        actions.act(world.database, 1, actor, command, NOON)
    said = actions.act(world.database, 1, actor, command, NOON)
    assert (said.version, said.refusal) == (2, None)
    assert [event["action"] for event in world.events() if event["operation_id"] == "k"] == ["receive"]


def test_newer_schema_is_refused(world: World) -> None:
    with world.database.write(1) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(sa.text("UPDATE serving SET oldest = '9999'"))
    with refused("E-B03"):
        check(world.database)


def test_lists_and_searches_find_what_they_find_in_sqlite(world: World) -> None:
    world.bring_to(world.task, S.SIGNED_STAMPED)
    director, clerk = (world.actor(login, NOON) for login in ("director", "clerk1"))
    with world.database.read() as connection:
        place = (connection, 1, director)
        every = task_list(*place, Narrowed(month="all"), NOON, 1, 2)
        assert ([task.id for task in every.tasks], every.total) == (sorted(world.tasks.values())[:-3:-1], 6)
        assert [state for state, _label in every.states] == ["assigned", "signed_stamped"]
        assert search.search(*place, search.Asked("完成")).counts
        assert search.search(connection, 1, clerk, search.Asked("已")).counts
        (month,), total = list_months(*place, 1)
        assert (month["tasks"], total) == (6, 1)
        told = inbox(connection, 1, world.actor("reviewer", NOON))[0]
        assert [one.name for one in channel_views.channels(connection, 1, ["file"])] == ["file"]
        assert unit_views.register(connection, 1, NOON.date())[0][0].tasks
        assert world.rows("message_task")
        assert story(*place, world.task, NOON)["messages"]
        assert told == []  # nothing was sent yet


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
        "DELETE FROM event_p00; DELETE FROM event_p01",
        "UPDATE event_p00 SET reason = 'x'; UPDATE event_p01 SET reason = 'x'",
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


def task_of(world: World, unit: str) -> int:
    return next(number for (_clause, name), number in world.tasks.items() if name == unit)


def comes_in(take: AbstractContextManager[sa.Connection], *, writes: bool = False) -> bool:
    """Whether another transaction begins at this moment, and has its turn; one that has to wait is given up."""
    try:
        with take as connection:
            if writes:
                postgres.take_turn(connection, 1)
                settle(connection)
    except Unreachable:
        return False
    return True


@pytest.fixture
def other(url: str) -> Iterator[Database]:
    """Another process's way to the same database, which does not wait for locks."""
    made = Database(sa.make_url(url).set(query={"options": "-c lock_timeout=50"}).render_as_string(hide_password=False))
    yield made
    made.close()


def test_steps_of_two_tasks_are_decided_beside_each_other_and_written_in_turn(world: World, other: Database) -> None:
    mine, theirs = task_of(world, OWN), task_of(world, CO)
    with world.database.step(1, mine) as connection:
        assert comes_in(other.step(1, theirs), writes=True)
        postgres.take_turn(connection, 1)
        settle(connection)
        assert comes_in(other.step(1, theirs))
        assert not comes_in(other.step(1, theirs), writes=True)
        with refused("E-B04", Unreachable):
            actions.act(other, 1, world.actor("clerk2", NOON), Command(A.RECEIVE, theirs), NOON)
    assert comes_in(other.step(1, theirs), writes=True)


def test_a_step_shuts_out_steps_of_its_task_and_every_other_writer(world: World, other: Database) -> None:
    mine, theirs = task_of(world, OWN), task_of(world, CO)
    with world.database.step(1, mine):
        assert not comes_in(other.step(1, mine))
        assert not comes_in(other.write(1))
    with world.database.write(1):
        assert not comes_in(other.step(1, theirs))
        assert not comes_in(other.write(1))
    assert comes_in(other.write(1))


def test_one_key_for_two_tasks_at_once_is_kept_once(world: World, url: str) -> None:
    mine = [number for (_clause, unit), number in world.tasks.items() if unit == OWN][:2]
    actor = world.actor("clerk1", NOON)

    def asks(number: int) -> Act:
        command = Command(A.REPORT, number, 1, Given(progress="已完成。", percent=1), "one key")
        return lambda world: actions.act(world.database, 1, actor, command, NOON).task_id

    found = [share[0] for share in race(world, *[[asks(number)] for number in mine], url=url)]
    assert sorted((one.code, one.answer in mine) for one in found) == [("", True), ("E-H80", False)]
    assert len(world.rows("operation")) == 1
    whole(world)


@pytest.mark.parametrize("months", [3, pytest.param(40, marks=pytest.mark.long)])
def test_processes_on_many_tasks_leave_one_chain(world: World, url: str, months: int) -> None:
    """Two clerks of one unit on its tasks, two of other units on theirs, and a director who asks for the whole office."""
    with world.database.write(1) as connection:
        for place in range(months):
            add_month(connection, world, f"20{23 + place // 12}-{place % 12 + 1:02}", OPENS, DUE, CLOSES, BEGIN)
    of_unit = {place: [row["id"] for row in world.rows("task", unit_id=place)] for place in (1, 2, 3)}
    count = min(len(numbers) for numbers in of_unit.values())
    filed = {"progress": "已完成。", "percent": 1}
    shares = [
        [step(world.actor(f"clerk{unit}", NOON), A.REPORT, number, **filed) for number in of_unit[unit][:count]]
        for unit in (1, 1, 2, 3)
    ]
    director = world.actor("director", NOON)
    waived = [step(director, A.WAIVE, number, reason=REASON) for number in of_unit[1][:count]]
    found = race(world, *shares, waived, url=url)
    for turn, number in enumerate(of_unit[1][:count]):
        one_winner([found[place][turn] for place in (0, 1, 4)], ["赵一", "赵一", "王主任"])
        assert world.row("task", number)["version"] == 2
    assert [one.answer for place in (2, 3) for one in found[place]] == ["reported"] * (2 * count)
    assert [row["seq"] for row in world.events()] == list(range(1, 5 * count + 1))
    whole(world)
