"""Who guesses is shut out where they guess: by name and address, the same whether or not somebody has the name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kit import quick_passwords
from kit.world import NOON, World, refused
from models.errors import BadInput, Denied
from models.settings import LoginSettings
from workflow import lockout, passwords, people, sessions
from workflow.logged_in import who_is
from workflow.sessions import WEB, Caller

if TYPE_CHECKING:
    from datetime import datetime

GOOD = "Chang-Jiang-2022"
RULES = LoginSettings(tries=3)
HERE, THERE = Caller(WEB, "10.0.0.1", "Firefox"), Caller(WEB, "10.0.0.2")


@pytest.fixture
def known(world: World) -> World:
    """Clerk one has a password."""
    world.change("person", world.people["clerk1"], password_hash=passwords.hashed(GOOD))
    return world


def test_a_stolen_hash_is_dear_to_guess_from() -> None:
    assert quick_passwords.SHIPPED().hash(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def try_at(world: World, caller: Caller, password: str = "wrong", name: str = "clerk1", now: datetime = NOON) -> str:
    """The code of the refusal, or nothing."""
    try:
        sessions.log_in(world.database, 1, sessions.Login(name, password), f"{now}{caller}", RULES, now, caller)
    except Denied as refusal:
        return refusal.code
    return ""


def test_a_stranger_locks_their_own_address_and_not_the_person(known: World) -> None:
    assert [try_at(known, THERE) for _turn in range(4)] == ["E-A01", "E-A01", "E-A01", "E-A03"]
    assert try_at(known, THERE, GOOD) == "E-A03"
    assert try_at(known, HERE, GOOD) == ""
    assert try_at(known, THERE, GOOD, now=NOON + timedelta(minutes=14, seconds=59)) == "E-A03"
    assert try_at(known, THERE, GOOD, now=NOON + timedelta(minutes=15)) == ""


def test_success_forgives_its_own_address_only(known: World) -> None:
    assert [try_at(known, THERE), try_at(known, THERE), try_at(known, HERE, GOOD)] == ["E-A01", "E-A01", ""]
    assert [try_at(known, THERE), try_at(known, THERE)] == ["E-A01", "E-A03"]


@pytest.mark.parametrize("name", ["clerk1", "nobody.here"])
def test_guessing_from_many_addresses_comes_to_an_end(known: World, name: str) -> None:
    most = RULES.tries * lockout.SPREAD
    said = [try_at(known, Caller(WEB, f"10.1.0.{turn}"), name=name) for turn in range(most + 1)]
    assert said == ["E-A01"] * most + ["E-A03"]
    assert try_at(known, HERE, GOOD, name=name) == "E-A03"
    assert try_at(known, HERE, GOOD, name=name, now=NOON + timedelta(minutes=15)) == (
        "" if name == "clerk1" else "E-A01"
    )


def test_an_unknown_name_is_locked_as_a_known_one(known: World) -> None:
    for name in ("clerk1", "clerk2", "nobody.here", "x" * 90):
        assert [try_at(known, THERE, name=name) for _turn in range(4)] == ["E-A01", "E-A01", "E-A01", "E-A03"]


def test_failures_of_long_ago_do_not_count_and_are_not_kept(known: World) -> None:
    assert [try_at(known, THERE), try_at(known, THERE)] == ["E-A01", "E-A01"]
    later = NOON + lockout.WINDOW
    assert [try_at(known, THERE, now=later), try_at(known, THERE, now=later)] == ["E-A01", "E-A01"]
    assert {row["tries"] for row in known.rows("loginfailure")} == {2}


def test_a_terminal_is_an_address_of_its_own(known: World) -> None:
    for _turn in range(3):
        try_at(known, Caller())
    assert (try_at(known, Caller(), GOOD), try_at(known, HERE, GOOD)) == ("E-A03", "")


def test_the_trail_shows_each_with_its_address_and_the_lock(known: World) -> None:
    for _turn in range(4):
        try_at(known, THERE)
    try_at(known, HERE, GOOD)
    told = [row for row in known.events() if row["action"] == "login"]
    assert [row["detail"]["address"] for row in told] == ["10.0.0.2"] * 4 + ["10.0.0.1"]
    assert [row["detail"].get("code", "") for row in told] == ["E-A01"] * 3 + ["E-A03", ""]
    assert ["locked_until" in row["detail"] for row in told] == [False, False, True, False, False]
    assert {row["source"] for row in told} == {WEB}


def test_a_reset_lifts_every_lock(known: World) -> None:
    for caller in (HERE, THERE):
        for _turn in range(3):
            try_at(known, caller)
    known.do("system", people.reset_person, "clerk1", "new-code")
    assert known.rows("loginfailure") == []


def test_who_sits_at_a_screen_left_open_does_not_guess_the_password_by_changing_it(known: World) -> None:
    try_at(known, HERE, GOOD)
    actor = known.actor("clerk1")
    for code in ("E-A18", "E-A18", "E-A18", "E-A03"):
        with refused(code, Denied):
            sessions.change_password(known.database, 1, actor, "t", "guess", "New-River-2022", RULES, NOON, HERE)
    assert try_at(known, HERE, GOOD) == "E-A03"
    assert known.rows("pastpassword") == []


def test_none_of_the_last_five_passwords_is_taken_again(known: World) -> None:
    actor, old = known.actor("clerk1"), GOOD
    for turn in range(5):
        new = f"New-River-202{turn}"
        sessions.change_password(known.database, 1, actor, "t", old, new, RULES, NOON)
        old = new
    for turn in range(5):
        with refused("E-A19", BadInput):
            sessions.change_password(known.database, 1, actor, "t", old, f"New-River-202{turn}", RULES, NOON)
    sessions.change_password(known.database, 1, actor, "t", old, GOOD, RULES, NOON)
    assert len(known.rows("pastpassword")) == passwords.REMEMBERED
    assert GOOD not in repr(known.picture())


@pytest.mark.parametrize(("days", "profile", "code"), [(89, "mlps", ""), (90, "mlps", "E-A17"), (90, "asvs", "")])
def test_a_password_grows_old_under_mlps_alone(known: World, days: int, profile: str, code: str) -> None:
    known.change("person", known.people["clerk1"], password_set_at=NOON)
    now, rules = NOON + timedelta(days=days), LoginSettings(profile=profile)
    sessions.log_in(known.database, 1, sessions.Login("clerk1", GOOD), "token", rules, now)

    def who(**options: bool) -> str:
        with known.database.read() as connection:
            return who_is(connection, 1, "token", now, rules=rules, **options).login

    assert who(renewing=True) == "clerk1"
    if code:
        with refused(code, Denied):
            who()
    else:
        assert who() == "clerk1"
