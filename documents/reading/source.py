"""The lines of a source, a form of them to parse by, and the notes taken while reading.

The parsing form has the same length as the line, so every place found in it is a place in the original:
full-width signs become half-width, blanks of any kind become spaces, traditional characters simplified ones. Characters that nobody can see are taken out of
both, because one of them inside a name or a date would hide it; the line keeps where they stood.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from documents.reading.characters import SIMPLER, exchange
from models.drafts import WarningNote
from models.language import _

if TYPE_CHECKING:
    from documents.reading.found import Found

_WIDE: Final = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
_BLANKS: Final = dict.fromkeys(map(chr, (0x09, 0x0B, 0x0C, 0xA0, 0x3000, *range(0x2000, 0x200B))), " ")
#: control and format characters, marks of writing direction among them: on paper they would not exist
INVISIBLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BREAKS: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
#: the parsing form of a line: same length, half-width signs, plain blanks, simplified characters
folded: Final = exchange({**SIMPLER, **_WIDE, **_BLANKS, "﹙": "(", "﹚": ")", "︰": ":"})
#: more notes of one kind than this say nothing new; the rest is counted
MOST_NOTES: Final = 500


def visible(text: str) -> str:
    """A name without the control and format characters that a copy from a web page leaves inside."""
    if text.isprintable():  # nothing to take out, as nearly always
        return text.strip()
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"}).strip()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source; ``number`` is 1-based."""

    number: int
    raw: str
    norm: str
    #: the line as it stands in the source, blanks at its ends and invisible characters included
    source: str
    #: how many visible characters stand before ``raw``
    skipped: int = 0
    #: the columns of the invisible characters, 1-based
    hidden: tuple[int, ...] = ()

    @property
    def column(self) -> int:
        """The 1-based column in the source at which the line begins."""
        return self.place(0)

    def place(self, index: int) -> int:
        """The 1-based column in the source of a character of the line."""
        column = self.skipped + index + 1
        return column + bisect_right(range(len(self.hidden)), column, key=lambda at: self.hidden[at] - at)

    def part(self, start: int, end: int) -> Line:
        """What stands between two places of the line, which keeps its place in the source."""
        return Line(
            self.number, self.raw[start:end], self.norm[start:end], self.source, self.skipped + start, self.hidden
        )

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on it."""
        return not self.norm.strip()


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a text, without the blanks at both ends; each kind of line end is known."""
    return tuple(_line(number, source) for number, source in enumerate(_BREAKS.split(text), 1))


def _line(number: int, source: str) -> Line:
    hidden = [found.start() for found in INVISIBLE.finditer(source)]
    raw = INVISIBLE.sub("", source) if hidden else source
    norm = folded(raw)
    start, end = len(norm) - len(norm.lstrip(" ")), len(norm.rstrip(" "))
    return Line(number, raw[start:end], norm[start:end], source, start, tuple(at + 1 for at in hidden))


@dataclass(slots=True)
class Notes:
    """The warnings taken while one notice is read."""

    taken: list[WarningNote] = field(default_factory=list)
    #: the item or clause that is being read, as people cite it
    about: str = ""
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, place: tuple[int, int], quote: str, message: str, *readings: str) -> str:
        """Take a note at (line, column) and give its message back, for the clause's own list of damage."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MOST_NOTES:
            note = WarningNote(code, place[0], quote[:120], message, readings, place[1], self.about)
            self.taken.append(note)
        return message

    def take(self, other: Notes) -> None:
        """The notes that were taken aside, too."""
        self.taken += other.taken
        for code, count in other._counts.items():
            self._counts[code] = self._counts.get(code, 0) + count

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
    #: its lists of units, once somebody has looked for them
    lists: list[Found] | None = None
    _starts: list[int] = field(default_factory=list)
    _lines: list[tuple[Line, int]] = field(default_factory=list)

    @classmethod
    def of(cls, pieces: list[tuple[Line, int]]) -> Body:
        """Join pieces of lines, each from a given index on."""
        body, length = cls(), 0
        for line, start in pieces:
            body._starts.append(length)
            body._lines.append((line, start))
            length += len(line.norm) - start
        body.raw = "".join(line.raw[start:] for line, start in pieces)
        body.norm = "".join(line.norm[start:] for line, start in pieces)
        return body

    def goes_on(self, index: int) -> bool:
        """Whether more words follow on the same line of the source, behind a stop at most."""
        at = bisect_left(self._starts, index)
        end = self._starts[at] if at < len(self._starts) else len(self.norm)
        return bool(self.norm[index:end].strip(" 。"))

    def ends_line(self, index: int) -> bool:
        """Whether a line of the source ends here, behind a stop at most, or a stop stands here."""
        return self.norm[index : index + 1] in {"。", ":", ""} or not self.goes_on(index)

    def place(self, index: int) -> tuple[int, int]:
        """The source line and column of a character, both 1-based."""
        at = max(bisect_right(self._starts, index) - 1, 0)
        if not self._lines:
            return (0, 0)
        line, start = self._lines[at]
        return (line.number, line.place(start + index - self._starts[at]))
