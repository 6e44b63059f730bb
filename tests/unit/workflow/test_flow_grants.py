"""Every flow over every state, action, duty and unit: what is granted happens, all else changes nothing but the trail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from deeds.task_views import story, visible_tasks
from kit.flows import Walker, walker
from kit.world import CO, NOON, OTHER, OWN, copy_of
from models import tables as t
from models.errors import DubanError, NotFound
from models.states import ADMINISTRATORS, UNIT_ROLES, Reach, Relation, Role, Stage
from workflow.authorisation import MATRIX
from workflow.case import Actor, Post
from workflow.flow_store import SHIPPED, shipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow
    from workflow.flow import Flow, Step

R = Role
PLACES = {OWN: 1, CO: 2, OTHER: 3}
RELATIONS = {OWN: Relation.OWN, CO: Relation.CO, OTHER: Relation.OTHER, None: Relation.OTHER}
#: every duty in every unit it can be held in
HOLDERS = [(role, unit) for role in sorted(UNIT_ROLES) for unit in (OWN, CO, OTHER)] + [
    (role, None) for role in Role if role not in UNIT_ROLES
]
CELLS = [
    (name, state.name, action) for name in SHIPPED for state in shipped(name).states for action in shipped(name).actions
]


@dataclass(frozen=True)
class Standing:
    """A task in a state, and what is read once of the world around it: nobody's duties change with a task."""

    walk: Walker
    task: TaskRow
    signers: list[str]
    holders: dict[tuple[Role, str | None], Actor]

    @property
    def flow(self) -> Flow:
        return self.walk.flow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Standing]:
    """For each flow and state a world whose task stands in it, made once."""

    @cache
    def first(name: str) -> Walker:
        return walker(tmp_path_factory.mktemp(name), name)

    @cache
    def holders(name: str) -> dict[tuple[Role, str | None], Actor]:
        return {(role, unit): holder(first(name), role, unit) for role, unit in HOLDERS}

    @cache
    def standing(name: str, state: str) -> Standing:
        people, begun = holders(name), first(name)
        there = replace(begun, world=copy_of(begun.world, tmp_path_factory.mktemp(f"{name}-{state}")))
        there.go(state)
        return Standing(there, there.task, there.signers(), people)

    return standing


def holder(walk: Walker, role: Role, unit: str | None) -> Actor:
    if role is R.SCHEDULER:
        return Actor(0, "scheduler", "scheduler", (Post(role),), source="scheduler")
    return walk.world.actor(f"{role.value}{PLACES[unit]}" if unit else role.value, NOON)


def holds(stand: Standing, step: Step) -> bool:
    """Whether the condition of a row holds for the task as it stands."""
    task, first = stand.task, stand.flow.steps_of(step.action)
    ways = [one for one in first if task.state in one.sources and one.chosen_by == step.chosen_by]
    return {
        "": True,
        "first_round": task.round == 1,
        "later_round": task.round > 1,
        "no_returner_waits": not task.back_to,
        "signatures_missing": len(stand.signers) > 1 and _needs(stand) == "all",
        "last_signature": len(stand.signers) == 1 or _needs(stand) == "one",
    }[step.when] and {"": True, "given_state": ways[0] is step, "returner": task.back_to == step.dest}[step.chosen_by]


def _needs(stand: Standing) -> str:
    panel = stand.flow.by_name[stand.task.state].panel
    return panel.needs if panel else ""


def expected(stand: Standing, action: str, role: Role, unit: str | None) -> str:
    """The state it leads to, or the code of the refusal, read off the rows alone."""
    state, related = stand.task.state, RELATIONS[unit]
    here = [row for row in stand.flow.steps_of(action) if state in row.sources]
    if not reaches(stand, "task.read", role, related):
        return "E-404"
    if not any(row.open_to(role, related) for row in here or stand.flow.steps_of(action)):
        return "E-403"
    leading = [row for row in here if holds(stand, row)]
    if not leading:
        return "E-S01"
    if "my_turn" in leading[0].guards:
        return _signing(stand, leading[0], role, unit)
    return leading[0].dest if leading[0].open_to(role, related) else "E-403"


def reaches(stand: Standing, deed: str, role: Role, related: Relation) -> bool:
    """Whether the cell of a duty takes in the task as it stands."""
    asked = any(role in row.roles for row in stand.flow.steps_from(stand.task.state))
    reach = MATRIX[deed].get(role)
    return (
        reach is not None
        and {
            Reach.ALL: True,
            Reach.OWN: related is Relation.OWN,
            Reach.NAMED: related is not Relation.OTHER,
            Reach.APPROVED: asked or stand.task.stage in {Stage.REVIEWED, Stage.AGGREGATED},
        }[reach]
    )


def _signing(stand: Standing, step: Step, role: Role, unit: str | None) -> str:
    login, waiting = f"{role.value}{PLACES[unit]}" if unit else role.value, stand.signers
    if login not in waiting:
        return "E-S34"
    panel = stand.flow.by_name[stand.task.state].panel
    assert panel is not None
    return "E-S35" if panel.order == "given" and login != waiting[0] else step.dest


@pytest.mark.parametrize(("name", "state", "action"), CELLS)
def test_every_duty_in_every_unit_gets_what_the_flow_says_and_nothing_else(
    made: Callable[[str, str], Standing], tmp_path: Path, name: str, state: str, action: str
) -> None:
    stand = made(name, state)
    walk = replace(stand.walk, world=copy_of(stand.walk.world, tmp_path / "refusals"))
    given = walk.given(action)
    world, before, length = walk.world, walk.world.picture(), len(walk.world.events())
    results = []
    for place, (role, unit) in enumerate(HOLDERS):
        want, actor = expected(stand, action, role, unit), stand.holders[role, unit]
        if not want.startswith("E-"):
            fresh = replace(walk, world=copy_of(world, tmp_path / f"granted{place}"))
            outcome = fresh.world.act_as(actor, action, walk.task_id, **given)
            task = fresh.task
            assert (outcome.state, task.state, task.stage) == (want, want, walk.flow.stage(want)), (role, unit)
            assert fresh.world.events()[-1]["from_state"] == state
            assert others(fresh.world.picture(), walk.task_id) == others(before, walk.task_id)
            continue
        with pytest.raises(DubanError) as caught:
            world.act_as(actor, action, walk.task_id, **given)
        assert caught.value.code == want, (role, unit, str(caught.value))
        results.append("refused" if want in {"E-S01", "E-S35"} else "denied")
    assert [event["result"] for event in world.events()[length:]] == results  # each told of, once and in its turn
    assert world.picture() == before


def others(picture: dict[str, list[tuple[Any, ...]]], task: int) -> set[tuple[Any, ...]]:
    """The rows of all tasks but one."""
    number = [*t.task.c.keys()].index("id")
    return {row for row in picture["task"] if row[number] != task}


STANDING = [(name, state.name) for name in SHIPPED for state in shipped(name).states]


@pytest.mark.parametrize(("name", "state"), STANDING)
def test_every_duty_in_every_unit_sees_a_task_and_its_report_as_the_matrix_says(
    made: Callable[[str, str], Standing], name: str, state: str
) -> None:
    """One by one and in lists, which the database narrows by itself; what is not theirs answers as what is not there."""
    stand = made(name, state)
    walk = stand.walk
    with walk.world.database.read() as connection:
        for role, unit in HOLDERS:
            someone, related = stand.holders[role, unit], RELATIONS[unit]
            listed = visible_tasks(connection, walk.world.office_id, someone, t.task.c.id == walk.task_id)
            if not reaches(stand, "task.read", role, related):
                theirs, nobodys = (seen(connection, walk, someone, number) for number in (walk.task_id, 98765))
                assert (theirs, listed) == (nobodys, []), (role, unit)
                assert theirs.startswith("E-404")
                continue
            inside = reaches(stand, "report.read", role, related)
            found = seen(connection, walk, someone, walk.task_id)
            assert [open_ for _task, open_ in listed] == [inside], (role, unit)
            assert bool(found["events"]) == (inside and bool(walk.world.rows("event", object_id=walk.task_id))), role


def seen(connection: Connection, walk: Walker, someone: Actor, number: int) -> Any:
    """The story of a task, or what is said where it is not there, whichever its number."""
    try:
        return story(connection, walk.world.office_id, someone, number, NOON)
    except NotFound as refusal:
        return str(refusal).replace(str(number), "…")


def test_monthly_report_grants_exactly_these_steps() -> None:
    granted = {(row.action, source, row.dest, role.value)
               for row in shipped("monthly_report").steps for source in row.sources for role in row.roles}  # fmt: skip
    assert granted == {
        ("receive", "assigned", "assigned", "clerk"),
        ("report", "assigned", "reported", "clerk"),
        ("report", "returned", "reported", "clerk"),
        ("withdraw", "reported", "assigned", "clerk"),
        ("withdraw", "reported", "returned", "clerk"),
        ("send_back", "reported", "assigned", "leader"),
        ("send_back", "reported", "returned", "leader"),
        ("sign_stamp", "reported", "signed_stamped", "leader"),
        ("sign_stamp", "reported", "signed_stamped", "clerk"),
        ("approve", "signed_stamped", "reviewed", "reviewer"),
        ("return", "signed_stamped", "returned", "reviewer"),
        ("reopen", "reviewed", "returned", "director"),
        ("aggregate", "reviewed", "aggregated", "director"),
        ("waive", "assigned", "waived", "director"),
        ("waive", "returned", "waived", "director"),
    }


def test_problem_ledger_grants_exactly_these_steps() -> None:
    granted = {(row.action, source, row.dest, role.value)
               for row in shipped("problem_ledger").steps for source in row.sources for role in row.roles
               if row.action != "copy"}  # fmt: skip
    assert granted == {
        ("start", "registered", "rectifying", "clerk"),
        ("report", "rectifying", "rectifying", "clerk"),
        ("report", "returned", "returned", "clerk"),
        ("apply", "rectifying", "applied", "clerk"),
        ("apply", "rectifying", "applied", "leader"),
        ("apply", "returned", "applied", "clerk"),
        ("apply", "returned", "applied", "leader"),
        ("take_back", "applied", "rectifying", "clerk"),
        ("take_back", "applied", "rectifying", "leader"),
        ("forward", "applied", "applied", "reviewer"),
        ("verify", "applied", "verified", "reviewer"),
        ("return", "applied", "returned", "reviewer"),
        ("return", "applied", "returned", "director"),
        ("return", "verified", "returned", "reviewer"),
        ("return", "verified", "returned", "director"),
        ("strike_off", "verified", "struck_off", "director"),
        ("look_back", "struck_off", "closed", "reviewer"),
        ("relapse", "struck_off", "rectifying", "reviewer"),
        ("void", "registered", "void", "director"),
        ("void", "rectifying", "void", "director"),
        ("void", "returned", "void", "director"),
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_only_finished_stages_are_final_and_nothing_leaves_them(name: str) -> None:
    flow = shipped(name)
    assert {flow.stage(state) for state in flow.final} == {Stage.AGGREGATED, Stage.WAIVED}
    assert [flow.steps_from(state) for state in flow.final] == [(), ()]
    assert set(flow.waiting) | flow.final == set(flow.by_name)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_administrator_takes_any_step(name: str) -> None:
    assert {role for row in shipped(name).steps for role in row.roles} & {*ADMINISTRATORS, R.SCHEDULER} == set()


def test_unit_duty_reaches_the_unit_it_is_granted_for_only_and_office_duty_all() -> None:
    (step,) = [row for row in shipped("monthly_report").steps if row.action == "receive"]
    assert [step.open_to(R.CLERK, related) for related in Relation] == [True, False, False]
    assert not step.open_to(R.LEADER, Relation.OWN)
    (approve,) = [row for row in shipped("monthly_report").steps if row.action == "approve"]
    assert [approve.open_to(R.REVIEWER, related) for related in Relation] == [True, True, True]
