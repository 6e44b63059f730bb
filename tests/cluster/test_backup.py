"""A nightly base backup holds the office: it starts as a server of its own, and three machines come back from it."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from kit.nodes import NOW, Load, said
from kit.patroni import BIN, DEPLOY, eventually, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.patroni import Cluster, Machine
    from kit.world import World

SAME = "SELECT count(*), max(hash) FROM event"
AS_SERVER = ("runuser", "-u", "postgres", "--")


@pytest.fixture
def backups(cluster: Cluster) -> Iterator[Path]:
    """A folder of the server's user."""
    folder = cluster.folder / "backups"
    folder.mkdir()
    shutil.copy2(DEPLOY / "duban-basebackup", cluster.folder)
    shutil.chown(folder, "postgres", "postgres")
    yield folder
    shutil.rmtree(folder)


def back_up(machine: Machine, folder: Path, count: int = 14) -> subprocess.CompletedProcess[str]:
    """What the nightly timer does, on a machine."""
    command = [*AS_SERVER, str(folder.parent / "duban-basebackup"), str(folder), str(count)]
    around = plain() | {"PGPORT": str(machine.port("5432"))}
    return subprocess.run(command, env=around, cwd="/tmp", capture_output=True, text=True, check=False, timeout=120)


def some_work(cluster: Cluster, world: World, load: Load) -> str:
    """Somebody acts a little; what the office has then."""
    task = str(world.tasks["1.1", "市发改委"])
    load.add("beside", cluster.url(), str(world.people["clerk1"]), task, NOW.isoformat(), "k0")
    load.more(10)
    load.stop()
    leader = cluster.leader()
    assert leader is not None
    return cluster.ask(leader, SAME, "duban")


def asked(port: str, statement: str) -> str:
    """What a server on this machine answers to its own user."""
    command = [*AS_SERVER, "psql", "-X", "-A", "-t", "-p", port, "-d", "duban", "-c", statement]
    return subprocess.run(command, env=plain(), cwd="/tmp", capture_output=True, text=True, check=True).stdout.strip()


def test_a_backup_starts_as_a_server_and_holds_the_office(
    cluster: Cluster, world: World, load: Load, backups: Path
) -> None:
    before = some_work(cluster, world, load)
    port = str(cluster.machines[-1].port("5432") + 1)
    done = back_up(cluster.follower(), backups)
    assert done.returncode == 0, done.stderr
    (made,) = backups.glob("2*")
    assert done.stdout.strip() == str(made)
    (made / "standby.signal").unlink()
    control = [*AS_SERVER, str(BIN / "pg_ctl"), "-D", str(made), "-w", "-l", str(backups / "log")]
    options = f"-p {port} -c synchronous_standby_names="
    subprocess.run([*control, "-o", options, "start"], env=plain(), cwd="/tmp", check=True, stdout=subprocess.DEVNULL)
    try:
        assert asked(port, SAME) == before
        assert asked(port, "CREATE TABLE writes (it int)") == "CREATE TABLE"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], env=plain(), cwd="/tmp", check=False)


def test_only_so_many_are_kept_and_half_of_one_is_none(cluster: Cluster, backups: Path) -> None:
    names = []
    for _night in range(3):
        last = int(time.time())
        eventually(lambda: int(time.time()) > last, "another night, or second")  # noqa: B023 - done before the next
        done = back_up(cluster.follower(), backups, 2)
        assert done.returncode == 0, done.stderr
        names.append(done.stdout.strip())
    assert sorted(map(str, backups.iterdir())) == names[1:]
    lost = cluster.machines[0]
    lost.kill("patroni")
    assert back_up(lost, backups, 2).returncode != 0
    assert sorted(map(str, backups.iterdir())) == names[1:]
    cluster.start_patroni(lost)
    cluster.formed()


def test_three_burned_machines_come_back_from_one_backup(
    cluster: Cluster, world: World, load: Load, backups: Path
) -> None:
    before = some_work(cluster, world, load)
    done = back_up(cluster.follower(), backups)
    assert done.returncode == 0, done.stderr
    for machine in cluster.machines:
        machine.kill("patroni")
        shutil.rmtree(machine.data)
    # as the guide: one gets the backup, the old cluster is forgotten, it starts alone, then the others
    began, first, *others = time.monotonic(), *cluster.machines
    subprocess.run(["cp", "-a", done.stdout.strip(), str(first.data)], check=True)
    etcd = f"--endpoints=http://{first.address}:{first.port('2379')}"
    subprocess.run(["etcdctl", etcd, "del", "--prefix", "/service/duban/"], env=plain(), check=True, timeout=20)
    cluster.start_patroni(first)
    eventually(lambda: cluster.leader() is first, "the one with the backup writes")
    for machine in others:
        cluster.start_patroni(machine)
    cluster.formed()
    said("from one backup", whole_again_after_s=round(time.monotonic() - began, 1))
    assert {cluster.ask(machine, SAME, "duban") for machine in cluster.machines} == {before}
