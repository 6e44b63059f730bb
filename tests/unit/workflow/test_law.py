"""The law over every state, action, duty and unit: what is granted happens, all else changes nothing but the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.world import CO, NOON, OTHER, OWN, REASON, REFILE, World, copy_of
from models.errors import DubanError
from models.states import ADMINISTRATORS, UNIT_ROLES, Action, Role, TaskState
from workflow.case import Actor, Post
from workflow.law import INITIAL, LAW, Step, final_states, may_take, steps_from, waiting_states

if TYPE_CHECKING:
    from pathlib import Path

A, S, R = Action, TaskState, Role
OFFICE_SEES = {R.REVIEWER, R.DIRECTOR}
PLACES = {OWN: 1, CO: 2, OTHER: 3}
#: every duty in every unit it can be held in
HOLDERS = [(role, unit) for role in sorted(UNIT_ROLES) for unit in (OWN, CO, OTHER)] + [
    (role, None) for role in Role if role not in UNIT_ROLES
]


@pytest.fixture(scope="session")
def in_state(first_world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[TaskState, World]:
    """For each state a world whose task stands in it, with a signed form where one is waited for."""
    made = {}
    for state in TaskState:
        world = copy_of(first_world, tmp_path_factory.mktemp(state.value))
        world.bring_to(world.task, state)
        made[state] = world
    return made


def holder(world: World, role: Role, unit: str | None) -> Actor:
    if role is R.SCHEDULER:
        return Actor(0, "scheduler", "scheduler", (Post(role),), source="scheduler")
    return world.actor(f"{role.value}{PLACES[unit]}" if unit else role.value, NOON)


def inputs(world: World, action: Action) -> dict[str, object]:
    """What makes the action right, so that only the law can refuse it."""
    if action is A.REPORT:
        return {"progress": "已完成清理三公里。", "percent": 40}
    if action is A.SIGN_STAMP:
        row = world.row("task", world.task)
        known = world.rows("filing")
        if row["state"] == S.REPORTED and not known:
            world.sign_paper(world.task)
            known = world.rows("filing")
        return {"filing_id": known[0]["id"] if known else None, "signer": "李一", "seal": "公章"}
    return {
        A.RETURN: {"reason": REASON, "refile_on": REFILE},
        A.REOPEN: {"reason": REASON, "refile_on": REFILE},
        A.WAIVE: {"reason": REASON},
        A.AGGREGATE: {"summary_number": 1},
    }.get(action, {})


def expected(state: TaskState, action: Action, role: Role, unit: str | None) -> str | TaskState:
    """The state it leads to, or the code of the refusal, read off the rows alone."""
    seen = (
        role in OFFICE_SEES
        or (role is R.READER and state in {S.REVIEWED, S.AGGREGATED})
        or (role in UNIT_ROLES and unit in {OWN, CO})
    )
    if not seen:
        return "E-404"
    rows = [row for row in LAW if row.action is action]
    if not any(role in row.roles and (role not in UNIT_ROLES or unit == OWN) for row in rows):
        return "E-403"
    leading = [row for row in rows if state in row.sources and row.when != "later_round"]
    return leading[0].dest if leading else "E-S01"


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("state", list(TaskState))
def test_every_duty_in_every_unit_gets_what_the_law_says_and_nothing_else(
    in_state: dict[TaskState, World], tmp_path: Path, state: TaskState, action: Action
) -> None:
    world = copy_of(in_state[state], tmp_path / "refusals")
    given = inputs(world, action)
    before, length = world.picture(), len(world.events())
    for place, (role, unit) in enumerate(HOLDERS):
        want = expected(state, action, role, unit)
        if isinstance(want, TaskState):
            fresh = copy_of(world, tmp_path / f"granted{place}")
            outcome = fresh.act_as(holder(fresh, role, unit), action, fresh.task, **given)
            assert (outcome.state, fresh.row("task", fresh.task)["state"]) == (want, want), (role, unit)
            assert fresh.events()[-1]["from_state"] == state
            assert {row for row in fresh.picture()["task"] if row.id != fresh.task} == {
                row for row in before["task"] if row.id != world.task
            }
            continue
        with pytest.raises(DubanError) as caught:
            world.act_as(holder(world, role, unit), action, world.task, **given)
        assert caught.value.code == want, (role, unit)
        length += 1
        last = world.events()
        assert (len(last), last[-1]["result"]) == (length, "refused" if want == "E-S01" else "denied")
    assert world.picture() == before


def test_law_grants_exactly_these_steps() -> None:
    granted = {(row.action.value, source.value, row.dest.value, role.value)
               for row in LAW for source in row.sources for role in row.roles}  # fmt: skip
    assert granted == {
        ("receive", "assigned", "assigned", "clerk"),
        ("report", "assigned", "reported", "clerk"),
        ("report", "returned", "reported", "clerk"),
        ("withdraw", "reported", "assigned", "clerk"),
        ("withdraw", "reported", "returned", "clerk"),
        ("sign_stamp", "reported", "signed_stamped", "leader"),
        ("sign_stamp", "reported", "signed_stamped", "clerk"),
        ("approve", "signed_stamped", "reviewed", "reviewer"),
        ("return", "signed_stamped", "returned", "reviewer"),
        ("reopen", "reviewed", "returned", "director"),
        ("aggregate", "reviewed", "aggregated", "director"),
        ("waive", "assigned", "waived", "director"),
        ("waive", "returned", "waived", "director"),
    }


def test_only_aggregated_and_waived_are_final() -> None:
    assert final_states() == {S.AGGREGATED, S.WAIVED}
    assert waiting_states() == {S.ASSIGNED, S.REPORTED, S.SIGNED_STAMPED, S.RETURNED, S.REVIEWED}
    assert [steps_from(state) for state in final_states()] == [[], []]


def test_no_administrator_takes_any_step() -> None:
    assert {role for row in LAW for role in row.roles} & ADMINISTRATORS == set()


def test_unit_duty_reaches_its_own_unit_only_and_office_duty_all() -> None:
    step = Step(A.REPORT, (S.ASSIGNED,), S.REPORTED, (R.CLERK, R.DIRECTOR))
    assert may_take(step, R.CLERK, own_unit=True)
    assert not may_take(step, R.CLERK, own_unit=False)
    assert may_take(step, R.DIRECTOR, own_unit=False)
    assert not may_take(step, R.LEADER, own_unit=True)
    assert INITIAL is S.ASSIGNED
