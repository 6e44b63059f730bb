"""Page furniture of a .docx by GB/T 9704-2012: page numbers on facing pages, the letter's double lines, turned pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from documents import docx_writing as w
from documents.docx_writing import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document

MARGINS: Final = w.Margins(top=37, bottom=35, left=28, right=26)
#: a turned page is bound with its head to the left: each margin is the one that was there before it turned
_TURNED: Final = w.Margins(top=28, bottom=26, left=35, right=37)
_NUMBER: Final = 14.0  # 4号
#: heights of the copy block's lines, of the rule below them and of the head of the trail, in points
_COPIES, _RULE, _TRAIL = 24.0, 4.0, 16.0
#: 7 mm below the type area stand the dashes, in the middle of a line of this height
_LINE: Final = 14.0
RED: Final = "E60012"


def number_pages(document: Document) -> None:
    """– 1 – as fields: right on odd, left on even pages, one character in, 7 mm below the type area."""
    w.footer(document, _number(w.RIGHT), _number(w.LEFT))
    document.sections[-1].footer_distance = Mm(MARGINS.bottom - 7) - Pt(_LINE / 2)


def _number(align: str) -> Any:
    look = Run("", "宋体", _NUMBER)
    foot = w.paragraph(
        [Run("– ", "宋体", _NUMBER)], style="Footer", align=align, exact=_LINE, left=_NUMBER, right=_NUMBER
    )
    w.field(foot, "PAGE", look)
    w.text(foot, Run(" –", "宋体", _NUMBER))
    return foot


def letter_first_page(document: Document, mark: Run) -> None:
    """The letter's first page: mark 30 mm from the edge, double lines of 170 mm below it and 20 mm from the foot."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(30) - Pt(0.12 * mark.size)
    section.first_page_header.is_linked_to_previous = False
    head = w.paragraph([mark], style="Header", align=w.CENTRE, exact=mark.size * 1.15, left=-8 * w.MM, right=-6 * w.MM)  # fmt: skip
    w.rule(head, side="bottom", colour=RED, eighths=24, space=9, kind="thickThinSmallGap")
    w.fill(section.first_page_header, head)
    section.first_page_footer.is_linked_to_previous = False
    foot = w.paragraph([], style="Footer", exact=4)
    w.rule(foot, side="bottom", colour=RED, eighths=24, space=1, kind="thinThickSmallGap")
    w.placed(foot, 20 * w.MM, (297 - 20) * w.MM - 10, 170)  # above its double line, 20 mm from the lower edge
    w.fill(section.first_page_footer, foot, w.paragraph(style="Footer", exact=4))


def turn(document: Document, *, landscape: bool, at_once: bool) -> None:
    """Begin pages that lie down, or stand up again; ``at_once``: nothing stands before them yet."""
    if at_once:
        section = document.sections[-1]
    else:
        section = document.add_section(WD_SECTION.NEW_PAGE)
        _flatten(document)
        section.different_first_page_header_footer = False
    margins = _TURNED if landscape else MARGINS
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.top_margin, section.bottom_margin = Mm(margins.top), Mm(margins.bottom)
    section.left_margin, section.right_margin = Mm(margins.left), Mm(margins.right)
    for footer, align in ((section.footer, w.RIGHT), (section.even_page_footer, w.LEFT)):
        footer.is_linked_to_previous = False
        w.fill(footer, *((_turned_number(align), w.paragraph(exact=1)) if landscape else (_number(align),)))


def _flatten(document: Document) -> None:
    """The paragraph that ends a section takes no line of its own."""
    ending = document.element.body[-2].find(qn("w:pPr"))
    spacing = OxmlElement("w:spacing")
    for name, value in {"before": "0", "after": "0", "line": "20", "lineRule": "exact"}.items():
        spacing.set(qn(f"w:{name}"), value)
    ending.insert(0, spacing)
    ending[:] = sorted(ending, key=lambda child: child.tag == qn("w:sectPr"))


def _turned_number(align: str) -> Any:
    """The number where the upright pages have theirs: a cell beside the type area whose text runs downwards."""
    number = _number(align)
    cell_table = w.table((8,), [[w.TableCell(())]], lines=False)
    _place(cell_table, vertAnchor="page", horzAnchor="page", tblpX=str(round(24 * 56.7)), tblpY=str(round(28 * 56.7)))
    row = cell_table.find(qn("w:tr"))
    _high(row, 156 * w.MM)
    cell = row.find(qn("w:tc"))
    direction = OxmlElement("w:textDirection")
    direction.set(qn("w:val"), "tbRl")
    cell.find(qn("w:tcPr")).find(qn("w:vAlign")).addprevious(direction)
    cell.replace(cell.find(qn("w:p")), number)
    return cell_table


def imprint(head: str, lines: Sequence[tuple[str, str]], *, landscape: bool) -> list[Any]:
    """版记 on the lower edge of the type area of the last page; behind the text the head of the trail.

    Each line is a frame of its own, placed by the edges of the page. ``lines`` are left and right.
    """
    foot, left_edge = (210 - _TURNED.bottom, _TURNED.left) if landscape else (297 - MARGINS.bottom, MARGINS.left)
    made = []
    for place, (left, right) in enumerate(lines):
        line = w.paragraph([Run(f"　{left}", size=14)], align=w.LEFT, exact=_COPIES)
        w.rule(line, side="top", colour="000000", eighths=6 if place else 8, space=1)
        if place + 1 == len(lines):
            w.rule(line, side="bottom", colour="000000", eighths=8, space=1)
        if right:
            w.tab_right(line, w.TYPE_WIDTH - _NUMBER)
            w.text(line, Run(f"\t{right}", size=14))
        w.placed(line, left_edge * w.MM, foot * w.MM - _RULE - (len(lines) - place) * _COPIES)
        made.append(line)
    trail = [Run(f"留痕 {head}", size=9)] if head else []
    return [*made, w.paragraph(trail, align=w.LEFT, exact=_TRAIL if head else 1)]


def _place(table: Any, **where: str) -> None:
    """Take a table out of the text and put it somewhere on the page."""
    place = OxmlElement("w:tblpPr")
    for name, value in where.items():
        place.set(qn(f"w:{name}"), value)
    table.find(qn("w:tblPr")).insert(0, place)


def _high(row: Any, points: float) -> None:
    """Make a row exactly so high."""
    height = etree.SubElement(row.find(qn("w:trPr")), qn("w:trHeight"))
    height.set(qn("w:val"), str(round(points * 20)))
    height.set(qn("w:hRule"), "exact")
