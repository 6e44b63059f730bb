"""Writing .docx: paragraphs, tables and styles in the official typefaces, fast and with stable bytes.

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
from docx.shared import Mm
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
WESTERN: Final = "Times New Roman"
MM: Final = 72 / 25.4
TYPE_WIDTH: Final = 156 * MM
#: 22 lines in 225 mm; 28 characters of 16 points in 156 mm, each a little closer to the next than it is wide
PITCH: Final = 28.95
BODY_SIZE: Final = 16.0
CLOSER: Final = -0.3
CHARACTER: Final = BODY_SIZE + CLOSER
_PER_MM: Final = 56.7  # twentieths of a point
#: real headings with their levels, so that the navigation pane shows the paper
_STYLES: Final = (
    ("Title", TITLE, 22, None),
    ("Heading 1", HEADING, 16, 0),
    ("Heading 2", SUBHEADING, 16, 1),
    ("Heading 3", BODY, 16, 2),
    ("Heading 4", BODY, 16, 3),
    ("Header", BODY, 9, None),
    ("Footer", "宋体", 14, None),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; ``size`` in points, ``colour`` as RRGGBB, ``stretch`` the width of its characters in percent."""

    text: str
    face: str = BODY
    size: float = 16
    bold: bool = False
    colour: str = ""
    stretch: int = 100


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell as it is drawn: over how many rows and columns it reaches."""

    runs: tuple[Run, ...]
    rows: int = 1
    columns: int = 1


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
    _grid(section)
    _styles(document)
    return document


def _grid(section: Any) -> None:
    """22 lines a page, 28 characters a line: pitches as Word counts them (1/20 and 1/4096 of a point).

    The page has the grid and the style the same pitches of its own: what opens the file without knowing grids, or
    gives a character wider than a cell two of them, sets the same lines.
    """
    element = section._sectPr  # noqa: SLF001 - python-docx has no public element of a section
    for old in element.findall(qn("w:docGrid")):
        element.remove(old)
    _sub(element, "w:docGrid", {"w:type": "linesAndChars", "w:linePitch": "579", "w:charSpace": "-849"})


def _styles(document: Document) -> None:
    normal = document.styles["Normal"].element
    _restyle(normal, BODY, 16)
    look = normal.get_or_add_pPr()
    for name in ("w:widowControl", "w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid"):
        _sub(look, name, {"w:val": "0"})  # every page has its lines, every line its characters
    _sub(look, "w:spacing", {"w:before": "0", "w:after": "0", "w:line": _twentieths(PITCH), "w:lineRule": "exact"})
    for name, face, size, level in _STYLES:
        style = document.styles[name].element
        _restyle(style, face, size)
        look = style.get_or_add_pPr()
        if level is not None:
            _sub(look, "w:keepNext")
        _sub(look, "w:spacing", {"w:before": "0", "w:after": "0"})
        if level is not None:
            _sub(look, "w:outlineLvl", {"w:val": str(level)})


def _restyle(style: Any, face: str, size: float) -> None:
    """Take the template's own looks away: blue headings in a western face."""
    for name in ("w:pPr", "w:rPr"):
        for old in style.findall(qn(name)):
            style.remove(old)
    look = style.get_or_add_rPr()
    _sub(look, "w:rFonts", {"w:ascii": WESTERN, "w:hAnsi": WESTERN, "w:eastAsia": face, "w:cs": WESTERN})
    _sub(look, "w:spacing", {"w:val": _closer(size)})
    for name in ("w:sz", "w:szCs"):
        _sub(look, name, {"w:val": str(round(size * 2))})
    _sub(look, "w:lang", {"w:val": "en-US", "w:eastAsia": "zh-CN"})


def closed(document: Document, dated: date) -> bytes:
    """The finished file; the same content gives the same bytes."""
    made = io.BytesIO()
    document.save(made)
    return steady(made.getvalue(), dated)


def paragraph(
    runs: Sequence[Run] = (),
    *,
    style: str = "",
    align: str = BOTH,
    indent: float = 0,
    exact: float = 0,
    before: float = 0,
    left: float = 0,
    right: float = 0,
    keep: bool = False,
    new_page: bool = False,
) -> Any:
    """A paragraph element; lengths in points.

    ``indent`` of the first line (negative: hanging), ``exact`` pitch of its lines (0: as the type wants), ``style``:
    the id of a style.
    """
    element = OxmlElement("w:p")
    look = _sub(element, "w:pPr")
    if style:
        _sub(look, "w:pStyle", {"w:val": style})
    if keep:
        _sub(look, "w:keepNext")
    if new_page:
        _sub(look, "w:pageBreakBefore")
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):  # of each paragraph: not every program asks its style
        _sub(look, name, {"w:val": "0"})
    spacing = {"w:before": _twentieths(before), "w:after": "0"}
    spacing |= {"w:line": _twentieths(exact) if exact else "240", "w:lineRule": "exact" if exact else "auto"}
    _sub(look, "w:spacing", spacing)
    first = {"w:firstLine": _twentieths(indent)} if indent >= 0 else {"w:hanging": _twentieths(-indent)}
    _sub(look, "w:ind", {"w:left": _twentieths(left), "w:right": _twentieths(right), **first})
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
    rows: Iterable[Sequence[TableCell | None]],
    *,
    aligns: Sequence[str] = (),
    head_rows: int = 0,
    shaded: str = "F2F2F2",
    lines: bool = True,
) -> Any:
    """A bordered table; ``widths`` in millimetres; None where a cell from above reaches down; the head repeats on each page."""
    element = OxmlElement("w:tbl")
    look = _sub(element, "w:tblPr")
    _sub(look, "w:tblW", {"w:w": _dxa(sum(widths)), "w:type": "dxa"})
    _sub(look, "w:jc", {"w:val": CENTRE})
    if lines:
        borders = _sub(look, "w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            _sub(borders, f"w:{side}", {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": "000000"})
    _sub(look, "w:tblLayout", {"w:type": "fixed"})
    grid = _sub(element, "w:tblGrid")
    for width in widths:
        _sub(grid, "w:gridCol", {"w:w": _dxa(width)})
    for number, row in enumerate(rows):
        _add_row(element, row, widths, aligns, shaded, head=number < head_rows)
    return element


def footer(document: Document, odd: Any, even: Any | None = None) -> None:
    """The foot of every page; with ``even``, facing pages differ."""
    section = document.sections[-1]
    section.footer.is_linked_to_previous = False
    fill(section.footer, odd)
    if even is not None:
        document.settings.odd_and_even_pages_header_footer = True
        section.even_page_footer.is_linked_to_previous = False
        fill(section.even_page_footer, even)


def footer_picture(document: Document, png: bytes, side: float) -> None:
    """Put a square picture, ``side`` in millimetres, above the words at the foot of every page."""
    section = document.sections[0]
    section.footer_distance = Mm(6)
    holder = section.footer.add_paragraph()
    holder.add_run().add_picture(io.BytesIO(png), width=Mm(side))
    holder.paragraph_format.space_before = holder.paragraph_format.space_after = Mm(1)
    holder.paragraph_format.line_spacing = 1.0  # an exact pitch, as the text has it, would cut the picture off
    section.footer._element.insert(0, holder._element)  # noqa: SLF001 - python-docx can only add at the end


def field(element: Any, code: str, run: Run) -> None:
    """Add a field (``PAGE``, ``NUMPAGES``) to a paragraph element."""
    holder = _sub(element, "w:fldSimple", {"w:instr": code})
    _add_run(holder, Run("1", run.face, run.size, run.bold, run.colour))


def text(element: Any, run: Run) -> None:
    """Add more text to a paragraph element."""
    _add_run(element, run)


def rule(element: Any, *, side: str, colour: str, eighths: int, space: int = 8, kind: str = "single") -> None:
    """Draw a line above (``top``) or below (``bottom``) a paragraph; width in eighths of a point, ``space`` in points."""
    look = element.find(qn("w:pPr"))
    borders = look.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        look.find(qn("w:autoSpaceDE")).addprevious(borders)
    shape = {"w:val": kind, "w:sz": str(eighths), "w:space": str(space), "w:color": colour}
    _sub(borders, f"w:{side}", shape)


def tab_right(element: Any, points: float) -> None:
    """A tab stop that ends its text so many points from the left."""
    tabs = OxmlElement("w:tabs")
    _sub(tabs, "w:tab", {"w:val": "right", "w:pos": _twentieths(points)})
    element.find(qn("w:pPr")).find(qn("w:autoSpaceDE")).addprevious(tabs)


def placed(element: Any, across: float, down: float, width: float = 156) -> None:
    """Place a paragraph on the page, so many points from its left and upper edge; its width in millimetres."""
    frame = OxmlElement("w:framePr")
    shape = {"w": _dxa(width), "wrap": "notBeside", "vAnchor": "page", "hAnchor": "page"}
    for name, value in {**shape, "x": _twentieths(across), "y": _twentieths(down)}.items():
        frame.set(qn(f"w:{name}"), value)
    look = element.find(qn("w:pPr"))
    place = 1 if look.find(qn("w:pStyle")) is not None else 0  # Word wants the style first
    look.insert(place, frame)


def width_of(text_: str) -> float:
    """About how wide a line of 16 points is, in points."""
    return sum(8.0 if char.isascii() else CHARACTER for char in text_)


def fill(part: Any, *elements: Any) -> None:
    """Put elements into a head or foot in place of what is there."""
    holder = part._element  # noqa: SLF001 - python-docx has no public element of a footer
    for child in list(holder):
        holder.remove(child)
    for element in elements:
        holder.append(element)


def _add_row(
    parent: Any,
    row: Sequence[TableCell | None],
    widths: Sequence[float],
    aligns: Sequence[str],
    shaded: str,
    *,
    head: bool,
) -> None:
    line = _sub(parent, "w:tr")
    look = _sub(line, "w:trPr")
    _sub(look, "w:cantSplit")
    if head:
        _sub(look, "w:tblHeader")
    place = 0
    for content in row:
        columns = content.columns if content else 1
        spans = columns > 1
        cell = _sub(line, "w:tc")
        shape = _sub(cell, "w:tcPr")
        _sub(shape, "w:tcW", {"w:w": _dxa(sum(widths[place : place + columns])), "w:type": "dxa"})
        if spans:
            _sub(shape, "w:gridSpan", {"w:val": str(columns)})
        if content is None or content.rows > 1:
            _sub(shape, "w:vMerge", {"w:val": "restart"} if content else {})
        if spans and columns == len(widths):
            _sub(shape, "w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": shaded})
        _sub(shape, "w:vAlign", {"w:val": CENTRE})
        align = LEFT if spans else CENTRE if head else aligns[place] if aligns else LEFT
        cell.append(paragraph(content.runs if content else (), align=align, keep=spans))
        place += columns


def _add_run(parent: Any, run: Run) -> None:
    element = _sub(parent, "w:r")
    look = _sub(element, "w:rPr")
    _sub(look, "w:rFonts", {"w:ascii": WESTERN, "w:hAnsi": WESTERN, "w:eastAsia": run.face, "w:hint": "eastAsia"})
    if run.bold:
        _sub(look, "w:b")
    if run.colour:
        _sub(look, "w:color", {"w:val": run.colour})
    if run.size != BODY_SIZE:
        _sub(look, "w:spacing", {"w:val": _closer(run.size)})
    if run.stretch != 100:
        _sub(look, "w:w", {"w:val": str(run.stretch)})
    half_points = str(round(run.size * 2))
    _sub(look, "w:sz", {"w:val": half_points})
    _sub(look, "w:szCs", {"w:val": half_points})
    for number, part in enumerate(without_controls(run.text).split("\n")):
        if number:
            _sub(element, "w:br")
        for place, piece in enumerate(part.split("\t")):
            if place:
                _sub(element, "w:tab")
            holder = _sub(element, "w:t")
            holder.text = piece
            holder.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _sub(parent: Any, name: str, attributes: dict[str, str] | None = None) -> Any:
    return etree.SubElement(parent, qn(name), {qn(key): value for key, value in (attributes or {}).items()})


def _closer(size: float) -> str:
    """How much closer than they are wide the characters of a size stand: those of the body alone."""
    return _twentieths(CLOSER if size == BODY_SIZE else 0)


def _twentieths(points: float) -> str:
    return str(round(points * 20))


def _dxa(millimetres: float) -> str:
    return str(round(millimetres * _PER_MM))
