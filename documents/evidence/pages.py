"""The pages of a paper as pictures of a bounded size: PDF pages drawn by pdfium, photographs turned upright.

Only to be looked at: the stored bytes stay as they came. Runs in the child process of ``looking``.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pypdfium2
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Iterator

#: a unit's form has a page for every three or four tasks
MAX_PAGES: Final = 60
#: enough for a code of 21 mm and for the rim of a seal
_DPI: Final = 200
_MAX_SIDE: Final = 4000
_MM_PER_INCH: Final = 25.4
#: a page between these widths or heights is the size of the paper; anything else is a number somebody's program wrote
_PAPER_MM: Final = (120, 450)
_A4_LONG_MM: Final = 297


@dataclass(frozen=True, slots=True)
class Page:
    """A page to look at; ``per_mm`` is pixels to a millimetre of the paper, as well as the file tells."""

    number: int
    picture: Image.Image
    per_mm: float


def pdf_pages(data: bytes, first: int = 1) -> tuple[int, Iterator[Page]]:
    """How many pages there are, and those from ``first`` up to ``MAX_PAGES`` drawn one at a time."""
    document = pypdfium2.PdfDocument(data)
    return len(document), _drawn(document, first)


def _drawn(document: pypdfium2.PdfDocument, first: int) -> Iterator[Page]:
    for number in range(first - 1, min(len(document), MAX_PAGES)):
        page = document[number]
        width, height = page.get_size()
        longest = max(width, height, 1)
        scale = min(_DPI / 72, _MAX_SIDE / longest)
        if not _PAPER_MM[0] <= longest / 72 * _MM_PER_INCH <= _PAPER_MM[1]:
            scale = min(_A4_LONG_MM / _MM_PER_INCH * _DPI, _MAX_SIDE) / longest
        picture = page.render(scale=scale).to_pil().convert("RGB")
        page.close()
        yield Page(number + 1, picture, _per_mm(picture, longest / 72 * _MM_PER_INCH))


def picture_pages(data: bytes, first: int = 1) -> tuple[int, Iterator[Page]]:
    """The same of a photograph or a scanned picture; a TIFF may hold several pages."""
    opened = Image.open(io.BytesIO(data))
    return getattr(opened, "n_frames", 1), _frames(opened, first)


def _frames(opened: Image.Image, first: int) -> Iterator[Page]:
    for number in range(first - 1, min(getattr(opened, "n_frames", 1), MAX_PAGES)):
        opened.seek(number)
        dots = max((float(value) for value in opened.info.get("dpi", (0,))), default=0.0)
        longest = max(opened.size)
        if opened.format == "JPEG":
            opened.draft("RGB", (_MAX_SIDE, _MAX_SIDE))  # decoded at a half, a quarter or an eighth
        upright = ImageOps.exif_transpose(opened.copy()).convert("RGB")
        if max(upright.size) > _MAX_SIDE:
            upright.thumbnail((_MAX_SIDE, _MAX_SIDE))
        yield Page(number + 1, upright, _per_mm(upright, longest / dots * _MM_PER_INCH if dots else 0))


def _per_mm(picture: Image.Image, longest_mm: float) -> float:
    """Pixels to a millimetre: by the size of the page where it is one of paper, else as if it were A4."""
    if not _PAPER_MM[0] <= longest_mm <= _PAPER_MM[1]:
        longest_mm = _A4_LONG_MM
    return max(picture.size) / longest_mm
