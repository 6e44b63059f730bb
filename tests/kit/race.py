"""Real processes that act on one database at the same moment, and the proof that each task had one winner.

Each is forked from the test's own process, which has its imports behind it: eight of them cost milliseconds.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kit.world import NOON, World
from models.database import Database
from models.errors import DubanError
from models.states import Action
from models.times import shown
from workflow import actions
from workflow.actions import Command
from workflow.case import Given
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

    from workflow.case import Actor

    #: one act of a process, in the world as it sees it
    Act = Callable[[World], Any]

#: nobody waits longer for anything than this (seconds), where the machine has nothing else to do
SLOWEST = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """What one act came to: its answer, or the refusal as data; how many seconds that took."""

    answer: Any = None
    refusal: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def code(self) -> str:
        """The refusal's code; empty for a winner."""
        return str(self.refusal.get("code", ""))


def race(world: World, *shares: Sequence[Act], url: str = "") -> list[list[Told]]:
    """What each process was told of each of its acts: all begin each act together, each with a database of its own.

    ``url``: where the world lies, when that is not said by its database (a password).
    """
    fork = multiprocessing.get_context("fork")
    start, told = fork.Barrier(len(shares)), fork.SimpleQueue()
    place = url or str(world.database.url)
    world.database.close()
    runners = [fork.Process(target=_run, args=(world, place, acts, start, told, n)) for n, acts in enumerate(shares)]
    for runner in runners:
        runner.start()
    found = dict(told.get() for _runner in runners)
    for runner in runners:
        runner.join(30)
    assert [runner.exitcode for runner in runners] == [0] * len(runners), found
    assert not any(isinstance(one, str) for one in found.values()), found
    slowest = max(one.seconds for share in found.values() for one in share)
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert slowest < SLOWEST * busy, (
        f"the slowest act took {slowest:.2f} s on a machine {busy:.1f} times as busy as it can"
    )
    return [found[n] for n in range(len(runners))]


def _run(world: World, url: str, acts: Sequence[Act], start: Barrier, told: SimpleQueue[Any], place: int) -> None:
    """One process: every act in order, each in its own transactions, when all have lined up for it."""
    gc.freeze()  # what is here already is the parent's: connections of other tests
    try:
        mine = replace(world, database=Database(url))
        with mine.database.read():
            pass  # connected: what is measured is the waiting for each other
        found: Any = [_act(mine, act, start) for act in acts]
        mine.database.close()
    except Exception as error:  # noqa: BLE001 - whatever it is, the test that waits for an answer must hear of it
        found = repr(error)
        start.abort()  # nobody waits for who is gone
    told.put((place, found))


def _act(world: World, act: Act, start: Barrier) -> Told:
    start.wait(60)
    begun = time.monotonic()
    try:
        answer, refusal = act(world), {}
    except DubanError as error:
        answer, refusal = None, error.as_dict()
    return Told(answer, refusal, time.monotonic() - begun)


def step(actor: Actor, action: str, task: int, version: int = 1, **given: Any) -> Act:
    """An action on a task as the actor last saw it; answers with the state that it led to."""
    command = Command(action, task, version, Given(**given))
    return lambda world: actions.act(world.database, 1, actor, command, NOON).state


def one_winner(tried: Sequence[Told], names: Sequence[str], code: str = "E-409") -> int:
    """Which of those who tried the same has won; every other was told who it was (of ``names``) and when."""
    (winner,) = [place for place, told in enumerate(tried) if not told.refusal]
    for told in tried:
        if told.refusal:
            assert (told.code, told.refusal.get("by")) == (code, names[winner]), told
            assert names[winner] in told.refusal["what"], told
            assert shown(NOON) in told.refusal["what"], told
    return winner


def whole(world: World) -> None:
    """The history proves itself, whatever came to whom."""
    with world.database.read() as connection:
        assert verify(connection, 1) == []


def prove_one_winner_each(world: World, url: str, count: int) -> int:
    """``count`` clerks of one unit report the unit's tasks at the version they all saw; how many attempts that were."""
    mine = [row["id"] for row in world.rows("task", unit_id=world.units["市发改委"])]
    actor = world.actor("clerk1", NOON)
    acts = [step(actor, Action.REPORT, number, progress="已完成三公里。", percent=40) for number in mine]
    found = race(world, *[acts] * count, url=url)
    for place, number in enumerate(mine):
        one_winner([share[place] for share in found], ["赵一"] * count)
        assert [row["number"] for row in world.rows("report", task_id=number)] == [1]
        assert world.row("task", number)["version"] == 2
    results = [row["result"] for row in world.events()]
    assert sorted(results) == ["done"] * len(mine) + ["refused"] * (len(mine) * (count - 1))
    whole(world)
    return len(mine) * count
