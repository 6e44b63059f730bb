"""The leader's desk: what waits for a signature on paper or for a word in the system, read as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import deciding, signing
from deeds.evidence import form_story
from deeds.forms import form_file, print_form
from deeds.months import named_month
from documents.page_pictures import page_count
from models.errors import DubanError
from models.language import _
from web.frame import steps
from web.frame.desk import At, Desk
from web.frame.kept import Lately
from web.frame.posted import Form
from web.frame.showing import page_file
from web.frame.statuses import status_of
from web.pages.review import others_at
from workflow import permissions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.signing import Asked, Compared, Paper
    from workflow.month_names import MonthName

router = APIRouter(prefix="/sign")
#: forms that are being looked at, so that a form is set once and not once a page
_forms = Lately[tuple[bytes, str], bytes](20)


@router.get("")
def waiting(desk: At) -> Response:
    """What waits for this person's signature or word."""

    def work(connection: Connection) -> tuple[list[Paper], list[Asked]]:
        permissions.demand(desk.actor, "task.sign")
        return signing.papers(connection, desk), signing.asked(connection, desk)

    papers, asked = desk.look_up("task.sign", work)
    return desk.page("sign/list.html", papers=papers, asked=asked, at_paper=at_paper)


def at_paper(month: MonthName | str, unit: str) -> str:
    """Where a unit's paper is read."""
    return f"/sign/paper?{urlencode({'month': month, 'unit': unit})}"


@router.get("/paper")
def read_paper(desk: At, month: str = "", unit: str = "") -> Response:
    """A unit's form as it is printed, last month's beside it, and clause by clause what changed."""
    return _paper_page(desk, month, unit)


def _paper_page(
    desk: Desk,
    month: str,
    unit: str,
    *,
    refusal: DubanError | None = None,
    at: int = 0,
    typed: steps.Typed | None = None,
) -> Response:
    """``at`` is the task whose step was refused, ``typed`` what stood in its form."""

    def work(connection: Connection) -> tuple[Paper, list[Compared], tuple[str, str]]:
        permissions.demand(desk.actor, "task.sign")
        paper = signing.paper_of(connection, desk, month, unit)
        return paper, signing.compared(connection, desk, paper), signing.last_form(connection, desk, paper)

    paper, compared, (last, last_month) = desk.look_up("task.sign", work)
    back = {one.task.id: _steps_back(one) for one in compared}
    return desk.page(
        "sign/paper.html", paper=paper, compared=compared,
        last_month=last_month, pages=_pages(desk, paper.code), last_pages=_pages(desk, last), back=back,
        question=urlencode({"month": month, "unit": unit}), refusal=refusal, typed=typed or steps.Typed(), at=at,
        lost=refusal is not None and not back.get(at),
    )  # fmt: skip


def _steps_back(one: Compared) -> list[dict[str, Any]]:
    """The steps that take a reason and nothing else: by one of them the report goes back before anybody signs."""
    return [step for step in steps.offered_here(one.told, one.task) if step["asks"] == ["reason"] and not step["to"]]


@router.post("/paper/{task_id}")
def send_back(desk: At, form: Form, task_id: int) -> Response:
    """One report of a paper goes back to the clerk; refused, the reason stands there as it was typed."""
    month, unit = form.text("month"), form.text("unit")
    try:
        outcome = deciding.decide(desk, steps.command(form, task_id))
    except DubanError as refusal:
        if desk.is_part or status_of(refusal) == 404:
            raise
        if not desk.read(lambda c: signing.papers(c, desk, month, unit)):  # somebody signed or took back all of it
            return _report_page(desk, task_id, refusal=refusal, typed=steps.typed(form))
        return _paper_page(desk, month, unit, refusal=refusal, at=task_id, typed=steps.typed(form))
    done = steps.done_words(outcome)
    left = desk.read(lambda c: signing.papers(c, desk, month, unit))
    return desk.go(at_paper(left[0].name, left[0].unit) if left else "/sign", done)


def _pages(desk: Desk, code: str) -> list[str]:
    return [f"/sign/form/{code}/{number}" for number in range(1, page_count(_form(desk, code)) + 1)] if code else []


def _form(desk: Desk, code: str) -> bytes:
    return _forms.of((desk.site.key, code), lambda: form_file(desk, code, "pdf")[0])


@router.get("/form/{code}/{number}")
def form_page(desk: At, code: str, number: int) -> Response:
    """One page of a form as it is printed; another unit's is not there."""
    desk.look_up("form.read", lambda c: form_story(c, desk, code))
    return page_file(desk, _form(desk, code), number)


@router.post("/paper")
def make_form(desk: At, form: Form) -> Response:
    """Have the form made over everything that waits for a signature."""
    desk.demand("form.print")
    month, unit = form.text("month"), form.text("unit")
    printed, _facts = print_form(desk, named_month(month), unit)
    said = _("Form {code} is made over {count} reports. Read it here as it is printed.")
    return desk.go(at_paper(month, unit), said.format(code=printed.check_code, count=len(printed.covers)))


@router.get("/{task_id}")
def read_report(desk: At, task_id: int, against: str = "") -> Response:
    """One report that waits for this person's word."""
    return _report_page(desk, task_id, against=against)


def _report_page(
    desk: Desk, task_id: int, *, against: str = "", refusal: DubanError | None = None, typed: steps.Typed | None = None
) -> Response:
    desk.demand("task.sign")
    laid = deciding.spread(desk, task_id, against)
    offered = steps.offered_here(laid.told, laid.task)
    return desk.page(
        "sign/report.html",
        spread=laid, task=laid.task, told=laid.told, sheet=laid.sheet, steps=offered,
        papers=steps.papers_shown(laid.told, laid.task), refusal=refusal, typed=typed or steps.Typed(),
        lost=typed is not None and typed.action not in {one["action"] for one in offered},
        others=others_at(desk, laid.task.id),
    )  # fmt: skip


@router.post("/{task_id}")
def decide(desk: At, form: Form, task_id: int) -> Response:
    """Confirm, countersign or send back; refused, it stands there again as it was typed."""
    typed = steps.typed(form)
    try:
        outcome = deciding.decide(desk, steps.command(form, task_id))
    except DubanError as refusal:
        if desk.is_part or status_of(refusal) == 404:
            raise
        return _report_page(desk, task_id, refusal=refusal, typed=typed)
    done = steps.done_words(outcome)
    left = desk.read(lambda c: signing.asked(c, desk))
    return desk.go(f"/sign/{left[0].task.id}" if left else "/sign", done)
