"""Every open task of a unit's month in one long form: each reported for itself, or all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.filing import unit_month
from deeds.typed_report import report_many, sheet_of
from models.errors import DubanError
from models.language import _
from web.frame.desk import At, Desk
from web.frame.posted import Form
from web.frame.remedies import for_draft
from web.pages.fields import fields_of, tasks_in, version_of
from web.pages.filing import at_month

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy.engine import Connection

    from workflow.actions import Outcome

router = APIRouter(prefix="/filing/all")


@router.get("")
def all_page(desk: At, month: str = "", unit: str = "") -> Response:
    """The long form."""
    return desk.page("filing/all.html", **_told(desk, month, unit))


@router.post("")
def report_all(desk: At, form: Form) -> Response:
    """Report what was typed: of every task, or with ``only`` of one; what is refused stays in the form with its reason."""
    month, unit, only = form.text("month"), form.text("unit"), form.number("only")
    typed = {number: fields_of(form, number) for number in tasks_in(form)}
    wanted = {only: typed.get(only, {})} if only else typed
    outcomes = report_many(desk, wanted, {number: version_of(form, number) for number in wanted}, form.text("key"))
    done = [outcome.task_id for outcome in outcomes if outcome.refusal is None]
    refused = {one.task_id: for_draft(one.refusal) for one in outcomes if one.refusal is not None}
    kept = {number: fields for number, fields in typed.items() if number not in done}
    told = _told(desk, month, unit, kept, refused, outcomes)
    if not told["sheets"]:
        said = _("{count} tasks are reported. Print the form next.").format(count=len(done))
        return desk.go(at_month("/filing", month, unit), said)
    if desk.is_part:
        return desk.part("filing/all.html", "form", **told)
    return desk.page("filing/all.html", **told)


def _told(
    desk: Desk,
    month: str,
    unit: str,
    typed: Mapping[int, Mapping[str, str]] | None = None,
    refused: Mapping[int, DubanError] | None = None,
    outcomes: list[Outcome] | None = None,
) -> dict[str, Any]:
    typed, refused = typed or {}, refused or {}

    def work(connection: Connection) -> dict[str, Any]:
        told = unit_month(connection, desk, month, unit)
        numbers = {line.task.id: line.task.clause_number for line in told.lines}
        sheets = [
            sheet_of(connection, line, typed.get(line.task.id), refused.get(line.task.id)) for line in told.fillable
        ]
        return {"told": told, "sheets": sheets, "outcomes": outcomes or [], "numbers": numbers}

    return desk.look_up("form.print", work)
