"""The machine that writes is the only one left: what synchronous mode means then, and what strict adds."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from kit.nodes import said
from kit.patroni import eventually

if TYPE_CHECKING:
    from kit.patroni import Cluster, Machine


def others(cluster: Cluster, leader: Machine) -> list[Machine]:
    return [machine for machine in cluster.machines if machine is not leader]


def written(cluster: Cluster, leader: Machine, word: str, seconds: float) -> bool:
    """Whether a write is acknowledged in time."""
    try:
        cluster.ask(leader, f"SET statement_timeout = 0; INSERT INTO said VALUES ('{word}')", seconds=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_without_strict_the_last_one_writes_on_and_nobody_takes_over_who_has_less(cluster: Cluster) -> None:
    leader = cluster.leader()
    assert leader is not None
    cluster.ask(leader, "CREATE TABLE said (word text)")
    for machine in others(cluster, leader):
        machine.kill("patroni")
    began = time.monotonic()
    assert written(cluster, leader, "alone", 60), "it falls back to writing alone"
    said("both standbys gone", writes_alone_after_s=round(time.monotonic() - began, 1))
    leader.kill("patroni")
    for machine in others(cluster, leader):
        cluster.start_patroni(machine)
    eventually(lambda: all(machine.told() for machine in others(cluster, leader)), "the others are back")
    with pytest.raises(AssertionError, match="did not come about"):
        eventually(cluster.leader, "somebody writes", 45)
    cluster.start_patroni(leader)
    cluster.formed()
    assert cluster.leader() is leader
    assert cluster.ask(leader, "SELECT count(*) FROM said WHERE word = 'alone'") == "1"


def test_strict_the_last_one_acknowledges_nothing_until_another_has_it_too(cluster: Cluster) -> None:
    leader = cluster.leader()
    assert leader is not None
    cluster.ask(leader, "CREATE TABLE IF NOT EXISTS said (word text)")
    cluster.tell(synchronous_mode_strict=True)
    for machine in others(cluster, leader):
        machine.kill("patroni")
    eventually(lambda: cluster.ask(leader, "SHOW synchronous_standby_names") == "*", "strict is in force")
    assert not written(cluster, leader, "strict", 8)
    for machine in others(cluster, leader):
        cluster.start_patroni(machine)
    cluster.formed()
    assert written(cluster, leader, "strict again", 30)
