"""A month of a notice: opening it makes the tasks, moving its due date recomputes what is to come, closing ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Refused
from models.language import _
from models.states import FINISHED, PeriodState, ReportPolicy, Share
from models.times import local_date
from models.words import letters
from workflow import audit, flow_store, permissions
from workflow.calendar import period_dates
from workflow.calendar_store import load_calendar
from workflow.month_names import find_period

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.calendar import WorkCalendar
    from workflow.case import Actor
    from workflow.flow import Flow
    from workflow.month_names import MonthName


@dataclass(frozen=True, slots=True)
class OpenedPeriod:
    """What opening a month did."""

    period_id: int
    month: str
    due_on: date
    tasks: int
    existed: bool = False
    #: tasks that an open month had not yet, as when a roster was set after it was opened
    added: int = 0


def open_period(
    connection: Connection,
    office_id: int,
    actor: Actor,
    notice_id: int,
    month: str,
    calendar: WorkCalendar,
    now: datetime,
    *,
    roll: str = "none",
    close_after: int = 5,
    flow: str = "",
) -> OpenedPeriod:
    """Open a month: one task for each responsibility that reports. Opening it again adds only what it has not yet.

    ``flow`` names the flow its tasks run in; empty = that of the notice's latest month, at first the monthly report.
    """
    role = permissions.demand(actor, "period.open")
    known = _period(connection, office_id, notice_id, month)
    notice = _notice(connection, office_id, notice_id)
    if known is not None:
        _same_flow(known, flow)
        added = _fill_up(connection, office_id, actor, known, notice.reports, role.value, now)
        count = _task_count(connection, office_id, known.id)
        return OpenedPeriod(known.id, month, known.due_on, count, existed=True, added=added)
    used = _flow(connection, office_id, notice_id, flow)
    dates = period_dates(month, calendar, day=notice.reporting_day, roll=roll, close_after=close_after)
    period_id = insert(
        connection, t.period, office_id, notice_id=notice_id, month=month, opens_on=dates.opens_on,
        due_on=dates.due_on, closes_on=dates.closes_on, due_revision=1, state=PeriodState.OPEN.value, flow=used.name,
    )  # fmt: skip
    rows = _reporting(connection, office_id, notice_id, notice.reports)
    _make_tasks(connection, office_id, period_id, used, rows, dates.opens_on, dates.due_on, now)
    detail = {
        "month": month, "due_on": dates.due_on.isoformat(), "tasks": len(rows), "flow": used.name,
        "sha256": used.sha256,
    }  # fmt: skip
    entry = audit.Entry("period.open", "period", period_id, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return OpenedPeriod(period_id, month, dates.due_on, len(rows))


def _flow(connection: Connection, office_id: int, notice_id: int, name: str) -> Flow:
    """The flow of a new month, in the version in force; E-W03 for one that is not about reports."""
    p = t.period.c
    latest = sa.select(p.flow).where(p.office_id == office_id, p.notice_id == notice_id).order_by(p.month.desc())
    chosen = name or connection.scalar(latest.limit(1)) or flow_store.MONTHLY
    used = flow_store.in_force(connection, office_id, chosen)
    if used.about != "report":
        raise BadInput(
            "E-W03",
            _("A month cannot run in the flow “{name}”: it is not about reports.").format(name=used.title.here),
            remedy=_("See which flows there are: duban flow list"),
        )
    return used


def _same_flow(period: Any, name: str) -> None:
    """A month that stands open keeps its flow; its tasks are moved to another version, not to another flow."""
    if name and name != period.flow:
        raise Refused(
            "E-W06",
            _("{month} runs in the flow “{flow}” already.").format(month=period.month, flow=period.flow),
            remedy=_("Leave out --flow; another month may run in another flow."),
        )


def _fill_up(
    connection: Connection, office_id: int, actor: Actor, period: Any, policy: str, role: str, now: datetime
) -> int:
    """Tasks for the responsibilities that came after an open month was opened; a closed month stays as it is."""
    if period.state == PeriodState.CLOSED:
        return 0
    column = t.task.c
    held = set(
        connection.scalars(
            sa.select(column.responsibility_id).where(column.office_id == office_id, column.period_id == period.id)
        )
    )
    rows = [row for row in _reporting(connection, office_id, period.notice_id, policy) if row.id not in held]
    if rows:
        used = flow_store.in_force(connection, office_id, period.flow)
        _make_tasks(connection, office_id, period.id, used, rows, local_date(now), period.due_on, now)
        detail = {"month": period.month, "tasks": len(rows)}
        entry = audit.Entry("period.expand", "period", period.id, role=role, detail=detail)
        audit.append(connection, office_id, actor, entry, now)
    return len(rows)


def _notice(connection: Connection, office_id: int, notice_id: int) -> Any:
    row = connection.execute(
        sa.select(t.notice.c.reporting_day, t.notice.c.reports).where(
            t.notice.c.office_id == office_id, t.notice.c.id == notice_id
        )
    ).first()
    if row is None:
        raise permissions.not_there(_("Notice"), notice_id)
    return row


def _period(connection: Connection, office_id: int, notice_id: int, month: str) -> Any:
    return connection.execute(
        sa.select(t.period).where(
            t.period.c.office_id == office_id, t.period.c.notice_id == notice_id, t.period.c.month == month
        )
    ).first()


def _task_count(connection: Connection, office_id: int, period_id: int) -> int:
    return (
        connection.scalar(
            sa.select(sa.func.count())
            .select_from(t.task)
            .where(t.task.c.office_id == office_id, t.task.c.period_id == period_id)
        )
        or 0
    )


def _reporting(connection: Connection, office_id: int, notice_id: int, policy: str) -> list[Any]:
    """The responsibilities that report: every unit's or the lead's, as the notice or the clause says."""
    clause, responsibility = t.clause.c, t.responsibility.c
    rows = connection.execute(
        sa.select(
            responsibility.id, responsibility.clause_id, responsibility.unit_id, responsibility.share, clause.reports
        )
        .join(t.clause, sa.and_(clause.office_id == responsibility.office_id, clause.id == responsibility.clause_id))
        .where(
            clause.office_id == office_id,
            clause.notice_id == notice_id,
            ~clause.withdrawn,
            responsibility.ended_at.is_(None),
        )
        .order_by(clause.position, responsibility.position)
    ).all()
    return [row for row in rows if row.share == Share.LEAD or (row.reports or policy) == ReportPolicy.EVERY]


def _make_tasks(
    connection: Connection,
    office_id: int,
    period_id: int,
    flow: Flow,
    rows: list[Any],
    opens_on: date,
    due_on: date,
    now: datetime,
) -> None:
    first = (connection.scalar(sa.select(sa.func.max(t.task.c.id)).where(t.task.c.office_id == office_id)) or 0) + 1
    values = [
        {
            "office_id": office_id,
            "id": first + place,
            "period_id": period_id,
            "responsibility_id": row.id,
            "clause_id": row.clause_id,
            "unit_id": row.unit_id,
            "flow_sha256": flow.sha256,
            "state": flow.initial,
            "stage": flow.stage(flow.initial).value,
            "entered_at": now,
            "back_to": "",
            "round": 1,
            "version": 1,
            "opened_on": opens_on,
            "due_on": due_on,
            "original_due_on": due_on,
            "due_revision": 1,
            "report_number": 0,
            "late_days": 0,
            "next_due_at": now,
        }
        for place, row in enumerate(rows)
    ]
    if values:
        connection.execute(sa.insert(t.task), values)


def _check_move(period: Any, due_on: date, reason: str, now: datetime) -> None:
    """An open month, a reason, a day to come."""
    if period.state == PeriodState.CLOSED:
        raise Refused(
            "E-S23", _("The month {month} is closed.").format(month=period.month), remedy=_("Open the next month.")
        )
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    if due_on < local_date(now):
        raise BadInput("E-D02", _("The new due date lies in the past."), remedy=_("Choose today or later."))


def _move_tasks(connection: Connection, office_id: int, period_id: int, due_on: date, now: datetime) -> int:
    """What still waits in its first round; a returned report keeps the day it was given."""
    return connection.execute(
        sa.update(t.task)
        .where(
            t.task.c.office_id == office_id,
            t.task.c.period_id == period_id,
            t.task.c.round == 1,
            t.task.c.stage.not_in([stage.value for stage in FINISHED]),
        )
        .values(
            due_on=due_on,
            due_revision=t.task.c.due_revision + 1,
            version=t.task.c.version + 1,
            next_due_at=now,
        )
    ).rowcount


def move_due(
    connection: Connection,
    office_id: int,
    actor: Actor,
    month: MonthName | str,
    due_on: date,
    reason: str,
    now: datetime,
    *,
    close_after: int = 5,
) -> int:
    """Move a month's due date: its closing, its waiting first-round tasks and their reminders follow at once."""
    role = permissions.demand(actor, "period.move")
    period = find_period(connection, office_id, month)
    _check_move(period, due_on, reason, now)
    closes_on = load_calendar(connection, office_id).add_workdays(due_on, close_after)
    connection.execute(
        sa.update(t.period)
        .where(t.period.c.office_id == office_id, t.period.c.id == period.id)
        .values(due_on=due_on, due_revision=period.due_revision + 1, closes_on=closes_on)
    )
    moved = _move_tasks(connection, office_id, period.id, due_on, now)
    entry = audit.Entry(
        "period.move",
        "period",
        period.id,
        role=role.value,
        reason=reason,
        detail={"from": period.due_on.isoformat(), "to": due_on.isoformat(), "tasks": moved},
    )
    audit.append(connection, office_id, actor, entry, now)
    return moved


def is_issued(connection: Connection, office_id: int, period_id: int) -> bool:
    """Whether the summary of a month is out."""
    s = t.summary.c
    query = sa.select(s.id).where(s.office_id == office_id, s.period_id == period_id).limit(1)
    return connection.scalar(query) is not None


def close_period(connection: Connection, office_id: int, actor: Actor, month: MonthName | str, now: datetime) -> int:
    """Close a month once its summary is issued; tasks nobody finished stay as they are, on record. Returns their count."""
    role = permissions.demand(actor, "period.close")
    period = find_period(connection, office_id, month)
    unfinished = sa.and_(
        t.task.c.office_id == office_id,
        t.task.c.period_id == period.id,
        t.task.c.stage.not_in([stage.value for stage in FINISHED]),
    )
    if period.state == PeriodState.CLOSED:
        return connection.scalar(sa.select(sa.func.count()).select_from(t.task).where(unfinished)) or 0
    if not is_issued(connection, office_id, period.id):
        raise Refused(
            "E-S13",
            _("The month's summary has not been issued yet."),
            where=str(month),
            remedy=_("Issue it with: duban summary issue"),
        )
    # the next sweep looks at them once more: what came due before the closing has to end
    open_tasks = connection.execute(sa.update(t.task).where(unfinished).values(next_due_at=now)).rowcount
    connection.execute(
        sa.update(t.period)
        .where(t.period.c.office_id == office_id, t.period.c.id == period.id)
        .values(state=PeriodState.CLOSED.value)
    )
    entry = audit.Entry("period.close", "period", period.id, role=role.value, detail={"unfinished": open_tasks})
    audit.append(connection, office_id, actor, entry, now)
    return open_tasks
