"""Machines are cut off from the others for shorter and longer than the lock lives, and there is one history after all.

``CUTS`` says how many cuts (each kind in turn; one of each unless told), ``SEED`` which machines and how long.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from kit.netcut import apart
from kit.nodes import NOW, Load, office_on, prove_none_missing, prove_once_each, said, wipe
from kit.patroni import Machine, eventually, temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kit.netcut import Switch
    from kit.patroni import Cluster
    from kit.world import World

    Site = tuple[Cluster, Switch]

#: the lock of deploy/ lives 20 s; clerks are answered again within this after a cable is back
PATIENCE: Final = 120
SAME: Final = "SELECT count(*), max(hash) FROM event"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = temporary()
    try:
        with apart(folder) as made:
            made[0].make_database()
            yield made
    except PermissionError as error:
        pytest.skip(f"ip netns, ip link: not allowed here: {error}")
    finally:
        wipe(folder, tmp_path)


@dataclass
class Cut:
    """One cable that is pulled, and put back."""

    cluster: Cluster
    switch: Switch
    chance: random.Random
    old: Machine
    killed: Machine | None = None

    def another_writes(self) -> Machine | None:
        """Who of those not cut off says that it writes."""
        leader = self.cluster.leader(self.old)
        return leader if leader is not self.old else None

    def hold(self, seconds: float) -> None:
        """Stay cut off so long."""
        ends = time.monotonic() + seconds
        eventually(lambda: time.monotonic() >= ends, "time passes", seconds + 5)

    def shorter(self) -> None:
        """Back before anybody may take over."""
        self.hold(self.chance.uniform(2, 12))

    def about_as_long(self) -> None:
        """Back in the seconds in which the lock ends."""
        self.hold(self.chance.uniform(15, 24))

    def until_another_writes(self) -> None:
        """Back in the very moment in which another one has begun to write, a breath sooner or later."""
        eventually(self.another_writes, "another one writes")
        self.hold(self.chance.uniform(0, 1))

    def longer(self) -> None:
        """Back when the others have long gone on."""
        eventually(self.another_writes, "another one writes")
        self.hold(self.chance.uniform(5, 20))

    def until_the_next_one_dies_too(self) -> None:
        """Back when the one that took over has been answering, and is killed with its machine."""
        self.killed = eventually(self.another_writes, "another one writes")
        eventually(lambda: self.cluster.in_step(self.killed), "it has a standby in step")
        self.hold(self.chance.uniform(2, 6))
        self.killed.kill("patroni", "etcd")
        self.hold(self.chance.uniform(0, 3))

    def bystander(self) -> None:
        """Not the one that writes was cut off, but one that follows."""
        self.hold(self.chance.uniform(3, 30))

    def heal(self) -> None:
        """All as it was."""
        self.switch.heal(self.old)
        if self.killed:
            eventually(self.cluster.leader, "somebody writes", PATIENCE)
            self.cluster.bring_up(self.killed, etcd="existing")


KINDS: Final[list[Callable[[Cut], None]]] = [
    Cut.until_another_writes, Cut.shorter, Cut.longer, Cut.about_as_long, Cut.until_the_next_one_dies_too, Cut.bystander,
]  # fmt: skip


def at_work(cluster: Cluster, world: World, load: Load) -> None:
    """A clerk on each of the three machines, so that some are cut off with whoever writes."""
    places = [("clerk1", ("1.1", "市发改委")), ("clerk2", ("1.2", "市水利局")), ("clerk3", ("2.2", "市生态环境局"))]
    for machine, (login, place) in zip(cluster.machines, places, strict=True):
        person, task = str(world.people[login]), str(world.tasks[place])
        load.add("beside", cluster.url(), person, task, NOW.isoformat(), f"c{machine.number}", inside=machine.inside)


def cut_once(cluster: Cluster, switch: Switch, load: Load, chance: random.Random, kind: Callable[[Cut], None]) -> str:
    """Cut, heal, and wait until all is as it was; what was seen."""
    leader = cluster.leader()
    assert leader is not None
    old = leader
    if kind is Cut.bystander:
        old = chance.choice([machine for machine in cluster.machines if machine is not leader])
    cut = Cut(cluster, switch, chance, old)
    began = time.monotonic()
    switch.cut(old)
    kind(cut)
    healed = time.monotonic()
    cut.heal()
    clerks = range(len(cluster.machines))
    eventually(lambda: all(load.last(clerk) > healed for clerk in clerks), "every clerk is answered again", PATIENCE)
    cluster.formed()
    load.more(30)
    writes = cluster.leader()
    gap = load.gap_between(began, time.monotonic())
    return (
        f"{old.name} for {healed - began:.1f} s, {leader.name} wrote, {writes and writes.name} writes, gap {gap:.1f} s"
    )


def test_whoever_is_cut_off_however_long_nothing_acknowledged_is_missing_and_there_is_one_history(
    site: Site, tmp_path: Path, load: Load
) -> None:
    seed, rounds = int(os.environ.get("SEED", "8")), int(os.environ.get("CUTS", str(len(KINDS))))
    print(f"\nseed {seed}, {rounds} cuts")
    cluster, switch = site
    chance = random.Random(seed)
    world = office_on(cluster.url(), tmp_path / "world")
    at_work(cluster, world, load)
    load.more(60)
    for number in range(rounds):
        kind = KINDS[number % len(KINDS)]
        seen = cut_once(cluster, switch, load, chance, kind)
        prove_none_missing(world, load)
        print(f"cut {number + 1} {kind.__name__}: {seen}; {load.answered()} answered, 0 missing", flush=True)
    load.stop()
    prove_once_each(world, load)
    eventually(lambda: len({cluster.ask(one, SAME, "duban") for one in cluster.machines}) == 1, "all have one history")
    world.database.close()
    said("cut off", cuts=rounds, answered=len(load.answers), refused_meanwhile=dict(load.refusals), missing=0)
