"""The text of a .docx file: paragraphs and tables in order, with the numbers that Word counts by itself.

What a reader of the printed page sees, tracked changes accepted: insertions stay, deletions go. Headers, footers,
footnotes, comments, tables of contents and hidden text are left out; text boxes too, which is remarked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from documents.foreign.content import Cell, Content, Grid, Remark, Row
from documents.foreign.numbering import Numbering, child, children, local, value, whole, whole_text
from documents.foreign.packages import abnormal, parts
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

#: more paragraphs than any notice has (``reliability.md`` section 7, row 8)
MOST_PARAGRAPHS: Final = 20_000
MOST_COLUMNS: Final = 64
_MAIN: Final = "word/document.xml"
_PARAGRAPH: Final = re.compile(rb"<(?:[A-Za-z0-9_]{1,20}:)?p[\s/>]")
#: elements that only wrap others
_WRAPS: Final = frozenset(
    {"ins", "moveTo", "smartTag", "customXml", "hyperlink", "sdtContent", "fldSimple", "dir", "bdo"}
)
_DROPPED: Final = frozenset({"del", "moveFrom"})
_DRAWN: Final = frozenset({"drawing", "pict", "object", "AlternateContent"})
_SIGNS: Final = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_OFF: Final = frozenset({"0", "false", "off"})
_CONTENTS: Final = re.compile(r"toc\s?\d", re.IGNORECASE)


def word_content(data: bytes, name: str) -> Content:
    """The content of a .docx, one line for a paragraph or a row; E-F07 and E-F08 before anything is unpacked."""
    pieces = parts(data, name, _MAIN)
    if sum(1 for _found in _PARAGRAPH.finditer(pieces[_MAIN])) > MOST_PARAGRAPHS:
        raise abnormal(name)
    try:
        numbering = Numbering.of(*(_root(pieces.get(f"word/{part}.xml")) for part in ("numbering", "styles")))
        body = child(_root(pieces[_MAIN]), "body")
    except etree.XMLSyntaxError:
        raise abnormal(name) from None
    if body is None:
        raise abnormal(name)
    text = _Text(numbering)
    text.blocks(body)
    return Content("\n".join(text.lines), tuple(text.grids), tuple(text.remarks()))


def _root(piece: bytes | None) -> Element | None:
    if piece is None:
        return None
    return etree.fromstring(
        piece, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    )


class _Text:
    """Lines and tables, gathered from the blocks of a document."""

    def __init__(self, numbering: Numbering) -> None:
        self.lines: list[str] = []
        self.grids: list[Grid] = []
        self._numbering = numbering
        self._carried = ""
        self._numbered = self._revised = self._boxed = ""

    def remarks(self) -> Iterator[Remark]:
        """What a person should know about the whole file."""
        if self._numbered:
            said = _("the file numbers its paragraphs automatically; the numbers were counted again")
            yield Remark("W-F01", 0, 0, self._numbered, said)
        if self._boxed:
            yield Remark("W-F02", 0, 0, self._boxed, _("the text of text boxes was left out"))
        if self._revised:
            said = _(
                "the file holds tracked changes: insertions were read, deletions left out; accept them before adopting"
            )
            yield Remark("W-F06", 0, 0, self._revised, said)

    def blocks(self, parent: Element) -> None:
        """Take the paragraphs and tables below an element."""
        for each in _unwrapped(parent):
            if local(each) == "p":
                self.lines += self.paragraph(each)
            elif local(each) == "tbl":
                self._table(each)

    def paragraph(self, element: Element) -> list[str]:
        """The lines of a paragraph, soft breaks parting them; none while its own mark is deleted: the next goes on."""
        properties = child(element, "pPr")
        style = value(child(properties, "pStyle"))
        if _CONTENTS.match(style):
            return []
        text = self._carried + "".join(self._pieces(element))
        label = self._numbering.label(properties)
        self._carried = ""
        if child(properties, "rPr", "del") is not None:
            self._carried = text
            return []
        if label and text.strip():
            self._numbered = self._numbered or text
            text = label + text
        return text.split("\n")

    def _pieces(self, parent: Element) -> Iterator[str]:
        for each in parent:
            name = local(each)
            if name == "r":
                yield from self._run(each)
            elif name in _WRAPS:
                self._revised = self._revised or (whole_text(each) if name == "ins" else "")
                yield from self._pieces(each)
            elif name == "sdt":
                yield from (piece for inner in children(each, "sdtContent") for piece in self._pieces(inner))
            elif name in _DROPPED:
                self._revised = self._revised or whole_text(each)
            elif name in {"oMath", "oMathPara"}:
                yield whole_text(each)
            elif name in _DRAWN:
                self._box(each)

    def _run(self, run: Element) -> Iterator[str]:
        hidden = child(run, "rPr", "vanish")
        if hidden is not None and value(hidden) not in _OFF:
            return
        for each in run:
            name = local(each)
            if name == "t":
                yield each.text or ""
            elif name == "br":
                yield "\n" if value(each, "type") in {"", "textWrapping"} else ""
            elif name == "ruby":  # the sign itself, not how it is pronounced
                yield from (piece for base in children(each, "rubyBase") for piece in self._pieces(base))
            elif name in _DRAWN:
                self._box(each)
            else:
                yield _SIGNS.get(name, "")

    def _box(self, drawn: Element) -> None:
        if not self._boxed:
            self._boxed = "".join(each.text or "" for each in drawn.iter() if local(each) == "t").strip()

    def _table(self, element: Element) -> None:
        rows = [self._row(each, at) for at, each in enumerate(_rows(element))]
        if max((len(row) for row in rows), default=0) <= 1:  # a frame round text, no table
            self.lines += [line for row in rows for text, _merged in row for line in text.split("\n")]
            return
        grid: list[Row] = []
        for at, row in enumerate(rows):
            above = grid[-1].cells if grid else ()
            cells = tuple(
                above[column] if merged == "above" and column < len(above)
                else Cell(text, at, next(back for back in range(column, -1, -1) if row[back][1] != "left"))
                for column, (text, merged) in enumerate(row)
            )  # fmt: skip
            own = [cell.text for column, cell in enumerate(cells) if (cell.row, cell.column) == (at, column)]
            self.lines.append(" ".join(own).replace("\n", " "))
            grid.append(Row(len(self.lines), cells))
        self.grids.append(Grid(tuple(grid), len(self.lines)))

    def _row(self, element: Element, at: int) -> list[tuple[str, str]]:
        """Text and kind for each column: merged with the one ``above``, the one to the ``left``, or its own."""
        found = [("", "")] * min(whole(value(child(element, "trPr", "gridBefore")), 0), MOST_COLUMNS)
        for cell in _unwrapped(element):
            if local(cell) != "tc":
                continue
            properties = child(cell, "tcPr")
            down, across = child(properties, "vMerge"), child(properties, "hMerge")
            above = at > 0 and down is not None and value(down) != "restart"
            left = bool(found) and across is not None and value(across) != "restart"
            text = "\n".join(self._cell(cell))
            found.append((found[-1][0], found[-1][1] or "left") if left else (text, "above" if above else ""))
            span = min(whole(value(child(properties, "gridSpan")), 1), MOST_COLUMNS) - 1
            found += [(text, "above" if above else "left")] * span
        return found[:MOST_COLUMNS]

    def _cell(self, element: Element) -> Iterator[str]:
        for each in _unwrapped(element):
            if local(each) == "p":
                yield from self.paragraph(each)
            elif local(each) == "tbl":
                for row in _rows(each):
                    yield " ".join(text for cell in _unwrapped(row) if local(cell) == "tc" for text in self._cell(cell))


def _unwrapped(parent: Element) -> Iterator[Element]:
    """The blocks, rows or cells below an element, out of content controls and other wraps; no table of contents."""
    for each in parent:
        name = local(each)
        if name == "sdt":
            gallery = value(child(each, "sdtPr", "docPartObj", "docPartGallery"))
            if gallery != "Table of Contents":
                yield from (block for inner in children(each, "sdtContent") for block in _unwrapped(inner))
        elif name in _WRAPS:
            yield from _unwrapped(each)
        elif name not in _DROPPED:
            yield each


def _rows(table: Element) -> Iterator[Element]:
    """The rows of a table but those whose deletion is tracked."""
    return (row for row in _unwrapped(table) if local(row) == "tr" and child(row, "trPr", "del") is None)
