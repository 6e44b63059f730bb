"""A unit's month as its clerk works through it: fill in, print, have it signed and stamped, wait for the review."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.given_back import given_back
from deeds.task_views import light
from models import tables as t
from models.language import _
from models.states import Stage
from models.times import local_date
from workflow import cases, permissions, report_drafts
from workflow.actions import visible_task
from workflow.month_rows import of_month

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.given_back import Returned
    from workflow.case import Actor, TaskRow
    from workflow.flow import Step


class Stand(IntEnum):
    """Which of the steps a task has come to."""

    FILL_IN = 1
    PRINT = 2
    SIGN = 3
    REVIEW = 4
    DONE = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A task of the month for its clerk: what it is, how it stands, what comes next in words."""

    task: TaskRow
    title: str
    text: str
    stand: Stand
    colour: str
    cause: str
    next_words: str
    #: the action by which this person reports on it now; empty = not now
    report_by: str = ""
    may_receive: bool = False
    #: the action by which this person takes the report back; empty = not now
    withdraw_by: str = ""
    #: the form in hand that covers the report as it is
    form: str = ""
    #: what this person typed and did not report
    typed: report_drafts.ReportDraft | None = None
    #: why it came back, from the office or from the unit's leader
    returned: Returned | None = None
    #: the report in force: its completion and its words; None and empty while there is none
    percent: int | None = None
    progress: str = ""

    @property
    def draft(self) -> report_drafts.ReportDraft | None:
        """What a report begins with."""
        return self.typed if self.report_by else None

    @property
    def lying(self) -> report_drafts.ReportDraft | None:
        """What nothing can be done with now: somebody came first."""
        return None if self.report_by else self.typed


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """All that a unit owes in a month, in the order of the notice."""

    month: str
    unit: str
    unit_id: int
    lines: tuple[Line, ...]
    months: tuple[str, ...] = ()
    units: tuple[str, ...] = field(default_factory=tuple)

    def at(self, *stands: Stand) -> list[Line]:
        """The tasks that stand there."""
        return [line for line in self.lines if line.stand in stands]

    def past(self, stand: Stand) -> int:
        """How many tasks have left that step behind."""
        return sum(line.stand > stand for line in self.lines)

    @property
    def fillable(self) -> list[Line]:
        """What this person may report on now."""
        return [line for line in self.lines if line.report_by]

    @property
    def receivable(self) -> list[Line]:
        """What has still to be received."""
        return [line for line in self.lines if line.may_receive]


def unit_month(connection: Connection, desk: Desk, month: str, unit: str) -> UnitMonth:
    """The month of one of the actor's units; without names the newest open month of the first; E-404 for another unit's."""
    actor, office = desk.actor, desk.office_id
    permissions.demand(actor, "form.print")  # a unit's clerk or leader
    units = _my_units(connection, office, actor)
    name = unit or next(iter(units), "")
    if name not in units:
        raise permissions.not_there(_("Unit"), name)
    months = _months(connection, office, units[name])
    chosen = month or next((row.month for row in months if row.state == "open"), months[0].month if months else "")
    if month and month not in {row.month for row in months}:
        raise permissions.not_there(_("Month"), month)
    tasks = cases.load_tasks(
        connection, office, t.task.c.unit_id == units[name], t.task.c.period_id.in_(of_month(office, chosen))
    )
    lines = lines_of(connection, office, actor, tasks, desk.now())
    return UnitMonth(chosen, name, units[name], tuple(lines), tuple(row.month for row in months), tuple(units))


def _my_units(connection: Connection, office_id: int, actor: Actor) -> dict[str, int]:
    u = t.unit.c
    query = sa.select(u.name, u.id).where(u.office_id == office_id, u.id.in_(actor.units())).order_by(u.id)
    return {row.name: row.id for row in connection.execute(query)}


def _months(connection: Connection, office_id: int, unit_id: int) -> Sequence[Any]:
    """The months in which the unit has tasks, the newest first."""
    p, k = t.period.c, t.task.c
    theirs = sa.exists().where(k.office_id == p.office_id, k.unit_id == unit_id, k.period_id == p.id)
    query = (
        sa.select(p.month, sa.func.max(p.state).label("state"))
        .where(p.office_id == office_id, theirs)
        .group_by(p.month)
        .order_by(p.month.desc())
    )
    return connection.execute(query).all()


def lines_of(
    connection: Connection, office_id: int, actor: Actor, tasks: Sequence[TaskRow], now: datetime
) -> list[Line]:
    """The tasks as their clerk sees them."""
    forms = forms_in_hand(connection, office_id, tasks)
    back = given_back(connection, office_id, tasks)
    drafts = report_drafts.find(connection, office_id, actor, [task.id for task in tasks])
    reports = _reports_in_force(connection, office_id, tasks)
    made = []
    for task in tasks:
        colour, cause = light(task, local_date(now))
        stand = _stand(task, forms.get(task.id, ""))
        reporting = report_drafts.reporting_step(actor, task)
        open_ = [] if task.month_closed else permissions.offered(actor, task)
        receivable = task.received_at is None and any("not_yet_received" in step.guards for step in open_)
        retract = next((step for step in open_ if _takes_back(step, task)), None)
        made.append(
            Line(
                task, task.title, task.text, stand, colour, cause,
                _next_words(task, stand, forms.get(task.id, ""), may_fill=reporting is not None, came_back=task.id in back),
                reporting.action if reporting else "", receivable, retract.action if retract else "",
                forms.get(task.id, ""), drafts.get(task.id), back.get(task.id),
                *reports.get(task.id, (None, "")),
            )
        )  # fmt: skip
    return made


def _reports_in_force(connection: Connection, office_id: int, tasks: Sequence[TaskRow]) -> dict[int, tuple[int, str]]:
    """Task → completion and words of its report in force."""
    r = t.report.c
    query = (
        sa.select(r.task_id, r.percent, r.progress, r.no_progress, r.reason)
        .join(t.task, sa.and_(t.task.c.office_id == r.office_id, t.task.c.id == r.task_id))
        .where(r.office_id == office_id, r.number == t.task.c.report_number, r.task_id.in_([task.id for task in tasks]))
    )
    return {
        row.task_id: (
            row.percent,
            _("No progress this month: {reason}").format(reason=row.reason) if row.no_progress else row.progress,
        )
        for row in connection.execute(query)
    }


def _takes_back(step: Step, task: TaskRow) -> bool:
    """Whether a step takes a filed report back without more ado, so that it can be filed again."""
    leads_back = task.flow.stage(step.dest) in {Stage.ASSIGNED, Stage.RETURNED}
    return task.stage is Stage.REPORTED and leads_back and "unfile" in step.effects and not step.gives


def _stand(task: TaskRow, form: str) -> Stand:
    if task.stage in {Stage.REVIEWED, Stage.AGGREGATED, Stage.WAIVED}:
        return Stand.DONE
    if task.stage is Stage.SIGNED_STAMPED:
        return Stand.REVIEW
    if task.stage is not Stage.REPORTED:
        return Stand.FILL_IN
    if task.flow.action_giving(task.state, "filing") is None:  # a flow without paper: somebody confirms
        return Stand.REVIEW
    return Stand.SIGN if form else Stand.PRINT


def _next_words(task: TaskRow, stand: Stand, form: str, *, may_fill: bool, came_back: bool) -> str:
    """What to do next, as one sentence."""
    if stand is Stand.DONE:
        return _("Nothing is left to do: {state}.").format(state=task.state_label)
    if task.month_closed:
        return _("The month is closed; this task stays as it is.")
    if stand is Stand.FILL_IN:
        return _fill_in_words(may_fill=may_fill, came_back=came_back)
    if stand is Stand.PRINT:
        return _("Filled in. Print the form, together with the others.")
    if stand is Stand.SIGN:
        return _("Have form {code} signed and stamped, then upload the scan.").format(code=form)
    if task.stage is Stage.REPORTED:
        return _("Filed. It waits for the confirmation inside your unit.")
    return _("Sent in. It waits for the office's review; nothing to do now.")


def next_words(connection: Connection, office_id: int, actor: Actor, task_id: int) -> tuple[TaskRow, str]:
    """A task of the actor's as it stands now, and what to do with it next."""
    task, _co_units = visible_task(connection, office_id, actor, task_id)
    form = forms_in_hand(connection, office_id, [task]).get(task.id, "")
    may_fill = report_drafts.reporting_step(actor, task) is not None
    came_back = task.id in given_back(connection, office_id, [task])
    return task, _next_words(task, _stand(task, form), form, may_fill=may_fill, came_back=came_back)


def _fill_in_words(*, may_fill: bool, came_back: bool) -> str:
    if not may_fill:
        return _("The clerk of your unit fills it in.")
    if came_back:
        return _("Returned: read the reason, correct it and report again.")
    return _("Fill in this month's progress.")


def forms_in_hand(connection: Connection, office_id: int, tasks: Sequence[TaskRow]) -> dict[int, str]:
    """Task → the newest printed form that can still be signed for it: everything on it is as it was printed."""
    periods = {task.period_id for task in tasks if task.period_id is not None}
    units = {task.unit_id for task in tasks}
    f = t.filing.c
    query = (
        sa.select(f.check_code, f.covers)
        .where(f.office_id == office_id, f.period_id.in_(periods), f.unit_id.in_(units))
        .order_by(f.id)
    )
    waiting = {(task.id, task.report_number, task.report_sha256) for task in tasks if waits_for_paper(task)}
    found: dict[int, str] = {}
    for row in connection.execute(query):
        covers = {(int(task), int(number), str(sha)) for task, number, sha in row.covers}
        if covers <= waiting:
            found |= {task: row.check_code for task, _number, _sha in covers}
    return found


def waits_for_paper(task: TaskRow) -> bool:
    """Whether the report waits to be signed and stamped on a form."""
    return task.stage is Stage.REPORTED and task.flow.action_giving(task.state, "filing") is not None
