"""A notice whose lines were lost: pasted in one piece, it is cut again where its numbers go on in their order.

Only where hardly any line begins with a number and the text holds several that follow each other; it is told. Each piece
keeps its place in the source.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from documents.reading.marks import ITEM, SECTION, SUBSECTION, numeral
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from documents.reading.source import Line, Notes

_CHINESE: Final = "[一二三四五六七八九十]{1,3}"
_MARK: Final = re.compile(
    rf"(?:(?<=[。;:)\] !?])|(?<=[\u4e00-\u9fff])(?=\()|(?<=[\u4e00-\u9fff])(?=\d{{1,2}}\.(?!\d)))"
    rf"(?:(?P<section>{_CHINESE})、|\((?P<part>{_CHINESE})\)|(?P<item>\d{{1,2}}) ?[.、](?![\d ]))"
)
#: in the letter: behind the title, behind the recipients
_HEAD: Final = re.compile(
    r"(?<=通知|意见|方案|要点|计划|办法|措施) +|(?<=[位门府局委会构]:) *(?=现|为|根据|按|经|依|《)"
)
#: at the end: who issues it, and the date
_SIGNED: Final = re.compile(
    r"(?<=[。) ]) *(?P<issuer>[\u4e00-\u9fff]{4,30}) *(?P<day>\d{4}年\d{1,2}月\d{1,2}日)(?=[ (]|$)"
)
_CLOSING: Final = re.compile(r"(?<=[。)日]) *(?=附件 *[:\d]|抄送 *:|\(此件|\(联系人|联系人 *:)")
#: so many numbers must follow each other before lines are taken for lost
_FEWEST: Final = 2


def unglued(lines: Sequence[Line], notes: Notes) -> list[Line]:
    """The lines of a notice; those that hold several numbered parts are cut."""
    owns = [_own(line.norm) for line in lines]
    starts = sum(1 for own in owns if own)
    cuts = [list(_numbers(line.norm)) for line in lines]
    inside = sum(len(cut) for cut in cuts)
    lost = inside >= _FEWEST and inside > 3 * starts
    made: list[Line] = []
    for line, own, found in zip(lines, owns, cuts, strict=True):
        cut = [at for at, kind, _value in found] if lost else _going_on(found, own) if own else []
        if cut:
            message = _("the line holds {count} numbered parts; it was cut at its numbers")
            notes.add("W-N18", (line.number, line.column), line.raw[:40], message.format(count=len(cut) + 1))
        made += _pieces(line, cut)
    return made


def _own(norm: str) -> tuple[str, int] | None:
    """The kind and value of the number that a line begins with."""
    for kind, mark in (("section", SECTION), ("part", SUBSECTION), ("item", ITEM)):
        if found := mark.match(norm):
            return kind, numeral(next(part for part in found.groups() if part))
    return None


def _going_on(found: list[tuple[int, str, int]], own: tuple[str, int]) -> list[int]:
    """Where numbers of the line's own kind go on from its own."""
    kind, value = own
    places = []
    for at, other, number in found:
        if other == kind and number == value + 1:
            places.append(at)
            value = number
    return places


def _numbers(norm: str) -> Iterator[tuple[int, str, int]]:
    """Where a number stands that goes on in its order or begins again, its kind and value; the attachments' are none."""
    begun = _own(norm)
    last = {"section": 0, "part": 0, "item": 0}
    if begun:
        last[begun[0]] = begun[1]
    attached = _CLOSING.search(norm)
    for found in _MARK.finditer(norm, 0, attached.start() if attached else len(norm)):
        kind = str(found.lastgroup)
        value = numeral(found[kind])
        if value == last[kind] + 1 or (value == 1 and kind != "section"):
            last[kind] = value
            if kind == "section":
                last["part"] = 0
            yield found.start(), kind, value


def _pieces(line: Line, cut: list[int]) -> list[Line]:
    """A line cut at places, and its head and tail where a letter begins and ends."""
    if not cut:
        return [line]
    head = [found.end() for found in _HEAD.finditer(line.norm, 0, cut[0])]
    tail: list[int] = []
    for found in _SIGNED.finditer(line.norm, cut[-1]):
        tail += [found.start("issuer"), found.start("day"), found.end()]
    tail += [found.end() for found in _CLOSING.finditer(line.norm, cut[-1])]
    places = sorted({0, *head, *cut, *tail, len(line.norm)})
    return [part for start, end in pairwise(places) if (part := _stripped(line, start, end)).norm.strip()]


def _stripped(line: Line, start: int, end: int) -> Line:
    norm = line.norm[start:end]
    start += len(norm) - len(norm.lstrip())
    end -= len(norm) - len(norm.rstrip())
    return line.part(start, end)
