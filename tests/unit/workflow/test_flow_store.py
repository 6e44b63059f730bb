"""Versions of the flows: which is in force, what a month and the ledger run in, and what a name stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.world import CLAUSE, OWN, World, refused
from models.errors import BadInput, Denied, NotFound, Refused
from workflow import flow_store, periods
from workflow.calendar import seeded
from workflow.flow_reading import read_flow
from workflow.flow_store import SHIPPED, shipped

if TYPE_CHECKING:
    from workflow.flow import Flow

MONTHLY = shipped("monthly_report")
CALENDAR = seeded([2022])


def changed(flow: Flow = MONTHLY, word: str = "退回重报") -> Flow:
    return read_flow(flow.text.replace('zh = "已退回"', f'zh = "{word}"'))


def in_force(world: World, name: str = "monthly_report") -> str:
    with world.database.read() as connection:
        return flow_store.in_force(connection, 1, name).sha256


def opened(world: World, month: str, **options: str) -> set[str]:
    """The versions that the tasks of a newly opened month pin."""
    made = world.do("director", periods.open_period, world.notice_id, month, CALENDAR, **options)
    return {row["flow_sha256"] for row in world.rows("task", period_id=made.period_id)}


def test_new_office_has_every_flow_that_ships(world: World) -> None:
    assert [row["name"] for row in world.rows("flow")] == list(SHIPPED)
    assert SHIPPED[0] == "monthly_report"
    assert {name: in_force(world, name) for name in SHIPPED} == {name: shipped(name).sha256 for name in SHIPPED}


def test_version_installed_last_is_in_force_and_an_older_one_can_come_back(world: World) -> None:
    newer = changed()
    assert world.do("director", flow_store.install, newer) is True
    assert world.do("director", flow_store.install, newer) is False
    assert in_force(world) == newer.sha256
    assert world.do("director", flow_store.install, MONTHLY) is True
    assert in_force(world) == MONTHLY.sha256
    assert len(world.rows("flow", name="monthly_report")) == 2
    assert [row["action"] for row in world.events()] == ["flow.install", "flow.install"]


def test_tasks_keep_the_version_they_pin_and_new_ones_take_the_one_in_force(world: World) -> None:
    newer = changed()
    world.do("director", flow_store.install, newer)
    assert world.row("task", world.tasks[CLAUSE, OWN])["flow_sha256"] == MONTHLY.sha256
    assert opened(world, "2022-07") == {newer.sha256}


def test_only_the_director_installs(world: World) -> None:
    with refused("E-403", Denied):
        world.do("reviewer", flow_store.install, changed())
    assert in_force(world) == MONTHLY.sha256


def test_name_stands_for_one_kind_of_record(world: World) -> None:
    ledger = read_flow(shipped("problem_ledger").text.replace('name = "problem_ledger"', 'name = "monthly_report"'))
    with refused("E-W07", Refused):
        world.do("director", flow_store.install, ledger)
    assert in_force(world) == MONTHLY.sha256


def test_month_runs_in_the_flow_that_is_named_or_in_that_of_the_month_before(world: World) -> None:
    internal = shipped("internal_report").sha256
    assert opened(world, "2022-07", flow="internal_report") == {internal}
    assert opened(world, "2022-08") == {internal}
    assert opened(world, "2022-09", flow="monthly_report") == {MONTHLY.sha256}


@pytest.mark.parametrize(
    ("month", "flow", "code", "kind"),
    [
        ("2022-07", "problem_ledger", "E-W03", BadInput),
        ("2022-07", "no_such_flow", "E-404", NotFound),
        ("2022-06", "internal_report", "E-W06", Refused),
    ],
)
def test_month_is_not_opened_in_a_flow_that_cannot_be(
    world: World, month: str, flow: str, code: str, kind: type[Exception]
) -> None:
    before = world.picture()
    with refused(code, kind):  # type: ignore[arg-type]
        world.do("director", periods.open_period, world.notice_id, month, CALENDAR, flow=flow)
    assert world.picture() == before


def test_month_that_stands_open_may_name_its_own_flow_again(world: World) -> None:
    made = world.do("director", periods.open_period, world.notice_id, "2022-06", CALENDAR, flow="monthly_report")
    assert (made.existed, made.added) == (True, 0)


def test_words_of_every_version_are_known_to_the_trail(world: World) -> None:
    world.do("director", flow_store.install, changed())
    with world.database.read() as connection:
        words = flow_store.words(connection, 1)
    assert (words["returned"], words["countersign"], words["struck_off"]) == ("退回重报", "会签同意", "已销号")


def test_each_task_is_told_in_the_words_of_its_own_flow(world: World) -> None:
    opened(world, "2022-06")
    opened(world, "2022-07", flow="internal_report")
    with world.database.read() as connection:
        own = flow_store.words_of_tasks(connection, 1, range(1, 100))
    said = {(row["flow_sha256"], own[row["id"]]["reported"], own[row["id"]]["approve"]) for row in world.rows("task")}
    assert said == {
        (MONTHLY.sha256, "已填报", "审核通过"),
        (shipped("internal_report").sha256, "待单位确认", "初审通过"),
    }
