"""Photographs of one paper bound into one PDF, a page each: the bytes of each JPEG go in as they came.

Nothing is compressed anew, so that what the camera took is what is kept. The pictures are opened in a child process.
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any, Final

from documents.evidence.apart import serve, work_apart
from documents.picture_sizes import JPEG, picture_kind, picture_size
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: A4 in points
_WIDTH, _HEIGHT = 595.0, 842.0
_MOST_PIXELS: Final = 100_000_000
_COLOURS: Final = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}
#: how the camera was held (EXIF tag 274) as degrees to turn the page by
_ORIENTATION: Final = 274
_TURNS: Final = {3: 180, 6: 90, 8: 270}


def bind(pictures: Sequence[tuple[bytes, str]]) -> bytes:
    """One PDF of several JPEG pictures, in their order; E-H34 for a file that cannot be bound."""
    for data, name in pictures:
        size = picture_size(data, JPEG) if picture_kind(data) == JPEG else None
        if size is None or size[0] * size[1] > _MOST_PIXELS:
            raise _no_page(name)
    lines = work_apart("documents.evidence.binding", {}, [data for data, _name in pictures])
    if not lines:
        raise _no_page(pictures[0][1])
    if "refused" in lines[0]:
        raise _no_page(pictures[lines[0]["refused"]][1])
    return base64.b64decode(lines[0]["pdf"])


def _no_page(name: str) -> BadInput:
    return BadInput(
        "E-H34",
        _("Several files are taken as one paper only when all of them are JPEG photographs; this one is not."),
        where=name,
        remedy=_("Scan all pages into one PDF, or photograph them anew."),
    )


def bound(pages: Sequence[tuple[bytes, int, int, str, int]]) -> bytes:
    """The PDF of JPEG bytes with width, height, colour space and turn; the longer side fits the longer side of A4."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for data, width, height, colour, turn in pages:
        first = len(objects) + 1
        kids.append(f"{first} 0 R")
        small, large = min(width, height), max(width, height)
        scale = min(_WIDTH / small, _HEIGHT / large)
        across, up = width * scale, height * scale
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across:.2f} {up:.2f}] /Rotate {turn}"
            f" /Resources << /XObject << /P {first + 2} 0 R >> >> /Contents {first + 1} 0 R >>".encode()
        )
        objects.append(_stream("", f"q {across:.2f} 0 0 {up:.2f} 0 0 cm /P Do Q".encode()))
        head = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {colour}"
        objects.append(_stream(f"{head} /BitsPerComponent 8 /Filter /DCTDecode ", data))
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _file(objects)


def _stream(head: str, data: bytes) -> bytes:
    return f"<< {head}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    made = io.BytesIO()
    made.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(made.tell())
        made.write(f"{number} 0 obj\n".encode() + content + b"\nendobj\n")
    start = made.tell()
    made.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    made.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    made.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return made.getvalue()


def _child(_order: dict[str, Any], blobs: list[bytes], say: Callable[..., None]) -> None:
    from PIL import Image

    pages = []
    for number, data in enumerate(blobs):
        try:
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
                colour = _COLOURS[picture.mode]
                turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1), 0)
                pages.append((data, picture.width, picture.height, colour, turn))
        except Exception:  # noqa: BLE001 - whatever a broken picture provokes means that it cannot be bound
            say(refused=number)
            return
    say(pdf=base64.b64encode(bound(pages)).decode())


if __name__ == "__main__":
    serve(_child)
