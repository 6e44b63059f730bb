"""The rows of a sheet that a person edited: texts by heading, and refusals that name the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents.decomposition import cells
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS: Final = 10_000
_WIDEST: Final = 64


class Row:
    """One row of a sheet: texts by heading, and refusals that name the cell."""

    def __init__(self, sheet: Worksheet, found: dict[str, Cell | MergedCell]) -> None:
        """``found`` maps each heading to its cell; under a merged range, to the cell that holds the text."""
        self._sheet, self._cells = sheet, found
        self.texts = {heading: self._text(heading) for heading in found}

    def _text(self, heading: str) -> str:
        cell = self._cells[heading]
        if cell.data_type == "f":
            raise self.refusal(heading, _("this is a formula, text was expected"))
        if cell.data_type == "e":
            raise self.refusal(heading, _("the cell shows an error"))
        return str(self.understood(heading, lambda: cells.unstored(cell.value)))

    def refusal(self, heading: str, what: str) -> BadInput:
        """The refusal of one cell: sheet, cell, column, and what is wrong with it."""
        where = (
            f"{self._sheet.title}!{self._cells[heading].coordinate}（{heading}）"
            if heading in self._cells
            else self._sheet.title
        )
        return BadInput("E-X02", what, where=where, remedy=_("Correct this cell and import the table again."))

    def understood(self, heading: str, read: Callable[[], Any]) -> Any:
        """The value of a cell, or a refusal that names it."""
        try:
            return read()
        except cells.BadCell as bad:
            raise self.refusal(heading, str(bad)) from None

    def get(self, heading: str) -> str:
        """The text under a heading, empty where the column was removed."""
        return self.texts.get(heading, "")


def columns_of(sheet: Worksheet, headings: Sequence[str], needed: Collection[str]) -> tuple[int, dict[str, int]]:
    """The row of the headings and the column of each, both 1-based; (0, {}) when the needed ones stand nowhere.

    ``BadInput`` E-N20 where a heading stands twice, or was renamed: what was written under it would be lost.
    """
    # openpyxl makes every cell that it is asked for, also where the sheet has none
    height, width = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, _WIDEST)
    for number, row in enumerate(sheet.iter_rows(max_row=height, max_col=width), 1):
        said = [(str(cell.value).strip(), cell) for cell in row if cell.value is not None]
        if not set(needed) <= {name for name, _cell in said}:
            continue
        _refuse_unknown(sheet, headings, said)
        return number, {name: int(cell.column) for name, cell in said if name in headings}
    return 0, {}


def _refuse_unknown(sheet: Worksheet, headings: Sequence[str], said: list[tuple[str, Any]]) -> None:
    names = [name for name, _cell in said]
    for name, cell in said:
        where = f"{sheet.title}!{cell.coordinate}"
        if name in headings and names.count(name) > 1:
            what = _("The heading “{heading}” stands twice.").format(heading=name)
            raise BadInput("E-N20", what, where=where, remedy=_("Delete the column that is not the table's own."))
    missing = [name for name in headings if name not in names]
    unknown = [(name, cell) for name, cell in said if name and name not in headings]
    if missing and unknown:
        name, cell = unknown[0]
        raise BadInput(
            "E-N21",
            _("“{heading}” is no heading of this table, and these are missing: {missing}").format(
                heading=name[:20], missing="、".join(missing)
            ),
            where=f"{sheet.title}!{cell.coordinate}",
            remedy=_("Give the column its heading back; a column of your own may stay beside all the others."),
        )


def rows_of(sheet: Worksheet, headings: Sequence[str], needed: Collection[str]) -> Iterator[Row]:
    """The rows below the headings that hold anything under one of them."""
    first, columns = columns_of(sheet, headings, needed)
    if not first:
        what = _("The headings are missing; needed are: {headings}").format(headings="、".join(needed))
        raise BadInput("E-X01", what, where=sheet.title, remedy=_("Import the table that duban exported."))
    merged = _merged(sheet)
    for number, row in enumerate(sheet.iter_rows(min_row=first + 1, max_col=_WIDEST), first + 1):
        if number > MOST_ROWS:
            raise BadInput(
                "E-N04", _("The table has more than {limit} rows.").format(limit=MOST_ROWS), where=sheet.title
            )
        found = {heading: row[at - 1] for heading, at in columns.items()}
        if any(cell.value is not None for cell in found.values()):
            yield Row(sheet, {heading: merged.get(cell.coordinate, cell) for heading, cell in found.items()})


def _merged(sheet: Worksheet) -> dict[str, Any]:
    """For each cell under a merged range the one that holds its text."""
    return {
        sheet.cell(row, column).coordinate: sheet.cell(area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, min(area.max_row, MOST_ROWS) + 1)
        for column in range(area.min_col, min(area.max_col, _WIDEST) + 1)
    }
