"""The register of urging notices, supervision notices and circulars: made after a look, listed, printed, declared void."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.months import month_of
from deeds.papers import InOwnWords, notes_of, owing_now
from deeds.seen import AsSeen, digest
from models.language import _
from models.paper_facts import ChasingFacts
from models.states import PaperKind
from web.frame.addresses import no_page
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import Form, few_days, number_of
from web.frame.showing import kind_file, page_file, show_draft, show_frozen
from workflow import owing, papers, units

if TYPE_CHECKING:
    from web.frame.desk import Desk

router = APIRouter(prefix="/papers")


@router.get("")
def register(desk: At, kind: str = "", page: Page = 1) -> Response:
    """Every paper, the newest first, void ones too; and who owes something now."""
    wanted = kind if kind in {one.value for one in PaperKind} else ""
    asked: dict[str, Any] = {"kind": wanted, "newest": True, "page": page}
    rows, total = desk.look_up("paper.read", lambda c: papers.list_papers(c, desk.office_id, desk.actor, **asked))
    paging = Paging("/papers", {"kind": wanted}, page, total, bounded=True)
    now = desk.now()
    late = desk.read(lambda c: owing_now(c, desk.office_id, now)) if desk.may("paper.urge") else []
    return desk.page(
        "papers/list.html", papers=[_line(row) for row in rows], late=late, kind=wanted,
        kinds=[(one.value, one.label) for one in PaperKind], paging=paging,
        makes=[one for one, deed in papers.DEEDS.items() if desk.may(deed)],
    )  # fmt: skip


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """A paper's row with its number as it is cited and its kind as people call it."""
    cited = papers.cited(row["year"], row["number"])
    return {**row, "cited": cited, "label": PaperKind(row["kind"]).label}


@router.get("/new")
def look(desk: At, kind: str = "", unit: str = "", month: str = "", days: str = "") -> Response:
    """A paper to a unit as it would be issued now; no number is taken."""
    desk.demand("paper.urge")  # whoever may make any of them may make this one
    chosen, about, now = _kind(desk, kind), month_of(month) if month else "", desk.now()
    given = few_days(number_of(days)) if days else owing.WORKING_DAYS[chosen]

    def work(connection: Any) -> ChasingFacts:
        to = units.unit_id(connection, desk.office_id, unit)
        return papers.preview(connection, desk.office_id, desk.actor, chosen, to, about, now, working_days=given)

    facts = desk.look_up(papers.DEEDS[chosen], work)
    made = InOwnWords(desk, chosen.value)(facts)
    return desk.page(
        "papers/new.html", paper=show_draft(desk, chosen.label, made), facts=facts, kind=chosen, unit=unit,
        month=about, days=given, seen=digest(facts), notes=notes_of(f"paper/{chosen.value}", made),
    )  # fmt: skip


@router.post("/new")
def make(desk: At, form: Form) -> Response:
    """Issue it as it was seen: it gets the next number and is frozen."""
    desk.demand("paper.urge")  # whoever may make any of them may make this one
    kind, days = _kind(desk, form.text("kind")), few_days(form.number("days") or 0)
    month = month_of(form.text("month")) if form.text("month") else ""
    to = desk.look_up(papers.DEEDS[kind], lambda c: units.unit_id(c, desk.office_id, form.text("unit")))
    render = InOwnWords(desk, kind.value)
    as_seen: AsSeen[ChasingFacts] = AsSeen(desk, papers.DEEDS[kind], form.text("seen"), render)
    place = (desk.database, desk.office_id, desk.actor)
    made = papers.make(*place, kind, to, month, desk.store, as_seen, desk.now(), working_days=days)
    said = _("{kind} {number} is issued; print it, have it signed and stamped.").format(
        kind=kind.label, number=made.cited
    )
    return desk.go(f"/papers/{made.paper_id}", said=" ".join([said, *render.failures()]))


def _kind(desk: Desk, text: str) -> PaperKind:
    """A kind that is made by hand; a circular is issued from its drafts."""
    found = next((one for one in papers.DEEDS if one.value == text), None)
    if found is None:
        raise no_page(desk.request)
    return found


@router.get("/{number}/{page}.png")
def page_of(desk: At, number: int, page: int) -> Response:
    """A page of an issued paper."""
    row = _found(desk, number)
    return page_file(desk, desk.store.get(row["files"]["pdf"]) if "pdf" in row["files"] else None, page)


@router.get("/{number}.{kind}")
def file(desk: At, number: int, kind: str) -> Response:
    """An issued file, as it was frozen."""
    row = _found(desk, number)
    if kind not in row["files"]:
        raise no_page(desk.request)
    name = f"{row['label']}-{row['year']}-{row['number']}"
    return kind_file(desk, desk.store.get(row["files"][kind]), name, kind)


@router.get("/{number}")
def paper(desk: At, number: int) -> Response:
    """What a paper says, its pages, its files."""
    row = _found(desk, number)
    return desk.page("papers/show.html", row=row, paper=show_frozen(desk, f"/papers/{number}", row["files"]))


@router.post("/{number}/void")
def void(desk: At, form: Form, number: int) -> Response:
    """Declare a paper void; its number is not given again."""
    why, now = form.text("reason"), desk.now()
    cited = desk.perform("paper.void", lambda c: papers.void(c, desk.office_id, desk.actor, number, why, now))
    said = _("Paper {id} ({cited}) is void; its number is not given again.").format(id=number, cited=cited)
    return desk.go(f"/papers/{number}", said=said)


def _found(desk: Desk, number: int) -> dict[str, Any]:
    return _line(desk.look_up("paper.read", lambda c: papers.find(c, desk.office_id, desk.actor, number)))
