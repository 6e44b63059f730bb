"""The notice's numeric targets over the months: what was approved, against the target, and which unit gave which part.

A month that was issued says what its paper says (``comparison.months_before``); for the others the approved reports do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.board import rows
from documents.plain_text import aim, met
from models import tables as t
from models.language import _
from models.plain import from_plain
from models.sealed import MonthFigures
from models.states import APPROVED
from models.times import local_date
from workflow import permissions
from workflow.month_rows import IN_FORCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.board.rows import Entry, Month
    from workflow.case import Actor

#: a year, the chosen month included
MONTHS: Final = 12
#: (task, indicator) → what its report says: {value, reason}
Given = dict[tuple[int, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one unit says of an indicator in the month: a value or a reason, once its report is approved."""

    entry: Entry
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A target with its values, the oldest month first; the last one is the month that is looked at."""

    clause: str
    item: str
    name: str
    op: str
    goal: float
    unit: str
    values: tuple[tuple[str, float | None], ...]
    contributions: tuple[Contribution, ...]

    @property
    def value(self) -> float | None:
        """The month's value."""
        return self.values[-1][1]

    @property
    def reached(self) -> bool | None:
        """Whether the month's value reaches the target; None without a figure."""
        return None if self.value is None else met(self.op, self.value, self.goal)

    @property
    def standing(self) -> str:
        """The same in words."""
        return {True: _("reached"), False: _("not reached"), None: _("no figure")}[self.reached]

    @property
    def goal_words(self) -> str:
        """≥ 120个."""
        return aim(self.op, self.goal, self.unit)


@dataclass(frozen=True, slots=True)
class Indicators:
    """The indicators of a month, in the order of the notice."""

    known: Sequence[Month]
    month: Month
    every: tuple[Indicator, ...]

    def count(self, *, reached: bool | None) -> int:
        """How many are reached, are not, or have no figure."""
        return sum(one.reached is reached for one in self.every)


def read(connection: Connection, office_id: int, actor: Actor, month: str, now: datetime) -> Indicators | None:
    """The indicators whose clauses this person sees on the board of a month; needs ``board.read``."""
    permissions.demand(actor, "board.read")
    known = rows.months(connection, office_id)
    found = rows.chosen(known, month)
    if found is None:
        return None
    span = [*reversed(rows.before(known, found, MONTHS - 1)), found]
    by_month = rows.entries(connection, office_id, actor, span, local_date(now))
    given = _given(connection, office_id, span)
    whole = actor.holds(*permissions.OFFICE) or not actor.units()
    sealed = _sealed(connection, office_id, span) if whole else {}
    targets = _targets(connection, office_id, {entry.task.clause_id for entry in by_month[found.month]})
    return Indicators(known, found, tuple(_indicator(row, span, by_month, given, sealed) for row in targets))


def _indicator(
    row: Any, span: Sequence[Month], by_month: dict[str, list[Entry]], given: Given, sealed: dict[str, dict[int, float]]
) -> Indicator:
    ours = {month.month: [e for e in by_month[month.month] if e.task.clause_id == row.clause_id] for month in span}
    values = tuple(
        (name, sealed[name].get(row.id) if name in sealed else _value(some, row.id, given))
        for name, some in ours.items()
    )
    contributions = tuple(_contribution(entry, row.id, given) for entry in ours[span[-1].month])
    return Indicator(row.number, row.title, row.name, row.op, row.value, row.unit, values, contributions)


def _value(some: Sequence[Entry], indicator: int, given: Given) -> float | None:
    """The lead's where it gives one, else the first that has one, of what is approved."""
    found = (_contribution(entry, indicator, given).value for entry in some)
    return next((value for value in found if value is not None), None)


def _contribution(entry: Entry, indicator: int, given: Given) -> Contribution:
    said = given.get((entry.task.id, indicator), {}) if entry.stage in APPROVED else {}
    return Contribution(entry, said.get("value"), said.get("reason") or "")


def _given(connection: Connection, office_id: int, span: Sequence[Month]) -> Given:
    periods = [number for month in span for number in month.periods]
    query = (
        sa.select(t.task.c.id, t.report.c["values"].label("said"))
        .join(t.report, IN_FORCE)
        .where(t.task.c.office_id == office_id, t.task.c.period_id.in_(periods))
    )
    return {
        (row.id, one["indicator_id"]): one for row in connection.execute(query) for one in row.said
    }  # fmt: skip


def _sealed(connection: Connection, office_id: int, span: Sequence[Month]) -> dict[str, dict[int, float]]:
    """By month, what an issued summary says; a month of several notices counts once all of them are issued."""
    s = t.summary.c
    periods = [number for month in span for number in month.periods]
    query = sa.select(s.period_id, s.facts["figures"].label("figures")).where(
        s.office_id == office_id, s.period_id.in_(periods)
    )
    figures = {row.period_id: row.figures for row in connection.execute(query) if row.figures}
    return {
        month.month: {
            indicator: value
            for number in month.periods
            for indicator, value in from_plain(MonthFigures, figures[number]).values
        }
        for month in span
        if all(number in figures for number in month.periods)
    }


def _targets(connection: Connection, office_id: int, clauses: set[int | None]) -> list[Any]:
    i, c = t.indicator, t.clause
    query = (
        sa.select(i.c.id, i.c.clause_id, i.c.name, i.c.op, i.c.value, i.c.unit, c.c.number, t.work_item.c.title)
        .select_from(
            i.join(c, sa.and_(c.c.office_id == i.c.office_id, c.c.id == i.c.clause_id)).join(
                t.work_item, sa.and_(t.work_item.c.office_id == c.c.office_id, t.work_item.c.id == c.c.item_id)
            )
        )
        .where(i.c.office_id == office_id)
        .order_by(c.c.notice_id, c.c.position, i.c.id)
    )
    return [row for row in connection.execute(query) if row.clause_id in clauses]
