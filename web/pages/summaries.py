"""The month's summary: a draft to look at, issued as it was seen; its files, its charts, where each paragraph comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.months import named_month
from deeds.papers import SummaryInOwnWords, notes_of
from deeds.seen import AsSeen, digest
from deeds.summaries import draft_facts, facts_of, filing_words, issued_row, issued_summary, month_words
from deeds.wordings import own_words
from documents.summary.charts import months_of, pictures
from documents.summary.trace import narrowed, read_trace
from models.facts import SummaryFacts
from models.language import _
from web.frame.addresses import no_page
from web.frame.desk import At
from web.frame.posted import Form
from web.frame.showing import kind_file, page_file, show_draft, show_frozen
from workflow import summaries
from workflow.month_names import find_period

if TYPE_CHECKING:
    from web.frame.desk import Desk
    from workflow.month_names import MonthName

router = APIRouter(prefix="/months/{month}")


@router.get("/summary")
def summary(desk: At, month: str) -> Response:
    """What was issued; before that a draft of the month as it stands now."""
    wanted = named_month(month)
    office = desk.office_id
    row = desk.look_up("summary.read", lambda c: issued_row(c, office, wanted) if desk.may("summary.read") else None)
    if row is not None or not desk.may("summary.build"):
        return _issued(desk, wanted)
    facts = desk.look_up("summary.build", lambda c: draft_facts(c, desk, wanted))
    made = SummaryInOwnWords(desk)(facts)
    paper = show_draft(desk, f"{wanted}-{_('draft-summary')}", made)
    notes = notes_of("paper/summary", made)
    return desk.page(
        "months/draft.html",
        at=f"/months/{wanted}",
        month=wanted.month,
        paper=paper,
        notes=notes,
        seen=digest(facts),
        facts=facts,
    )


def _issued(desk: Desk, named: MonthName) -> Response:
    found = desk.look_up("summary.read", lambda c: issued_summary(c, desk, named))
    at = f"/months/{named}"
    paper = show_frozen(desk, f"{at}/summary", found["files"])
    return desk.page("months/issued.html", at=at, month=named.month, summary=found, paper=paper)


@router.post("/summary")
def issue(desk: At, form: Form, month: str) -> Response:
    """Issue it as it was seen, under its document number."""
    named = named_month(month)
    period = desk.read(lambda c: find_period(c, desk.office_id, named))
    render = SummaryInOwnWords(desk)
    as_seen: AsSeen[SummaryFacts] = AsSeen(desk, "summary.issue", form.text("seen"), render)
    place = (desk.database, desk.office_id, desk.actor)
    issued = summaries.issue(*place, period.id, desk.store, as_seen, desk.now(), number=form.text("number"))
    said = _("The summary of {month} is issued: {count} reports aggregated, head of the trail {head}.").format(
        month=period.month, count=issued.aggregated, head=issued.head
    )
    return desk.go(f"/months/{named}/summary", said=" ".join([said, *render.failures()]))


@router.get("/summary/{number}.png")
def page(desk: At, month: str, number: int) -> Response:
    """A page of the issued summary."""
    return page_file(desk, _frozen(desk, month, "pdf"), number)


@router.get("/summary.{kind}")
def file(desk: At, month: str, kind: str) -> Response:
    """An issued file, as it was frozen."""
    return kind_file(desk, _frozen(desk, month, kind), f"{named_month(month)}-{_('summary')}", kind)


def _frozen(desk: Desk, month: str, kind: str) -> bytes:
    files = desk.look_up("summary.read", lambda c: issued_summary(c, desk, named_month(month)))["files"]
    if kind not in files:
        raise no_page(desk.request)
    return desk.store.get(files[kind])


@router.get("/trace")
def trace(desk: At, month: str, paragraph: int | None = None) -> Response:
    """For each paragraph, or for one, the filings behind it."""
    facts, files = desk.look_up("summary.read", lambda c: facts_of(c, desk, named_month(month)))
    own = None if files else own_words(desk, "summary")
    found = narrowed(read_trace(facts, desk.store.get(files["json"]) if files else None, own), paragraph)
    return desk.page(
        "months/trace.html", at=f"/months/{named_month(month)}", trace=found, paragraph=paragraph,
        tasks={one["task_id"]: one for one in found["tasks"]}, filing_words=filing_words,
        months={one["month"]: month_words(one["month"], one["sealed_in"]) for one in found["months"]},
    )  # fmt: skip


@router.get("/charts")
def charts(desk: At, month: str) -> Response:
    """The charts of the issued summary, else of the month as it stands, with the same numbers as tables."""
    facts = _facts(desk, month)
    named, charts = named_month(month), pictures(facts)
    return desk.page(
        "months/charts.html", at=f"/months/{named}", month=named.month, charts=charts, months=months_of(facts)
    )


@router.get("/charts/{name}.svg")
def chart(desk: At, month: str, name: str) -> Response:
    """One chart."""
    found: dict[str, Any] = {one.name: one.svg for one in pictures(_facts(desk, month))}
    if name not in found:
        raise no_page(desk.request)
    return desk.file(found[name].encode(), f"{name}.svg", "image/svg+xml", inline=True)


def _facts(desk: Desk, month: str) -> SummaryFacts:
    facts, _files = desk.look_up("summary.read", lambda c: facts_of(c, desk, named_month(month)))
    return facts
