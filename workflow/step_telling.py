"""Whom a step tells: the messages a flow names under ``tells`` and ``asks``, queued in the step's transaction.

``tells`` is news and stays; ``asks`` asks somebody to act, and is dropped when the task has moved on before it is
sent (``reliability.md`` I7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.states import UNIT_ROLES, Role
from models.times import local_date
from workflow import panels, telling, wording

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from workflow.case import Case, TaskRow
    from workflow.flow import Step


def tell(connection: Connection, case: Case, step: Step, after: TaskRow) -> None:
    """Queue what the step has to say; ``after`` is the task as it stands when the step is done."""
    said = [*((to, event, ()) for to, event in step.tells), *((to, event, (step.dest,)) for to, event in step.asks)]
    if not said:
        return
    fields = wording.fields(
        case.office,
        [after],
        case.now,
        actor_name=case.actor.name,
        reason=case.given.reason,
        new_due_on=case.given.refile_on,
        detail=case.given.found,
    )
    for to, event, while_states in said:
        for person in _people(connection, case, after, to):
            told = telling.Telling(
                event=event,
                recipient_id=person,
                key=f"task {after.id} version {after.version}",
                fields=fields,
                about=((after.id, after.round, after.due_revision),),
                while_states=while_states,
                joins=True,
            )
            telling.say(connection, case.office, told, case.now)


def _people(connection: Connection, case: Case, after: TaskRow, to: str) -> list[int]:
    """The people a word of the flow stands for."""
    if to == "named":
        return [person.person_id for person in case.people]
    if to == "seats":
        return panels.next_to_sign(connection, after)
    if to == "returner":
        return [case.task.returner_id] if case.task.returner_id is not None else []
    role = Role(to)
    unit = after.unit_id if role in UNIT_ROLES else None
    return telling.people_with(connection, after.office_id, (role,), local_date(case.now), unit_id=unit)
