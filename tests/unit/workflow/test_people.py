"""Accounts, duties and absences: who makes, who grants, what stays apart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kit.office import at
from kit.world import NOON, OWN, World, refused
from models.errors import BadInput, Denied, NotFound, Refused
from models.states import Role
from models.times import local_date
from workflow import people
from workflow.case import Post

TODAY = local_date(NOON)
YESTERDAY, TOMORROW = date(2022, 6, 19), date(2022, 6, 21)


def posts(world: World, login: str, now: Any = NOON) -> tuple[Post, ...]:
    return world.actor(login, now).posts


def add(world: World, login: str = "new", **options: Any) -> int:
    number: int = world.do("system", people.add_person, login, options.pop("name", "新人"), **options)
    world.people[login] = number
    return number


def test_new_account_has_no_duty_and_stands_in_the_trail(world: World) -> None:
    number = add(world, email="new@example.org", code="c")
    row = world.row("person", number)
    assert (row["login"], row["email"], row["password_hash"], row["active"]) == ("new", "new@example.org", "", True)
    assert posts(world, "new") == ()
    assert [(row["action"], row["role"]) for row in world.events()] == [("person.add", "system")]


@pytest.mark.parametrize("login", ["", "a", "Upper", "a b", "-x", "x" * 33, "张三", "a\n", "../x"])
def test_login_name_that_cannot_be_typed_is_refused(world: World, login: str) -> None:
    with pytest.raises(BadInput):
        add(world, login)
    assert world.events()[-1]["result"] == "refused"


@pytest.mark.parametrize("name", ["", "  ", "张\n三", "张\x00三"])
def test_name_with_control_characters_is_refused(world: World, name: str) -> None:
    with refused("E-A07", BadInput):
        add(world, name=name)


@pytest.mark.parametrize("email", ["a@b@c", "a@b.c\nBcc: x@y.z", "a@b.c, d@e.f", "nobody", "a b@c.d", "a@b.c\n"])
def test_mail_address_that_is_not_one_is_refused(world: World, email: str) -> None:
    with refused("E-M01", BadInput):
        add(world, email=email)


def test_login_name_is_taken_once(world: World) -> None:
    with refused("E-A08", Refused):
        add(world, "clerk1")


@pytest.mark.parametrize("login", ["security", "audit", "director", "clerk1"])
def test_accounts_are_made_by_the_system_administrator_only(world: World, login: str) -> None:
    with refused("E-403", Denied):
        world.do(login, people.add_person, "new", "新人")


def test_duty_is_granted_by_the_security_administrator_with_its_span(world: World) -> None:
    add(world)
    world.do("security", people.grant, "new", Role.CLERK, unit_id=world.units[OWN], from_on=TODAY, to_on=TOMORROW)
    assert posts(world, "new", at("2022-06-19 12:00")) == ()
    assert posts(world, "new", at("2022-06-21 23:59")) == (Post(Role.CLERK, world.units[OWN]),)
    assert posts(world, "new", at("2022-06-22 00:00")) == ()


def test_nobody_grants_to_themselves_nor_to_the_person_they_stand_in_for(world: World) -> None:
    with refused("E-A09", Denied):
        world.do("security", people.grant, "security", Role.READER)
    add(world)
    with refused("E-A09", Denied):
        world.do_as(world.substitute("new", "security"), people.grant, "security", Role.READER)


@pytest.mark.parametrize("login", ["system", "audit", "director"])
def test_duties_are_granted_by_nobody_else(world: World, login: str) -> None:
    with refused("E-403", Denied):
        world.do(login, people.grant, "reader", Role.REVIEWER)


@pytest.mark.parametrize(
    ("code", "role", "unit"),
    [
        ("E-A10", Role.SCHEDULER, None),
        ("E-A11", Role.CLERK, None),
        ("E-A11", Role.DIRECTOR, OWN),
        ("E-A05", Role.AUDIT, None),
    ],
)
def test_duty_that_cannot_be_held_is_refused(world: World, code: str, role: Role, unit: str | None) -> None:
    before = world.rows("duty")
    with refused(code):
        world.do("security", people.grant, "reader", role, unit_id=world.units[unit] if unit else None)
    assert world.rows("duty") == before


def test_power_that_begins_later_is_kept_apart_too(world: World) -> None:
    add(world)
    world.do("security", people.grant, "new", Role.AUDIT, from_on=TOMORROW)
    with refused("E-A05"):
        world.do("security", people.grant, "new", Role.SYSTEM)
    world.do("security", people.grant, "new", Role.READER, to_on=TODAY)
    assert posts(world, "new") == (Post(Role.READER),)


def test_ended_duty_held_until_yesterday_and_stays_on_record(world: World) -> None:
    duty = next(row for row in world.rows("duty") if row["person_id"] == world.people["clerk1"])
    world.do("security", people.end_duty, duty["id"])
    assert posts(world, "clerk1") == ()
    assert world.row("duty", duty["id"])["valid_to"] == YESTERDAY
    with refused("E-404", NotFound):
        world.do("security", people.end_duty, duty["id"], now=at("2022-08-01 12:00"))
    assert world.row("duty", duty["id"])["valid_to"] == YESTERDAY


def test_duty_that_began_today_ends_without_ever_having_been(world: World) -> None:
    duty = world.do("security", people.grant, "reader", Role.REVIEWER)
    world.do("security", people.end_duty, duty)
    assert posts(world, "reader") == (Post(Role.READER),)
    assert [row["action"] for row in world.events()] == ["duty.grant", "duty.end"]


def absence(world: World, login: str, absent: str, other: str, **options: Any) -> Any:
    span = {"from_on": TODAY, "to_on": TOMORROW, **options}
    return world.do(login, people.set_absence, absent, other, span["from_on"], span["to_on"])


@pytest.mark.parametrize("login", ["clerk1", "director", "security"])
def test_absence_is_named_by_oneself_the_director_or_security(world: World, login: str) -> None:
    number = absence(world, login, "clerk1", "clerk2")
    row = world.row("absence", number)
    assert (row["person_id"], row["substitute_id"]) == (world.people["clerk1"], world.people["clerk2"])


@pytest.mark.parametrize("login", ["clerk2", "reviewer", "reader", "system"])
def test_absence_of_another_is_nobody_elses_to_name(world: World, login: str) -> None:
    with refused("E-403", Denied):
        absence(world, login, "clerk1", "clerk2")


@pytest.mark.parametrize(("other", "options"), [("clerk1", {}), ("clerk2", {"from_on": TOMORROW, "to_on": TODAY})])
def test_absence_needs_another_person_and_a_span(world: World, other: str, options: dict[str, Any]) -> None:
    with refused("E-A12", BadInput):
        absence(world, "clerk1", "clerk1", other, **options)


def test_substitute_does_not_join_what_must_stay_apart(world: World) -> None:
    with refused("E-A05", Refused):
        absence(world, "security", "security", "audit")
    with refused("E-A05", Refused):
        absence(world, "security", "security", "director")


def test_unknown_people_are_not_found(world: World) -> None:
    with refused("E-404", NotFound):
        world.do("system", people.disable_person, "nobody")
    with refused("E-404", NotFound):
        absence(world, "director", "clerk1", "nobody")
