"""What an .xlsx holds: the draft of a decomposition table of our own, or the sheets of somebody else's as tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from documents.decomposition.reading import is_own, read_book
from documents.foreign.content import Cell, Content, Grid, Row
from documents.notice_json import to_json
from documents.workbook_opening import open_book
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 64


def workbook_content(data: bytes, name: str) -> Content | dict[str, Any]:
    """The draft as ``{"draft": …}`` where the workbook is one of ours; else its visible sheets, a line for each row."""
    book = open_book(data, name)
    if is_own(book):
        return {"draft": to_json(read_book(book, name))}
    lines: list[str] = []
    grids = []
    for sheet in open_book(data, name, values=True).worksheets:
        if sheet.sheet_state != "visible":
            continue
        grid = _grid(sheet, len(lines), name)
        for at, row in enumerate(grid):
            own = dict.fromkeys(cell for cell in row.cells if cell.row == at)
            lines.append(" ".join(cell.text for cell in own if cell.text).replace("\n", " "))
        if grid:
            grids.append(Grid(grid, len(lines)))
    return Content("\n".join(lines), tuple(grids))


def _grid(sheet: Worksheet, before: int, name: str) -> tuple[Row, ...]:
    """The rows of a sheet to its last one that says anything, with merged cells known."""
    if sheet.max_row > MOST_ROWS:  # openpyxl knows of no limit; a row far below is a slip of the hand, or a trap
        raise BadInput("E-N04", _("The table has more than {limit} rows.").format(limit=MOST_ROWS), where=name)
    corners = dict(_merged(sheet))
    rows = list(sheet.iter_rows(max_col=min(sheet.max_column, MOST_COLUMNS)))
    texts = [[shown(cell.value) for cell in row] for row in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    width = max((at + 1 for row in texts for at, text in enumerate(row) if text), default=0)
    made = []
    for at, row in enumerate(texts):
        places = [corners.get((at, column), (at, column)) for column in range(width)]
        cells = (Cell(texts[top][left] if top < len(texts) else row[left], top, left) for top, left in places)
        made.append(Row(before + at + 1, tuple(cells)))
    return tuple(made)


def _merged(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Each place under a merged cell, and the place of its corner; counted from 0."""
    for area in sheet.merged_cells.ranges:
        corner = (area.min_row - 1, area.min_col - 1)
        if corner[1] < MOST_COLUMNS:
            for row in range(area.min_row - 1, min(area.max_row, MOST_ROWS)):
                for column in range(area.min_col - 1, min(area.max_col, MOST_COLUMNS)):
                    yield (row, column), corner


def shown(value: Any) -> str:
    """A cell's value as a person sees it: days in Chinese, whole numbers without a point, errors as nothing."""
    if isinstance(value, datetime | date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value).strip()
    return "" if text.startswith("#") and text.endswith(("!", "?", "/A")) else text
