"""Parcels as they are made and taken: whose they are, what they answer, and how the trails of both sides hang together.

A parcel names the head of its sender's trail and the last head of the receiver's that its sender knows; whoever takes it
writes both into an event of their own. So neither side can write its trail anew without the other's showing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.canonical import fingerprint
from models.errors import BadInput, Refused
from models.language import _
from models.office_key import grouped
from models.parcels import Parcel, ParcelKind, altered, read_told
from models.times import shown
from workflow import audit, heads, peers, permissions
from workflow.heads import KeptHead

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.parcels import Told
    from models.states import Role
    from workflow.case import Actor
    from workflow.peers import Peer

#: what is answered by what
ANSWERED_BY: Final = {
    ParcelKind.HANDED_DOWN: frozenset({ParcelKind.REPORT}),
    ParcelKind.REPORT: frozenset({ParcelKind.ANSWER}),
    ParcelKind.ANSWER: frozenset({ParcelKind.REPORT}),
}


@dataclass(frozen=True, slots=True)
class About:
    """What of this office a parcel is about, and the reports that it became or that it answers."""

    notice_id: int | None = None
    period_id: int | None = None
    covers: Sequence[tuple[int, int]] = ()
    unit: str = ""


def digest(content: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """What a parcel says, without when and by whom."""
    return fingerprint([content, dict(files)])


def find(connection: Connection, office_id: int, *conditions: Any) -> Any:
    """The newest parcel of which all of this holds, or None."""
    p = t.parcel.c
    query = sa.select(t.parcel).where(p.office_id == office_id, *conditions).order_by(p.id.desc()).limit(1)
    return connection.execute(query).first()


def of_number(connection: Connection, office_id: int, number: int, *conditions: Any) -> Any:
    """The parcel of a number; E-404, also where the conditions do not hold."""
    row = find(connection, office_id, t.parcel.c.id == number, *conditions)
    if row is None:
        raise permissions.not_there(_("Parcel"), number)
    return row


def last_head(connection: Connection, office_id: int, peer: Peer) -> tuple[int, str] | None:
    """The furthest head of an office's trail that is known here."""
    p = t.parcel.c
    query = (
        sa.select(p.head_seq, p.head_hash)
        .where(p.office_id == office_id, p.peer_id == peer.id, p.inward)
        .order_by(p.head_seq.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row.head_seq, row.head_hash) if row else None


def sender(connection: Connection, office_id: int, parcel: Parcel, own: str) -> Peer:
    """Who signed a parcel for this office (its key: ``own``); E-L05, E-L04, E-L10 where that cannot be."""
    told = parcel.told
    found = [one for one in peers.in_force(connection, office_id) if one.public.fingerprint == told.sender.key]
    if not found:
        raise Refused(
            "E-L05",
            _("No office is known here by the key under which this parcel was signed."),
            where=f"{told.sender.office} · {grouped(told.sender.key)}",
            remedy=_(
                "If it is expected, the security administrator enters the other office with “duban peer add”, after"
                " comparing the fingerprint by telephone."
            ),
        )
    if not found[0].public.signed(parcel.statement, parcel.signature):
        raise altered(told.sender.office)
    if told.receiver.key != own:
        raise for_another(told)
    return found[0]


def for_another(told: Told) -> Refused:
    """The refusal of a parcel that is not for this office; E-L10."""
    return Refused(
        "E-L10",
        _("This parcel was made for another office."),
        where=f"{told.receiver.office} · {grouped(told.receiver.key)}",
        remedy=_("Pass it on, or have it made anew for this office and its present key."),
    )


def check_trails(connection: Connection, office_id: int, peer: Peer, told: Told) -> None:
    """What both sides know of each other's trail still fits; E-L11 for ours, E-L12 for the sender's."""
    if told.seen is not None:
        known = KeptHead(told.made_at, 1, *told.seen)
        if heads.unexplained(connection, office_id, [known]):
            raise Refused(
                "E-L11",
                _("The sender knows head {seq} of this office's trail, and it is not in it.").format(seq=known.seq),
                where=peer.name,
                remedy=_("Have the audit administrator look: duban audit verify. Nothing was taken."),
            )
    other = _beside(connection, office_id, peer.id, told.head)
    if other is not None:
        raise Refused(
            "E-L12",
            _("The sender's trail is not the one of parcel {number}: another event stands at {seq}.").format(
                number=other, seq=told.head[0]
            ),
            where=peer.name,
            remedy=_("Ask the sender whether a backup was restored there. Nothing was taken."),
        )


def _beside(connection: Connection, office_id: int, peer_id: int, head: tuple[int, str]) -> int | None:
    """A parcel of the same sender that names another event at the same place of the trail."""
    p = t.parcel.c
    return connection.scalar(
        sa.select(p.id)
        .where(p.office_id == office_id, p.peer_id == peer_id, p.inward, p.head_seq == head[0], p.head_hash != head[1])
        .limit(1)
    )


def answered(connection: Connection, office_id: int, peer: Peer, told: Told) -> Any:
    """The parcel of ours that this one answers, be it for a former key; E-L13 where we made none of the kind for its sender."""
    p, entries = t.parcel.c, peers.entries(connection, office_id, peer)
    row = find(connection, office_id, p.peer_id.in_(entries), sa.not_(p.inward), p.sha256 == told.answers)
    if row is None or told.kind not in ANSWERED_BY[ParcelKind(row.kind)]:
        raise BadInput(
            "E-L13",
            _("This parcel answers none that was made here for its sender."),
            where=peer.name,
            remedy=_("Ask the sender which parcel it answers. Nothing was taken."),
        )
    return row


def keep(
    connection: Connection,
    office_id: int,
    actor: Actor,
    role: Role,
    peer: Peer,
    parcel: Parcel,
    about: About,
    now: datetime,
    *,
    inward: bool,
) -> int:
    """The row of a parcel and its event; returns its number."""
    told = parcel.told
    number = insert(
        connection, t.parcel, office_id, peer_id=peer.id, inward=inward, kind=told.kind.value, sha256=parcel.sha256,
        content_sha256=digest(told.content, told.files), answers=told.answers, statement=parcel.statement,
        signature=parcel.signature, head_seq=told.head[0], head_hash=told.head[1], notice_id=about.notice_id,
        period_id=about.period_id, covers=[list(one) for one in about.covers], by=actor.login, at=now,
    )  # fmt: skip
    entry = audit.Entry(
        "parcel.take" if inward else "parcel.make", "parcel", number, role=role.value, unit=about.unit,
        detail={
            "parcel": parcel.sha256, "kind": told.kind.value, "office": peer.name, "key": peer.public.fingerprint,
            "head": list(told.head), "seen": list(told.seen) if told.seen else None, "answers": told.answers,
            "covers": [list(one) for one in about.covers],
        },
    )  # fmt: skip
    audit.append(connection, office_id, actor, entry, now)
    return number


def differences(connection: Connection, office_id: int) -> list[tuple[str, str]]:
    """Where the parcels and the trails of both sides do not hold together: the place, and what is wrong."""
    found: list[tuple[str, str]] = []
    keys = {one.id: one for one in peers.every(connection, office_id)}
    told = _events(connection, office_id)
    query = sa.select(t.parcel).where(t.parcel.c.office_id == office_id).order_by(t.parcel.c.id)
    for row in connection.execute(query):
        where = _("parcel {id}").format(id=row.id)
        event = told.pop(row.id, None)
        if event is None:
            found.append((where, _("no event of the trail knows it")))
        elif event != _recorded(row):
            found.append((where, _("it is not what was recorded")))
        found += [(where, what) for what in _wrong(connection, office_id, row, keys[row.peer_id])]
    return found + [(_("parcel {id}").format(id=number), _("the row is gone")) for number in sorted(told)]


def _events(connection: Connection, office_id: int) -> dict[int, tuple[Any, ...]]:
    e = t.event.c
    query = sa.select(e.object_id, e.action, e.detail).where(
        e.office_id == office_id, e.object_type == "parcel", e.action.in_(["parcel.make", "parcel.take"])
    )
    return {
        row.object_id: (
            row.action == "parcel.take", *(row.detail[name] for name in ("parcel", "kind", "head", "answers", "covers"))
        )
        for row in connection.execute(query)
    }  # fmt: skip


def _recorded(row: Any) -> tuple[Any, ...]:
    return bool(row.inward), row.sha256, row.kind, [row.head_seq, row.head_hash], row.answers, row.covers


def _wrong(connection: Connection, office_id: int, row: Any, peer: Peer) -> list[str]:
    """What does not hold of one parcel: its signature, the heads that it names."""
    found, told = [], read_told(row.statement, peer.name)
    if row.inward and not peer.public.signed(row.statement, row.signature):
        found.append(_("its signature is not that of its sender"))
    if tuple(told.head) != (row.head_seq, row.head_hash):
        found.append(_("it is not what was recorded"))
    ours = told.seen if row.inward else told.head
    if ours is not None and heads.unexplained(connection, office_id, [KeptHead(row.at, 1, *ours)]):
        found.append(_("it names head {seq} of this trail, and another event stands there").format(seq=ours[0]))
    if row.inward and _beside(connection, office_id, row.peer_id, (row.head_seq, row.head_hash)) is not None:
        found.append(_("its sender's trail is not the one of an earlier parcel"))
    return found


def done_before(connection: Connection, office_id: int, row: Any) -> str:
    """Who took or made a parcel, and when, in words."""
    deed = "parcel.take" if row.inward else "parcel.make"
    first = audit.first(connection, office_id, "parcel", row.id, deed)
    return _("{who}, {when}").format(who=first.who or row.by, when=first.when or shown(row.at))
