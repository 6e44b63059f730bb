"""etcd is gone and the three machines still reach one another: nothing stops; when one of them is gone too, nobody writes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kit.nodes import NOW, Load, prove_once_each, said
from kit.patroni import eventually

if TYPE_CHECKING:
    from kit.patroni import Cluster
    from kit.world import World

#: longer than the lock of deploy/ lives
LONG = 35


def test_without_etcd_the_writing_goes_on_as_long_as_all_three_see_one_another(
    cluster: Cluster, world: World, load: Load
) -> None:
    task = str(world.tasks["1.1", "市发改委"])
    load.add("beside", cluster.url(), str(world.people["clerk1"]), task, NOW.isoformat(), "e0")
    load.more(20)
    leader = cluster.leader()
    assert leader is not None
    began = time.monotonic()
    for machine in cluster.machines:
        machine.kill("etcd")
    eventually(lambda: load.last(0) > began + LONG, "answers without etcd")
    gap = load.gap_between(began, time.monotonic())
    # one that follows is gone as well: nobody can know any more that no other one writes
    next(machine for machine in cluster.machines if machine is not leader).kill("patroni")
    eventually(lambda: cluster.ask(leader, "SELECT pg_is_in_recovery()", seconds=5) == "t", "it takes no writes")
    stopped = time.monotonic()
    for machine in cluster.machines:
        cluster.start_etcd(machine)
        if "patroni" not in machine.running:
            cluster.start_patroni(machine)
    cluster.formed()
    eventually(lambda: load.last(0) > stopped, "answers again")
    load.more(20)
    load.stop()
    prove_once_each(world, load)
    said("etcd gone", longest_gap_s=round(gap, 1), answered=len(load.answers), refused_meanwhile=dict(load.refusals))
    assert gap < 20, "the writing stopped though all three were there"
