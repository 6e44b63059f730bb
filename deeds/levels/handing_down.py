"""分解下达: clauses of a notice go to an office below, which divides them among its own units by a notice of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.levels.making import Contents, make
from documents.notice_json import from_json, to_json
from models import tables as t
from models.drafts import WarningNote
from models.errors import BadInput, Refused
from models.language import DEFAULT, _, listed, speaking
from models.parcels import HandedDown, ParcelKind
from workflow import peers, permissions
from workflow.parcels import About

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.levels.making import Made
    from models.drafts import ClauseDraft, NoticeDraft
    from workflow.peers import Peer

DEED = "parcel.hand_down"
#: of a clause that names nobody, as the reader of notices has it
_NAMES_NONE = "W-N02"
#: so much of a clause stands in its warning
_QUOTED = 60


def hand_down(desk: Desk, office: str, notice: int, clauses: Sequence[str] = ()) -> Made:
    """Clauses of an adopted notice for an office below: these, or all in which it has a part. Needs ``parcel.hand_down``."""

    def prepare(connection: Connection) -> Contents:
        peer = _below(connection, desk.office_id, office)
        row = _notice(connection, desk.office_id, notice)
        numbers = _theirs(connection, desk.office_id, notice, peer, clauses)
        draft = narrowed(from_json(row.draft), numbers)
        content = HandedDown(to_json(draft), tuple(clause.id for clause in draft.clauses))
        return Contents(ParcelKind.HANDED_DOWN, peer, content, About(notice, unit=peer.unit_name))

    return make(desk, DEED, prepare)


def _below(connection: Connection, office_id: int, name: str) -> Peer:
    peer = peers.by_name(connection, office_id, name)
    if peer.unit_id is None:
        raise BadInput(
            "E-L14",
            _("{name} is no office below: it is none of the units here.").format(name=name),
            remedy=_("The security administrator enters it as one of the units: duban peer add … --unit UNIT"),
        )
    return peer


def _notice(connection: Connection, office_id: int, number: int) -> Any:
    n = t.notice.c
    row = connection.execute(sa.select(n.draft).where(n.office_id == office_id, n.id == number)).first()
    if row is None:
        raise permissions.not_there(_("Notice"), number)
    return row


def _theirs(connection: Connection, office_id: int, notice: int, peer: Peer, wanted: Sequence[str]) -> Collection[str]:
    """The clauses in which the unit has a part, or the wanted ones of them; E-L15."""
    c, r = t.clause.c, t.responsibility.c
    query = (
        sa.select(c.number)
        .join(t.responsibility, sa.and_(r.office_id == c.office_id, r.clause_id == c.id))
        .where(c.office_id == office_id, c.notice_id == notice, r.unit_id == peer.unit_id)
        .where(r.ended_at.is_(None), sa.not_(c.withdrawn))
    )
    theirs = set(connection.scalars(query))
    foreign = [number for number in wanted if number not in theirs]
    if foreign or not theirs:
        raise Refused(
            "E-L15",
            _("{unit} has no part in these clauses, so they cannot be handed down to it.").format(unit=peer.unit_name),
            where=listed(foreign) or _("notice {id}").format(id=notice),
            remedy=_("Its clauses: {clauses}").format(clauses=listed(sorted(theirs)) or _("none")),
        )
    return set(wanted) or theirs


def narrowed(draft: NoticeDraft, numbers: Collection[str]) -> NoticeDraft:
    """The notice with these clauses alone, none of which names anybody yet: that is for the office below to say."""
    items = tuple(
        replace(item, clauses=kept)
        for item in draft.items
        if (kept := tuple(_unnamed(clause) for clause in item.clauses if clause.id in numbers))
    )
    with speaking(DEFAULT):
        warnings = tuple(_to_be_named(clause) for item in items for clause in item.clauses)
    return replace(draft, items=items, warnings=warnings, decisions=(), source_name="", source_sha256="")


def _unnamed(clause: ClauseDraft) -> ClauseDraft:
    return replace(clause, bracket="", units=(), groups=(), parties=(), lead="", report_policy=None, damage=())


def _to_be_named(clause: ClauseDraft) -> WarningNote:
    said = _("clause {clause} was handed down; say which units here carry it out").format(clause=clause.id)
    return WarningNote(_NAMES_NONE, clause.source_line, clause.text[-_QUOTED:], said, clause=clause.id)
