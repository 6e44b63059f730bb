"""The office's phrases: what its reviewers often write when they give a report back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import OfficeRow


class Phrase(OfficeRow, table=True):
    """A phrase that is offered until it is taken out; a changed one is a new row, so that each stays on record."""

    text: str = Field(sa_type=sa.String(200))
    written_by: str
    written_at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None
