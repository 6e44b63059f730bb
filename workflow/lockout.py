"""Failed logins, counted by name and address: who guesses is shut out where they guess, and locks nobody out elsewhere.

Names are counted as they are typed, whether or not somebody has them: a lock tells nothing about which names exist.
Over all addresses together a name takes more, so that a guesser with many addresses comes to an end, too.
Source: ``reliability.md`` section 6 (等保 登录失败处理).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: the row that counts a name's failures from everywhere
ANYWHERE: Final = ""
#: so many times the tries are taken over all addresses
SPREAD: Final = 10
#: a count begins anew after this time, and its row goes
WINDOW: Final = timedelta(days=1)
#: no login is longer; what is longer is nobody's
_LONGEST: Final = 64


def locked_until(connection: Connection, office_id: int, name: str, address: str, now: datetime) -> datetime | None:
    """Until when this name is locked for this address; None when it may try."""
    f = t.login_failure.c
    query = sa.select(sa.func.max(f.locked_until)).where(
        f.office_id == office_id, f.name == name[:_LONGEST], f.address.in_((address, ANYWHERE)), f.locked_until > now
    )
    until: datetime | None = connection.scalar(query)
    return until


def failed(
    connection: Connection, office_id: int, name: str, address: str, tries: int, lock: timedelta, now: datetime
) -> datetime | None:
    """Count one failure; returns until when it locks, or None while there are tries left."""
    _forget_old(connection, office_id, now)
    here = _count(connection, office_id, (name, address), tries, now + lock, now)
    everywhere = _count(connection, office_id, (name, ANYWHERE), tries * SPREAD, now + lock, now)
    return here or everywhere


def _count(
    connection: Connection, office_id: int, who: tuple[str, str], most: int, until: datetime, now: datetime
) -> datetime | None:
    f = t.login_failure.c
    name, address = who[0][:_LONGEST], who[1]
    this = sa.and_(f.office_id == office_id, f.name == name, f.address == address)
    tries = 1 + (connection.scalar(sa.select(f.tries).where(this)) or 0)
    locked = until if tries >= most else None
    values = {"tries": 0 if locked else tries, "locked_until": locked}
    if not connection.execute(sa.update(t.login_failure).where(this).values(**values)).rowcount:
        insert(connection, t.login_failure, office_id, name=name, address=address, since_at=now, **values)
    return locked


def _forget_old(connection: Connection, office_id: int, now: datetime) -> None:
    f = t.login_failure.c
    free = f.locked_until.is_(None) | (f.locked_until <= now)
    connection.execute(sa.delete(t.login_failure).where(f.office_id == office_id, f.since_at <= now - WINDOW, free))


def forgive(connection: Connection, office_id: int, name: str, address: str) -> None:
    """After a login that succeeded: this address begins anew; what others tried elsewhere stays counted."""
    f = t.login_failure.c
    this = sa.and_(f.office_id == office_id, f.name == name[:_LONGEST], f.address == address)
    connection.execute(sa.delete(t.login_failure).where(this))


def lift(connection: Connection, office_id: int, name: str) -> None:
    """Every lock of a name goes: an administrator has reset the account."""
    f = t.login_failure.c
    connection.execute(sa.delete(t.login_failure).where(f.office_id == office_id, f.name == name[:_LONGEST]))
