"""Loading what a decision needs: tasks, filings and actors as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.states import PeriodState, Role, TaskState
from workflow.case import Actor, FilingRow, Post, TaskRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.engine import Connection, RowMapping

_TASK_COLUMNS = (
    t.task.c.id,
    t.task.c.office_id,
    t.task.c.period_id,
    t.task.c.clause_id,
    t.task.c.unit_id,
    t.task.c.state,
    t.task.c.round,
    t.task.c.version,
    t.task.c.due_on,
    t.task.c.due_revision,
    t.task.c.received_at,
    t.task.c.report_number,
    t.task.c.filed_by,
    t.task.c.signed_by,
    t.task.c.late_days,
    sa.func.coalesce(t.report.c.content_sha256, "").label("report_sha256"),
    t.clause.c.number.label("clause_number"),
    t.unit.c.name.label("unit_name"),
    t.period.c.month,
    (t.period.c.state == PeriodState.CLOSED.value).label("month_closed"),
)


def _same(left: sa.Table, column: str, right: sa.Table) -> Any:
    return sa.and_(left.c.office_id == right.c.office_id, left.c[column] == right.c.id)


TASK_SELECT = (
    sa.select(*_TASK_COLUMNS)
    .select_from(
        t.task.join(t.clause, _same(t.task, "clause_id", t.clause))
        .join(t.unit, _same(t.task, "unit_id", t.unit))
        .join(t.period, _same(t.task, "period_id", t.period))
        .outerjoin(
            t.report,
            sa.and_(
                t.report.c.office_id == t.task.c.office_id,
                t.report.c.task_id == t.task.c.id,
                t.report.c.number == t.task.c.report_number,
            ),
        )
    )
    .order_by(t.clause.c.position, t.task.c.id)
)
_ONE_TASK = TASK_SELECT.where(t.task.c.office_id == sa.bindparam("office"), t.task.c.id == sa.bindparam("task"))


def task_row(row: RowMapping) -> TaskRow:
    """A selected row as a ``TaskRow``."""
    return TaskRow(**{**row, "state": TaskState(row["state"]), "month_closed": bool(row["month_closed"])})


def load_task(connection: Connection, office_id: int, task_id: int) -> TaskRow | None:
    """One task with the words needed to speak of it, or None."""
    row = connection.execute(_ONE_TASK, {"office": office_id, "task": task_id}).mappings().first()
    return task_row(row) if row else None


def load_tasks(connection: Connection, office_id: int, *conditions: Any) -> list[TaskRow]:
    """The office's tasks under some conditions, in the order of the notice."""
    query = TASK_SELECT.where(t.task.c.office_id == office_id, *conditions)
    return [task_row(row) for row in connection.execute(query).mappings()]


def named_units(connection: Connection, office_id: int, clause_id: int) -> list[int]:
    """The units a clause names, the lead first."""
    query = (
        sa.select(t.responsibility.c.unit_id)
        .where(
            t.responsibility.c.office_id == office_id,
            t.responsibility.c.clause_id == clause_id,
            t.responsibility.c.ended_at.is_(None),
        )
        .order_by(t.responsibility.c.position)
    )
    return list(connection.scalars(query))


def clause_indicators(connection: Connection, office_id: int, clause_id: int) -> tuple[tuple[int, str, str], ...]:
    """(id, name, unit) of a clause's indicators."""
    query = (
        sa.select(t.indicator.c.id, t.indicator.c.name, t.indicator.c.unit)
        .where(t.indicator.c.office_id == office_id, t.indicator.c.clause_id == clause_id)
        .order_by(t.indicator.c.id)
    )
    return tuple((row.id, row.name, row.unit) for row in connection.execute(query))


def load_filing(connection: Connection, office_id: int, filing_id: int) -> FilingRow | None:
    """A printed form and whether evidence of it is stored, or None."""
    row = (
        connection.execute(
            sa.select(t.filing.c.id, t.filing.c.check_code, t.filing.c.covers).where(
                t.filing.c.office_id == office_id, t.filing.c.id == filing_id
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    stored = connection.scalar(
        sa.select(sa.func.count())
        .select_from(t.evidence)
        .where(t.evidence.c.office_id == office_id, t.evidence.c.filing_id == filing_id)
    )
    covers = tuple((int(task), int(number), str(sha)) for task, number, sha in row["covers"])
    return FilingRow(row["id"], row["check_code"], covers, bool(stored))


def load_actor(connection: Connection, office_id: int, person_id: int, on: date, *, source: str = "cli") -> Actor:
    """A person with the duties in force on a Shanghai day."""
    row = connection.execute(
        sa.select(t.person.c.login, t.person.c.name).where(
            t.person.c.office_id == office_id, t.person.c.id == person_id
        )
    ).one()
    return Actor(person_id, row.login, row.name, posts_of(connection, office_id, person_id, on), source=source)


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
    posts = posts_of(connection, office_id, absent.id, on)
    return Actor(actor.person_id, actor.login, actor.name, posts, absent.id, absent.name, actor.source)


def posts_of(connection: Connection, office_id: int, person_id: int, on: date) -> tuple[Post, ...]:
    """The duties a person holds on a day."""
    duty = t.duty.c
    query = (
        sa.select(duty.role, duty.unit_id)
        .where(
            duty.office_id == office_id,
            duty.person_id == person_id,
            duty.valid_from <= on,
            duty.valid_to.is_(None) | (duty.valid_to >= on),
        )
        .order_by(duty.id)
    )
    found: Sequence[Any] = connection.execute(query).all()
    return tuple(Post(Role(row.role), row.unit_id) for row in found)
