"""The notice reader: bytes in, a draft out that a person confirms (design, section 3)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from documents.reading.clauses import ClauseCutter, known_units
from documents.reading.files import source_lines
from documents.reading.heading import read_head
from documents.reading.outline import first_heading, outline
from documents.reading.places import placed
from documents.reading.source import Notes
from documents.reading.spoilt import note_spoilt
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from models.drafts import NoticeDraft

MOST_CLAUSES = 5_000


def read_text(data: bytes, name: str) -> str:
    """The plain text of a file in any form that a notice is read from, such as the yearly holiday notice."""
    return "\n".join(line.raw for line in source_lines(data, name, Notes()))


def read_notice(data: bytes, name: str) -> NoticeDraft:
    """Read a notice from the bytes of a .txt, .docx or .html file; ``name`` is the file's own.

    Nothing is guessed silently: every repair is among the draft's warnings, an ambiguous date is left open.
    Raises ``BadInput`` for a file that cannot be read (E-F…, E-T…) or is beyond the limits (E-N04).
    """
    notes = Notes()
    lines = source_lines(data, name, notes)
    start = first_heading(lines)
    draft = read_head(lines[:start], notes)
    raw = outline(lines[start:], notes)
    note_spoilt(lines, notes)
    known = known_units([item.body.norm for item in raw])
    cutter = ClauseCutter(known, draft.issued_on, notes)
    items = tuple(cutter.item(item) for item in raw)
    count = sum(len(item.clauses) for item in items)
    if count > MOST_CLAUSES:
        raise BadInput(
            "E-N04",
            _("The notice has {count} clauses; the limit is {limit}.").format(count=count, limit=MOST_CLAUSES),
            where=name,
            remedy=_("Split it into several notices."),
        )
    if not items:
        raise BadInput(
            "E-N05",
            _("No numbered work item was found."),
            where=name,
            remedy=_("Check that the file holds the work points themselves, numbered 一、 (一) 1."),
        )
    digest = hashlib.sha256(data).hexdigest()
    warnings = placed(notes.all(), lines, items)
    return replace(draft, items=items, warnings=warnings, source_name=name, source_sha256=digest)
