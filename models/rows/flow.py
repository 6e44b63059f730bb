"""What the flows leave in the database: their versions, the seats of a panel, copies and what was read."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import IN_PARTS, OfficeRow, index, ref, unique


class FlowVersion(OfficeRow, table=True):
    """A version of a flow as its file was installed, known by the SHA-256 of that file."""

    __tablename__ = "flow"
    __table_args__ = (unique("sha256"), index("ix_flow_name", "name"))

    name: str = Field(sa_type=sa.String(48))
    sha256: str = Field(sa_type=sa.String(64))
    text: str
    #: of the versions of a flow the one with the highest rank is in force; one that is installed again rises
    rank: int
    installed_by: str
    installed_at: datetime


class Seat(OfficeRow, table=True):
    """A signature that a panel waits for: made when the task enters the state, taken by signing."""

    __table_args__ = (
        unique("task_id", "round", "state", "sitting", "position"),
        ref("task_id", "task"),
        ref("person_id", "person"),
        index("ix_seat_task", "task_id"),
    )

    task_id: int
    round: int
    state: str = Field(sa_type=sa.String(48))
    #: counts how often the state was entered in the round
    sitting: int
    position: int
    person_id: int
    signed_at: datetime | None = None
    #: a substitute signs in the person's name
    signed_by: int | None = None
    #: set when the task left the state with the seat empty: one of several was enough, or the task went back
    closed_at: datetime | None = None


class Copy(OfficeRow, table=True):
    """抄送: a task shown to a person for information; ``read_at`` is the receipt 已阅."""

    __table_args__ = (unique("task_id", "person_id"), ref("task_id", "task"), ref("person_id", "person"))

    task_id: int
    person_id: int
    sent_by: int
    sent_at: datetime
    read_at: datetime | None = None


class Reading(OfficeRow, table=True):
    """Somebody who may act next has opened the task: from then on it cannot be taken back 拿回."""

    __table_args__ = (
        unique("task_id", "person_id", "entered_at"),
        ref("task_id", "task"),
        ref("person_id", "person"),
        IN_PARTS,
    )

    task_id: int
    person_id: int
    #: when the task entered the state in which it was read
    entered_at: datetime
    read_at: datetime
