"""上报: what the issued summary says of the clauses that were handed down goes up as the office's report on them.

The frozen summary speaks, and nothing else: a report that the office above returned is corrected beside it, by name and
with a reason, and goes up as a correction. The summary itself stays as it was issued.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deeds.levels.making import Contents, make
from deeds.summaries import issued_row
from models import tables as t
from models.canonical import canonical
from models.errors import BadInput, Refused
from models.facts import SummaryFacts
from models.language import _, listed
from models.parcels import Answer, ClauseReport, HandedDown, MonthReport, ParcelKind, ValueSaid, content_of, read_told
from models.plain import from_plain
from models.states import APPROVED, Stage
from models.words import letters
from workflow import parcels, peers
from workflow.given import SHORTEST_REASON
from workflow.month_names import find_period
from workflow.parcels import About

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.levels.making import Made
    from models.facts import SummaryClause, UnitLine
    from models.parcels import ClauseAnswer
    from workflow.month_names import MonthName
    from workflow.peers import Peer

DEED = "parcel.report"
#: kinds of the summary's files that go along
_ALONG = ("pdf", "docx")
FACTS = "facts.json"


def report_up(desk: Desk, month: MonthName | str) -> Made:
    """The issued month of a notice that was handed down, for the office it came from. Needs ``parcel.report``."""

    def prepare(connection: Connection) -> Contents:
        period = find_period(connection, desk.office_id, month)
        given = _handed_down(connection, desk.office_id, period.notice_id)
        row = issued_row(connection, desk.office_id, month)
        if row is None:
            raise Refused(
                "E-L17",
                _("The summary of {month} is not issued yet: only what was issued goes up.").format(month=month),
                remedy=_("Issue it first: duban summary issue"),
            )
        told = read_told(given.statement, "")
        facts = from_plain(SummaryFacts, row.facts)
        wanted = content_of(HandedDown, told).clauses
        said = tuple(_reports(facts, wanted))
        if not said:
            raise Refused(
                "E-L18",
                _("Nothing that was handed down has an approved report in this month."),
                where=str(month),
                remedy=_("Say so to the office above, or wait for the next month."),
            )
        content = MonthReport(period.month, row.document_number, facts.issued_on, row.issuer or row.issued_by, said)
        left = tuple((number, _("no approved report")) for number in wanted if number not in {r.number for r in said})
        files = _files(desk, row)
        about = About(period.notice_id, period.id)
        peer = _still(connection, desk.office_id, given)
        return Contents(ParcelKind.REPORT, peer, content, about, given.sha256, files, left)

    return make(desk, DEED, prepare)


def _handed_down(connection: Connection, office_id: int, notice: int) -> Any:
    """The parcel that a notice came by; E-L16."""
    import sqlalchemy as sa

    source = sa.select(t.notice.c.source_sha256).where(t.notice.c.office_id == office_id, t.notice.c.id == notice)
    p = t.parcel.c
    row = parcels.find(
        connection, office_id, p.inward, p.kind == ParcelKind.HANDED_DOWN.value,
        p.content_sha256 == source.scalar_subquery(),
    )  # fmt: skip
    if row is None:
        raise Refused(
            "E-L16",
            _("This month's notice was not handed down by an office above."),
            where=_("notice {id}").format(id=notice),
            remedy=_("Where two notices have the month, name the other one with --notice."),
        )
    return row


def _still(connection: Connection, office_id: int, row: Any) -> Peer:
    """The sender of a parcel under the key that is taken now; E-404 when none is."""
    names = {one.id: one.name for one in peers.every(connection, office_id)}
    return peers.by_name(connection, office_id, names[row.peer_id])


def _files(desk: Desk, row: Any) -> dict[str, bytes]:
    """The paper as it was issued, and the frozen facts it was made from."""
    papers = {f"summary.{kind}": desk.store.get(row.files[kind]) for kind in _ALONG if kind in row.files}
    return {**papers, FACTS: canonical(row.facts).encode()}


def _reports(facts: SummaryFacts, wanted: Collection[str]) -> Iterator[ClauseReport]:
    """What the summary says of each wanted clause that has an approved report."""
    for clause in _clauses(facts):
        lines = [line for line in clause.lines if Stage(line.state) in APPROVED]
        if clause.number in wanted and lines:
            values = tuple(
                ValueSaid(one.name, one.value, one.reason)
                for one in facts.indicators
                if one.clause_number == clause.number
            )
            yield _of_clause(clause.number, lines, values)


def _clauses(facts: SummaryFacts) -> Iterator[SummaryClause]:
    for section in facts.sections:
        for part in section.subsections:
            for item in part.items:
                yield from item.clauses


def _of_clause(number: str, lines: Sequence[UnitLine], values: tuple[ValueSaid, ...]) -> ClauseReport:
    """The units' own words, each under its name where there are several; the percent is their mean, as in the summary."""
    idle = all(line.no_progress for line in lines)
    return ClauseReport(
        number=number,
        progress=_joined(lines, "progress"),
        percent=round(sum(line.percent for line in lines) / len(lines)),
        no_progress=idle,
        reason=_joined(lines, "reason") if idle else "",
        problems=_joined(lines, "problems"),
        next_steps=_joined(lines, "next_steps"),
        values=values,
    )


def _joined(lines: Sequence[UnitLine], field: str) -> str:
    said = [(line.unit, getattr(line, field)) for line in lines if getattr(line, field)]
    return said[0][1] if len(lines) == 1 and said else "\n".join(f"{unit}：{words}" for unit, words in said)


def correct(desk: Desk, answer: int, clause: str, changed: Mapping[str, Any], reason: str) -> Made:
    """One clause that the answer of this number returned, said anew by the director, with why it differs.

    ``changed``: fields of ``ClauseReport`` (``values`` by indicator name) in place of what was reported before.
    """

    def prepare(connection: Connection) -> Contents:
        row = _answer(connection, desk.office_id, answer)
        _refuse_not_returned(row, clause)
        before = _reported(connection, desk.office_id, row, clause)
        _weighed(reason)
        content = replace(before, clauses=(_changed(before.clauses[0], changed, reason),))
        files = _files(desk, _issued(connection, desk.office_id, row.period_id))
        peer, about = _still(connection, desk.office_id, row), About(row.notice_id, row.period_id)
        return Contents(ParcelKind.REPORT, peer, content, about, row.sha256, files)

    return make(desk, DEED, prepare)


def correctable(connection: Connection, office_id: int, answer: int) -> list[tuple[ClauseAnswer, ClauseReport]]:
    """What the answer of this number returned, each with what had been reported of it."""
    row = _answer(connection, office_id, answer)
    return [
        (one, before) for one in _returned(row) for before in _reported(connection, office_id, row, one.number).clauses
    ]


def _answer(connection: Connection, office_id: int, number: int) -> Any:
    p = t.parcel.c
    return parcels.of_number(connection, office_id, number, p.inward, p.kind == ParcelKind.ANSWER.value)


def _returned(row: Any) -> list[ClauseAnswer]:
    said = content_of(Answer, read_told(row.statement, ""))
    return [one for one in said.clauses if one.stage == Stage.RETURNED.value]


def _refuse_not_returned(row: Any, clause: str) -> None:
    back = [one.number for one in _returned(row)]
    if clause not in back:
        raise Refused(
            "E-L19",
            _("This answer did not return clause {clause}: there is nothing to correct.").format(clause=clause),
            where=_("parcel {id}").format(id=row.id),
            remedy=_("Returned were: {clauses}").format(clauses=listed(back) or _("none")),
        )


def _reported(connection: Connection, office_id: int, answer: Any, clause: str) -> MonthReport:
    """What went up of the clause before, in the parcel that the answer is about."""
    p = t.parcel.c
    row = parcels.find(connection, office_id, p.sha256 == answer.answers)
    said = content_of(MonthReport, read_told(row.statement, ""))
    return replace(said, clauses=tuple(one for one in said.clauses if one.number == clause))


def _issued(connection: Connection, office_id: int, period_id: int) -> Any:
    import sqlalchemy as sa

    s = t.summary.c
    query = sa.select(s.facts, s.files).where(s.office_id == office_id, s.period_id == period_id)
    return connection.execute(query.order_by(s.number.desc()).limit(1)).one()


def _weighed(reason: str) -> None:
    if letters(reason) < SHORTEST_REASON:
        raise BadInput(
            "E-S02",
            _("A reason of at least {count} characters is needed.").format(count=SHORTEST_REASON),
            remedy=_("Say why this differs from the issued summary, with --reason."),
        )


def _changed(before: ClauseReport, changed: Mapping[str, Any], reason: str) -> ClauseReport:
    told = dict(changed)
    values = {one.name: one for one in before.values}
    values |= {one.name: one for one in told.pop("values", ())}
    if told.get("progress"):
        told["no_progress"] = False
    return replace(before, **told, values=tuple(values.values()), correction=reason.strip())
