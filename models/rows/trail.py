"""The trail: one gapless hash chain of events per office (design, section 10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.rows.base import IN_PARTS, OfficeRow, index, unique


class Event(SQLModel, table=True):
    """One row of the audit trail: written in the transaction of what it records, never changed."""

    __table_args__ = (
        index("ix_event_object", "object_type", "object_id", "version"),
        index("ix_event_operation", "operation_id"),
        # of the few that were refused: a step that is done writes nothing here
        index("ix_event_undone", "result", "at", where="result <> 'done'"),
        IN_PARTS,
    )

    office_id: int = Field(primary_key=True, foreign_key="office.id")
    seq: int = Field(primary_key=True)
    at: datetime
    actor: str
    actor_name: str
    #: the absent person in whose name the actor acted
    acting_for: str = ""
    role: str = Field(default="", sa_type=sa.String(32))
    unit: str = ""
    source: str = Field(sa_type=sa.String(16))
    action: str = Field(sa_type=sa.String(48))
    object_type: str = Field(sa_type=sa.String(32))
    object_id: int = 0
    version: int = 0
    from_state: str = Field(default="", sa_type=sa.String(48))
    to_state: str = Field(default="", sa_type=sa.String(48))
    result: str = Field(sa_type=sa.String(16))
    reason: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    operation_id: str = ""
    algorithm: str = Field(sa_type=sa.String(16))
    prev_hash: str
    hash: str


class Watermark(SQLModel, table=True):
    """The latest instant and head an office has seen, to notice a clock that jumped."""

    office_id: int = Field(primary_key=True, foreign_key="office.id")
    at: datetime
    #: set while sends are held because the clock or the database cannot be believed
    held_reason: str = ""


class Heartbeat(SQLModel, table=True):
    """When each loop of an office's service last ran on each node, so that a dead one shows."""

    office_id: int = Field(primary_key=True)
    #: the machine, as its settings or its own name call it
    node: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    at: datetime
    #: when it is due again, in UTC
    next_at: datetime
    detail: str = ""


class Operation(OfficeRow, table=True):
    """The first answer to a command with an idempotency key; a repeat gets the same one."""

    __table_args__ = (unique("actor", "key"),)

    actor: str
    key: str
    #: SHA-256 of what was asked: the same key with something else is a mistake, not a repeat
    asked_sha256: str = ""
    answer: dict[str, Any] = Field(sa_type=sa.JSON)
    at: datetime
