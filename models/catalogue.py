"""A compiled catalogue of sentences (``.mo``), looked up where it lies.

Python's own reader takes every sentence apart before it says the first one, which took a third of ``duban --help``.
The file is sorted by sentence so that one can be found by halving (GNU gettext manual, "The Format of GNU MO Files").
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC: Final = 0x950412DE


class Catalogue:
    """Sentences in one language, in UTF-8; one that is not among them stays as it is, and so does a missing file."""

    def __init__(self, file: Path) -> None:
        """``ValueError`` for a file that is no catalogue of this machine's byte order, as ``make messages`` writes it."""
        self._content = file.read_bytes() if file.exists() else struct.pack("=7I", _MAGIC, *[0] * 6)
        magic, _revision, self._count, self._from, self._to = struct.unpack_from("=5I", self._content)
        if magic != _MAGIC:
            raise ValueError(file.name)
        self._said: dict[str, str] = {}

    def say(self, sentence: str) -> str:
        """The sentence in the catalogue's language."""
        said = self._said.get(sentence)
        if said is None:
            found = self._found(sentence.encode())
            if found is None:
                return sentence
            said = self._said[sentence] = found
        return said

    def _found(self, sentence: bytes) -> str | None:
        # the first entry, under no words, is the head of the file
        place = 1 + bisect_left(range(1, self._count), sentence, key=lambda place: self._text(self._from, place))
        if place >= self._count or self._text(self._from, place) != sentence:
            return None
        return self._text(self._to, place).decode()

    def _text(self, table: int, place: int) -> bytes:
        length, start = struct.unpack_from("=2I", self._content, table + 8 * place)
        return self._content[start : start + length]
