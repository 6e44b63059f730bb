"""Weighing a .docx or .xlsx before it is opened: entries, names, unpacked size, ratio, entities.

The limits stand in ``reliability.md`` section 6 (uploads) and section 7, rows 7 and 8; a document of 94 KB can unpack
to 600,000 paragraphs, so nothing is handed to a library before it was counted here.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_XML: Final = 40 * 1024 * 1024
MOST_ENTRIES: Final = 2_000
#: packed this many times smaller is suspicious, once the whole is larger than ``RATIO_FROM``
MOST_RATIO: Final = 100
RATIO_FROM: Final = 5 * 1024 * 1024
_BROKEN: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, KeyError
)  # fmt: skip


def parts(data: bytes, name: str, main: str) -> dict[str, bytes]:
    """The XML parts of a package that was found harmless, by name; raises E-F07 or E-F08 before unpacking."""
    import zlib

    try:
        return dict(_parts(data, name, main))
    except (*_BROKEN, zlib.error):
        raise abnormal(name) from None


def _parts(data: bytes, name: str, main: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        _weigh(entries, len(data), name, main)
        left = MOST_UNPACKED
        for entry in entries:
            if not entry.filename.lower().endswith((".xml", ".rels")):
                continue
            with package.open(entry) as stream:  # no further than the limit: the size in the directory may lie
                part = stream.read(min(MOST_XML, left) + 1)
            left -= len(part)
            if len(part) > MOST_XML or left < 0:
                raise _bomb(name, MOST_UNPACKED - left)
            if b"\x00" in part or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                raise abnormal(name)
            yield entry.filename, part


def _weigh(entries: list[zipfile.ZipInfo], packed: int, name: str, main: str) -> None:
    names = [entry.filename for entry in entries]
    strange = any(part.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", part) or ":" in part for part in names)
    locked = any(entry.flag_bits & 1 for entry in entries)
    if len(entries) > MOST_ENTRIES or strange or locked or len(set(names)) < len(names) or main not in names:
        raise abnormal(name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_FROM and unpacked > MOST_RATIO * packed):
        raise _bomb(name, unpacked)


def abnormal(name: str) -> BadInput:
    """The refusal of a document whose structure no office program writes."""
    return BadInput(
        "E-F08",
        _("The document's structure is abnormal; it was refused."),
        where=name,
        remedy=_("Save it anew with WPS or Word and try again."),
    )


def _bomb(name: str, size: int) -> BadInput:
    return BadInput(
        "E-F07",
        _("Unpacked, the document has {size} MB, beyond the limit; it was refused without unpacking.").format(
            size=max(size // (1024 * 1024), 1)
        ),
        where=name,
        remedy=_("Save it anew with WPS or Word and try again."),
    )
