"""The one door by which a page takes a file: looked at in a child process, of a kind the page asks for, its bytes as they came.

What a file is, its content tells; the name is only text. Whoever may not do the deed is refused before: ``desk.demand(deed)``
comes first, so that nothing of a stranger's file is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from documents.evidence.looking import look_at
from documents.picture_sizes import JPEG, PNG
from documents.scan import MAX_BYTES, OFD, PDF
from models.errors import BadInput
from models.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from web.frame.posted import Upload

#: what a signed and stamped paper, or a picture of a problem, comes as
PAPERS: Final = frozenset({PDF, OFD, JPEG, PNG})
_NAMES: Final = {PDF: "PDF", OFD: "OFD", JPEG: "JPG", PNG: "PNG"}
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept: ``data`` is what was sent, byte by byte."""

    name: str
    data: bytes
    media_type: str
    sha256: str
    pages: int


def take(upload: Upload | None, now: datetime, kinds: Collection[str] = PAPERS) -> Taken:
    """The file, if it is one of ``kinds`` and holds nothing that no archive should keep.

    Raises E-H20 where none was chosen, E-H21 for another kind, E-H22 when too many are looked at already; else as the
    reader of papers.
    """
    chosen = some(upload)
    facts = look_at(chosen.data, chosen.name, now, pages=False).facts
    if facts.media_type not in kinds:
        raise BadInput(
            "E-H21",
            _("Files of this kind are not taken here."),
            where=facts.name,
            remedy=_("Taken are: {kinds}").format(kinds=listed(name for kind, name in _NAMES.items() if kind in kinds)),
        )
    return Taken(facts.name, chosen.data, facts.media_type, facts.sha256, facts.pages)


def some(upload: Upload | None, most: int = MAX_BYTES) -> Upload:
    """The upload as it came, not opened: for what a reader of its own opens in a child process, as notices; E-H20, E-F01, E-F02."""
    if upload is None:
        raise BadInput("E-H20", _("No file was chosen."), remedy=_("Choose a file, then send again."))
    if not upload.data:
        raise BadInput(
            "E-F01", _("The file is empty (0 bytes)."), where=upload.name, remedy=_("Choose the file again.")
        )
    if len(upload.data) > most:
        raise BadInput(
            "E-F02",
            _("The file has {size} MB; the limit is {limit} MB.").format(
                size=f"{len(upload.data) / _MEGABYTE:.1f}", limit=most // _MEGABYTE
            ),
            where=upload.name,
            remedy=_("Scan with a lower resolution (200 dpi is enough)."),
        )
    return upload
