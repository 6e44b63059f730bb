"""Making it happen: one action on one task, or a batch of them.

Each step is: what the actor may see, may do and saw last; the machine with its guards; the effects; the event; and a
compare-and-swap on (state, version). All in one transaction, in plain SQL. Source: design sections 4 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import labels
from models import tables as t
from models.canonical import fingerprint
from models.database import apart
from models.errors import Conflict, Denied, DubanError, NotFound, Refused
from models.language import _, listed
from models.postgres import take_turn
from models.times import local_date
from workflow import audit, cases, panels, permissions, readings, telling
from workflow.case import Case, Given
from workflow.effects import EFFECTS, Work, report_digest
from workflow.flow import MY_TURN
from workflow.given import about, heed
from workflow.machine import fire
from workflow.operation import keep_answer, keep_denials, perform, record_refusal, refuse_another
from workflow.step_telling import tell
from workflow.swapping import swapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.states import Role
    from workflow.case import Actor, TaskRow
    from workflow.flow import Step


@dataclass(frozen=True, slots=True)
class Command:
    """What an actor asks for: an action on a task as they last saw it (``version``; None = as it is now)."""

    action: str
    task_id: int
    version: int | None = None
    given: Given = field(default_factory=Given)
    operation_id: str = ""

    @property
    def digest(self) -> str:
        """What is asked, so that a repeat is told from another command under the same key."""
        return fingerprint([str(self.action), self.task_id, self.version, str(self.given)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended for one task."""

    task_id: int
    action: str
    #: the state by its name in the task's flow, and as people call it
    state: str
    version: int
    state_label: str = ""
    action_label: str = ""
    refusal: DubanError | None = None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json`` and for the kept answer."""
        made: dict[str, Any] = {
            "task_id": self.task_id,
            "action": str(self.action),
            "state": self.state,
            "version": self.version,
        }
        return made if self.refusal is None else {**made, "refused": self.refusal.as_dict()}


def act(database: Database, office_id: int, actor: Actor, command: Command, now: datetime) -> Outcome:
    """One action on one task, whole or not at all; a repeat with the same operation id gets the first answer."""

    def work(connection: Connection) -> Outcome:
        return _once(connection, office_id, actor, command, now)

    return perform(database, office_id, actor, f"task.{command.action}", work, now, task_id=command.task_id)


def _once(connection: Connection, office_id: int, actor: Actor, command: Command, now: datetime) -> Outcome:
    key = command.operation_id
    found = cases.opening(connection, office_id, command.task_id, actor.login, key)
    asked = command.digest if key else ""
    if found.answer is not None:
        refuse_another(key, asked, found.asked_sha256)
        return _again(connection, office_id, found.answer)
    outcome = _apply(connection, found, actor, command, now)
    if key:
        keep_answer(connection, office_id, actor, key, outcome.as_dict(), now, asked)
    return outcome


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
    """A batch, item by item: what is right is kept, each refusal is reported; a dry run keeps nothing but denials.

    A repeat of a command with the same operation id gets the first answer here, too.
    """
    outcomes: list[Outcome] = []
    with database.write(office_id) as connection:
        whole = connection.begin_nested()
        with telling.gathered(connection, now) as said:
            for command in commands:
                outcomes.append(_one_of_many(connection, office_id, actor, command, now, said))
                progress(outcomes[-1])
        if dry_run:
            whole.rollback()
            tried = [(f"task.{one.action}", one.refusal) for one in outcomes if one.refusal is not None]
            keep_denials(connection, office_id, actor, tried, now)
        else:
            whole.commit()
    return outcomes


def _one_of_many(
    connection: Connection, office_id: int, actor: Actor, command: Command, now: datetime, said: telling.Gathered
) -> Outcome:
    try:
        with apart(connection), said.part():
            return _once(connection, office_id, actor, command, now)
    except DubanError as refusal:
        record_refusal(connection, office_id, actor, f"task.{command.action}", refusal, now)
        hidden = isinstance(refusal, NotFound)  # how a task stands that is not there for this actor is not said either
        task = None if hidden else cases.load_task(connection, office_id, command.task_id)
        seen = (task.state, task.version, task.state_label) if task else ("", 0, "")
        return Outcome(command.task_id, command.action, *seen, refusal=refusal)


def _again(connection: Connection, office_id: int, first: dict[str, Any]) -> Outcome:
    """The first answer to a command that is repeated."""
    task = cases.load_task(connection, office_id, first["task_id"])
    words = (task.flow.state_label(first["state"]), task.flow.action_label(first["action"])) if task else ("", "")
    return Outcome(first["task_id"], first["action"], first["state"], first["version"], *words)


def apply(connection: Connection, office_id: int, actor: Actor, command: Command, now: datetime) -> Outcome:
    """The step inside a transaction the caller holds; raises the refusal."""
    found = cases.opening(connection, office_id, command.task_id, actor.login, "")
    return _apply(connection, found, actor, command, now)


def _apply(connection: Connection, found: cases.Opening, actor: Actor, command: Command, now: datetime) -> Outcome:
    task, co_units = _visible(connection, actor, command.task_id, found.task)
    role = _permitted(actor, command.action, task, co_units)
    still_open(connection, task)
    if command.version is not None and command.version != task.version:
        raise stale(connection, task, command.version)
    _not_forwarded(connection, actor, command.action, role, task, now)
    case = _case(connection, found, actor, command, task, co_units, now)
    step = _fire(connection, case)
    taken_as = permissions.acting_role(actor, step, task.unit_id, co_units)
    if taken_as is None:  # of several rows of the action here the one that applies is for another duty
        raise _denied(actor, command.action, task, co_units)
    heed(case, step)
    take_turn(connection, task.office_id)
    after, changes = _carry_out(connection, case, step)
    _record(connection, case, step, taken_as, command.operation_id)
    if not swapped(connection, task, after, changes, now):
        raise stale(connection, task)
    label = task.flow.action_label(command.action)
    return Outcome(task.id, command.action, after.state, after.version, after.state_label, label)


def _fire(connection: Connection, case: Case) -> Step:
    """The step; a refusal says who led the task to where nothing of the kind is possible, and when."""
    try:
        return fire(case)
    except Refused as refusal:
        last = audit.first(connection, case.task.office_id, "task", case.task.id)
        if "offered" not in refusal.fields or not last.who:
            raise
        said = _("{who}, {when}: “{action}”").format(
            who=last.who, when=last.when, action=_called(case.task, last.action)
        )
        fields = {**refusal.fields, "by": last.who, "at": last.when}
        where = f"{refusal.where} · {said}"
        raise Refused(refusal.code, refusal.what, where=where, remedy=refusal.remedy, **fields) from None


def _carry_out(connection: Connection, case: Case, step: Step) -> tuple[TaskRow, dict[str, Any]]:
    """Everything the step does: its effects, its panel, its messages. Returns the task as it will stand, and its columns."""
    task = case.task
    moved = step.dest != task.state
    changes: dict[str, Any] = {"entered_at": case.now, "handler_id": None} if moved else {}
    for name in step.effects:
        changes |= EFFECTS[name](Work(connection, case, step))
    ours = {name: changes[name] for name in ("round", "due_on", "due_revision", "entered_at") if name in changes}
    after = task._replace(state=step.dest, version=task.version + 1, **ours)
    if moved:
        panels.dissolve(connection, task, case.now)
        panels.convene(connection, case, step, after)
    tell(connection, case, step, after)
    return after, changes


def still_open(connection: Connection, task: TaskRow) -> None:
    """A closed month is on record: nothing in it moves any more."""
    if task.month_closed:
        closed = audit.first(connection, task.office_id, "period", task.period_id or 0, "period.close")
        raise Refused(
            "E-S23",
            _("The month {month} is closed ({who}, {when}); its tasks stay as they are, on record.").format(
                month=task.month, who=closed.who or "–", when=closed.when or "–"
            ),
            where=_("task {id}").format(id=task.id),
            remedy=_("Report it with the next month."),
            by=closed.who,
            at=closed.when,
        )


def visible_task(connection: Connection, office_id: int, actor: Actor, task_id: int) -> tuple[TaskRow, frozenset[int]]:
    """The task and its co-named units, if it exists for this actor; E-404 in the same words otherwise.

    The units are read where they make a difference: to an actor of another unit, or in a flow that speaks of them.
    """
    return _visible(connection, actor, task_id, cases.load_task(connection, office_id, task_id))


def _visible(connection: Connection, actor: Actor, number: int, task: TaskRow | None) -> tuple[TaskRow, frozenset[int]]:
    if task is None:
        raise permissions.not_there(_("Task"), number)
    elsewhere = actor.units() - {task.unit_id}
    units = cases.named_units(connection, task) if elsewhere or task.flow.asks_co_named else []
    related = permissions.relation(actor, task.unit_id, units)
    if not permissions.may_see_task(actor, related, task):
        copied = number in readings.copied_to(connection, task.office_id, actor.person_id)
        if not permissions.may_see_task(actor, related, task, copied=copied):
            raise permissions.not_there(_("Task"), number)
    return task, frozenset(units) - {task.unit_id}


def _permitted(actor: Actor, action: str, task: TaskRow, co_units: frozenset[int]) -> Role:
    """The role by which the actor may take the action on this task; refused before anything is done."""
    rows = task.flow.steps_of(action)
    if not rows:
        raise Refused(
            "E-S45",
            _("The flow “{flow}” has no action “{action}”.").format(flow=task.flow.title.here, action=action),
            where=about(task),
            remedy=_("Its actions: {names}").format(
                names=listed(f"{name} {label.here}" for name, label in task.flow.actions.items())
            ),
        )
    # the rows that lead on from here count: the same action may be for other duties elsewhere
    here = [step for step in rows if task.state in step.sources] or rows
    for step in here:
        role = permissions.acting_role(actor, step, task.unit_id, co_units)
        if role is not None:
            return role
    raise _denied(actor, action, task, co_units)


def _denied(actor: Actor, action: str, task: TaskRow, co_units: frozenset[int]) -> Denied:
    """The refusal of an action that is not granted, naming what is."""
    rows = task.flow.steps_of(action)
    here = [step for step in rows if task.state in step.sources] or rows
    roles = {role for step in here for role in step.roles}
    offered = permissions.offered(actor, task, co_units)
    return Denied(
        "E-403",
        _("You may not “{action}” this task.").format(action=task.flow.action_label(action)),
        where=_("task {id} · {unit}").format(id=task.id, unit=task.unit_name),
        remedy=permissions.needed(roles, elsewhere=actor.holds(*roles)),
        offered=list(dict.fromkeys(step.action for step in offered)),
    )


def _not_forwarded(connection: Connection, actor: Actor, action: str, role: Role, task: TaskRow, now: datetime) -> None:
    """A task that was forwarded 转办 waits for that person: the others with the same duty do not go on with it."""
    onward = [step for step in task.flow.onward(task.state) if step.action == action and MY_TURN not in step.guards]
    if task.handler_id is None or task.handler_id in actor.people or not onward:
        return
    posts = cases.posts_of(connection, task.office_id, task.handler_id, local_date(now))
    if any(post.role is role for post in posts):
        name = connection.scalar(
            sa.select(t.person.c.name).where(t.person.c.office_id == task.office_id, t.person.c.id == task.handler_id)
        )
        raise Refused(
            "E-S42",
            _("This task was forwarded to {name}.").format(name=name),
            where=about(task),
            remedy=_("Ask {name}, or forward it anew to whoever is to go on with it.").format(name=name),
        )


def _case(
    connection: Connection,
    found: cases.Opening,
    actor: Actor,
    command: Command,
    task: TaskRow,
    co_units: frozenset[int],
    now: datetime,
) -> Case:
    steps = [step for step in task.flow.steps_of(command.action) if task.state in step.sources]
    asked = {name for step in steps for name in (*step.gives, *step.guards, *step.effects)}
    office, filing, people = found.office, command.given.filing_id, command.given.people
    return Case(
        action=command.action,
        task=task,
        actor=actor,
        given=command.given,
        now=now,
        state=task.state,
        office=office,
        filing=cases.load_filing(connection, office.id, filing) if filing else None,
        indicators=cases.clause_indicators(connection, office.id, task.clause_id)
        if "indicators" in asked and found.measured and task.clause_id is not None
        else (),
        co_units=co_units,
        seats=panels.sitting(connection, task) if "my_turn" in asked else (),
        people=cases.named_people(connection, office.id, people, local_date(now)) if people else (),
        readers=readings.readers(connection, task, actor.people) if "unread" in asked else (),
        been=cases.been(connection, task) if "been_there" in asked else frozenset(),
        takers=cases.takers(connection, task) if any(step.four_eyes for step in steps) else {},
    )


def _record(connection: Connection, case: Case, step: Step, role: Role, operation_id: str) -> None:
    task = case.task
    detail: dict[str, Any] = {"round": task.round, "people": sorted(case.actor.people)}
    if "store_report" in step.effects:
        detail |= {"report": task.report_number + 1, "sha256": report_digest(case)}
    if case.filing is not None:
        detail |= {"filing": case.filing.id, "signer": case.given.signer, "seal": case.given.seal}
    if case.given.refile_on is not None:
        detail["refile_on"] = case.given.refile_on.isoformat()
    if case.people:
        detail["to"] = [person.login for person in case.people]
    if case.given.straight_back:
        detail["straight_back"] = True
    if not case.office.four_eyes and step.four_eyes:
        detail["four_eyes"] = "waived by the office"
    entry = audit.Entry(
        action=str(case.action),
        object_type="task",
        object_id=task.id,
        version=task.version + 1,
        from_state=task.state,
        to_state=step.dest,
        reason=case.given.reason,
        unit=task.unit_name,
        role=role.value,
        detail=detail,
        operation_id=operation_id,
    )
    audit.append(connection, task.office_id, case.actor, entry, case.now)


def _called(task: TaskRow, action: str) -> str:
    return task.flow.action_label(action) if action in task.flow.actions else labels.deed(action)


def stale(connection: Connection, task: TaskRow, seen: int = 0) -> Conflict:
    """Who changed the task first and when, or that nobody can have ``seen`` it so; the loser's words stay on their side."""
    last = audit.first(connection, task.office_id, "task", task.id)
    who, when, what = last.who, last.when, _called(task, last.action)
    early = _("This task has no version {seen} yet.").format(seen=seen) if seen > task.version else ""
    return Conflict(
        "E-409",
        early
        or _("{who} acted on this task at {when} (“{action}”), before you.").format(who=who, when=when, action=what),
        where=_("task {id}, version {version}").format(id=task.id, version=task.version),
        remedy=_("Nothing of yours was changed. Look at the task again, then decide."),
        by=who,
        at=when,
        version=task.version,
        state=task.state,
    )
