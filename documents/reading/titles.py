"""Where the title of something numbered ends and its text begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents.reading import signs
from documents.reading.brackets import Finder, lists_of

if TYPE_CHECKING:
    from documents.reading.source import Body, Line

#: a title is said in a breath; a longer first sentence is the text itself
LONGEST_TITLE: Final = 24


def title_end(line: Line, start: int) -> tuple[int, int]:
    """Where the title ends and where the text begins; an item without a title is named by its first phrase."""
    parts = signs.passages(line, start)
    length = next((len(part.raw) for part in parts if not part.raw.startswith("\n")), 0)
    stop = line.norm.find("。", start, start + length)
    end = stop if stop >= 0 else start + length
    lists = Finder(line.norm[start:end], frozenset()).find()
    if not lists and end - start <= LONGEST_TITLE:
        return end, min(end + 1, len(line.norm)) if stop >= 0 else end
    if not lists:  # a whole sentence is no title: it is where the text begins
        comma = line.norm.find(",", start, end)
        return (comma if comma > start else end), start
    comma = line.norm.find(",", start, start + lists[0].start)
    return (comma if comma > start else start + lists[0].start), start


def says_nothing(body: Body) -> bool:
    """Whether what stands below a title is nothing but units, or nothing at all."""
    norm = body.norm
    at, said = 0, []
    for found in lists_of(body):
        said.append(norm[at : found.start])
        at = found.end
    return not "".join([*said, norm[at:]]).strip(" 。;,、)\n")


def passages_of(pieces: list[tuple[Line, int]]) -> list[tuple[Line, int]]:
    """The pieces of lines, cut where a line of units begins or ends inside of one."""
    return [(part, 0) for piece, start in pieces for part in signs.passages(piece, start)]
