"""The register: names and aliases, rosters, and units that are succeeded without leaving a task behind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.flows import walk, walker
from kit.world import CO, NOON, OTHER, OWN, World, refused
from models.errors import BadInput, Denied, NotFound, Refused
from models.states import Action, RequestKind, Stage
from workflow import requests, units

if TYPE_CHECKING:
    from pathlib import Path

NEW = "市自然资源局"


def find(world: World, name: str) -> int | None:
    with world.database.read() as connection:
        return units.find_unit(connection, 1, name)


def test_unit_is_found_by_its_name_and_alias(world: World) -> None:
    number = world.do("reviewer", units.add_unit, f" {NEW} ")
    world.do("director", units.add_alias, NEW, "市资源局")
    assert (find(world, NEW), find(world, "市资源局"), find(world, "市没有局")) == (number, number, None)
    assert [row["action"] for row in world.events()] == ["unit.add", "unit.alias"]


@pytest.mark.parametrize("login", ["clerk1", "reader", "system", "security", "audit"])
def test_register_is_the_offices(world: World, login: str) -> None:
    with refused("E-403", Denied):
        world.do(login, units.add_unit, NEW)


@pytest.mark.parametrize("name", ["", "  ", "市\n局", "市\x07局"])
def test_name_with_nothing_or_control_characters_is_refused(world: World, name: str) -> None:
    with refused("E-N07", BadInput):
        world.do("reviewer", units.add_unit, name)


def test_name_in_use_is_neither_a_unit_nor_an_alias_again(world: World) -> None:
    with refused("E-N08", Refused):
        world.do("reviewer", units.add_unit, OWN)
    with refused("E-N08", Refused):
        world.do("reviewer", units.add_alias, CO, OWN)
    with refused("E-404", NotFound):
        world.do("reviewer", units.add_alias, NEW, "别名")


def test_successor_takes_over_waiting_tasks_and_the_old_name_is_closed(world: World) -> None:
    number = world.do("director", units.succeed, OTHER, NEW)
    tasks = [world.row("task", task) for (_clause, unit), task in world.tasks.items() if unit == OTHER]
    assert [row["unit_id"] for row in tasks] == [number] * 2
    parts = [world.row("responsibility", row["responsibility_id"]) for row in tasks]
    assert [(row["unit_id"], row["share"], row["ended_at"]) for row in parts] == [(number, "lead", None)] * 2
    old = world.row("unit", world.units[OTHER])
    assert (old["valid_to"], old["successor_id"], find(world, OTHER)) == (date(2022, 6, 19), number, None)


def test_successor_named_in_the_clause_already_takes_the_task_beside_its_own(world: World) -> None:
    world.do("director", units.succeed, OWN, CO)
    assert world.row("task", world.task)["unit_id"] == world.units[CO]
    assert world.row("task", world.tasks["1.1", CO])["unit_id"] == world.units[CO]
    assert world.act("clerk2", Action.RECEIVE, world.task, NOON).state == Stage.ASSIGNED


def parts(world: World, unit: str) -> list[tuple[int, str]]:
    """The clauses in which a unit is named today, with its share."""
    rows = world.rows("responsibility", unit_id=world.units[unit])
    return [(row["clause_id"], row["share"]) for row in rows if row["ended_at"] is None]


def test_successor_that_only_supported_leads_where_the_old_unit_led(world: World) -> None:
    assert parts(world, CO) == [(1, "support"), (2, "lead")]
    world.do("director", units.succeed, OWN, CO)
    assert parts(world, CO) == [(1, "lead"), (2, "lead"), (3, "support")]
    assert parts(world, OWN) == []


def test_part_that_had_ended_is_taken_up_again_by_succession(world: World) -> None:
    reason = "该项工作不属于我局职责。"
    number = world.do("clerk1", requests.ask, world.task, RequestKind.TRANSFER, reason, wanted_unit=OTHER)
    world.do("director", requests.decide, number, grant=True, reason="同意。")
    assert parts(world, OWN) == [(3, "support")]
    world.do("director", units.succeed, OTHER, OWN)
    assert sorted(parts(world, OWN)) == [(1, "lead"), (3, "lead"), (4, "lead")]
    assert world.row("task", world.task)["unit_id"] == world.units[OWN]


def test_what_was_filed_stays_with_the_unit_that_filed_it(world: World) -> None:
    world.bring_to(world.task, Stage.SIGNED_STAMPED)
    world.do("director", units.succeed, OWN, NEW)
    assert world.row("task", world.task)["unit_id"] == world.units[OWN]


def test_unit_that_began_and_ended_on_one_day_takes_nothing_over_on_it(world: World) -> None:
    world.do("director", units.succeed, OTHER, NEW)
    world.do("director", units.succeed, NEW, CO)
    with refused("E-N08", Refused):
        world.do("director", units.succeed, OWN, NEW)


@pytest.mark.parametrize("name", ["有关\x1b[31m区", "有关\u202e区", "有关\x9b区", " "])
def test_collective_name_steers_no_terminal(world: World, name: str) -> None:
    with refused("E-N07", BadInput):
        world.do("director", units.set_group, name, [OWN])


def test_unit_does_not_succeed_itself(world: World) -> None:
    before = world.picture()
    with refused("E-N09", BadInput):
        world.do("director", units.succeed, OWN, OWN)
    assert world.picture() == before


def test_successor_takes_over_the_problems_that_are_not_done_with(tmp_path: Path) -> None:
    done = walker(tmp_path, "problem_ledger")
    done.go("closed")
    standing = walk(done.world, "problem_ledger")
    standing.go("applied")
    done.world.do("reviewer", units.succeed, OWN, CO)
    new = done.world.units[CO]
    assert (standing.task.unit_id, done.task.unit_id) == (new, done.world.units[OWN])
    parts = [(row["problem_id"], row["unit_id"], row["position"]) for row in done.world.rows("problemunit")]
    assert parts == [(1, done.world.units[OWN], 0), (1, new, 1), (2, new, 0)]
    assert done.world.events()[-1]["detail"]["problems"] == 1


def roster(world: World, group: str, clause: int = 0) -> list[int]:
    with world.database.read() as connection:
        return units.roster(connection, 1, group, clause)


def test_roster_of_a_clause_counts_over_the_general_one(world: World) -> None:
    world.do("reviewer", units.set_group, "有关县市区", [OWN, CO, OWN])
    world.do("reviewer", units.set_group, "有关县市区", [OTHER], clause_id=1)
    own, co, other = (world.units[name] for name in (OWN, CO, OTHER))
    assert (roster(world, "有关县市区"), roster(world, "有关县市区", 1), roster(world, "有关县市区", 2)) == (
        [own, co], [other], [own, co],
    )  # fmt: skip
    assert roster(world, "没有这个名字") == []


def test_roster_set_anew_replaces_the_old_one_and_enters_new_units(world: World) -> None:
    world.do("reviewer", units.set_group, "有关县市区", [OWN, CO])
    numbers = world.do("reviewer", units.set_group, "有关县市区", [NEW])
    assert roster(world, "有关县市区") == numbers == [find(world, NEW)]
    assert [row["expanded_by"] for row in world.rows("groupmember")] == ["reviewer"]


def test_empty_roster_is_refused(world: World) -> None:
    with refused("E-N10", BadInput):
        world.do("reviewer", units.set_group, "有关县市区", [])


def test_clause_is_cited_by_its_number_in_the_newest_notice(world: World) -> None:
    def cited(number: str) -> int:
        with world.database.read() as connection:
            return units.clause_id(connection, 1, number)

    assert (cited(""), cited("2.1")) == (0, 3)
    with refused("E-404", NotFound):
        cited("9.9")
    world.change("clause", 3, withdrawn=True)
    with refused("E-404", NotFound):
        cited("2.1")


def test_bearer_of_a_closed_name_is_the_last_unit_that_took_over(world: World) -> None:
    def bearer(name: str) -> int | None:
        with world.database.read() as connection:
            return units.bearer(connection, 1, name)

    world.do("director", units.succeed, OTHER, NEW)
    last = world.do("director", units.succeed, NEW, "市资源环境局")
    assert (bearer(OTHER), bearer(NEW), bearer(OWN), bearer("市没有局")) == (last, last, world.units[OWN], None)
