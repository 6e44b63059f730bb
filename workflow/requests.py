"""延期 and 退办: a unit asks with a reason, the office decides with a reason; the original date stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Denied, Refused
from models.language import _
from models.states import Decision, RequestKind, Role, Share, Stage
from models.times import local_date
from models.words import letters
from workflow import audit, cases, permissions, telling, wording
from workflow.actions import still_open, visible_task

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

ASKABLE = (Stage.ASSIGNED, Stage.RETURNED)


def ask(
    connection: Connection,
    office_id: int,
    actor: Actor,
    task_id: int,
    kind: RequestKind,
    reason: str,
    now: datetime,
    *,
    wanted_due_on: date | None = None,
    wanted_unit: str = "",
    progress: str = "",
) -> int:
    """Ask for more time or say that a task is not ours; returns the request's number."""
    task, _co_units = visible_task(connection, office_id, actor, task_id)
    role = permissions.demand_unit(actor, "request.ask", task.unit_id)
    still_open(connection, task)
    _check_ask(connection, task, kind, reason, wanted_due_on, now)
    unit_id = _unit_id(connection, office_id, wanted_unit) if wanted_unit else None
    number = _insert(
        connection,
        task,
        actor,
        now,
        kind=kind.value,
        reason=reason.strip(),
        progress=progress,
        wanted_due_on=wanted_due_on,
        wanted_unit_id=unit_id,
    )
    detail = {"task": task_id, "wanted": wanted_due_on.isoformat() if wanted_due_on else wanted_unit}
    entry = audit.Entry(
        f"request.{kind.value}", "request", number, reason=reason, unit=task.unit_name, role=role.value, detail=detail
    )
    audit.append(connection, office_id, actor, entry, now)
    event = f"{kind.value}_asked"
    _tell(connection, task, event, number, (Role.DIRECTOR,), actor, reason, now, new_due_on=wanted_due_on)
    return number


def _insert(connection: Connection, task: TaskRow, actor: Actor, now: datetime, **asked: Any) -> int:
    return insert(
        connection,
        t.request,
        task.office_id,
        task_id=task.id,
        asked_by=actor.person_id,
        asked_at=now,
        decision=Decision.PENDING.value,
        decision_reason="",
        **asked,
    )


def _check_ask(
    connection: Connection, task: TaskRow, kind: RequestKind, reason: str, wanted: date | None, now: datetime
) -> None:
    place = _("task {id}").format(id=task.id)
    _still_askable(task, kind, ASKABLE)
    if kind is RequestKind.TRANSFER and task.problem_id is not None:
        raise Refused(
            "E-S44",
            _("A problem is not handed to another unit by request."),
            where=place,
            remedy=_("Ask the office to withdraw its registration, and to register it for the right unit."),
        )
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), where=place, remedy=_("Add it with --reason."))
    if kind is RequestKind.EXTENSION:
        _check_wanted(task, wanted, now)
    waiting = connection.scalar(
        sa.select(t.request.c.id).where(
            t.request.c.office_id == task.office_id,
            t.request.c.task_id == task.id,
            t.request.c.decision == Decision.PENDING.value,
        )
    )
    if waiting is not None:
        raise Refused(
            "E-S15",
            _("Request {id} on this task is still undecided.").format(id=waiting),
            where=place,
            remedy=_("Wait for the office's decision, or telephone the office."),
        )


def _check_wanted(task: TaskRow, wanted: date | None, now: datetime) -> None:
    """More time is asked for in time, and it is more."""
    if wanted is None or wanted <= task.due_on:
        raise BadInput(
            "E-D04",
            _("The wanted date must lie after the present due date."),
            where=_("task {id}, due {day}").format(id=task.id, day=task.due_on.isoformat()),
            remedy=_("Give a later day with --to."),
        )
    if local_date(now) > task.due_on:
        raise Refused(
            "E-S14",
            _("An extension is asked for before the due date has passed."),
            where=_("task {id}").format(id=task.id),
            remedy=_("Report the progress so far and the reason for the delay."),
        )


def decide(
    connection: Connection,
    office_id: int,
    actor: Actor,
    request_id: int,
    *,
    grant: bool,
    reason: str,
    now: datetime,
    due_on: date | None = None,
    unit: str = "",
) -> str:
    """Grant or refuse a request; an extension moves the task's date, a transfer moves the task to another unit."""
    role = permissions.demand(actor, "request.decide")
    row = _pending(connection, office_id, actor, request_id, reason)
    task = cases.load_task(connection, office_id, row.task_id)
    assert task is not None
    changes: dict[str, Any] = {}
    if grant:
        still_open(connection, task)
    if grant and row.kind == RequestKind.EXTENSION:
        changes = _extend(connection, task, due_on or row.wanted_due_on, now)
    elif grant:
        taker = _unit_id(connection, office_id, unit) if unit else row.wanted_unit_id
        changes = _transfer(connection, task, taker, now)
    decision = Decision.GRANTED if grant else Decision.REFUSED
    _settle(connection, office_id, actor, request_id, decision, reason, now, changes)
    detail = {"task": task.id, "decision": decision.value} | {key: str(value) for key, value in changes.items()}
    entry = audit.Entry(
        "request.decide", "request", request_id, reason=reason, unit=task.unit_name, role=role.value, detail=detail
    )
    audit.append(connection, office_id, actor, entry, now)
    told, roles, day = f"{decision.label}：{reason}", (Role.CLERK, Role.LEADER), changes.get("granted_due_on")
    _tell(connection, task, f"{row.kind}_decided", request_id, roles, actor, told, now, new_due_on=day)
    if "granted_unit_id" in changes:
        _tell_taker(connection, office_id, task.id, request_id, now)
    return decision.value


def _tell_taker(connection: Connection, office_id: int, task_id: int, number: int, now: datetime) -> None:
    """The unit that takes over learns of its new task in the words of every new task."""
    task = cases.load_task(connection, office_id, task_id)
    assert task is not None
    office = cases.load_office(connection, office_id)
    fields = wording.fields(office, [task], now)
    about = ((task.id, task.round, task.due_revision),)
    for person in telling.people_with(connection, office_id, (Role.CLERK,), local_date(now), unit_id=task.unit_id):
        told = telling.Telling("opened", person, f"request {number}", fields, about=about)
        telling.queue(connection, office, told, now)


def _pending(connection: Connection, office_id: int, actor: Actor, request_id: int, reason: str) -> Any:
    """The undecided request, refused when it cannot be decided by this actor for this reason."""
    row = connection.execute(
        sa.select(t.request).where(t.request.c.office_id == office_id, t.request.c.id == request_id)
    ).first()
    if row is None:
        raise permissions.not_there(_("Request"), request_id)
    if row.decision != Decision.PENDING:
        first = audit.first(connection, office_id, "request", request_id, "request.decide")
        raise Refused(
            "E-S16",
            _("Request {id} was decided by {who} at {when}.").format(
                id=request_id, who=first.who or "–", when=first.when or "–"
            ),
            remedy=_("See the decision with: duban request list"),
            by=first.who,
            at=first.when,
        )
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    if row.asked_by in actor.people:
        raise Denied("E-S11", _("Nobody decides their own request."))
    return row


def _settle(
    connection: Connection,
    office_id: int,
    actor: Actor,
    request_id: int,
    decision: Decision,
    reason: str,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    connection.execute(
        sa.update(t.request)
        .where(t.request.c.office_id == office_id, t.request.c.id == request_id)
        .values(
            decision=decision.value,
            decided_by=actor.person_id,
            decided_at=now,
            decision_reason=reason.strip(),
            **changes,
        )
    )


def _extend(connection: Connection, task: TaskRow, due_on: date | None, now: datetime) -> dict[str, Any]:
    _still_askable(task, RequestKind.EXTENSION, (*ASKABLE, Stage.REPORTED))
    if due_on is None or due_on < local_date(now):
        raise BadInput("E-D02", _("The new due date lies in the past."), remedy=_("Choose today or later."))
    _move_task(connection, task, now, due_on=due_on, due_revision=task.due_revision + 1)
    return {"granted_due_on": due_on}


def _transfer(connection: Connection, task: TaskRow, unit_id: int | None, now: datetime) -> dict[str, Any]:
    """The responsibility moves: the old one ends, the other unit's begins with the same share, the task goes along."""
    _still_askable(task, RequestKind.TRANSFER, ASKABLE)
    if unit_id is None or unit_id == task.unit_id:
        raise BadInput("E-S28", _("A transfer needs the unit that takes over."), remedy=_("Name it with --unit."))
    new = _pass_on(connection, task, unit_id, now)
    _move_task(connection, task, now, unit_id=unit_id, responsibility_id=new, received_at=None)
    return {"granted_unit_id": unit_id}


def _still_askable(task: TaskRow, kind: RequestKind, states: tuple[Stage, ...]) -> None:
    """The task may have moved on since the request: what is signed or finished keeps its date and its unit."""
    if task.stage not in states:
        raise Refused(
            "E-S01",
            _("“{action}” is not possible in the state “{state}”.").format(action=kind.label, state=task.state_label),
            where=_("task {id}").format(id=task.id),
            remedy=_("It can be asked for and granted only before the report is filed."),
        )


def _pass_on(connection: Connection, task: TaskRow, unit_id: int, now: datetime) -> int:
    """End the old unit's responsibility and begin the new one's; returns its number."""
    r = t.responsibility
    old = connection.execute(
        sa.select(r)
        .join(t.task, sa.and_(t.task.c.office_id == r.c.office_id, t.task.c.responsibility_id == r.c.id))
        .where(t.task.c.office_id == task.office_id, t.task.c.id == task.id)
    ).one()
    taken = connection.execute(
        sa.select(r.c.id).where(
            r.c.office_id == task.office_id, r.c.clause_id == task.clause_id, r.c.unit_id == unit_id
        )
    ).first()
    if taken is not None:
        raise Refused(
            "E-S29",
            _("That unit is named in this clause already."),
            where=_("task {id} · clause {clause}").format(id=task.id, clause=task.clause_number),
            remedy=_("Waive this task instead."),
        )
    connection.execute(sa.update(r).where(r.c.office_id == task.office_id, r.c.id == old.id).values(ended_at=now))
    return insert(
        connection,
        r,
        task.office_id,
        clause_id=task.clause_id,
        unit_id=unit_id,
        share=Share(old.share).value,
        position=old.position,
        via_group="",
    )


def _move_task(connection: Connection, task: TaskRow, now: datetime, **values: Any) -> None:
    connection.execute(
        sa.update(t.task)
        .where(t.task.c.office_id == task.office_id, t.task.c.id == task.id, t.task.c.version == task.version)
        .values(version=task.version + 1, next_due_at=now, **values)
    )


def _unit_id(connection: Connection, office_id: int, name: str) -> int:
    found = connection.scalar(
        sa.select(t.unit.c.id).where(
            t.unit.c.office_id == office_id, t.unit.c.name == name, t.unit.c.valid_to.is_(None)
        )
    )
    if found is None:
        raise permissions.not_there(_("Unit"), name)
    return int(found)


def _tell(
    connection: Connection,
    task: TaskRow,
    event: str,
    number: int,
    roles: tuple[Role, ...],
    actor: Actor,
    reason: str,
    now: datetime,
    *,
    new_due_on: date | None = None,
) -> None:
    office_id = task.office_id
    unit_id = None if Role.DIRECTOR in roles else task.unit_id
    people = telling.people_with(connection, office_id, roles, local_date(now), unit_id=unit_id)
    office = cases.load_office(connection, office_id)
    fields = wording.fields(
        office,
        [task],
        now,
        actor_name=actor.name,
        reason=reason,
        new_due_on=new_due_on,
        old_due_on=task.due_on,
    )
    for person in people:
        told = telling.Telling(event=event, recipient_id=person, key=f"request {number}", fields=fields)
        telling.queue(connection, office, told, now)
