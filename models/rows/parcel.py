"""What goes between this office and those above and below it (decision 0054)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import OfficeRow, index, ref, unique


class Peer(OfficeRow, table=True):
    """An office above or below, by its public key; one that is a unit here is below. Another key is another row."""

    __table_args__ = (ref("unit_id", "unit"), index("ix_peer_key", "key"))

    name: str
    #: Ed25519, 32 bytes in base64
    public_key: str
    #: the fingerprint of the public key, as it was compared by telephone
    key: str = Field(sa_type=sa.String(32))
    unit_id: int | None = None
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""


class Parcel(OfficeRow, table=True):
    """A parcel that was made here or taken here: what its sender said, and under whose key; the file lies in the store."""

    __table_args__ = (
        unique("sha256"),
        ref("peer_id", "peer"),
        ref("notice_id", "notice"),
        ref("period_id", "period"),
        index("ix_parcel_peer", "peer_id", "kind"),
        index("ix_parcel_content", "content_sha256"),
    )

    peer_id: int
    #: whether it came here; else it was made here
    inward: bool
    #: a value of ``models.parcels.ParcelKind``
    kind: str = Field(sa_type=sa.String(16))
    #: of the whole file
    sha256: str = Field(sa_type=sa.String(64))
    #: of what it says, without when and by whom: the same thing made twice is one parcel
    content_sha256: str = Field(sa_type=sa.String(64))
    #: the parcel that it answers, by its SHA-256; empty for the first of a chain
    answers: str = Field(default="", sa_type=sa.String(64))
    #: exactly what was signed, and the signature in hexadecimal
    statement: str
    signature: str
    #: the head of the sender's trail
    head_seq: int
    head_hash: str
    #: the notice and the month of this office that it is about
    notice_id: int | None = None
    period_id: int | None = None
    #: [[task_id, report_number]] of the reports that were made of it here, or that it answers
    covers: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    by: str
    at: datetime
