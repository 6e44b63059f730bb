"""What a rehearsed month comes to, read from the database it left: states, chasing, indicators, files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from documents.ledger.workbook import write_ledger
from models import tables as t
from models.states import Decision, MessageState, Stage
from models.times import local_date
from simulation import chasing
from simulation.scene import OFFICE_ID
from workflow import gathering, ledger, verify
from workflow.month_rows import read_month

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from models.facts import ProblemLine, ProblemPart, SummaryIndicator
    from simulation.month import Played
    from simulation.scene import Scene

#: messages by which somebody is chased, from mild to severe
CHASING = (
    "opened",
    "not_received",
    "due_soon",
    "due_today",
    "urging",
    "supervision",
    "circular",
    "unreviewed",
    "closing",
    "returned",
    "unsummarised",
)
#: the same of the problem ledger
OF_PROBLEMS = (
    "problem_opened",
    "problem_not_started",
    "problem_due_soon",
    "problem_due_today",
    "problem_urging",
    "problem_supervision",
    "problem_unverified",
    "problem_not_struck_off",
    "problem_returned",
    "problem_relapsed",
)


@dataclass(frozen=True, slots=True)
class Chase:
    """One day's messages of one kind: how many went out and to whom."""

    day: date
    event: str
    messages: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The one screen of a rehearsal, as data."""

    notice: str
    clauses: int
    warnings: int
    #: of these, what would need a person's decision and stays as it was read
    as_read: int
    #: clauses that name nobody and take no part
    left_out: int
    units: int
    tasks: int
    states: Mapping[str, int]
    late: int
    returned: int
    extensions: int
    chases: tuple[Chase, ...]
    drafts: int
    messages: Mapping[str, int]
    indicators: tuple[SummaryIndicator, ...]
    #: the ledger's part in the month's summary
    problems: ProblemPart | None
    ledger: tuple[ProblemLine, ...]
    events: int
    findings: tuple[str, ...]
    form_unit: str
    files: Mapping[str, str]


def settle(scene: Scene, played: Played) -> Account:
    """Write the papers beside the database and add everything up."""
    files = _papers(scene, played)
    with scene.database.read() as connection:
        month = read_month(connection, OFFICE_ID, scene.period.period_id)
        states = Counter(task["state"] for task in month.tasks)
        messages = Counter(connection.scalars(sa.select(t.message.c.state).where(t.message.c.office_id == OFFICE_ID)))
        findings = verify.verify(connection, OFFICE_ID, store=scene.store)
        return Account(
            notice=scene.draft.title,
            clauses=scene.adopted.clauses,
            warnings=len(scene.draft.warnings),
            as_read=scene.undecided.as_read,
            left_out=scene.undecided.left_out,
            units=len(scene.cast.units),
            tasks=len(month.tasks),
            states={state.value: states[state.value] for state in Stage if states[state.value]},
            late=sum(task["late_days"] > 0 for task in month.tasks),
            returned=sum(task["round"] > 1 for task in month.tasks),
            extensions=_count(connection, t.request, t.request.c.decision == Decision.GRANTED.value),
            chases=_chases(connection),
            drafts=_count(connection, t.draft),
            messages={state.value: messages[state.value] for state in MessageState if messages[state.value]},
            indicators=gathering.indicator_facts(month),
            problems=ledger.month_part(connection, OFFICE_ID, scene.period.month, played.ended),
            ledger=ledger.lines(connection, OFFICE_ID, played.ended),
            events=_count(connection, t.event),
            findings=tuple(f"{finding.where}: {finding.what}" for finding in findings),
            form_unit=played.form_unit,
            files=files,
        )


def _count(connection: sa.Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(table.c.office_id == OFFICE_ID, *conditions)
    return connection.scalar(query) or 0


def _chases(connection: sa.Connection) -> tuple[Chase, ...]:
    rows = connection.execute(
        sa.select(t.message.c.settled_at, t.message.c.event, t.person.c.name)
        .join(
            t.person,
            sa.and_(t.person.c.office_id == t.message.c.office_id, t.person.c.id == t.message.c.recipient_id),
        )
        .where(
            t.message.c.office_id == OFFICE_ID,
            t.message.c.state == MessageState.SENT.value,
            t.message.c.event.in_((*CHASING, *OF_PROBLEMS)),
        )
        .order_by(t.message.c.settled_at, t.message.c.id)
    ).all()
    found: dict[tuple[date, str], list[str]] = {}
    for row in rows:
        found.setdefault((local_date(row.settled_at), row.event), []).append(row.name)
    return tuple(Chase(day, event, len(names), tuple(names)) for (day, event), names in found.items())


def _papers(scene: Scene, played: Played) -> dict[str, str]:
    files = {"table": "decomposition.xlsx", "messages": "messages/", "database": "duban.db"}
    if played.form_pdf:
        (scene.out / "form.pdf").write_bytes(played.form_pdf)
        files["form"] = "form.pdf"
    with scene.database.read() as connection:
        facts = ledger.ledger_facts(connection, OFFICE_ID, played.ended)
    (scene.out / "problems.xlsx").write_bytes(write_ledger(facts))
    files["ledger"] = "problems.xlsx"
    assert played.issued is not None
    for kind, sha in played.issued.files.items():
        (scene.out / f"summary.{kind}").write_bytes(scene.store.get(sha))
        files[f"summary {kind}"] = f"summary.{kind}"
    return files | chasing.write(scene)
