"""The month's work: periods, tasks, reports, filings, requests, summaries (design, section 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import DependentRow, OfficeRow, index, ref, unique
from models.states import MAYBE_LATE, OPEN_PROBLEM


class Period(OfficeRow, table=True):
    """A month of a notice: when it opens, is due and closes, as civil dates in Shanghai."""

    __table_args__ = (unique("notice_id", "month"), ref("notice_id", "notice"))

    notice_id: int
    month: str = Field(sa_type=sa.String(7))
    #: the flow that the month's tasks run in; each task pins the version that was in force when it was made
    flow: str = Field(default="monthly_report", sa_type=sa.String(48))
    opens_on: date
    due_on: date
    closes_on: date
    #: raised when the due date moves: reminders of an older revision are void
    due_revision: int = 1
    state: str = Field(default="open", sa_type=sa.String(16))


class Task(DependentRow, table=True):
    """What runs through the states of a flow: a responsibility in a period, or a problem of the ledger."""

    __table_args__ = (
        unique("period_id", "responsibility_id"),
        unique("problem_id"),
        ref("flow_sha256", "flow", "sha256"),
        ref("problem_id", "problem"),
        ref("period_id", "period"),
        ref("responsibility_id", "responsibility"),
        ref("unit_id", "unit"),
        ref("clause_id", "clause"),
        index("ix_task_unit", "unit_id", "period_id"),
        # a unit's of all months, the newest first: a page of them without sorting them all
        index("ix_task_newest", "unit_id", "id"),
        index("ix_task_clause", "clause_id"),
        index("ix_task_state", "state", "id"),
        index("ix_task_next", "next_due_at"),
        index("ix_task_late", "id", where=MAYBE_LATE),
        index("ix_task_problem", "problem_id", where=OPEN_PROBLEM),
    )

    #: the version of the flow that it runs in
    flow_sha256: str = Field(sa_type=sa.String(64))
    period_id: int | None = None
    responsibility_id: int | None = None
    clause_id: int | None = None
    problem_id: int | None = None
    unit_id: int
    state: str = Field(sa_type=sa.String(48))
    #: what the state means, whichever the flow
    stage: str = Field(sa_type=sa.String(32))
    #: when it entered the state
    entered_at: datetime
    #: whom it was forwarded to 转办; None = everybody with the duty
    handler_id: int | None = None
    #: the state from which somebody returned it who wants it straight back, and who; empty and None otherwise
    back_to: str = Field(default="", sa_type=sa.String(48))
    returner_id: int | None = None
    #: counts returns: reminders and reports belong to a round
    round: int = 1
    #: raised by every change: who acts on an older one is told
    version: int = 1
    opened_on: date
    due_on: date
    #: the date the notice set; stays in the statistics after an extension
    original_due_on: date
    due_revision: int = 1
    received_at: datetime | None = None
    #: the report version in force, 0 = none yet
    report_number: int = 0
    filed_at: datetime | None = None
    signed_at: datetime | None = None
    returned_at: datetime | None = None
    reviewed_at: datetime | None = None
    #: set once and never cleared: lateness is a fact beside the state
    late_days: int = 0
    filed_by: int | None = None
    signed_by: int | None = None
    #: the next instant at which a rule may fire, for the sweep's index; None = nothing to come
    next_due_at: datetime | None = None


class Report(DependentRow, table=True):
    """One immutable, numbered version of what a clerk filed on a task."""

    __table_args__ = (unique("task_id", "number"), ref("task_id", "task"))

    task_id: int
    number: int
    round: int
    progress: str
    percent: int
    no_progress: bool = False
    reason: str = ""
    problems: str = ""
    next_steps: str = ""
    #: [{indicator_id, value, reason}] in the clause's order
    values: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    filed_by: int
    acting_for: int | None = None
    filed_at: datetime
    content_sha256: str


class ReportDraft(OfficeRow, table=True):
    """What a person has typed for a task and not reported yet: theirs alone, no part of the trail, gone once reported."""

    __tablename__ = "report_draft"
    __table_args__ = (unique("task_id", "person_id"), ref("task_id", "task"), ref("person_id", "person"))

    task_id: int
    person_id: int
    #: the version of the task that the person saw
    version: int
    #: field → text as typed
    fields: dict[str, str] = Field(sa_type=sa.JSON)
    saved_at: datetime


class Attachment(OfficeRow, table=True):
    """A content-addressed file; its bytes lie in the store under their SHA-256 and are never overwritten."""

    __table_args__ = (unique("sha256"),)

    sha256: str
    name: str
    media_type: str
    size: int
    stored_by: str
    stored_at: datetime


class Filing(OfficeRow, table=True):
    """A unit's printed form for a period; covers exact report versions through its check code."""

    __table_args__ = (
        unique("period_id", "unit_id", "number"),
        unique("check_code"),
        ref("period_id", "period"),
        ref("unit_id", "unit"),
    )

    period_id: int
    unit_id: int
    number: int
    content_sha256: str
    check_code: str
    #: [[task_id, report_number, content_sha256]] in the notice's order
    covers: list[Any] = Field(sa_type=sa.JSON)
    printed_by: str
    printed_at: datetime


class Evidence(OfficeRow, table=True):
    """A scan or a signed PDF of a printed form, and who attests what stands on it."""

    __table_args__ = (
        ref("filing_id", "filing"),
        ref("attachment_id", "attachment"),
        index("ix_evidence_filing", "filing_id"),
    )

    filing_id: int
    attachment_id: int
    kind: str = Field(sa_type=sa.String(16))
    signer: str
    seal: str
    attested_by: str
    attested_at: datetime


class Sighting(OfficeRow, table=True):
    """What the program saw on an attached paper: a hint beside the attestation, never part of it."""

    __table_args__ = (ref("evidence_id", "evidence"), index("ix_sighting_evidence", "evidence_id"))

    evidence_id: int
    #: what the printed codes say about the form (``CodeMatch``)
    code: str = Field(sa_type=sa.String(16))
    #: whether a red seal shows (``SealHint``)
    seal: str = Field(sa_type=sa.String(16))
    #: the codes of what was remarked or asked
    remarks: list[str] = Field(sa_type=sa.JSON)
    #: why it was attached although the program asked; empty = it did not ask
    anyway: str
    #: ``PaperSeen`` as JSON
    seen: dict[str, Any] = Field(sa_type=sa.JSON)
    looked_at: datetime


class Verification(OfficeRow, table=True):
    """A file's digital signatures, verified at one time against the certificates trusted then; a later one is a row more."""

    __table_args__ = (ref("attachment_id", "attachment"), index("ix_verification_attachment", "attachment_id"))

    attachment_id: int
    #: of all its signatures the gravest (``Verdict``)
    verdict: str = Field(sa_type=sa.String(16))
    #: ``SignaturesSeen`` as JSON
    seen: dict[str, Any] = Field(sa_type=sa.JSON)
    checked_by: str
    checked_at: datetime


class Request(OfficeRow, table=True):
    """延期 (more time) or 退办 (not ours), decided by the office with a reason."""

    __table_args__ = (
        ref("task_id", "task"),
        index("ix_request_decision", "decision", "id"),
        index("ix_request_task", "task_id"),
    )

    task_id: int
    kind: str = Field(sa_type=sa.String(16))
    reason: str
    #: what has been done so far: an extension is asked for with it
    progress: str = ""
    wanted_due_on: date | None = None
    wanted_unit_id: int | None = None
    asked_by: int
    asked_at: datetime
    decision: str = Field(default="pending", sa_type=sa.String(16))
    decided_by: int | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    granted_due_on: date | None = None
    granted_unit_id: int | None = None


class Summary(OfficeRow, table=True):
    """The monthly report to the municipal government; issued once, then frozen."""

    __table_args__ = (unique("period_id", "number"), ref("period_id", "period"))

    period_id: int
    number: int
    document_number: str = ""
    #: the facts it was rendered from: making it again gives the same bytes
    facts: dict[str, Any] = Field(sa_type=sa.JSON)
    #: {kind: sha256 of the rendered file}
    files: dict[str, str] = Field(sa_type=sa.JSON)
    #: [[task_id, report_number]]: exactly the approved versions
    covers: list[Any] = Field(sa_type=sa.JSON)
    #: SHA-256 of the words it was issued in: the shipped ones, or a version of the office's own
    words_sha256: str = Field(default="", sa_type=sa.String(64))
    head_seq: int
    head_hash: str
    issued_by: str
    issued_at: datetime
