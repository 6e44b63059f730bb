"""Real processes that act on one database at the same moment, and the proof that each task had one winner."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

from kit.world import NOON, World
from models.database import Database
from models.errors import Conflict
from models.states import Action
from workflow import actions
from workflow.actions import Command
from workflow.case import Given
from workflow.verify import verify

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    from workflow.case import Actor

Told = dict[int, str]


def compete(
    url: str,
    actor: Actor,
    commands: list[Command],
    start: Barrier,
    told: multiprocessing.Queue[tuple[int, Told]],
    place: int,
) -> None:
    """One process: every command in order, each in its own transaction, after all have lined up."""
    database = Database(url)
    found: Told = {}
    start.wait(60)
    for command in commands:
        try:
            found[command.task_id] = actions.act(database, 1, actor, command, NOON).state
        except Conflict as conflict:
            found[command.task_id] = f"{conflict.code} {conflict.fields['by']}"
    database.close()
    told.put((place, found))


def race(world: World, url: str, shares: list[tuple[Actor, list[Command]]]) -> list[Told]:
    """What each process was told; all start together."""
    spawn = multiprocessing.get_context("spawn")
    start, told = spawn.Barrier(len(shares)), spawn.Queue()
    world.database.close()
    runners = [
        spawn.Process(target=compete, args=(url, actor, commands, start, told, place))
        for place, (actor, commands) in enumerate(shares)
    ]
    for runner in runners:
        runner.start()
    found = dict(told.get(timeout=120) for _runner in runners)
    for runner in runners:
        runner.join(30)
    assert [runner.exitcode for runner in runners] == [0] * len(runners)
    return [found[place] for place in range(len(runners))]


def prove_one_winner_each(world: World, url: str, count: int) -> None:
    """``count`` clerks of one unit receive the unit's tasks at the version they all saw."""
    mine = [number for (_clause, unit), number in world.tasks.items() if unit == "市发改委"]
    commands = [Command(Action.REPORT, number, 1, Given(progress="已完成三公里。", percent=40)) for number in mine]
    found = race(world, url, [(world.actor("clerk1", NOON), commands)] * count)
    for number in mine:
        answers = sorted(told[number] for told in found)
        assert answers == ["E-409 赵一"] * (count - 1) + ["reported"]
        assert [row["number"] for row in world.rows("report", task_id=number)] == [1]
        assert world.row("task", number)["version"] == 2
    results = [row["result"] for row in world.events()]
    assert sorted(results) == ["done"] * len(mine) + ["refused"] * (len(mine) * (count - 1))
    with world.database.read() as connection:
        assert verify(connection, 1) == []
