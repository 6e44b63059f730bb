"""The recipes for a flow and a guard, carried out as CONTRIBUTING says: one file, one function, nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.flows import Walker, walk
from kit.office import at
from kit.world import NOON, make_world, refused
from models.errors import Denied, Refused
from schedules import ladder_check
from schedules.sweep import sweep
from workflow import flow_store, guards
from workflow.flow_reading import read_flow

if TYPE_CHECKING:
    from workflow.flow import Flow

PAGE = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


@pytest.fixture
def brief() -> Flow:
    return read_flow(block("toml"), "brief.toml")


@pytest.fixture
def _guard() -> object:
    """The function of the page, defined where it says: in ``workflow/guards.py``."""
    scope = {**vars(guards), "letters": __import__("models.words", fromlist=["letters"]).letters,
             "local_date": __import__("models.times", fromlist=["local_date"]).local_date}  # fmt: skip
    exec(compile(block("python"), "CONTRIBUTING.md", "exec"), scope)
    yield
    del guards.GUARDS["late_says_why"], guards.GUARDS.words["late_says_why"]


def test_check_names_the_guard_that_is_missing_and_nothing_else(brief: Flow) -> None:
    (flaw,) = ladder_check.flaws(brief)
    assert "late_says_why" in flaw.what
    assert block("toml").splitlines()[flaw.line - 1] == 'name = "report"'


@pytest.mark.usefixtures("_guard")
def test_with_one_function_more_the_flow_runs_from_beginning_to_end(brief: Flow, tmp_path: Path) -> None:
    assert ladder_check.flaws(brief) == []
    world = make_world(tmp_path)
    world.do("director", flow_store.install, brief)
    task: Walker = walk(world, "brief")
    late = at("2022-06-27 10:00")
    given = {"progress": "已完成清理三公里。", "percent": 40}
    with refused("E-S99", Refused):
        world.act("clerk1", "report", task.task_id, late, **given)
    assert world.act("clerk1", "report", task.task_id, NOON, **given).state == "sent_in"
    assert task.take("send_back", "reviewer").state == "assigned"
    assert world.act("clerk1", "report", task.task_id, late, **given, reason="汛期停工。").state == "sent_in"
    with refused("E-403", Denied):
        task.take("take", "clerk1")
    sweep(world.database, 1, None, at("2022-06-29 10:00"))
    told = {row["event"] for row in world.rows("message") if [task.task_id, 1, 1] in row["about"]}
    assert {"signed", "returned", "unreviewed"} <= told
    assert task.take("take", "reviewer").state == "taken"
    assert task.take("aggregate", "director").state == "aggregated"
