"""Who has seen a task: copies for information 抄送 with their receipt 已阅, and openings that end the taking back 拿回."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.states import Result
from workflow import audit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, Named, TaskRow


def send_copies(connection: Connection, task: TaskRow, people: Iterable[Named], sender: int, now: datetime) -> None:
    """Show the task to people for information; a second copy to the same person is the first one."""
    known = {row.person_id for row in copies(connection, task.office_id, task.id)}
    for person in people:
        if person.person_id not in known:
            insert(
                connection, t.copy, task.office_id, task_id=task.id, person_id=person.person_id, sent_by=sender,
                sent_at=now,
            )  # fmt: skip


def copies(connection: Connection, office_id: int, task_id: int) -> list[sa.Row[tuple[int, str, datetime, datetime]]]:
    """Who was shown the task, when, and when they read it (None = not yet)."""
    c, p = t.copy.c, t.person.c
    query = (
        sa.select(c.person_id, p.name, c.sent_at, c.read_at)
        .join(t.person, sa.and_(p.office_id == c.office_id, p.id == c.person_id))
        .where(c.office_id == office_id, c.task_id == task_id)
        .order_by(c.id)
    )
    return list(connection.execute(query))


def copied_to(connection: Connection, office_id: int, person_id: int) -> frozenset[int]:
    """The tasks that a person was shown."""
    c = t.copy.c
    return frozenset(connection.scalars(sa.select(c.task_id).where(c.office_id == office_id, c.person_id == person_id)))


def readers(connection: Connection, task: TaskRow, but: frozenset[int]) -> tuple[str, ...]:
    """Who of those that may act next has opened the task since it came to its state, but for the actor."""
    r, p = t.reading.c, t.person.c
    query = (
        sa.select(p.name)
        .join(t.person, sa.and_(p.office_id == r.office_id, p.id == r.person_id))
        .where(r.office_id == task.office_id, r.task_id == task.id, r.entered_at == task.entered_at)
        .where(r.person_id.not_in(but))
        .order_by(r.id)
    )
    return tuple(connection.scalars(query))


def unnoted(connection: Connection, actor: Actor, task: TaskRow, *, acts_next: bool) -> bool:
    """Whether opening the task now would leave something to note: a copy not yet read, a first look."""
    c, r = t.copy.c, t.reading.c
    unread = connection.scalar(
        sa.select(c.id).where(
            c.office_id == task.office_id, c.task_id == task.id, c.person_id == actor.person_id, c.read_at.is_(None)
        )
    )
    if unread is not None:
        return True
    seen = connection.scalar(
        sa.select(r.id).where(
            r.office_id == task.office_id,
            r.task_id == task.id,
            r.person_id == actor.person_id,
            r.entered_at == task.entered_at,
        )
    )
    return acts_next and seen is None


def note(connection: Connection, actor: Actor, task: TaskRow, now: datetime, *, acts_next: bool) -> None:
    """Opening a task is the receipt of a copy, and ends the taking back for whoever handed it on."""
    c = t.copy.c
    receipt = (
        sa.update(t.copy)
        .where(c.office_id == task.office_id, c.task_id == task.id, c.person_id == actor.person_id, c.read_at.is_(None))
        .values(read_at=now)
    )
    if connection.execute(receipt).rowcount:
        entry = audit.Entry("copy.read", "copy", task.id, result=Result.DONE, unit=task.unit_name)
        audit.append(connection, task.office_id, actor, entry, now)
    if acts_next and unnoted(connection, actor, task, acts_next=True):
        insert(
            connection, t.reading, task.office_id, task_id=task.id, person_id=actor.person_id,
            entered_at=task.entered_at, read_at=now,
        )  # fmt: skip
