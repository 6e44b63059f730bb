"""Logging in: lock-out, sessions that end, and the same words for a wrong password and an unknown name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.world import NOON, World, refused
from models.database import Database, sqlite_url
from models.errors import BadInput, Denied
from models.schema import migrate
from models.settings import LoginSettings
from models.states import Role
from workflow import office as setting
from workflow import passwords, people, sessions
from workflow.logged_in import who_is

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

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
        return who_is(connection, 1, token, now, **options)


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


def test_weak_first_password_keeps_the_code_for_another_try(world: World) -> None:
    world.change("person", world.people["clerk1"], code_hash=people.code_digest(CODE))
    with refused("E-A02", BadInput):
        log_in(world, password="short", code=CODE)
    assert log_in(world, code=CODE).login == "clerk1"


@pytest.mark.parametrize(("hours", "limit", "code"), [(71, 72, ""), (72, 72, "E-A22"), (9000, 0, ""), (2, 1, "E-A22")])
def test_one_time_code_lapses(world: World, hours: int, limit: int, code: str) -> None:
    world.do("system", people.reset_person, "clerk1", CODE)
    rules, later = LoginSettings(code_hours=limit), NOON + timedelta(hours=hours)
    given = sessions.Login("clerk1", GOOD, CODE)
    if not code:
        assert sessions.log_in(world.database, 1, given, "late", rules, later).login == "clerk1"
        return
    with refused(code, Denied):
        sessions.log_in(world.database, 1, given, "late", rules, later)
    with refused("E-A01", Denied):  # nobody who does not know the code learns that there was one
        sessions.log_in(world.database, 1, sessions.Login("clerk1", GOOD, "guess"), "late", rules, later)
    world.do("system", people.reset_person, "clerk1", "again", now=later)
    given = sessions.Login("clerk1", GOOD, "again")
    assert sessions.log_in(world.database, 1, given, "late", rules, later).login == "clerk1"


def test_of_a_new_office_the_system_administrator_is_never_shut_out(tmp_path: Path) -> None:
    """Nobody is there yet who could give another code; the two others get theirs from the system administrator."""
    database = Database(sqlite_url(tmp_path / "new.db"))
    migrate(database)
    with database.write(1) as connection:
        named = setting.OfficeName("某县政府办", "县府办", "县政府")
        setting.set_up(connection, 1, named, dict.fromkeys(setting.FIRST, CODE), NOON)
    later, rules = NOON + timedelta(days=400), LoginSettings(unused_days=0)
    for login, role in setting.FIRST.items():
        given = sessions.Login(login, GOOD, CODE)
        if role is Role.SYSTEM:
            assert sessions.log_in(database, 1, given, "late", rules, later).login == login
        else:
            with refused("E-A22", Denied):
                sessions.log_in(database, 1, given, "late", rules, later)
    database.close()


@pytest.mark.parametrize(("days", "limit", "code"), [(90, 90, ""), (91, 90, "E-A21"), (91, 0, ""), (31, 30, "E-A21")])
def test_a_password_that_nobody_used_for_long_opens_nothing(known: World, days: int, limit: int, code: str) -> None:
    rules, later = LoginSettings(unused_days=limit), NOON + timedelta(days=days)
    given = sessions.Login("clerk1", GOOD)
    if not code:
        assert sessions.log_in(known.database, 1, given, "late", rules, later).login == "clerk1"
        return
    with refused(code, Denied):
        sessions.log_in(known.database, 1, given, "late", rules, later)
    assert (known.events()[-1]["action"], known.events()[-1]["result"]) == ("login", "denied")
    assert known.rows("loginfailure") == []
    with refused("E-A01", Denied):  # nobody who does not know the password learns that the account lies idle
        sessions.log_in(known.database, 1, sessions.Login("clerk1", "wrong"), "late", rules, later)
    known.do("system", people.reset_person, "clerk1", "again", now=later)
    fresh = sessions.Login("clerk1", "Dong-Ting-2022", "again")
    assert sessions.log_in(known.database, 1, fresh, "late", rules, later).login == "clerk1"


def test_whoever_opens_idle_accounts_again_is_never_shut_out_by_it(known: World) -> None:
    known.change("person", known.people["system"], password_hash=passwords.hashed(GOOD))
    assert log_in(known, "system", now=NOON + timedelta(days=400)).login == "system"


PROFILES = {
    # ten characters of three kinds, not the login, nothing common (等保)
    "mlps": (
        ["Aa1-Aa1-Aa", "changjiang2022X", "长江保护-Abc123", "zhuzhou-2022-river", "A1" + "b" * 254],
        ["Aa1-Aa1-A", "abcdefghijkl1", "ABCDEFGHIJ12", "1234-5678-90", "Clerk1-2022-x", "my-clerk1-A1", "My-Password-77",
         "QWERTY-asdf-99", "Admin-2022-xy", "Woaini-2022-x", "duBAN-2022-xy", "x12345678-AB", "", " " * 12, "A1" + "b" * 255],
    ),
    # fifteen characters of any kind (ASVS 6.2.1, 6.2.5)
    "asvs": (
        ["fifteen letters", "correct horse battery", "一二三四五六七八九十一二三四五", "a" * 256],
        ["fourteen-chars", "", "my password is long", "clerk1 is my name", "a" * 257],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "password", "good"),
    [(profile, one, good) for profile, both in PROFILES.items() for good, some in zip((True, False), both, strict=True) for one in some],
)  # fmt: skip
def test_each_profile_takes_what_is_good_and_nothing_else(profile: str, password: str, good: bool) -> None:
    if good:
        passwords.check_password(password, "clerk1", profile)
        return
    with refused("E-A02", BadInput):
        passwords.check_password(password, "clerk1", profile)


@pytest.mark.parametrize("code", ["", "guess"])
def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(
    known: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Counted, not timed: a password is held against a hash once, and the database is asked as often."""
    hashes, asked, hasher = list[str](), list[str](), passwords._hasher()

    class Counting:
        def hash(self, password: str) -> str:
            return hasher.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            hashes.append(stored)
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    engine = known.database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    cost = []
    for name in ("clerk1", "clerk2", "nobody", "closed"):
        known.change("person", known.people["clerk3"], login="closed", active=False)
        hashes.clear()
        asked.clear()
        with refused("E-A01", Denied):
            log_in(known, name, "wrong", code=code)
        cost.append((len(hashes), len([one for one in asked if "past" not in one])))
    assert set(cost) == {cost[0]}
    assert cost[0][0] == 1
