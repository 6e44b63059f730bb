"""Signs that a copy from a web page leaves behind: control and private-use characters, wide digits, lone quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from documents.reading.source import INVISIBLE
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line, Notes

_PRIVATE: Final = re.compile(r"[\ue000-\uf8ff]|[\U000f0000-\U0010fffd]|\ufffd")
_QUOTE: Final = re.compile("[“”]")
_WIDE: Final = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+")


def note_spoilt(lines: Sequence[Line], notes: Notes) -> None:
    """Take a note, with its place, for every sign that was not meant to be there; the source itself is kept."""
    for line in lines:
        for found in INVISIBLE.finditer(line.source):
            message = _("an invisible control character (U+{code}) stands here").format(
                code=f"{ord(found.group()):04X}"
            )
            notes.add("W-T01", (line.number, found.start() + 1), _around(line.source, found), message)
        for found in _PRIVATE.finditer(line.raw):
            message = _("a character of no known meaning (U+{code}) stands here").format(
                code=f"{ord(found.group()):04X}"
            )
            notes.add("W-T01", (line.number, line.place(found.start())), _around(line.raw, found), message)
        for found in _WIDE.finditer(line.raw):
            message = _("full-width letters or digits, read as half-width")
            notes.add("W-T01", (line.number, line.place(found.start())), found.group(), message)
        _lone_quotes(line, notes)


def _around(raw: str, found: re.Match[str]) -> str:
    return raw[max(found.start() - 8, 0) : found.end() + 8]


def _lone_quotes(line: Line, notes: Notes) -> None:
    """Quotes “” that open or close nothing: a sign of lost characters."""
    opened = -1
    for quote in _QUOTE.finditer(line.raw):
        at = quote.start()
        if quote.group() == "“":
            if opened >= 0:
                _lone(line, opened, notes)
            opened = at
        else:
            if opened < 0:
                _lone(line, at, notes)
            opened = -1
    if opened >= 0:
        _lone(line, opened, notes)


def _lone(line: Line, at: int, notes: Notes) -> None:
    quote = line.raw[max(at - 10, 0) : at + 11]
    notes.add("W-T02", (line.number, line.place(at)), quote, _("the other one of this pair of quotes is lost"))
