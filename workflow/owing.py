"""What units owe and for how long, gathered into the plain facts of the papers that chase it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.errors import Refused
from models.language import _
from models.paper_facts import ChasingFacts, EarlierPaper, OwedTask, OwingUnit
from models.states import OWED, PaperKind, Role, Stage
from models.times import local_date
from workflow import calendar_store, cases, telling
from workflow.month_rows import of_month, on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow

#: the time a paper gives, in working days, unless the office says otherwise
WORKING_DAYS: Final = {PaperKind.URGING: 2, PaperKind.SUPERVISION: 3, PaperKind.CIRCULAR: 3}
_KINDS: Final = tuple(PaperKind)


def overdue(connection: Connection, office_id: int, unit_id: int, month: str, now: datetime) -> list[TaskRow]:
    """A unit's tasks of a month (empty: its problems) whose day has passed and that it still owes; E-S50 if none."""
    c = t.task.c
    found = cases.load_tasks(
        connection,
        office_id,
        c.unit_id == unit_id,
        c.due_on < local_date(now),
        c.stage.in_([stage.value for stage in OWED]),
        c.period_id.in_(of_month(office_id, month)) if month else c.period_id.is_(None),
    )
    if not found:
        what = _("Nothing of this unit is overdue in {month}.") if month else _("No problem of this unit is overdue.")
        raise Refused("E-S50", what.format(month=month), remedy=_("See what is owed with: duban task list"))
    return found


def about(tasks: Iterable[TaskRow]) -> list[list[int]]:
    """[task, round, due revision]: what a paper speaks of, and no later round of it."""
    return [[task.id, task.round, task.due_revision] for task in tasks]


def standing(connection: Connection, office_id: int, tasks: Collection[int], *kinds: PaperKind) -> list[Any]:
    """The papers of some kinds that are not void and may speak of some tasks, in the order of their issue.

    None is older than the tasks: the papers of years before are not looked through.
    """
    k = t.task.c
    first = connection.scalar(sa.select(sa.func.min(k.opened_on)).where(k.office_id == office_id, k.id.in_(tasks)))
    if first is None:
        return []
    void = sa.select(t.voiding.c.paper_id).where(t.voiding.c.office_id == office_id)
    query = sa.select(t.paper).where(
        t.paper.c.office_id == office_id,
        t.paper.c.kind.in_([kind.value for kind in kinds]),
        t.paper.c.year >= first.year,
        t.paper.c.id.not_in(void),
    )
    return sorted(connection.execute(query), key=lambda paper: paper.id)


def earlier(
    connection: Connection, office_id: int, kind: PaperKind, tasks: Sequence[TaskRow]
) -> tuple[EarlierPaper, ...]:
    """The milder papers that went out about any of these tasks before."""
    milder = _KINDS[: _KINDS.index(kind)]
    numbers = {task.id for task in tasks}
    return tuple(
        EarlierPaper(row.kind, row.year, row.number, local_date(row.issued_at))
        for row in standing(connection, office_id, numbers, *milder)
        if numbers & {task for task, _round, _revision in row.about}
    )


def chasing_facts(
    connection: Connection, office_id: int, kind: PaperKind, tasks: Sequence[TaskRow], working_days: int, now: datetime
) -> ChasingFacts:
    """Everything a paper says of these tasks but its number and who issues it; they are of one month or all problems."""
    office = connection.execute(sa.select(t.office).where(t.office.c.id == office_id)).one()
    today = local_date(now)
    period = _period(connection, office_id, tasks[0].period_id)
    until = calendar_store.load_calendar(connection, office_id).add_workdays(today, working_days)
    units = dict.fromkeys(task.unit_id for task in tasks)
    return ChasingFacts(
        kind=kind.value,
        year=today.year,
        number=0,
        office_name=office.name,
        office_short=office.short_name,
        notice_title=period.notice_title if period else "",
        month=period.month if period else "",
        due_on=period.due_on if period else None,
        units=tuple(
            _unit(connection, office_id, [task for task in tasks if task.unit_id == unit_id], today)
            for unit_id in units
        ),
        until=until,
        working_days=working_days,
        issued_on=today,
        issued_by="",
    )


def _period(connection: Connection, office_id: int, period_id: int | None) -> Any:
    if period_id is None:
        return None
    return connection.execute(
        sa.select(t.period, t.notice.c.title.label("notice_title"))
        .join(t.notice, on(t.period, "notice_id", t.notice))
        .where(t.period.c.office_id == office_id, t.period.c.id == period_id)
    ).one()


def _unit(connection: Connection, office_id: int, tasks: Sequence[TaskRow], today: date) -> OwingUnit:
    first = tasks[0]
    return OwingUnit(
        name=first.unit_name,
        leaders=_names(connection, office_id, Role.LEADER, first.unit_id, today),
        clerks=_names(connection, office_id, Role.CLERK, first.unit_id, today),
        tasks=tuple(_owed(task, today) for task in tasks),
        nothing_filed=_filed_nothing(connection, office_id, tasks),
    )


def _owed(task: TaskRow, today: date) -> OwedTask:
    return OwedTask(
        task_id=task.id,
        number=task.clause_number,
        title=task.title,
        text=task.text,
        due_on=task.due_on,
        days_late=max((today - task.due_on).days, 0),
        state=task.stage.value,
    )


def _names(connection: Connection, office_id: int, role: Role, unit_id: int, today: date) -> tuple[str, ...]:
    people = telling.people_with(connection, office_id, (role,), today, unit_id=unit_id)
    query = sa.select(t.person.c.name).where(t.person.c.office_id == office_id, t.person.c.id.in_(people))
    return tuple(connection.scalars(query.order_by(t.person.c.id)))


def _filed_nothing(connection: Connection, office_id: int, tasks: Sequence[TaskRow]) -> bool:
    """All the unit's tasks of the month are among these, and no version of any was ever filed."""
    if tasks[0].period_id is None or any(task.report_number for task in tasks):
        return False
    c = t.task.c
    others = sa.select(sa.func.count()).where(
        c.office_id == office_id,
        c.period_id == tasks[0].period_id,
        c.unit_id == tasks[0].unit_id,
        c.stage != Stage.WAIVED.value,
    )
    return connection.scalar(others) == len(tasks)
