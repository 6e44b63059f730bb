"""Items before their clauses are cut: points that belong to the item above them, and a number of its own for each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from documents.reading.marks import numeral
from documents.reading.source import Body, Line, Notes
from models.language import _

if TYPE_CHECKING:
    from models.drafts import HeadingDraft

#: the kinds of what may be an item, from the widest
SECTION, PART, ITEM = range(3)


@dataclass(slots=True)
class RawItem:
    """An item before its clauses are cut: its heading, its number as printed and the text after its title."""

    number: int
    title: str
    body: Body
    section: HeadingDraft | None
    subsection: HeadingDraft | None
    kind: int = ITEM
    #: whether its text names units
    named: bool = False
    #: whether it is nothing but a heading
    bare: bool = False
    #: whether its units hold for numbered points below it, which name none
    owner: bool = False
    #: the lines it was made of
    pieces: list[tuple[Line, int]] = field(default_factory=list)
    #: its first line with its number
    whole: Line | None = None
    #: whether its units stand on lines of their own
    apart: bool = False
    #: whether it was made of points that have their units in common
    shared: bool = False
    #: the number of prose before it that is no item
    after: int = 0


def owned(items: list[RawItem]) -> list[RawItem]:
    """Headings alone are items only where others of their kind have text; points below one that names units are its."""
    kinds = {item.kind for item in items if not item.bare and item.kind != ITEM}
    kept = [item for item in items if not item.bare or item.kind == ITEM or item.kind in kinds]
    kept = _shared(kept)
    owned: list[RawItem] = []
    at = 0
    while at < len(kept):
        item = kept[at]
        owned.append(item)
        end = next((i for i in range(at + 1, len(kept)) if kept[i].kind <= item.kind), len(kept)) if item.owner else at
        points = kept[at + 1 : end]
        item.owner = bool(points) and not any(point.named for point in points)
        if item.owner:
            lines = [(point.whole, 0) for point in points if point.whole]
            pieces = [piece for point, line in zip(points, lines, strict=True) for piece in (line, *point.pieces[1:])]
            item.body = Body.of([*item.pieces, *pieces])
        at = end if item.owner else at + 1
    return owned


def _shared(items: list[RawItem]) -> list[RawItem]:
    """Points whose units stand on lines of their own below the last of them: they are one item, under their heading."""
    made: list[RawItem] = []
    for _heading, group in itertools.groupby(items, lambda item: (id(item.subsection or item.section), item.kind)):
        points = list(group)
        last, heading = points[-1], points[-1].subsection or points[-1].section
        if (
            len(points) == 1
            or last.kind != ITEM
            or heading is None
            or not last.apart
            or any(point.named for point in points[:-1])
        ):
            made += points
        else:
            made.append(_one(points, heading))
    return made


def _one(points: list[RawItem], heading: HeadingDraft) -> RawItem:
    """The item that points make together."""
    pieces = [piece for point in points if point.whole for piece in ((point.whole, 0), *point.pieces[1:])]
    section = points[0].section if points[0].subsection is not None else None
    item = RawItem(numeral(heading.number), heading.title.strip("。"), Body.of(pieces), section, None)
    item.kind, item.named, item.shared = PART if section else SECTION, True, True
    item.pieces, item.whole, item.after = pieces, points[0].whole, points[0].after
    return item


def numbered(items: list[RawItem], notes: Notes) -> list[RawItem]:
    """Give every item a number of its own; where printed numbers repeat, count through and say so."""
    if len({item.number for item in items}) != len(items):
        place = items[0].body.place(0)
        notes.add("W-O03", place, items[0].title, _("item numbers repeat; the items are counted through"))
        for number, item in enumerate(items, 1):
            item.number = number
        return items
    for before, item in itertools.pairwise(items):
        if item.number not in {before.number + 1, item.after + 1}:
            message = _("item {number} follows item {before}").format(number=item.number, before=before.number)
            notes.add("W-O03", item.body.place(0), item.title, message)
    return items
