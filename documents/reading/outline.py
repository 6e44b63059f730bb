"""The outline of a notice: section 一、, subsection (一), item 1., and the text under each item.

A section whose number was lost is known by its place: a short line without a stop, after a finished item, before a
subsection that begins again at (一), or where the next section's number leaves one out. It is inferred and noted.
A section or subsection with text of its own and nothing numbered below it, or with units, is an item itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from documents.reading import duties, items, marks, plain_points, signs
from documents.reading.brackets import Finder, lists_of
from documents.reading.dates import whole_date
from documents.reading.items import RawItem
from documents.reading.marks import ITEM, SECTION, SUBSECTION, chinese, numeral
from documents.reading.source import Body, Line, Notes
from documents.reading.titles import LONGEST_TITLE, passages_of, says_nothing, title_end
from models.drafts import HeadingDraft
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class _Head:
    """Something numbered that is under way, with the lines that belong to it."""

    kind: int
    number: int
    line: Line
    start: int
    pieces: list[tuple[Line, int]] = field(default_factory=list)
    #: whether more than a heading stands on its own line; asked for with every line that follows, so found out once
    telling: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look at its own line."""
        self.telling = self.kind == items.ITEM or not _is_title(self.line.norm[self.start :])

    @property
    def said(self) -> bool:
        """Whether it has text, not only a heading."""
        return self.telling or len(self.pieces) > 1


@dataclass(slots=True)
class _State:
    notes: Notes
    section: HeadingDraft | None = None
    subsection: HeadingDraft | None = None
    items: list[RawItem] = field(default_factory=list)
    head: _Head | None = None
    sections: int = 0
    #: the number of the last item, for a title that begins with a figure
    last: int = 0
    #: below the work stand attachments, copies and the signature
    ended: bool = False
    #: within the list of attachments, whose numbers are no items
    listing: bool = False
    #: items are numbered with their section in front: 1.1
    double: bool = False
    #: several points begin with those who bear them: (一)甲局：负责…
    borne: bool = False
    #: the number of the prose that was left out last
    prose: int = 0


def first_heading(lines: Sequence[Line]) -> int:
    """The index of the first line of the body, or the length when there is none; the list of attachments is none."""
    listing = False
    for at, line in enumerate(lines):
        if marks.ATTACHMENTS.match(line.norm):
            listing = True
        elif listing and (marks.CAPTION.match(line.norm) or whole_date(line.norm.strip("()"))):
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
    short = 4 <= len(line.norm) <= marks.LONGEST_HEADING
    return short and not re.search(r"[。;:()【】]|https?|\d{4}-|^\d{4}年?\d{1,4}月?\d{0,2}日$", line.norm)


def _is_title(norm: str) -> bool:
    """Whether what stands behind a number is a heading alone: short, with no sentence behind it and no units."""
    text = norm.rstrip("。:; ")
    return len(text) <= marks.LONGEST_HEADING and "。" not in text and not names_units(norm)


def names_units(norm: str) -> bool:
    """Whether a text holds a bracket or a label that names units."""
    return duties.tells(norm) or bool(Finder(norm, frozenset()).find())


def outline(lines: Sequence[Line], notes: Notes) -> list[RawItem]:
    """The items of the body in order, each with its text; ``lines`` begin at the first heading."""
    state = _State(notes)
    seen = [signs.unified(line) for line in lines if not line.blank]
    state.double = sum(1 for line in seen if marks.DOUBLE.match(line.norm)) > 1
    state.borne = sum(1 for line in seen if _borne(line)) >= plain_points.FEWEST
    for at, line in enumerate(seen):
        _line(state, line, seen[at + 1] if at + 1 < len(seen) else None)
    _close(state, None)
    if state.double and state.items:
        place = state.items[0].body.place(0)
        notes.add("W-O03", place, state.items[0].title, _("items are numbered 1.1, 1.2; they are counted through"))
    found = items.owned(state.items)
    kept = {id(item.whole) for item in found}
    for item in state.items:
        if item.bare and item.whole and id(item.whole) not in kept:
            _unused(state, item.whole)
    return items.numbered(found, notes)


def _borne(line: Line) -> bool:
    """Whether a numbered line begins with those who bear it."""
    found = ITEM.match(line.norm) or SUBSECTION.match(line.norm) or SECTION.match(line.norm)
    return bool(found and plain_points.borne(line, found.end()))


def _line(state: _State, line: Line, following: Line | None) -> None:
    if found := _item(state, line):
        said = next(part for part in found.groups() if part)
        number = state.last + 1 if "." in said else numeral(said)
        _open(state, _Head(items.ITEM, number, line, found.end()))
    elif found := SECTION.match(line.norm):
        _section(state, found, line)
    elif found := SUBSECTION.match(line.norm):
        _open(state, _Head(items.PART, numeral(found[1] or found[2]), line, found.end()))
        state.subsection = HeadingDraft(found[1] or found[2], _heading(line, found.end()))
    elif _lost_section(state, line, following):
        _close(state, items.SECTION)
        _unnumbered(state, line)
    elif _ends(state, line, following):
        return
    elif not state.ended and state.head and (not _finished(state.head) or _is_text(line)):
        state.head.pieces.append((line, 0))
    else:
        _unused(state, line)


def _unused(state: _State, line: Line) -> None:
    state.notes.add("W-T03", (line.number, line.column), line.raw, _("this line belongs to no item and was not used"))


def _ends(state: _State, line: Line, following: Line | None) -> bool:
    """Whether a line belongs to what stands below the work: attachments, copies, the signature."""
    closing = marks.CLOSING.match(line.norm)
    if marks.CAPTION.match(line.norm):
        state.listing = False
    elif marks.ATTACHMENTS.match(line.norm):
        state.listing = True
    dated = whole_date(line.norm.strip("()"))
    signed = following is not None and whole_date(following.norm.strip("()")) and is_heading(line)
    if signed and not SUBSECTION.match(line.norm):
        state.ended = True
        return True
    state.ended = state.ended or bool(closing or dated)
    return bool(dated or (closing and not re.match("扫一扫|【|上一|下一", line.norm))) or state.listing


def _item(state: _State, line: Line) -> re.Match[str] | None:
    """The number of an item that the line begins with."""
    if state.listing:
        return None
    if state.double and (found := marks.DOUBLE.match(line.norm)):
        return found
    going_on = marks.NEXT_ITEM.match(line.norm)
    return ITEM.match(line.norm) or (going_on if going_on and int(going_on[1]) == state.last + 1 else None)


def _heading(line: Line, start: int) -> str:
    """The heading in a line that goes on with text or units: up to its first stop or bracket."""
    if _is_title(line.norm[start:]):
        return line.raw[start:].strip()
    end, _rest = title_end(line, start)
    return line.raw[start:end].strip()


def _section(state: _State, found: re.Match[str], line: Line) -> None:
    number = numeral(found[1] or found[2])
    _open(state, _Head(items.SECTION, number, line, found.end()))
    if number != state.sections + 1:
        message = _("section {found} follows section {before}").format(
            found=found[1] or found[2], before=chinese(state.sections) or "0"
        )
        state.notes.add("W-O02", (line.number, line.column), line.raw, message)
    state.sections = number
    state.section = HeadingDraft(found[1] or found[2], _heading(line, found.end()))
    state.subsection = None


def _lost_section(state: _State, line: Line, following: Line | None) -> bool:
    if following is None or not is_heading(line):
        return False
    under_way = state.head is not None and state.head.said
    if state.head and under_way and not _finished(state.head):
        return False
    if marks.CLOSING.match(line.norm) or marks.POINT.match(line.norm):
        return False
    again = SUBSECTION.match(following.norm)
    if again:
        return numeral(again[1] or again[2]) == 1
    return bool((under_way or state.section is None) and ITEM.match(following.norm))


def _unnumbered(state: _State, line: Line) -> None:
    state.sections += 1
    number = chinese(state.sections)
    message = _("the section's number is lost; by its place it is {number}").format(number=f"{number}、")
    state.notes.add("W-O01", (line.number, line.column), line.raw, message, f"{number}、{line.raw}")
    state.section, state.subsection = HeadingDraft(number, line.raw, message), None


def _finished(head: _Head) -> bool:
    """Whether the last line has come to an end: with a stop, a bracket, or a collective name."""
    line, start = head.pieces[-1]
    text = line.norm[start:]
    if signs.passages(line, start)[-1].raw.startswith("\n"):
        return True
    if not head.said or (len(head.pieces) == 1 and text.endswith(":")):
        return head.kind != items.ITEM
    return text.endswith((")", "。")) or bool(re.search(r"[、,](?:有关|各|相关)[^、,。()]{1,20}$", text))


def _is_text(line: Line) -> bool:
    """Whether a line after a finished one still belongs to the item: a sentence, or words with their units.

    What a web page or a signature leaves below the last item has neither a stop nor a list of units.
    """
    if (
        line.norm.endswith(("。", ";"))
        or marks.POINT.match(line.norm)
        or marks.SAID.match(line.norm)
        or names_units(line.norm)
    ):
        return True
    return any(part.raw.startswith("\n") for part in signs.passages(line))


def _open(state: _State, head: _Head) -> None:
    _close(state, head.kind)
    head.pieces = [(head.line, head.start)]
    state.head, state.ended, state.listing = head, False, False
    if head.kind == items.ITEM:
        state.last = head.number


def _close(state: _State, following: int | None) -> None:
    """Finish what is under way: an item, a heading of what is numbered below it, or prose that is no task."""
    head, state.head = state.head, None
    if head is None:
        return
    end, rest = title_end(head.line, head.start)
    pieces = passages_of([(head.line, rest), *head.pieces[1:]])
    body = Body.of(pieces)
    if says_nothing(body):
        pieces = passages_of(head.pieces)  # nothing but a title: it is the text too
        body = Body.of(pieces)
    title = head.line.raw[head.start : end].strip().rstrip(" ,，")
    named = bool(lists_of(body)) or duties.tells(body.norm)
    said = plain_points.borne(head.line, head.start) if state.borne else None
    if said and not lists_of(body):
        pieces = passages_of([*plain_points.turned(head.line, said), *head.pieces[1:]])
        body, named = Body.of(pieces), True
    below = head.kind != items.ITEM and following is not None and following > head.kind
    if below and not named:
        for line, _start in head.pieces[1:]:
            _unused(state, line)
        return
    if not named and _prose(state, head, title):
        return
    item = RawItem(head.number, title, body, state.section, state.subsection, head.kind, named)
    sentence = len(title) > LONGEST_TITLE or bool(re.search(r"[,，\d]", title))
    item.bare = not named and not head.said and not sentence
    item.owner, item.pieces, item.whole = below, pieces, head.line
    item.apart = any(part.raw.startswith("\n") or part.norm.startswith("(") for part, _start in pieces[1:])
    item.after, state.prose = state.prose, 0
    item.section = item.section if head.kind > items.SECTION else None
    item.subsection = item.subsection if head.kind > items.PART else None
    state.items.append(item)


def _prose(state: _State, head: _Head, title: str) -> bool:
    """Whether it stands under a heading of prose (总体要求, 组织保障): told, and no task."""
    headings = (state.section, state.subsection if head.kind == items.ITEM else None)
    above = head.kind != items.SECTION and any(one is not None and marks.is_prose(one.title) for one in headings)
    if not marks.is_prose(title) and not (above and "目标" not in title):
        return False
    state.prose = head.number
    if head.said:
        message = _("“{title}” says how the work is to be carried; it names no unit and was not entered as a task")
        place = (head.line.number, head.line.column)
        state.notes.add("W-N09", place, head.line.raw, message.format(title=title))
    return True
