"""延期 and 退办: asked with a reason, decided by another, the first date stays on record."""

from __future__ import annotations

from typing import Any

import pytest

from kit.office import at
from kit.world import CO, DUE, NOON, OTHER, OWN, REASON, World, refused
from models.errors import Denied, NotFound, Refused
from models.states import Action, RequestKind, Role, Stage
from workflow import requests

LATER = at("2022-07-05 12:00").date()
MORE_TIME, NOT_OURS = RequestKind.EXTENSION, RequestKind.TRANSFER


def ask(world: World, kind: RequestKind = MORE_TIME, login: str = "clerk1", **options: Any) -> int:
    words = {"wanted_due_on": LATER} if kind is MORE_TIME else {"wanted_unit": OTHER}
    reason = options.pop("reason", REASON)
    found: int = world.do(login, requests.ask, world.task, kind, reason, **{**words, **options})
    return found


def decide(world: World, number: int, *, grant: bool = True, login: str = "director", **options: Any) -> str:
    found: str = world.do(login, requests.decide, number, grant=grant, **{"reason": "同意。", **options})
    return found


def test_granted_extension_moves_the_date_and_keeps_the_first_one(world: World) -> None:
    assert decide(world, ask(world)) == "granted"
    row = world.row("task", world.task)
    assert (row["due_on"], row["original_due_on"], row["due_revision"], row["version"]) == (LATER, DUE, 2, 2)
    request = world.rows("request")[0]
    assert (request["decision"], request["granted_due_on"], request["decided_by"]) == (
        "granted", LATER, world.people["director"],
    )  # fmt: skip
    assert [(row["action"], row["role"]) for row in world.events()] == [
        ("request.extension", "clerk"), ("request.decide", "director"),
    ]  # fmt: skip


def test_director_may_grant_another_day_than_was_asked(world: World) -> None:
    day = at("2022-06-28 12:00").date()
    decide(world, ask(world), due_on=day)
    assert world.row("task", world.task)["due_on"] == day


def test_refused_request_moves_nothing(world: World) -> None:
    before = world.row("task", world.task)
    assert decide(world, ask(world), grant=False) == "refused"
    assert world.row("task", world.task) == before


def test_granted_transfer_moves_the_task_and_the_responsibility(world: World) -> None:
    world.act("clerk1", Action.RECEIVE, world.task, NOON)
    share = next(
        row for row in world.rows("responsibility") if row["id"] == world.row("task", world.task)["responsibility_id"]
    )
    decide(world, ask(world, NOT_OURS))
    row = world.row("task", world.task)
    assert (row["unit_id"], row["received_at"], row["state"]) == (world.units[OTHER], None, "assigned")
    old, new = world.row("responsibility", share["id"]), world.row("responsibility", row["responsibility_id"])
    assert (old["ended_at"], new["ended_at"], new["share"], new["unit_id"]) == (NOON, None, "lead", world.units[OTHER])
    with refused("E-404", NotFound):
        world.act("clerk1", Action.RECEIVE, world.task, NOON)
    world.act("clerk3", Action.RECEIVE, world.task, NOON)


@pytest.mark.parametrize(
    ("code", "kind", "options"),
    [
        ("E-S02", MORE_TIME, {"reason": " \n"}),
        ("E-D04", MORE_TIME, {"wanted_due_on": None}),
        ("E-D04", MORE_TIME, {"wanted_due_on": DUE}),
        ("E-S14", MORE_TIME, {"now": at("2022-06-26 00:00")}),
        ("E-404", NOT_OURS, {"wanted_unit": "市没有局"}),
        ("E-403", MORE_TIME, {"login": "clerk2"}),
        ("E-403", MORE_TIME, {"login": "leader1"}),
        ("E-404", MORE_TIME, {"login": "clerk3"}),
        ("E-403", MORE_TIME, {"login": "director"}),
    ],
)
def test_request_that_may_not_be_asked_changes_nothing(
    world: World, code: str, kind: RequestKind, options: dict[str, Any]
) -> None:
    before = world.picture()
    with refused(code):
        ask(world, kind, **options)
    assert world.picture() == before


def test_extension_on_the_due_day_itself_is_in_time(world: World) -> None:
    assert ask(world, now=at("2022-06-25 23:59")) == 1


@pytest.mark.parametrize("state", [Stage.REPORTED, Stage.SIGNED_STAMPED, Stage.REVIEWED, Stage.WAIVED])
def test_nothing_is_asked_of_a_task_that_has_been_filed(world: World, state: Stage) -> None:
    world.bring_to(world.task, state)
    with refused("E-S01", Refused):
        ask(world)


def test_second_request_waits_for_the_first_to_be_decided(world: World) -> None:
    number = ask(world)
    with refused("E-S15"):
        ask(world, NOT_OURS)
    decide(world, number, grant=False)
    assert ask(world, NOT_OURS) == number + 1


@pytest.mark.parametrize(
    ("code", "kind", "options"),
    [
        ("E-403", MORE_TIME, {"login": "reviewer"}),
        ("E-S02", MORE_TIME, {"reason": " "}),
        ("E-D02", MORE_TIME, {"due_on": at("2022-06-19 12:00").date()}),
        ("E-S28", NOT_OURS, {"unit": OWN}),
        ("E-S29", NOT_OURS, {"unit": CO}),
        ("E-404", NOT_OURS, {"unit": "市没有局"}),
    ],
)
def test_decision_that_may_not_be_made_changes_nothing(
    world: World, code: str, kind: RequestKind, options: dict[str, Any]
) -> None:
    number = ask(world, kind)
    before = world.picture()
    with refused(code):
        decide(world, number, **options)
    assert world.picture() == before


def test_decided_and_absent_requests_are_refused(world: World) -> None:
    number = ask(world)
    decide(world, number)
    with refused("E-S16"):
        decide(world, number, grant=False)
    with refused("E-404", NotFound):
        decide(world, 99)


def test_nobody_decides_their_own_request_nor_their_substitute(world: World) -> None:
    number = ask(world)
    world.change("request", number, asked_by=world.people["director"])
    with refused("E-S11", Denied):
        decide(world, number)
    world.join("second", Role.READER)
    with refused("E-S11", Denied):
        world.do_as(world.substitute("second", "director"), requests.decide, number, grant=True, reason=REASON)


@pytest.mark.parametrize(
    ("kind", "state"),
    [(NOT_OURS, Stage.REPORTED), (NOT_OURS, Stage.WAIVED), (MORE_TIME, Stage.SIGNED_STAMPED)],
)
def test_grant_comes_too_late_when_the_task_has_moved_on(world: World, kind: RequestKind, state: Stage) -> None:
    number = ask(world, kind)
    world.bring_to(world.task, state)
    before = world.picture()
    with refused("E-S01"):
        decide(world, number)
    assert world.picture() == before
    assert decide(world, number, grant=False) == "refused"


def test_office_and_unit_are_told_once_each(world: World) -> None:
    number = ask(world)
    assert [row["recipient_id"] for row in world.rows("message", event="extension_asked")] == [world.people["director"]]
    decide(world, number)
    told = [row["recipient_id"] for row in world.rows("message", event="extension_decided")]
    assert sorted(told) == sorted([world.people["clerk1"], world.people["leader1"]])


def test_unit_that_takes_over_is_told_of_its_new_task(world: World) -> None:
    decide(world, ask(world, NOT_OURS))
    told = world.rows("message", event="opened")
    assert [(row["recipient_id"], row["about"]) for row in told] == [(world.people["clerk3"], [[world.task, 1, 1]])]
    assert told[0]["fields"]["unit_name"] == OTHER


def test_request_in_a_closed_month_is_neither_asked_nor_granted_but_may_be_refused(world: World) -> None:
    number = ask(world)
    world.change("period", world.period_id, state="closed")
    with refused("E-S23", Refused):
        ask(world, NOT_OURS)
    with refused("E-S23", Refused):
        decide(world, number)
    assert decide(world, number, grant=False) == "refused"
