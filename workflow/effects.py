"""What a step does beside moving the state, by name: each writes its rows and returns the task's new columns.

The law names them. They run in the transaction of the step, after the guards and before the state is written.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from models import tables as t
from models.database import insert
from models.states import Role, TaskState
from models.times import local_date
from workflow import telling, wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.engine import Connection, RowMapping

    from workflow.case import Case
    from workflow.law import Step


#: what a clerk files, and what the hash of a report covers
FILED: Final = ("progress", "percent", "no_progress", "reason", "problems", "next_steps", "values")


@dataclass(frozen=True, slots=True)
class Work:
    """A step being carried out: the connection of its transaction, the case, the row of the law."""

    connection: Connection
    case: Case
    step: Step


def report_digest(case: Case) -> str:
    """The SHA-256 of what is filed: the same words give the same hash, whoever files them."""
    return _digest(case.task.id, {**asdict(case.given), "values": [asdict(value) for value in case.given.values]})


def stored_report_digest(row: Mapping[str, Any] | RowMapping) -> str:
    """The same hash over a stored report, for those who check that it is what was filed."""
    return _digest(row["task_id"], row)


def _digest(task_id: int, words: Mapping[str, Any] | RowMapping) -> str:
    material = {"task": task_id} | {name: words[name] for name in FILED}
    text = json.dumps(material, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def mark_received(work: Work) -> dict[str, Any]:
    """签收 is a fact beside the state."""
    return {"received_at": work.case.now}


def store_report(work: Work) -> dict[str, Any]:
    """Keep what was filed as the next immutable version; filing is also receiving."""
    case = work.case
    task, given = case.task, case.given
    number = task.report_number + 1
    insert(
        work.connection,
        t.report,
        task.office_id,
        task_id=task.id,
        number=number,
        round=task.round,
        progress=given.progress,
        percent=given.percent,
        no_progress=given.no_progress,
        reason=given.reason,
        problems=given.problems,
        next_steps=given.next_steps,
        values=[asdict(value) for value in given.values],
        filed_by=case.actor.person_id,
        acting_for=case.actor.acting_for_id,
        filed_at=case.now,
        content_sha256=report_digest(case),
    )
    return {
        "report_number": number,
        "filed_by": case.actor.person_id,
        "filed_at": case.now,
        "received_at": task.received_at or case.now,
    }


def take_back(work: Work) -> dict[str, Any]:
    """Withdrawn: the version stays on record, the task waits again."""
    del work
    return {"filed_at": None}


def mark_signed(work: Work) -> dict[str, Any]:
    """Signed and stamped; how late that was stays on record for good."""
    case = work.case
    days = (local_date(case.now) - case.task.due_on).days
    return {
        "signed_at": case.now,
        "signed_by": case.actor.person_id,
        "late_days": max(case.task.late_days, days, 0),
    }


def mark_reviewed(work: Work) -> dict[str, Any]:
    """Approved."""
    return {"reviewed_at": work.case.now}


def open_round(work: Work) -> dict[str, Any]:
    """Returned: a new round with its own date; reminders start afresh with it."""
    case = work.case
    return {
        "round": case.task.round + 1,
        "due_on": case.given.refile_on,
        "returned_at": case.now,
        "reviewed_at": None,
        "signed_at": None,
        "filed_at": None,
    }


def tell_leader(work: Work) -> dict[str, Any]:
    """The unit's leaders learn that a report waits for signature and seal."""
    _tell(work, "reported", Role.LEADER, unit=True, while_states=(TaskState.REPORTED,))
    return {}


def tell_reviewer(work: Work) -> dict[str, Any]:
    """The reviewers learn that a signed report has come in."""
    _tell(work, "signed", Role.REVIEWER, unit=False, while_states=(TaskState.SIGNED_STAMPED,))
    return {}


def tell_clerk(work: Work) -> dict[str, Any]:
    """The unit's clerks learn what the office decided, with its reason."""
    event = {"approve": "approved", "return": "returned", "reopen": "reopened", "waive": "waived"}
    _tell(work, event[work.step.action.value], Role.CLERK, unit=True, while_states=())
    return {}


def _tell(work: Work, event: str, role: Role, *, unit: bool, while_states: tuple[TaskState, ...]) -> None:
    case, task = work.case, work.case.task
    people = telling.people_with(
        work.connection, task.office_id, (role,), local_date(case.now), unit_id=task.unit_id if unit else None
    )
    round_ = task.round + (work.step.dest is TaskState.RETURNED and work.step.action.value != "withdraw")
    after = replace(task, state=work.step.dest, round=round_, due_on=case.given.refile_on or task.due_on)
    fields = wording.fields(
        work.connection,
        task.office_id,
        [after],
        case.now,
        actor_name=case.actor.name,
        reason=case.given.reason,
        new_due_on=case.given.refile_on,
    )
    for person in people:
        told = telling.Telling(
            event=event,
            recipient_id=person,
            key=f"task {task.id} version {task.version + 1}",
            fields=fields,
            about=((task.id, round_, task.due_revision),),
            while_states=tuple(state.value for state in while_states),
            joins=True,
        )
        telling.queue(work.connection, task.office_id, told, case.now)


EFFECTS: Final[dict[str, Callable[[Work], dict[str, Any]]]] = {
    function.__name__: function
    for function in (
        mark_received,
        store_report,
        take_back,
        mark_signed,
        mark_reviewed,
        open_round,
        tell_leader,
        tell_reviewer,
        tell_clerk,
    )
}
