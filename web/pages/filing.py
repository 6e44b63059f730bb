"""A clerk's month: what is to be done, receiving, filling in one task, and what is typed kept as a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.filing import Stand, next_words, unit_month
from deeds.typed_report import discard_drafts, keep_draft, report, sheet
from models.errors import DubanError
from models.language import _
from models.times import shown
from web.frame.desk import At, Desk
from web.frame.given import seen_version
from web.frame.posted import Form
from web.frame.remedies import for_draft
from web.pages.fields import fields_of, version_of
from workflow.actions import Command, Outcome, act, act_on_many
from workflow.report_drafts import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(prefix="/filing")


@router.get("")
def month_page(desk: At, month: str = "", unit: str = "") -> Response:
    """A unit's month in the order of the notice."""
    return _month_page(desk, month, unit)


def _month_page(desk: Desk, month: str, unit: str, outcomes: list[Outcome] | None = None) -> Response:
    told = desk.look_up("form.print", lambda c: unit_month(c, desk, month, unit))
    return desk.page("filing/month.html", told=told, stands=Stand, outcomes=outcomes or [])


def at_month(path: str, month: str, unit: str) -> str:
    """An address with its month and unit."""
    return f"{path}?{urlencode({'month': month, 'unit': unit})}"


@router.post("/receive")
def receive(desk: At, form: Form) -> Response:
    """Receive what has not been received yet; each task for itself."""
    desk.demand("form.print")
    month, unit, key = form.text("month"), form.text("unit"), form.text("key")
    commands = [
        Command("receive", number, operation_id=f"{key}:{number}" if key else "") for number in form.numbers("task")
    ]
    outcomes = act_on_many(desk.database, desk.office_id, desk.actor, commands, desk.now())
    if any(outcome.refusal for outcome in outcomes):
        return _month_page(desk, month, unit, outcomes)
    said = _("{count} tasks received. Fill them in next.").format(count=len(outcomes))
    return desk.go(at_month("/filing", month, unit), said)


@router.get("/{task_id:int}")
def one_page(desk: At, task_id: int) -> Response:
    """The form of one task, or its report as it stands when nothing can be filled in."""
    return _one_page(desk, task_id)


def _one_page(
    desk: Desk, task_id: int, typed: Mapping[str, str] | None = None, refusal: DubanError | None = None
) -> Response:
    told = desk.look_up("task.report", lambda c: sheet(c, desk, task_id, typed, refusal))
    return desk.page("filing/one.html", sheet=told, stands=Stand, refusal=refusal, most=MOST_BYTES)


@router.post("/{task_id:int}")
def report_one(desk: At, form: Form, task_id: int) -> Response:
    """Report; a form that is refused keeps what was typed."""
    fields = fields_of(form, task_id)
    try:
        report(desk, task_id, fields, version_of(form, task_id), form.text("key"))
    except DubanError as refusal:
        if desk.is_part:
            raise for_draft(refusal) from refusal
        return _one_page(desk, task_id, fields, for_draft(refusal))
    task, onward = desk.read(lambda c: next_words(c, desk.office_id, desk.actor, task_id))
    said = _("Clause {clause}: {next}").format(clause=task.clause_number, next=onward)
    return desk.go(at_month("/filing", task.month, task.unit_name), said)


@router.post("/{task_id:int}/withdraw")
def withdraw(desk: At, form: Form, task_id: int) -> Response:
    """Take a filed report back while it is not signed, to correct it."""
    told = desk.look_up("task.withdraw", lambda c: sheet(c, desk, task_id))
    action = told.line.withdraw_by or "withdraw"
    command = Command(action, task_id, seen_version(form), operation_id=form.text("key"))
    act(desk.database, desk.office_id, desk.actor, command, desk.now())
    return desk.go(f"/filing/{task_id}", _("The report is taken back. Correct it and report again."))


@router.post("/{task_id:int}/draft")
def save_draft(desk: At, form: Form, task_id: int) -> Response:
    """Keep what is being typed; says when it was kept."""
    desk.look_up("task.report", lambda c: sheet(c, desk, task_id))
    keep_draft(desk, task_id, fields_of(form, task_id), version_of(form, task_id) or 0)
    if not desk.is_part:
        return desk.go(f"/filing/{task_id}", _("The draft is kept. It is not reported yet."))
    return desk.part("filing/fields.html", "kept", at=shown(desk.now())[-5:])


@router.post("/{task_id:int}/discard")
def discard(desk: At, _form: Form, task_id: int) -> Response:
    """Throw the draft away and begin anew."""
    desk.look_up("task.report", lambda c: sheet(c, desk, task_id))
    discard_drafts(desk, [task_id])
    return desk.go(f"/filing/{task_id}", _("The draft is thrown away."))
