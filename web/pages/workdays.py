"""The workday calendar: a year as deadlines are reckoned with it, and the yearly notice read before it is taken over."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response

from documents.reading.reader import read_text
from models.errors import BadInput
from models.language import _
from models.times import local_date
from web.frame.desk import At, Desk
from web.frame.posted import Form, Posted
from web.frame.uploads import some
from web.frame.wording import WEEKDAYS
from workflow import calendar_store
from workflow.calendar import WorkCalendar
from workflow.holiday_notice import parse_holiday_notice

if TYPE_CHECKING:
    from datetime import date

    from workflow.calendar import YearTable

router = APIRouter(prefix="/workdays")
_FIRST, _LAST = 2000, 2199


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month's grid; ``kind`` is off, makeup, weekend, work, or nothing for a day of another month."""

    number: int
    kind: str


def _months(known: WorkCalendar, year: int) -> list[list[list[Day]]]:
    """Twelve months of weeks, each from Monday to Sunday."""

    def day(value: date, month: int) -> Day:
        if value.month != month:
            return Day(0, "")
        if value in known.makeup:
            return Day(value.day, "makeup")
        if value in known.off:
            return Day(value.day, "off")
        return Day(value.day, "weekend" if value.weekday() > 4 else "work")

    return [
        [[day(value, month) for value in week] for week in Calendar().monthdatescalendar(year, month)]
        for month in range(1, 13)
    ]


@router.get("")
def year_view(desk: At, year: int = 0) -> Response:
    """The year's months, with its holidays and make-up workdays."""
    wanted = year if _FIRST <= year <= _LAST else local_date(desk.now()).year
    return _page(desk, wanted)


def _page(
    desk: Desk, year: int, *, read: YearTable | None = None, text: str = "", source: str = "",
    refusal: BadInput | None = None,
) -> Response:  # fmt: skip
    known = desk.read(lambda c: calendar_store.load_calendar(c, desk.office_id))
    sources = dict(desk.read(lambda c: calendar_store.years_known(c, desk.office_id)))
    shown = WorkCalendar(read.off, read.makeup, frozenset({read.year})) if read else known
    return desk.page(
        "workdays/year.html", year=year, months=_months(shown, year),
        weekdays=[_(name) for name in WEEKDAYS], provisional=read is None and known.is_provisional(year),
        source=sources.get(year, ""), read=read, text=text, named=source, refusal=refusal,
        known=known, imports=desk.may("calendar.import"),
    )  # fmt: skip


@router.post("/preview")
def preview(desk: At, form: Form) -> Response:
    """What the notice is read as; nothing is taken over yet."""
    desk.demand("calendar.import")
    text, source = _given(form)
    try:
        read = parse_holiday_notice(text)
    except BadInput as refusal:
        return _page(desk, local_date(desk.now()).year, text=text, source=source, refusal=refusal)
    return _page(desk, read.year, read=read, text=text, source=source)


def _given(form: Posted) -> tuple[str, str]:
    """The notice's text, pasted or out of a file, and what it is called."""
    text = form.text("text")
    if text:
        return text, form.text("named") or _("pasted text")
    chosen = some(form.upload("file"))
    return read_text(chosen.data, chosen.name), chosen.name


@router.post("")
def take_over(desk: At, form: Form) -> Response:
    """Take the notice over; what is to come is reckoned anew."""
    desk.demand("calendar.import")
    text, source = _given(form)
    read = parse_holiday_notice(text)
    count = desk.perform(
        "calendar.import",
        lambda c: calendar_store.import_year(c, desk.office_id, desk.actor, read, source, desk.now()),
    )
    said = _("{year}: {off} days off, {makeup} make-up workdays; {count} tasks are reckoned anew.").format(
        year=read.year, off=len(read.off), makeup=len(read.makeup), count=count
    )
    return desk.go(f"/workdays?year={read.year}", said)
