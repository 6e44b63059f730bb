"""Evidence as it comes in: a scan or a signed PDF, looked at before it is stored.

Only PDF, JPEG and PNG, told by their first bytes and not by their name. Nothing is drawn or run: of pictures the size
is read from the header, of PDFs the objects are walked. Source: ``reliability.md`` section 7, rows 1 to 6.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from documents.pdf_inspection import inspect_pdf, refuse_large_picture
from documents.plain_text import one_line
from models.errors import BadInput
from models.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 100_000_000
_MEGABYTE: Final = 1024 * 1024
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_TYPES: Final = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
#: what else people upload, so that the refusal can name it
_KINDS: Final = (
    (b"PK\x03\x04", N_("an Office or ZIP file")),
    (b"\xd0\xcf\x11\xe0", N_("an old Office file")),
    (b"MZ", N_("a program")),
    (b"\x7fELF", N_("a program")),
    (b"II*\x00", N_("a TIFF picture")),
    (b"MM\x00*", N_("a TIFF picture")),
    (b"BM", N_("a BMP picture")),
    (b"GIF8", N_("a GIF picture")),
)
_NAMES: Final = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG"}
#: start-of-frame markers of JPEG; C4, C8 and CC mean something else
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What was seen of a file. ``has_signature_field`` says that a digital signature is there, not that it is valid."""

    name: str
    media_type: str
    size: int
    sha256: str
    pages: int
    encrypted: bool = False
    has_signature_field: bool = False


def inspect_evidence(data: bytes, name: str) -> EvidenceFacts:
    """Look at a file before it is stored; raises ``BadInput`` E-F01 to E-F06."""
    shown = shown_name(name)
    if not data:
        raise BadInput("E-F01", _("The file is empty (0 bytes)."), where=shown, remedy=_("Choose the file again."))
    if len(data) > MAX_BYTES:
        raise BadInput(
            "E-F02",
            _("The file has {size} MB; the limit is {limit} MB.").format(
                size=f"{len(data) / _MEGABYTE:.1f}", limit=MAX_BYTES // _MEGABYTE
            ),
            where=shown,
            remedy=_("Scan with a lower resolution (200 dpi is enough)."),
        )
    media_type = _media_type(data, shown)
    pages, signed = 1, False
    if media_type == PDF:
        pages, signed = inspect_pdf(data, shown, MAX_PIXELS)
    else:
        _inspect_picture(data, media_type, shown)
    return EvidenceFacts(shown, media_type, len(data), hashlib.sha256(data).hexdigest(), pages, False, signed)


def shown_name(name: str) -> str:
    """The name for people: without folders, control characters and direction marks, at most 120 characters."""
    plain = PurePosixPath(one_line(name).replace("\\", "/")).name
    return plain if len(plain) <= 120 else f"{plain[:100]}…{plain[-19:]}"


def _media_type(data: bytes, shown: str) -> str:
    extension = PurePosixPath(shown).suffix.lower()
    found = _magic(data)
    if found and _TYPES.get(extension) == found:
        return found
    remedy = _("Upload a real PDF or picture (.pdf, .jpg, .png).")
    content = _NAMES[found] if found else _kind(data)
    what = _("The name ends in {extension}, but the content is {content}.")
    raise BadInput("E-F03", what.format(extension=extension or "—", content=content), where=shown, remedy=remedy)


def _magic(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return PDF if data[:1024].lstrip(b"\xef\xbb\xbf\x00\t\n\x0c\r ").startswith(b"%PDF-") else ""


def _kind(data: bytes) -> str:
    for start, kind in _KINDS:
        if data.startswith(start):
            return _(kind)
    head = data[:2048].lstrip(b"\xef\xbb\xbf\t\n\r ").lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<body" in head or b"<head" in head:
        return _("a web page")
    return _("something else")


def _inspect_picture(data: bytes, media_type: str, shown: str) -> None:
    size = _png_size(data) if media_type == PNG else _jpeg_size(data)
    if size is None:
        raise BadInput(
            "E-F04",
            _("The picture is incomplete (its end is missing)."),
            where=shown,
            remedy=_("The download or the scan was probably broken off. Save it again."),
        )
    refuse_large_picture(*size, shown, MAX_PIXELS)


def _png_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR" or b"IEND" not in data[-64:]:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    size = None
    for marker, start in _segments(data):
        if marker in _FRAMES:
            size = int.from_bytes(data[start + 5 : start + 7]), int.from_bytes(data[start + 3 : start + 5])
        if marker == 0xDA:
            # the end mark must come after the picture itself; a preview inside the head has one of its own
            return size if data.find(b"\xff\xd9", start) >= 0 else None
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and offset of its length field, up to the start of the picture's data."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _ALONE:
            place += 2
        else:
            yield marker, place + 2
            place += 2 + int.from_bytes(data[place + 2 : place + 4])
