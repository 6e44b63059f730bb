"""A list of the desk as a workbook of one sheet: what people typed stays text, whatever it looks like."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook

from documents import sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def list_sheet(
    name: str, columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[str | int | float | None]]
) -> bytes:
    """The .xlsx; ``columns`` are names and widths in characters."""
    book = Workbook(write_only=True)
    sheet.table(book, name, columns, rows)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
