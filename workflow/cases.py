"""Loading what a decision needs: tasks, filings and actors as plain data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from models import tables as t
from models.among import among
from models.duties import held_on
from models.language import _
from models.statements import Statement
from models.states import PeriodState, Result, Role, Stage
from workflow.case import Actor, FilingRow, Named, OfficeRow, Post, TaskRow
from workflow.flow_store import pinned
from workflow.paging import counted
from workflow.permissions import not_there

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy.engine import Connection

#: in the order of ``TaskRow``, the flow by its hash
_TASK_COLUMNS = (
    t.task.c.id,
    t.task.c.office_id,
    t.task.c.flow_sha256,
    t.task.c.period_id,
    t.task.c.clause_id,
    t.task.c.problem_id,
    t.task.c.unit_id,
    t.task.c.state,
    t.task.c.entered_at,
    t.task.c.round,
    t.task.c.version,
    t.task.c.due_on,
    t.task.c.due_revision,
    t.task.c.received_at,
    t.task.c.report_number,
    sa.func.coalesce(t.report.c.content_sha256, "").label("report_sha256"),
    t.task.c.filed_by,
    t.task.c.signed_by,
    t.task.c.late_days,
    sa.func.coalesce(t.clause.c.number, "").label("clause_number"),
    t.unit.c.name.label("unit_name"),
    sa.func.coalesce(t.period.c.month, "").label("month"),
    sa.func.coalesce(t.work_item.c.title, t.problem.c.title, "").label("title"),
    sa.func.coalesce(t.clause.c.text, t.problem.c.description, "").label("text"),
    (sa.func.coalesce(t.period.c.state, "") == PeriodState.CLOSED.value).label("month_closed"),
    t.task.c.handler_id,
    t.task.c.back_to,
    t.task.c.returner_id,
)
#: in the order of ``OfficeRow``
_OFFICE_COLUMNS = (
    t.office.c.id,
    t.office.c.short_name,
    t.office.c.four_eyes,
    sa.func.coalesce(sa.func.nullif(t.office.c.channel, ""), "file").label("channel"),
    sa.func.coalesce(t.watermark.c.held_reason, "").label("held_reason"),
)


#: the order of the notice, problems last
IN_ORDER: Final = (t.task.c.problem_id.is_not(None), t.clause.c.position, t.task.c.id)
NEWEST: Final = (t.task.c.id.desc(),)


def _same(left: sa.Table, column: str, right: sa.Table) -> Any:
    return sa.and_(left.c.office_id == right.c.office_id, left.c[column] == right.c.id)


def _and_words(tasks: Any) -> Any:
    """Tables with the task's among them, joined with those that hold the words to speak of it."""
    return (
        # every task has a unit: as an outer join it cannot be where a search begins, to go through all of a unit's tasks
        tasks.outerjoin(t.unit, _same(t.task, "unit_id", t.unit))
        .outerjoin(t.clause, _same(t.task, "clause_id", t.clause))
        .outerjoin(t.work_item, _same(t.clause, "item_id", t.work_item))
        .outerjoin(t.problem, _same(t.task, "problem_id", t.problem))
        .outerjoin(t.period, _same(t.task, "period_id", t.period))
        .outerjoin(
            t.report,
            sa.and_(
                t.report.c.office_id == t.task.c.office_id,
                t.report.c.task_id == t.task.c.id,
                t.report.c.number == t.task.c.report_number,
            ),
        )
    )


TASK_SELECT = sa.select(*_TASK_COLUMNS).select_from(_and_words(t.task)).order_by(*IN_ORDER)
_ONE_TASK: Final = Statement(
    TASK_SELECT.where(t.task.c.office_id == sa.bindparam("office"), t.task.c.id == sa.bindparam("task"))
)
_THESE_TASKS: Final = Statement(
    TASK_SELECT.where(t.task.c.office_id == sa.bindparam("office"), among(t.task.c.id, "tasks"))
)
_WITH_HELD = t.office.outerjoin(t.watermark, t.watermark.c.office_id == t.office.c.id)
_OFFICE: Final = Statement(
    sa.select(*_OFFICE_COLUMNS).select_from(_WITH_HELD).where(t.office.c.id == sa.bindparam("office"))
)
_OFFICE_ENDS: Final = len(_OFFICE_COLUMNS)
_TASK_BEGINS: Final = _OFFICE_ENDS + 3
_KEPT: Final = sa.and_(
    t.operation.c.office_id == t.office.c.id,
    t.operation.c.actor == sa.bindparam("actor"),
    t.operation.c.key == sa.bindparam("key"),
)
_ASKED: Final = sa.and_(t.task.c.office_id == t.office.c.id, t.task.c.id == sa.bindparam("task"))
_MEASURED: Final = sa.exists().where(
    t.indicator.c.office_id == t.office.c.id, t.indicator.c.clause_id == t.task.c.clause_id
)
_OPENING: Final = Statement(
    sa.select(*_OFFICE_COLUMNS, t.operation.c.answer, t.operation.c.asked_sha256, _MEASURED, *_TASK_COLUMNS)
    .select_from(_and_words(_WITH_HELD.outerjoin(t.operation, _KEPT).outerjoin(t.task, _ASKED)))
    .where(t.office.c.id == sa.bindparam("office"))
)
_HELD: Final = sa.and_(
    t.duty.c.office_id == sa.bindparam("office"),
    t.duty.c.person_id == sa.bindparam("person"),
    held_on(sa.bindparam("on", type_=sa.Date())),
)
_POSTS: Final = Statement(sa.select(t.duty.c.role, t.duty.c.unit_id).where(_HELD).order_by(t.duty.c.id))
_PERSON: Final = Statement(
    sa.select(t.person.c.login, t.person.c.name, t.duty.c.role, t.duty.c.unit_id)
    .select_from(t.person.outerjoin(t.duty, _HELD))
    .where(t.person.c.office_id == sa.bindparam("office"), t.person.c.id == sa.bindparam("person"))
    .order_by(t.duty.c.id)
)
_OF_CLAUSE: Final = Statement(
    sa.select(t.responsibility.c.unit_id)
    .where(
        t.responsibility.c.office_id == sa.bindparam("office"),
        t.responsibility.c.clause_id == sa.bindparam("about"),
        t.responsibility.c.ended_at.is_(None),
    )
    .order_by(t.responsibility.c.position)
)
_OF_PROBLEM: Final = Statement(
    sa.select(t.problem_unit.c.unit_id)
    .where(t.problem_unit.c.office_id == sa.bindparam("office"), t.problem_unit.c.problem_id == sa.bindparam("about"))
    .order_by(t.problem_unit.c.position)
)
_TARGETS: Final = Statement(
    sa.select(t.indicator.c.id, t.indicator.c.name, t.indicator.c.unit)
    .where(t.indicator.c.office_id == sa.bindparam("office"), t.indicator.c.clause_id == sa.bindparam("about"))
    .order_by(t.indicator.c.id)
)


_FILING: Final = Statement(
    sa.select(
        t.filing.c.id,
        t.filing.c.check_code,
        t.filing.c.covers,
        sa.exists()
        .where(t.evidence.c.office_id == t.filing.c.office_id, t.evidence.c.filing_id == t.filing.c.id)
        .label("has_evidence"),
    ).where(t.filing.c.office_id == sa.bindparam("office"), t.filing.c.id == sa.bindparam("filing"))
)
_TRAIL: Final = (
    sa.select(t.event.c.object_id, t.event.c.action, t.event.c.detail)
    .where(
        t.event.c.office_id == sa.bindparam("office"),
        t.event.c.object_type == "task",
        t.event.c.result == Result.DONE.value,
    )
    .order_by(t.event.c.seq)
)
_ITS_TRAIL: Final = Statement(_TRAIL.where(t.event.c.object_id == sa.bindparam("task")))


def _task_row(connection: Connection, found: Sequence[Any]) -> TaskRow:
    """A selected row with the version of the flow that it pins."""
    number, office_id, sha256, *others = found
    row = TaskRow(number, office_id, pinned(connection, office_id, sha256), *others)
    if row.problem_id is None:
        return row
    return row._replace(clause_number=_("problem {number}").format(number=row.problem_id))


def load_office(connection: Connection, office_id: int) -> OfficeRow:
    """The office as steps and messages need it."""
    return OfficeRow._make(_OFFICE.first(connection, {"office": office_id}))


def load_task(connection: Connection, office_id: int, task_id: int) -> TaskRow | None:
    """One task with the words needed to speak of it, or None."""
    row = _ONE_TASK.first(connection, {"office": office_id, "task": task_id})
    return _task_row(connection, row) if row else None


class Opening(NamedTuple):
    """What every step begins with, in one look: its office, its task, and what was answered under its key before."""

    office: OfficeRow
    task: TaskRow | None
    answer: dict[str, Any] | None
    #: the digest of what was asked then
    asked_sha256: str
    #: whether its clause has indicators
    measured: bool


def opening(connection: Connection, office_id: int, task_id: int, login: str, key: str) -> Opening:
    """Of a step on a task; ``login`` is whose key it is."""
    row = _OPENING.first(connection, {"office": office_id, "task": task_id, "actor": login, "key": key})
    office, (answer, asked, measured), task = row[:_OFFICE_ENDS], row[_OFFICE_ENDS:_TASK_BEGINS], row[_TASK_BEGINS:]
    there = _task_row(connection, task) if task[0] is not None else None
    return Opening(OfficeRow._make(office), there, answer, asked or "", bool(measured))


def tasks_of(connection: Connection, office_id: int, numbers: Collection[int]) -> list[TaskRow]:
    """The tasks of these numbers, in the order of the notice, problems last."""
    asked = {"office": office_id, "tasks": list(numbers)}
    return [_task_row(connection, row) for row in _THESE_TASKS.rows(connection, asked)] if numbers else []


def load_tasks(
    connection: Connection,
    office_id: int,
    *conditions: Any,
    order: Sequence[Any] = IN_ORDER,
    offset: int = 0,
    limit: int | None = None,
) -> list[TaskRow]:
    """The office's tasks under some conditions, in the order of the notice, problems last, or in another; all or a piece."""
    query = TASK_SELECT.where(t.task.c.office_id == office_id, *conditions)
    if limit is not None:  # which ones they are is found before their words are
        found = _numbers(office_id, conditions).order_by(*order).offset(offset).limit(limit)
        query = TASK_SELECT.where(t.task.c.office_id == office_id, t.task.c.id.in_(found))
    rows = connection.execute(query.order_by(None).order_by(*order)).all()
    return [_task_row(connection, row) for row in rows]


def count_tasks(connection: Connection, office_id: int, *conditions: Any, most: int) -> int:
    """How many there are under some conditions, ``most`` at most."""
    return counted(connection, sa.select(t.task.c.id).where(t.task.c.office_id == office_id, *conditions), most)


def count_stages(connection: Connection, office_id: int, *conditions: Any) -> Counter[Stage]:
    """How many of them stand at each stage."""
    query = sa.select(t.task.c.stage, sa.func.count()).where(t.task.c.office_id == office_id, *conditions)
    query = query.group_by(t.task.c.stage)
    return Counter({Stage(stage): count for stage, count in connection.execute(query)})


def _numbers(office_id: int, conditions: Sequence[Any]) -> Any:
    beside = t.task.outerjoin(t.clause, _same(t.task, "clause_id", t.clause))
    beside = beside.outerjoin(t.period, _same(t.task, "period_id", t.period))
    return sa.select(t.task.c.id).select_from(beside).where(t.task.c.office_id == office_id, *conditions)


def named_units(connection: Connection, task: TaskRow) -> list[int]:
    """The units that the task's clause or problem names, the lead first."""
    query, about = (_OF_CLAUSE, task.clause_id) if task.problem_id is None else (_OF_PROBLEM, task.problem_id)
    return query.scalars(connection, {"office": task.office_id, "about": about})


def units_named(connection: Connection, office_id: int, tasks: Sequence[TaskRow]) -> Callable[[TaskRow], set[int]]:
    """The units that the clause or problem of each of some tasks names, read once for all of them."""
    r, p = t.responsibility.c, t.problem_unit.c
    of_clauses: dict[int | None, set[int]] = {}
    of_problems: dict[int | None, set[int]] = {}
    clauses = {task.clause_id for task in tasks if task.problem_id is None}
    query = sa.select(r.clause_id, r.unit_id).where(
        r.office_id == office_id, r.clause_id.in_(clauses), r.ended_at.is_(None)
    )
    for clause, unit in connection.execute(query) if clauses else ():
        of_clauses.setdefault(clause, set()).add(unit)
    problems = {task.problem_id for task in tasks if task.problem_id is not None}
    query = sa.select(p.problem_id, p.unit_id).where(p.office_id == office_id, p.problem_id.in_(problems))
    for problem, unit in connection.execute(query) if problems else ():
        of_problems.setdefault(problem, set()).add(unit)

    def named(task: TaskRow) -> set[int]:
        known = of_clauses if task.problem_id is None else of_problems
        return known.get(task.clause_id if task.problem_id is None else task.problem_id, set())

    return named


def been(connection: Connection, task: TaskRow) -> frozenset[str]:
    """The states that the task has stood in, by its trail, as its present version calls them."""
    e = t.event.c
    query = sa.select(e.from_state, e.to_state, e.detail).where(
        e.office_id == task.office_id, e.object_type == "task", e.object_id == task.id, e.result == Result.DONE.value
    )
    found = {task.state}
    for row in connection.execute(query.order_by(e.seq)):
        moves = row.detail.get("moves", {})  # of a move to another version
        found = {moves.get(state, state) for state in (*found, row.from_state)} | {row.to_state}
    return frozenset(found)


def takers(connection: Connection, task: TaskRow) -> dict[str, frozenset[int]]:
    """Who took which action in the task's present round, in their own name or another's, by its trail."""
    rows = _ITS_TRAIL.rows(connection, {"office": task.office_id, "task": task.id})
    return _taken(rows, {task.id: task.round}).get(task.id, {})


def takers_of(connection: Connection, office_id: int, tasks: Sequence[TaskRow]) -> dict[int, dict[str, frozenset[int]]]:
    """The same of several tasks, by their numbers; a task on which nobody acted is missing."""
    rounds = {task.id: task.round for task in tasks}
    query = _TRAIL.where(t.event.c.object_id.in_(rounds))
    return _taken(connection.execute(query, {"office": office_id}), rounds)


def _taken(rows: Iterable[Any], rounds: Mapping[int, int]) -> dict[int, dict[str, frozenset[int]]]:
    found: dict[int, dict[str, frozenset[int]]] = {}
    for number, action, detail in rows:
        if detail.get("round") == rounds[number]:
            taken = found.setdefault(number, {})
            taken[action] = taken.get(action, frozenset()) | frozenset(detail.get("people", ()))
    return found


def named_people(connection: Connection, office_id: int, logins: Sequence[str], on: date) -> tuple[Named, ...]:
    """The people of these logins with their duties, in the order given; E-404 for one who is not there."""
    p = t.person.c
    known = {
        row.login: row
        for row in connection.execute(
            sa.select(p.id, p.login, p.name).where(p.office_id == office_id, p.login.in_(logins), p.active)
        )
    }
    for login in logins:
        if login not in known:
            raise not_there(_("Person"), login)
    ordered = [known[login] for login in dict.fromkeys(logins)]
    return tuple(Named(row.id, row.login, row.name, posts_of(connection, office_id, row.id, on)) for row in ordered)


def clause_indicators(connection: Connection, office_id: int, clause_id: int) -> tuple[tuple[int, str, str], ...]:
    """(id, name, unit) of a clause's indicators."""
    return tuple(tuple(row) for row in _TARGETS.rows(connection, {"office": office_id, "about": clause_id}))


def load_filing(connection: Connection, office_id: int, filing_id: int) -> FilingRow | None:
    """A printed form and whether evidence of it is stored, or None."""
    row = _FILING.first(connection, {"office": office_id, "filing": filing_id})
    if row is None:
        return None
    covers = tuple((int(task), int(number), str(sha)) for task, number, sha in row.covers)
    return FilingRow(row.id, row.check_code, covers, row.has_evidence)


def load_actor(connection: Connection, office_id: int, person_id: int, on: date, *, source: str = "cli") -> Actor:
    """A person with the duties in force on a Shanghai day."""
    rows = _PERSON.rows(connection, {"office": office_id, "person": person_id, "on": on})
    return Actor(person_id, rows[0].login, rows[0].name, posts(rows), source=source)


def posts(rows: Iterable[Any]) -> tuple[Post, ...]:
    """The duties among the rows of a person who may hold none."""
    return tuple(Post(Role(row.role), row.unit_id) for row in rows if row.role is not None)


def load_substitute(connection: Connection, office_id: int, actor: Actor, absent_login: str, on: date) -> Actor | None:
    """The actor acting in an absent person's name, or None when no absence names them that day."""
    query = (
        sa.select(t.person.c.id, t.person.c.name, t.person.c.login)
        .join(t.absence, sa.and_(t.absence.c.office_id == t.person.c.office_id, t.absence.c.person_id == t.person.c.id))
        .where(
            t.person.c.office_id == office_id,
            t.person.c.login == absent_login,
            t.absence.c.substitute_id == actor.person_id,
            t.absence.c.from_on <= on,
            t.absence.c.to_on >= on,
        )
    )
    absent = connection.execute(query).first()
    if absent is None:
        return None
    theirs = posts_of(connection, office_id, absent.id, on)
    return Actor(actor.person_id, actor.login, actor.name, theirs, absent.id, absent.name, actor.source)


def posts_of(connection: Connection, office_id: int, person_id: int, on: date) -> tuple[Post, ...]:
    """The duties a person holds on a day."""
    return posts(_POSTS.rows(connection, {"office": office_id, "person": person_id, "on": on}))
