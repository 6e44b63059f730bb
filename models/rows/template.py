"""An office's own templates: every version that was put in the place of a shipped one; rows are only added."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import OfficeRow, index, ref, unique


class TemplateVersion(OfficeRow, table=True):
    """A version of a template as an office wrote it, known by the SHA-256 of its text; without text: taken back."""

    __tablename__ = "template"
    __table_args__ = (index("ix_template_name", "name"),)

    name: str = Field(sa_type=sa.String(64))
    sha256: str = Field(default="", sa_type=sa.String(64))
    text: str = ""
    installed_by: str
    installed_at: datetime


class TemplateFailure(OfficeRow, table=True):
    """A version failed on real data, and the shipped template was used: noted the first time."""

    __tablename__ = "template_failure"
    __table_args__ = (unique("template_id"), ref("template_id", "template"))

    template_id: int
    failed_at: datetime
    place: str
    what: str
