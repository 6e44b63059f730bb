"""From the bytes of a file to its lines: what kind it is, whether it is safe to open, and the limits.

The limits and codes are those of ``reliability.md`` section 7, rows 1 and 7–18. The bytes decide, not the name. Plain
text is read here; everything else is parsed in a child process (``documents/foreign``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from documents.foreign.confinement import confined
from documents.foreign.content import Content, content_of
from documents.foreign.encodings import text_of
from documents.foreign.office import is_old, made_new
from documents.notice_json import from_json
from documents.reading.source import lines_of
from models.drafts import NoticeDraft
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from documents.foreign.content import Grid
    from documents.reading.source import Line, Notes

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_WORD_BYTES: Final = 20 * 1024 * 1024
LONGEST_LINE: Final = 1024 * 1024
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\x00", b"MM\x00*", b"GIF8")
_PAGE: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<body[\s>]|<head[\s>]", re.IGNORECASE)


#: what only the list of parts of each kind of package names
_PACKAGES: Final = {"word": b"word/document.xml", "workbook": b"xl/workbook.xml", "ofd": b"OFD.xml"}


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a file and the tables among them; or the draft, where the file is a table that duban exported."""

    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()
    draft: NoticeDraft | None = None


def source(data: bytes, name: str, notes: Notes) -> Source:
    """The lines and tables of any file that is read; ``BadInput`` says why it cannot be read."""
    if not data:
        raise BadInput("E-F01", _("The file is empty (0 bytes)."), where=name, remedy=_("Choose the file again."))
    content = _content(data, name)
    if isinstance(content, NoticeDraft):
        return Source(draft=content)
    for remark in content.remarks:
        notes.add(remark.code, (remark.line, remark.column), remark.quote, remark.message)
    if len(content.text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _too_large(name, _("The text is longer than {limit} MB.").format(limit=10))
    lines = lines_of(content.text)
    for line in lines:
        if len(line.raw) * 4 > LONGEST_LINE and len(line.raw.encode("utf-8", "surrogatepass")) > LONGEST_LINE:
            raise _too_large(name, _("Line {line} is longer than {limit} MB.").format(line=line.number, limit=1))
    return Source(lines, content.grids)


def _content(data: bytes, name: str) -> Content | NoticeDraft:
    if data.startswith(_PICTURES):
        raise BadInput(
            "E-F29",
            _("This is a picture; its words cannot be read."),
            where=name,
            remedy=_("Take the PDF, .docx or web page that has text, or recognise the text (OCR) first and check it."),
        )
    if is_old(data):
        if len(data) > MOST_WORD_BYTES:
            raise _too_large(name, _("The file is larger than {limit} MB.").format(limit=20))
        data = made_new(data, name)
    if data.startswith(b"PK"):
        return _package(data, name)
    if b"%PDF-" in data[:1024]:
        if len(data) > MOST_WORD_BYTES:
            raise _too_large(name, _("The file is larger than {limit} MB.").format(limit=20))
        return content_of(confined("pdf", data, name))
    if len(data) > MOST_BYTES * (2 if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else 1):
        raise _too_large(name, _("The file is larger than {limit} MB.").format(limit=10))
    if name.lower().endswith((".html", ".htm", ".xhtml")) or _PAGE.search(data[:2048].replace(b"\x00", b"")):
        return content_of(confined("page", data, name))
    text, remarks = text_of(data, name)
    return Content(text, (), remarks)


def _package(data: bytes, name: str) -> Content | NoticeDraft:
    """A Word file or a workbook; the list of a package's parts stands at its end, behind those of files within."""
    if len(data) > MOST_WORD_BYTES:
        raise _too_large(name, _("The file is larger than {limit} MB.").format(limit=20))
    found = max(_PACKAGES, key=lambda kind: data.rfind(_PACKAGES[kind]))
    if found == "ofd":
        raise BadInput(
            "E-F26",
            _("This is an OFD file; a notice is not read from one."),
            where=name,
            remedy=_("Save it as PDF or .docx, or take the notice's web page."),
        )
    made = confined(found, data, name)
    return from_json(made["draft"]) if isinstance(made, dict) else content_of(made)


def _too_large(name: str, what: str) -> BadInput:
    return BadInput("E-N04", what, where=name, remedy=_("Take the notice alone, or split it."))
