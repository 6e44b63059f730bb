"""Issuing the month's summary: the approved reports are aggregated, the paper is frozen with its facts.

Rendering is handed in by the caller, so that this room does not see ``documents``. It runs between two readings of
the month: if anything changed meanwhile, the issue is refused and nothing is kept. Source: design sections 4, 9, 10.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Conflict, Refused
from models.language import _
from models.plain import to_plain
from models.states import Action, Role, Stage
from models.times import local_date
from models.words import letters
from workflow import actions, audit, cases, gathering, permissions, telling, wording
from workflow.actions import Command
from workflow.case import Given
from workflow.operation import perform

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.facts import SummaryFacts
    from models.rendering import Rendered
    from models.store import Store
    from workflow.case import Actor, TaskRow

    Renderer = Callable[[SummaryFacts], Rendered]


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued summary: its numbers, its files by kind (SHA-256), how many reports it aggregates, the head printed on it."""

    summary_id: int
    number: int
    files: dict[str, str]
    aggregated: int
    head: str


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What does not change any more: the facts, the files by SHA-256, the version of the words, the head printed on it."""

    facts: SummaryFacts
    files: dict[str, str]
    words_sha256: str
    head: audit.Head


def build(
    connection: Connection, office_id: int, actor: Actor, period_id: int, now: datetime, *, number: str = ""
) -> SummaryFacts:
    """The facts of a draft summary as the month stands now."""
    permissions.demand(actor, "summary.build")
    head = audit.head(connection, office_id)
    return gathering.summary_facts(connection, office_id, period_id, number=number, head_short=head.short, now=now)


def issue(
    database: Database,
    office_id: int,
    actor: Actor,
    period_id: int,
    store: Store,
    render: Renderer,
    now: datetime,
    *,
    number: str = "",
) -> Issued:
    """Render, store, aggregate every approved report and freeze the paper, or change nothing."""
    number = number.strip()

    def prepare(connection: Connection) -> tuple[SummaryFacts, audit.Head]:
        permissions.demand(actor, "summary.issue")
        _check_number(number)
        _not_issued(connection, office_id, period_id)
        head = audit.head(connection, office_id)
        return build(connection, office_id, actor, period_id, now, number=number), head

    facts, head = perform(database, office_id, actor, "summary.issue", prepare, now)
    made = render(facts)
    files = {kind: store.put(data) for kind, data in made.items()}

    def write(connection: Connection) -> Issued:
        _not_issued(connection, office_id, period_id)
        again = build(connection, office_id, actor, period_id, now, number=number)
        if replace(again, head_short=facts.head_short) != facts:
            raise Conflict(
                "E-409",
                _("Reports changed while the summary was being written."),
                remedy=_("Nothing was kept. Issue it again."),
            )
        frozen = _Frozen(facts, files, made.words_sha256, head)
        return _freeze(connection, office_id, actor, period_id, frozen, now)

    return perform(database, office_id, actor, "summary.issue", write, now)


def _check_number(number: str) -> None:
    if not letters(number):
        raise BadInput(
            "E-S24",
            _("The summary is issued under its document number."),
            remedy=_("Give it as it is printed, with --number."),
        )


def _not_issued(connection: Connection, office_id: int, period_id: int) -> None:
    known = connection.scalar(
        sa.select(t.summary.c.id).where(t.summary.c.office_id == office_id, t.summary.c.period_id == period_id)
    )
    if known is not None:
        first = audit.first(connection, office_id, "summary", known, "summary.issue")
        raise Refused(
            "E-S18",
            _("The summary of this month was issued by {who} at {when} and is frozen (number {id}).").format(
                id=known, who=first.who or "–", when=first.when or "–"
            ),
            remedy=_("Export it with: duban summary export"),
            by=first.who,
            at=first.when,
        )


def _freeze(
    connection: Connection,
    office_id: int,
    actor: Actor,
    period_id: int,
    frozen: _Frozen,
    now: datetime,
) -> Issued:
    facts, files, head = frozen.facts, frozen.files, frozen.head
    approved = _aggregate(connection, office_id, actor, period_id, now)
    summary_id = insert(
        connection,
        t.summary,
        office_id,
        period_id=period_id,
        number=1,
        document_number=facts.number,
        facts=to_plain(facts),
        files=files,
        covers=[[task.id, task.report_number] for task in approved],
        words_sha256=frozen.words_sha256,
        head_seq=head.seq,
        head_hash=head.hash,
        issued_by=actor.login,
        issued_at=now,
    )
    detail = {"month": facts.month, "files": files, "aggregated": len(approved), "number": facts.number,
              "words": frozen.words_sha256}  # fmt: skip
    entry = audit.Entry("summary.issue", "summary", summary_id, role=Role.DIRECTOR.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    _tell_readers(connection, office_id, summary_id, facts, now)
    return Issued(summary_id, 1, files, len(approved), head.short)


def _aggregate(connection: Connection, office_id: int, actor: Actor, period_id: int, now: datetime) -> list[TaskRow]:
    approved = cases.load_tasks(
        connection, office_id, t.task.c.period_id == period_id, t.task.c.stage == Stage.REVIEWED.value
    )
    with telling.gathered(connection, now):
        for task in approved:
            action = task.flow.action_giving(task.state, "summary") or Action.AGGREGATE
            command = Command(action, task.id, task.version, Given(summary_number=1))
            actions.apply(connection, office_id, actor, command, now)
    return approved


def _tell_readers(connection: Connection, office_id: int, summary_id: int, facts: SummaryFacts, now: datetime) -> None:
    office = cases.load_office(connection, office_id)
    fields = wording.fields(office, [], now, number=facts.number, period_month=facts.month)
    for person in telling.people_with(connection, office_id, (Role.READER,), local_date(now)):
        told = telling.Telling("summary_issued", person, f"summary {summary_id}", fields)
        telling.queue(connection, office, told, now)
