"""A server that plans without knowing how much there is in the large tables is named, with what to run; a fresh one is not."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from kit.patroni import DEPLOY
from kit.server import empty_database, needs_server
from kit.world import NOON, make_world
from models import server_statistics
from models.database import Database
from models.language import speaking
from models.partitions import part
from models.server_statistics import outdated
from workflow.gauges import gauges
from workflow.health import Check, Severity, examine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.world import World

pytestmark = needs_server
SMALL = 200
#: rows more of a table, as many as are asked for
EVENTS = (
    "INSERT INTO event (office_id, seq, at, actor, actor_name, acting_for, role, unit, source, action, object_type,"
    " object_id, version, from_state, to_state, result, reason, detail, operation_id, algorithm, prev_hash, hash)"
    " SELECT 1, n + coalesce((SELECT max(seq) FROM event), 0), now(), '', '', '', '', '', '', '', '', n, 1, '', '',"
    " '', '', '{{}}', '', '', '', '' FROM generate_series(1, {}) n"
)
ANSWERS = (
    "INSERT INTO operation SELECT 1, n + coalesce((SELECT max(id) FROM operation), 0), 'a', gen_random_uuid(), '', '{{}}',"
    " now() FROM generate_series(1, {}) n"
)
#: as if the server had never counted a table
FORGOTTEN = (
    "DELETE FROM pg_statistic WHERE starelid = '{0}'::regclass",
    "UPDATE pg_class SET reltuples = -1 WHERE oid = '{0}'::regclass",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with empty_database("counted") as url:
        made = make_world(tmp_path_factory.mktemp("counted"), Database(url))
        run(made, "ALTER TABLE operation SET (autovacuum_enabled = false)", EVENTS.format(SMALL), ANSWERS.format(SMALL))
        yield made
        made.database.close()


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_statistics, "SMALL", SMALL)


def run(world: World, *statements: str) -> None:
    """By the owner; what the server counts of it, it counts at once."""
    with world.database.write(1) as connection:
        for statement in (*statements, "SELECT pg_stat_force_next_flush()"):
            connection.exec_driver_sql(statement)


def old(world: World) -> list[str]:
    with world.database.read() as connection:
        return outdated(connection)


def found(world: World) -> Check:
    with world.database.read() as connection, speaking("en"):
        checks = examine(connection, 1, NOON, heads_dir=None, store=None, proof=False)
    return next(check for check in checks if check.name == "Statistics of the server")


def forget(world: World, table: str) -> None:
    run(world, "ANALYZE", *(statement.format(table) for statement in FORGOTTEN))


def test_a_fresh_office_is_not_warned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(world, "operation")
    monkeypatch.undo()
    assert old(world) == []
    assert found(world).severity is Severity.OK


def test_of_a_table_in_parts_the_parts_alone_are_not_enough(world: World) -> None:
    forget(world, "event")
    run(world, *(f"ANALYZE {part('event', place)}" for place in range(2)))
    assert old(world) == ["event"]
    run(world, "ANALYZE event")
    assert old(world) == []


@pytest.mark.parametrize(("table", "more"), [("event", EVENTS), ("operation", ANSWERS)])
def test_what_has_doubled_since_is_named_and_what_has_not_is_not(world: World, table: str, more: str) -> None:
    run(world, "ANALYZE")
    with world.database.read() as connection:
        count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
    run(world, more.format(count // 2))
    assert old(world) == []
    run(world, more.format(count))
    assert old(world) == [table]


def test_what_was_never_counted_is_named_with_what_to_run_and_a_monitor_hears_of_it(world: World) -> None:
    forget(world, "operation")
    check = found(world)
    assert check.severity is Severity.WARNING
    assert "operation" in check.said
    assert f"psql -d {world.database.url.database} -c ANALYZE" in check.said
    with world.database.read() as connection:
        (zero,) = [one for one in gauges(connection, 1, NOON) if one.name == "must_be_zero"]
    assert zero.values["old_statistics"] == 1


@pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql here")
def test_what_the_timer_of_deploy_runs_mends_it(world: World) -> None:
    forget(world, "event")
    url = world.database.url
    server = {"PGHOST": url.host, "PGPORT": str(url.port), "PGUSER": url.username, "PGPASSWORD": url.password}
    around = {"PATH": "/usr/bin:/bin", **{name: value for name, value in server.items() if value}}
    done = subprocess.run(
        ["sh", str(DEPLOY / "duban-analyze"), url.database or ""],
        env=around, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert old(world) == []
