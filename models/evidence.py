"""What a program can say about a paper that came back: the code on its pages, a red seal, a digital signature.

Plain data between the rooms. None of it is the attestation: who signed and which seal was set is said by a person
(``docs/decisions/0026``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from models.language import N_, _
from models.states import EvidenceKind, Word

_MARK: Final = "DUBAN1"
#: office : form : unit : month : number of the form : check code : page, L for the last one; P0 = a page unnumbered
_TEXT: Final = re.compile(
    rf"{_MARK}:(\d{{1,9}}):(\d{{1,9}}):(\d{{1,9}}):(\d{{4}})(\d\d):(\d{{1,6}}):([0-9A-Z]{{10}}):([PL])(\d{{1,4}})"
)


@dataclass(frozen=True, slots=True)
class PageCode:
    """What the code on a printed page holds: numbers and the check code; no name, no address."""

    office: int
    filing: int
    unit: int
    month: str
    number: int
    check_code: str
    page: int = 0
    last: bool = False

    @property
    def text(self) -> str:
        """As it is printed: ``DUBAN1:1:37:12:202206:2:18X18T7XSX:L3``."""
        where = f"{'L' if self.last else 'P'}{self.page}"
        plain = self.check_code.replace("-", "")
        return f"{_MARK}:{self.office}:{self.filing}:{self.unit}:{self.month.replace('-', '')}:{self.number}:{plain}:{where}"

    def on(self, page: int, *, last: bool = False) -> PageCode:
        """The same form's code on another page."""
        return replace(self, page=page, last=last)


def read_page_code(text: str) -> PageCode | None:
    """The code of a page as it was printed, or None for any other text."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        return None
    office, filing, unit, year, month, number, plain, kind, page = found.groups()
    code = f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
    return PageCode(
        int(office), int(filing), int(unit), f"{year}-{month}", int(number), code, int(page), last=kind == "L"
    )


class SealHint(Word):
    """Whether a red seal shows: a hint for the eye, never proof."""

    SEEN = "seen", N_("a red seal seems to be there")
    NOT_SEEN = "not_seen", N_("no red seal was seen")
    GREY = "grey", N_("cannot be told: the scan has no colour")
    NOT_LOOKED = "not_looked", N_("not looked at")


class CodeMatch(Word):
    """What the codes on a scan say about the form it was attached to."""

    SAME = "same", N_("the printed code is this form's")
    UNREAD = "unread", N_("no code could be read")
    INCOMPLETE = "incomplete", N_("the printed code is this form's; pages are missing")
    OTHER = "other", N_("a page of another form is among it")


class Verdict(Word):
    """How a digital signature came out; only ``verified`` may be called verified."""

    VERIFIED = "verified", N_("verified")
    UNTRUSTED = "untrusted", N_("not verified: its issuer is not among the trusted ones")
    EXPIRED = "expired", N_("not verified: its certificate was not valid on this day")
    REVOKED = "revoked", N_("not verified: its certificate was revoked")
    ADDED = "added", N_("not verified: content was added after signing")
    ALTERED = "altered", N_("not verified: the content was altered after signing")
    UNREADABLE = "unreadable", N_("cannot be verified here")
    NONE = "none", N_("no digital signature")


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """A form's code found on a page of the scan, counted from 1."""

    on_page: int
    code: PageCode


@dataclass(frozen=True, slots=True)
class SealSeen:
    """Something like a seal: on which page, how wide and high in millimetres, how much of its rim shows (0 to 1)."""

    on_page: int
    width_mm: float
    height_mm: float
    rim: float


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """What was seen on the pages of a file; ``looked`` of its ``pages`` were looked at; ``why_not`` says why not all."""

    pages: int = 0
    looked: int = 0
    codes: tuple[CodeSeen, ...] = ()
    seals: tuple[SealSeen, ...] = ()
    seal: SealHint = SealHint.NOT_LOOKED
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SignatureSeen:
    """One digital signature: whose certificate, by whom issued, the signer's own time, what it covers, how it came out.

    ``bottom_line`` of the verifier alone makes a verdict ``verified``. ``certifies`` says that it was set to forbid
    changes to the whole document.
    """

    field: str
    verdict: Verdict
    signer: str = ""
    issuer: str = ""
    claimed_at: str = ""
    valid_from: str = ""
    valid_to: str = ""
    covers_whole: bool = False
    certifies: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SignaturesSeen:
    """Every digital signature of a file, against how many trusted roots; the worst verdict speaks for the file."""

    verdict: Verdict = Verdict.NONE
    signatures: tuple[SignatureSeen, ...] = ()
    roots: int = 0


def attestation(kind: str, *, name: str, signer: str, seal: str, at: str) -> str:
    """Who answers for a paper, and for what; of a parcel nobody says that it was signed by hand or stamped."""
    said = _("{name} says that {signer} signed and {seal} was set ({at})")
    if kind == EvidenceKind.PARCEL:
        said = _("{name} took the parcel: {signer}; {seal} ({at})")
    return said.format(name=name, signer=signer, seal=seal, at=at)
