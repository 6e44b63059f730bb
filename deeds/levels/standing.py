"""How things stand between the levels: each parcel with what came of it, on whichever side it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.levels.taking import Line, answer_words
from models import tables as t
from models.language import _
from models.parcels import Answer, HandedDown, MonthReport, ParcelKind, content_of, read_told
from models.times import shown
from workflow import cases, notice_drafts, parcels, peers, permissions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.parcels import Told
    from workflow.case import TaskRow
    from workflow.peers import Peer

DEED: Final = "parcel.read"
#: so many are shown, the newest first
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """A parcel as it is looked at: where it went or came from, what it says, what came of it."""

    number: int
    office: str
    #: the unit that the office is here; empty for one above
    unit: str
    inward: bool
    kind: ParcelKind
    at: str
    by: str
    sha256: str
    #: the head of the sender's trail, short
    head: str
    month: str
    title: str
    lines: tuple[Line, ...]
    #: what came of handed-down clauses here: the draft they are worked on as, the notice they became; 0 = none
    draft: int = 0
    notice: int = 0


def listing(connection: Connection, desk: Desk, below: int | None = None, most: int = MOST) -> list[Seen]:
    """The newest parcels that the actor may see, of numbers below ``below``: the office all, a unit those of its office."""
    permissions.demand(desk.actor, DEED)
    every = {one.id: one for one in peers.every(connection, desk.office_id)}
    mine = [number for number, one in every.items() if _open(desk, one)]
    p = t.parcel.c
    query = sa.select(t.parcel).where(p.office_id == desk.office_id, p.peer_id.in_(mine))
    query = query if below is None else query.where(p.id < below)
    query = query.order_by(p.id.desc()).limit(most)
    return [_seen(connection, desk.office_id, row, every[row.peer_id]) for row in connection.execute(query)]


def _open(desk: Desk, peer: Peer) -> bool:
    if peer.unit_id is not None:
        return permissions.may_for_unit(desk.actor, DEED, peer.unit_id)
    return permissions.everywhere(desk.actor, DEED)


def file_of(connection: Connection, desk: Desk, number: int) -> tuple[str, str]:
    """The SHA-256 of a parcel's file and a name for it; E-404 also for one that is not the actor's."""
    permissions.demand(desk.actor, DEED)
    row = parcels.of_number(connection, desk.office_id, number)
    peer = next(one for one in peers.every(connection, desk.office_id) if one.id == row.peer_id)
    if not _open(desk, peer):
        raise permissions.not_there(_("Parcel"), number)
    return row.sha256, f"{ParcelKind(row.kind).label}-{peer.name}-{number}.parcel"


def _seen(connection: Connection, office_id: int, row: Any, peer: Peer) -> Seen:
    told = read_told(row.statement, peer.name)
    month, title, lines = _KINDS[ParcelKind(row.kind)](connection, office_id, row, told)
    draft = notice = 0
    if row.inward and row.kind == ParcelKind.HANDED_DOWN.value:
        draft = notice_drafts.from_source(connection, office_id, row.content_sha256)
        n = t.notice.c
        became = sa.select(n.id).where(n.office_id == office_id, n.source_sha256 == row.content_sha256)
        notice = connection.scalar(became) or 0
    return Seen(
        row.id, peer.name, peer.unit_name, bool(row.inward), ParcelKind(row.kind), shown(row.at),
        _name(connection, office_id, row.by), row.sha256, f"{row.head_seq}-{row.head_hash[:16]}", month, title, lines,
        draft, notice,
    )  # fmt: skip


def _name(connection: Connection, office_id: int, login: str) -> str:
    p = t.person.c
    return connection.scalar(sa.select(p.name).where(p.office_id == office_id, p.login == login)) or login


def _handed_down(connection: Connection, office_id: int, row: Any, told: Told) -> tuple[str, str, tuple[Line, ...]]:
    """Each clause; above, how the newest month's task of the unit stands."""
    content = content_of(HandedDown, told)
    tasks = {} if row.inward else _newest_tasks(connection, office_id, row)
    lines = []
    for clause in content.clauses:
        task = tasks.get(clause)
        words = _("{month}: {state}").format(month=task.month, state=task.state_label) if task else ""
        lines.append(Line(clause, words, task.id if task else 0))
    return "", str(content.notice.get("title", "")), tuple(lines)


def _newest_tasks(connection: Connection, office_id: int, row: Any) -> dict[str, TaskRow]:
    unit = sa.select(t.peer.c.unit_id).where(t.peer.c.office_id == office_id, t.peer.c.id == row.peer_id)
    tasks = cases.load_tasks(
        connection, office_id, t.period.c.notice_id == row.notice_id, t.task.c.unit_id == unit.scalar_subquery(),
        order=(t.period.c.month, t.task.c.id),
    )  # fmt: skip
    return {task.clause_number: task for task in tasks}


def _report(connection: Connection, office_id: int, row: Any, told: Told) -> tuple[str, str, tuple[Line, ...]]:
    """Above: how each report stands now. Below: what was answered, once it was."""
    content = content_of(MonthReport, told)
    notes = {one.number: one.correction for one in content.clauses}
    numbers = [task for task, _version in row.covers]
    if row.inward:
        tasks = cases.load_tasks(connection, office_id, t.task.c.id.in_(numbers))
        said = {task.clause_number: Line(task.clause_number, task.state_label, task.id) for task in tasks}
        lines = [said.get(number, Line(number, _("not taken"))) for number in notes]
    else:
        answers = _answers(connection, office_id, row.sha256)
        lines = [Line(number, answers.get(number, _("no answer yet"))) for number in notes]
    corrected = _("corrected: {reason}")
    return content.month, content.number, tuple(
        Line(one.clause, " · ".join([one.said, corrected.format(reason=notes[one.clause])]), one.task)
        if notes[one.clause]
        else one
        for one in lines
    )  # fmt: skip


def _answers(connection: Connection, office_id: int, report: str) -> dict[str, str]:
    p = t.parcel.c
    query = sa.select(p.statement).where(
        p.office_id == office_id, p.inward, p.kind == ParcelKind.ANSWER.value, p.answers == report
    )
    found: dict[str, str] = {}
    for statement in connection.scalars(query.order_by(p.id)):
        found |= {one.number: answer_words(one) for one in content_of(Answer, read_told(statement, "")).clauses}
    return found


def _answer(connection: Connection, office_id: int, row: Any, told: Told) -> tuple[str, str, tuple[Line, ...]]:
    del connection, office_id, row
    content = content_of(Answer, told)
    return content.month, "", tuple(Line(one.number, answer_words(one)) for one in content.clauses)


_KINDS: Final = {
    ParcelKind.HANDED_DOWN: _handed_down,
    ParcelKind.REPORT: _report,
    ParcelKind.ANSWER: _answer,
}
