"""One page of a stored paper as a picture for the browser: drawn in a child process with limits, as everything foreign.

A picture that a browser can show itself is shown as it was stored and does not come here.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from documents.evidence.apart import serve, work_apart
from documents.scan import PDF, PICTURES
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

#: pixels of the longer side: an A4 page at 150 dpi, enough to read print and to look at a seal
_LONGEST: Final = 1754
#: a scan with noise in it makes a PNG of many megabytes; above this it is a JPEG
_LARGEST_PNG: Final = 1_200_000
_QUALITY: Final = 88


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as a picture, and how many pages there are."""

    picture: bytes
    media_type: str
    pages: int


def draw(data: bytes, media_type: str, number: int, name: str = "") -> Drawn:
    """Page ``number`` (from 1) of a PDF or a picture; E-H43 where it cannot be drawn."""
    order = {"media_type": media_type, "number": number}
    lines = work_apart("documents.evidence.drawing", order, [data]) if media_type in {PDF, *PICTURES} else []
    if not lines:
        raise BadInput(
            "E-H43",
            _("Page {number} of the file cannot be shown here.").format(number=number),
            where=name,
            remedy=_("Open the file itself and look at it there."),
        )
    return Drawn(base64.b64decode(lines[0]["picture"]), lines[0]["media_type"], lines[0]["pages"])


def _child(order: dict[str, Any], blobs: list[bytes], say: Callable[..., None]) -> None:
    from documents.evidence import pages

    count, drawn = (pages.pdf_pages if order["media_type"] == PDF else pages.picture_pages)(blobs[0], order["number"])
    page = next(drawn)
    page.picture.thumbnail((_LONGEST, _LONGEST))
    picture, media_type = _written(page.picture)
    say(picture=base64.b64encode(picture).decode("ascii"), media_type=media_type, pages=count)


def _written(picture: Image.Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    picture.save(out, "PNG")
    if out.tell() <= _LARGEST_PNG:
        return out.getvalue(), "image/png"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), "image/jpeg"


if __name__ == "__main__":
    serve(_child)
