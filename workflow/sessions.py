"""Logging in: argon2 passwords, lock-out, tokens that can be revoked (``reliability.md`` section 6, ASVS 6 and 7).

An unknown name costs the same time and gets the same words as a wrong password.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models import tables as t
from models.database import insert
from models.errors import BadInput, Denied, DubanError
from models.language import _
from models.states import Result
from models.times import local_date
from workflow import audit, cases
from workflow.case import Actor
from workflow.people import code_digest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database

_KINDS: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
SHORTEST: Final = {"mlps": 10, "asvs": 15}
KINDS_WANTED: Final = 3
#: people type these first, and so do those who guess
COMMON: Final = ("password", "qwerty", "12345678", "duban", "admin", "woaini")


@dataclass(frozen=True, slots=True)
class LoginRules:
    """What the settings say about passwords and sessions."""

    profile: str = "mlps"
    hours: int = 8
    tries: int = 5
    lock_minutes: int = 15


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher().hash(password)


def check_password(password: str, login: str, profile: str) -> None:
    """Refuse a password that is too short, too plain, common, or holds the login name."""
    kinds = sum(bool(re.search(kind, password)) for kind in _KINDS)
    plain = password.lower()
    too_plain = profile == "mlps" and kinds < KINDS_WANTED
    if len(password) < SHORTEST[profile] or too_plain or login in plain or any(word in plain for word in COMMON):
        raise BadInput(
            "E-A02",
            _("The password is too easy to guess."),
            remedy=_("Use at least {count} characters of three kinds, without the login name or common words.").format(
                count=SHORTEST[profile]
            ),
        )


def log_in(
    database: Database,
    office_id: int,
    login: str,
    password: str,
    token: str,
    rules: LoginRules,
    now: datetime,
    *,
    code: str = "",
    source: str = "cli",
) -> Actor:
    """Check the password (or set the first one with a one-time code) and register the token; E-A01 otherwise.

    ``token`` is made by the caller; only its SHA-256 is stored. A failure is counted and recorded, so its
    transaction is kept although the login is refused.
    """
    refusal: DubanError | None = None
    with database.write(office_id) as connection:
        row = _person(connection, office_id, login)
        try:
            _admit(connection, office_id, row, login, password, code, rules, now)
        except DubanError as error:
            refusal = error
            _count_failure(connection, office_id, row, login, error, rules, now, source)
        else:
            assert row is not None
            return _open(connection, office_id, row, token, rules, now, source)
    assert refusal is not None
    raise refusal


def _person(connection: Connection, office_id: int, login: str) -> Any:
    return connection.execute(
        sa.select(t.person).where(t.person.c.office_id == office_id, t.person.c.login == login)
    ).first()


def _admit(
    connection: Connection,
    office_id: int,
    row: Any,
    login: str,
    password: str,
    code: str,
    rules: LoginRules,
    now: datetime,
) -> None:
    known = row is not None and row.active
    locked = row.locked_until if row is not None else _locked_nobody(connection, office_id, login, rules)
    if locked is not None and locked > now:
        raise Denied(
            "E-A03",
            _("This account is locked after too many failed tries."),
            remedy=_("Wait {count} minutes, then try again.").format(count=rules.lock_minutes),
        )
    if code:
        if not known or not row.code_hash or row.code_hash != code_digest(code):
            _verify(_nobody(), password)
            raise _wrong(rules)
        check_password(password, login, rules.profile)
        _store_password(connection, office_id, row.id, password)
        return
    if not _verify(row.password_hash if known and row.password_hash else _nobody(), password) or not known:
        raise _wrong(rules)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _wrong(rules: LoginRules) -> Denied:
    """Counts nothing down: what is left of the tries would tell which names exist."""
    return Denied(
        "E-A01",
        _("The login name or the password is wrong."),
        remedy=_("After {tries} failures an account is locked for {minutes} minutes.").format(
            tries=rules.tries, minutes=rules.lock_minutes
        ),
    )


def _locked_nobody(connection: Connection, office_id: int, login: str, rules: LoginRules) -> datetime | None:
    """Until when a name that nobody has is locked, as an account would be: a lock must not tell which names exist."""
    e = t.event.c
    tries = sa.select(e.at).where(
        e.office_id == office_id, e.object_type == "person", e.object_id == 0, e.action == "login",
        e.actor == login[:32], e.detail["code"].as_string() == "E-A01",
    )  # fmt: skip
    count = connection.scalar(sa.select(sa.func.count()).select_from(tries.subquery())) or 0
    rounds = count // rules.tries
    if not rounds:
        return None
    last = connection.scalar(tries.order_by(e.seq).offset(rounds * rules.tries - 1).limit(1))
    return None if last is None else last + timedelta(minutes=rules.lock_minutes)


def _store_password(connection: Connection, office_id: int, person_id: int, password: str) -> None:
    connection.execute(
        sa.update(t.person)
        .where(t.person.c.office_id == office_id, t.person.c.id == person_id)
        .values(password_hash=hashed(password), code_hash="")
    )


def _count_failure(
    connection: Connection,
    office_id: int,
    row: Any,
    login: str,
    error: DubanError,
    rules: LoginRules,
    now: datetime,
    source: str,
) -> None:
    if row is not None and error.code == "E-A01":
        failures = row.failed_logins + 1
        locked = now + timedelta(minutes=rules.lock_minutes) if failures >= rules.tries else None
        connection.execute(
            sa.update(t.person)
            .where(t.person.c.office_id == office_id, t.person.c.id == row.id)
            .values(failed_logins=0 if locked else failures, locked_until=locked)
        )
    nobody = Actor(row.id if row is not None else 0, login[:32], "", source=source)
    number = row.id if row is not None else 0
    entry = audit.Entry("login", "person", number, result=Result.DENIED, reason=error.what, detail={"code": error.code})
    audit.append(connection, office_id, nobody, entry, now)


def _open(
    connection: Connection, office_id: int, row: Any, token: str, rules: LoginRules, now: datetime, source: str
) -> Actor:
    connection.execute(
        sa.update(t.person)
        .where(t.person.c.office_id == office_id, t.person.c.id == row.id)
        .values(failed_logins=0, locked_until=None)
    )
    insert(
        connection,
        t.login,
        office_id,
        person_id=row.id,
        token_hash=token_digest(token),
        created_at=now,
        expires_at=now + timedelta(hours=rules.hours),
    )
    actor = cases.load_actor(connection, office_id, row.id, local_date(now), source=source)
    audit.append(connection, office_id, actor, audit.Entry("login", "person", row.id), now)
    return actor


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def who_is(
    connection: Connection, office_id: int, token: str, now: datetime, *, acting_for: str = "", source: str = "cli"
) -> Actor:
    """The person behind a token with today's duties; E-A04 when it is unknown, expired or revoked."""
    row = connection.execute(
        sa.select(t.login.c.person_id)
        .join(t.person, sa.and_(t.person.c.office_id == t.login.c.office_id, t.person.c.id == t.login.c.person_id))
        .where(
            t.login.c.office_id == office_id,
            t.login.c.token_hash == token_digest(token),
            t.login.c.revoked_at.is_(None),
            t.login.c.expires_at > now,
            t.person.c.active,
        )
    ).first()
    if row is None:
        raise Denied("E-A04", _("You are not logged in, or the session has ended."), remedy=_("Run: duban login NAME"))
    actor = cases.load_actor(connection, office_id, row.person_id, local_date(now), source=source)
    if not acting_for:
        return actor
    substitute = cases.load_substitute(connection, office_id, actor, acting_for, local_date(now))
    if substitute is None:
        raise Denied(
            "E-A13",
            _("{login} has not named you as substitute for today.").format(login=acting_for),
            remedy=_("Have the absence entered with: duban person absence"),
        )
    return substitute


def log_out(connection: Connection, office_id: int, token: str, actor: Actor, now: datetime) -> None:
    """End a session."""
    connection.execute(
        sa.update(t.login)
        .where(t.login.c.office_id == office_id, t.login.c.token_hash == token_digest(token))
        .values(revoked_at=now)
    )
    audit.append(connection, office_id, actor, audit.Entry("logout", "person", actor.person_id), now)
