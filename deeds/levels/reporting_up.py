"""上报: what the issued summary says of the clauses that were handed down goes up as the office's report on them.

The frozen summary speaks, and nothing else; what the office above returns is corrected beside it (``correcting``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.levels.making import Contents, make
from deeds.summaries import issued_row
from models import tables as t
from models.canonical import canonical
from models.errors import Refused
from models.facts import SummaryFacts
from models.language import _
from models.parcels import ClauseReport, HandedDown, MonthReport, ParcelKind, ValueSaid, content_of, read_told
from models.plain import from_plain
from models.states import APPROVED, Stage
from workflow import parcels, peers
from workflow.month_names import MonthName, find_period
from workflow.parcels import About

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.levels.making import Made
    from models.facts import SummaryClause, UnitLine
    from workflow.peers import Peer

DEED = "parcel.report"
#: kinds of the summary's files that go along
_ALONG = ("pdf", "docx")
FACTS = "facts.json"
#: so many summaries are looked at for the months to choose from, the newest first
_CHOICE = 60


def report_up(desk: Desk, month: MonthName | str) -> Made:
    """The issued month of a notice that was handed down, for the office it came from. Needs ``parcel.report``."""

    def prepare(connection: Connection) -> Contents:
        from_above = t.notice.c.source_sha256.in_(_sources(connection, desk.office_id))
        period = find_period(connection, desk.office_id, month, from_above)
        given = _handed_down(connection, desk.office_id, period.notice_id)
        row = issued_row(connection, desk.office_id, MonthName(period.month, period.notice_id))
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
        files = files_of(desk, row)
        about = About(period.notice_id, period.id)
        peer = receiver_of(connection, desk.office_id, given)
        return Contents(ParcelKind.REPORT, peer, content, about, given.sha256, files, left)

    return make(desk, DEED, prepare)


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued month that can go up."""

    name: MonthName
    number: str


def reportable(connection: Connection, office_id: int) -> list[Issued]:
    """The issued months of what was handed down, the newest first, each with the number of its last summary."""
    s, p, n = t.summary.c, t.period.c, t.notice.c
    query = (
        sa.select(p.month, p.notice_id, n.title, s.document_number)
        .join(t.period, sa.and_(p.office_id == s.office_id, p.id == s.period_id))
        .join(t.notice, sa.and_(n.office_id == p.office_id, n.id == p.notice_id))
        .where(s.office_id == office_id, n.source_sha256.in_(_sources(connection, office_id)))
        .order_by(p.month.desc(), p.notice_id, s.number.desc())
        .limit(_CHOICE)
    )
    found: dict[str, Issued] = {}
    for row in connection.execute(query):
        name = MonthName(row.month, row.notice_id, row.title)
        found.setdefault(str(name), Issued(name, row.document_number))
    return list(found.values())


def _sources(connection: Connection, office_id: int) -> list[str]:
    """What was handed down to this office, as a notice that it became names it."""
    p, above = t.parcel.c, [one.id for one in peers.every(connection, office_id, t.peer.c.unit_id.is_(None))]
    query = sa.select(p.content_sha256).where(
        p.office_id == office_id, p.peer_id.in_(above), p.kind == ParcelKind.HANDED_DOWN.value
    )
    return list(connection.scalars(query))


def _handed_down(connection: Connection, office_id: int, notice: int) -> Any:
    """The parcel that a notice came by; E-L16."""
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


def receiver_of(connection: Connection, office_id: int, row: Any) -> Peer:
    """The sender of a parcel under the key that is taken now; E-404 when none is."""
    names = {one.id: one.name for one in peers.every(connection, office_id)}
    return peers.by_name(connection, office_id, names[row.peer_id])


def files_of(desk: Desk, row: Any) -> dict[str, bytes]:
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
