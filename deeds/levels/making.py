"""Making a parcel: what it says is put together, signed with the office's key, stored and recorded, or nothing is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from documents.parcels import sealed
from models import office_key
from models import tables as t
from models.canonical import canonical
from models.parcels import FORMAT, Parcel, ParcelKind, Party, Told, read_told
from models.plain import to_plain
from workflow import audit, parcels, permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from workflow.parcels import About
    from workflow.peers import Peer


@dataclass(frozen=True, slots=True)
class Contents:
    """What a parcel is to say to whom, and what it is about here."""

    kind: ParcelKind
    peer: Peer
    content: object
    about: About
    answers: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    #: what of the wish could not be in it: clause, and why
    left: tuple[tuple[str, str], ...] = ()
    #: the row of a parcel that says just this already, where it need not be the last about the same thing
    known: Any = None


@dataclass(frozen=True, slots=True)
class Made:
    """A parcel that was made, or had been made before with just this content."""

    number: int
    sha256: str
    data: bytes
    name: str
    clauses: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()
    existed: bool = False


def make(desk: Desk, deed: str, prepare: Callable[[Connection], Contents]) -> Made:
    """Sign and keep what ``prepare`` puts together; the same content is the same parcel, however often it is asked for."""
    key = desk.perform(deed, lambda _connection: _own_key(desk, deed))

    def work(connection: Connection) -> Made:
        role = permissions.demand(desk.actor, deed)
        wanted = prepare(connection)
        told = _told(connection, desk, wanted, key.public.fingerprint)
        known = wanted.known or _made_before(connection, desk.office_id, wanted, told)
        if known is not None:
            return _answer(known.id, desk.store.get(known.sha256), known.sha256, wanted, existed=True)
        statement = canonical(to_plain(told))
        signature = key.sign(statement)
        data = sealed(statement, signature, wanted.files)
        sha256 = desk.store.put(data)
        parcel = Parcel(statement, signature, wanted.files, sha256, told)
        number = parcels.keep(
            connection, desk.office_id, desk.actor, role, wanted.peer, parcel, wanted.about, desk.now(), inward=False
        )
        return _answer(number, data, sha256, wanted, existed=False)

    return desk.perform(deed, work)


def _own_key(desk: Desk, deed: str) -> office_key.OfficeKey:
    permissions.demand(desk.actor, deed)
    return office_key.own(desk.settings.home)


def _told(connection: Connection, desk: Desk, wanted: Contents, key: str) -> Told:
    office = connection.scalar(sa.select(t.office.c.name).where(t.office.c.id == desk.office_id)) or ""
    head = audit.head(connection, desk.office_id)
    return Told(
        format=FORMAT,
        kind=wanted.kind,
        sender=Party(office, key),
        receiver=Party(wanted.peer.name, wanted.peer.public.fingerprint),
        made_at=desk.now(),
        made_by=desk.actor.name,
        head=(head.seq, head.hash),
        content=to_plain(wanted.content),
        seen=parcels.last_head(connection, desk.office_id, wanted.peer),
        answers=wanted.answers,
        files={name: hashlib.sha256(data).hexdigest() for name, data in wanted.files.items()},
    )


def _made_before(connection: Connection, office_id: int, wanted: Contents, told: Told) -> Any:
    """The last parcel about the same thing, if it says just this; one that was signed with a former key does not count.

    An earlier one than the last does not count either: what was approved, reopened and approved again is told again.
    """
    p, about = t.parcel.c, wanted.about
    last = parcels.find(
        connection, office_id, p.peer_id == wanted.peer.id, sa.not_(p.inward), p.kind == wanted.kind.value,
        p.answers == wanted.answers, p.notice_id == about.notice_id, p.period_id == about.period_id,
    )  # fmt: skip
    if last is None or last.content_sha256 != parcels.digest(told.content, told.files):
        return None
    return last if read_told(last.statement, "").sender == told.sender else None


def _answer(number: int, data: bytes, sha256: str, wanted: Contents, *, existed: bool) -> Made:
    content: Any = wanted.content
    clauses = tuple(getattr(one, "number", one) for one in content.clauses)
    name = f"{wanted.kind.label}-{wanted.peer.name}-{number}.parcel"
    return Made(number, sha256, data, name, clauses, wanted.left, existed)
