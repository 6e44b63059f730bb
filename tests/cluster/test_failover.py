"""The server that writes is killed with its whole machine under load, comes back, and no acknowledged action is missing."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from kit.nodes import NOW, Load, Node, prove_once_each, said, token_of
from kit.patroni import eventually
from kit.serving import news

if TYPE_CHECKING:
    from kit.patroni import Cluster
    from kit.world import World

SEED = 8


def at_work(world: World, cluster: Cluster, load: Load, nodes: list[Node], seed: str) -> None:
    """Two clerks through the nodes, one beside them in the database."""
    places = [("clerk1", ("1.1", "市发改委")), ("clerk2", ("1.2", "市水利局")), ("clerk3", ("2.2", "市生态环境局"))]
    for number, (login, place) in enumerate(places):
        task, own = str(world.tasks[place]), f"{seed}{number}"
        if number < 2:
            ordered = nodes if number else nodes[::-1]
            load.add("through", ",".join(node.address for node in ordered), token_of(world, login, own), task, own)
        else:
            load.add("beside", cluster.url(), str(world.people[login]), task, NOW.isoformat(), own)


def delivered(world: World, numbers: list[int]) -> bool:
    """Whether all of these messages were handed over."""
    return all(world.row("message", number)["state"] == "sent" for number in numbers)


def handed_over(world: World, numbers: list[int]) -> Counter[int]:
    """How often each of these messages was handed over."""
    sent = (row["message"] for row in world.rows("attempt") if row["outcome"] == "sent")
    return Counter(number for number in sent if number in numbers)


def test_nothing_acknowledged_is_missing_when_the_machine_that_writes_dies(
    cluster: Cluster, world: World, load: Load, nodes: list[Node], workers: list[Node]
) -> None:
    at_work(world, cluster, load, nodes, "a")
    load.more(100)
    old = cluster.leader()
    assert old is not None
    awake, late = workers
    began = awake.starts
    late.signal(signal.SIGSTOP)
    killed = time.monotonic()
    old.kill("patroni", "etcd")
    load.more(60)
    new = eventually(cluster.leader, "somebody writes")
    numbers = news(world, 4, NOW)
    eventually(lambda: delivered(world, numbers), "the worker that ended with its connection is back by itself")
    assert awake.starts > began
    mail_after = time.monotonic() - killed
    # the other one was stopped before all this, and wakes up among servers that have changed places
    late.signal(signal.SIGCONT)
    awake.end()
    numbers += news(world, 4, NOW - timedelta(minutes=1))
    eventually(lambda: delivered(world, numbers), "the one that woke up late sends")
    assert handed_over(world, numbers) == dict.fromkeys(numbers, 1)
    assert [fault for node in nodes for fault in node.faults] == []
    load.stop()
    assert new is not old
    assert all(node.alive for node in nodes)
    prove_once_each(world, load)
    said(
        "primary killed with its machine",
        write_gap_s=round(load.gap, 1), answered=len(load.answers), refused_meanwhile=dict(load.refusals),
        sent_again_once=sum(bool(before) for *_rest, before in load.answers), mail_after_s=round(mail_after, 1),
    )  # fmt: skip
    assert load.gap < 60
    # the old one comes back, is led back to where the lines parted, and follows
    began = time.monotonic()
    cluster.bring_up(old, etcd="existing")
    eventually(lambda: old.name in cluster.followers(), f"{old.name} follows")
    said("old primary returns", follows_after_s=round(time.monotonic() - began, 1))
    same = "SELECT count(*), max(hash) FROM event"
    eventually(lambda: cluster.ask(old, same, "duban") == cluster.ask(new, same, "duban"), "both have one history")


def test_killed_backends_lose_nothing_and_do_nothing_twice(
    cluster: Cluster, world: World, load: Load, nodes: list[Node]
) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    at_work(world, cluster, load, nodes, "b")
    load.more(30)
    leader = cluster.leader()
    assert leader is not None
    kills = 0
    for _round in range(40):
        load.more(chance.randrange(4))
        kills += int(
            cluster.ask(
                leader,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'duban' AND usename = 'duban'",
            )
        )
    load.more(30)
    assert [fault for node in nodes for fault in node.faults] == []
    load.stop()
    assert all(node.alive for node in nodes)
    prove_once_each(world, load)
    said(
        "backends killed",
        kills=kills, answered=len(load.answers), refused_meanwhile=dict(load.refusals), longest_gap_s=round(load.gap, 1),
    )  # fmt: skip
    assert load.refusals["E-B30"] + load.refusals["E-B31"] > 0, "nobody was hit"
