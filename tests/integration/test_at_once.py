"""What is granted, ended and closed counts from the next thing that somebody does: in a page that is open, for a program, at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.api import new_token
from kit.desk import DeskOf, desk_of
from kit.office import BEGIN, OFFICE, small_office
from kit.world import NOON, World, make_world, refused
from models.errors import Denied
from models.states import Action, Role
from workflow import people
from workflow.logged_in import who_is
from workflow.operation import perform

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


def by(desk: DeskOf, login: str, work: Callable[..., object], *args: object) -> None:
    office = desk.office
    actor = office.actor(login, BEGIN)
    perform(office.database, OFFICE, actor, "test", lambda c: work(c, OFFICE, actor, *args, BEGIN), BEGIN)


def reached(desk: DeskOf, browser: object, program: str, token: str) -> list[int]:
    """How a page, a program's call and a command are answered."""
    page = browser.get("/review").status_code  # type: ignore[attr-defined]
    call = desk.nobody().get("/api/v1/tasks", Authorization=f"Bearer {program}").status_code
    with desk.office.database.read() as connection:
        try:
            posts = who_is(connection, OFFICE, token, BEGIN).posts
        except Denied:
            return [page, call, 401]
    return [page, call, 200 if posts else 403]


def test_a_duty_that_ends_and_an_account_that_is_closed_end_everything_at_once(desk: DeskOf) -> None:
    browser, token, program = desk.person("reviewer"), desk.session("reviewer"), new_token(desk, "reviewer", "read")
    duty = next(row["id"] for row in desk.office.rows("duty", person_id=desk.office.people["reviewer"]))
    assert reached(desk, browser, program, token) == [200, 200, 200]
    by(desk, "security", people.end_duty, duty)
    assert reached(desk, browser, program, token) == [403, 403, 403]
    by(desk, "security", people.grant, "reviewer", Role.REVIEWER)
    assert reached(desk, browser, program, token) == [200, 200, 200]
    by(desk, "system", people.disable_person, "reviewer")
    assert reached(desk, browser, program, token) == [303, 401, 401]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def test_whoever_filed_in_anothers_name_does_not_review_it_and_neither_does_their_substitute(world: World) -> None:
    """The reviewer stands in for the clerk and files; later they review in their own name, or somebody does for them."""
    acting = world.substitute("reviewer", "clerk1")
    world.act_as(acting, Action.REPORT, world.task, progress="已完成清理三公里。", percent=40)
    world.sign(world.task, NOON)
    before = world.picture()
    with refused("E-S11", Denied):
        world.act("reviewer", Action.APPROVE, world.task, NOON)
    with refused("E-S11", Denied):
        world.act_as(world.substitute("director", "reviewer"), Action.APPROVE, world.task)
    assert world.picture()["task"] == before["task"]
    world.join("reviewer2", Role.REVIEWER)
    assert world.act("reviewer2", Action.APPROVE, world.task, NOON).state == "reviewed"


def test_whoever_signed_in_anothers_name_does_not_review_it(world: World) -> None:
    world.report(world.task, NOON)
    filing = world.sign_paper(world.task)
    acting = world.substitute("reviewer", "leader1")
    world.act_as(acting, Action.SIGN_STAMP, world.task, filing_id=filing, signer="李一", seal="公章")
    with refused("E-S11", Denied):
        world.act("reviewer", Action.APPROVE, world.task, NOON)
    assert world.row("task", world.task)["state"] == "signed_stamped"
