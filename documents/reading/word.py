"""The text of a .docx file: its paragraphs and table rows in order, with the numbers that Word counts by itself."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from documents.reading.packages import abnormal, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document
    from docx.table import Table

    from documents.reading.source import Notes

#: more paragraphs than any notice has; python-docx needs seconds for them (``reliability.md`` section 3)
MOST_PARAGRAPHS: Final = 20_000
_MAIN: Final = "word/document.xml"
_PARAGRAPH: Final = re.compile(rb"<(?:[A-Za-z0-9_]{1,20}:)?p[\s/>]")


def word_text(data: bytes, name: str, notes: Notes) -> str:
    """The text of a .docx, one line for a paragraph or a table row; E-F07 and E-F08 before anything is unpacked."""
    main = parts(data, name, _MAIN)[_MAIN]
    if sum(1 for _found in _PARAGRAPH.finditer(main)) > MOST_PARAGRAPHS:
        raise abnormal(name)
    import docx  # 0.2 s, and only Word files need it

    try:
        return "\n".join(_lines(docx.Document(io.BytesIO(data)), notes))
    except Exception:  # noqa: BLE001 - python-docx raises whatever the broken part provokes; all of it means one thing
        raise abnormal(name) from None


def _lines(document: Document, notes: Notes) -> Iterator[str]:
    from docx.table import Table as WordTable

    from documents.reading.numbering import Numbering

    numbering = Numbering(document)
    for block in document.iter_inner_content():
        if isinstance(block, WordTable):
            yield from _rows(block)
        else:
            yield numbering.label(block, notes) + block.text


def _rows(table: Table) -> Iterator[str]:
    """A row as one line; a merged cell is said once."""
    for row in table.rows:
        cells: list[str] = []
        before = None
        for cell in row.cells:
            if cell._tc is not before:  # noqa: SLF001 - the only way to tell a merged cell from an equal one
                cells.append(cell.text.replace("\n", " "))
            before = cell._tc  # noqa: SLF001
        yield " ".join(cells)
