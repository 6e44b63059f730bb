"""Tasks at the desk: what a person is shown as theirs, and what a prefilled report begins with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.door import Door
from kit.office import add_month, at
from models import tables as t
from models.states import Action, Stage
from workflow import cases
from workflow.permissions import offered

if TYPE_CHECKING:
    from pathlib import Path

MINE = ("task", "list", "--mine")
JULY = "2022-07-11T09:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Door:
    return Door.of(tmp_path_factory.mktemp("door") / "office")


@pytest.fixture
def door(made: Door, tmp_path: Path) -> Door:
    return made.copy(tmp_path / "office")


@pytest.fixture
def everything(door: Door) -> Door:
    """A task in every state: the six of June, and one of July that was returned."""
    begun = list(door.world.tasks.values())
    july(door)
    wanted = [state for state in Stage if state is not Stage.ASSIGNED]
    for task, state in zip(begun, wanted, strict=True):
        door.world.bring_to(task, state)
    return door


def july(door: Door) -> dict[int, int]:
    """Another month: each task of June with the one that follows it."""
    with door.world.database.write(1) as connection:
        number = add_month(
            connection,
            door.world,
            "2022-07",
            date(2022, 7, 1),
            date(2022, 7, 25),
            date(2022, 8, 1),
            at("2022-07-01 00:00"),
        )
        rows = connection.execute(sa.select(t.task.c.id, t.task.c.responsibility_id, t.task.c.period_id)).all()
    first = {row.responsibility_id: row.id for row in rows if row.period_id == door.world.period_id}
    return {first[row.responsibility_id]: row.id for row in rows if row.period_id == number}


@pytest.mark.parametrize("login", ["clerk1", "clerk2", "leader1", "leader2", "reviewer", "director"])
def test_mine_is_what_the_law_offers_this_person_now(everything: Door, login: str) -> None:
    actor, tasks = everything.world.actor(login), everything.world.rows("task")
    with everything.world.database.read() as connection:
        rows = cases.load_tasks(connection, 1)
    may = {row.id for row in rows if offered(actor, row)}
    listed = {row["id"] for row in everything.data(login, *MINE)}
    assert listed == may
    finished = {row["id"] for row in tasks if row["state"] in {"aggregated", "waived"}}
    assert finished
    assert not listed & finished


def test_mine_leaves_a_task_with_the_step_that_makes_it_anothers(door: Door) -> None:
    task, waits = door.world.task, []
    for state in (Stage.ASSIGNED, Stage.REPORTED, Stage.SIGNED_STAMPED, Stage.AGGREGATED):
        fresh = door.copy(door.world.folder.parent / state.value)
        fresh.world.bring_to(task, state)
        people = ("clerk1", "leader1", "reviewer")
        waits.append([login for login in people if task in {row["id"] for row in fresh.data(login, *MINE)}])
    assert waits == [["clerk1"], ["clerk1", "leader1"], ["reviewer"], []]


def test_nothing_of_a_closed_month_is_anybodys(everything: Door) -> None:
    for number in (1, 2):
        everything.world.change("period", number, state="closed")
    assert [everything.data(login, *MINE) for login in ("clerk1", "leader1", "reviewer", "director")] == [[]] * 4


def report(door: Door, task: int, *words: object, now: str = "2022-06-10T09:00") -> dict[str, Any]:
    """What a report of the unit's clerk stores."""
    door.data("clerk1", "task", "report", task, *words, now=now)
    return door.world.rows("report", task_id=task)[-1]


def test_report_after_a_return_begins_with_the_version_that_was_returned(door: Door) -> None:
    task = door.world.task
    indicator = door.world.add(
        "indicator",
        clause_id=door.world.row("task", task)["clause_id"],
        name="清理",
        op=">=",
        value=9,
        unit="公里",
        quote="",
    )
    other = door.world.add(
        "indicator",
        clause_id=door.world.row("task", task)["clause_id"],
        name="整改",
        op=">=",
        value=9,
        unit="处",
        quote="",
    )
    words = ("--progress", "清理三公里。", "--percent", 30, "--problems", "缺资金", "--indicator", "清理=3")
    report(door, task, *words, "--indicator", "整改=4")
    door.world.sign(task, at("2022-06-11 09:00"))
    door.world.give_back(task, at("2022-06-12 09:00"), date(2022, 6, 28))
    again = report(door, task, "--from-last", "--percent", 35, "--indicator", "整改=5", now="2022-06-13T09:00")
    assert (again["progress"], again["percent"], again["problems"]) == ("清理三公里。", 35, "缺资金")
    assert {value["indicator_id"]: value["value"] for value in again["values"]} == {indicator: 3.0, other: 5.0}


def test_report_begins_with_a_withdrawn_version_only_until_a_later_one_is_filed(door: Door) -> None:
    task = door.world.task
    report(door, task, "--progress", "第一版写错了。", "--percent", 30)
    door.data("clerk1", "task", "withdraw", task)
    assert report(door, task, "--from-last", "--percent", 31)["progress"] == "第一版写错了。"
    door.data("clerk1", "task", "withdraw", task)
    report(door, task, "--progress", "第三版写对了。", "--percent", 32)
    door.world.sign(task, at("2022-06-11 09:00"))
    door.world.give_back(task, at("2022-06-12 09:00"), date(2022, 6, 28))
    again = report(door, task, "--from-last", now="2022-06-13T09:00")
    assert (again["number"], again["progress"], again["percent"]) == (4, "第三版写对了。", 32)


def test_report_of_a_new_month_begins_with_the_words_of_the_last_and_never_with_its_figures(door: Door) -> None:
    june = door.world.task
    next_month = july(door)[june]
    door.refuses(1, "E-S22", "clerk1", "task", "report", next_month, "--from-last", "--percent", 40, now=JULY)
    number = door.world.add(
        "indicator",
        clause_id=door.world.row("task", june)["clause_id"],
        name="清理",
        op=">=",
        value=9,
        unit="公里",
        quote="",
    )
    report(door, june, "--progress", "六月写错了。", "--percent", 10, "--indicator", f"{number}=2")
    door.data("clerk1", "task", "withdraw", june)
    report(door, june, "--progress", "六月清理。", "--percent", 30, "--indicator", f"{number}=3")
    words = ("task", "report", next_month, "--from-last", "--percent", 40)
    door.refuses(1, "E-V04", "clerk1", *words, now=JULY)
    found = report(door, next_month, "--from-last", "--percent", 40, "--indicator", f"{number}=6", now=JULY)
    assert (found["progress"], [value["value"] for value in found["values"]]) == ("六月清理。", [6.0])
    door.data("clerk1", "task", "withdraw", next_month, now=JULY)
    report(door, next_month, "--progress", "七月清理。", "--percent", 45, "--indicator", f"{number}=7", now=JULY)
    door.world.act("clerk1", Action.WITHDRAW, next_month, at("2022-07-12 09:00"))
    again = report(door, next_month, "--from-last", now="2022-07-12T10:00")
    assert (again["progress"], again["values"][0]["value"]) == ("七月清理。", 7.0), "the task's own before last month's"
