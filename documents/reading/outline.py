"""The outline of a notice: section 一、, subsection (一), item 1., and the text under each item.

A section whose number was lost is known by its place: a short line without a stop, after a finished item, before a
subsection that begins again at (一), or where the next section's number leaves one out. It is inferred and noted.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from documents.reading.brackets import Finder
from documents.reading.dates import whole_date
from documents.reading.source import Body, Line, Notes
from models.drafts import HeadingDraft
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHINESE: Final = "一二三四五六七八九十百"
SECTION: Final = re.compile(rf"([{_CHINESE}]{{1,5}})、 *(?=\S)")
SUBSECTION: Final = re.compile(rf"(\([{_CHINESE}]{{1,5}}\)) *(?=\S)")
ITEM: Final = re.compile(r"(\d{1,3})[.、] *(?![\d ])")
#: a title may begin with a figure (11.121工程): an item only where the number goes on and the figure measures nothing
_NEXT_ITEM: Final = re.compile(
    r"(\d{1,3})[.、] *(?=\d)(?!\d+(?:\.\d+)*(?:[亿万千百余多]|%|[米吨元个家名项年月日]|公里|人(?!才)))"
)
ATTACHMENTS: Final = re.compile(r"附件 *: *\S")
CAPTION: Final = re.compile(r"附件 *\d{0,2}:?$")
#: a heading is a short line; longer ones are text
_LONGEST_HEADING: Final = 60
#: a title is said in a breath; a longer first sentence is the text itself
LONGEST_TITLE: Final = 24
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")}


@dataclass(slots=True)
class RawItem:
    """An item before its clauses are cut: its heading, its number as printed and the text after its title."""

    number: int
    title: str
    body: Body
    section: HeadingDraft | None
    subsection: HeadingDraft | None


@dataclass(slots=True)
class _State:
    section: HeadingDraft | None = None
    subsection: HeadingDraft | None = None
    items: list[RawItem] = field(default_factory=list)
    pieces: list[tuple[Line, int]] = field(default_factory=list)
    head: tuple[int, Line, int] | None = None
    sections: int = 0


def numeral(text: str) -> int:
    """The value of a Chinese numeral up to 999: 二十一 is 21."""
    total, digit = 0, 0
    for char in text.strip("()"):
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total, digit = total + (digit or 1) * (100 if char == "百" else 10), 0
    return total + digit


def chinese(number: int) -> str:
    """A Chinese numeral for 1–99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{'零一二三四五六七八九'[tens]}十"
    return head + ("零一二三四五六七八九"[ones] if ones else "")


def first_heading(lines: Sequence[Line]) -> int:
    """The index of the first line of the body, or the length when there is none; the list of attachments is none."""
    listing = False
    for at, line in enumerate(lines):
        if ATTACHMENTS.match(line.norm):
            listing = True
        elif listing and (CAPTION.match(line.norm) or whole_date(line.norm.strip("()"))):
            listing = False
        if SECTION.match(line.norm) or SUBSECTION.match(line.norm) or (not listing and ITEM.match(line.norm)):
            return _with_lost_number(lines, at)
    return len(lines)


def _with_lost_number(lines: Sequence[Line], first: int) -> int:
    """A first section whose number was lost stands right above the first numbered line, below running text."""
    above = [at for at in range(max(first - 6, 0), first) if not lines[at].blank][-2:]
    if SECTION.match(lines[first].norm) or len(above) < 2 or not is_heading(lines[above[1]]):
        return first
    return above[1] if lines[above[0]].norm.endswith("。") else first


def is_heading(line: Line) -> bool:
    """Whether a line has the shape of a heading without a number: short, one phrase, no stop, no bracket."""
    return 4 <= len(line.norm) <= _LONGEST_HEADING and not re.search(r"[。;:()【】]|https?|\d{4}-", line.norm)


def outline(lines: Sequence[Line], notes: Notes) -> list[RawItem]:
    """The items of the body in order, each with its text; ``lines`` begin at the first heading."""
    state = _State()
    seen = [line for line in lines if not line.blank]
    with_items = any(ITEM.match(line.norm) for line in seen)
    for at, line in enumerate(seen):
        _line(state, line, seen[at + 1] if at + 1 < len(seen) else None, notes, with_items=with_items)
    _close(state)
    return _numbered(state.items, notes)


def _line(state: _State, line: Line, following: Line | None, notes: Notes, *, with_items: bool) -> None:
    if found := _item(state, line):
        _open(state, int(found[1]), line, found.end())
    elif found := SECTION.match(line.norm):
        _section(state, found, line, notes)
    elif found := SUBSECTION.match(line.norm):
        if with_items or len(line.norm) <= _LONGEST_HEADING // 2:
            _close(state)
            state.subsection = HeadingDraft(found[1], line.raw[found.end() :])
        else:
            _open(state, numeral(found[1]), line, found.end())
    elif _lost_section(state, line, following):
        _close(state)
        _unnumbered(state, line, notes)
    elif state.head and (not _finished(state) or _is_text(line)):
        state.pieces.append((line, 0))
    else:
        notes.add("W-T03", (line.number, line.column), line.raw, _("this line belongs to no item and was not used"))


def _item(state: _State, line: Line) -> re.Match[str] | None:
    """The number of an item that the line begins with."""
    last = state.head[0] if state.head else state.items[-1].number if state.items else 0
    going_on = _NEXT_ITEM.match(line.norm)
    return ITEM.match(line.norm) or (going_on if going_on and int(going_on[1]) == last + 1 else None)


def _section(state: _State, found: re.Match[str], line: Line, notes: Notes) -> None:
    _close(state)
    number = numeral(found[1])
    if number != state.sections + 1:
        message = _("section {found} follows section {before}").format(
            found=found[1], before=chinese(state.sections) or "0"
        )
        notes.add("W-O02", (line.number, line.column), line.raw, message)
    state.sections = number
    state.section, state.subsection = HeadingDraft(found[1], line.raw[found.end() :]), None


def _lost_section(state: _State, line: Line, following: Line | None) -> bool:
    if not is_heading(line) or following is None or (state.head and not _finished(state)):
        return False
    again = SUBSECTION.match(following.norm)
    if again:
        return numeral(again[1]) == 1
    return bool((state.head or state.section is None) and ITEM.match(following.norm))


def _unnumbered(state: _State, line: Line, notes: Notes) -> None:
    state.sections += 1
    number = chinese(state.sections)
    message = _("the section's number is lost; by its place it is {number}").format(number=f"{number}、")
    notes.add("W-O01", (line.number, line.column), line.raw, message, f"{number}、{line.raw}")
    state.section, state.subsection = HeadingDraft(number, line.raw, message), None


def _finished(state: _State) -> bool:
    """Whether the item's last line has come to an end: with a stop, a bracket, or a collective name."""
    line, start = state.pieces[-1]
    text = line.norm[start:]
    return text.endswith((")", "。")) or bool(re.search(r"[、,](?:有关|各|相关)[^、,。()]{1,20}$", text))


def _is_text(line: Line) -> bool:
    """Whether a line after a finished one still belongs to the item: a sentence, or words with their units.

    What a web page or a signature leaves below the last item has neither a stop nor a list of units.
    """
    return line.norm.endswith("。") or bool(Finder(line.norm, frozenset()).find())


def _open(state: _State, number: int, line: Line, start: int) -> None:
    _close(state)
    state.head, state.pieces = (number, line, start), [(line, start)]


def _close(state: _State) -> None:
    """Finish the item under way: its title stands before the first stop, its text after it."""
    if not state.head:
        return
    number, line, start = state.head
    end, rest = _title_end(line, start)
    if not line.norm[rest:].strip() and len(state.pieces) == 1:
        rest = start  # nothing but a title: it is the text too
    body = Body.of([(line, rest), *state.pieces[1:]])
    state.items.append(RawItem(number, line.raw[start:end].strip(), body, state.section, state.subsection))
    state.head, state.pieces = None, []


def _title_end(line: Line, start: int) -> tuple[int, int]:
    """Where the title ends and where the text begins; an item without a title is named by its first phrase."""
    stop = line.norm.find("。", start)
    end = stop if stop >= 0 else len(line.norm)
    lists = Finder(line.norm[start:end], frozenset()).find()
    if not lists and end - start <= LONGEST_TITLE:
        return end, min(end + 1, len(line.norm))
    if not lists:  # a whole sentence is no title: it is where the text begins
        comma = line.norm.find(",", start, end)
        return (comma if comma > start else end), start
    comma = line.norm.find(",", start, start + lists[0].start)
    return (comma if comma > start else start + lists[0].start), start


def _numbered(items: list[RawItem], notes: Notes) -> list[RawItem]:
    """Give every item a number of its own; where printed numbers repeat, count through and say so."""
    if len({item.number for item in items}) != len(items):
        place = items[0].body.place(0)
        notes.add("W-O03", place, items[0].title, _("item numbers repeat; the items are counted through"))
        for number, item in enumerate(items, 1):
            item.number = number
        return items
    for before, item in itertools.pairwise(items):
        if item.number != before.number + 1:
            message = _("item {number} follows item {before}").format(number=item.number, before=before.number)
            notes.add("W-O03", item.body.place(0), item.title, message)
    return items
