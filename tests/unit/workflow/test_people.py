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


def session(world: World, login: str) -> int:
    """A session that runs."""
    return world.add(
        "login", person_id=world.people[login], token_hash=f"t-{login}", created_at=NOON,
        expires_at=at("2022-06-20 20:00"),
    )  # fmt: skip


def test_reset_ends_what_was_and_leaves_a_code(world: World) -> None:
    number = world.people["clerk1"]
    world.change("person", number, password_hash="old", failed_logins=4, locked_until=at("2022-06-20 13:00"))
    mine, other = session(world, "clerk1"), session(world, "clerk2")
    world.do("system", people.reset_person, "clerk1", "new-code")
    row = world.row("person", number)
    assert (row["password_hash"], row["code_hash"]) == ("", people.code_digest("new-code"))
    assert (row["failed_logins"], row["locked_until"]) == (0, None)
    assert world.row("login", mine)["revoked_at"] == NOON
    assert world.row("login", other)["revoked_at"] is None
    event = world.events()[-1]
    assert (event["action"], event["role"], event["object_id"]) == ("person.reset", "system", number)
    assert "new-code" not in repr(world.events())


@pytest.mark.parametrize(
    ("login", "target", "code"),
    [
        ("system", "security", None),
        ("system", "audit", None),
        ("security", "system", None),
        ("system", "system", "E-A14"),
        ("security", "clerk1", "E-403"),
        ("security", "audit", "E-403"),
        ("security", "security", "E-403"),
        ("audit", "system", "E-403"),
        ("director", "clerk1", "E-403"),
        ("clerk1", "clerk1", "E-403"),
        ("clerk1", "nobody", "E-403"),
        ("system", "nobody", "E-404"),
    ],
)
def test_reset_is_the_system_administrators_and_theirs_is_the_security_administrators(
    world: World, login: str, target: str, code: str | None
) -> None:
    before = world.rows("person")
    if code is None:
        world.do(login, people.reset_person, target, "code")
        return
    with refused(code):
        world.do(login, people.reset_person, target, "code")
    assert world.rows("person") == before


def test_reset_is_not_ones_own_through_a_substitute_either(world: World) -> None:
    add(world)
    with refused("E-A14", Denied):
        world.do_as(world.substitute("new", "system"), people.reset_person, "system", "code")


def test_closed_account_is_reopened_before_it_is_reset(world: World) -> None:
    world.do("system", people.disable_person, "clerk1")
    with refused("E-A15", Refused):
        world.do("system", people.reset_person, "clerk1", "code")
    world.do("system", people.enable_person, "clerk1")
    assert world.row("person", world.people["clerk1"])["active"] is True
    assert [row["action"] for row in world.events() if row["result"] == "done"] == ["person.disable", "person.enable"]
    with refused("E-A16", Refused):
        world.do("system", people.enable_person, "clerk1")


def test_name_and_address_are_changed_and_the_trail_says_from_what(world: World) -> None:
    world.do("system", people.change_person, "clerk1", email="zhao@example.org")
    row = world.row("person", world.people["clerk1"])
    assert (row["name"], row["email"]) == ("赵一", "zhao@example.org")
    world.do("system", people.change_person, "clerk1", name=" 赵逸 ", email="")
    row = world.row("person", world.people["clerk1"])
    assert (row["name"], row["email"]) == ("赵逸", "")
    assert [row["detail"] for row in world.events()] == [
        {"login": "clerk1", "email": ["clerk1@example.gov.cn", "zhao@example.org"]},
        {"login": "clerk1", "name": ["赵一", "赵逸"], "email": ["zhao@example.org", ""]},
    ]


@pytest.mark.parametrize(("values", "code"), [({"name": " "}, "E-A07"), ({"email": "a@b, c@d"}, "E-M01")])
def test_change_to_what_could_not_be_entered_is_refused(world: World, values: dict[str, str], code: str) -> None:
    before = world.rows("person")
    with refused(code, BadInput):
        world.do("system", people.change_person, "clerk1", **values)
    assert world.rows("person") == before


@pytest.mark.parametrize("login", ["security", "audit", "director", "clerk1"])
def test_accounts_are_changed_and_reopened_by_the_system_administrator_only(world: World, login: str) -> None:
    world.change("person", world.people["clerk2"], active=False)
    with refused("E-403", Denied):
        world.do(login, people.change_person, "clerk1", name="别人")
    with refused("E-403", Denied):
        world.do(login, people.enable_person, "clerk2")


LATER = date(2022, 7, 1)


def test_nobody_names_themselves_as_a_substitute(world: World) -> None:
    before = world.picture()
    with refused("E-A20", Denied):
        absence(world, "director", "clerk1", "director")
    with refused("E-A20", Denied):
        absence(world, "security", "audit", "security")
    assert world.picture() == before
    assert [row["result"] for row in world.events()] == ["denied", "denied"]


def test_a_substitute_of_one_administrator_is_not_made_that_of_another(world: World) -> None:
    add(world)
    absence(world, "security", "audit", "new", from_on=TODAY, to_on=TOMORROW)
    with refused("E-A05", Refused):
        absence(world, "security", "system", "new", from_on=TOMORROW, to_on=LATER)
    absence(world, "security", "system", "new", from_on=LATER, to_on=LATER)


def test_a_duty_that_begins_within_an_absence_keeps_powers_apart(world: World) -> None:
    add(world)
    world.do("security", people.grant, "new", Role.SYSTEM, from_on=TOMORROW)
    with refused("E-A05", Refused):
        absence(world, "security", "audit", "new", from_on=TODAY, to_on=TOMORROW)
    absence(world, "security", "audit", "new", from_on=TODAY, to_on=TODAY)


@pytest.mark.parametrize(("to_on", "apart"), [(TOMORROW, False), (LATER, True), (None, True)])
def test_a_duty_is_not_granted_to_whoever_stands_in_for_what_must_stay_apart(
    world: World, to_on: date | None, apart: bool
) -> None:
    add(world)
    absence(world, "security", "audit", "new", from_on=LATER, to_on=LATER)
    before = world.picture()
    if not apart:
        world.do("security", people.grant, "new", Role.SYSTEM, to_on=to_on)
        return
    with refused("E-A05", Refused):
        world.do("security", people.grant, "new", Role.SYSTEM, to_on=to_on)
    assert world.picture() == before


def test_a_duty_is_not_granted_to_whoever_is_stood_in_for_by_what_must_stay_apart(world: World) -> None:
    add(world)
    absence(world, "director", "new", "reviewer", from_on=TODAY, to_on=LATER)
    with refused("E-A05", Refused):
        world.do("security", people.grant, "new", Role.AUDIT, from_on=TOMORROW)
    world.do("security", people.grant, "new", Role.AUDIT, from_on=date(2022, 7, 2))
