"""A device's code beside the password: as RFC 6238 has it, once each, and asked of nobody who entered no device."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kit.world import NOON, World, refused
from models.errors import Denied, Refused
from models.settings import LoginSettings
from workflow import passwords, second_factor, sessions

if TYPE_CHECKING:
    from workflow.case import Actor

GOOD = "Chang-Jiang-2022"
RULES = LoginSettings(tries=3)
SECRET = second_factor.secret_of(b"12345678901234567890")
STEP = timedelta(seconds=second_factor.STEP_SECONDS)


def shown(now: datetime) -> str:
    """What the device shows."""
    return second_factor.code_of(SECRET, int(now.timestamp()) // second_factor.STEP_SECONDS)


@pytest.fixture
def known(world: World) -> World:
    """Clerk one has a password and, since a minute ago, a device."""
    world.change("person", world.people["clerk1"], password_hash=passwords.hashed(GOOD), password_set_at=NOON)
    before = NOON - 2 * STEP
    world.do("clerk1", second_factor.enrol, SECRET, shown(before), now=before)
    return world


def log_in(world: World, second: str = "", password: str = GOOD, now: datetime = NOON) -> Actor:
    given = sessions.Login("clerk1", password, second=second)
    return sessions.log_in(world.database, 1, given, f"token {now} {second}", RULES, now)


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
    assert shown(datetime.fromtimestamp(at, UTC)) == code


@pytest.mark.parametrize(("off", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_counts_one_step_before_and_after_its_time(off: int, counts: bool) -> None:
    assert (second_factor.step_of(SECRET, shown(NOON + off * STEP), NOON) is not None) is counts


def test_login_takes_the_password_and_a_code_that_was_not_used(known: World) -> None:
    with refused("E-A23", Denied):
        log_in(known)
    assert log_in(known, shown(NOON)).login == "clerk1"
    with refused("E-A24", Denied):
        log_in(known, shown(NOON))
    with refused("E-A24", Denied):  # nor an earlier one, were it still in its time
        log_in(known, shown(NOON - STEP))
    later = NOON + STEP
    assert log_in(known, f" {shown(later)[:3]} {shown(later)[3:]}", now=later).login == "clerk1"


def test_code_of_the_entering_opens_nothing_more(known: World) -> None:
    with refused("E-A24", Denied):
        log_in(known, shown(NOON - 2 * STEP), now=NOON - STEP)


def test_whoever_does_not_know_the_password_learns_nothing_of_the_device(known: World) -> None:
    for second in ("", "000000", shown(NOON)):
        with refused("E-A01", Denied):
            log_in(known, second, password="wrong")


def test_codes_cannot_be_guessed_for_ever(known: World) -> None:
    for _try in range(5):
        with refused("E-A23", Denied):
            log_in(known)  # to forget it is no guess
    for _try in range(RULES.tries):
        with refused("E-A24", Denied):
            log_in(known, "000000")
    with refused("E-A03", Denied):
        log_in(known, shown(NOON))


def test_first_password_after_a_reset_takes_the_code_too(known: World) -> None:
    """Whoever gives new passwords has no way around the device."""
    known.change("person", known.people["clerk1"], code_hash=sessions.code_digest("again"), password_hash="")
    given = sessions.Login("clerk1", "Dong-Ting-2022", "again")
    with refused("E-A23", Denied):
        sessions.log_in(known.database, 1, given, "t", RULES, NOON)
    given = sessions.Login("clerk1", "Dong-Ting-2022", "again", shown(NOON))
    assert sessions.log_in(known.database, 1, given, "t", RULES, NOON).login == "clerk1"


@pytest.mark.parametrize(
    ("secret", "code"), [(SECRET, "000000"), (SECRET, ""), ("", "755224"), ("A" * 31, "x"), ("!" * 32, "x")]
)
def test_device_that_does_not_prove_itself_is_not_entered(world: World, secret: str, code: str) -> None:
    before = world.picture()
    with refused("E-A24", Denied):
        world.do("clerk1", second_factor.enrol, secret, code)
    assert world.picture() == before


def test_device_is_given_up_by_its_owner_or_removed_by_the_security_administrator(known: World) -> None:
    with refused("E-A24", Denied):
        known.do("clerk1", second_factor.leave, "000000")
    for login in ("system", "clerk2", "director"):
        with refused("E-403", Denied):
            known.do(login, second_factor.remove, "clerk1")
    known.do("security", second_factor.remove, "clerk1")
    assert log_in(known).login == "clerk1"
    with refused("E-A25", Refused):
        known.do("security", second_factor.remove, "clerk1")
    known.do("clerk1", second_factor.enrol, SECRET, shown(NOON))
    later = NOON + STEP
    known.do("clerk1", second_factor.leave, shown(later), now=later)
    assert log_in(known, now=later).login == "clerk1"
    deeds: list[Any] = [
        row["action"] for row in known.events() if row["action"].startswith("second.") and row["result"] == "done"
    ]
    assert deeds == ["second.enrol", "second.remove", "second.enrol", "second.leave"]
    assert SECRET not in repr(known.events())


def test_address_is_what_devices_read() -> None:
    assert base64.b32decode(SECRET) == b"12345678901234567890"
    assert second_factor.address(SECRET, "zhao", "长江办") == (
        f"otpauth://totp/%E9%95%BF%E6%B1%9F%E5%8A%9E%3Azhao?secret={SECRET}&issuer=%E9%95%BF%E6%B1%9F%E5%8A%9E"
    )
