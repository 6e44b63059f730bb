"""What waits for a leader: papers to be signed and stamped, and reports that are confirmed or countersigned in the system.

Both are derived from the flows: a report waits for its paper where a step takes a form, and for a leader's word where a
step leads on for that duty without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.filing import forms_in_hand, waits_for_paper
from deeds.review_queue import is_my_turn
from deeds.review_sheet import sheet
from deeds.task_views import open_now, story
from models import tables as t
from models.language import _
from models.states import Role, Stage
from models.times import local_date
from workflow import cases, panels, permissions
from workflow.month_names import names
from workflow.telling import people_with
from workflow.units import running_months

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.review_sheet import Sheet
    from workflow.case import Actor, SeatRow, TaskRow
    from workflow.flow import Step
    from workflow.month_names import MonthName

#: whose word is waited for here; the reviewers and the director have a queue of their own
SIGNING: Final = frozenset({Role.LEADER, Role.READER})
#: where a word may be waited for
STAGES: Final = frozenset({Stage.REPORTED, Stage.SIGNED_STAMPED})


@dataclass(frozen=True, slots=True)
class Paper:
    """A unit's month that waits to be signed and stamped; ``code`` is the form in hand, empty while none is printed."""

    name: MonthName
    unit: str
    tasks: tuple[TaskRow, ...]
    code: str
    #: reports that were filed after the form was printed and are not on it
    not_on_it: tuple[TaskRow, ...]
    clerks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that waits for this person's word; of ``seats`` all sign, or with ``one`` a single one."""

    task: TaskRow
    item: str
    seats: tuple[SeatRow, ...]
    one: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """One clause of a paper: its story, and this month's report beside the last one's."""

    task: TaskRow
    told: dict[str, Any]
    sheet: Sheet


def papers(connection: Connection, desk: Desk, month: str = "", unit: str = "") -> list[Paper]:
    """The papers that wait for the actor as a unit's leader, the earliest month first."""
    units = [post.unit_id for post in desk.actor.posts if post.role is Role.LEADER and post.unit_id is not None]
    tasks = cases.load_tasks(
        connection, desk.office_id, t.task.c.stage == Stage.REPORTED.value, t.task.c.unit_id.in_(units),
        t.task.c.period_id.in_(running_months(desk.office_id)),
    )  # fmt: skip
    waiting = [task for task in tasks if waits_for_paper(task) and not task.month_closed]
    waiting = [task for task in waiting if unit in {"", task.unit_name}]
    waiting.sort(key=lambda task: (task.month, task.period_id, task.unit_id))  # stable: the notice's order stays
    called, found = names(connection, desk.office_id), []
    for (period, _unit), group in groupby(waiting, key=lambda task: (task.period_id, task.unit_id)):
        name = called[period or 0]
        if month in {"", str(name)}:
            found.append(_paper(connection, desk, name, tuple(group)))
    return found


def _paper(connection: Connection, desk: Desk, name: MonthName, tasks: tuple[TaskRow, ...]) -> Paper:
    forms = forms_in_hand(connection, desk.office_id, tasks)
    code = next(reversed(list(dict.fromkeys(forms.values()))), "")
    clerks = people_with(
        connection, desk.office_id, (Role.CLERK,), local_date(desk.now()), unit_id=tasks[0].unit_id
    )  # fmt: skip
    p = t.person.c
    people = connection.scalars(sa.select(p.name).where(p.office_id == desk.office_id, p.id.in_(clerks)).order_by(p.id))
    left = tuple(task for task in tasks if forms.get(task.id) != code) if code else ()
    return Paper(name, tasks[0].unit_name, tasks, code, left, tuple(people))


def asked(connection: Connection, desk: Desk) -> list[Asked]:
    """The reports that wait for the actor's confirmation or signature in the system, the longest waiting first."""
    mine = [t.task.c.unit_id.in_(desk.actor.units())] if not desk.actor.holds(Role.READER) else []
    tasks = cases.load_tasks(
        connection,
        desk.office_id,
        t.task.c.stage.in_([stage.value for stage in STAGES]),
        t.task.c.period_id.in_(running_months(desk.office_id)),
        *mine,
    )
    day, named = local_date(desk.now()), cases.units_named(connection, desk.office_id, tasks)
    waiting = [task for task in tasks if word_steps(connection, desk.actor, task, frozenset(named(task)), day)]
    found = []
    for task in waiting:
        panel = task.flow.by_name[task.state].panel
        one = panel is not None and panel.needs == "one"
        found.append(Asked(task, task.title, panels.sitting(connection, task), one))
    return sorted(found, key=lambda one: (one.task.entered_at, one.task.id))


def word_steps(connection: Connection, actor: Actor, task: TaskRow, named: frozenset[int], day: date) -> list[Step]:
    """The steps that lead on by the word of one of the actor's signing duties alone."""
    onward = task.flow.onward(task.state)
    if not any(SIGNING & set(step.roles) for step in onward):
        return []
    co_units = named - {task.unit_id}
    steps = [
        step
        for step in open_now(connection, actor, task, co_units, day, taking_back=False)
        if step in onward
        and not {"filing", "evidence"} & set(step.gives)
        and permissions.acting_role(actor, step, task.unit_id, co_units) in SIGNING
    ]
    return steps if is_my_turn(task, steps) else []


def compared(connection: Connection, desk: Desk, paper: Paper) -> list[Compared]:
    """Every clause of a paper beside what the unit last reported to it."""
    found = []
    for task in paper.tasks:
        told = story(connection, desk.office_id, desk.actor, task.id, desk.now())
        found.append(Compared(task, told, sheet(connection, task, told)))
    return found


def last_form(connection: Connection, desk: Desk, paper: Paper) -> tuple[str, str]:
    """The unit's last form of an earlier month that was signed, as (check code, month); empty where there is none."""
    f, p = t.filing.c, t.period.c
    query = (
        sa.select(f.check_code, p.month)
        .join(t.period, sa.and_(p.office_id == f.office_id, p.id == f.period_id))
        .join(t.evidence, sa.and_(t.evidence.c.office_id == f.office_id, t.evidence.c.filing_id == f.id))
        .where(f.office_id == desk.office_id, f.unit_id == paper.tasks[0].unit_id, p.month < paper.name.month)
        .order_by(p.month.desc(), f.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row.check_code, row.month) if row else ("", "")


def paper_of(connection: Connection, desk: Desk, month: str, unit: str) -> Paper:
    """The paper of a unit's month that waits for the actor; E-404 where none does."""
    found = papers(connection, desk, month, unit) if month and unit else []
    if not found:
        raise permissions.not_there(_("Paper to be signed"), f"{unit} {month}".strip())
    return found[0]
