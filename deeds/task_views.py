"""Looking at tasks: which ones an actor sees, how one stands in a colour with its cause in words, and its story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds import task_conditions
from deeds.task_conditions import Wanted, moves
from deeds.todo import todo_of
from models import tables as t
from models.language import _
from models.states import OWED, EvidenceKind
from models.times import local_date, shown
from workflow import actions, cases, evidence, panels, permissions, readings
from workflow.flow import MY_TURN, UNREAD

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from deeds.todo import Todo
    from models.states import Stage
    from workflow.case import Actor, TaskRow
    from workflow.flow import Step

#: a task within this many days of its due date that is not filed yet is yellow
SOON_DAYS = 5


def is_late(task: TaskRow, today: date) -> bool:
    """Past its due date and not signed, or signed late once: lateness stays on record."""
    return task.late_days > 0 or (task.stage in OWED and today > task.due_on)


def light(task: TaskRow, today: date) -> tuple[str, str]:
    """The colour (red, yellow, green) and its cause in words."""
    left = (task.due_on - today).days
    if task.month_closed and task.stage in OWED:
        return "red", _("the month is closed, still “{state}”").format(state=task.state_label)
    if task.stage in OWED and left < 0:
        return "red", _("{count} days overdue, still “{state}”").format(count=-left, state=task.state_label)
    if task.stage in OWED and not left:
        return "yellow", _("due today, still “{state}”").format(state=task.state_label)
    if task.stage in OWED and left <= SOON_DAYS:
        return "yellow", _("due in {count} days, still “{state}”").format(count=left, state=task.state_label)
    if task.stage in OWED:
        return "green", _("{count} days left").format(count=left)
    if task.late_days:
        return "yellow", _("signed {count} days late").format(count=task.late_days)
    return "green", _("in time: “{state}”").format(state=task.state_label)


def find_tasks(
    connection: Connection, office_id: int, actor: Actor, wanted: Wanted, now: datetime, *conditions: Any, **piece: Any
) -> list[TaskRow]:
    """The tasks this actor may see among those asked for, in the order of the notice.

    ``conditions`` narrow them further; ``piece`` (order, offset, limit) is a piece of them, where nothing but the
    database decides (``wanted.plain``).
    """
    asked = (*task_conditions.asked_for(connection, office_id, actor, wanted, now), *conditions)
    seen = [task for task, _inside in visible_tasks(connection, office_id, actor, *asked, **piece)]
    if wanted.plain:
        return seen
    named = cases.units_named(connection, office_id, seen)
    if wanted.mine:
        day = local_date(now)
        seen = [task for task in seen if _awaits(connection, actor, task, frozenset(named(task)) - {task.unit_id}, day)]
    if wanted.todo:
        seen = [task for task, todo in _waiting(connection, actor, seen, named, now) if wanted.todo in (todo, "any")]
    return seen


def count_tasks(connection: Connection, office_id: int, actor: Actor, wanted: Wanted, now: datetime, most: int) -> int:
    """How many these are, ``most`` at most; only of what the database decides alone (``wanted.plain``)."""
    seen = task_conditions.visible(connection, office_id, actor)
    asked = task_conditions.asked_for(connection, office_id, actor, wanted, now)
    return cases.count_tasks(connection, office_id, seen, *asked, most=most)


def count_stages(connection: Connection, office_id: int, actor: Actor, wanted: Wanted, now: datetime) -> Counter[Stage]:
    """How many of the tasks stand at each stage; only of what the database decides alone (``wanted.plain``)."""
    seen = task_conditions.visible(connection, office_id, actor)
    asked = task_conditions.asked_for(connection, office_id, actor, wanted, now)
    return cases.count_stages(connection, office_id, seen, *asked)


def visible_tasks(
    connection: Connection, office_id: int, actor: Actor, *conditions: Any, **piece: Any
) -> list[tuple[TaskRow, bool]]:
    """The tasks under some conditions that exist for the actor, each with whether what was filed may be read, too."""
    seen = task_conditions.visible(connection, office_id, actor)
    tasks = cases.load_tasks(connection, office_id, seen, *conditions, **piece)
    if permissions.everywhere(actor, "report.read"):  # every task exists for them, too
        return [(task, True) for task in tasks]
    named, copied = (
        cases.units_named(connection, office_id, tasks),
        readings.copied_to(connection, office_id, actor.person_id),
    )
    found = []
    for task in tasks:
        related, shown_to = permissions.relation(actor, task.unit_id, named(task)), task.id in copied
        if permissions.may_see_task(actor, related, task, copied=shown_to):
            found.append((task, permissions.may_see_report(actor, related, task, copied=shown_to)))
    return found


def waiting(connection: Connection, office_id: int, actor: Actor, now: datetime) -> list[tuple[TaskRow, Todo]]:
    """What waits for the actor now, and how: the same tasks as the lists of each ``Todo``."""
    asked = task_conditions.asked_for(connection, office_id, actor, Wanted(todo="any"), now)
    tasks = [task for task, _inside in visible_tasks(connection, office_id, actor, *asked)]
    return list(_waiting(connection, actor, tasks, cases.units_named(connection, office_id, tasks), now))


def _waiting(
    connection: Connection, actor: Actor, tasks: Iterable[TaskRow], named: Callable[[TaskRow], set[int]], now: datetime
) -> Iterator[tuple[TaskRow, Todo]]:
    day = local_date(now)
    for task in tasks:
        # what may be taken back waits for nobody
        steps = open_now(connection, actor, task, frozenset(named(task)) - {task.unit_id}, day, taking_back=False)
        todo = todo_of(task, steps, actor, day)
        if todo is not None:
            yield task, todo


def row_dict(task: TaskRow, today: date) -> dict[str, Any]:
    """A task for a list or ``--json``: numbers, dates, state and light."""
    colour, cause = light(task, today)
    return {
        "id": task.id,
        "month": task.month,
        "clause": task.clause_number,
        "unit": task.unit_name,
        "flow": task.flow.name,
        "flow_title": task.flow.title.here,
        "flow_version": task.flow.short,
        "problem": task.problem_id,
        "state": task.state,
        "state_label": task.state_label,
        "round": task.round,
        "version": task.version,
        "due_on": task.due_on.isoformat(),
        "received": task.received_at is not None,
        "report_number": task.report_number,
        "late_days": task.late_days,
        "light": colour,
        "cause": cause,
    }


def story(
    connection: Connection,
    office_id: int,
    actor: Actor,
    task_id: int,
    now: datetime,
    said: Callable[[datetime], str] = shown,
) -> dict[str, Any]:
    """Everything about one task that this actor may know, its instants as ``said``; E-404 otherwise."""
    task, co_units = actions.visible_task(connection, office_id, actor, task_id)
    related = permissions.relation(actor, task.unit_id, co_units)
    copied = task.id in readings.copied_to(connection, office_id, actor.person_id)
    inside = permissions.may_see_report(actor, related, task, copied=copied)
    steps = open_now(connection, actor, task, co_units, local_date(now))
    papers = evidence.papers_of_task(connection, task) if inside and task.period_id else []
    return {
        **row_dict(task, local_date(now)),
        "title": task.title,
        "text": task.text,
        "indicators": _indicators(connection, task),
        "offered": _offered(task, steps),
        "reports": _reports(connection, task, said) if inside else [],
        "events": _events(connection, task, said) if inside else [],
        "papers": papers,
        "origins": _origins(connection, task, papers),
        "seats": _seats(connection, task),
        "one_signature": _one_is_enough(task),
        "looks_back": _looks_back(task),
        "handler": _person(connection, task, task.handler_id),
        "copies": _copies(connection, task, said) if inside else [],
        "messages": _messages(connection, task) if inside else [],
    }


def _offered(task: TaskRow, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What may be done now; two rows of the flow may hold the same action, told apart by a condition."""
    return [
        {
            "action": action,
            "label": task.flow.action_label(action),
            "asks": _asks(steps, action),
            "may": _may(task, steps, action),
        }
        for action in dict.fromkeys(step.action for step in steps)
    ]


def _origins(connection: Connection, task: TaskRow, papers: list[dict[str, Any]]) -> list[str]:
    """Of what came as a parcel, where from."""
    if all(paper["stored"]["kind"] != EvidenceKind.PARCEL for paper in papers):
        return []
    from deeds.levels.origins import origins

    return origins(connection, task)


def open_task(connection: Connection, office_id: int, actor: Actor, task_id: int) -> bool:
    """Whether opening the task is to be noted: it is a copy's receipt, or the first look of whoever acts next."""
    task, co_units = actions.visible_task(connection, office_id, actor, task_id)
    return readings.unnoted(connection, actor, task, acts_next=_acts_next(actor, task, co_units))


def note_opening(connection: Connection, office_id: int, actor: Actor, task_id: int, now: datetime) -> None:
    """Note that the actor has opened the task."""
    task, co_units = actions.visible_task(connection, office_id, actor, task_id)
    readings.note(connection, actor, task, now, acts_next=_acts_next(actor, task, co_units))


def _awaits(connection: Connection, actor: Actor, task: TaskRow, co_units: frozenset[int], day: date) -> bool:
    """Whether the actor may move the task on, or has still to receive it; a copy could be sent at any time."""
    steps = open_now(connection, actor, task, co_units, day)
    return any(moves(task.flow, task.state, step) for step in steps)


def open_now(
    connection: Connection,
    actor: Actor,
    task: TaskRow,
    co_units: frozenset[int],
    day: date,
    *,
    taking_back: bool = True,
) -> list[Step]:
    """The offered steps that would not be refused for another's sake; without ``taking_back`` those are not looked at.

    A signature is asked of those whose turn it is, what was opened is not taken back, and what was forwarded is gone
    on with by whom it was forwarded to.
    """
    steps = [step for step in offered(actor, task, co_units) if taking_back or UNREAD not in step.guards]
    if any(MY_TURN in step.guards for step in steps) and not actor.people & set(panels.next_to_sign(connection, task)):
        steps = [step for step in steps if MY_TURN not in step.guards]
    if any(UNREAD in step.guards for step in steps) and readings.readers(connection, task, actor.people):
        steps = [step for step in steps if UNREAD not in step.guards]
    if task.handler_id is not None and task.handler_id not in actor.people:
        theirs = {post.role for post in cases.posts_of(connection, task.office_id, task.handler_id, day)}
        steps = [
            step
            for step in steps
            if step.dest == task.state
            or {UNREAD, MY_TURN} & set(step.guards)
            or permissions.acting_role(actor, step, task.unit_id, co_units) not in theirs
        ]
    return steps


def _acts_next(actor: Actor, task: TaskRow, co_units: frozenset[int]) -> bool:
    """Whether the actor is one for whom the task waits: whoever may only take it back is not."""
    onward = task.flow.onward(task.state)
    return any(step in onward for step in offered(actor, task, co_units))


def _asks(steps: Iterable[Step], action: str) -> list[str]:
    """What has to be given with an action, each once."""
    return list(dict.fromkeys(name for step in steps if step.action == action for name in step.gives))


def _may(task: TaskRow, steps: Iterable[Step], action: str) -> dict[str, Any]:
    """What may be said beside: the states it can lead to, wanting it straight back, who is to sign next."""
    rows = [step for step in steps if step.action == action]
    return {
        "to_state": [step.dest for step in rows if step.chosen_by == "given_state"],
        "straight_back": any("remember_returner" in step.effects for step in rows),
        "signers": any(task.flow.by_name[step.dest].panel and step.dest != task.state for step in rows),
    }


def _seats(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    """Whose signatures the task waits for, and who has signed."""
    return [{"name": seat.name, "signed": seat.signed} for seat in panels.sitting(connection, task)]


def _one_is_enough(task: TaskRow) -> bool:
    """或签: of those who sit one signs."""
    panel = task.flow.by_name[task.state].panel
    return panel is not None and panel.needs == "one"


def _looks_back(task: TaskRow) -> bool:
    """Whether the due date is that of the look-back 回头看: the problem was struck off."""
    return any(step.dest == task.state and "plan_look_back" in step.effects for step in task.flow.steps)


def _copies(connection: Connection, task: TaskRow, said: Callable[[datetime], str]) -> list[dict[str, Any]]:
    """Who was shown the task, and whether they have read it."""
    rows = readings.copies(connection, task.office_id, task.id)
    return [{"name": row.name, "read_at": said(row.read_at) if row.read_at else ""} for row in rows]


def _person(connection: Connection, task: TaskRow, number: int | None) -> str:
    p = t.person.c
    name = connection.scalar(sa.select(p.name).where(p.office_id == task.office_id, p.id == number))
    return name or ""


def _indicators(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    """What a report must answer, with the targets of the notice; a problem of no clause has none."""
    if task.clause_id is None:
        return []
    i = t.indicator.c
    query = sa.select(i.id, i.name, i.unit, i.op, i.value.label("target"))
    query = query.where(i.office_id == task.office_id, i.clause_id == task.clause_id).order_by(i.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def offered(actor: Actor, task: TaskRow, co_units: frozenset[int] = frozenset()) -> list[Step]:
    """The steps open to the actor: a closed month has none, a receipt is given once, and issuing aggregates."""
    steps = [] if task.month_closed else permissions.offered(actor, task, co_units)
    return [
        step
        for step in steps
        if "summary" not in step.gives and ("not_yet_received" not in step.guards or task.received_at is None)
    ]


def _reports(connection: Connection, task: TaskRow, said: Callable[[datetime], str]) -> list[dict[str, Any]]:
    r = t.report.c
    columns = (r.number, r.round, r.progress, r.percent, r.no_progress, r.reason, r.problems, r.next_steps, r["values"])
    query = sa.select(*columns, r.filed_at).where(r.office_id == task.office_id, r.task_id == task.id)
    rows = connection.execute(query.order_by(r.number)).mappings()
    return [{**row, "filed_at": said(row["filed_at"])} for row in rows]


def _events(connection: Connection, task: TaskRow, said: Callable[[datetime], str]) -> list[dict[str, Any]]:
    e = t.event.c
    query = (
        sa.select(e.seq, e.at, e.actor_name, e.acting_for, e.action, e.to_state, e.reason, e.result)
        .where(e.office_id == task.office_id, e.object_type == "task", e.object_id == task.id)
        .order_by(e.seq)
    )
    return [
        {
            **row,
            "at": said(row["at"]),
            "label": task.flow.action_label(row["action"]),
            "to_label": task.flow.state_label(row["to_state"]) if row["to_state"] else "",
        }
        for row in connection.execute(query).mappings()
    ]


def _messages(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    m, told = t.message.c, t.message_task.c
    query = (
        sa.select(
            m.id,
            m.event,
            m.level,
            m.state,
            m.reason,
            m.attempts,
            m.settled_at,
            m.created_at,
            t.person.c.name.label("recipient"),
        )
        .select_from(
            t.message_task.join(t.message, sa.and_(m.office_id == told.office_id, m.id == told.message_id)).join(
                t.person, sa.and_(t.person.c.office_id == m.office_id, t.person.c.id == m.recipient_id)
            )
        )
        .where(told.office_id == task.office_id, told.task_id == task.id)
        .order_by(told.message_id)
    )
    return [
        {
            **row,
            "created_at": shown(row["created_at"]),
            "settled_at": shown(row["settled_at"]) if row["settled_at"] else "",
        }
        for row in connection.execute(query).mappings()
    ]
