"""Notices: read in any form, worked on as a draft, held against the register, adopted with or without opening a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.months import open_in
from deeds.reviewing import Walk
from documents.notice_json import to_json
from documents.reading.reader import read_notice
from models import doubts
from models import tables as t
from models.canonical import fingerprint
from models.errors import BadInput
from models.language import DEFAULT, _, current, speaking
from models.states import PeriodState
from models.words import letters
from workflow import adoption, name_doubts, permissions, revision
from workflow.given import SHORTEST_REASON

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.drafts import NoticeDraft
    from workflow.adoption import Adopted
    from workflow.periods import OpenedPeriod


def read_for_office(data: bytes, name: str) -> NoticeDraft:
    """A notice or its table, with its remarks in the office's language whatever the reader speaks; refusals in the reader's."""
    draft = read_notice(data, name)
    if current() == DEFAULT:
        return draft
    with speaking(DEFAULT):
        return read_notice(data, name)


def kept_form(draft: NoticeDraft) -> tuple[dict[str, Any], str]:
    """The draft as it is kept with the notice, and the hash of what it asks: not of the file's name, the warnings and ticks."""
    kept = to_json(draft)
    said = {name: value for name, value in kept.items() if name not in {"source_name", "warnings", "decisions"}}
    return kept, fingerprint(said)


def begin_walk(desk: Desk, draft: NoticeDraft) -> Walk:
    """The walk over what is doubtful, held against the office's register, in the name of who is logged in."""
    register = desk.read(lambda connection: name_doubts.load(connection, desk.office_id))

    def held(one: NoticeDraft) -> NoticeDraft:
        with speaking(DEFAULT):
            return name_doubts.held_against(one, register)

    return Walk(draft, desk.actor.login, desk.now, held)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a draft is to be adopted: as a new notice or bringing an adopted one to it, with a month to open at once."""

    revise: int | None = None
    month: str = ""
    flow: str = ""
    accept_open: str = ""
    allow_past: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What adopting did, the month that was opened with it, and the month of the notice that stands open."""

    made: Adopted
    opened: OpenedPeriod | None
    standing: str


def adopt(connection: Connection, desk: Desk, read: NoticeDraft, wanted: Wanted, now: datetime) -> Done:
    """Adopt a draft; with a month both happen or neither. Needs ``notice.adopt``."""
    office, place = desk.office_id, (connection, desk.office_id, desk.actor)
    draft = answered_for(connection, desk, read, wanted.accept_open, now)
    kept, digest = kept_form(draft)
    if wanted.revise is not None:
        made = revision.revise(*place, wanted.revise, draft, kept, digest, now, allow_past=wanted.allow_past)
    else:
        made = adoption.adopt(*place, draft, kept, digest, now, allow_past=wanted.allow_past)
    opened = open_in(connection, desk, wanted.month, made.notice_id, flow=wanted.flow) if wanted.month else None
    return Done(made, opened, _open_month(connection, office, made.notice_id))


def take_rosters(connection: Connection, desk: Desk, number: int, now: datetime) -> Done:
    """An adopted notice follows what today's rosters say of its collective names. Needs ``notice.adopt``; E-404."""
    (row,) = find_notices(connection, desk, number)
    made = adoption.take_again(connection, desk.office_id, desk.actor, number, row["draft"], now)
    return Done(made, None, _open_month(connection, desk.office_id, number))


def behind_rosters(desk: Desk, number: int) -> Adopted | None:
    """What ``take_rosters`` would change in a notice, nothing kept of it; None where it follows them already."""
    now = desk.now()
    made = desk.tried("notice.adopt", lambda c: take_rosters(c, desk, number, now)).made
    return made if made.responsibilities or made.ended else None


def answered_for(
    connection: Connection, desk: Desk, draft: NoticeDraft, accept_open: str, now: datetime
) -> NoticeDraft:
    """The draft held against the register; who adopts it answers for what was ticked in the table and left open."""
    permissions.demand(desk.actor, "notice.adopt")
    if accept_open and letters(accept_open) < SHORTEST_REASON:
        said = _("Say why what nobody has decided may stay as read, in at least {count} letters.")
        remedy = _('--accept-open "checked against the paper"')
        raise BadInput("E-N17", said.format(count=SHORTEST_REASON), remedy=remedy)
    with speaking(DEFAULT):
        draft = name_doubts.held_against(draft, name_doubts.load(connection, desk.office_id))
    if accept_open:
        draft, _count = doubts.accepted_open(draft, accept_open, desk.actor.login, now)
    return doubts.signed(draft, desk.actor.login, now)


def _open_month(connection: Connection, office_id: int, notice_id: int) -> str:
    """The newest month of the notice that is open; nothing when none is."""
    p = t.period.c
    of_it = (p.office_id == office_id, p.notice_id == notice_id, p.state == PeriodState.OPEN.value)
    return connection.scalar(sa.select(sa.func.max(p.month)).where(*of_it)) or ""


def find_notices(connection: Connection, desk: Desk, number: int | None = None) -> list[dict[str, Any]]:
    """All adopted notices, or the one of this number; E-404."""
    permissions.demand(desk.actor, "notice.draft")
    query = adoption.notices().where(t.notice.c.office_id == desk.office_id).order_by(t.notice.c.id)
    rows = [dict(row) for row in connection.execute(query).mappings() if number in {None, row["id"]}]
    if number is not None and not rows:
        raise permissions.not_there(_("Notice"), number)
    return rows
