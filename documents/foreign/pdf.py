"""The text of a PDF: glyphs to lines, lines to paragraphs; page numbers and running heads left out.

Glyphs are taken in the order in which the page draws them, so that columns come one after the other. What is written
in another direction than most of its page (a watermark) is left out; a page that lies on its side is read upright.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pypdfium2
import pypdfium2.raw as pdfium

from documents.foreign.content import Content, Remark
from documents.foreign.encodings import plausible
from documents.foreign.paragraphs import Piece, paragraphs, without_furniture
from documents.pdf_inspection import inspect_pdf
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PIXELS: Final = 100_000_000
#: fewer glyphs than this on all pages are a stamp or a page number over a picture
_FEWEST: Final = 20
_QUARTER: Final = math.pi / 2
#: gaps between glyphs, in sizes of the type: a blank between Latin words, a blank between columns
_WORD, _COLUMN = 0.2, 0.5


@dataclass(frozen=True, slots=True)
class _Glyph:
    sign: str
    x: float
    y: float
    right: float
    size: float


def pdf_content(data: bytes, name: str) -> Content:
    """The paragraphs of a PDF that has a text layer; E-F04 to E-F06, E-F22, E-F23 and E-F33 say why there are none."""
    inspect_pdf(data, name, _MOST_PIXELS)
    document = pypdfium2.PdfDocument(data)
    pages = [_lines(list(_glyphs(page))) for page in document]
    counts = [sum(len(line.text) for line in page) for page in pages]
    if sum(counts) < _FEWEST:
        raise _without_text(name)
    text = "\n".join(paragraphs(without_furniture(pages)))
    if not plausible(text):
        raise BadInput(
            "E-F23",
            _("The letters of this PDF cannot be made out; its typefaces do not say what they show."),
            where=name,
            remedy=_("Take the .docx or the web page of the notice, or recognise its text (OCR) first."),
        )
    empty = [str(at) for at, glyphs in enumerate(counts, 1) if not glyphs]
    said = _("pages without a text layer, left out: {pages}").format(pages="、".join(empty))
    return Content(text, (), (Remark("W-F07", 0, 0, "", said),) if empty else ())


def _without_text(name: str) -> BadInput:
    return BadInput(
        "E-F22",
        _("This PDF is a scan without a text layer; its words cannot be read."),
        where=name,
        remedy=_("Take the PDF, .docx or web page that has text, or recognise the text (OCR) first and check it."),
    )


def _glyphs(page: pypdfium2.PdfPage) -> Iterator[_Glyph]:
    """The glyphs of a page in the order it draws them, turned upright by the direction of most of them."""
    layer = page.get_textpage()  # held here: its glyphs go with it
    text = layer.raw
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    shown = [at for at in range(pdfium.FPDFText_CountChars(text)) if pdfium.FPDFText_IsGenerated(text, at) == 0]
    turns = [round(pdfium.FPDFText_GetCharAngle(text, at) / _QUARTER) % 4 for at in shown]
    turn = max(set(turns), key=turns.count) if turns else 0
    for at, own in zip(shown, turns, strict=True):
        code = pdfium.FPDFText_GetUnicode(text, at)
        if own != turn or code in {0, 10, 13} or 0xD800 <= code < 0xE000:
            continue
        pdfium.FPDFText_GetCharOrigin(text, at, x, y)
        pdfium.FPDFText_GetLooseCharBox(text, at, box)
        corners = [_turned(turn, side, edge) for side in (box.left, box.right) for edge in (box.bottom, box.top)]
        across, up = _turned(turn, x.value, y.value)
        right = max(corner[0] for corner in corners)
        size = max(pdfium.FPDFText_GetFontSize(text, at), 1.0)
        yield _Glyph(chr(code), across, up, right, _height(corners) or size)


def _turned(turn: int, x: float, y: float) -> tuple[float, float]:
    """A point as it stands when the page is turned back by so many quarters."""
    return ((x, y), (-y, x), (-x, -y), (y, -x))[turn]


def _height(corners: list[tuple[float, float]]) -> float:
    heights = [corner[1] for corner in corners]
    return max(heights) - min(heights)


@dataclass(slots=True)
class _Line:
    glyphs: list[_Glyph] = field(default_factory=list)

    def takes(self, glyph: _Glyph) -> bool:
        """Whether a glyph goes on with the line: on its baseline, not before its end."""
        last = self.glyphs[-1]
        return abs(glyph.y - last.y) < 0.5 * last.size and glyph.x > last.x - 0.5 * last.size

    def piece(self) -> Piece:
        """The line with blanks where its gaps say so."""
        text = ""
        for before, glyph in zip([None, *self.glyphs], self.glyphs, strict=False):
            gap = (glyph.x - before.right) / glyph.size if before else 0
            latin = before is not None and before.sign.isascii() and glyph.sign.isascii()
            text += (" " if gap > (_WORD if latin else _COLUMN) and text[-1:] != " " else "") + glyph.sign
        sizes = Counter(round(glyph.size, 1) for glyph in self.glyphs)
        said = [glyph for glyph in self.glyphs if glyph.sign.strip()] or self.glyphs
        return Piece(
            text.strip(),
            said[0].x,
            max(glyph.right for glyph in said),
            said[0].y,
            max(sizes, key=lambda size: (sizes[size], size)),
        )


def _lines(glyphs: list[_Glyph]) -> list[Piece]:
    """The lines of a page; a glyph printed twice to look bold is one."""
    lines: list[_Line] = []
    before: _Glyph | None = None
    for glyph in glyphs:
        twice = (
            before and glyph.sign == before.sign and abs(glyph.x - before.x) < 0.1 * glyph.size and glyph.y == before.y
        )
        if twice:
            continue
        if not lines or not lines[-1].takes(glyph):
            lines.append(_Line())
        lines[-1].glyphs.append(glyph)
        before = glyph
    return [piece for piece in (line.piece() for line in lines) if piece.text]
