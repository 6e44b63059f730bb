"""The offices above and below, each by its public key: entered by the security administrator, ended, never changed.

A key arrives beside its fingerprint, and the fingerprint by another way than the key: over the telephone, from
somebody whose voice is known. What is signed with a key that is not entered here, or was ended, is not taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Refused
from models.language import _
from models.office_key import PublicKey, grouped
from models.words import letters
from workflow import audit, permissions, units

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

DEED: Final = "peer.manage"
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Peer:
    """An office above or below; ``unit_id`` is the unit that a lower one is here, None for one above."""

    id: int
    name: str
    public: PublicKey
    unit_id: int | None
    unit_name: str = ""
    ended_at: datetime | None = None


def own_key(connection: Connection, office_id: int, actor: Actor, fingerprint: str, now: datetime) -> None:
    """That a key of the office's own was made stands in the trail, so that a second one is noticed."""
    role = permissions.demand(actor, DEED)
    entry = audit.Entry("peer.key", "office", office_id, role=role.value, detail={"key": fingerprint})
    audit.append(connection, office_id, actor, entry, now)


def add(
    connection: Connection,
    office_id: int,
    actor: Actor,
    name: str,
    public: str,
    fingerprint: str,
    unit: str,
    now: datetime,
) -> Peer:
    """Enter an office by its key and the fingerprint heard; ``unit`` says which unit it is here: then it is below."""
    role = permissions.demand(actor, DEED)
    key, label = PublicKey.of(public), " ".join(name.split())
    if not letters(label) or len(label) > _LONGEST_NAME:
        what = _("The other office needs a name of at most {count} characters.").format(count=_LONGEST_NAME)
        raise BadInput("E-L08", what, remedy=_("Give the name by which it is called here."))
    _same_as_heard(key, fingerprint)
    unit_id = units.unit_id(connection, office_id, unit) if unit else None
    _not_twice(connection, office_id, label, key, unit_id)
    number = insert(
        connection, t.peer, office_id, name=label, public_key=key.text, key=key.fingerprint, unit_id=unit_id,
        added_by=actor.login, added_at=now, ended_by="",
    )  # fmt: skip
    detail = {"name": label, "key": key.fingerprint, "unit": unit}
    entry = audit.Entry("peer.add", "peer", number, role=role.value, unit=unit, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return Peer(number, label, key, unit_id, unit)


def _same_as_heard(key: PublicKey, fingerprint: str) -> None:
    """Whoever copies a key copies a forged one as well: the fingerprint comes by another way."""
    heard = "".join(fingerprint.split()).replace("-", "").lower()
    if heard != key.fingerprint:
        raise BadInput(
            "E-L07",
            _("The fingerprint is not that of this key."),
            where=grouped(heard)[:60],
            remedy=_(
                "Have the other office read its fingerprint out over the telephone (duban peer key). If it differs from"
                " what is written here, somebody has exchanged the key: do not enter it."
            ),
        )


def _not_twice(connection: Connection, office_id: int, name: str, key: PublicKey, unit_id: int | None) -> None:
    for one in in_force(connection, office_id):
        if one.name == name or one.public == key or (unit_id is not None and one.unit_id == unit_id):
            raise Refused(
                "E-L09",
                _("There is such an office already: {name}.").format(name=one.name),
                where=grouped(one.public.fingerprint),
                remedy=_("If it has a new key, end the old one first: duban peer end {name}").format(name=one.name),
            )


def end(connection: Connection, office_id: int, actor: Actor, name: str, now: datetime) -> Peer:
    """Take nothing more under an office's key, and make nothing more for it; what was taken stays provable."""
    role = permissions.demand(actor, DEED)
    found = by_name(connection, office_id, name)
    p = t.peer.c
    connection.execute(
        sa.update(t.peer).where(p.office_id == office_id, p.id == found.id).values(ended_at=now, ended_by=actor.login)
    )
    detail = {"name": found.name, "key": found.public.fingerprint}
    audit.append(
        connection, office_id, actor, audit.Entry("peer.end", "peer", found.id, role=role.value, detail=detail), now
    )
    return found


def every(connection: Connection, office_id: int, *conditions: Any) -> list[Peer]:
    """The offices that were ever entered, in their order."""
    p, u = t.peer.c, t.unit.c
    query = (
        sa.select(p.id, p.name, p.public_key, p.unit_id, u.name.label("unit"), p.ended_at)
        .outerjoin(t.unit, sa.and_(u.office_id == p.office_id, u.id == p.unit_id))
        .where(p.office_id == office_id, *conditions)
        .order_by(p.id)
    )
    return [
        Peer(row.id, row.name, PublicKey.of(row.public_key), row.unit_id, row.unit or "", row.ended_at)
        for row in connection.execute(query)
    ]


def in_force(connection: Connection, office_id: int) -> list[Peer]:
    """The offices whose key is taken."""
    return every(connection, office_id, t.peer.c.ended_at.is_(None))


def by_name(connection: Connection, office_id: int, name: str) -> Peer:
    """The office of this name whose key is taken; E-404."""
    found = [one for one in in_force(connection, office_id) if one.name == name]
    if not found:
        raise permissions.not_there(_("Office"), name)
    return found[0]


def entries(connection: Connection, office_id: int, peer: Peer) -> list[int]:
    """The numbers of every entry of this office: a new key is another entry of the same name, as the same unit."""
    every_one = every(connection, office_id, t.peer.c.name == peer.name)
    return [one.id for one in every_one if one.unit_id == peer.unit_id]


def any_below(connection: Connection, office_id: int, unit_id: int) -> bool:
    """Whether the unit is an office below whose key is taken."""
    p = t.peer.c
    query = sa.select(p.id).where(p.office_id == office_id, p.unit_id == unit_id, p.ended_at.is_(None))
    return connection.scalar(query.limit(1)) is not None
