"""The month's summary as it is worked with: the facts of a draft, and what was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.facts import SummaryFacts
from models.language import _
from models.plain import from_plain
from models.times import shown
from workflow import audit, permissions, summaries
from workflow.month_names import find_period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from workflow.month_names import MonthName

#: how much of a SHA-256 is said where many filings are shown; of one paragraph's the whole
_SHORT = 16


def draft_facts(connection: Connection, desk: Desk, month: MonthName | str) -> SummaryFacts:
    """The facts of a draft of the month as it stands now; needs ``summary.build``."""
    permissions.demand(desk.actor, "summary.build")
    period = find_period(connection, desk.office_id, month)
    return summaries.build(connection, desk.office_id, desk.actor, period.id, desk.now())


def facts_of(connection: Connection, desk: Desk, month: MonthName | str) -> tuple[SummaryFacts, dict[str, str] | None]:
    """The frozen facts and files of the issued summary, for those who may read it; else the facts of a draft and None."""
    permissions.demand(desk.actor, "summary.read")
    row = issued_row(connection, desk.office_id, month)
    return (
        (draft_facts(connection, desk, month), None)
        if row is None
        else (from_plain(SummaryFacts, row.facts), row.files)
    )


def issued_summary(connection: Connection, desk: Desk, month: MonthName | str) -> dict[str, Any]:
    """The issued summary of a month, for those who may read it; E-404 before it is issued."""
    permissions.demand(desk.actor, "summary.read")
    row = issued_row(connection, desk.office_id, month)
    if row is None:
        raise permissions.not_there(_("Summary"), str(month))
    return {
        "summary": row.id,
        "month": row.month,
        "number": row.document_number,
        "issued_by": row.issued_by,
        "issuer": row.issuer or row.issued_by,
        "issued_at": shown(row.issued_at),
        "head": audit.Head(row.head_seq, row.head_hash).short,
        "covers": row.covers,
        "words": row.words_sha256,
        "files": row.files,
    }


def issued_row(connection: Connection, office_id: int, month: MonthName | str) -> Any:
    """The row of a month's issued summary, or None."""
    period = find_period(connection, office_id, month)
    return connection.execute(
        sa.select(t.summary, t.person.c.name.label("issuer"), sa.literal(period.month).label("month"))
        .outerjoin(
            t.person,
            sa.and_(t.person.c.office_id == t.summary.c.office_id, t.person.c.login == t.summary.c.issued_by),
        )
        .where(t.summary.c.office_id == office_id, t.summary.c.period_id == period.id)
        .order_by(t.summary.c.number.desc())
        .limit(1)
    ).first()


def month_words(month: str, number: str) -> str:
    """An earlier month that a figure is reckoned from, with the number of its summary."""
    if number:
        return _("summary of {month}, {number}").format(month=month, number=number)
    return _("{month} as it stood that day, not issued").format(month=month)


def filing_words(task: dict[str, Any], *, whole: bool) -> Iterator[str]:
    """Who filed what, in which version, on which paper, signed and approved by whom."""
    yield task["clause_number"]
    yield task["unit"]
    yield _("task {id}").format(id=task["task_id"])
    if task["version"]:
        yield _("version {number}").format(number=task["version"])
    else:
        yield _("nothing filed")
    if task["check_code"]:
        yield _("form {code}").format(code=task["check_code"])
    if task["signed_by"]:
        yield _("signed by {name}").format(name=task["signed_by"])
    if task["evidence_sha256"]:
        sha = task["evidence_sha256"]
        yield _("paper {sha}").format(sha=sha if whole else f"{sha[:_SHORT]}…")
    if task["reviewed_by"]:
        yield _("approved by {name} on {at}").format(name=task["reviewed_by"], at=task["reviewed_at"])
