"""The problem ledger 问题台账 and the inspections 督查 whose findings enter it (reference notice, items 1, 9, 10, 24)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.rows.base import OfficeRow, index, ref, unique


class Inspection(OfficeRow, table=True):
    """A 督查 as it was held: kept as a record; what it found becomes problems."""

    __table_args__ = (index("ix_inspection_held", "held_on", "id"),)

    title: str
    held_on: date
    place: str = ""
    #: who went, as people write it
    team: str = ""
    record: str = ""
    recorded_by: int
    recorded_at: datetime


class Problem(OfficeRow, table=True):
    """A problem as it was registered; what is done about it runs through the states of its task."""

    __table_args__ = (
        ref("clause_id", "clause"),
        ref("inspection_id", "inspection"),
        index("ix_problem_clause", "clause_id"),
        index("ix_problem_inspection", "inspection_id"),
    )

    source: str = Field(sa_type=sa.String(16))
    #: which film, letter or list it comes from: 2021年长江经济带生态环境警示片第12项
    source_ref: str = ""
    title: str
    place: str = ""
    description: str = ""
    found_on: date
    clause_id: int | None = None
    inspection_id: int | None = None
    #: the measures 整改措施; set when the unit starts to rectify, if not before
    measures: str = ""
    #: how often it came back after it was struck off
    relapses: int = 0
    registered_by: int
    registered_at: datetime


class ProblemUnit(OfficeRow, table=True):
    """A unit's part in a problem; position 0 leads and has the task."""

    __table_args__ = (unique("problem_id", "unit_id"), ref("problem_id", "problem"), ref("unit_id", "unit"))

    problem_id: int
    unit_id: int
    position: int


class Photo(OfficeRow, table=True):
    """A picture of a problem: as it was found, as rectified, or as the visit saw it."""

    __table_args__ = (
        unique("problem_id", "attachment_id"),
        ref("problem_id", "problem"),
        ref("attachment_id", "attachment"),
    )

    problem_id: int
    attachment_id: int
    shows: str = Field(sa_type=sa.String(16))
    note: str = ""
    stored_by: int
    stored_at: datetime


class Visit(OfficeRow, table=True):
    """A look on site: to verify a strike-off 现场核查, or to look back 回头看."""

    __table_args__ = (ref("problem_id", "problem"), index("ix_visit_problem", "problem_id"))

    problem_id: int
    round: int
    action: str = Field(sa_type=sa.String(48))
    visited_on: date
    found: str
    visited_by: int
    recorded_at: datetime
