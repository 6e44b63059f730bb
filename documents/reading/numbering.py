"""Automatic numbers of a Word file: they are not in the text, so they are counted again from the list's definition.

Without them a notice whose 一、 (一) 1. were set by Word's own numbering would have no outline at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents.reading.marks import chinese
from models.language import _

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from documents.reading.source import Notes

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE: Final = frozenset(
    {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting"}
)
_MOST_LEVELS: Final = 9


class Numbering:
    """Counts a document's automatic lists as its paragraphs go by."""

    def __init__(self, document: Document) -> None:
        self._lists: dict[str, str] = {}
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._noted = False
        part = next(
            (
                rel.target_part
                for rel in document.part.rels.values()
                if rel.reltype.endswith("/numbering") and not rel.is_external
            ),
            None,
        )
        element: Any = getattr(part, "element", None)
        if element is not None:
            self._define(element)

    def _define(self, element: Any) -> None:
        for abstract in element.iter(f"{_W}abstractNum"):
            for level in abstract.iter(f"{_W}lvl"):
                kind, text, start = (level.find(f"{_W}{tag}") for tag in ("numFmt", "lvlText", "start"))
                self._levels[_value(abstract, "abstractNumId"), int(_value(level, "ilvl") or 0)] = (
                    _value(kind, "val") or "decimal",
                    _value(text, "val"),
                    int(_value(start, "val") or 1),
                )
        for number in element.iter(f"{_W}num"):
            self._lists[_value(number, "numId")] = _value(number.find(f"{_W}abstractNumId"), "val")

    def label(self, paragraph: Paragraph, notes: Notes) -> str:
        """The number that Word shows before a paragraph, or nothing."""
        properties: Any = paragraph._p.pPr  # noqa: SLF001 - python-docx has no other way to a list's level
        numbers = None if properties is None else properties.find(f"{_W}numPr")
        if numbers is None or not paragraph.text.strip():
            return ""
        key = self._lists.get(_value(numbers.find(f"{_W}numId"), "val"), "")
        level = int(_value(numbers.find(f"{_W}ilvl"), "val") or 0)
        if (key, level) not in self._levels or level >= _MOST_LEVELS:
            return ""
        if not self._noted:
            self._noted = True
            notes.add(
                "W-F01",
                (0, 0),
                paragraph.text,
                _("the file numbers its paragraphs automatically; the numbers were counted again"),
            )
        return self._count(key, level)

    def _count(self, key: str, level: int) -> str:
        self._counts[key, level] = self._counts.get((key, level), self._levels[key, level][2] - 1) + 1
        for deeper in range(level + 1, _MOST_LEVELS):
            self._counts.pop((key, deeper), None)
        text = self._levels[key, level][1]
        for upper in range(level + 1):
            if (key, upper) in self._levels:
                kind, _text, start = self._levels[key, upper]
                count = self._counts.get((key, upper), start)
                text = text.replace(f"%{upper + 1}", chinese(count) if kind in _CHINESE else str(count))
        return text


def _value(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(f"{_W}{name}") or "")
