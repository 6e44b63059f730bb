"""How things stand between the levels: each parcel with what came of it, on whichever side it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.levels.answering import DECIDED
from deeds.levels.correcting import corrections, keys_today, of_each, returned
from deeds.levels.taking import Line
from deeds.levels.tidings import answer_words
from documents.notice_json import clause_texts
from models import tables as t
from models.language import _
from models.parcels import Answer, HandedDown, MonthReport, ParcelKind, content_of, read_told
from models.states import APPROVED, Stage
from models.times import shown
from workflow import cases, notice_drafts, parcels, peers, permissions, wording

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.levels.correcting import Correction
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
    #: whether it waits here: an answer that returned what is not corrected yet, a report decided and not answered yet
    open: bool = False
    #: the last answer that was made to a report; 0 = none
    reply: int = 0


def listing(connection: Connection, desk: Desk, below: int | None = None, most: int = MOST) -> list[Seen]:
    """The newest parcels that the actor may see, of numbers below ``below``: the office all, a unit those of its office."""
    permissions.demand(desk.actor, DEED)
    every = {one.id: one for one in peers.every(connection, desk.office_id)}
    mine = [number for number, one in every.items() if _open(desk, one)]
    p = t.parcel.c
    query = sa.select(t.parcel).where(p.office_id == desk.office_id, p.peer_id.in_(mine))
    query = query if below is None else query.where(p.id < below)
    rows = connection.execute(query.order_by(p.id.desc()).limit(most)).all()
    around = _around(connection, desk, rows, every)
    return [_seen(row, every[row.peer_id], around) for row in rows]


def _open(desk: Desk, peer: Peer) -> bool:
    if peer.unit_id is not None:
        return permissions.may_for_unit(desk.actor, DEED, peer.unit_id)
    return permissions.everywhere(desk.actor, DEED)


def one(connection: Connection, desk: Desk, number: int) -> Seen:
    """A parcel as ``listing`` tells of it; E-404 also for one that is not the actor's."""
    row, every = _visible(connection, desk, number)
    return _seen(row, every[row.peer_id], _around(connection, desk, [row], every))


def _visible(connection: Connection, desk: Desk, number: int) -> tuple[Any, dict[int, Peer]]:
    """The row, and every office that was ever entered."""
    permissions.demand(desk.actor, DEED)
    row = parcels.of_number(connection, desk.office_id, number)
    every = {one.id: one for one in peers.every(connection, desk.office_id)}
    if not _open(desk, every[row.peer_id]):
        raise permissions.not_there(_("Parcel"), number)
    return row, every


def file_of(connection: Connection, desk: Desk, number: int) -> tuple[str, str]:
    """The SHA-256 of a parcel's file and a name for it; E-404 also for one that is not the actor's."""
    row, every = _visible(connection, desk, number)
    return row.sha256, f"{ParcelKind(row.kind).label}-{every[row.peer_id].name}-{number}.parcel"


@dataclass(frozen=True, slots=True)
class _Around:
    """What came of some parcels: asked for all of them together, in as many statements for two hundred as for one."""

    #: login → name
    names: Mapping[str, str]
    #: what was handed down to us, by its content → the draft it is worked on as, the notice it became
    drafts: Mapping[str, int]
    notices: Mapping[str, int]
    #: (notice, unit) → clause → the task of the newest month
    newest: Mapping[tuple[int, int | None], Mapping[str, TaskRow]]
    #: what reports from below became
    tasks: Mapping[int, TaskRow]
    #: a report of ours, by its SHA-256 → clause → how it was decided above
    answers: Mapping[str, Mapping[str, str]]
    #: an answer from above, by its number → clause → the correction of what it returned
    corrections: Mapping[int, Mapping[str, Correction]]
    #: a report from below, by its SHA-256 → the last answer made to it
    replies: Mapping[str, _Reply]
    #: office → the keys with and for which a parcel for it is sealed now
    keys: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Reply:
    number: int
    #: clause → the stage that it told of
    stages: Mapping[str, str]


def _around(connection: Connection, desk: Desk, rows: Sequence[Any], every: Mapping[int, Peer]) -> _Around:
    office_id = desk.office_id

    def of(kind: ParcelKind, *, inward: bool) -> list[Any]:
        return [row for row in rows if row.kind == kind.value and bool(row.inward) == inward]

    from_above = [row.content_sha256 for row in of(ParcelKind.HANDED_DOWN, inward=True)]
    handed_down = {(row.notice_id, every[row.peer_id].unit_id) for row in of(ParcelKind.HANDED_DOWN, inward=False)}
    filed = {task for row in of(ParcelKind.REPORT, inward=True) for task, _version in row.covers}
    reported = [row.sha256 for row in of(ParcelKind.REPORT, inward=False)]
    made = corrections(connection, office_id, of(ParcelKind.ANSWER, inward=True))
    corrected = {number: of_each(every_one) for number, every_one in made.items()}
    reported += [one.sha256 for clauses in corrected.values() for one in clauses.values()]
    return _Around(
        _names(connection, office_id, {row.by for row in rows}),
        notice_drafts.from_sources(connection, office_id, from_above),
        _notices(connection, office_id, from_above),
        _newest(connection, office_id, handed_down),
        {task.id: task for task in cases.tasks_of(connection, office_id, filed)},
        _answers(connection, office_id, reported),
        corrected,
        _replies(connection, office_id, [row.sha256 for row in of(ParcelKind.REPORT, inward=True)]),
        keys_today(desk, every.values()),
    )


def _names(connection: Connection, office_id: int, logins: Collection[str]) -> dict[str, str]:
    p = t.person.c
    query = sa.select(p.login, p.name).where(p.office_id == office_id, p.login.in_(logins))
    return {row.login: row.name for row in connection.execute(query)}


def _notices(connection: Connection, office_id: int, sources: Collection[str]) -> dict[str, int]:
    n = t.notice.c
    query = sa.select(n.source_sha256, n.id).where(n.office_id == office_id, n.source_sha256.in_(sources))
    return {row.source_sha256: row.id for row in connection.execute(query)} if sources else {}


def _newest(
    connection: Connection, office_id: int, wanted: Collection[tuple[int, int | None]]
) -> dict[tuple[int, int | None], dict[str, TaskRow]]:
    found: dict[tuple[int, int | None], dict[str, TaskRow]] = {pair: {} for pair in wanted}
    if not wanted:
        return found
    k, p = t.task.c, t.period.c
    notices, units = {notice for notice, _unit in wanted}, {unit for _notice, unit in wanted}
    query = sa.select(p.id, p.notice_id).where(p.office_id == office_id, p.notice_id.in_(notices))
    of_notice = {row.id: row.notice_id for row in connection.execute(query)}
    here = (k.period_id.in_(of_notice), k.unit_id.in_(units))
    for task in cases.load_tasks(connection, office_id, *here, order=(p.month, k.id)):
        pair = of_notice[task.period_id], task.unit_id
        if pair in found:
            found[pair][task.clause_number] = task
    return found


def _answers(connection: Connection, office_id: int, reports: Collection[str]) -> dict[str, dict[str, str]]:
    p = t.parcel.c
    query = sa.select(p.answers, p.statement).where(
        p.office_id == office_id, p.inward, p.kind == ParcelKind.ANSWER.value, p.answers.in_(reports)
    )
    found: dict[str, dict[str, str]] = {report: {} for report in reports}
    for row in connection.execute(query.order_by(p.id)) if reports else ():
        content = content_of(Answer, read_told(row.statement, ""))
        found[row.answers] |= {one.number: answer_words(one) for one in content.clauses}
    return found


def _replies(connection: Connection, office_id: int, reports: Collection[str]) -> dict[str, _Reply]:
    p = t.parcel.c
    query = sa.select(p.id, p.answers, p.statement).where(
        p.office_id == office_id, sa.not_(p.inward), p.kind == ParcelKind.ANSWER.value, p.answers.in_(reports)
    )
    found = {}
    for row in connection.execute(query.order_by(p.id)) if reports else ():
        content = content_of(Answer, read_told(row.statement, ""))
        found[row.answers] = _Reply(row.id, {one.number: one.stage for one in content.clauses})
    return found


def _seen(row: Any, peer: Peer, around: _Around) -> Seen:
    told = read_told(row.statement, peer.name)
    month, title, lines = _KINDS[ParcelKind(row.kind)](row, peer, told, around)
    from_above = bool(row.inward) and row.kind == ParcelKind.HANDED_DOWN.value
    return Seen(
        row.id, peer.name, peer.unit_name, bool(row.inward), ParcelKind(row.kind), shown(row.at),
        around.names.get(row.by, row.by), row.sha256, f"{row.head_seq}-{row.head_hash[:16]}", month, title, lines,
        around.drafts.get(row.content_sha256, 0) if from_above else 0,
        around.notices.get(row.content_sha256, 0) if from_above else 0,
        bool(row.inward) and (_uncorrected(row, peer, around) or _unanswered(row, around)),
        around.replies[row.sha256].number if row.sha256 in around.replies else 0,
    )  # fmt: skip


def _uncorrected(row: Any, peer: Peer, around: _Around) -> bool:
    """Whether this is an answer from above of which something waits to be corrected, or to be made anew for another key."""
    made, today = around.corrections.get(row.id), around.keys.get(peer.name)
    if made is None:
        return False
    return any(one.number not in made or made[one.number].outdated(today) for one in returned(row))


def _unanswered(row: Any, around: _Around) -> bool:
    """Whether of a report from below something was decided that it was not told yet; what was corrected since has its own."""
    if row.kind != ParcelKind.REPORT.value:
        return False
    reply = around.replies.get(row.sha256)
    told = reply.stages if reply else {}
    tasks = [around.tasks[task] for task, version in row.covers if around.tasks[task].report_number == version]
    return any(task.stage in DECIDED and not _tells(told.get(task.clause_number), task.stage) for task in tasks)


def _tells(told: str | None, stage: Stage) -> bool:
    """Whether an answer told of a stage; what is approved stays so when it is aggregated."""
    return told is not None and (told == stage.value or (stage in APPROVED and Stage(told) in APPROVED))


def _handed_down(row: Any, peer: Peer, told: Told, around: _Around) -> tuple[str, str, tuple[Line, ...]]:
    """Each clause; above, how the newest month's task of the unit stands."""
    content = content_of(HandedDown, told)
    tasks = {} if row.inward else around.newest[row.notice_id, peer.unit_id]
    texts = clause_texts(dict(content.notice))
    lines = []
    for clause in content.clauses:
        task, said = tasks.get(clause), [wording.shortened(texts.get(clause, ""))]
        said += [_("{month}: {state}").format(month=task.month, state=task.state_label)] if task else []
        lines.append(Line(clause, " · ".join(said), task.id if task else 0))
    return "", str(content.notice.get("title", "")), tuple(lines)


def _report(row: Any, _peer: Peer, told: Told, around: _Around) -> tuple[str, str, tuple[Line, ...]]:
    """Above: how each report stands now. Below: what was answered, once it was."""
    content = content_of(MonthReport, told)
    notes = {one.number: one.correction for one in content.clauses}
    if row.inward:
        tasks = [around.tasks[task] for task, _version in row.covers]
        said = {task.clause_number: Line(task.clause_number, task.state_label, task.id) for task in tasks}
        lines = [said.get(number, Line(number, _("not taken"))) for number in notes]
    else:
        answers = around.answers[row.sha256]
        lines = [Line(number, answers.get(number, _("no answer yet"))) for number in notes]
    corrected, title = _("corrected: {reason}"), content.number
    if all(notes.values()):
        title = _("correction of {number}").format(number=content.number)
    return content.month, title, tuple(
        Line(one.clause, " · ".join([one.said, corrected.format(reason=notes[one.clause])]), one.task)
        if notes[one.clause]
        else one
        for one in lines
    )  # fmt: skip


def _answer(row: Any, _peer: Peer, told: Told, around: _Around) -> tuple[str, str, tuple[Line, ...]]:
    """How each clause was decided; below, which parcel corrects it and what became of that."""
    content, made = content_of(Answer, told), around.corrections.get(row.id, {})
    corrected = _("{said} · corrected by parcel {number}, {when}: {outcome}")
    lines = []
    for one in content.clauses:
        said, sent = answer_words(one), made.get(one.number)
        if sent is not None:
            outcome = around.answers[sent.sha256].get(one.number, _("no answer yet"))
            said = corrected.format(said=said, number=sent.parcel, when=shown(sent.at), outcome=outcome)
        lines.append(Line(one.number, said))
    return content.month, "", tuple(lines)


_KINDS: Final = {
    ParcelKind.HANDED_DOWN: _handed_down,
    ParcelKind.REPORT: _report,
    ParcelKind.ANSWER: _answer,
}
