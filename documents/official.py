"""A paper as files: .docx and PDF from the same blocks, in the layouts of GB/T 9704-2012 (figures in ``domain.md``)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from documents.official_docx import official_document
from documents.page_pictures import page_count
from documents.paper import LETTER, SHEET, annex_list, annex_mark, cells, mark_look
from documents.title_lines import title_lines
from documents.typesetting import pdf, pngs
from models.errors import EnvironmentRefused
from models.rendering import Rendered

if TYPE_CHECKING:
    import typst

    from documents.paper import Paper, Table


#: lines a page that a letter may have, so that its signature is not alone
_CLOSER: Final = (24, 26)
#: a row of more lines may be broken over pages; the padding of a column and its type (10.5 points) in millimetres
_TALL: Final = 20
_PADDING, _SMALL = 2.5, 3.71


def paper_files(paper: Paper, *, fonts: typst.Fonts | None = None) -> Rendered:
    """The paper as .docx and PDF; the same paper gives the same bytes.

    Without a Chinese typeface the PDF is left out and ``notes`` says how to get one.
    """
    try:
        drawn, (fitted, made) = _drawn(paper, fonts), _fitted(paper, fonts)
    except EnvironmentRefused as refusal:
        return Rendered({"docx": official_document(paper)}, (str(refusal),))
    return Rendered({"docx": official_document(fitted, drawn), "pdf": made})


def _fitted(paper: Paper, fonts: typst.Fonts | None) -> tuple[Paper, bytes]:
    """A letter on one page where closer lines bring it there: the standard allows it so that the seal has its room."""
    made = paper_pdf(paper, fonts=fonts)
    if paper.form == LETTER and page_count(made) == 2:
        for lines in _CLOSER:
            closer = replace(paper, lines=lines)
            tried = paper_pdf(closer, fonts=fonts)
            if page_count(tried) == 1:
                return closer, tried
    return paper, made


def _drawn(paper: Paper, fonts: typst.Fonts | None) -> dict[str, bytes]:
    """The annexes' pictures as PNG by name."""
    found = [picture for annex in paper.annexes for picture in annex.pictures]
    return dict(zip((one.name for one in found), pngs([one.svg for one in found], fonts=fonts), strict=True))


def paper_pdf(paper: Paper, *, fonts: typst.Fonts | None = None) -> bytes:
    """The PDF alone; raises ``EnvironmentRefused`` E-P01 where no Chinese typeface is installed."""
    return pdf("official.typ", _told(paper), dated=paper.dated, fonts=fonts)


def _told(paper: Paper) -> dict[str, Any]:
    """The paper as the template wants it: plain data, with what is decided here for both kinds of file."""
    words = asdict(paper)
    words.pop("dated")
    words["mark_size"], words["mark_stretch"] = mark_look(paper.mark)
    words["title_lines"] = title_lines(paper.title)
    listed = paper.form != SHEET
    words["annex_list"] = annex_list(paper.annexes) if listed else []
    for number, (told, annex) in enumerate(zip(words["annexes"], paper.annexes, strict=True), 1):
        told["mark"] = annex_mark(number, len(paper.annexes)) if listed else ""
        told["title_lines"] = title_lines(annex.title)
        told["table"] = _table(annex.table)
    for told, block in zip(words["blocks"], paper.blocks, strict=True):
        if block.table is not None:
            told["table"] = _table(block.table)
    return words


def _table(table: Table) -> dict[str, Any]:
    drawn = []
    for row in cells(table):
        widths = [column.width for column in table.columns]
        tall = any(cell and _lines(cell.text, width) > _TALL for cell, width in zip(row, widths, strict=False))
        drawn.append([None if cell is None else {**asdict(cell), "tall": tall} for cell in row])
    return {"columns": [asdict(column) for column in table.columns], "drawn": drawn}


def _lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column of so many millimetres."""
    across = max(1, int((width - _PADDING) / _SMALL))
    return sum(-(-len(part) // across) for part in text.split("\n"))
