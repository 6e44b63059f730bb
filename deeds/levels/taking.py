"""Taking a parcel: once, from a known office, whole or not at all; a second time it is told what was done the first time.

What comes from above becomes a draft of a notice, or says how reports were decided. What comes from below becomes the
reports of the unit that the office below is here, filed by whoever files for that unit; nobody's review is done by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deeds.levels import entering, tidings
from documents.notice_json import from_json, to_json
from documents.parcels import opened
from models import office_key
from models import tables as t
from models.errors import DubanError
from models.language import _
from models.parcels import Answer, HandedDown, MonthReport, ParcelKind, content_of
from models.times import shown
from workflow import notice_drafts, parcels, peers, permissions
from workflow.parcels import About

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.drafts import NoticeDraft
    from models.parcels import Parcel
    from models.states import Role
    from workflow.case import Actor
    from workflow.peers import Peer

DEED = "parcel.take"


@dataclass(frozen=True, slots=True)
class Line:
    """What a parcel says of a clause, in words; ``task`` is what it is about here, 0 where that is nothing."""

    clause: str
    said: str
    task: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """A parcel that was taken: by whom and when (``existed``: the first time), and what became of it."""

    number: int
    kind: ParcelKind
    office: str
    existed: bool
    done: str
    lines: tuple[Line, ...] = ()
    #: clauses of which nothing was taken, and why
    left: tuple[Line, ...] = ()
    #: the notice in work, and what it holds until it is adopted or dropped; of handed-down clauses alone
    draft: int = 0
    notice: NoticeDraft | None = None


def take(desk: Desk, data: bytes, name: str) -> Taken:
    """Take a parcel; E-L…: what it is not, whose it is not, how it does not fit. ``desk.demand(DEED)`` comes before."""
    parcel = desk.look_up(DEED, lambda _connection: opened(data, name))  # nobody waits while it is read

    def work(connection: Connection) -> Taken:
        key = office_key.own(desk.settings.home)
        known = parcels.find(connection, desk.office_id, t.parcel.c.sha256 == parcel.sha256)
        if known is not None and not known.inward:
            raise parcels.for_another(parcel.told)
        if known is not None:
            return _again(connection, desk, known)
        peer = parcels.sender(connection, desk.office_id, parcel, key.public.fingerprint)
        parcels.check_trails(connection, desk.office_id, peer, parcel.told)
        _role(desk.actor, parcel.told.kind, peer)
        taken = _KINDS[parcel.told.kind](connection, desk, peer, parcel)
        desk.store.put(data)  # before its row is there for good, and not at all when the parcel was refused
        return taken

    return desk.perform(DEED, work)


def _again(connection: Connection, desk: Desk, row: Any) -> Taken:
    """What was done the first time; only for those who might have done it."""
    kind = ParcelKind(row.kind)
    peer = next(one for one in peers.every(connection, desk.office_id) if one.id == row.peer_id)
    _role(desk.actor, kind, peer)
    done = parcels.done_before(connection, desk.office_id, row)
    names = entering.clauses_of(connection, desk.office_id, row)
    lines = tuple(
        Line(names[task], _("report version {number}").format(number=version), task) for task, version in row.covers
    )
    draft = notice_drafts.from_source(connection, desk.office_id, row.content_sha256)
    kept = notice_drafts.in_work(connection, desk.office_id, draft)
    notice = from_json(kept) if kept else None
    return Taken(row.id, kind, peer.name, existed=True, done=done, lines=lines, draft=draft, notice=notice)


def _role(actor: Actor, kind: ParcelKind, peer: Peer) -> Role:
    """A report is entered for its unit; what comes from above is taken for the office."""
    if kind is ParcelKind.REPORT and peer.unit_id is not None:
        return permissions.demand_unit(actor, DEED, peer.unit_id)
    if not permissions.everywhere(actor, DEED):
        raise permissions.denied(actor, DEED, elsewhere=permissions.may(actor, DEED))
    return permissions.demand(actor, DEED)


def _keep(connection: Connection, desk: Desk, peer: Peer, parcel: Parcel, about: About) -> tuple[int, str]:
    """The row and the event; its number, and who took it when."""
    role, now = _role(desk.actor, parcel.told.kind, peer), desk.now()
    number = parcels.keep(connection, desk.office_id, desk.actor, role, peer, parcel, about, now, inward=True)
    return number, _("{who}, {when}").format(who=desk.actor.name, when=shown(now))


def _handed_down(connection: Connection, desk: Desk, peer: Peer, parcel: Parcel) -> Taken:
    """A notice in work: read here as any other, decided where it is doubtful, adopted by the director."""
    content = content_of(HandedDown, parcel.told)
    source = {"source_name": f"{peer.name} {parcel.sha256[:8]}.parcel",
              "source_sha256": parcels.digest(parcel.told.content, parcel.told.files)}  # fmt: skip
    draft = from_json({**content.notice, **source})
    number = notice_drafts.keep(connection, desk.office_id, desk.actor, to_json(draft), desk.now())
    row, done = _keep(connection, desk, peer, parcel, About())
    tidings.handed_down(connection, desk.office_id, peer, row, draft, desk.now())
    lines = tuple(Line(clause.id, clause.text) for clause in draft.clauses)
    return Taken(row, parcel.told.kind, peer.name, existed=False, done=done, lines=lines, draft=number, notice=draft)


def _answer(connection: Connection, desk: Desk, peer: Peer, parcel: Parcel) -> Taken:
    """How reports were decided above: kept, and told to whoever takes it."""
    content = content_of(Answer, parcel.told)
    ours = parcels.answered(connection, desk.office_id, peer, parcel.told)
    row, done = _keep(connection, desk, peer, parcel, About(ours.notice_id, ours.period_id))
    tidings.answered(connection, desk.office_id, peer, row, content, desk.now())
    lines = tuple(Line(one.number, tidings.answer_words(one)) for one in content.clauses)
    return Taken(row, parcel.told.kind, peer.name, existed=False, done=done, lines=lines)


def _report(connection: Connection, desk: Desk, peer: Peer, parcel: Parcel) -> Taken:
    """The reports of the unit that the office below is here."""
    content = content_of(MonthReport, parcel.told)
    base = parcels.answered(connection, desk.office_id, peer, parcel.told)
    entered = entering.enter(connection, desk, peer, parcel, content, base.notice_id)
    about = About(base.notice_id, entered.period_id, entered.covers, peer.unit_name)
    row, done = _keep(connection, desk, peer, parcel, about)
    taken = [clause for clause, _state, _task in entered.done]
    tidings.reported(connection, desk.office_id, peer, row, content, taken, desk.now())
    lines = tuple(Line(clause, state, task) for clause, state, task in entered.done)
    left = tuple(Line(clause, why) for clause, why in entered.left)
    return Taken(row, parcel.told.kind, peer.name, existed=False, done=done, lines=lines, left=left)


_KINDS = {
    ParcelKind.HANDED_DOWN: _handed_down,
    ParcelKind.REPORT: _report,
    ParcelKind.ANSWER: _answer,
}


def looked_at(desk: Desk, data: bytes, name: str) -> tuple[Parcel, DubanError | None]:
    """A parcel, and why it would not be taken as it is; None where nothing stands against it. Nothing is kept."""
    parcel = opened(data, name)

    def work(connection: Connection) -> None:
        key = office_key.own(desk.settings.home)
        peer = parcels.sender(connection, desk.office_id, parcel, key.public.fingerprint)
        parcels.check_trails(connection, desk.office_id, peer, parcel.told)

    try:
        desk.read(work)
    except DubanError as refusal:
        return parcel, refusal
    return parcel, None
