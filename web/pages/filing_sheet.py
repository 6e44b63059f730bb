"""A unit's month filled in offline: the spreadsheet downloaded, uploaded, shown row by row, then reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.filing import unit_month
from deeds.offline import offline_book, report_rows, try_rows
from documents.offline_form import read_offline
from models.errors import DubanError
from models.language import _
from web.frame.desk import At, Desk
from web.frame.posted import Form
from web.frame.remedies import for_draft
from web.frame.showing import kind_file
from web.frame.uploads import some
from web.pages.filing import at_month

if TYPE_CHECKING:
    from deeds.offline import Tried

router = APIRouter(prefix="/filing")


@router.get("/sheet.xlsx")
def download(desk: At, month: str = "", unit: str = "") -> Response:
    """The spreadsheet of what is still to be filled in."""
    data, told = offline_book(desk, month, unit)
    return kind_file(desk, data, f"{told.month}-{told.unit}-填报", "xlsx")


@router.get("/sheet")
def sheet_page(desk: At, month: str = "", unit: str = "") -> Response:
    """Download and upload."""
    return _page(desk, month, unit)


def _page(desk: Desk, month: str, unit: str, refusal: DubanError | None = None, **fields: Any) -> Response:
    told = desk.look_up("form.print", lambda c: unit_month(c, desk, month, unit))
    given = {"tried": None, "sha256": "", "name": "", "done": None, **fields}
    return desk.page("filing/sheet.html", told=told, refusal=refusal, **given)


@router.post("/sheet")
def try_sheet(desk: At, form: Form) -> Response:
    """Show how each row would end; nothing is changed."""
    month, unit = form.text("month"), form.text("unit")
    desk.look_up("form.print", lambda c: unit_month(c, desk, month, unit))
    try:
        chosen = some(form.upload("file"))
        tried = [_said(one) for one in try_rows(desk, month, unit, read_offline(chosen.data, chosen.name))]
    except DubanError as refusal:
        if desk.is_part:
            raise
        return _page(desk, month, unit, for_draft(refusal))
    sha256 = desk.staging.put(chosen.data, desk.now())
    return _page(desk, month, unit, tried=tried, sha256=sha256, name=chosen.name)


@router.post("/sheet/confirm")
def report_sheet(desk: At, form: Form) -> Response:
    """Report the rows that are ticked, each for itself."""
    month, unit, name = form.text("month"), form.text("unit"), form.text("name")
    try:
        rows = read_offline(desk.staging.get(form.text("sha256"), desk.now()), name)
    except DubanError as refusal:
        return _page(desk, month, unit, refusal)
    done = report_rows(desk, month, unit, rows, set(form.numbers("task")), form.text("key"))
    if done and all(one.refusal is None for one in done):
        desk.staging.drop(form.text("sha256"))
        said = _("{count} tasks are reported. Print the form next.").format(count=len(done))
        return desk.go(at_month("/filing", month, unit), said)
    return _page(desk, month, unit, done=[_said(one) for one in done])


def _said(one: Tried) -> dict[str, Any]:
    refusal = for_draft(one.refusal) if one.refusal is not None else None
    return {"row": one.row, "clause": one.clause, "refusal": refusal, "fine": one.fine, "left_out": one.left_out}
