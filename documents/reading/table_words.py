"""The words of a table's cells as running text: sentences, headings, and the bracket that names who and by when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from documents.reading import table_columns as columns
from documents.reading.source import folded
from models.drafts import HeadingDraft

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from documents.foreign.content import Row
    from documents.reading.table_columns import Columns

_HEADING: Final = re.compile(
    r"(?P<number>[一二三四五六七八九十百]{1,5})[、.](?P<title>.+)|(?P<inner>\([一二三四五六七八九十百]{1,5}\))(?P<rest>.+)"
)
_OWN_NUMBER: Final = re.compile(r"^(?:\d{1,3}[.、．]|[(（]\d{1,3}[)）]|[①-⑳]) *(?!\d)")
_LABELLED: Final = re.compile(r"[\u4e00-\u9fff]{2,8} *:")
_BREAKS: Final = re.compile(r"[\n\r\x0b\x0c\u2028\u2029]")
_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:日| 00:00:00)?|月)?(?![\d-])")
_STOPS: Final = "。；;，,、：:！？"
_EDGES: Final = " 、，,；;。"
_LONGEST_TITLE: Final = 24
_LABELS: Final = {
    columns.LEAD: "牵头单位",
    columns.BEARERS: "责任单位",
    columns.SUPPORT: "配合单位",
    columns.DEADLINE: "完成时限",
}


def one_line(text: str) -> str:
    """A name in a cell as one line, without a number of its own."""
    return _OWN_NUMBER.sub("", "".join(_lines(text))).strip(_EDGES)


def sentences(texts: Iterable[str]) -> str:
    """Cells one behind the other as one text: each line that has no stop of its own gets one."""
    whole = ""
    for line in (line for text in texts for line in _lines(text)):
        whole += ("。" if whole and whole[-1] not in _STOPS else "") + line
    return whole.strip(_EDGES)


def title_of(text: str) -> str:
    """A name for an item whose row has none: its first phrase."""
    first = re.split(r"[。；;]", _OWN_NUMBER.sub("", text), maxsplit=1)[0]
    return first if len(first) <= _LONGEST_TITLE else re.split(r"[，,：:]", first, maxsplit=1)[0][: 2 * _LONGEST_TITLE]


def heading_of(text: str) -> HeadingDraft:
    """A heading with the number it may have."""
    found = _HEADING.match(folded(text))
    if not found:
        return HeadingDraft("", text.strip())
    start = found.start("title" if found["number"] else "rest")
    return HeadingDraft(found["number"] or found["inner"], text[start:].strip())


def bracket_of(found: Columns, rows: Sequence[Row]) -> str:
    """What the rows of one clause say of units and times, as a notice would in a bracket behind the text."""
    parts = []
    for role in (*columns.PARTIES, columns.DEADLINE):
        cells = dict.fromkeys(row.cells[at] for at in found.of(role) for row in rows if at < len(row.cells))
        read = _time if role == columns.DEADLINE else _names
        said = "、".join(dict.fromkeys(text for cell in cells if (text := read(cell.text))))
        if said:
            parts.append(said if _LABELLED.match(folded(said)) else f"{_LABELS[role]}：{said}")
    return f"（{'；'.join(parts)}）" if parts else ""


def _names(text: str) -> str:
    """A list of names as one line: a line of a cell is a name of its own, or a part of the cell with its own label."""
    whole = ""
    for line in _lines(text.replace("／", "、").replace("/", "、")):
        labelled = bool(_LABELLED.match(folded(line)))
        parted = not whole or whole[-1] in _STOPS or line[0] in _STOPS
        whole += ("；" if labelled and whole else "" if parted else "、") + line
    return whole.strip(_EDGES)


def _time(text: str) -> str:
    """A time as a notice writes it: 2022-06-30 and 2022.6 with 年, 月 and 日."""
    said = _DAY.sub(
        lambda day: f"{day[1]}年{int(day[2])}月" + (f"{int(day[3])}日" if day[3] else ""), "".join(_lines(text))
    )
    return said.strip(_EDGES)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _BREAKS.split(text) if line.strip()]
