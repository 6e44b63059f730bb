"""One row of a table of problems: what its cells say, merged ones among them, and refusals that name the cell."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from documents.decomposition import cells
from documents.ledger.columns import BY_KEY
from documents.plain_text import printable
from documents.sheet import from_cell
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.worksheet.worksheet import Worksheet

    from documents.ledger.headings import Headings


class Merged:
    """The merged cells of a sheet, to be asked for each cell."""

    def __init__(self, sheet: Worksheet, columns: Iterable[int]) -> None:
        """Keep the ranges that begin in one of the columns."""
        wanted = set(columns)
        self._spans: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for span in sheet.merged_cells.ranges:
            if span.min_col in wanted:
                self._spans[span.min_col].append((span.min_row, span.max_row, span.max_col))
        for spans in self._spans.values():
            spans.sort()

    def top(self, row: int, column: int) -> int:
        """The row that holds what a cell shows: its own, or the first of the range it lies in."""
        first, last, _right = self._before(row, column)
        return first if first <= row <= last else row

    def wide(self, row: int, column: int) -> bool:
        """Whether a cell is merged with its neighbours to the right: a line of text across the table."""
        first, last, right = self._before(row, column)
        return first <= row <= last and right > column

    def _before(self, row: int, column: int) -> tuple[int, int, int]:
        """The last range of a column that begins at the row or above it."""
        spans = self._spans.get(column, [])
        place = bisect_right(spans, row, key=lambda span: span[0])
        return spans[place - 1] if place else (0, -1, 0)


class ProblemRow:
    """One row: its texts by column, and the refusals that name its cells."""

    def __init__(self, sheet: Worksheet, headings: Headings, merged: Merged, number: int) -> None:
        self.number, self.refusals = number, list[BadInput]()
        self._sheet, self._headings, self._merged = sheet, headings, merged
        own = {key: sheet.cell(number, at).value for key, at in headings.columns.items()}
        self._said = [key for key, value in own.items() if value is not None and str(value).strip()]

    def is_empty(self) -> bool:
        """Whether the row holds no problem: nothing but its number, or one line of text across the table."""
        said = [key for key in self._said if key != "number"]
        if len(said) == 1 and self._said == said:
            return self._merged.wide(self.number, self._headings.columns[said[0]])
        return not said

    def texts(self) -> dict[str, str]:
        """What each known column says; a cell merged downwards says it for all its rows."""
        return {key: self._text(key) if key in self._headings.columns else "" for key in BY_KEY}

    def _text(self, key: str) -> str:
        column = self._headings.columns[key]
        cell = self._sheet.cell(self._merged.top(self.number, column), column)
        if key == "number":
            return str(cell.value or "").strip()
        if wrong := {"f": _("this is a formula, text was expected"), "e": _("the cell shows an error")}.get(
            cell.data_type
        ):
            self.unreadable(key, wrong)
            return ""
        try:
            return _said(cell.value)
        except cells.BadCell as bad:
            self.unreadable(key, str(bad))
            return ""

    def shared(self, key: str) -> bool:
        """Whether the column's cell is merged with one above."""
        column = self._headings.columns[key]
        return self._merged.top(self.number, column) != self.number

    def place(self, key: str) -> str:
        """Sheet, cell and heading; for a column that is not there, the sheet and the row."""
        if key not in self._headings.columns:
            return f"{self._sheet.title}!{self.number}（{BY_KEY[key].heading}）"
        coordinate = self._sheet.cell(self.number, self._headings.columns[key]).coordinate
        return f"{self._sheet.title}!{coordinate}（{self._headings.names[key]}）"

    def unreadable(self, key: str, what: str, remedy: str = "") -> None:
        """Say that a cell cannot be understood."""
        self.refuse("E-P08", key, what, remedy)

    def refuse(self, code: str, key: str, what: str, remedy: str = "") -> None:
        """Say what is wrong with a cell; once a cell."""
        place = self.place(key)
        if all(one.where != place for one in self.refusals):
            remedy = remedy or _("Correct this cell and import the file again.")
            self.refusals.append(BadInput(code, what, where=place, remedy=remedy))


def _said(value: object) -> str:
    """The text that ``sheet.as_cell`` wrote, or that a person typed."""
    if isinstance(value, str):
        value = from_cell(value)
        value = f"'{value}" if value.startswith("'") else value  # ``unstored`` takes one apostrophe off
    return printable(cells.unstored(value))
