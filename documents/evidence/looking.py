"""A file that came in as evidence, looked at whole: what it is, what its pages show, whether its signatures hold.

Everything that opens the file happens in a child process (``apart``). What the file is comes first and may refuse it;
what its pages show is only a hint, and where the child ran out of time or memory the hint is missing, no more.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from documents.evidence.apart import serve, work_apart
from documents.scan import OFD, PDF, PICTURES, EvidenceFacts, inspect_evidence, shown_name
from models import language
from models.errors import BadInput
from models.evidence import PaperSeen, SealHint, SignatureSeen, SignaturesSeen, Verdict
from models.language import _
from models.plain import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from documents.evidence.pages import Page
    from models.evidence import CodeSeen, SealSeen

#: why a file was not looked at to its end
STOPPED, TOO_LONG, NO_PICTURE = "stopped", "too_long", "no_picture"


@dataclass(frozen=True, slots=True)
class Looked:
    """All that the program can say of a file."""

    facts: EvidenceFacts
    paper: PaperSeen
    signatures: SignaturesSeen


def look_at(data: bytes, name: str, now: datetime, roots: Sequence[bytes] = (), *, pages: bool = True) -> Looked:
    """Look at one file; raises ``BadInput`` E-F01 to E-F07 and E-F32 for what no archive can keep.

    ``roots`` are the certificates (PEM or DER) that the office trusts; ``now`` is the instant at which certificates
    must be valid. Without ``pages`` only its kind and its signatures are looked at.
    """
    return look_at_all([(data, name)], now, roots, pages=pages)[0]


def look_at_all(
    files: Sequence[tuple[bytes, str]], now: datetime, roots: Sequence[bytes] = (), *, pages: bool = True
) -> list[Looked]:
    """The same for many files in one child; the first that is refused refuses them all."""
    order = {
        "language": language.current(),
        "names": [shown_name(name) for _data, name in files],
        "roots": [root.decode("latin-1") for root in roots],
        "now": now.isoformat(),
        "pages": pages,
    }
    lines = work_apart("documents.evidence.looking", order, [data for data, _name in files])
    told: list[dict[str, Any]] = [{} for _file in files]
    for line in lines:
        told[line["file"]][line["part"]] = line["value"]
    return [_looked(parts, shown_name(name)) for parts, (_data, name) in zip(told, files, strict=True)]


def _looked(parts: dict[str, Any], shown: str) -> Looked:
    if "refused" in parts:
        raise BadInput(**parts["refused"])
    if "facts" not in parts:
        raise BadInput(
            "E-F32",
            _("The file could not be looked at within the limits of time and memory."),
            where=shown,
            remedy=_("Scan the paper again with a lower resolution (200 dpi is enough)."),
        )
    facts = EvidenceFacts(**parts["facts"])
    unseen = PaperSeen(facts.pages, why_not=STOPPED)
    paper = from_plain(PaperSeen, parts["paper"]) if "paper" in parts else unseen
    signatures = from_plain(SignaturesSeen, parts["signatures"]) if "signatures" in parts else SignaturesSeen()
    return Looked(facts, paper, signatures)


def see(data: bytes, media_type: str) -> Iterator[PaperSeen]:
    """What the pages show: codes and seals, told anew after each page. For the child; anything may go wrong here."""
    from documents.evidence import pages

    if media_type == PDF:
        yield from _gathered(*pages.pdf_pages(data))
    elif media_type in PICTURES:
        yield from _gathered(*pages.picture_pages(data))


def _gathered(count: int, drawn: Iterator[Page]) -> Iterator[PaperSeen]:
    from documents.evidence.codes import find_codes
    from documents.evidence.seals import find_seals

    codes: list[CodeSeen] = []
    seals: list[SealSeen] = []
    hints: set[SealHint] = set()
    looked = 0
    for page in drawn:
        found, per_mm = find_codes(page)
        hint, red = find_seals(page, per_mm)
        codes += found
        seals += red
        hints.add(hint)
        looked += 1
        yield PaperSeen(count, looked, tuple(codes), tuple(seals), _hint(hints), "" if looked == count else STOPPED)
    if looked < count:
        yield PaperSeen(count, looked, tuple(codes), tuple(seals), _hint(hints), TOO_LONG)


def _hint(hints: set[SealHint]) -> SealHint:
    """Of all pages: one seal is enough; a page without colour leaves it open."""
    for hint in (SealHint.SEEN, SealHint.GREY, SealHint.NOT_SEEN):
        if hint in hints:
            return hint
    return SealHint.NOT_LOOKED


def _child(order: dict[str, Any], blobs: list[bytes], say: Callable[..., None]) -> None:
    language.set_language(order["language"])
    for number, (data, name) in enumerate(zip(blobs, order["names"], strict=True)):
        try:
            facts = inspect_evidence(data, name)
        except BadInput as refusal:
            say(file=number, part="refused", value=refusal.as_dict())
            continue
        say(file=number, part="facts", value=to_plain(facts))
        if facts.has_signature_field:
            say(file=number, part="signatures", value=to_plain(_signatures(data, facts.media_type, order)))
        if order["pages"]:
            _say_seen(data, facts, partial(say, file=number, part="paper"))


def _say_seen(data: bytes, facts: EvidenceFacts, say: Callable[..., None]) -> None:
    """Page by page, so that what was seen before a page that stops the child is not lost."""
    say(value=to_plain(PaperSeen(facts.pages, why_not=NO_PICTURE if facts.media_type == OFD else STOPPED)))
    # a file that no library can draw is still evidence; only the hint is missing
    with suppress(Exception):
        for seen in see(data, facts.media_type):
            say(value=to_plain(seen))


def _signatures(data: bytes, media_type: str, order: dict[str, Any]) -> SignaturesSeen:
    """A PDF's are verified; a seal in an OFD takes SM2, which cannot be verified here."""
    if media_type != PDF:
        return SignaturesSeen(Verdict.UNREADABLE, (SignatureSeen("", Verdict.UNREADABLE, detail=media_type),))
    from datetime import datetime

    from documents.evidence.signatures import check_signatures

    roots = [root.encode("latin-1") for root in order["roots"]]
    return check_signatures(data, roots, datetime.fromisoformat(order["now"]))


if __name__ == "__main__":
    serve(_child)
