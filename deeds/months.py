"""A month as it is worked with: opened, its standing counted, its move and its closing tried before they are done."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.running import office_hours, office_rules
from deeds.task_conditions import Wanted
from deeds.task_list import list_rows
from deeds.task_views import find_tasks, offered
from documents.plain_text import figure
from models import tables as t
from models.errors import BadInput, Refused
from models.language import _
from models.states import FINISHED, OWED, Stage
from models.times import civil_date, local_date
from schedules.plan import plan
from workflow import cases, flow_store, permissions
from workflow.calendar_store import load_calendar
from workflow.month_names import MonthName, find_period
from workflow.month_rows import on
from workflow.paging import before_page
from workflow.periods import move_due, open_period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from schedules.plan import PlannedLine
    from workflow.case import Actor, TaskRow
    from workflow.periods import OpenedPeriod

#: no number of a notice has so many
_DIGITS = 10
#: so long after a month has closed its last reminders go out
_AFTER_CLOSING = timedelta(days=15)

#: months on a page of their list
YEAR: Final = 12


def month_of(text: str) -> str:
    """A month written YYYY-MM; E-D01 when there is no such month."""
    try:
        return civil_date(f"{text}-01").isoformat()[:7]
    except ValueError:
        raise BadInput(
            "E-D01", _("There is no such month: {text}").format(text=text[:40]), remedy=_("Write it as YYYY-MM.")
        ) from None


def named_month(text: str) -> MonthName:
    """A month as it stands in an address: YYYY-MM, or YYYY-MM@3 of the notice with the number 3; E-D01."""
    month, _at, notice = text.partition("@")
    return (
        MonthName(month_of(month), int(notice))
        if notice.isdecimal() and len(notice) < _DIGITS
        else MonthName(month_of(text))
    )


def open_in(
    connection: Connection, desk: Desk, month: str, notice_id: int | None, roll: str | None = None, flow: str = ""
) -> OpenedPeriod:
    """Open a month in the transaction of ``connection``, its due date moved as is said or as the settings say."""
    number = notice_id or newest_notice(connection, desk.office_id)
    calendar, times = load_calendar(connection, desk.office_id), desk.settings.times
    return open_period(
        connection, desk.office_id, desk.actor, number, month, calendar, desk.now(),
        roll=roll or times.roll, close_after=times.close_after_workdays, flow=flow,
    )  # fmt: skip


def opened_words(opened: OpenedPeriod) -> list[str]:
    """What opening a month did, in sentences."""
    said = (
        _("{month} stands open already: {tasks} tasks, due {due_on}.")
        if opened.existed
        else _("{month} is open: {tasks} tasks, due {due_on}.")
    )
    told = [said.format(month=opened.month, tasks=opened.tasks, due_on=opened.due_on)]
    if opened.added:
        told.append(_("{count} tasks were added that it did not have yet.").format(count=opened.added))
    return told


def newest_notice(connection: Connection, office_id: int) -> int:
    """The number of the notice adopted last; E-N15 where there is none."""
    number = connection.scalar(sa.select(sa.func.max(t.notice.c.id)).where(t.notice.c.office_id == office_id))
    if number is None:
        raise Refused("E-N15", _("No notice has been adopted."), remedy=_("Adopt one with: duban notice adopt"))
    return int(number)


def list_months(connection: Connection, office_id: int, actor: Actor, page: int) -> tuple[list[dict[str, Any]], int]:
    """A year of the months of every notice, the newest first, and how many there are.

    Of each: how many tasks it has, how many are owed, and its summary.
    """
    permissions.demand(actor, "summary.read")
    p, s = t.period.c, t.summary.c
    total = connection.scalar(sa.select(sa.func.count()).select_from(t.period).where(p.office_id == office_id)) or 0
    order = (p.month.desc(), p.id.desc())
    # which months they are is found before their tasks are counted
    shown = sa.select(p.id).where(p.office_id == office_id).order_by(*order).limit(YEAR)
    query = (
        sa.select(
            p.id, p.month, p.state, p.opens_on, p.due_on, p.closes_on, p.notice_id, t.notice.c.title,
            _count().label("tasks"), _count(t.task.c.stage.in_([one.value for one in OWED])).label("owed"),
            s.document_number,
        )
        .join(t.notice, on(t.period, "notice_id", t.notice))
        .outerjoin(t.summary, sa.and_(s.office_id == p.office_id, s.period_id == p.id))
        .where(p.office_id == office_id, p.id.in_(shown.offset(before_page(page, total, YEAR))))
        .order_by(*order)
    )  # fmt: skip
    return [dict(row) for row in connection.execute(query).mappings()], total


def _count(*conditions: Any) -> Any:
    """How many tasks of a month there are."""
    k, p = t.task.c, t.period.c
    mine = sa.select(sa.func.count()).select_from(t.task).where(k.office_id == p.office_id, k.period_id == p.id)
    return mine.where(*conditions).correlate(t.period).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Opening:
    """What there is to choose when a month is opened."""

    month: str
    notices: list[tuple[int, str]]
    flows: list[tuple[str, str]]


def opening(connection: Connection, office_id: int) -> Opening:
    """The month after the newest one, the notices, and the flows that months may run in."""
    n, p = t.notice.c, t.period.c
    notices = connection.execute(sa.select(n.id, n.title).where(n.office_id == office_id).order_by(n.id.desc()))
    newest = connection.scalar(sa.select(sa.func.max(p.month)).where(p.office_id == office_id))
    in_force = {one.name: one for one in flow_store.every(connection, office_id)}  # of each name the last one
    flows = [(one.name, one.title.here) for one in in_force.values() if one.about == "report"]
    return Opening(_after(newest) if newest else "", [(row.id, row.title) for row in notices], flows)


def _after(month: str) -> str:
    return (date.fromisoformat(f"{month}-28") + timedelta(days=4)).isoformat()[:7]


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a month's due date would do: whom it moves, who keeps their day, what is told otherwise than before."""

    month: str
    was: date
    to: date
    closes_on: date
    moved: list[TaskRow]
    kept: list[TaskRow]
    dropped: list[PlannedLine]
    added: list[PlannedLine]


def try_move(connection: Connection, desk: Desk, month: MonthName | str, to: date, reason: str, now: datetime) -> Move:
    """Move a month's due date and look at what came of it; to be undone by ``Desk.tried``."""
    office, times = desk.office_id, desk.settings.times
    before = find_period(connection, office, month)
    first, last = local_date(now), max(before.closes_on, to) + _AFTER_CLOSING
    old = cases.load_tasks(connection, office, t.task.c.period_id == before.id)
    rules, hours = office_rules(desk), office_hours(desk)
    told = plan(connection, office, rules, first, last, now=now, hours=hours)
    move_due(connection, office, desk.actor, month, to, reason, now, close_after=times.close_after_workdays)
    new = {task.id: task for task in cases.load_tasks(connection, office, t.task.c.period_id == before.id)}
    will = plan(connection, office, rules, first, last, now=now, hours=hours)
    open_ = [task for task in old if task.stage not in FINISHED]
    return Move(
        before.month, before.due_on, to, find_period(connection, office, month).closes_on,
        [task for task in open_ if new[task.id].due_revision != task.due_revision],
        [task for task in open_ if new[task.id].due_revision == task.due_revision],
        [line for line in told if line not in will],
        [line for line in will if line not in told],
    )  # fmt: skip


def waivable(actor: Actor, tasks: Iterable[TaskRow]) -> dict[int, str]:
    """By task the action by which the actor may excuse it 免报, as its flow calls it."""
    return {
        task.id: step.action
        for task in tasks
        for step in offered(actor, task)
        if task.flow.stage(step.dest) is Stage.WAIVED
    }


def month_status(connection: Connection, desk: Desk, month: MonthName | str | None, now: datetime) -> dict[str, Any]:
    """Counted over the tasks this actor may see: a unit sees its own part."""
    permissions.demand(desk.actor, "task.read")
    period = find_period(connection, desk.office_id, month or newest_month(connection, desk.office_id))
    wanted = Wanted(month=period.month)
    tasks = [task for task in find_tasks(connection, desk.office_id, desk.actor, wanted, now)
             if task.period_id == period.id]  # fmt: skip
    units: dict[str, Counter[str]] = {}
    for task in tasks:
        units.setdefault(task.unit_name, Counter())[task.stage.value] += 1
    missing = [task for task in tasks if task.stage in (Stage.ASSIGNED, Stage.RETURNED)]
    return {
        "month": period.month,
        "state": period.state,
        "opens_on": period.opens_on.isoformat(),
        "due_on": period.due_on.isoformat(),
        "closes_on": period.closes_on.isoformat(),
        "tasks": len(tasks),
        "states": {stage.value: sum(task.stage is stage for task in tasks) for stage in Stage},
        "units": {name: dict(counts) for name, counts in units.items()},
        "missing": list_rows(missing, now),
        "indicators": _indicators(connection, desk, tasks),
    }


def newest_month(connection: Connection, office_id: int) -> str:
    """The newest month that was opened; refused with the next step where there is none."""
    month = connection.scalar(sa.select(sa.func.max(t.period.c.month)).where(t.period.c.office_id == office_id))
    if month is None:
        raise Refused("E-S26", _("No month has been opened yet."), remedy=_("Open one with: duban period open YYYY-MM"))
    return str(month)


def _indicators(connection: Connection, desk: Desk, tasks: list[TaskRow]) -> list[dict[str, Any]]:
    """Each unit's newest value against the target, for the tasks whose reports this actor may read."""
    r, i, actor = t.report.c, t.indicator.c, desk.actor
    mine = [
        task for task in tasks if permissions.may_see_report(actor, permissions.relation(actor, task.unit_id, ()), task)
    ]
    in_force = {(task.id, task.report_number) for task in mine if task.report_number}
    filed = sa.select(r.task_id, r.number, r["values"]).where(r.office_id == desk.office_id)
    rows = connection.execute(filed.where(r.task_id.in_({task for task, _number in in_force})))
    values = {
        (row.task_id, value["indicator_id"]): value
        for row in rows
        if (row.task_id, row.number) in in_force
        for value in row[2]
    }
    query = sa.select(i.id, i.clause_id, i.name, i.op, i.value, i.unit).where(
        i.office_id == desk.office_id, i.clause_id.in_({task.clause_id for task in mine})
    )
    asked = defaultdict(list)
    for row in connection.execute(query.order_by(i.clause_id, i.id)):
        asked[row.clause_id].append(row)
    return [
        {"clause": task.clause_number, "unit_name": task.unit_name, "name": row.name,
         "target": f"{row.op} {figure(row.value)} {row.unit}",
         "value": values.get((task.id, row.id), {}).get("value"),
         "reason": values.get((task.id, row.id), {}).get("reason", "")}
        for task in mine for row in asked[task.clause_id]
    ]  # fmt: skip
