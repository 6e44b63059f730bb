"""What happened under an older version of a flow: it still runs there, and from every point of it in every later one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from kit.histories import FOLDER, History, begin, listed, put_in_force, record, recorded, staffed, take, text_of
from kit.world import NOON, World, copy_of
from models.errors import DubanError
from schedules.rules import ladder_of, templates
from workflow import flow_migration, flow_store, verify
from workflow.effects import EFFECTS
from workflow.flow_reading import read_flow
from workflow.given import GIVEN
from workflow.guards import CHOICES, CONDITIONS, GUARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from kit.flows import Walker
    from workflow.flow import Flow

HISTORIES = recorded()
ORDER = listed()
FINISHED = "finished"


def known_as(history: History) -> str:
    return f"{history.flow}-{history.sha256[:8]}-{history.name}"


def later(history: History) -> list[str]:
    """The versions after that of the history, the shipped one included."""
    order = [*ORDER[history.flow]]
    shipped = flow_store.shipped(history.flow).sha256
    return [*order[order.index(history.sha256) + 1 :], *([] if shipped in order else [shipped])]


def flow_of(sha: str, name: str) -> Flow:
    shipped = flow_store.shipped(name)
    return shipped if sha == shipped.sha256 else read_flow(text_of(sha))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> World:
    return staffed(tmp_path_factory.mktemp("office"))


# --- the records themselves -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", flow_store.SHIPPED)
def test_shipped_version_has_recorded_histories(name: str) -> None:
    sha = flow_store.shipped(name).sha256
    assert sha in ORDER.get(name, []), (
        f"workflow/flows/{name}.toml was changed, and no history of this version is recorded. Offices have tasks in"
        " the version before it, so that one and its histories stay as they are. Record this one as well:"
        " cd tests && ../.venv/bin/python -m kit.histories"
        " (only if the newest version listed was never released: the same with --anew, which takes its place)"
    )


def test_every_listed_version_has_its_text_and_a_history_and_nothing_else_lies_there() -> None:
    versions = [sha for order in ORDER.values() for sha in order]
    assert sorted(path.stem for path in (FOLDER / "flows").iterdir()) == sorted(versions)
    for name, order in ORDER.items():
        for sha in order:
            text = text_of(sha)
            assert (sha256(text.encode()).hexdigest(), read_flow(text).name) == (sha, name)
    assert {(history.flow, history.sha256) for history in HISTORIES} == {
        (name, sha) for name, order in ORDER.items() for sha in order
    }


@pytest.mark.parametrize("sha", [sha for order in ORDER.values() for sha in order], ids=lambda sha: sha[:8])
def test_every_name_that_a_recorded_version_uses_is_still_known(sha: str) -> None:
    flow = read_flow(text_of(sha))
    for step in flow.steps:
        assert set(step.gives) <= set(GIVEN)
        assert set(step.guards) <= set(GUARDS)
        assert set(step.effects) <= set(EFFECTS)
        assert {step.when} <= {"", *CONDITIONS}
        assert {step.chosen_by} <= {"", *CHOICES}
        assert {event for _to, event in (*step.tells, *step.asks)} <= templates()
    assert ladder_of(flow)


# --- in its own version -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("history", HISTORIES, ids=known_as)
def test_history_runs_in_its_own_version_as_it_did(office: World, tmp_path: Path, history: History) -> None:
    walker = begin(copy_of(office, tmp_path / "own"), text_of(history.sha256))
    go_on(walker, history, 0, {})
    assert walker.task.state in walker.flow.final
    assert record(walker.world, walker.task_id)["steps"] == [step.as_dict() for step in history.steps]
    assert_sound(walker)


def go_on(walker: Walker, history: History, place: int, moves: Mapping[str, str]) -> None:
    """The rest of a history from a place, its states under the names that they have now."""
    for number, done in enumerate(history.steps[place:], place + 1):
        assert walker.task.state == moves.get(done.from_state, done.from_state)
        given = dict(done.given)
        if "to_state" in given:
            given["to_state"] = moves.get(given["to_state"], given["to_state"])
        try:
            led = take(walker, done, given)
        except DubanError as refusal:
            pytest.fail(f"step {number}, {done.by} “{done.action}”, does not go on from step {place}: {refusal}")
        assert led == moves.get(done.to_state, done.to_state), f"step {number}, {done.by} “{done.action}”"


def assert_sound(walker: Walker) -> None:
    with walker.world.database.read() as connection:
        assert verify.verify(connection, walker.world.office_id) == []


# --- and in every later one -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def standing(office: World, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Walker]:
    """For each history and place a world whose task stands there, made once."""

    @cache
    def at(known: str, place: int) -> Walker:
        history = next(one for one in HISTORIES if known_as(one) == known)
        folder = tmp_path_factory.mktemp("standing") / "world"
        if place == 0:
            return begin(copy_of(office, folder), text_of(history.sha256))
        before = at(known, place - 1)
        there = replace(before, world=copy_of(before.world, folder))
        take(there, history.steps[place - 1], history.steps[place - 1].given)
        return there

    return at


@pytest.mark.parametrize(
    ("history", "sha"),
    [(history, sha) for history in HISTORIES for sha in later(history)],
    ids=lambda one: known_as(one) if isinstance(one, History) else one[:8],
)
def test_task_is_moved_from_every_point_of_its_history_or_stays_with_a_reason(
    standing: Callable[[str, int], Walker], tmp_path: Path, history: History, sha: str
) -> None:
    new = flow_of(sha, history.flow)
    for place in range(len(history.steps) + 1):
        there = standing(known_as(history), place)
        walker = replace(there, world=copy_of(there.world, tmp_path / str(place)))
        obstacle = migrated(walker, new, history.steps[place - 1].now if place else NOON)
        if place == len(history.steps):
            assert (obstacle, walker.task.flow.sha256) == (FINISHED, history.sha256)
            continue
        moved = obstacle == ""
        assert walker.task.flow.sha256 == (new.sha256 if moved else history.sha256)
        go_on(walker, history, place, new.moves if moved else {})
        assert walker.task.state in walker.task.flow.final
        assert_sound(walker)


def migrated(walker: Walker, new: Flow, after: datetime) -> str:
    """Put a version in force and migrate to it; returns what kept the task back, or an empty string."""
    world = walker.world
    put_in_force(world, new)
    with world.database.read() as connection:
        plan = flow_migration.plan(connection, world.office_id, new.name)
    found = [line.decision for line in plan.lines if line.task.id == walker.task_id]
    world.do("director", flow_migration.apply, plan.digest, new.name, now=after + timedelta(minutes=1))
    if not found:
        return FINISHED if plan.finished else "not in the plan"
    obstacle = found[0].obstacle
    assert obstacle is None or (obstacle.reason and obstacle.remedy)
    return obstacle.code if obstacle else ""


@pytest.mark.parametrize("history", HISTORIES, ids=known_as)
def test_version_that_means_the_same_takes_the_task_between_any_two_steps(
    office: World, tmp_path: Path, history: History
) -> None:
    text = text_of(history.sha256)
    walker = begin(copy_of(office, tmp_path / "same"), text)
    for place, done in enumerate(history.steps):
        new = read_flow(f"{text}\n# {place}\n")
        assert migrated(walker, new, history.steps[place - 1].now if place else NOON) == ""
        assert walker.task.flow.sha256 == new.sha256
        go_on(walker, replace(history, steps=(done,)), 0, {})
    assert walker.task.state in walker.task.flow.final
    assert_sound(walker)
