"""Logging in, and sessions that end: by their hours, unused, one by one, or by a new password (``reliability.md`` section 6).

An unknown name costs the same time and gets the same words as a wrong password; passwords are held against what is
stored before the office's write lock is taken, so that guessing holds nobody up (ASVS 6 and 7).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import Denied, DubanError
from models.language import _
from models.states import Result
from models.times import local_date
from workflow import audit, cases, lockout, passwords, second_factor
from workflow.case import Actor
from workflow.people import code_digest
from workflow.permissions import not_there

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.settings import LoginSettings

CLI, WEB = "cli", "web"
_LONGEST_ADDRESS, _LONGEST_BROWSER = 64, 200


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody comes: a terminal, or a browser at an address."""

    source: str = CLI
    address: str = CLI
    browser: str = ""


TERMINAL: Final = Caller()


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody gives to be let in; ``code`` is the one-time code that makes ``password`` the first one.

    ``second`` is what the device shows, for who has entered one.
    """

    name: str
    password: str
    code: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that runs, as its owner sees it."""

    id: int
    kind: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    browser: str
    here: bool


def log_in(
    database: Database, office_id: int, given: Login, token: str, rules: LoginSettings, now: datetime,
    caller: Caller = TERMINAL,
) -> Actor:  # fmt: skip
    """Check the password (or set the first one with a one-time code) and register the token.

    E-A01 or E-A03 otherwise, E-A21 for an account that lay idle, E-A22 for a code that lay about, E-A23 and E-A24 for
    one whose device has to speak, too.

    ``token`` is made by the caller; only its SHA-256 is stored. A failure is counted and recorded, so its
    transaction is kept although the login is refused.
    """
    with database.read() as connection:
        row = _person(connection, office_id, given.name)
        locked = lockout.locked_until(connection, office_id, given.name, caller.address, now)
        past = passwords.past(connection, office_id, row.id) if row is not None and given.code else []
    fresh, refusal = None, None
    try:
        fresh = None if locked else _proved(row, given, past, rules, now)
    except DubanError as error:
        refusal = error
    with database.write(office_id) as connection:
        # nobody comes in by what was changed or locked meanwhile
        if lockout.locked_until(connection, office_id, given.name, caller.address, now):
            refusal = _locked(rules)
        elif locked or _person(connection, office_id, given.name) != row:
            refusal = _wrong(rules)
        elif refusal is None and not fresh and passwords.lies_idle(connection, office_id, row.id, rules, now):
            refusal = passwords.idle(rules)  # said to nobody but who knows the password
        if refusal is None:
            refusal = second_factor.take(connection, office_id, row, given.second, now)
        if refusal is None:
            if fresh:
                passwords.store(connection, office_id, row.id, fresh, now)
            return _open(connection, office_id, row, token, rules, now, caller)
        _count_failure(connection, office_id, row, given.name, refusal, rules, now, caller)
    raise refusal


def _person(connection: Connection, office_id: int, login: str) -> Any:
    p = t.person.c
    query = sa.select(
        p.id, p.login, p.name, p.active, p.password_hash, p.code_hash, p.code_at, p.totp_secret, p.totp_step
    )
    return connection.execute(query.where(p.office_id == office_id, p.login == login)).first()


def failures(connection: Connection, office_id: int, login: str) -> int:
    """How often a login under this name failed since the last that succeeded; 0 for a name that nobody has."""
    p = t.person.c
    return connection.scalar(sa.select(p.failed_logins).where(p.office_id == office_id, p.login == login)) or 0


def _proved(row: Any, given: Login, past: list[str], rules: LoginSettings, now: datetime) -> str | None:
    """What to store as a new password, or None where the present one was right; E-A01, E-A02, E-A19, E-A22."""
    known = row is not None and row.active
    if not given.code:
        if not passwords.verify(row.password_hash if known else "", given.password):
            raise _wrong(rules)
        return None
    code = row.code_hash if known else ""
    if not code or not hmac.compare_digest(code, code_digest(given.code)):
        passwords.verify("", given.password)
        raise _wrong(rules)
    passwords.refuse_lapsed(row.code_at, rules, now)
    passwords.check_password(given.password, given.name, rules.profile)
    passwords.refuse_used(past, given.password)
    return passwords.hashed(given.password)


def _wrong(rules: LoginSettings) -> Denied:
    """Counts nothing down: what is left of the tries would tell which names exist."""
    return Denied(
        "E-A01",
        _("The login name or the password is wrong."),
        remedy=_(
            "Type both again and mind capital letters. Whoever has forgotten the password gets a one-time code from the system "
            "administrator. After {tries} failures an account is locked for {minutes} minutes."
        ).format(tries=rules.tries, minutes=rules.lock_minutes),
    )


def _locked(rules: LoginSettings) -> Denied:
    return Denied(
        "E-A03",
        _("This account is locked after too many failed tries."),
        remedy=_("Wait {count} minutes, then try again.").format(count=rules.lock_minutes),
    )


def _count_failure(
    connection: Connection, office_id: int, row: Any, name: str, error: DubanError, rules: LoginSettings,
    now: datetime, caller: Caller,
) -> None:  # fmt: skip
    """A wrong password or code counts, for this address and for all; what was tried while locked is written down only."""
    detail: dict[str, Any] = {"code": error.code, "address": caller.address}
    number = row.id if row is not None else 0
    if error.code in {"E-A01", second_factor.WRONG}:
        lock = timedelta(minutes=rules.lock_minutes)
        until = lockout.failed(connection, office_id, name, caller.address, rules.tries, lock, now)
        detail |= {"locked_until": until.isoformat()} if until else {}
        values = {"failed_logins": t.person.c.failed_logins + 1} | ({"locked_until": until} if until else {})
        _set(connection, office_id, number, **values)
    nobody = Actor(number, name[:32], "", source=caller.source)
    entry = audit.Entry("login", "person", number, result=Result.DENIED, reason=error.what, detail=detail)
    audit.append(connection, office_id, nobody, entry, now)


def _set(connection: Connection, office_id: int, person_id: int, **values: Any) -> None:
    p = t.person.c
    connection.execute(sa.update(t.person).where(p.office_id == office_id, p.id == person_id).values(**values))


def _open(
    connection: Connection, office_id: int, row: Any, token: str, rules: LoginSettings, now: datetime, caller: Caller
) -> Actor:
    lockout.forgive(connection, office_id, row.login, caller.address)
    _set(connection, office_id, row.id, failed_logins=0, locked_until=None)
    _end_oldest(connection, office_id, row.id, rules.sessions - 1, now)
    number = insert(
        connection, t.login, office_id, person_id=row.id, token_hash=token_digest(token), created_at=now,
        expires_at=now + timedelta(hours=rules.hours), kind=caller.source, seen_at=now,
        address=caller.address[:_LONGEST_ADDRESS], browser=caller.browser[:_LONGEST_BROWSER],
    )  # fmt: skip
    actor = cases.load_actor(connection, office_id, row.id, local_date(now), source=caller.source)
    detail = {"session": number, "address": caller.address}
    audit.append(connection, office_id, actor, audit.Entry("login", "person", row.id, detail=detail), now)
    return actor


def _end_oldest(connection: Connection, office_id: int, person_id: int, most: int, now: datetime) -> None:
    """Of the sessions that run so many stay, the newest."""
    s = t.login.c
    query = sa.select(s.id).where(_runs(office_id, person_id, now)).order_by(s.id.desc()).offset(most)
    ended = list(connection.scalars(query))
    connection.execute(sa.update(t.login).where(s.office_id == office_id, s.id.in_(ended)).values(revoked_at=now))


def _runs(office_id: int, person_id: int, now: datetime) -> sa.ColumnElement[bool]:
    s = t.login.c
    return sa.and_(s.office_id == office_id, s.person_id == person_id, s.revoked_at.is_(None), s.expires_at > now)


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def password_is_due(connection: Connection, office_id: int, token: str, rules: LoginSettings) -> bool:
    """Whether this session leads to a new password and nowhere else."""
    s, p = t.login.c, t.person.c
    row = connection.execute(
        sa.select(p.password_set_at, s.created_at)
        .join(t.person, sa.and_(p.office_id == s.office_id, p.id == s.person_id))
        .where(s.office_id == office_id, s.token_hash == token_digest(token))
    ).first()
    return row is not None and passwords.is_due(row.password_set_at, row.created_at, rules)


def unused(row: Any, rules: LoginSettings, now: datetime, seen: datetime | None = None) -> bool:
    """Whether nothing was done in a browser for too long."""
    last = max(at for at in (row.created_at, row.seen_at, seen) if at is not None)
    return row.kind == WEB and last + timedelta(minutes=rules.idle_minutes) <= now


def in_use(rules: LoginSettings, now: datetime) -> sa.ColumnElement[bool]:
    """The sessions that were not left unused, as the database finds them."""
    s = t.login.c
    last = sa.func.coalesce(s.seen_at, s.created_at)
    return (s.kind != WEB) | (last > now - timedelta(minutes=rules.idle_minutes))


def saw(connection: Connection, office_id: int, digest: str, now: datetime) -> None:
    """Remember that a session was used now; never to an earlier time."""
    s = t.login.c
    known = sa.and_(s.office_id == office_id, s.token_hash == digest, s.seen_at.is_(None) | (s.seen_at < now))
    connection.execute(sa.update(t.login).where(known).values(seen_at=now))


def log_out(connection: Connection, office_id: int, token: str, actor: Actor, now: datetime) -> None:
    """End a session."""
    connection.execute(
        sa.update(t.login)
        .where(t.login.c.office_id == office_id, t.login.c.token_hash == token_digest(token))
        .values(revoked_at=now)
    )
    audit.append(connection, office_id, actor, audit.Entry("logout", "person", actor.person_id), now)


def running(
    connection: Connection, office_id: int, actor: Actor, token: str, rules: LoginSettings, now: datetime
) -> list[Session]:
    """The actor's own sessions, the newest first; ``here`` is the one of this token."""
    s, digest = t.login.c, token_digest(token)
    query = sa.select(t.login).where(_runs(office_id, actor.person_id, now)).order_by(s.id.desc())
    return [
        Session(row.id, row.kind, row.created_at, row.seen_at or row.created_at, row.expires_at, row.address,
                row.browser, row.token_hash == digest)
        for row in connection.execute(query)
        if row.token_hash == digest or not unused(row, rules, now)
    ]  # fmt: skip


def end_session(connection: Connection, office_id: int, actor: Actor, session_id: int, now: datetime) -> None:
    """End one of the actor's own sessions; E-404 for anybody else's."""
    own = sa.and_(_runs(office_id, actor.person_id, now), t.login.c.id == session_id)
    if not connection.execute(sa.update(t.login).where(own).values(revoked_at=now)).rowcount:
        raise not_there(_("Session"), session_id)
    audit.append(connection, office_id, actor, audit.Entry("session.leave", "login", session_id), now)


def end_others(connection: Connection, office_id: int, actor: Actor, token: str, now: datetime) -> int:
    """End all of the actor's sessions but this one; returns how many."""
    count = _end_others(connection, office_id, actor, token, now)
    entry = audit.Entry("session.leave", "person", actor.person_id, detail={"count": count})
    audit.append(connection, office_id, actor, entry, now)
    return count


def _end_others(connection: Connection, office_id: int, actor: Actor, token: str, now: datetime) -> int:
    others = sa.and_(_runs(office_id, actor.person_id, now), t.login.c.token_hash != token_digest(token))
    return connection.execute(sa.update(t.login).where(others).values(revoked_at=now)).rowcount


def present(
    database: Database, office_id: int, actor: Actor, password: str, rules: LoginSettings, now: datetime,
    caller: Caller = TERMINAL,
) -> Any:  # fmt: skip
    """The row of whoever proves at a screen that may have been left open that it is theirs; E-A18, which counts; E-A03."""
    with database.read() as connection:
        row = _person(connection, office_id, actor.login)
        locked = lockout.locked_until(connection, office_id, actor.login, caller.address, now)
    if locked:
        raise _locked(rules)
    if not passwords.verify(row.password_hash, password):
        refusal = Denied("E-A18", _("The present password is wrong."), remedy=_("Type it once more."))
        with database.write(office_id) as connection:
            _count_wrong_present(connection, office_id, actor, refusal, rules, now, caller)
        raise refusal
    return row


def change_password(
    database: Database, office_id: int, actor: Actor, token: str, old: str, new: str, rules: LoginSettings,
    now: datetime, caller: Caller = TERMINAL,
) -> int:  # fmt: skip
    """Another password for oneself, and an end to one's other sessions; returns how many ended.

    E-A18 when the present one is wrong, which counts as a failed login; E-A02 or E-A19 when the new one is not taken.
    """
    row = present(database, office_id, actor, old, rules, now, caller)
    with database.read() as connection:
        past = passwords.past(connection, office_id, row.id)
    passwords.check_password(new, actor.login, rules.profile)
    passwords.refuse_used([*past, row.password_hash], new)
    fresh = passwords.hashed(new)
    with database.write(office_id) as connection:
        passwords.store(connection, office_id, row.id, fresh, now)
        lockout.forgive(connection, office_id, actor.login, caller.address)
        count = _end_others(connection, office_id, actor, token, now)
        entry = audit.Entry("password.change", "person", row.id, detail={"sessions": count, "address": caller.address})
        audit.append(connection, office_id, actor, entry, now)
    return count


def _count_wrong_present(
    connection: Connection, office_id: int, actor: Actor, refusal: Denied, rules: LoginSettings, now: datetime,
    caller: Caller,
) -> None:  # fmt: skip
    """Whoever sits at a screen left open must not guess the password by changing it."""
    lock = timedelta(minutes=rules.lock_minutes)
    until = lockout.failed(connection, office_id, actor.login, caller.address, rules.tries, lock, now)
    detail = {"code": refusal.code, "address": caller.address} | ({"locked_until": until.isoformat()} if until else {})
    entry = audit.Entry(
        "password.change", "person", actor.person_id, result=Result.DENIED, reason=refusal.what, detail=detail
    )
    audit.append(connection, office_id, actor, entry, now)
