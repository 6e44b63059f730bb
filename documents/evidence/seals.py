"""Whether a red seal shows on a page: red ink, gathered into a shape of 25 to 65 mm with a rim that goes round.

A hint for the eye, never proof: a faint seal is missed, a red ring drawn by hand is taken for one, and a scan without
colour tells nothing. Ellipses count as circles; a square seal has its rim on the square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from models.evidence import SealHint, SealSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from documents.evidence.pages import Page

#: pixels to a millimetre at which a page is looked at for seals
_FINE: Final = 3.0
_MM: Final = (25.0, 65.0)
_SHAPE: Final = 1.7  # an oval seal of 45 by 30 mm is the longest there is
_DIRECTIONS: Final = 72
_RIM: Final = 0.7
_FILLED: Final = 0.62
#: pixels to a side of the grid: a millimetre
_CELL: Final = 3
#: how much redder than anything else ink is, of the brightness of paper; worn ink on a pale scan has a tenth
_FAINT: Final = 0.07
_COLOURLESS: Final = 6
_DARKEST_PAPER: Final = 60

_Mask = Any  # numpy's arrays of bool


def find_seals(page: Page, per_mm: float) -> tuple[SealHint, tuple[SealSeen, ...]]:
    """What shows on a page; ``per_mm`` as the code on the page tells it, 0 for as well as the file tells."""
    scale = _FINE / (per_mm or page.per_mm)
    size = (max(1, round(page.picture.width * scale)), max(1, round(page.picture.height * scale)))
    if max(size) > 3000:
        return SealHint.NOT_LOOKED, ()
    inks = [np.asarray(ink) for ink in page.picture.resize(size, Image.Resampling.BOX).split()]
    if _colourless(inks):
        return SealHint.GREY, ()
    seals = tuple(_seals(_red(inks), page.number))
    return (SealHint.SEEN if seals else SealHint.NOT_SEEN), seals


def _colourless(inks: list[Any]) -> bool:
    """Grey to the last pixel: a scanner set to grey, or paper without any colour; nobody can tell which."""
    red, green, blue = inks
    colour = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return bool(np.percentile(colour, 99.95) < _COLOURLESS)


def _red(inks: list[Any]) -> _Mask:
    """Where red ink lies, after the light of the room is taken out: the brightest tenth is paper and paper is white."""
    red, green, blue = (
        np.minimum(ink / np.float32(max(np.percentile(ink, 90), _DARKEST_PAPER)), np.float32(1)) for ink in inks
    )
    other = np.maximum(green, blue)
    return (
        (red - other > _FAINT) & (red > 0.25) & (np.abs(green - blue) < 0.45 * (red - np.minimum(green, blue)) + 0.02)
    )


def _seals(mask: _Mask, number: int) -> Iterator[SealSeen]:
    for shape in _shapes(mask):
        rows, columns = np.nonzero(shape)
        top, left = rows.min(), columns.min()
        height, width = int(rows.max() - top + 1), int(columns.max() - left + 1)
        small, large = sorted((height, width))
        if small < _MM[0] * _FINE or large > min(_MM[1] * _FINE, _SHAPE * small):
            continue
        inside = shape[top : top + height, left : left + width]
        rim = max(_rim(inside, square=False), _rim(inside, square=True))
        if rim >= _RIM and _hollow(inside):
            yield SealSeen(number, round(width / _FINE, 1), round(height / _FINE, 1), round(rim, 2))


def _rim(inside: _Mask, *, square: bool) -> float:
    """How much of the way round there is ink at the outer edge of the shape."""
    rows, columns = np.nonzero(inside)
    height, width = inside.shape
    y, x = (rows + 0.5) / height * 2 - 1, (columns + 0.5) / width * 2 - 1
    out = np.maximum(np.abs(x), np.abs(y)) if square else np.hypot(x, y)
    at_edge = (out > 0.82) & (out < 1.08)
    angles = np.arctan2(y[at_edge], x[at_edge])
    seen = np.unique(((angles + np.pi) / (2 * np.pi) * _DIRECTIONS).astype(int) % _DIRECTIONS)
    return len(seen) / _DIRECTIONS


def _hollow(inside: _Mask) -> bool:
    """A seal is lines; a red picture is filled."""
    return bool(inside.mean() < _FILLED)


def _shapes(mask: _Mask) -> Iterator[_Mask]:
    """The ink of each shape that hangs together and is not tiny, the rest of the page left white.

    What hangs together is found on a grid of millimetres, so that worn ink with small gaps stays one shape.
    """
    height, width = (side // _CELL * _CELL for side in mask.shape)
    rows = np.logical_or.reduce([mask[start:height:_CELL, :width] for start in range(_CELL)])
    grid = np.logical_or.reduce([rows[:, start::_CELL] for start in range(_CELL)])
    for shape in _together({(int(row), int(column)) for row, column in np.argwhere(grid)}):
        if len(shape) < _MM[0]:
            continue
        cells = np.zeros_like(grid)
        cells[tuple(np.array(list(shape)).T)] = True
        yield mask[:height, :width] & cells.repeat(_CELL, axis=0).repeat(_CELL, axis=1)


def _together(cells: set[tuple[int, int]]) -> Iterator[set[tuple[int, int]]]:
    """The cells parted into those that touch, at a side or a corner."""
    while cells:
        waiting = [cells.pop()]
        shape = set(waiting)
        while waiting:
            row, column = waiting.pop()
            near = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)} & cells
            cells -= near
            shape |= near
            waiting.extend(near)
        yield shape
