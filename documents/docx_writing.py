"""Writing .docx: paragraphs, tables and page furniture in the official typefaces, fast and with stable bytes.

Tables are written as XML elements, not cell by cell: python-docx searches the grid anew for every cell. All text goes
through ``printable``. Faces are named as GB/T 9704-2012 wants them; the reader's machine supplies them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from documents.plain_text import printable, without_controls
from documents.sheet import steady

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from docx.document import Document

BODY: Final = "仿宋_GB2312"
TITLE: Final = "方正小标宋简体"
HEADING: Final = "黑体"
SUBHEADING: Final = "楷体_GB2312"
LEFT, CENTRE, RIGHT, BOTH = "left", "center", "right", "both"
_PER_MM: Final = 56.7  # twentieths of a point


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; ``size`` in points, ``colour`` as RRGGBB."""

    text: str
    face: str = BODY
    size: float = 16
    bold: bool = False
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Margins:
    """Page margins in millimetres."""

    top: int
    bottom: int
    left: int
    right: int


def open_document(title: str, author: str, dated: date, margins: Margins) -> Document:
    """An empty A4 document of the day ``dated``, without the template's own styles of text."""
    document = docx.Document()
    moment = datetime.combine(dated, time(0, 0), UTC)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = printable(title), printable(author), ""
    properties.comments, properties.language = "", "zh-CN"
    properties.created = properties.modified = moment
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(margins.top), Mm(margins.bottom)
    section.left_margin, section.right_margin = Mm(margins.left), Mm(margins.right)
    style = document.styles["Normal"]
    style.font.name, style.font.size = BODY, Pt(16)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    return document


def closed(document: Document, dated: date) -> bytes:
    """The finished file; the same content gives the same bytes."""
    made = io.BytesIO()
    document.save(made)
    return steady(made.getvalue(), dated)


def paragraph(
    runs: Sequence[Run] = (),
    *,
    align: str = BOTH,
    indent: float = 0,
    exact: float = 0,
    before: float = 0,
    right: float = 0,
    keep: bool = False,
    new_page: bool = False,
) -> Any:
    """A paragraph element: ``indent`` of the first line and ``right`` in points, ``exact`` line pitch in points."""
    element = OxmlElement("w:p")
    look = _sub(element, "w:pPr")
    if keep:
        _sub(look, "w:keepNext")
    if new_page:
        _sub(look, "w:pageBreakBefore")
    spacing = {"w:before": _twentieths(before), "w:after": "0"}
    spacing |= {"w:line": _twentieths(exact), "w:lineRule": "exact"} if exact else {}
    _sub(look, "w:spacing", spacing)
    _sub(look, "w:ind", {"w:firstLine": _twentieths(indent), "w:right": _twentieths(right)})
    _sub(look, "w:jc", {"w:val": align})
    for run in runs:
        _add_run(element, run)
    return element


def add(document: Document, *elements: Any) -> None:
    """Put elements at the end of the document, in front of the section's own settings."""
    body = document.element.body
    for element in elements:
        body[-1].addprevious(element)


def table(
    widths: Sequence[float],
    rows: Iterable[Sequence[Run | Sequence[Run]]] | Iterable[Sequence[Run | list[Run]]],
    *,
    aligns: Sequence[str] = (),
    head_rows: int = 0,
    shaded: str = "E8EDF3",
    lines: bool = True,
) -> Any:
    """A bordered table; ``widths`` in millimetres; a row of one cell spans all columns; the head repeats on each page."""
    element = OxmlElement("w:tbl")
    look = _sub(element, "w:tblPr")
    _sub(look, "w:tblW", {"w:w": _dxa(sum(widths)), "w:type": "dxa"})
    _sub(look, "w:jc", {"w:val": CENTRE})
    if lines:
        borders = _sub(look, "w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            _sub(borders, f"w:{side}", {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": "666666"})
    _sub(look, "w:tblLayout", {"w:type": "fixed"})
    grid = _sub(element, "w:tblGrid")
    for width in widths:
        _sub(grid, "w:gridCol", {"w:w": _dxa(width)})
    for number, row in enumerate(rows):
        fill = shaded if number < head_rows or len(row) == 1 else ""
        _add_row(element, row, widths, aligns, fill, head=number < head_rows)
    return element


def footer(document: Document, odd: Any, even: Any | None = None) -> None:
    """The foot of every page; with ``even``, facing pages differ."""
    section = document.sections[0]
    section.footer.is_linked_to_previous = False
    _replace(section.footer._element, odd)  # noqa: SLF001 - python-docx has no public element of a footer
    if even is not None:
        document.settings.odd_and_even_pages_header_footer = True
        section.even_page_footer.is_linked_to_previous = False
        _replace(section.even_page_footer._element, even)  # noqa: SLF001 - as above


def footer_picture(document: Document, png: bytes, side: float) -> None:
    """Put a square picture, ``side`` in millimetres, above the words at the foot of every page."""
    section = document.sections[0]
    section.footer_distance = Mm(6)
    holder = section.footer.add_paragraph()
    holder.add_run().add_picture(io.BytesIO(png), width=Mm(side))
    holder.paragraph_format.space_before = holder.paragraph_format.space_after = Pt(2)
    section.footer._element.insert(0, holder._element)  # noqa: SLF001 - python-docx can only add at the end


def field(element: Any, code: str, run: Run) -> None:
    """Add a field (``PAGE``, ``NUMPAGES``) to a paragraph element."""
    holder = _sub(element, "w:fldSimple", {"w:instr": code})
    _add_run(holder, Run("1", run.face, run.size, run.bold, run.colour))


def text(element: Any, run: Run) -> None:
    """Add more text to a paragraph element."""
    _add_run(element, run)


def rule(element: Any, *, side: str, colour: str, eighths: int) -> None:
    """Draw a line above (``top``) or below (``bottom``) a paragraph; width in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    _sub(borders, f"w:{side}", {"w:val": "single", "w:sz": str(eighths), "w:space": "8", "w:color": colour})
    element.find(qn("w:pPr")).find(qn("w:spacing")).addprevious(borders)


def _replace(part: Any, paragraph_element: Any) -> None:
    for child in list(part):
        part.remove(child)
    part.append(paragraph_element)


def _add_row(
    parent: Any,
    row: Sequence[Run | Sequence[Run]],
    widths: Sequence[float],
    aligns: Sequence[str],
    fill: str,
    *,
    head: bool,
) -> None:
    line = _sub(parent, "w:tr")
    look = _sub(line, "w:trPr")
    _sub(look, "w:cantSplit")
    if head:
        _sub(look, "w:tblHeader")
    spans = len(row) == 1 and len(widths) > 1
    for number, content in enumerate(row):
        cell = _sub(line, "w:tc")
        shape = _sub(cell, "w:tcPr")
        _sub(shape, "w:tcW", {"w:w": _dxa(sum(widths) if spans else widths[number]), "w:type": "dxa"})
        if spans:
            _sub(shape, "w:gridSpan", {"w:val": str(len(widths))})
        if fill:
            _sub(shape, "w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": fill})
        _sub(shape, "w:vAlign", {"w:val": CENTRE})
        align = LEFT if spans else CENTRE if head else aligns[number] if aligns else LEFT
        cell.append(paragraph([content] if isinstance(content, Run) else content, align=align, keep=spans))


def _add_run(parent: Any, run: Run) -> None:
    element = _sub(parent, "w:r")
    look = _sub(element, "w:rPr")
    western = "Times New Roman"
    _sub(look, "w:rFonts", {"w:ascii": western, "w:hAnsi": western, "w:eastAsia": run.face, "w:hint": "eastAsia"})
    if run.bold:
        _sub(look, "w:b")
    if run.colour:
        _sub(look, "w:color", {"w:val": run.colour})
    half_points = str(round(run.size * 2))
    _sub(look, "w:sz", {"w:val": half_points})
    _sub(look, "w:szCs", {"w:val": half_points})
    for number, part in enumerate(without_controls(run.text).split("\n")):
        if number:
            _sub(element, "w:br")
        holder = _sub(element, "w:t")
        holder.text = part
        holder.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _sub(parent: Any, name: str, attributes: dict[str, str] | None = None) -> Any:
    return etree.SubElement(parent, qn(name), {qn(key): value for key, value in (attributes or {}).items()})


def _twentieths(points: float) -> str:
    return str(round(points * 20))


def _dxa(millimetres: float) -> str:
    return str(round(millimetres * _PER_MM))
