"""Telling programs: how far the trail was read for each endpoint, and what is to be sent there (decision 0035)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.rows.base import OfficeRow, index, unique


class WebhookCursor(SQLModel, table=True):
    """The last event of the trail that was looked at for an endpoint."""

    office_id: int = Field(primary_key=True, foreign_key="office.id")
    endpoint: str = Field(primary_key=True, sa_type=sa.String(48))
    seq: int


class WebhookDelivery(OfficeRow, table=True):
    """One event for one endpoint; those about the same thing go out in the order of the trail."""

    __table_args__ = (
        unique("endpoint", "seq"),
        index("ix_webhookdelivery_state", "state", "next_at"),
        index("ix_webhookdelivery_about", "endpoint", "about", "id"),
    )

    endpoint: str = Field(sa_type=sa.String(48))
    #: the event of the trail
    seq: int
    #: what it is about, so that its order is kept: ``task 7``
    about: str = Field(sa_type=sa.String(48))
    #: the same in every try and for every endpoint
    webhook_id: str
    payload: dict[str, Any] = Field(sa_type=sa.JSON)
    state: str = Field(sa_type=sa.String(16))
    reason: str = ""
    attempts: int = 0
    created_at: datetime
    next_at: datetime
    claimed_until: datetime | None = None
    settled_at: datetime | None = None
