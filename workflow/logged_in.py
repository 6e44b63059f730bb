"""Who is behind a session, and with which duties: what every page and every command begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.duties import with_duties
from models.errors import Denied
from models.language import _
from models.settings import LoginSettings
from models.statements import Statement
from models.times import local_date
from workflow import cases, passwords
from workflow.case import Actor
from workflow.sessions import CLI, WEB, token_digest, unused

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

_S, _P, _D = t.login.c, t.person.c, t.duty.c
#: a session that runs, once for each duty of its person, or once
_SESSION: Final = Statement(
    sa.select(
        _S.person_id, _S.kind, _S.created_at, _S.seen_at, _P.password_set_at, _P.login, _P.name, _D.role, _D.unit_id
    )
    .select_from(with_duties(t.login))
    .where(
        _S.office_id == sa.bindparam("office"),
        _S.token_hash == sa.bindparam("digest"),
        _S.revoked_at.is_(None),
        _S.expires_at > sa.bindparam("now", type_=_S.expires_at.type),
        _P.active,
    )
    .order_by(_D.id)
)


def who_is(
    connection: Connection, office_id: int, token: str, now: datetime, *, acting_for: str = "", source: str = CLI,
    rules: LoginSettings | None = None, seen: datetime | None = None, renewing: bool = False,
) -> Actor:  # fmt: skip
    """The person behind a token with today's duties; E-A04 when it is unknown, ended or revoked.

    ``seen`` is when the caller saw it last, where that is not yet stored. E-A17 when a new password must be chosen
    first, unless that is what is done (``renewing``); E-A13 when nobody named the person as substitute. Where nobody is
    acted for it is one statement.
    """
    rules = rules or LoginSettings()
    asked = {"office": office_id, "digest": token_digest(token), "now": now, "on": local_date(now)}
    found = _SESSION.rows(connection, asked)
    if not found or unused(found[0], rules, now, seen):
        raise _ended(source)
    session = found[0]
    if not renewing and passwords.is_due(session.password_set_at, session.created_at, rules):
        raise Denied(
            "E-A17",
            _("Your password is more than {count} days old.").format(count=rules.password_days),
            remedy=_("Choose a new one first; in a terminal: duban password"),
        )
    actor = Actor(session.person_id, session.login, session.name, cases.posts(found), source=source)
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


def _ended(source: str) -> Denied:
    again = _("Log in again.") if source == WEB else _("Run: duban login NAME")
    return Denied("E-A04", _("You are not logged in, or the session has ended."), remedy=again)
