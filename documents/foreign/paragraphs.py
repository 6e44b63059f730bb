"""From the lines of printed pages to paragraphs: by where lines begin and end, as an eye would join them."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Piece(NamedTuple):
    """A printed line: its text, where it begins and ends, its baseline (upwards) and the size of its type."""

    text: str
    left: float
    right: float
    y: float
    size: float


_PAGE_NUMBER: Final = re.compile(
    r"[\s\-—–－―·.]*(?:第? ?\d{1,4} ?页?(?:[ ,，/]*(?:共|of)? ?\d{1,4} ?页?)?|[ivxIVX]{1,6})[\s\-—–－―·.]*"
)
_DIGITS: Final = re.compile(r"\d+")
#: a running head stands on so many pages at least
_FEWEST_HEADS: Final = 2
#: and stands off from the text by so many sizes of its type
_APART: Final = 2.4
_NUMBERED: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,3}[.．、](?!\d)|第[一二三四五六七八九十\d]{1,3}[章条节]"
)
_ENDED: Final = ("。", "；", ";", "：", ":", "）", ")", "！", "？")
#: sizes of the type: how near the edge a full line ends, how far an indent goes in
_FULL, _INDENT = 1.9, 1.2
_OTHER_SIZE: Final = 0.15
_WIDE_GAP: Final = 1.6
#: a line of so many letters shows where text begins; such a share of them right of the middle is a second column
_LONG_LINE: Final = 10
_SECOND_COLUMN: Final = 0.25


def without_furniture(pages: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """The pages without their numbers and the heads and feet that run through them, each in its own order."""
    dropped: set[int] = set()
    for sign in (-1, 1):
        inwards = [sorted(page, key=lambda piece: sign * piece.y) for page in pages]
        dropped |= {id(page[0]) for page in inwards if len(page) > 1 and _PAGE_NUMBER.fullmatch(page[0].text)}
        apart = [
            piece for page in inwards for piece in _standing_off([each for each in page if id(each) not in dropped])
        ]
        counts = Counter(_DIGITS.sub("", piece.text) for piece in apart)
        fewest = max(_FEWEST_HEADS, len(pages) / 2)
        dropped |= {id(piece) for piece in apart if counts[_DIGITS.sub("", piece.text)] >= fewest}
    return [[piece for piece in page if id(piece) not in dropped] for page in pages]


def _standing_off(page: list[Piece]) -> list[Piece]:
    """The first line of those given, when it stands off from the next: a head or a foot."""
    return page[:1] if len(page) > 1 and abs(page[0].y - page[1].y) > _APART * page[0].size else []


class _Edges(NamedTuple):
    """Where the text of each column begins and ends; one column, or two parted by ``middle``."""

    middle: float
    lefts: tuple[float, ...]
    rights: tuple[float, ...]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> _Edges:
        """Two columns where a good part of the longer lines begins right of the middle."""
        long = [piece for piece in pieces if len(piece.text) >= _LONG_LINE] or list(pieces)
        left, right = min(piece.left for piece in long), max(piece.right for piece in pieces)
        middle = (left + right) / 2
        second = [piece for piece in long if piece.left > middle]
        if len(second) < _SECOND_COLUMN * len(long):
            return cls(right, (left,), (right,))
        first = [piece for piece in long if piece.right <= middle]
        lefts = (left, min(piece.left for piece in second))
        return cls(middle, lefts, (max((piece.right for piece in first), default=middle), right))

    def column(self, piece: Piece) -> int:
        """The column of a line: 0 or 1."""
        return int(piece.left > self.middle)


def paragraphs(pages: Sequence[Sequence[Piece]]) -> list[str]:
    """The text of the pages, one string for each paragraph."""
    pieces = [piece for page in pages for piece in page]
    if not pieces:
        return []
    firsts = {id(page[0]) for page in pages if page}
    edges = _Edges.of(pieces)
    gaps = [above.y - below.y for page in pages for above, below in itertools.pairwise(page) if above.y > below.y]
    spacing = median(gaps) if gaps else 0.0
    found: list[str] = []
    before: Piece | None = None
    for piece in pieces:
        turned = before is not None and (id(piece) in firsts or edges.column(piece) > edges.column(before))
        near = before is not None and (turned or 0 < before.y - piece.y <= _WIDE_GAP * spacing)
        if before is not None and near and _goes_on(before, piece, edges):
            found[-1] = _joined(found[-1], piece.text)
        else:
            found.append(piece.text)
        before = piece
    return found


def _goes_on(before: Piece, piece: Piece, edges: _Edges) -> bool:
    """Whether a line goes on with the paragraph of the one before: that was full, and this one is not indented."""
    left, right = edges.lefts[edges.column(piece)], edges.rights[edges.column(before)]
    if before.right < right - _FULL * before.size or piece.left > left + _INDENT * piece.size:
        return False
    if abs(before.size - piece.size) > _OTHER_SIZE * before.size:
        return False
    return not (_NUMBERED.match(piece.text) and before.text.endswith(_ENDED))


def _joined(before: str, text: str) -> str:
    """Chinese lines join without a blank, Latin words with one."""
    latin = before[-1:].isascii() and before[-1:].isalpha() and text[:1].isascii() and text[:1].isalpha()
    return f"{before} {text}" if latin else before + text
