"""Making it happen: one action on one task, or a batch of them.

Each step is: what the actor may see, may do and saw last; the machine with its guards; the effects; the event; and a
compare-and-swap on (state, version). All in one transaction, in plain SQL. Source: design sections 4 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.errors import Conflict, Denied, DubanError, Refused
from models.language import _
from models.states import Action, TaskState
from models.times import shown
from workflow import audit, cases, permissions
from workflow.case import Case, Given
from workflow.effects import EFFECTS, Work, report_digest
from workflow.law import LAW, final_states
from workflow.machine import fire
from workflow.operation import answered, keep_answer, perform, record_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from workflow.case import Actor, TaskRow
    from workflow.law import Step


@dataclass(frozen=True, slots=True)
class Command:
    """What an actor asks for: an action on a task as they last saw it (``version``; None = as it is now)."""

    action: Action
    task_id: int
    version: int | None = None
    given: Given = field(default_factory=Given)
    operation_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended for one task."""

    task_id: int
    action: Action
    state: TaskState
    version: int
    refusal: DubanError | None = None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json`` and for the kept answer."""
        made: dict[str, Any] = {
            "task_id": self.task_id,
            "action": self.action.value,
            "state": self.state.value,
            "version": self.version,
        }
        return made if self.refusal is None else {**made, "refused": self.refusal.as_dict()}


def act(database: Database, office_id: int, actor: Actor, command: Command, now: datetime) -> Outcome:
    """One action on one task, whole or not at all; a repeat with the same operation id gets the first answer."""

    def work(connection: Connection) -> Outcome:
        if command.operation_id:
            first = answered(connection, office_id, actor, command.operation_id)
            if first is not None:
                return Outcome(first["task_id"], Action(first["action"]), TaskState(first["state"]), first["version"])
        outcome = apply(connection, office_id, actor, command, now)
        if command.operation_id:
            keep_answer(connection, office_id, actor, command.operation_id, outcome.as_dict(), now)
        return outcome

    return perform(database, office_id, actor, f"task.{command.action.value}", work, now)


def act_on_many(
    database: Database,
    office_id: int,
    actor: Actor,
    commands: Sequence[Command],
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """A batch, item by item: what is right is kept, each refusal is reported; a dry run keeps nothing."""
    outcomes: list[Outcome] = []
    with database.write(office_id) as connection:
        whole = connection.begin_nested()
        for command in commands:
            outcomes.append(_one_of_many(connection, office_id, actor, command, now))
            progress(outcomes[-1])
        if dry_run:
            whole.rollback()
        else:
            whole.commit()
    return outcomes


def _one_of_many(connection: Connection, office_id: int, actor: Actor, command: Command, now: datetime) -> Outcome:
    saved = connection.begin_nested()
    try:
        outcome = apply(connection, office_id, actor, command, now)
    except DubanError as refusal:
        saved.rollback()
        record_refusal(connection, office_id, actor, f"task.{command.action.value}", refusal, now)
        task = cases.load_task(connection, office_id, command.task_id)
        state, version = (task.state, task.version) if task else (TaskState.ASSIGNED, 0)
        return Outcome(command.task_id, command.action, state, version, refusal)
    saved.commit()
    return outcome


def apply(connection: Connection, office_id: int, actor: Actor, command: Command, now: datetime) -> Outcome:
    """The step inside a transaction the caller holds; raises the refusal."""
    task = visible_task(connection, office_id, actor, command.task_id)
    case = _case(connection, actor, command, task, now)
    role = _permitted(actor, command.action, task)
    still_open(task)
    if command.version is not None and command.version != task.version:
        raise stale(connection, task)
    step = fire(case)
    changes: dict[str, Any] = {}
    for name in step.effects:
        changes |= EFFECTS[name](Work(connection, case, step))
    _record(connection, case, step, role, command.operation_id)
    final = step.dest in final_states()
    swapped = connection.execute(
        sa.update(t.task)
        .where(
            t.task.c.office_id == office_id,
            t.task.c.id == task.id,
            t.task.c.version == task.version,
            t.task.c.state == task.state.value,
        )
        .values(state=step.dest.value, version=task.version + 1, next_due_at=None if final else now, **changes)
    )
    if swapped.rowcount != 1:
        raise stale(connection, task)
    return Outcome(task.id, command.action, step.dest, task.version + 1)


def still_open(task: TaskRow) -> None:
    """A closed month is on record: nothing in it moves any more."""
    if task.month_closed:
        raise Refused(
            "E-S23",
            _("The month {month} is closed; its tasks stay as they are, on record.").format(month=task.month),
            where=_("task {id}").format(id=task.id),
            remedy=_("Report it with the next month."),
        )


def visible_task(connection: Connection, office_id: int, actor: Actor, task_id: int) -> TaskRow:
    """The task, if it exists for this actor; E-404 in the same words otherwise."""
    task = cases.load_task(connection, office_id, task_id)
    if task is None:
        raise permissions.not_there(_("Task"), task_id)
    related = permissions.relation(actor, task.unit_id, cases.named_units(connection, office_id, task.clause_id))
    if not permissions.may_see_task(actor, related, task.state):
        raise permissions.not_there(_("Task"), task_id)
    return task


def _permitted(actor: Actor, action: Action, task: TaskRow) -> str:
    """The role by which the actor may take the action on this task; refused before anything is done."""
    rows: list[Step] = [step for step in LAW if step.action is action]
    for step in rows:
        role = permissions.acting_role(actor, step, task.unit_id)
        if role is not None:
            return role.value
    roles = {role for step in rows for role in step.roles}
    raise Denied(
        "E-403",
        _("You may not “{action}” this task.").format(action=action.label),
        where=_("task {id} · {unit}").format(id=task.id, unit=task.unit_name),
        remedy=permissions.needed(roles, elsewhere=actor.holds(*roles)),
        offered=list(dict.fromkeys(step.action.value for step in permissions.offered(actor, task.unit_id, task.state))),
    )


def _case(connection: Connection, actor: Actor, command: Command, task: TaskRow, now: datetime) -> Case:
    office_id = task.office_id
    four_eyes = connection.scalar(sa.select(t.office.c.four_eyes).where(t.office.c.id == office_id))
    filing = command.given.filing_id
    return Case(
        action=command.action,
        task=task,
        actor=actor,
        given=command.given,
        now=now,
        state=task.state.value,
        four_eyes=bool(four_eyes),
        filing=cases.load_filing(connection, office_id, filing) if filing else None,
        indicators=cases.clause_indicators(connection, office_id, task.clause_id)
        if command.action is Action.REPORT
        else (),
    )


def _record(connection: Connection, case: Case, step: Step, role: str, operation_id: str) -> None:
    task = case.task
    detail: dict[str, Any] = {"round": task.round}
    if case.action is Action.REPORT:
        detail |= {"report": task.report_number + 1, "sha256": report_digest(case)}
    if case.filing is not None:
        detail |= {"filing": case.filing.id, "signer": case.given.signer, "seal": case.given.seal}
    if case.given.refile_on is not None:
        detail["refile_on"] = case.given.refile_on.isoformat()
    if not case.four_eyes and case.action is Action.APPROVE:
        detail["four_eyes"] = "waived by the office"
    entry = audit.Entry(
        action=case.action.value,
        object_type="task",
        object_id=task.id,
        version=task.version + 1,
        from_state=task.state.value,
        to_state=step.dest.value,
        reason=case.given.reason,
        unit=task.unit_name,
        role=role,
        detail=detail,
        operation_id=operation_id,
    )
    audit.append(connection, task.office_id, case.actor, entry, case.now)


def stale(connection: Connection, task: TaskRow) -> Conflict:
    """Who changed the task first and when; the loser's words stay on their side."""
    last = (
        connection.execute(
            sa.select(t.event)
            .where(
                t.event.c.office_id == task.office_id,
                t.event.c.object_type == "task",
                t.event.c.object_id == task.id,
                t.event.c.result == "done",
            )
            .order_by(t.event.c.seq.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    who, when, what = (
        (last["actor_name"], shown(last["at"]), Action(last["action"]).label)
        if last and last["action"] in set(Action)
        else ("", "", "")
    )
    return Conflict(
        "E-409",
        _("{who} acted on this task at {when} (“{action}”), before you.").format(who=who, when=when, action=what),
        where=_("task {id}, version {version}").format(id=task.id, version=task.version),
        remedy=_("Nothing of yours was changed. Look at the task again, then decide."),
        by=who,
        at=when,
        version=task.version,
        state=task.state.value,
    )
