"""How a cell of a workbook that a person edits looks: text as text, headings, borders, the colours of what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from documents.decomposition import cells

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

FACE: Final = "仿宋"
GREY: Final = "7F7F7F"
_LINE: Final = Side(style="thin", color="BFBFBF")
BORDER: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write text as text: never a formula, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert not hasattr(cell, "_merged")
    say(cell, text)  # type: ignore[arg-type]
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(name=FACE, size=11)
    return cell  # type: ignore[return-value]


def say(cell: Cell, text: str) -> None:
    """Give a cell another text; how it looks is left as it is."""
    cell.value = cells.stored(text) or None
    if text:
        cell.data_type = "s"


def head(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a heading."""
    cell = put(sheet, row, column, text)
    cell.font = Font(name="黑体", size=11, bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE6F0")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = BORDER


def fill(cell: Cell, colour: str) -> None:
    """Colour a cell; empty takes the colour away."""
    cell.fill = PatternFill("solid", fgColor=colour) if colour else PatternFill()
