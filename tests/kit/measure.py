"""A PDF as it lies on the table: where its characters and lines stand, in millimetres from the upper left corner."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
from pypdfium2 import raw

MM = 25.4 / 72


@dataclass(frozen=True)
class Char:
    """A character: its ink, where its base line stands, and its size in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float


@dataclass(frozen=True)
class Line:
    """A drawn line or box: its edges and its colour."""

    left: float
    top: float
    right: float
    bottom: float
    colour: tuple[int, int, int]

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left


@dataclass(frozen=True)
class Page:
    """A page in millimetres."""

    width: float
    height: float
    chars: tuple[Char, ...]
    lines: tuple[Line, ...]

    def rows(self, size: float = 0) -> list[list[Char]]:
        """The lines of text from top to bottom, those of one type size where it is given."""
        found: dict[int, list[Char]] = defaultdict(list)
        for char in self.chars:
            if not size or abs(char.size - size) < 0.1:
                found[round(char.base * 2)].append(char)
        return [sorted(found[base], key=lambda char: char.left) for base in sorted(found)]

    def saying(self, words: str) -> list[Char]:
        """The characters of the first place where these words stand on one line."""
        for row in self.rows():
            said = "".join(char.text for char in row)
            if words in said:
                start = said.index(words)
                return row[start : start + len(words)]
        raise AssertionError(f"“{words}” does not stand on this page")

    def says(self, words: str) -> bool:
        """Whether the words stand on one line of the page."""
        return any(words in "".join(char.text for char in row) for row in self.rows())

    def rules(self, colour: tuple[int, int, int], least: float = 100) -> list[Line]:
        """Level lines of a colour, from top to bottom."""
        found = [line for line in self.lines if line.colour == colour and line.width > least]
        return sorted((line for line in found if line.bottom - line.top < 2), key=lambda line: line.top)


def pages(data: bytes) -> list[Page]:
    """Every page of a PDF."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [_page(document[number]) for number in range(len(document))]
    finally:
        document.close()


def pitches(rows: list[list[Char]]) -> list[float]:
    """From base line to base line."""
    return [below[0].base - above[0].base for above, below in pairwise(rows)]


def _page(page: pypdfium2.PdfPage) -> Page:
    width, height = page.get_size()
    text = page.get_textpage()
    chars = [_char(text, place, height) for place in range(text.count_chars())]
    lines = [_line(found, height) for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])]
    return Page(width * MM, height * MM, tuple(char for char in chars if char.text.strip()), tuple(lines))


def _char(text: pypdfium2.PdfTextPage, place: int, height: float) -> Char:
    left, bottom, right, top = text.get_charbox(place)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, place, x, y)
    size = raw.FPDFText_GetFontSize(text, place)
    said = chr(raw.FPDFText_GetUnicode(text, place))
    return Char(said, left * MM, (height - top) * MM, right * MM, (height - bottom) * MM, (height - y.value) * MM, size)


def _line(found: pypdfium2.PdfObject, height: float) -> Line:
    left, bottom, right, top = found.get_bounds()
    parts = [ctypes.c_uint() for _part in range(4)]
    raw.FPDFPageObj_GetStrokeColor(found, *parts)
    colour = (parts[0].value, parts[1].value, parts[2].value)
    return Line(left * MM, (height - top) * MM, right * MM, (height - bottom) * MM, colour)
