"""The problem ledger: listed with its lights, registered, with pictures, imported and taken out; inspections on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.problems import Sought, listed_problems, told_import
from deeds.task_views import light
from documents.ledger.reading import read_problems
from documents.ledger.workbook import write_blank, write_ledger
from documents.picture_sizes import JPEG, PNG
from documents.scan import PDF
from models.drafts import ProblemDraft
from models.errors import BadInput
from models.language import _
from models.states import PhotoShows, ProblemSource
from models.times import local_date
from web.frame.addresses import no_page
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import Form, needed_day
from web.frame.showing import kind_file
from web.frame.uploads import some, take
from workflow import inspections, ledger, problems, units
from workflow.filings import StoredFile

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from web.frame.posted import Posted
    from workflow.ledger import Entry

router = APIRouter(prefix="/problems")
_PICTURES: Final = frozenset({JPEG, PNG, PDF})
_SOURCES: Final = tuple(one.value for one in ProblemSource)


def _sources() -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in ProblemSource]


@router.get("")
def listing(desk: At, source: str = "", late: str = "", page: Page = 1) -> Response:
    """The problems that this person may see, each with its light."""
    now = desk.now()

    wanted, place = Sought(source=source, late=bool(late)), (desk.office_id, desk.actor)
    found, total = desk.look_up("task.read", lambda c: listed_problems(c, *place, wanted, now, page))
    paging = Paging("/problems", {"source": source, "late": late}, page, total, bounded=True)
    rows = [(one, *light(one.task, local_date(now))) for one in found]
    return desk.page("problems/list.html", rows=rows, paging=paging, source=source, late=late, sources=_sources())


@router.get("/export.xlsx")
def export(desk: At) -> Response:
    """The ledger as a workbook: the problems that this person may see."""
    now = desk.now()
    facts = desk.look_up("problem.export", lambda c: ledger.ledger_facts(c, desk.office_id, now, actor=desk.actor))
    return kind_file(desk, write_ledger(facts), f"{_('problem ledger')}-{local_date(now)}", "xlsx")


@router.get("/template.xlsx")
def template(desk: At) -> Response:
    """The empty table to be filled in and imported."""
    desk.demand("problem.register")
    return kind_file(desk, write_blank(), _("problems to import"), "xlsx")


@router.get("/new")
def form_page(desk: At, inspection: int = 0) -> Response:
    """The form by which a problem is registered."""
    desk.demand("problem.register")
    names = desk.read(lambda c: units.names_today(c, desk.office_id))
    return desk.page(
        "problems/new.html",
        sources=_sources(),
        names=names,
        inspection=inspection,
        name_choices=[(name, name) for name in names],
    )


@router.post("")
def register(desk: At, form: Form) -> Response:
    """Register a problem; its lead unit has to rectify it."""
    desk.demand("problem.register")
    draft, now = _draft(form), desk.now()
    held = form.number("inspection") or None
    number = desk.perform(
        "problem.register",
        lambda c: problems.register(c, desk.office_id, desk.actor, draft, now, inspection_id=held),
    )
    said = _("Problem {id} is registered; {unit} has to rectify it by {day}.")
    return desk.go(f"/problems/{number}", said=said.format(id=number, unit=draft.units[0], day=draft.due_on))


def _draft(form: Posted) -> ProblemDraft:
    named = [form.text("lead"), *form.many("unit")]
    source = form.text("source")
    return ProblemDraft(
        source=source if source in _SOURCES else _SOURCES[0],
        title=form.text("title"),
        found_on=needed_day(form.text("found_on")),
        due_on=needed_day(form.text("due_on")),
        units=tuple(dict.fromkeys(name for name in named if name)),
        source_ref=form.text("source_ref"),
        place=form.text("place"),
        description=form.text("description"),
        clause_number=form.text("clause"),
        measures=form.text("measures"),
    )


@router.post("/import")
def take_in(desk: At, form: Form) -> Response:
    """Register the rows of a table that are right and tell the rest; as a trial first, which keeps nothing."""
    desk.demand("problem.register")
    file, dry, now = some(form.upload("file")), form.text("how") != "do", desk.now()
    read = read_problems(file.data, file.name)
    made = desk.perform(
        "problem.register",
        lambda c: problems.register_many(
            c, desk.office_id, desk.actor, [one for one in read.drafts if not one.photos], now, dry_run=dry
        ),
    )
    told = told_import(read.refusals, {one.row: _no_pictures(one) for one in read.drafts if one.photos}, made)
    return desk.page("problems/imported.html", told={**told, "dry_run": dry})


def _no_pictures(draft: ProblemDraft) -> BadInput:
    return BadInput(
        "E-H92",
        _("A row that names pictures is not taken from a table here."),
        where=draft.title,
        remedy=_("Clear the cell, import the row, then add the pictures on the problem's page."),
    )


@router.get("/inspections")
def held(desk: At, page: Page = 1) -> Response:
    """Every inspection on record, and recording another."""
    place = (desk.office_id, desk.actor)
    rows, total = desk.look_up("inspection.record", lambda c: inspections.listing(c, *place, page))
    paging = Paging("/problems/inspections", {}, page, total, bounded=True)
    return desk.page("problems/inspections.html", rows=rows, paging=paging)


@router.post("/inspections")
def record(desk: At, form: Form) -> Response:
    """Keep an inspection that was held."""
    desk.demand("inspection.record")
    day, now = needed_day(form.text("held_on")), desk.now()
    told = (form.text("title"), day, form.text("place"), form.text("team"), form.text("text"))
    number = desk.perform("inspection.record", lambda c: inspections.record(c, desk.office_id, desk.actor, *told, now))
    return desk.go("/problems/inspections", said=_("Inspection {id} is recorded.").format(id=number))


@router.get("/{number}")
def problem(desk: At, number: int) -> Response:
    """A problem's facts, pictures and visits; its steps are taken on the page of its task."""
    now = desk.now()

    def work(connection: Connection) -> tuple[Entry, dict[str, Any]]:
        problems.visible_problem(connection, desk.office_id, desk.actor, number)
        entry = ledger.entries(connection, desk.office_id, now, actor=desk.actor, only=[number])[0]
        return entry, problems.records(connection, desk.office_id, desk.actor, number)

    entry, kept = desk.look_up("task.read", work)
    return desk.page(
        "problems/show.html", entry=entry, line=entry.line, light=light(entry.task, local_date(now)), kept=kept,
        shows=[(one.value, one.label) for one in PhotoShows],
    )  # fmt: skip


@router.post("/{number}/photo")
def add_photo(desk: At, form: Form, number: int) -> Response:
    """A picture of a problem; looked at in a child process before it is kept."""
    desk.look_up("problem.photo", lambda c: problems.visible_problem(c, desk.office_id, desk.actor, number))
    desk.demand("problem.photo")
    taken, now = take(form.upload("file"), desk.now(), _PICTURES), desk.now()
    stored = StoredFile(taken.sha256, taken.name, taken.media_type, len(taken.data))
    shows = next((one for one in PhotoShows if one.value == form.text("shows")), PhotoShows.FOUND)

    def work(connection: Connection) -> int:
        kept = problems.add_photo(connection, desk.office_id, desk.actor, number, stored, shows, form.text("note"), now)
        desk.store.put(taken.data)  # before its row is there for good, and not at all when it was refused
        return kept

    photo = desk.perform("problem.photo", work)
    return desk.go(
        f"/problems/{number}", said=_("Picture {id} of problem {problem} is kept.").format(id=photo, problem=number)
    )


@router.get("/{number}/photos/{photo}")
def picture(desk: At, number: int, photo: int) -> Response:
    """A picture as it was kept: JPEG and PNG are shown, a PDF is downloaded."""
    kept = desk.look_up("task.read", lambda c: problems.records(c, desk.office_id, desk.actor, number))["photos"]
    found = next((one for one in kept if one["id"] == photo), None)
    if found is None:
        raise no_page(desk.request)
    data = desk.store.get(found["sha256"])
    return desk.file(data, found["name"], found["media_type"], inline=found["media_type"] != PDF)
