"""What a PDF holds that no archive should: passwords, scripts, attached files, oversized pictures, a missing end."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

#: keys and action names that run something or carry another file
_FORBIDDEN: Final = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA"})
_ACTIONS: Final = frozenset({"/JavaScript", "/Launch", "/ImportData"})
MAX_PAGES: Final = 300
_MAX_OBJECTS: Final = 200_000
_TAIL: Final = 2048


def inspect_pdf(data: bytes, shown: str, max_pixels: int) -> tuple[int, bool]:
    """The number of pages and whether a digital signature is there; raises ``BadInput`` E-F04, E-F05, E-F06 or E-F33."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise _incomplete(shown)
    try:
        pages, signed = _read(data, shown, max_pixels)
    except BadInput:
        raise
    except Exception as error:  # a broken PDF fails the reader in any way there is
        raise _incomplete(shown) from error
    if not pages:
        raise _incomplete(shown)
    if pages > MAX_PAGES:
        raise BadInput(
            "E-F33",
            _("The PDF has {pages} pages; the limit is {limit}.").format(pages=pages, limit=MAX_PAGES),
            where=shown,
            remedy=_("Keep the pages that are needed, and try again."),
        )
    return pages, signed


def _read(data: bytes, shown: str, max_pixels: int) -> tuple[int, bool]:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise _forbidden(shown)
    return len(reader.pages), _walk(reader, shown, max_pixels)


def _walk(reader: PdfReader, shown: str, max_pixels: int) -> bool:
    signed = False
    for node in _dictionaries(reader):
        if (
            _FORBIDDEN & node.keys()
            or str(node.get("/S")) in _ACTIONS
            or str(node.get("/Subtype")) == "/FileAttachment"
        ):
            raise _forbidden(shown)
        if str(node.get("/Subtype")) == "/Image":
            refuse_large_picture(int(node.get("/Width", 0)), int(node.get("/Height", 0)), shown, max_pixels)
        signed = signed or str(node.get("/Type")) == "/Sig" or "/ByteRange" in node
    return signed


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary reachable from the trailer, each once."""
    seen: set[int] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            if node.idnum in seen:
                continue
            seen.add(node.idnum)
            node = node.get_object()
        if len(seen) + len(waiting) > _MAX_OBJECTS:
            message = "more objects than a scan has"
            raise ValueError(message)
        if isinstance(node, DictionaryObject):
            yield node
            waiting.extend(node.raw_get(key) for key in node)
        elif isinstance(node, ArrayObject):
            waiting.extend(list.__iter__(node))


def refuse_large_picture(width: int, height: int, shown: str, limit: int) -> None:
    """Raise ``BadInput`` E-F06 for a picture of more than ``limit`` pixels."""
    if width * height > limit:
        raise BadInput(
            "E-F06",
            _("The picture has {width}×{height} pixels, more than the limit of {limit} million.").format(
                width=width, height=height, limit=limit // 1_000_000
            ),
            where=shown,
            remedy=_("Scan with a lower resolution (200 dpi is enough)."),
        )


def _incomplete(shown: str) -> BadInput:
    return BadInput(
        "E-F04",
        _("The PDF is incomplete or damaged."),
        where=shown,
        remedy=_("The download was probably broken off. Export it again."),
    )


def _forbidden(shown: str) -> BadInput:
    return BadInput(
        "E-F05",
        _("The PDF has a password, scripts or attachments and cannot be archived."),
        where=shown,
        remedy=_("Save it as a plain PDF."),
    )
