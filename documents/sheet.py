"""Cells of a workbook that hold user text as text: never a formula, never lost on the way back.

A text that a spreadsheet could take for a formula gets one apostrophe in front (``as_cell``), which ``from_cell``
takes off again. Source: ``reliability.md`` section 7, row 25.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from documents.plain_text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell

#: what a spreadsheet may read as the start of a formula; the wide signs where it is set to Chinese or Japanese
_FORMULA: Final = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
#: more than this a cell cannot hold; openpyxl would cut silently
_LONGEST: Final = 32_000
_HEAD_FONT: Final = Font(bold=True)
_HEAD_FILL: Final = PatternFill("solid", fgColor="E8EDF3")
_LINE: Final = Side(style="thin", color="999999")
_BOX: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TEXT: Final = Alignment(wrap_text=True, vertical="top")
_NUMBER: Final = Alignment(horizontal="center", vertical="top")


def as_cell(text: str) -> str:
    """The text as it is written into a cell."""
    clean = printable(text)
    if len(clean) > _LONGEST:
        clean = clean[:_LONGEST] + "……"
    return f"'{clean}" if clean.lstrip("'").startswith(_FORMULA) else clean


def from_cell(value: object) -> str:
    """The text that ``as_cell`` wrote; numbers as people write them, an empty cell as an empty text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def set_text(cell: Cell, text: str) -> None:
    """Put user text into a cell: a string whatever it looks like."""
    cell.value = as_cell(text)
    cell.data_type = "s"


def call(book: Workbook, title: str, author: str = "") -> None:
    """What the workbook says of itself; a control character in it could not be saved."""
    book.properties.title = one_line(title)
    if author:
        book.properties.creator = one_line(author)


def table(
    book: Workbook,
    name: str,
    columns: Sequence[tuple[str, float]],
    rows: Iterable[Sequence[str | int | float | None]],
    top: Sequence[str] = (),
) -> None:
    """Add a sheet with a frozen, filterable head; ``columns`` are names and widths in characters.

    Texts become string cells, numbers stay numbers. ``top`` are lines above the head. For write-only workbooks.
    """
    sheet = book.create_sheet(name)
    for number, (_name, width) in enumerate(columns, 1):
        sheet.column_dimensions[_letter(number)].width = width
    head = len(top) + 1
    sheet.freeze_panes = f"A{head + 1}"
    for line in top:
        sheet.append([_cell(sheet, line)])
    sheet.append([_head_cell(sheet, title) for title, _width in columns])
    last = head
    for row in rows:
        sheet.append([_cell(sheet, value, boxed=True) for value in row])
        last += 1
    sheet.auto_filter.ref = f"A{head}:{_letter(len(columns))}{last}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _letter(number: int) -> str:
    return chr(ord("A") + number - 1)


def _head_cell(sheet: Any, title: str) -> Any:
    cell = _cell(sheet, title, boxed=True)
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    return cell


def _cell(sheet: Any, value: str | float | None, *, boxed: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        set_text(cell, value)
    else:
        cell.value = value
    if boxed:
        cell.border = _BOX
        cell.alignment = _TEXT if isinstance(value, str) else _NUMBER
    return cell


def steady(package: bytes, dated: date) -> bytes:
    """A .docx or .xlsx whose every time is the day ``dated``, so that the same content gives the same bytes."""
    made = io.BytesIO()
    moment = f"{dated:%Y-%m-%d}T00:00:00Z".encode()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                pattern = rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)"
                data = re.sub(pattern, rb"\g<1>" + moment + rb"\g<2>", data)
            entry = zipfile.ZipInfo(name, (dated.year, dated.month, dated.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, data)
    return made.getvalue()
