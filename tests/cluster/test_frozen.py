"""Patroni stands still on the machine that writes, its PostgreSQL lives: another one takes over, and the old one's word is worth nothing."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from kit.nodes import NOW, Load, prove_once_each, said
from kit.patroni import eventually

if TYPE_CHECKING:
    from kit.patroni import Cluster
    from kit.world import World


def test_who_stood_still_and_wakes_up_has_acknowledged_nothing_that_is_missing(
    cluster: Cluster, world: World, load: Load
) -> None:
    places = [("clerk1", ("1.1", "市发改委")), ("clerk2", ("1.2", "市水利局"))]
    for number, (login, place) in enumerate(places):
        person, task = str(world.people[login]), str(world.tasks[place])
        load.add("beside", cluster.url(), person, task, NOW.isoformat(), f"f{number}")
    load.more(40)
    old = cluster.leader()
    assert old is not None
    cluster.ask(old, "CREATE TABLE word (given text)", "duban")
    group = os.getpgid(old.running["patroni"].pid)
    os.killpg(group, signal.SIGSTOP)
    try:
        new = eventually(lambda: cluster.leader(old), "another one writes")
        assert cluster.ask(old, "SELECT pg_is_in_recovery()") == "f", "the old one has not noticed"
        with pytest.raises(subprocess.TimeoutExpired):  # whom it answered before is with the new one now
            cluster.ask(old, "INSERT INTO word VALUES ('of the old one')", "duban", seconds=8)
        cluster.ask(new, "INSERT INTO word VALUES ('of the new one')", "duban")
    finally:
        os.killpg(group, signal.SIGCONT)
    cluster.formed()
    load.more(40)
    load.stop()
    prove_once_each(world, load)
    assert {cluster.ask(one, "SELECT given FROM word", "duban") for one in cluster.machines} == {"of the new one"}
    said("Patroni stood still", write_gap_s=round(load.gap, 1), answered=len(load.answers), refused=dict(load.refusals))
