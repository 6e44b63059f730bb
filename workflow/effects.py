"""What a step does beside moving the state, by name: each writes its rows and returns the task's new columns.

A flow names them under ``effects``. They run in the transaction of the step, after the guards and before the state is
written; whom a step tells stands in the flow and is done by ``step_telling.py``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import add, insert
from models.canonical import fingerprint
from models.errors import Refused
from models.language import N_, _
from models.times import local_date, months_later
from workflow import panels, readings
from workflow.authorisation import MATRIX
from workflow.given import HUNDRED, about
from workflow.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.engine import Connection, RowMapping

    from workflow.case import Case
    from workflow.flow import Step


#: what a clerk files, and what the hash of a report covers
FILED: Final = ("progress", "percent", "no_progress", "reason", "problems", "next_steps", "values")


@dataclass(frozen=True, slots=True)
class Work:
    """A step being carried out: the connection of its transaction, the case, the row of the flow."""

    connection: Connection
    case: Case
    step: Step


EFFECTS: Final[Registry[Callable[[Work], dict[str, Any]]]] = Registry()


def report_digest(case: Case) -> str:
    """The SHA-256 of what is filed: the same words give the same hash, whoever files them."""
    if not case.filed_sha256:
        filed = {name: getattr(case.given, name) for name in FILED}
        percent = HUNDRED if case.given.percent is None else case.given.percent
        values = [asdict(value) for value in case.given.values]
        case.filed_sha256 = _digest(case.task.id, {**filed, "percent": percent, "values": values})
    return case.filed_sha256


def stored_report_digest(row: Mapping[str, Any] | RowMapping) -> str:
    """The same hash over a stored report, for those who check that it is what was filed."""
    return _digest(row["task_id"], row)


def _digest(task_id: int, words: Mapping[str, Any] | RowMapping) -> str:
    return fingerprint({"task": task_id} | {name: words[name] for name in FILED})


@EFFECTS.named(N_("note the receipt"))
def mark_received(work: Work) -> dict[str, Any]:
    """签收 is a fact beside the state."""
    return {"received_at": work.case.now}


@EFFECTS.named(N_("keep the report as the next version"))
def store_report(work: Work) -> dict[str, Any]:
    """Keep what was filed as the next immutable version; filing is also receiving."""
    case = work.case
    task, given = case.task, case.given
    number = task.report_number + 1
    add(
        work.connection,
        t.report,
        task.office_id,
        task_id=task.id,
        number=number,
        round=task.round,
        progress=given.progress,
        percent=HUNDRED if given.percent is None else given.percent,
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


@EFFECTS.named(N_("the task waits for a report again"))
def unfile(work: Work) -> dict[str, Any]:
    """Withdrawn: the version stays on record, the task waits again."""
    del work
    return {"filed_at": None, "signed_at": None}


@EFFECTS.named(N_("the task waits for a signature again"))
def unsign(work: Work) -> dict[str, Any]:
    """It has to be signed again; what was filed stays in force."""
    del work
    return {"signed_at": None}


@EFFECTS.named(N_("note the signature, and how late it came"))
def mark_signed(work: Work) -> dict[str, Any]:
    """Signed; how late that was stays on record for good."""
    case = work.case
    days = (local_date(case.now) - case.task.due_on).days
    return {
        "signed_at": case.now,
        "signed_by": case.actor.person_id,
        "late_days": max(case.task.late_days, days, 0),
    }


@EFFECTS.named(N_("note the approval"))
def mark_reviewed(work: Work) -> dict[str, Any]:
    """Approved."""
    return {"reviewed_at": work.case.now}


@EFFECTS.named(N_("open a new round with its own date"))
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


@EFFECTS.named(N_("remember who wants it straight back"))
def remember_returner(work: Work) -> dict[str, Any]:
    """A return that wants the task straight back remembers where it came from and who asked."""
    case = work.case
    if not case.given.straight_back:
        return {"back_to": "", "returner_id": None}
    return {"back_to": case.task.state, "returner_id": case.actor.acting_for_id or case.actor.person_id}


@EFFECTS.named(N_("give it back to the one who returned it"))
def forget_returner(work: Work) -> dict[str, Any]:
    """Back with the one who returned it: it is theirs to go on with."""
    return {"back_to": "", "returner_id": None, "handler_id": work.case.task.returner_id}


@EFFECTS.named(N_("note the signature on the panel"))
def take_seat(work: Work) -> dict[str, Any]:
    """The actor's signature, in their own or an absent person's name."""
    panels.sign(work.connection, work.case)
    return {}


@EFFECTS.named(N_("let it wait for the person named"))
def hand_over(work: Work) -> dict[str, Any]:
    """转办: the task waits for the person named."""
    return {"handler_id": work.case.people[0].person_id}


@EFFECTS.named(N_("show it to the people named"))
def send_copies(work: Work) -> dict[str, Any]:
    """抄送: the people named may see the task; opening it is the receipt."""
    case = work.case
    for person in case.people:
        if not any(post.role in MATRIX["task.read"] for post in person.posts):
            raise Refused(
                "E-S48",
                _("{name} may not look at tasks, so nothing is shown to them.").format(name=person.name),
                where=about(case.task),
                remedy=_("Name people of a unit, of the office, or above it."),
            )
    readings.send_copies(work.connection, case.task, case.people, case.actor.person_id, case.now)
    return {}


@EFFECTS.named(N_("enter the measures into the ledger"))
def store_measures(work: Work) -> dict[str, Any]:
    """整改措施 as the unit puts them forward stand in the ledger."""
    _on_problem(work, measures=work.case.given.measures)
    return {}


@EFFECTS.named(N_("keep the visit on record"))
def store_visit(work: Work) -> dict[str, Any]:
    """A look on site is a record of its own: who was there, when, and what was found."""
    case = work.case
    insert(
        work.connection,
        t.visit,
        case.task.office_id,
        problem_id=case.task.problem_id,
        round=case.task.round,
        action=work.step.action,
        visited_on=case.given.visited_on,
        found=case.given.found,
        visited_by=case.actor.person_id,
        recorded_at=case.now,
    )
    return {}


@EFFECTS.named(N_("set the day of the look-back"))
def plan_look_back(work: Work) -> dict[str, Any]:
    """回头看: from now on the due date is that of the look-back, so many months after striking off."""
    case = work.case
    day = months_later(local_date(case.now), case.task.flow.terms.look_back_months)
    return {"due_on": day, "due_revision": case.task.due_revision + 1}


@EFFECTS.named(N_("count the relapse"))
def count_relapse(work: Work) -> dict[str, Any]:
    """反弹: counted in the ledger; the history stays with the task."""
    _on_problem(work, relapses=t.problem.c.relapses + 1)
    return {"due_revision": work.case.task.due_revision + 1}


def _on_problem(work: Work, **values: Any) -> None:
    task = work.case.task
    work.connection.execute(
        sa.update(t.problem)
        .where(t.problem.c.office_id == task.office_id, t.problem.c.id == task.problem_id)
        .values(**values)
    )
