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
#: gaps of less than a millimetre in worn ink are closed
_CLOSE: Final = 2
_COLOURLESS: Final = 6

_Mask = Any  # numpy's arrays of bool


def find_seals(page: Page, per_mm: float) -> tuple[SealHint, tuple[SealSeen, ...]]:
    """What shows on a page; ``per_mm`` as the code on the page tells it, 0 for as well as the file tells."""
    scale = _FINE / (per_mm or page.per_mm)
    size = (max(1, round(page.picture.width * scale)), max(1, round(page.picture.height * scale)))
    if max(size) > 3000:
        return SealHint.NOT_LOOKED, ()
    picture = np.asarray(page.picture.resize(size, Image.Resampling.BOX), dtype=np.float32)
    if _colourless(picture):
        return SealHint.GREY, ()
    seals = tuple(_seals(_red(picture), page.number))
    return (SealHint.SEEN if seals else SealHint.NOT_SEEN), seals


def _colourless(picture: Any) -> bool:
    """Grey to the last pixel: a scanner set to grey, or paper without any colour; nobody can tell which."""
    colour = picture.max(axis=2) - picture.min(axis=2)
    return bool(np.percentile(colour, 99.95) < _COLOURLESS)


def _red(picture: Any) -> _Mask:
    """Where red ink lies, after the light of the room is taken out: the brightest tenth is paper and paper is white."""
    paper = np.maximum(np.percentile(picture.reshape(-1, 3), 90, axis=0), 60)
    red, green, blue = np.moveaxis(np.clip(picture / paper, 0, 1), 2, 0)
    other = np.maximum(green, blue)
    return (red - other > 0.12) & (red > 0.25) & (np.abs(green - blue) < 0.6 * (red - np.minimum(green, blue)) + 0.02)


def _seals(mask: _Mask, number: int) -> Iterator[SealSeen]:
    for rows, columns in _shapes(_closed(mask)):
        top, left = rows.min(), columns.min()
        height, width = float(rows.max() - top + 1), float(columns.max() - left + 1)
        if not (_MM[0] <= min(height, width) / _FINE and max(height, width) / _FINE <= _MM[1]):
            continue
        if max(height, width) > _SHAPE * min(height, width):
            continue
        inside = mask[top : top + int(height), left : left + int(width)]
        rim = max(_rim(inside, square=False), _rim(inside, square=True))
        if rim >= _RIM and _hollow(inside):
            yield SealSeen(number, round(width / _FINE, 1), round(height / _FINE, 1), round(rim, 2))


def _closed(mask: _Mask) -> _Mask:
    """Red with its small gaps filled: grown, not shrunk again, for only where things hang together matters."""
    grown = mask.copy()
    for shift in range(1, _CLOSE + 1):
        for axis in (0, 1):
            for way in (-shift, shift):
                grown |= np.roll(mask, way, axis=axis)
    return grown


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


def _shapes(mask: _Mask) -> Iterator[tuple[Any, Any]]:
    """The pixels of each connected shape that is large enough, as rows and columns."""
    labels = _labels(mask)
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return
    named = labels[rows, columns]
    order = np.argsort(named, kind="stable")
    rows, columns, named = rows[order], columns[order], named[order]
    starts = np.flatnonzero(np.r_[True, named[1:] != named[:-1]])
    for start, end in zip(starts, [*starts[1:], len(named)], strict=True):
        if end - start > _MM[0] * _FINE:
            yield rows[start:end], columns[start:end]


def _labels(mask: _Mask) -> Any:
    """A number for each pixel, the same within a connected shape: the smallest number spreads until nothing changes.

    Sweeps along rows and columns carry it through a whole run at once, so a ring takes few rounds.
    """
    numbers = np.arange(1, mask.size + 1, dtype=np.int64).reshape(mask.shape)
    far = mask.size + 1
    labels = np.where(mask, numbers, far)
    while True:
        before = labels.copy()
        for axis in (0, 1):
            labels = _swept(labels, mask, axis)
        if np.array_equal(before, labels):
            return labels


def _swept(labels: Any, mask: _Mask, axis: int) -> Any:
    """Each run of ink along an axis takes the smallest number in it."""
    lines = np.moveaxis(labels, axis, 1)
    ink = np.moveaxis(mask, axis, 1)
    breaks = ~ink
    run = np.cumsum(breaks, axis=1) + np.arange(len(ink))[:, None] * (ink.shape[1] + 1)
    least = np.full(int(run.max()) + 1, mask.size + 1, dtype=np.int64)
    np.minimum.at(least, run.ravel(), np.where(ink, lines, mask.size + 1).ravel())
    spread = np.where(ink, least[run], mask.size + 1)
    return np.moveaxis(spread, 1, axis)
