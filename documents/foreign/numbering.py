"""Automatic numbers of a Word file: they are not in the text, so they are counted again from the list's definition.

Without them a notice whose 一、 (一) 1. were set by Word's own numbering would have no outline at all. Elements are
known by their local names: the two flavours of the standard differ in the namespace alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from documents.foreign.numerals import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_LEVELS: Final = 9
_LONGEST_CHAIN: Final = 20


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def whole_text(element: Element) -> str:
    """All text below an element."""
    return "".join(str(piece) for piece in element.itertext())


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of this name."""
    return (each for each in (() if element is None else element) if local(each) == name)


def child(element: Element | None, *path: str) -> Element | None:
    """The first child by a path of names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def value(element: Element | None, name: str = "val") -> str:
    """An attribute by its local name, empty when it is not there."""
    if element is None:
        return ""
    return next((str(said) for key, said in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def whole(text: str, fallback: int) -> int:
    """A whole number within reason, else the fallback."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else fallback


@dataclass(frozen=True, slots=True)
class _Level:
    kind: str = "decimal"
    text: str = ""
    start: int = 1
    #: the level (from 1) after which it begins again; None is each higher one, 0 is never
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A w:num: the definition it counts by, its levels with what it sets anew, the levels it starts afresh."""

    abstract: str
    levels: dict[int, _Level]
    fresh: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str = ""
    number: str | None = None
    level: int | None = None


@dataclass(slots=True)
class Numbering:
    """Counts a document's automatic lists as its paragraphs go by."""

    lists: dict[str, _List] = field(default_factory=dict)
    styles: dict[str, _Style] = field(default_factory=dict)
    #: the style of a paragraph that names none
    normal: str = ""
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, numbering: Element | None, styles: Element | None) -> Numbering:
        """By the document's parts numbering.xml and styles.xml."""
        made = cls()
        for style in children(styles, "style"):
            numbers = child(style, "pPr", "numPr")
            made.styles[value(style, "styleId")] = _Style(value(child(style, "basedOn")), *_reference(numbers))
            if value(style, "type") == "paragraph" and value(style, "default") in {"1", "true", "on"}:
                made.normal = value(style, "styleId")
        abstracts = {value(each, "abstractNumId"): each for each in children(numbering, "abstractNum")}
        linked = {
            value(child(each, "styleLink")): name
            for name, each in abstracts.items()
            if child(each, "styleLink") is not None
        }
        for number in children(numbering, "num"):
            name = value(child(number, "abstractNumId"))
            link = value(child(abstracts.get(name), "numStyleLink"))
            name = linked.get(link, name) if link else name
            made.lists[value(number, "numId")] = _list(number, name, abstracts.get(name))
        return made

    def label(self, properties: Element | None) -> str:
        """The number that Word shows before the paragraph with these properties, or nothing."""
        number, level, style = self._place(properties)
        found = self.lists.get(number)
        if found is None:
            return ""
        if level is None:
            level = next((at for at, each in found.levels.items() if each.style and each.style == style), 0)
        if level not in found.levels:
            return ""
        counts = self._count(number, found, level)
        shown = found.levels[level]
        text = shown.text
        for upper in range(level + 1):
            kind = "decimal" if shown.legal else found.levels.get(upper, _Level()).kind
            text = text.replace(f"%{upper + 1}", written(counts.get(upper, 1), kind))
        return "" if shown.kind == "bullet" else text

    def style_chain(self, style: str) -> Iterator[str]:
        """A style and those it is based on."""
        for _step in range(_LONGEST_CHAIN):
            if style not in self.styles:
                return
            yield style
            style = self.styles[style].based_on

    def _place(self, properties: Element | None) -> tuple[str, int | None, str]:
        """List and level of a paragraph, its own or its style's, and the style that says so."""
        number, level = _reference(child(properties, "numPr"))
        said_by = style = value(child(properties, "pStyle")) or self.normal
        for each in self.style_chain(style):
            if number is None and self.styles[each].number is not None:
                number, said_by = self.styles[each].number, each
            if level is None:
                level = self.styles[each].level
        return number or "", level, said_by

    def _count(self, number: str, found: _List, level: int) -> dict[int, int]:
        counts = self._counts.setdefault(found.abstract, {})
        for upper in range(level):
            if upper in found.levels:
                counts.setdefault(upper, found.levels[upper].start)
        if level in counts and (level not in found.fresh or (number, level) in self._begun):
            counts[level] += 1
        else:
            counts[level] = found.levels[level].start
        self._begun.add((number, level))
        for deeper in range(level + 1, _LEVELS):
            after = found.levels.get(deeper, _Level()).restart
            if after is None or level < after:
                counts.pop(deeper, None)
        return counts


def _reference(numbers: Element | None) -> tuple[str | None, int | None]:
    """What a w:numPr refers to: the list, the level; each None where it is not said."""
    number, level = child(numbers, "numId"), child(numbers, "ilvl")
    return None if number is None else value(number), None if level is None else whole(value(level), 0)


def _list(number: Element, name: str, abstract: Element | None) -> _List:
    levels = {whole(value(each, "ilvl"), 0): _level(each) for each in children(abstract, "lvl")}
    fresh = set()
    for override in children(number, "lvlOverride"):
        at = whole(value(override, "ilvl"), 0)
        own, start = child(override, "lvl"), child(override, "startOverride")
        if own is not None:
            levels[at] = _level(own)
        if start is not None:
            levels[at] = replace(levels.get(at, _Level()), start=whole(value(start), 1))
            fresh.add(at)
    return _List(name, levels, frozenset(fresh))


def _level(element: Element) -> _Level:
    legal, restart = child(element, "isLgl"), child(element, "lvlRestart")
    kind = child(element, "numFmt")
    if kind is None:  # newer Word writes a format of its own beside one that older programs know
        kind = child(element, "AlternateContent", "Fallback", "numFmt")
    return _Level(
        value(kind) or "decimal",
        value(child(element, "lvlText")),
        whole(value(child(element, "start")), 1),
        None if restart is None else whole(value(restart), 0),
        legal is not None and value(legal) not in {"0", "false", "off"},
        value(child(element, "pStyle")),
    )
