"""Inspections: recorded once they were held, listed with the count of their problems, shown with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kit.world import CO, NOON, OWN, World, refused
from models.drafts import ProblemDraft
from models.errors import BadInput, Denied, NotFound
from workflow import inspections, ledger, problems

TODAY = date(2022, 6, 20)
DRAFT = ProblemDraft("inspection", "污水直排", TODAY, date(2022, 9, 30), (OWN, CO))


def record(world: World, login: str = "reviewer", **changes: Any) -> int:
    told = {
        "title": "入河排污口\n督查",
        "held_on": TODAY,
        "place": "某河段",
        "team": "督查一组",
        "text": " 查看三处。\n",
    }
    found: int = world.do(login, inspections.record, **{**told, **changes})
    return found


def listing(world: World, login: str = "director") -> Any:
    with world.database.read() as connection:
        return inspections.listing(connection, world.office_id, world.actor(login))[0]


def test_inspection_is_kept_with_its_event(world: World) -> None:
    assert record(world) == 1
    assert world.rows("inspection") == [
        {
            "office_id": 1, "id": 1, "title": "入河排污口 督查", "held_on": TODAY, "place": "某河段", "team": "督查一组",
            "record": "查看三处。", "recorded_by": world.people["reviewer"], "recorded_at": NOON,
        }
    ]  # fmt: skip
    event = world.events()[-1]
    assert (event["action"], event["object_type"], event["object_id"], event["role"], event["detail"]) == (
        "inspection.record", "inspection", 1, "reviewer", {"title": "入河排污口 督查", "held_on": "2022-06-20"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "kind", "changes"),
    [
        ("E-K09", BadInput, {"title": " …"}),
        ("E-K10", BadInput, {"held_on": date(2022, 6, 21)}),
        ("E-403", Denied, {"login": "clerk1"}),
        ("E-403", Denied, {"login": "reader"}),
    ],
)
def test_inspection_that_cannot_be_kept_changes_nothing(
    world: World, code: str, kind: type[BadInput], changes: dict[str, Any]
) -> None:
    before = world.picture()
    with refused(code, kind):
        record(world, **changes)
    assert world.picture() == before


def test_list_counts_problems_and_begins_with_the_newest(world: World) -> None:
    record(world)
    record(world, title="旧督查", held_on=date(2022, 5, 1))
    record(world, title="同日督查")
    world.do("reviewer", problems.register, DRAFT, inspection_id=1)
    world.do("reviewer", problems.register, replace(DRAFT, title="另一处"), inspection_id=1)
    world.do("reviewer", problems.register, replace(DRAFT, title="督查以外"))
    assert [(row["id"], row["problems"], row["recorded_by"]) for row in listing(world)] == [
        (3, 0, "郑审核"), (1, 2, "郑审核"), (2, 0, "郑审核"),
    ]  # fmt: skip


def test_one_inspection_tells_its_problems_as_they_stand(world: World) -> None:
    record(world)
    number = world.do("reviewer", problems.register, DRAFT, inspection_id=1)
    world.do("reviewer", problems.register, replace(DRAFT, title="督查以外"))
    told = world.do("director", inspections.one, 1)
    with world.database.read() as connection:
        lines = ledger.lines(connection, 1, NOON)
    assert told == {
        "id": 1, "title": "入河排污口 督查", "held_on": TODAY, "place": "某河段", "team": "督查一组",
        "record": "查看三处。", "recorded_by": "郑审核", "problems": 1,
        "lines": [line for line in lines if line.number == number],
    }  # fmt: skip


def test_inspections_are_the_offices_own(world: World) -> None:
    record(world)
    for login in ("clerk1", "reader", "system"):
        with refused("E-403", Denied):
            listing(world, login)
        with refused("E-403", Denied):
            world.do(login, inspections.one, 1)
    with refused("E-404", NotFound):
        world.do("reviewer", inspections.one, 2)
