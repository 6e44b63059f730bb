"""The code of a form on a page: as QR code, printed with every form and found again on its scan.

A code is looked for on the whole page first, then in its four margins enlarged: the code stands in the bottom margin,
and a sheet may lie on the glass in four ways. Red ink is taken out before: a seal may lie over the code.
"""

from __future__ import annotations

import io
from math import dist
from typing import TYPE_CHECKING, Final

import segno
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from models.evidence import CodeSeen, PageCode, read_page_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from documents.evidence.pages import Page

#: the printed code without its quiet zone
SIDE_MM: Final = 21
#: the modules of white that a reader wants around a code
QUIET: Final = 4
_KIND: Final = zxingcpp.barcode_formats_from_str("QRCode")
_MARGIN: Final = 0.3
#: pixels on the longer side of a page: 150 dpi
_COARSE: Final = 1900
_BINARISERS: Final = (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram)


def code_svg(code: PageCode) -> str:
    """The code as SVG without a quiet zone: the page is white around it."""
    made = io.BytesIO()
    _made(code).save(made, kind="svg", border=0, xmldecl=False, omitsize=True, nl=False)
    return made.getvalue().decode()


def code_png(code: PageCode) -> bytes:
    """The same as PNG, ten dots to a module."""
    made = io.BytesIO()
    _made(code).save(made, kind="png", border=0, scale=10)
    return made.getvalue()


def _made(code: PageCode) -> segno.QRCode:
    # a quarter of it may be lost to a fold or a stamp
    return segno.make_qr(code.text, error="q", boost_error=False)


def find_codes(page: Page) -> tuple[tuple[CodeSeen, ...], float]:
    """The codes of forms on a page, and pixels to a millimetre as the printed size of a code tells (0 without one)."""
    for picture, enlarged in _tries(page.picture):
        for binarizer in _BINARISERS:
            found = zxingcpp.read_barcodes(picture, formats=_KIND, try_invert=False, binarizer=binarizer)
            codes = {code: one for one in found if (code := read_page_code(one.text)) is not None}
            if codes:
                seen = tuple(CodeSeen(page.number, code) for code in codes)
                return seen, max(_side(one) for one in codes.values()) / enlarged / SIDE_MM
    return (), 0.0


def _tries(picture: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """The page in ways in which a code may come out, each with how much it is enlarged."""
    plain = picture.getchannel("R")  # red ink is white in it
    yield plain, 1
    if max(plain.size) > 1500:
        yield plain.reduce(2), 0.5
    width, height = plain.size
    across, down = int(width * _MARGIN), int(height * _MARGIN)
    # what is coarse is enlarged; what is fine was read above unless it is blurred
    more = 2 if max(width, height) < _COARSE else 1
    margins = ((0, height - down, width, height), (0, 0, width, down), (0, 0, across, height),
               (width - across, 0, width, height))  # fmt: skip
    for box in margins:
        part = ImageOps.autocontrast(plain.crop(box), cutoff=1)
        if more > 1:
            part = part.resize((part.width * more, part.height * more), Image.Resampling.BICUBIC)
            yield part, more
        yield part.filter(ImageFilter.UnsharpMask(radius=2 * more, percent=250, threshold=0)), more


def _side(found: zxingcpp.Barcode) -> float:
    """The side of a code in pixels: the mean of its four."""
    at = found.position
    corners = [(at.top_left.x, at.top_left.y), (at.top_right.x, at.top_right.y),
               (at.bottom_right.x, at.bottom_right.y), (at.bottom_left.x, at.bottom_left.y)]  # fmt: skip
    return sum(dist(corners[n], corners[n - 1]) for n in range(4)) / 4
