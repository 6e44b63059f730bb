"""Logging in: lock-out, sessions that end, and the same words for a wrong password and an unknown name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kit.world import NOON, World, refused
from models.errors import BadInput, Denied
from models.settings import LoginSettings
from workflow import passwords, people, sessions

if TYPE_CHECKING:
    from datetime import datetime

    from workflow.case import Actor

GOOD = "Chang-Jiang-2022"
CODE = "one-time-code"
RULES = LoginSettings(hours=8, tries=3, lock_minutes=15)


@pytest.fixture
def known(world: World) -> World:
    """Clerk one has a password, set with the one-time code."""
    world.change("person", world.people["clerk1"], code_hash=people.code_digest(CODE))
    log_in(world, code=CODE, token="first")
    return world


def log_in(world: World, login: str = "clerk1", password: str = GOOD, now: datetime = NOON, **options: Any) -> Actor:
    token = options.pop("token", "token")
    given = sessions.Login(login, password, options.pop("code", ""))
    return sessions.log_in(world.database, 1, given, token, RULES, now, **options)


def who(world: World, token: str, now: datetime = NOON, **options: Any) -> Actor:
    with world.database.read() as connection:
        return sessions.who_is(connection, 1, token, now, **options)


def test_code_sets_the_first_password_once(known: World) -> None:
    with refused("E-A01", Denied):
        log_in(known, password="Dong-Ting-2022", code=CODE)
    assert log_in(known).login == "clerk1"


def test_neither_token_nor_password_nor_code_is_stored(known: World) -> None:
    text = repr(known.picture()) + repr(known.events())
    assert [word in text for word in ("first'", GOOD, CODE)] == [False] * 3
    assert known.rows("login")[0]["token_hash"] == sessions.token_digest("first")


def test_wrong_password_and_unknown_and_closed_accounts_get_the_same_words(known: World) -> None:
    known.change("person", known.people["clerk2"], active=False)
    said = set()
    for login, options in (("clerk1", {}), ("nobody", {}), ("clerk2", {}), ("clerk3", {}), ("nobody", {"code": "x"})):
        with refused("E-A01", Denied) as caught:
            log_in(known, login, "wrong", **options)
        said.add(str(caught.value))
    assert len(said) == 1
    assert [(row["action"], row["result"]) for row in known.events()[-5:]] == [("login", "denied")] * 5


def test_account_locks_after_the_tries_and_opens_when_the_time_is_over(known: World) -> None:
    for _try in range(RULES.tries):
        with refused("E-A01"):
            log_in(known, password="wrong")
    with refused("E-A03", Denied):
        log_in(known)
    with refused("E-A03", Denied):
        log_in(known, now=NOON + timedelta(minutes=14, seconds=59))
    assert log_in(known, now=NOON + timedelta(minutes=15)).login == "clerk1"


def test_success_clears_the_count_of_failures(known: World) -> None:
    for _round in range(2):
        for _try in range(RULES.tries - 1):
            with refused("E-A01"):
                log_in(known, password="wrong")
        log_in(known, token=f"t{_round}")
    assert known.row("person", known.people["clerk1"])["failed_logins"] == 0


def test_one_time_code_cannot_be_guessed_for_ever(world: World) -> None:
    world.change("person", world.people["clerk1"], code_hash=people.code_digest(CODE))
    for _try in range(RULES.tries):
        with refused("E-A01"):
            log_in(world, code="guess")
    with refused("E-A03"):
        log_in(world, code=CODE)


@pytest.mark.parametrize("token", ["", "other", "first "])
def test_unknown_token_is_nobody(known: World, token: str) -> None:
    with refused("E-A04", Denied):
        who(known, token)


def test_session_ends_with_its_hours(known: World) -> None:
    assert who(known, "first", NOON + timedelta(hours=7, minutes=59)).login == "clerk1"
    with refused("E-A04", Denied):
        who(known, "first", NOON + timedelta(hours=8))


def test_logging_out_ends_this_session_only(known: World) -> None:
    log_in(known, token="second")
    actor = who(known, "first")
    with known.database.write(1) as connection:
        sessions.log_out(connection, 1, "first", actor, NOON)
    with refused("E-A04"):
        who(known, "first")
    assert who(known, "second").login == "clerk1"


def test_closing_an_account_ends_its_sessions_at_once(known: World) -> None:
    known.do("system", people.disable_person, "clerk1")
    with refused("E-A04"):
        who(known, "first")
    with refused("E-A01"):
        log_in(known)


def test_acting_for_needs_an_absence_of_that_day(known: World) -> None:
    with refused("E-A13", Denied):
        who(known, "first", acting_for="clerk2")
    known.substitute("clerk1", "clerk2")
    actor = who(known, "first", acting_for="clerk2")
    assert (actor.login, actor.acting_for, actor.acting_for_id) == ("clerk1", "钱二", known.people["clerk2"])
    assert actor.units() == {known.units["市水利局"]}
    log_in(known, now=NOON + timedelta(days=1), token="next")
    with refused("E-A13", Denied):
        who(known, "next", NOON + timedelta(days=1), acting_for="clerk2")


@pytest.mark.parametrize(
    ("password", "profile"),
    [
        ("Aa1-Aa1-A", "mlps"),
        ("abcdefghijkl1", "mlps"),
        ("Clerk1-2022-x", "mlps"),
        ("My-Password-77", "mlps"),
        ("QWERTY-asdf-99", "mlps"),
        ("fourteen-chars", "asvs"),
    ],
)
def test_password_that_is_easy_to_guess_is_refused(password: str, profile: str) -> None:
    with refused("E-A02", BadInput):
        passwords.check_password(password, "clerk1", profile)


@pytest.mark.parametrize(("password", "profile"), [("Aa1-Aa1-Aa", "mlps"), ("fifteen letters", "asvs")])
def test_password_at_the_edge_of_its_profile_is_taken(password: str, profile: str) -> None:
    passwords.check_password(password, "clerk1", profile)


def test_weak_first_password_keeps_the_code_for_another_try(world: World) -> None:
    world.change("person", world.people["clerk1"], code_hash=people.code_digest(CODE))
    with refused("E-A02", BadInput):
        log_in(world, password="short", code=CODE)
    assert log_in(world, code=CODE).login == "clerk1"
