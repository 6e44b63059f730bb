"""Reading a table of problems that an office wrote: each row becomes a draft, or is refused by the cell that is wrong.

Nothing is guessed: what a cell does not say is refused, and a row that is refused becomes no draft. The workbook is
somebody else's file: it is opened in a child process with limits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from documents.decomposition import cells
from documents.foreign.confinement import confined
from documents.ledger.columns import BY_KEY, EXAMPLE_MARK, FIELDS, SOURCES
from documents.ledger.headings import headings_of, no_table
from documents.ledger.rows import Merged, ProblemRow
from documents.plain_text import one_line
from documents.workbook_opening import open_book
from models.drafts import ProblemDraft
from models.errors import BadInput
from models.language import _
from models.states import ProblemSource

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from documents.ledger.headings import Headings

MOST_ROWS: Final = 5_000
#: rows of a sheet that are looked at, empty ones among them
_MOST_SEEN: Final = 20_000
_NEEDED: Final = tuple(field.key for field in FIELDS if field.needed)
_EXAMPLE: Final = {field.key: field.example for field in FIELDS}
_NUMBER: Final = re.compile(r"\d+")
_PARTED: Final = re.compile(r"[、,，;；\n]+")
#: 2022年6月30日前, 2022年6月底前: said of a time limit, the day itself still counts
_BEFORE: Final = re.compile(r"(?:之前|以前|前)$")


@dataclass(frozen=True, slots=True)
class ProblemsRead:
    """What a file gives: the problems that may be registered, and a refusal for each cell that stands in the way."""

    drafts: tuple[ProblemDraft, ...]
    refusals: tuple[BadInput, ...]


def read_problems(data: bytes, name: str) -> ProblemsRead:
    """As ``problems_in``, in a child process with limits; ``BadInput`` also where these do not suffice (E-F16 to E-F18)."""
    made = confined("problems", data, name)
    drafts = (
        ProblemDraft(**{
            **one, "found_on": date.fromisoformat(one["found_on"]), "due_on": date.fromisoformat(one["due_on"]),
            "units": tuple(one["units"]), "photos": tuple(one["photos"]),
        })
        for one in made["drafts"]
    )  # fmt: skip
    return ProblemsRead(tuple(drafts), tuple(BadInput(**one) for one in made["refusals"]))


def problems_content(data: bytes, name: str) -> dict[str, Any]:
    """What the child hands over: drafts and refusals as plain data."""
    read = problems_in(data, name)
    days = ("found_on", "due_on")
    drafts = [{**asdict(one), **{day: getattr(one, day).isoformat() for day in days}} for one in read.drafts]
    return {"drafts": drafts, "refusals": [one.as_dict() for one in read.refusals]}


def problems_in(data: bytes, name: str) -> ProblemsRead:
    """The problems in an .xlsx; ``BadInput`` where the file as a whole cannot be taken (E-F…, E-N04, E-P09).

    Every sheet that can be seen and has the headings is read; other sheets and columns are left alone.
    """
    book = open_book(data, name)
    read = _Reading()
    tables = [(sheet, found) for sheet in book.worksheets if (found := headings_of(sheet))]
    for sheet, found in tables:
        if sheet.sheet_state == "visible":
            read.sheet(sheet, found)
        else:
            what = _("This sheet is hidden; it was not read.")
            read.refusals.append(no_table(what, sheet.title))
    if not tables:
        needed = "、".join(BY_KEY[key].heading for key in _NEEDED)
        raise no_table(_("The headings are missing; needed are: {headings}").format(headings=needed), name)
    if not read.drafts and not read.refusals:
        raise no_table(_("There is no problem below the headings."), name)
    return ProblemsRead(tuple(read.drafts), tuple(read.refusals))


class _Reading:
    """What was read so far, over all sheets of a file."""

    def __init__(self) -> None:
        self.drafts: list[ProblemDraft] = []
        self.refusals: list[BadInput] = []
        self._rows = 0
        self._places: dict[tuple[str | date, ...], str] = {}

    def sheet(self, sheet: Worksheet, headings: Headings) -> None:
        """Read the rows below the headings of a sheet."""
        merged = Merged(sheet, headings.columns.values())
        if sheet.max_row - headings.last_row > _MOST_SEEN:
            raise _too_many(sheet)
        for number in range(headings.last_row + 1, sheet.max_row + 1):
            row = ProblemRow(sheet, headings, merged, number)
            if row.is_empty():
                continue
            self._rows += 1
            if self._rows > MOST_ROWS:
                raise _too_many(sheet)
            draft = _draft(row)
            if draft and not row.refusals:
                self._keep(draft, row)
            self.refusals += row.refusals

    def _keep(self, draft: ProblemDraft, row: ProblemRow) -> None:
        """Take the draft unless the same problem was found in the same unit on the same day before."""
        lead = draft.units[0]
        same = (draft.source, draft.source_ref, draft.title, draft.place, draft.description, draft.found_on, lead)
        place = self._places.setdefault(same, row.place("title"))
        if place == row.place("title"):
            self.drafts.append(draft)
            return
        what = _("The same problem stands already in {place}.").format(place=place)
        row.refuse("E-P07", "title", what, _("Delete one of the two rows, or say what tells the problems apart."))


def _too_many(sheet: Worksheet) -> BadInput:
    return BadInput(
        "E-N04",
        _("The table has more than {limit} rows.").format(limit=MOST_ROWS),
        where=sheet.title,
        remedy=_("Delete the empty rows below the table, or split it into several files."),
    )


def _draft(row: ProblemRow) -> ProblemDraft | None:
    """The problem of a row; None for the example, and where a refusal was said."""
    texts = row.texts()
    if texts["number"] == EXAMPLE_MARK:
        if texts != _EXAMPLE:
            row.unreadable("number", _("this row is marked as the example, but it was changed"), _unmarked())
        return None
    if row.shared("title"):
        row.unreadable("title", _("the cell is merged over several rows; one row says one problem"))
    leads = _units(row, "lead", texts)
    for key in _NEEDED:
        if not texts[key] or (key == "lead" and not leads):
            row.refuse("E-P03", key, _("This column must be filled in."))
    source, found, due = _source(row, texts["source"]), _day(row, "found", texts), _day(row, "due", texts)
    units = tuple(dict.fromkeys((*leads, *_units(row, "support", texts))))
    if found and due and due < found:
        row.refuse("E-P06", "due", _("The time limit lies before the day the problem was found."))
    if row.refusals:
        return None
    assert found
    assert due
    lines = {key: one_line(texts[key]) for key in ("title", "source_ref", "place")}
    draft = ProblemDraft(source, lines["title"], found, due, units, lines["source_ref"], lines["place"])
    photos = tuple(part.strip() for part in _PARTED.split(texts["photos"]) if part.strip())
    return replace(
        draft, description=texts["description"], clause_number=one_line(texts["clause"]), measures=texts["measures"],
        photos=photos, row=row.number,
    )  # fmt: skip


def _unmarked() -> str:
    return _("Delete the row, or put a number in place of the mark.")


def _source(row: ProblemRow, text: str) -> str:
    """The source by its word in either language or by its code."""
    for source in ProblemSource:
        if text in {source.value, SOURCES[source.value], source.label_key, source.label}:
            return source.value
    if text:
        choices = "、".join(SOURCES.values())
        row.refuse("E-P04", "source", _("{text} is not one of: {choices}").format(text=text[:40], choices=choices))
    return ""


def _units(row: ProblemRow, key: str, texts: dict[str, str]) -> tuple[str, ...]:
    try:
        return cells.names(re.sub(r"\s+", "、", texts[key]))
    except cells.BadCell as bad:
        row.unreadable(key, str(bad))
        return ()


def _day(row: ProblemRow, key: str, texts: dict[str, str]) -> date | None:
    try:
        return _civil_day(texts[key], limit=key == "due")
    except cells.BadCell as bad:
        row.refuse("E-P05", key, str(bad))
        return None


def _civil_day(text: str, *, limit: bool) -> date | None:
    """A whole date, None for an empty cell; of a month alone only the end may be said, as a time limit (2022年6月底前)."""
    if not text:
        return None
    said = unicodedata.normalize("NFKC", text)
    said = _BEFORE.sub("", said) if limit else said
    whole = len(_NUMBER.findall(said)) >= 3 or (limit and said.endswith("底"))
    day = cells.day_of(said) if whole else None
    if day is None:
        raise cells.BadCell(_("{text} is not a date; write it as 2022-06-30").format(text=text[:40]))
    if not 2000 <= day.year <= 2099:
        raise cells.BadCell(_("the date {text} lies outside the years 2000 to 2099").format(text=text[:40]))
    return day
