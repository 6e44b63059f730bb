"""A unit's printed forms: print what is filled in, see which are still good, and what came of each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import downloads
from deeds.evidence import ASKED, attested, form_story, from_data, signature_words
from deeds.filing import Stand, unit_month
from deeds.forms import FormStand, form_file, print_form, unit_forms
from deeds.months import named_month
from models.evidence import CodeMatch, SealHint, Verdict
from models.language import _, listed
from models.states import EvidenceKind
from web.frame.desk import At
from web.frame.files import MEDIA
from web.frame.posted import Form
from web.pages.filing import at_month
from workflow import peers
from workflow.month_names import names

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/forms")


@router.get("")
def list_page(desk: At, month: str = "", unit: str = "") -> Response:
    """The forms of a unit's month, and what waits to be printed."""

    def work(connection: Connection) -> dict[str, Any]:
        told = unit_month(connection, desk, month, unit)
        called = names(connection, desk.office_id)
        to_print = Counter(called[line.task.period_id or 0] for line in told.at(Stand.PRINT))
        below = peers.any_below(connection, desk.office_id, told.unit_id)
        return {"told": told, "forms": unit_forms(connection, desk, told), "to_print": to_print, "below": below}

    return desk.page("forms/list.html", stands=Stand, form_stands=FormStand, **desk.look_up("form.print", work))


@router.post("/print")
def print_one(desk: At, form: Form) -> Response:
    """Register one form over all reports that wait for a signature; the same content, the same form."""
    desk.demand("form.print")
    month, unit = named_month(form.text("month")), form.text("unit")
    printed, _facts = print_form(desk, month, unit)
    said = _("Form {code} over {count} tasks is ready. Open it, print it, have it signed and stamped.")
    return desk.go(
        at_month("/forms", month.month, unit), said.format(code=printed.check_code, count=len(printed.covers))
    )


@router.get("/{code}/form.{kind}")
def file(desk: At, code: str, kind: Literal["pdf", "docx"]) -> Response:
    """A printed form, to print or to keep."""
    data, name = form_file(desk, code, kind)
    return desk.file(data, f"{name}.{kind}", MEDIA[kind], inline=kind == "pdf")


@router.get("/{code}/papers/{sha256}")
def paper(desk: At, code: str, sha256: str) -> Response:
    """The paper that came back, to keep."""
    opened = downloads.of_form(desk, code, sha256)
    return desk.file(opened.data, opened.name, opened.media_type)


@router.get("/{code}")
def form_page(desk: At, code: str) -> Response:
    """One form with its papers: stored, attested, verified, each for itself."""
    told = desk.look_up("form.read", lambda c: form_story(c, desk, code))
    papers = [_paper(paper) for paper in told["papers"]]
    return desk.page("forms/one.html", form=told, papers=papers, mine=desk.may("form.attach"))


def _paper(paper: dict[str, Any]) -> dict[str, Any]:
    """The three facts of a paper in words."""
    stored = paper["stored"]
    checks = [
        {**check, "label": Verdict(check["verdict"]).label, "lines": [signature_words(from_data(one)) for one in check["signatures"]]}
        for check in paper["signature"]
    ]  # fmt: skip
    return {
        **paper,
        "kind": EvidenceKind(stored["kind"]).label,
        "code": CodeMatch(stored["code"] or CodeMatch.UNREAD).label,
        "seal": SealHint(stored["seal"]).label,
        "asked": listed(code for code in stored["remarks"] if code in ASKED),
        "answers": attested(paper),
        "checks": checks,
        "none": Verdict.NONE.label,
    }
