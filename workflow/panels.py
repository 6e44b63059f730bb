"""Panels 会签 and 或签: the seats of those who have to sign in a state, made when a task enters it.

Source: the operations a Chinese office expects by name (会签 in any or a given order, 或签). A seat is a person's, so
that it shows who is still missing; a substitute signs in the absent person's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import Refused
from models.language import _, listed
from models.states import UNIT_ROLES
from models.times import local_date
from workflow import cases
from workflow.case import SeatRow
from workflow.flow import MY_TURN
from workflow.given import about
from workflow.telling import people_with

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Case, TaskRow
    from workflow.flow import Step, Who


def sitting(connection: Connection, task: TaskRow) -> tuple[SeatRow, ...]:
    """The seats of the panel that sits for the task now, in their order; empty where its state has none."""
    if task.flow.by_name[task.state].panel is None:
        return ()
    s, p = t.seat.c, t.person.c
    query = (
        sa.select(s.id, s.position, s.person_id, p.name, s.signed_at.is_not(None).label("signed"))
        .join(t.person, sa.and_(p.office_id == s.office_id, p.id == s.person_id))
        .where(s.office_id == task.office_id, s.task_id == task.id, s.state == task.state, s.closed_at.is_(None))
        .where(s.sitting == _last_sitting(connection, task))
        .order_by(s.position)
    )
    return tuple(SeatRow(*row) for row in connection.execute(query))


def convene(connection: Connection, case: Case, step: Step, task: TaskRow) -> None:
    """Seat the panel of the state that a step leads to; ``task`` is the task as it will stand there.

    Whom the actor names sits, in that order; otherwise everybody with the duty. Raises E-S39 and E-S40.
    """
    panel = task.flow.by_name[step.dest].panel
    if panel is None or step.dest == case.task.state:
        return
    barred = _barred(connection, case, step)
    held = [person for who in panel.seats for person in _holders(connection, who, task, case)]
    eligible = [person for person in dict.fromkeys(held) if person not in barred]
    chosen = [person.person_id for person in case.people] or eligible
    strangers = [person.name for person in case.people if person.person_id not in eligible]
    if strangers:
        raise Refused(
            "E-S39",
            _("{names} may not sign here.").format(names=listed(strangers)),
            where=about(case.task),
            remedy=_("Name people who hold the duty and did not file it, or name nobody to ask all of them."),
        )
    if not chosen:
        raise Refused(
            "E-S40",
            _("There is nobody who could sign at “{state}”.").format(state=task.flow.state_label(step.dest)),
            where=about(case.task),
            remedy=_("The security administrator grants the duty: duban person grant"),
        )
    number = _last_sitting(connection, task) + 1
    for position, person in enumerate(dict.fromkeys(chosen)):
        insert(
            connection, t.seat, task.office_id, task_id=task.id, round=task.round, state=step.dest, sitting=number,
            position=position, person_id=person,
        )  # fmt: skip


def sign(connection: Connection, case: Case) -> None:
    """Take the actor's seat."""
    seat = next(seat for seat in case.seats if seat.person_id in case.actor.people and not seat.signed)
    connection.execute(
        sa.update(t.seat)
        .where(t.seat.c.office_id == case.task.office_id, t.seat.c.id == seat.id)
        .values(signed_at=case.now, signed_by=case.actor.person_id)
    )


def dissolve(connection: Connection, task: TaskRow, now: datetime) -> None:
    """The task has left the state: seats that are still empty are closed, on record."""
    if task.flow.by_name[task.state].panel is None:
        return  # nobody ever sat there
    s = t.seat.c
    connection.execute(
        sa.update(t.seat)
        .where(s.office_id == task.office_id, s.task_id == task.id, s.signed_at.is_(None), s.closed_at.is_(None))
        .values(closed_at=now)
    )


def next_to_sign(connection: Connection, task: TaskRow) -> list[int]:
    """Whose signature is asked for now: everybody's that is missing, or the next one's where the order is given."""
    panel = task.flow.by_name[task.state].panel
    missing = [seat.person_id for seat in sitting(connection, task) if not seat.signed]
    return missing[:1] if panel is not None and panel.order == "given" else missing


def _barred(connection: Connection, case: Case, step: Step) -> frozenset[int]:
    """Whom four eyes keep from signing in the state that a step leads to: they would sit there and could not sign."""
    signing = [one for one in case.task.flow.steps_from(step.dest) if MY_TURN in one.guards]
    kept_out = {action for one in signing for action in one.four_eyes}
    if not kept_out or not case.office.four_eyes:
        return frozenset()
    taken = cases.takers(connection, case.task)
    mine = case.actor.people if case.action in kept_out else frozenset()
    return mine.union(*(taken.get(action, frozenset()) for action in kept_out))


def _holders(connection: Connection, who: Who, task: TaskRow, case: Case) -> list[int]:
    day = local_date(case.now)
    if who.role not in UNIT_ROLES:
        return people_with(connection, task.office_id, (who.role,), day)
    units = sorted(case.co_units) if who.relation.value == "co" else [task.unit_id]
    return [
        person for unit in units for person in people_with(connection, task.office_id, (who.role,), day, unit_id=unit)
    ]


def _last_sitting(connection: Connection, task: TaskRow) -> int:
    s = t.seat.c
    query = sa.select(sa.func.max(s.sitting)).where(s.office_id == task.office_id, s.task_id == task.id)
    return connection.scalar(query) or 0
