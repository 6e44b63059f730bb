"""Papers that a person prints, has signed and stamped: numbered, frozen, never taken back without a trace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import OfficeRow, ref, unique


class Paper(OfficeRow, table=True):
    """An issued urging notice, supervision notice or circular; numbers run by office, kind and year without a gap."""

    __table_args__ = (unique("kind", "year", "number"),)

    kind: str = Field(sa_type=sa.String(16))
    year: int
    number: int
    #: units it is addressed to, in its order
    units: list[int] = Field(sa_type=sa.JSON)
    #: [task_id, round, due_revision] it speaks of
    about: list[Any] = Field(sa_type=sa.JSON)
    #: the facts it was rendered from: making it again gives the same bytes
    facts: dict[str, Any] = Field(sa_type=sa.JSON)
    #: {kind: sha256 of the rendered file}
    files: dict[str, str] = Field(sa_type=sa.JSON)
    head_seq: int
    head_hash: str
    issued_by: str
    issued_at: datetime


class Voiding(OfficeRow, table=True):
    """A paper declared void, with the reason; the paper and its number stay."""

    __table_args__ = (unique("paper_id"), ref("paper_id", "paper"))

    paper_id: int
    reason: str
    voided_by: str
    voided_at: datetime
