"""The guide of deploy/ does what it says: every block marked `run` is run, in order, on three machines under Patroni."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.guide import Server, blocks
from kit.office import BEGIN
from kit.patroni import temporary
from kit.stage import LATE
from kit.world import make_world
from models.database import Database
from models.settings import load
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.patroni import Cluster

RUN = blocks("run")


@pytest.fixture(scope="module")
def server(cluster: Cluster) -> Iterator[Server]:
    """Nothing is installed yet, but what packages make."""
    leader = cluster.leader()
    assert leader is not None
    for gone in ("DATABASE duban", "ROLE duban"):  # the guide makes them
        cluster.ask(leader, f"DROP {gone}")
    folder = temporary()
    for name in ("etc/default", "srv", "var/backups", "usr/local/sbin"):
        (folder / name).mkdir(parents=True)
    made = Server(folder, cluster)
    made.install("duban-patronictl", "/usr/local/sbin/duban-patronictl")
    yield made
    shutil.rmtree(folder, ignore_errors=True)


def block(having: str) -> str:
    """The block that has these words."""
    (found,) = [text for text in RUN if having in text]
    return found


def test_the_database_and_the_office_are_made(server: Server) -> None:
    server.run(block("CREATE ROLE duban"))
    said = server.run(block("duban init"))
    assert "一次性" in said
    settings = load(server.folder / "srv/duban/office")
    database = Database(settings.database_url)
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"), database.write(1) as connection:
        connection.execute(sa.text("UPDATE event SET actor = 'x'"))
    database.close()


def test_an_office_of_one_machine_moves_in(server: Server, cluster: Cluster) -> None:
    home = server.folder / "srv/duban/county"
    world = make_world(home)
    world.add("login", person_id=world.people["system"], token_hash=token_digest("system"), created_at=BEGIN,
              expires_at=LATE.replace(year=2030))  # fmt: skip
    events = len(world.rows("event"))
    world.database.close()
    (home / "duban.toml").write_text("rehearsal = true\n", "utf-8")
    leader = cluster.leader()
    assert leader is not None
    cluster.ask(leader, "CREATE DATABASE county OWNER duban")  # its number is that of the office that is there
    text = block("move --to").replace("@127.0.0.1/duban", "@127.0.0.1/county")
    server.run(text, DUBAN_TOKEN="system", DUBAN_NOW=LATE.isoformat())
    server.done.append(block("move --to"))
    assert int(cluster.ask(leader, "SELECT count(*) FROM event", "county")) >= events
    assert "county" in tomllib.loads((home / "duban.toml").read_text("utf-8"))["database"]


def test_the_server_counts_its_tables_and_one_that_only_reads_is_passed_over(server: Server, cluster: Cluster) -> None:
    leader, known = cluster.leader(), "SELECT count(*) FROM pg_stats WHERE tablename = 'event' AND inherited"
    assert leader is not None
    assert cluster.ask(leader, known, "duban") == "0"
    server.run(block("deploy/duban-analyze"), asks=cluster.follower())
    assert cluster.ask(leader, known, "duban") == "0"
    server.run(block("deploy/duban-analyze"))
    assert int(cluster.ask(leader, known, "duban")) > 0


def test_the_settings_of_etcd_and_patroni_are_filled_in(server: Server) -> None:
    server.run(block("/etc/default/etcd"))
    server.run(block("/etc/patroni_env.conf"))
    for name in ("etc/default/etcd", "etc/patroni_env.conf"):
        text = (server.folder / name).read_text("utf-8")
        assert re.findall(r"THIS_\w+|\w+_PASSWORD$", text, flags=re.MULTILINE) == []
        (server.folder / name).write_text(server.here(text), "utf-8")
    assert (server.folder / "etc/patroni_env.conf").stat().st_mode & 0o007 == 0


def test_patronictl_shows_changes_and_moves_the_cluster(server: Server, cluster: Cluster) -> None:
    said = server.run("duban-patronictl list\n")
    assert [said.count(role) for role in ("Leader", "Sync Standby", "Replica")] == [1, 1, 1], said
    assert "synchronous_mode_strict: false" in server.run(block("show-config"))
    before = cluster.leader()
    server.run(block("switchover"))
    cluster.formed()
    assert cluster.leader() is not before


def test_the_office_names_all_three_machines(server: Server) -> None:
    file = server.folder / "srv/duban/office/duban.toml"
    (line,) = blocks("toml")
    text = re.sub(r"^database = .*\n", lambda _found: server.here(line), file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(text, "utf-8")
    assert "target_session_attrs" in load(file.parent).database_url
    said = server.run(RUN[-1])
    assert "它改不了留痕" in said
    assert [said.count(role) for role in ("主库，可写", "备库\n", "连不上")] == [1, 2, 0], said


def test_backups_are_made_and_one_table_of_them_is_counted(server: Server, cluster: Cluster) -> None:
    server.run(block("duban-basebackup"), asks=cluster.follower())
    assert len([*(server.folder / "var/backups/duban").glob("2*")]) == 1
    assert int(server.run(block("duban_restored")).split()[-1]) > 0


def test_nothing_marked_run_was_left_out(server: Server) -> None:
    assert [text for text in RUN if text not in server.done] == []
