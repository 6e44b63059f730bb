"""Real processes acting on the same tasks at once: one winner each, a conflict for all others, one whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.race import prove_one_winner_each, race
from kit.world import NOON, make_world
from models.database import sqlite_url
from models.states import Action
from workflow.actions import Command
from workflow.case import Given
from workflow.verify import verify

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("count", [2, pytest.param(8, marks=pytest.mark.long)])
def test_processes_on_the_same_tasks_leave_one_winner_each(tmp_path: Path, count: int) -> None:
    world = make_world(tmp_path / "world")
    prove_one_winner_each(world, sqlite_url(world.folder / "duban.db"), count)


def test_processes_on_different_tasks_all_win(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world")
    shares = [
        (
            world.actor(f"clerk{place}", NOON),
            [
                Command(Action.REPORT, row["id"], 1, Given(progress="已完成。", percent=1))
                for row in world.rows("task", unit_id=place)
            ],
        )
        for place in (1, 2, 3)
    ]
    found = race(world, sqlite_url(world.folder / "duban.db"), shares)
    assert [state for told in found for state in told.values()] == ["reported"] * 6
    assert [row["seq"] for row in world.events()] == [1, 2, 3, 4, 5, 6]
    with world.database.read() as connection:
        assert verify(connection, 1) == []
