"""The notice and what it asks for (design, sections 2 and 3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import OfficeRow, index, ref, unique


class Notice(OfficeRow, table=True):
    """An issued notice, as a person confirmed it; a corrected one is a new revision."""

    __table_args__ = (unique("source_sha256", "revision"),)

    title: str
    issuer: str
    document_number: str = ""
    issued_on: date | None = None
    reporting_day: int = 25
    reports: str = Field(default="every", sa_type=sa.String(16))
    source_name: str
    source_sha256: str
    #: SHA-256 of the confirmed table, so that adopting the same table again changes nothing
    table_sha256: str
    revision: int = 1
    draft: dict[str, Any] = Field(sa_type=sa.JSON)
    adopted_by: str
    adopted_at: datetime


class NoticeInWork(OfficeRow, table=True):
    """A notice that was read and is worked on, until it is adopted or dropped."""

    __tablename__ = "notice_draft"
    __table_args__ = (ref("notice_id", "notice"), index("ix_notice_draft_source", "source_sha256"))

    title: str
    source_name: str
    source_sha256: str
    #: the draft as JSON with what was decided of its doubts
    draft: dict[str, Any] = Field(sa_type=sa.JSON)
    #: guards concurrent writers
    version: int = 1
    changed_by: str
    changed_at: datetime
    ended_at: datetime | None = None
    #: the notice that it became; None while it is worked on, or when it was dropped
    notice_id: int | None = None


class WorkItem(OfficeRow, table=True):
    """A numbered item under its section and subsection."""

    __table_args__ = (unique("notice_id", "number"), ref("notice_id", "notice"))

    notice_id: int
    number: int
    title: str
    section: str = ""
    subsection: str = ""


class Clause(OfficeRow, table=True):
    """One row of the decomposition table 任务分解表."""

    __table_args__ = (
        unique("notice_id", "number"),
        ref("notice_id", "notice"),
        ref("item_id", "workitem"),
    )

    notice_id: int
    item_id: int
    #: item and place within it, as people cite it: 2.1
    number: str
    position: int
    text: str
    bracket: str = ""
    source_line: int = 0
    notes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    #: overrides the notice's policy; empty = the notice's
    reports: str = Field(default="", sa_type=sa.String(16))
    withdrawn: bool = False


class Milestone(OfficeRow, table=True):
    """A deadline of a clause with its quote; an ambiguous date stays open."""

    __table_args__ = (ref("clause_id", "clause"), index("ix_milestone_clause", "clause_id"))

    clause_id: int
    due_on: date | None = None
    quote: str
    note: str = ""


class Indicator(OfficeRow, table=True):
    """A numeric target of a clause with its quote."""

    __table_args__ = (ref("clause_id", "clause"), index("ix_indicator_clause", "clause_id"))

    clause_id: int
    name: str
    op: str
    value: float
    unit: str
    quote: str


class Responsibility(OfficeRow, table=True):
    """A unit's part in a clause; the first named unit leads."""

    __table_args__ = (
        unique("clause_id", "unit_id"),
        ref("clause_id", "clause"),
        ref("unit_id", "unit"),
        index("ix_responsibility_unit", "unit_id"),
    )

    clause_id: int
    unit_id: int
    share: str = Field(sa_type=sa.String(16))
    position: int
    #: the collective name it came through, or empty
    via_group: str = ""
    ended_at: datetime | None = None
