"""Evidence as it comes in: a scan, a signed PDF or an OFD, looked at before it is stored.

What a file is, its first bytes tell and not its name. Nothing is drawn or run: of pictures the size is read from the
header, of PDFs the objects are walked, of an OFD the list of its parts. Source: ``reliability.md`` section 7, rows 1 to 6.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from documents.ofd import inspect_ofd, is_ofd
from documents.pdf_inspection import inspect_pdf, refuse_large_picture
from documents.picture_sizes import BMP, JPEG, PNG, TIFF, WEBP, picture_kind, picture_pages, picture_size
from documents.plain_text import one_line
from models.errors import BadInput
from models.language import N_, _

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 100_000_000
_MEGABYTE: Final = 1024 * 1024
PDF, OFD = "application/pdf", "application/ofd"
_TYPES: Final = {
    ".pdf": PDF,
    ".ofd": OFD,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".png": PNG,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".bmp": BMP,
    ".webp": WEBP,
}
PICTURES: Final = frozenset({JPEG, PNG, TIFF, BMP, WEBP})
#: what else people upload, so that the refusal can name it
_KINDS: Final = (
    (b"PK\x03\x04", N_("an Office or ZIP file")),
    (b"\xd0\xcf\x11\xe0", N_("an old Office file")),
    (b"MZ", N_("a program")),
    (b"\x7fELF", N_("a program")),
    (b"GIF8", N_("a GIF picture")),
)
_NAMES: Final = {PDF: "PDF", OFD: "OFD", JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF", BMP: "BMP", WEBP: "WebP"}


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
    """Look at a file before it is stored; raises ``BadInput`` E-F01 to E-F07."""
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
    elif media_type == OFD:
        pages, signed = inspect_ofd(data, shown)
    else:
        pages = _inspect_picture(data, media_type, shown)
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
    remedy = _("Upload a real PDF, OFD or picture (.pdf, .ofd, .jpg, .png, .tif, .bmp, .webp).")
    content = _NAMES[found] if found else _kind(data)
    if found or extension in _TYPES:
        what = _("The name ends in {extension}, but the content is {content}.")
        raise BadInput("E-F03", what.format(extension=extension or "—", content=content), where=shown, remedy=remedy)
    what = _(
        "A signed and stamped paper comes as a PDF, an OFD or a picture (JPG, PNG and others); this file is {content}."
    )
    remedy = _("Attach the scan of the paper. Photographs in HEIC, as telephones take them, are saved as JPG first.")
    raise BadInput("E-F03", what.format(content=content), where=shown, remedy=remedy)


def _magic(data: bytes) -> str:
    if is_ofd(data):
        return OFD
    if data[:1024].lstrip(b"\xef\xbb\xbf\x00\t\n\x0c\r ").startswith(b"%PDF-"):
        return PDF
    return picture_kind(data)


def _kind(data: bytes) -> str:
    for start, kind in _KINDS:
        if data.startswith(start):
            return _(kind)
    head = data[:2048].lstrip(b"\xef\xbb\xbf\t\n\r ").lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<body" in head or b"<head" in head:
        return _("a web page")
    return _("something else")


def _inspect_picture(data: bytes, media_type: str, shown: str) -> int:
    """The number of its pages; raises ``BadInput`` where it is cut off or too large."""
    size = picture_size(data, media_type)
    if size is None:
        raise BadInput(
            "E-F04",
            _("The picture is incomplete (its end is missing)."),
            where=shown,
            remedy=_("The download or the scan was probably broken off. Save it again."),
        )
    refuse_large_picture(*size, shown, MAX_PIXELS)
    return picture_pages(data, media_type)
