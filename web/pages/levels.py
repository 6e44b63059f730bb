"""Between the levels: what was handed down to whom and how it stands, what came, what went up; parcels made and taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.responses import Response

from deeds.levels import answering, correcting, handing_down, reporting_up, standing, taking
from deeds.months import named_month
from documents.parcels import LARGEST
from models import tables as t
from models.errors import DubanError
from models.language import N_, _
from models.parcels import ClauseReport, ParcelKind, ValueSaid
from web.frame.desk import At
from web.frame.files import MEDIA
from web.frame.paging import Page, Paging
from web.frame.posted import Form, Posted, number_of
from web.frame.uploads import some
from workflow import peers
from workflow.figures import read_figure

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.levels.correcting import Returned
    from deeds.levels.making import Made
    from deeds.levels.taking import Taken
    from web.frame.desk import Desk
    from workflow.peers import Peer

router = APIRouter(prefix="/levels")
#: parcels on a page
_SHOWN = 20


@router.get("")
def levels(desk: At, page: Page = 1) -> Response:
    """Every parcel with what came of it; what this person may make and take."""
    rows = desk.look_up(standing.DEED, lambda c: standing.listing(c, desk))
    others = desk.read(lambda c: peers.in_force(c, desk.office_id))
    paging = Paging("/levels", {}, page, len(rows), _SHOWN)
    return desk.page(
        "levels/list.html", parcels=paging.of(rows), paging=paging, below=_below(desk, others),
        above=[one for one in others if one.unit_id is None] if desk.may(reporting_up.DEED) else [],
        months=desk.read(lambda c: reporting_up.reportable(c, desk.office_id)) if desk.may(reporting_up.DEED) else [],
        notices=desk.read(lambda c: _notices(c, desk.office_id)) if desk.may(handing_down.DEED) else [],
        answerable=ParcelKind.REPORT if desk.may(answering.DEED) else None,
        correctable=ParcelKind.ANSWER if desk.may(reporting_up.DEED) else None, takes=desk.may(taking.DEED),
    )  # fmt: skip


@router.get("/{number}")
def parcel(desk: At, number: int) -> Response:
    """One parcel; for the director the forms by which what was returned is corrected."""
    return _parcel(desk, number, {})


def _parcel(desk: Desk, number: int, typed: dict[str, str], refusal: DubanError | None = None) -> Response:
    row = desk.look_up(standing.DEED, lambda c: standing.one(c, desk, number))
    returned: list[Returned] = []
    if row.inward and row.kind is ParcelKind.ANSWER and desk.may(reporting_up.DEED):
        returned = desk.read(lambda c: correcting.correctable(c, desk, number))
    answerable = row.inward and row.kind is ParcelKind.REPORT and desk.may(answering.DEED)
    return desk.page(
        "levels/show.html", row=row, returned=returned, answerable=answerable, typed=typed, refusal=refusal
    )


@router.post("/{number}/correct")
def correct(desk: At, form: Form, number: int) -> Response:
    """A clause that was returned, said anew; what is refused stays in its form."""
    desk.demand(reporting_up.DEED)
    typed = {name: form.text(name) for name in form.names()}
    clause = typed.get("clause", "")
    try:
        said = desk.read(lambda c: correcting.correctable(c, desk, number))
        before = next((one.before for one in said if one.before.number == clause), ClauseReport(clause))
        made = correcting.correct(desk, number, clause, _changed(form, before), form.text("reason"))
    except DubanError as refusal:
        if desk.is_part:
            raise
        return _parcel(desk, number, typed, refusal)
    return _made(desk, made)


@router.post("/{number}/correct-anew")
def correct_anew(desk: At, form: Form, number: int) -> Response:
    """The correction of a clause word for word, for the keys of today."""
    desk.demand(reporting_up.DEED)
    return _made(desk, correcting.correct_anew(desk, number, form.text("clause")))


def _changed(form: Posted, before: ClauseReport) -> dict[str, Any]:
    """What differs from what had been reported; a field left empty stays as it was."""
    said: dict[str, Any] = {name: form.text(name) for name in ("progress", "problems", "next_steps")}
    said["percent"] = form.number("percent")
    changed = {name: value for name, value in said.items() if value not in ("", None, getattr(before, name))}
    figures = {one.name: form.text(f"value-{place}") for place, one in enumerate(before.values)}
    values = [ValueSaid(name, read_figure(text, name, "")) for name, text in figures.items() if text]
    return {**changed, "values": values} if values else changed


def _below(desk: Desk, others: list[Peer]) -> list[Peer]:
    """The offices to which this person may hand something down."""
    return [one for one in others if one.unit_id is not None] if desk.may(handing_down.DEED) else []


def _notices(connection: Connection, office_id: int) -> list[tuple[int, str]]:
    n = t.notice.c
    rows = connection.execute(sa.select(n.id, n.title).where(n.office_id == office_id).order_by(n.id.desc()))
    return [(row.id, row.title) for row in rows]


@router.post("/take")
def take(desk: At, form: Form) -> Response:
    """Once; a second time it is said what was done the first time."""
    desk.demand(taking.DEED)
    file = some(form.upload("file"), LARGEST)
    taken = taking.take(desk, file.data, file.name)
    if taken.draft and not taken.existed:
        return desk.go(f"/notices/drafts/{taken.draft}", said=_told(taken))
    return desk.go(f"/levels/{taken.number}" if taken.kind is ParcelKind.ANSWER else "/levels", said=_told(taken))


#: what there is to do now, by what was taken
_NEXT: Final = {
    ParcelKind.HANDED_DOWN: N_("Say which units carry out each clause; then the director adopts it."),
    ParcelKind.REPORT: N_("They are the unit's reports now and wait to be reviewed."),
    ParcelKind.ANSWER: N_("What was returned is corrected here by the director."),
}


def _told(taken: Taken) -> str:
    if taken.existed:
        said = _("Parcel {number} of {office} ({kind}) was taken before: {done}. Nothing was done again.")
        return said.format(number=taken.number, office=taken.office, kind=taken.kind.label, done=taken.done)
    said = _("Parcel {number} of {office} ({kind}) was taken: {count} clauses.")
    told = [said.format(number=taken.number, office=taken.office, kind=taken.kind.label, count=len(taken.lines))]
    told.append(_(_NEXT[taken.kind]))
    told += [_("Not taken: {clause} ({why})").format(clause=one.clause, why=one.said) for one in taken.left]
    return " ".join(told)


@router.post("/hand-down")
def hand_down(desk: At, form: Form) -> Response:
    """All clauses of a notice in which the office below has a part."""
    desk.demand(handing_down.DEED)
    made = handing_down.hand_down(desk, form.text("office"), number_of(form.text("notice")))
    return _made(desk, made)


@router.post("/report")
def report(desk: At, form: Form) -> Response:
    """An issued month goes up."""
    desk.demand(reporting_up.DEED)
    return _made(desk, reporting_up.report_up(desk, named_month(form.text("month"))))


@router.post("/{number}/answer")
def answer(desk: At, _form: Form, number: int) -> Response:
    """How the report of this number was decided goes back."""
    desk.demand(answering.DEED)
    return _made(desk, answering.answer(desk, number))


def _made(desk: Desk, made: Made) -> Response:
    said = _("Parcel {number} is made: take its file from the first line and send it to the other office.")
    if made.existed:
        said = _("Parcel {number} says just this already; nothing has changed since. Its file is in the list.")
    left = [_("Not in it: {clause} ({why})").format(clause=clause, why=why) for clause, why in made.left]
    return desk.go("/levels", said=" ".join([said.format(number=made.number), *left]))


@router.get("/{number}/file")
def file(desk: At, number: int) -> Response:
    """The bytes as they were sealed."""
    sha256, name = desk.look_up(standing.DEED, lambda c: standing.file_of(c, desk, number))
    return desk.file(desk.store.get(sha256), name, MEDIA["parcel"])
