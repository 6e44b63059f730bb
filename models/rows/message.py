"""Telling people: the outbox, its attempts, and the ledger of reminders (design, sections 7 and 8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.rows.base import IN_PARTS, DependentRow, OfficeRow, index, ref, unique


class Message(DependentRow, table=True):
    """An outbox row, written in the transaction of its cause and delivered by a worker."""

    __table_args__ = (
        unique("dedupe_key"),
        ref("recipient_id", "person"),
        index("ix_message_state", "state", "next_at"),
        index("ix_message_recipient", "recipient_id", "created_at", "id"),
        index("ix_message_unread", "recipient_id", "read_at"),
    )

    #: what, recipient, channel: the same telling is never queued twice
    dedupe_key: str
    event: str = Field(sa_type=sa.String(32))
    level: int = 0
    recipient_id: int
    channel: str = Field(sa_type=sa.String(16))
    address: str = ""
    subject: str = ""
    body: str = ""
    #: the template's fields, so that the office can see what it was made from
    fields: dict[str, Any] = Field(sa_type=sa.JSON)
    #: [task_id, round, due_revision] it speaks of; those no longer waiting drop out at send time
    about: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    #: states in which a task still needs this telling; empty = always
    while_states: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    message_id: str
    state: str = Field(sa_type=sa.String(16))
    reason: str = ""
    attempts: int = 0
    created_at: datetime
    next_at: datetime
    claimed_until: datetime | None = None
    settled_at: datetime | None = None
    #: when its recipient opened it at the desk; None = not yet
    read_at: datetime | None = None


class MessageTask(SQLModel, table=True):
    """Which messages speak of a task: an index of ``Message.about``, which the database keeps itself."""

    __tablename__ = "message_task"
    __table_args__ = IN_PARTS
    model_config = cast("Any", {"defer_build": True})

    office_id: int = Field(primary_key=True)
    task_id: int = Field(primary_key=True)
    message_id: int = Field(primary_key=True)


class Attempt(DependentRow, table=True):
    """One try at sending a message, recorded before it starts."""

    __table_args__ = (unique("message", "number"), ref("message", "message"), IN_PARTS)

    message: int
    number: int
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = Field(default="", sa_type=sa.String(16))
    code: str = ""
    detail: str = ""


class Reminder(DependentRow, table=True):
    """Ledger row: this rule fired for this task in this round and due revision; at most once."""

    __table_args__ = (
        unique("task_id", "round", "due_revision", "rule"),
        ref("task_id", "task"),
        IN_PARTS,
    )

    task_id: int
    round: int
    due_revision: int
    rule: str = Field(sa_type=sa.String(48))
    level: int
    due_at: datetime
    decided_at: datetime
    state: str = Field(sa_type=sa.String(16))
    #: the rung that took its place, or why nobody was told
    reason: str = ""


class Draft(OfficeRow, table=True):
    """A paper the scheduler prepared and a named person issues: a circular 通报 goes out by nobody's timer."""

    __table_args__ = (
        unique("dedupe_key"),
        ref("unit_id", "unit"),
        index("ix_draft_waiting", "id", where="issued_at IS NULL AND dropped_at IS NULL"),
    )

    dedupe_key: str
    kind: str = Field(sa_type=sa.String(32))
    unit_id: int
    about: list[Any] = Field(sa_type=sa.JSON)
    text: str
    reason: str
    made_at: datetime
    issued_by: str = ""
    issued_at: datetime | None = None
    dropped_at: datetime | None = None


class CalendarYear(SQLModel, table=True):
    """A year of the workday calendar and where it came from; a missing one is provisional."""

    office_id: int = Field(primary_key=True, foreign_key="office.id")
    year: int = Field(primary_key=True)
    source: str
    imported_at: datetime


class CalendarDay(SQLModel, table=True):
    """A day that differs from Monday to Friday: a holiday, or a make-up workday 调休."""

    office_id: int = Field(primary_key=True, foreign_key="office.id")
    day: date = Field(primary_key=True)
    works: bool
