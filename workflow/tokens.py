"""Tokens of programs: a program acts as the person who made its token, with their duties of today, narrowed by scopes.

A scope is a set of duties and nothing more: what may be done with a duty stands in the flows and in the matrix, here as
everywhere. So a token can never do what its person cannot, and a duty that ends takes its scope along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.duties import with_duties
from models.errors import BadInput, Denied
from models.language import N_, _, listed
from models.statements import Statement
from models.states import ADMINISTRATORS, UNIT_ROLES, Role, Word
from models.times import local_date
from models.words import letters
from workflow import audit, cases, permissions
from workflow.case import Actor
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: how a token begins, so that one that leaked into a file is recognised
MARK: Final = "duban_"
#: for how many days a token may be made
LIVES: Final = (30, 90, 180, 365)
_LONGEST_NAME: Final = 60
#: so many of a person's tokens may be in force at once
MOST: Final = 20
#: how exactly it is noted when a token was last used
_USED_EVERY: Final = timedelta(hours=1)
_A, _P, _D = t.api_token.c, t.person.c, t.duty.c
#: a token in force, once for each duty of its person, or once
_BEARER: Final = Statement(
    sa.select(
        _A.id, _A.person_id, _A.name, _A.scopes, _A.expires_at, _A.used_at, _P.login, _P.name.label("person"),
        _D.role, _D.unit_id,
    )
    .select_from(with_duties(t.api_token))
    .where(
        _A.office_id == sa.bindparam("office"),
        _A.token_hash == sa.bindparam("digest"),
        _A.revoked_at.is_(None),
        _A.expires_at > sa.bindparam("now", type_=_A.expires_at.type),
        _P.active,
    )
    .order_by(_D.id)
)  # fmt: skip


class Scope(Word):
    """What a token is for."""

    READ = "read", N_("read")
    FILE = "file", N_("report and sign for the unit")
    REVIEW = "review", N_("review")
    OFFICE = "office", N_("decide for the office")
    ADMINISTER = "administer", N_("administer")


#: the duties that a token of the scope acts with; reading is done with all duties and acts with none
SCOPES: Final[dict[Scope, frozenset[Role]]] = {
    Scope.READ: frozenset(),
    Scope.FILE: UNIT_ROLES,
    Scope.REVIEW: frozenset({Role.REVIEWER}),
    Scope.OFFICE: frozenset({Role.DIRECTOR, Role.READER}),
    Scope.ADMINISTER: ADMINISTRATORS,
}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls: the person with all their duties of today, and how far the token goes."""

    person: Actor
    token_id: int
    name: str
    scopes: frozenset[Scope]
    expires_at: datetime

    def reader(self) -> Actor:
        """The person, to look at things; E-H82 when the token is not for reading."""
        if Scope.READ not in self.scopes:
            raise _too_narrow([Scope.READ])
        return self.person

    def actor(self) -> Actor:
        """The person with the duties that the token may act with; E-H82 when there is none."""
        posts = tuple(post for post in self.person.posts if post.role in acting_roles(self.scopes))
        if not posts:
            raise _too_narrow(scope for scope in open_to(self.person) if SCOPES[scope])
        return replace(self.person, posts=posts)


def acting_roles(scopes: Collection[Scope]) -> frozenset[Role]:
    """The duties that a token of these scopes acts with."""
    return frozenset(role for scope in scopes for role in SCOPES[scope])


def open_to(actor: Actor) -> list[Scope]:
    """The scopes that a person's duties allow."""
    return [scope for scope, roles in SCOPES.items() if not roles or actor.holds(*roles)]


def _too_narrow(needed: Any) -> Denied:
    return Denied(
        "E-H82",
        _("This token is not for that."),
        remedy=_("Make a token on the page “Tokens of programs” with one of these scopes: {names}").format(
            names=listed(scope.value for scope in needed)
        ),
    )


def make(
    connection: Connection, office_id: int, actor: Actor, token: str, name: str, scopes: Collection[str], days: int,
    now: datetime,
) -> int:  # fmt: skip
    """Enter a token that was drawn for the actor; returns its number. E-H83 when name, scopes or days cannot be taken."""
    role, label = permissions.demand(actor, "token.make"), " ".join(name.split())
    allowed = [scope.value for scope in open_to(actor)]
    chosen = [scope for scope in allowed if scope in scopes]
    if not letters(label) or len(label) > _LONGEST_NAME:
        raise _unfit(
            _("The token needs a name of at most {count} characters.").format(count=_LONGEST_NAME),
            _("Say which program it is for."),
        )
    if not chosen or set(scopes) - set(allowed):
        raise _unfit(
            _("The token needs at least one scope, and none beyond your duties."),
            _("Choose among: {names}").format(names=listed(allowed)),
        )
    if days not in LIVES:
        raise _unfit(
            _("A token is made for {days} days.").format(days=listed(map(str, LIVES))), _("Choose one of these.")
        )
    if len(in_force(connection, office_id, actor.person_id, now)) >= MOST:
        raise _unfit(_("You have {count} tokens in force.").format(count=MOST), _("Revoke what is used no longer."))
    number = insert(
        connection, t.api_token, office_id, person_id=actor.person_id, name=label, token_hash=token_digest(token),
        scopes=chosen, created_at=now, expires_at=now + timedelta(days=days), revoked_by="",
    )  # fmt: skip
    detail = {"name": label, "scopes": chosen, "days": days}
    entry = audit.Entry("token.make", "token", number, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return number


def _unfit(what: str, remedy: str) -> BadInput:
    return BadInput("E-H83", what, remedy=remedy)


def revoke(connection: Connection, office_id: int, actor: Actor, number: int, now: datetime) -> None:
    """End a token: one's own, or anybody's for the security administrator; E-404 otherwise."""
    a = t.api_token.c
    row = connection.execute(sa.select(t.api_token).where(a.office_id == office_id, a.id == number)).first()
    if row is None or (row.person_id != actor.person_id and not permissions.may(actor, "token.manage")):
        raise permissions.not_there(_("Token of a program"), number)
    if row.revoked_at is not None:
        return
    ended = {"revoked_at": now, "revoked_by": actor.login}
    connection.execute(sa.update(t.api_token).where(a.office_id == office_id, a.id == number).values(**ended))
    audit.append(connection, office_id, actor, audit.Entry("token.revoke", "token", number), now)


def in_force(connection: Connection, office_id: int, person_id: int, now: datetime) -> list[dict[str, Any]]:
    """A person's tokens that can be used at an instant."""
    found = tokens(connection, office_id, t.api_token.c.person_id == person_id)
    return [row for row in found if row["revoked_at"] is None and row["expires_at"] > now]


def tokens(connection: Connection, office_id: int, *conditions: Any) -> list[dict[str, Any]]:
    """Tokens with whose they are, the newest first; never what they are."""
    a, p = t.api_token.c, t.person.c
    query = (
        sa.select(a.id, a.name, a.scopes, a.created_at, a.expires_at, a.used_at, a.revoked_at, a.revoked_by,
                  p.login, p.name.label("person"))
        .join(t.person, sa.and_(p.office_id == a.office_id, p.id == a.person_id))
        .where(a.office_id == office_id, *conditions)
        .order_by(a.id.desc())
    )  # fmt: skip
    return [dict(row) for row in connection.execute(query).mappings()]


def bearer(connection: Connection, office_id: int, token: str, now: datetime) -> tuple[Bearer, bool]:
    """Who shows this token, and whether its use is to be noted; E-H81 when it is unknown, expired or revoked."""
    asked = {"office": office_id, "digest": token_digest(token), "now": now, "on": local_date(now)}
    found = _BEARER.rows(connection, asked)
    if not found or not token.startswith(MARK):
        raise Denied(
            "E-H81",
            _("The token is missing, unknown, expired or revoked."),
            remedy=_("Send it as “Authorization: Bearer …”; a new one is made on the page “Tokens of programs”."),
        )
    row = found[0]
    person = Actor(row.person_id, row.login, row.person, cases.posts(found), source="api")
    scopes = frozenset(Scope(name) for name in row.scopes)
    stale = row.used_at is None or now - row.used_at >= _USED_EVERY
    return Bearer(person, row.id, row.name, scopes, row.expires_at), stale


def note_use(connection: Connection, office_id: int, number: int, now: datetime) -> None:
    """Note that a token is in use."""
    a = t.api_token.c
    connection.execute(sa.update(t.api_token).where(a.office_id == office_id, a.id == number).values(used_at=now))
