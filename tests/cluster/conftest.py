"""Three PostgreSQL under Patroni with three etcd, made from deploy/, for the tests of one file; nothing of it stays."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from cluster import schema
from kit.nodes import Load, Node, office_on, said, wipe
from kit.patroni import BIN, PATRONI, Cluster, temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.world import World

NEEDED = (str(PATRONI / "patroni"), "etcd", "runuser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Minutes each, and only where the programs are: `make cluster-test`."""
    lacking = [name for name in NEEDED if shutil.which(name) is None] + ([] if BIN.exists() else [str(BIN)])
    why = f"no {', '.join(lacking)} here" if lacking else "it is not root, who starts servers as their own users"
    for item in items:
        if "tests/cluster/" in item.nodeid:
            item.add_marker(pytest.mark.cluster)
            if lacking or os.getuid() != 0:
                item.add_marker(pytest.mark.skip(reason=f"{why}: make cluster-test"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Formed, with the program's database."""
    folder, began = temporary(), time.monotonic()
    try:
        with Cluster(folder) as made:
            made.make_database()
            said("cluster", formed_in_s=round(time.monotonic() - began, 1))
            yield made
    finally:
        wipe(folder, tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def world(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The office, in the cluster's database, with the tables in which work waits."""
    made = office_on(cluster.url(), tmp_path_factory.mktemp("world"))
    schema.apply(made.database)
    yield made
    made.database.close()


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Nobody at work yet."""
    made = Load(folder=tmp_path)
    yield made
    made.end()


def beside(first: Node, other: Node) -> Node:
    """Start another node with the store of papers and the key of forms of the first."""
    other.home.mkdir(mode=0o700)
    shutil.copy2(first.home / "web.key", other.home / "web.key")
    (other.home / "store").symlink_to(first.home / "store")
    return other.start()


@pytest.fixture
def nodes(world: World, tmp_path: Path, cluster: Cluster) -> Iterator[list[Node]]:
    """Two desks that send nothing themselves."""
    made = [Node(tmp_path / f"node{number}", 55580 + number, cluster.url()) for number in range(2)]
    try:
        made[0].start().runs()
        beside(*made).runs()
        yield made
    finally:
        for node in made:
            node.end()


@pytest.fixture
def workers(nodes: list[Node], tmp_path: Path, cluster: Cluster) -> Iterator[list[Node]]:
    """Two processes of `duban work`, each started again whenever it ends."""
    made = [
        Node(tmp_path / f"worker{number}", 0, cluster.url(), words=("work",), says="Working", kept=True)
        for number in range(2)
    ]
    try:
        for worker in made:
            beside(nodes[0], worker).runs()
        yield made
    finally:
        for worker in made:
            worker.end()
