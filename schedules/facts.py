"""What the rules need to know, read from the database: tasks as facts, the ledger, who holds which duty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.among import among
from models.statements import Statement
from models.states import OWED, UNIT_ROLES, PeriodState, ReminderState, Role
from models.times import local_date
from schedules.due import SEND_AT, Past, TaskFacts
from schedules.rules import ladder_of, templates
from schedules.select import QUIET_FROM, QUIET_TO, Said, ladder, resting
from workflow.audit import happened
from workflow.calendar_store import load_calendar
from workflow.case import Actor, Post
from workflow.flow_store import every, pinned
from workflow.telling import duties_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from models.settings import TimeSettings
    from schedules.due import Key
    from schedules.ladders import Ladders
    from schedules.select import Audience
    from workflow.flow import Flow

#: the scheduler is an actor of its own and changes no state (design, section 5)
SCHEDULER: Final = Actor(0, "scheduler", "scheduler", (Post(Role.SCHEDULER),), source="scheduler")
#: a decision is in force when it was due at the time of deciding; a confirmed clock leaves the others behind
IN_FORCE: Final = t.reminder.c.due_at <= t.reminder.c.decided_at


@dataclass(frozen=True, slots=True)
class Hours:
    """When rungs fall due on their day and when people are left in peace, as Shanghai wall times."""

    send_at: time = SEND_AT
    quiet_from: time = QUIET_FROM
    quiet_to: time = QUIET_TO

    @classmethod
    def of(cls, settings: TimeSettings) -> Hours:
        """From the settings."""
        words = (settings.send_at, settings.quiet_from, settings.quiet_to)
        return cls(*(time.fromisoformat(word) for word in words))


_OPEN: Final = t.period.c.id.is_(None) | (t.period.c.state == PeriodState.OPEN.value)
_OF_TASK: Final = (
    *("id", "unit_id", "period_id", "responsibility_id", "flow_sha256", "state", "round", "due_revision", "handler_id"),
    *("received_at", "opened_on", "due_on", "signed_at", "returned_at", "entered_at"),
)
_TASKS: Final = sa.select(
    *(t.task.c[name] for name in _OF_TASK),
    *(t.period.c.month, t.period.c.closes_on, t.period.c.state.label("period_state")),
).outerjoin(t.period, sa.and_(t.period.c.office_id == t.task.c.office_id, t.period.c.id == t.task.c.period_id))
_IN_OPEN: Final = _TASKS.where(_OPEN)
_NOT_CLOSED: Final = _TASKS.where(_OPEN | t.task.c.next_due_at.is_not(None))


_DUE: Final = Statement(
    _NOT_CLOSED.where(
        t.task.c.office_id == sa.bindparam("office"),
        t.task.c.next_due_at <= sa.bindparam("now", type_=t.task.c.next_due_at.type),
    )
)


_K, _P, _R, _E = t.task.c, t.period.c, t.reminder.c, t.event.c
_OFFICE: Final[sa.BindParameter[int]] = sa.bindparam("office")
_MONTHS: Final = Statement(
    sa.select(_K.responsibility_id, _P.month, _K.due_on, _K.stage, _K.late_days)
    .join(t.period, sa.and_(_P.office_id == _K.office_id, _P.id == _K.period_id))
    .where(_K.office_id == _OFFICE, among(_K.responsibility_id, "wanted"), among(_P.month, "months"))
)
_LEDGER: Final = Statement(
    sa.select(
        *(_R.task_id, _R.round, _R.due_revision, _R.rule, _R.level),
        sa.type_coerce(IN_FORCE, sa.Integer()).label("in_force"),  # as it comes: it is only asked whether it is so
        # when it was due, of the rungs that went out to people: few of them all
        sa.case((IN_FORCE & (_R.state == ReminderState.FIRED.value), _R.due_at)).label("said_at"),
    ).where(_R.office_id == _OFFICE, among(_R.task_id, "wanted"))
)
_PAST: Final = Statement(
    sa.select(_E.object_id, _E.at, _E.action, _E.to_state, _E.detail)
    .where(_E.office_id == _OFFICE, _E.object_type == "task", among(_E.object_id, "wanted"), _E.result == "done")
    .where(_E.to_state != "")
    .order_by(_E.seq)
)


def load_facts(connection: Connection, office_id: int, *conditions: Any, just_closed: bool = False) -> list[TaskFacts]:
    """The facts of the office's tasks in open months, and of its problems, under some conditions.

    ``just_closed``: also of those in closed months at which nobody has looked since the closing.
    """
    query = (_NOT_CLOSED if just_closed else _IN_OPEN).where(t.task.c.office_id == office_id, *conditions)
    return _in_order(connection, office_id, connection.execute(query).all())


def load_due(connection: Connection, office_id: int, now: datetime) -> list[TaskFacts]:
    """The facts of the tasks that have to be looked at by now, also of months that were just closed."""
    return _in_order(connection, office_id, _DUE.rows(connection, {"office": office_id, "now": now}))


def _in_order(connection: Connection, office_id: int, found: Iterable[Any]) -> list[TaskFacts]:
    # put in order here: asked for the order, SQLite would walk through every task to spare the sorting of a few
    rows = sorted(found, key=attrgetter("id"))
    late = _late_months(connection, office_id, [row for row in rows if row.period_id is not None])
    return [_facts(pinned(connection, office_id, row.flow_sha256), row, late.get(row.id, 0)) for row in rows]


def _facts(flow: Flow, row: Any, late_months: int) -> TaskFacts:
    return TaskFacts(
        flow=flow,
        task_id=row.id,
        unit_id=row.unit_id,
        state=row.state,
        round=row.round,
        due_revision=row.due_revision,
        received=row.received_at is not None,
        opened_on=row.opened_on,
        due_on=row.due_on,
        signed_on=local_date(row.signed_at) if row.signed_at else None,
        returned_on=local_date(row.returned_at) if row.returned_at else None,
        closes_on=row.closes_on,
        entered_on=local_date(row.entered_at),
        handler_id=row.handler_id,
        late_months=late_months,
        closed=row.period_state == PeriodState.CLOSED,
    )


def _late_months(connection: Connection, office_id: int, rows: Sequence[Any]) -> dict[int, int]:
    """The months in a row before each task's own in which the same responsibility was late.

    A month counts as late when it was signed late, or lies unsigned with a due date before this task's. One month is
    asked for at a time, of those that were late so far: of a year of them hardly one is.
    """
    late: dict[int, int] = {}
    asked = [(row, _month_before(row.month)) for row in rows if row.responsibility_id is not None]
    while asked:
        wanted = {row.responsibility_id for row, _month in asked}
        given = {"office": office_id, "wanted": [*wanted], "months": [*{month for _row, month in asked}]}
        found = {(one.responsibility_id, one.month): one for one in _MONTHS.rows(connection, given)}
        asked = [
            (row, _month_before(month))
            for row, month in asked
            if _was_late(found.get((row.responsibility_id, month)), row.due_on)
        ]
        late |= {row.id: late.get(row.id, 0) + 1 for row, _month in asked}
    return late


def _was_late(month: Any, due_on: date) -> bool:
    return month is not None and (month.late_days > 0 or (month.stage in OWED and month.due_on < due_on))


@cache
def _month_before(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was decided about some tasks."""

    decided: set[Key] = field(default_factory=set)
    #: the keys that a wrong clock decided before they were due
    early: set[Key] = field(default_factory=set)
    #: the rungs that went out to people
    fired: list[Any] = field(default_factory=list)

    def said(self, facts: Iterable[TaskFacts], ladders: Ladders) -> list[Said]:
        """The rungs that went out to people about these tasks, as far as their rules still stand."""
        known: dict[int, dict[str, Audience]] = {}
        for rules, group in ladders.by_flow(facts):
            audiences = {rule.name: ladder(rule.mode, rule.recipients) for rule in rules}
            known |= {one.task_id: audiences for one in group}
        return [
            Said(
                row.task_id, row.round, row.due_revision, row.rule, row.level, row.said_at, known[row.task_id][row.rule]
            )
            for row in self.fired
            if row.rule in known.get(row.task_id, ())
        ]


def load_ledger(connection: Connection, office_id: int, tasks: Collection[int]) -> Ledger:
    """The ledger of these tasks."""
    ledger = Ledger()
    for row in _LEDGER.rows(connection, {"office": office_id, "wanted": [*tasks]}) if tasks else ():
        (ledger.decided if row.in_force else ledger.early).add(row[:4])
        if row.said_at is not None:
            ledger.fired.append(row)
    return ledger


def load_history(connection: Connection, office_id: int, tasks: Collection[int]) -> dict[int, list[Past]]:
    """What the trail says of each task, the oldest first."""
    found: dict[int, list[Past]] = {task: [] for task in tasks}
    for row in _PAST.rows(connection, {"office": office_id, "wanted": [*tasks]}):
        found[row.object_id].append(Past(happened(row.at, row.detail), row.action, row.to_state))
    return found


@dataclass(slots=True)
class Holders:
    """Who holds a role on a day, each role asked once; callable as ``select.digest`` wants it."""

    connection: Connection
    office_id: int
    on: date
    known: dict[tuple[Role, int | None], list[int]] = field(default_factory=dict)
    #: of each role, its people by their unit
    _duties: dict[Role, dict[int | None, list[int]]] = field(default_factory=dict)

    def __call__(self, role: Role, unit_id: int, handler_id: int | None = None) -> list[int]:
        """The active persons with the role; the unit counts for the roles of a unit only.

        Of those with the duty of one to whom the task was forwarded, only that person is meant.
        """
        place = unit_id if role in UNIT_ROLES else None
        if (role, place) not in self.known:
            self.known[role, place] = self._among(role, place)
        all_of_them = self.known[role, place]
        return [handler_id] if handler_id is not None and handler_id in all_of_them else all_of_them

    def _among(self, role: Role, place: int | None) -> list[int]:
        """Of all who hold the role, those of the unit, in the order of their numbers."""
        if role not in self._duties:
            by_unit = self._duties[role] = defaultdict(list)
            for person, unit in duties_of(self.connection, self.office_id, role, self.on):
                by_unit[unit].append(person)
        units = self._duties[role]
        asked = units if place is None else (place, None)
        return sorted({person for unit in asked for person in units.get(unit, ())})


def holders(connection: Connection, office_id: int, at: datetime) -> Holders:
    """The holders on the Shanghai day of an instant."""
    return Holders(connection, office_id, local_date(at))


def at_rest(connection: Connection, office_id: int, now: datetime, hours: Hours) -> frozenset[str]:
    """The events whose reminders must not leave at this hour."""
    calendar = load_calendar(connection, office_id)
    flows = every(connection, office_id)
    spoken = {event for flow in flows for step in flow.steps for _to, event in (*step.tells, *step.asks)}
    own = {rule.template for flow in flows for rule in ladder_of(flow)} - spoken - templates()
    return resting(now, calendar, start=hours.quiet_from, end=hours.quiet_to, own=frozenset(own))
