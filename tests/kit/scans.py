"""Scans as they come from offices: a printed form with a drawn red seal, laid crooked, blurred, grey, small."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

RED = (214, 30, 40)
PAPER = (251, 249, 242)


@dataclass(frozen=True)
class Scan:
    """How a paper is scanned."""

    dpi: int = 150
    angle: float = 0
    blur: float = 0
    grey: bool = False
    quality: int = 80
    contrast: float = 1
    #: the sheet lies turned by so many quarters
    quarters: int = 0


def drawn(pdf: bytes, dpi: int = 200) -> list[Image.Image]:
    """The pages of a PDF as printed on paper, which is never quite white."""
    pages = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=dpi / 72).to_pil().convert("RGB")
        pages.append(Image.composite(Image.new("RGB", picture.size, PAPER), picture, picture.convert("L")))
    return pages


@cache
def seal(side: int, ink: float = 1, colour: tuple[int, int, int] = RED) -> Image.Image:
    """A round seal of so many pixels: a ring, a star, strokes for the words; ``ink`` fades it."""
    big = side * 2
    made = Image.new("L", (big, big), 0)
    pen = ImageDraw.Draw(made)
    width = big // 34
    pen.ellipse((width, width, big - width, big - width), outline=255, width=width)
    centre, points = big / 2, []
    for n in range(10):
        radius = big * (0.17 if n % 2 == 0 else 0.066)
        points.append((centre + radius * math.sin(n * math.pi / 5), centre - radius * math.cos(n * math.pi / 5)))
    pen.polygon(points, fill=255)
    for n in range(12):
        angle = math.pi * (0.95 + 1.1 * n / 11)
        x, y = centre + big * 0.38 * math.cos(angle), centre + big * 0.38 * math.sin(angle)
        arm = big * 0.035
        pen.line((x - arm, y, x + arm, y), fill=255, width=width)
        pen.line((x, y - arm, x, y + arm), fill=255, width=width)
    mask = made.resize((side, side), Image.Resampling.LANCZOS).point(lambda value: round(value * ink))
    stamp = Image.new("RGBA", (side, side), (*colour, 0))
    stamp.putalpha(mask)
    return stamp


def stamped(page: Image.Image, at_mm: tuple[float, float], size_mm: float = 42, **look: Any) -> Image.Image:
    """The page with a seal whose middle is at so many millimetres from its upper left corner; ink darkens what it is over."""
    per_mm = page.width / 210
    mark = seal(round(size_mm * per_mm), **look)
    layer = Image.new("RGB", page.size, (255, 255, 255))
    place = (round(at_mm[0] * per_mm - mark.width / 2), round(at_mm[1] * per_mm - mark.height / 2))
    layer.paste(mark.convert("RGB"), place, mark.getchannel("A"))
    return multiplied(page, layer)


def multiplied(page: Image.Image, layer: Image.Image) -> Image.Image:
    """Ink upon ink."""
    from PIL import ImageChops

    return ImageChops.multiply(page, layer)


def scanned(page: Image.Image, how: Scan) -> Image.Image:
    """The page as this scanner sees it."""
    height = round(297 / 25.4 * how.dpi)
    seen = page.resize((round(height * page.width / page.height), height), Image.Resampling.LANCZOS)
    if how.angle:
        seen = seen.rotate(how.angle, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)
    if how.quarters:
        seen = seen.rotate(90 * how.quarters, expand=True)
    if how.blur:
        seen = seen.filter(ImageFilter.GaussianBlur(how.blur * how.dpi / 150))
    if how.contrast != 1:
        seen = seen.point(lambda value: round(110 + value * how.contrast))
    return seen.convert("L") if how.grey else seen


def jpeg(page: Image.Image, how: Scan, **more: Any) -> bytes:
    """The scan as a JPEG file."""
    made = io.BytesIO()
    scanned(page, how).save(made, "JPEG", quality=how.quality, dpi=(how.dpi, how.dpi), **more)
    return made.getvalue()


def pdf_of(pages: Sequence[Image.Image], how: Scan) -> bytes:
    """The scans of several sheets as one PDF, as a copier makes it."""
    made = io.BytesIO()
    first, *rest = [scanned(page, how) for page in pages]
    first.save(made, "PDF", save_all=True, append_images=rest, resolution=how.dpi, quality=how.quality)
    return made.getvalue()
