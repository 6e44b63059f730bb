"""The lines of a source, a form of them to parse by, and the notes taken while reading.

The parsing form has the same length as the line, so every place found in it is a place in the original:
full-width signs become half-width, blanks of any kind become spaces. The original is kept as it stands.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from models.drafts import WarningNote
from models.language import _

_WIDE: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_BLANKS: Final = dict.fromkeys((0x09, 0x0B, 0x0C, 0xA0, 0x3000, 0xFEFF, *range(0x2000, 0x2010)), " ")
_FOLD: Final[dict[int, int | str]] = {**_WIDE, **_BLANKS, ord("﹙"): "(", ord("﹚"): ")", ord("︰"): ":"}
#: more notes of one kind than this say nothing new; the rest is counted
MOST_NOTES: Final = 500


def folded(text: str) -> str:
    """The parsing form of a line: same length, half-width signs, plain blanks."""
    return text.translate(_FOLD)


def visible(text: str) -> str:
    """A name without the control and format characters that a copy from a web page leaves inside."""
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"}).strip()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source; ``number`` is 1-based, ``column`` the 1-based place of its first character."""

    number: int
    raw: str
    norm: str
    column: int = 1

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on it."""
        return not self.norm.strip()


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a text, without the blanks at both ends; each of the three kinds of line end is known."""
    lines = []
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        norm = folded(raw)
        start, end = len(norm) - len(norm.lstrip(" ")), len(norm.rstrip(" "))
        lines.append(Line(number, raw[start:end], norm[start:end], start + 1))
    return tuple(lines)


@dataclass(slots=True)
class Notes:
    """The warnings taken while one notice is read."""

    taken: list[WarningNote] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, place: tuple[int, int], quote: str, message: str, *readings: str) -> str:
        """Take a note at (line, column) and give its message back, for the clause's own list of damage."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MOST_NOTES:
            self.taken.append(WarningNote(code, place[0], quote[:120], message, readings, place[1]))
        return message

    def all(self) -> tuple[WarningNote, ...]:
        """The notes in the order of the source, with a count where a kind was too frequent to list."""
        rest = [
            WarningNote(code, 0, "", _("{count} more warnings of this kind").format(count=count - MOST_NOTES))
            for code, count in self._counts.items()
            if count > MOST_NOTES
        ]
        return tuple(sorted(self.taken, key=lambda note: (note.line, note.column)) + rest)


@dataclass(slots=True)
class Body:
    """The text under one heading, gathered from one or more lines, with the way back to them."""

    raw: str = ""
    norm: str = ""
    _starts: list[int] = field(default_factory=list)
    _lines: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, pieces: list[tuple[Line, int]]) -> Body:
        """Join pieces of lines, each from a given index on."""
        body, length = cls(), 0
        for line, start in pieces:
            body._starts.append(length)
            body._lines.append((line.number, line.column + start))
            length += len(line.norm) - start
        body.raw = "".join(line.raw[start:] for line, start in pieces)
        body.norm = "".join(line.norm[start:] for line, start in pieces)
        return body

    def place(self, index: int) -> tuple[int, int]:
        """The source line and column of a character, both 1-based."""
        at = max(bisect_right(self._starts, index) - 1, 0)
        if not self._lines:
            return (0, 0)
        line, column = self._lines[at]
        return (line, column + index - self._starts[at])
