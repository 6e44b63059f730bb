"""Passwords: how good, how stored, how old, and which were used before (``reliability.md`` section 6, ASVS 6)."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Denied
from models.language import _
from models.times import local_date
from workflow import cases
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from argon2 import PasswordHasher
    from sqlalchemy.engine import Connection

    from models.settings import LoginSettings

_KINDS: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
SHORTEST: Final = {"mlps": 10, "asvs": 15}
KINDS_WANTED: Final = 3
#: people type these first, and so do those who guess
COMMON: Final = ("password", "qwerty", "12345678", "duban", "admin", "woaini")
#: hashing takes the time of its length; nobody types more
LONGEST: Final = 256
#: so many of the last passwords are not taken again
REMEMBERED: Final = 5


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher().hash(password)


def verify(stored: str, password: str) -> bool:
    """Whether it is the password; without one stored it takes the same time and is not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(stored or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def wanted(profile: str) -> str:
    """What a password must be, as whoever chooses one is told."""
    kinds = _("At least {count} characters of three kinds: small letters, capitals, digits, signs.")
    return (kinds if profile == "mlps" else _("At least {count} characters.")).format(count=SHORTEST[profile])


def check_password(password: str, login: str, profile: str) -> None:
    """Refuse a password that is too short, too plain, common, or holds the login name."""
    kinds = sum(bool(re.search(kind, password)) for kind in _KINDS)
    plain = password.lower()
    too_plain = profile == "mlps" and kinds < KINDS_WANTED
    too_short = not SHORTEST[profile] <= len(password) <= LONGEST
    if too_short or too_plain or login in plain or any(word in plain for word in COMMON):
        raise BadInput(
            "E-A02",
            _("The password is too easy to guess."),
            remedy=_("{wanted} Without the login name and common words.").format(wanted=wanted(profile)),
        )


def code_life(rules: LoginSettings) -> str:
    """For how long a one-time code is good, as whoever gives one or is given one is told; empty where it never lapses."""
    return _("The code is valid for {hours} hours.").format(hours=rules.code_hours) if rules.code_hours else ""


def refuse_lapsed(code_at: datetime | None, rules: LoginSettings, now: datetime) -> None:
    """Refuse a one-time code that lay about for too long; E-A22. Said to nobody but who knows it."""
    if rules.code_hours and code_at is not None and now >= code_at + timedelta(hours=rules.code_hours):
        raise Denied(
            "E-A22",
            _("The one-time code was valid for {hours} hours; it is not any more.").format(hours=rules.code_hours),
            remedy=_("Ask the system administrator for a new one."),
        )


def refuse_used(past: Iterable[str], password: str) -> None:
    """Refuse one of the last passwords; E-A19."""
    if any(verify(stored, password) for stored in past):
        raise BadInput(
            "E-A19",
            _("This password was used before."),
            remedy=_("Choose one that is none of your last {count}.").format(count=REMEMBERED),
        )


def past(connection: Connection, office_id: int, person_id: int) -> list[str]:
    """What is stored of the last passwords, the present one among them."""
    h = t.past_password.c
    query = sa.select(h.password_hash).where(h.office_id == office_id, h.person_id == person_id)
    return list(connection.scalars(query.order_by(h.id.desc()).limit(REMEMBERED)))


def store(connection: Connection, office_id: int, person_id: int, stored: str, now: datetime) -> None:
    """A new password from now on; what set it is used up, and only the last ones are remembered."""
    p, h = t.person.c, t.past_password.c
    connection.execute(
        sa.update(t.person)
        .where(p.office_id == office_id, p.id == person_id)
        .values(password_hash=stored, code_hash="", code_at=None, password_set_at=now)
    )
    insert(connection, t.past_password, office_id, person_id=person_id, password_hash=stored, set_at=now)
    theirs = sa.and_(h.office_id == office_id, h.person_id == person_id)
    kept = sa.select(h.id).where(theirs).order_by(h.id.desc()).limit(REMEMBERED)
    connection.execute(sa.delete(t.past_password).where(theirs, h.id.not_in(list(connection.scalars(kept)))))


def lies_idle(connection: Connection, office_id: int, person_id: int, rules: LoginSettings, now: datetime) -> bool:
    """Whether nobody has used the account for so long that its owner may have left (等保 多余账户停用).

    The system administrators, who alone open such an account again, are never shut out by it.
    """
    p, s = t.person.c, t.login.c
    of_person = sa.select(p.created_at, p.password_set_at).where(p.office_id == office_id, p.id == person_id)
    logins = sa.select(sa.func.max(s.created_at)).where(s.office_id == office_id, s.person_id == person_id)
    used = [*connection.execute(of_person).one(), connection.scalar(logins)]
    if not rules.unused_days or max(at for at in used if at is not None) >= now - timedelta(days=rules.unused_days):
        return False
    posts = cases.posts_of(connection, office_id, person_id, local_date(now))
    return not any(post.role in MATRIX["person.manage"] for post in posts)


def idle(rules: LoginSettings) -> Denied:
    """The refusal of a password that has not been used for too long."""
    return Denied(
        "E-A21",
        _("The account was not used for more than {count} days; its password is valid no longer.").format(
            count=rules.unused_days
        ),
        remedy=_("Have the system administrator reset it: a one-time code sets a new password."),
    )


def is_due(set_at: datetime | None, began_at: datetime, rules: LoginSettings) -> bool:
    """Whether a session that begins now must choose a new password first; ASVS 6.2.10 forbids to ask for it by age."""
    if rules.profile != "mlps" or not rules.password_days or set_at is None:
        return False
    return set_at + timedelta(days=rules.password_days) <= began_at
