"""What the board is reckoned from: a month's tasks as far as a person may know of them, in two queries.

A unit sees its own tasks alone, a reader what is approved, the office everything: ``permissions.may_see_task`` without
the units that a clause merely names beside it (matrix of ``reliability.md`` section 6, “statistics”).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.task_views import light
from models import tables as t
from models.errors import NotFound
from models.language import _
from models.states import OWED, Share
from workflow import cases, permissions
from workflow.month_rows import on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from models.states import Stage
    from workflow.case import Actor, TaskRow


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the periods that it has, one a notice; the days are those of the earliest and the latest."""

    month: str
    periods: tuple[int, ...]
    opens_on: date
    due_on: date
    closes_on: date
    closed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A task on the board: the task, what it is about, and how it stands on the day of looking."""

    task: TaskRow
    item_id: int
    item_number: int
    item_title: str
    text: str
    leads: bool
    #: the place of its clause in the notices, to keep their order
    place: tuple[int, int]
    original_due_on: date
    signed_at: datetime | None
    reviewed_at: datetime | None
    #: past its day: on record once signed, counted to today while it is owed
    days_late: int
    #: its day has passed, or its month, and it is still owed
    overdue: bool
    light: str
    cause: str

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return self.task.stage


def months(connection: Connection, office_id: int) -> list[Month]:
    """Every month that was opened, the latest first."""
    p = t.period.c
    query = sa.select(p.id, p.month, p.opens_on, p.due_on, p.closes_on, p.state).where(p.office_id == office_id)
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query.order_by(p.month.desc(), p.id)):
        found.setdefault(row.month, []).append(row)
    return [_month(name, rows) for name, rows in found.items()]


def _month(name: str, rows: Sequence[Any]) -> Month:
    return Month(
        month=name,
        periods=tuple(row.id for row in rows),
        opens_on=min(row.opens_on for row in rows),
        due_on=max(row.due_on for row in rows),
        closes_on=max(row.closes_on for row in rows),
        closed=all(row.state == "closed" for row in rows),
    )


def chosen(known: Sequence[Month], wanted: str) -> Month | None:
    """The month of this name, the latest when none is named, None when there is none at all; E-H50."""
    if not wanted:
        return known[0] if known else None
    found = next((month for month in known if month.month == wanted), None)
    if found is None:
        raise NotFound(
            "E-H50",
            _("There is no month {month} on the board.").format(month=wanted[:20]),
            remedy=_("Choose one of the months that were opened."),
        )
    return found


def before(known: Sequence[Month], month: Month, count: int) -> list[Month]:
    """Up to ``count`` months before this one, the latest first."""
    return [other for other in known if other.month < month.month][:count]


def entries(
    connection: Connection, office_id: int, actor: Actor, some: Iterable[Month], today: date
) -> dict[str, list[Entry]]:
    """By month, the tasks that this person sees on the board, in the order of the notice."""
    wanted = list(some)
    periods = [number for month in wanted for number in month.periods]
    beside = _beside(connection, office_id, periods)
    found: dict[str, list[Entry]] = {month.month: [] for month in wanted}
    for task in cases.load_tasks(connection, office_id, t.task.c.period_id.in_(periods)):
        if on_board(actor, task):
            found[task.month].append(_entry(task, beside[task.id], today))
    for ours in found.values():
        ours.sort(key=lambda entry: (entry.place, entry.task.id))
    return found


def on_board(actor: Actor, task: TaskRow) -> bool:
    """Whether a task counts for this person: of a unit's people only their own unit's."""
    return permissions.may_see_task(actor, permissions.relation(actor, task.unit_id, ()), task)


def days_late(task: TaskRow, today: date) -> int:
    """On record once signed; counted to today while it is still owed. The same as on the month's papers."""
    running = (today - task.due_on).days if task.stage in OWED else 0
    return max(task.late_days, running, 0)


def _beside(connection: Connection, office_id: int, periods: Sequence[int]) -> dict[int, Any]:
    k = t.task.c
    query = (
        sa.select(
            k.id, k.original_due_on, k.signed_at, k.reviewed_at, t.responsibility.c.share, t.clause.c.position,
            t.clause.c.notice_id, t.clause.c.text, t.work_item.c.id.label("item_id"), t.work_item.c.number,
            t.work_item.c.title,
        )
        .select_from(
            # “+ 0”: from the months' tasks to what they are about, never from every clause there ever was
            t.task.join(
                t.responsibility,
                sa.and_(t.responsibility.c.office_id == k.office_id, t.responsibility.c.id == k.responsibility_id + 0),
            )
            .join(t.clause, sa.and_(t.clause.c.office_id == k.office_id, t.clause.c.id == k.clause_id + 0))
            .join(t.work_item, on(t.clause, "item_id", t.work_item))
        )
        .where(k.office_id == office_id, k.period_id.in_(periods))
    )  # fmt: skip
    return {row.id: row for row in connection.execute(query)}


def _entry(task: TaskRow, row: Any, today: date) -> Entry:
    colour, cause = light(task, today)
    return Entry(
        task=task,
        item_id=row.item_id,
        item_number=row.number,
        item_title=row.title,
        text=row.text,
        leads=row.share == Share.LEAD,
        place=(row.notice_id, row.position),
        original_due_on=row.original_due_on,
        signed_at=row.signed_at,
        reviewed_at=row.reviewed_at,
        days_late=days_late(task, today),
        overdue=task.stage in OWED and (task.month_closed or today > task.due_on),
        light=colour,
        cause=cause,
    )
