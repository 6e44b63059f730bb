"""What stands in a cell of the decomposition table, and how a person's edit of it is understood.

Text that a spreadsheet would take for a formula gets an apostrophe in front and keeps its kind as text.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from datetime import date, datetime
from typing import Any, Final

from models.drafts import HeadingDraft, IndicatorDraft, MilestoneDraft
from models.language import _

#: a spreadsheet cell holds 32,767 characters
LONGEST_CELL: Final = 32_000
CUT: Final = "……（单元格放不下，全文仍在）"
OPEN_DATE: Final = "待定"
BY_NOTICE: Final = "按通知"
REPORTERS: Final = {"every": "各责任单位", "lead": "仅牵头单位"}
CYCLES: Final = {
    "monthly": "每月", "quarterly": "每季度", "weekly": "每周", "bimonthly": "每双月", "half-yearly": "每半年", "": "",
}  # fmt: skip

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LIST: Final = re.compile(r"[、,，;；\n]+")
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?|月?底?)(?:\s+00:00:00)?")
_QUOTED: Final = re.compile(r"(?P<said>[^（]*?)\s*(?:（(?P<quote>.*)）)?\s*", re.DOTALL)
_TARGET: Final = re.compile(
    r"(?P<name>.+?)\s*(?P<op>≥|≤|>=|<=|＝|=)\s*(?P<value>-?\d[\d,，]{0,20}(?:\.\d{1,12})?)\s*(?P<unit>[^（\s]*)\s*(?:（(?P<quote>.*)）)?\s*",
    re.DOTALL,
)
_SIGNS: Final = {">=": "≥", "<=": "≤", "=": "="}
_OPS: Final = {"≥": ">=", ">=": ">=", "≤": "<=", "<=": "<=", "=": "=", "＝": "="}
_HEADING: Final = re.compile(
    r"(?P<number>[一二三四五六七八九十百]{1,5})、(?P<title>.*)|(?P<inner>[(（][一二三四五六七八九十百]{1,5}[)）])(?P<rest>.*)",
    re.DOTALL,
)


class BadCell(ValueError):
    """A cell that cannot be understood; the message says why, the caller adds where."""


def plain(text: str) -> str:
    """Text as a spreadsheet can hold it: no control characters, one kind of line end, not too long."""
    clean = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean if len(clean) <= LONGEST_CELL else clean[: LONGEST_CELL - len(CUT)] + CUT


def stored(text: str) -> str:
    """What is written into the file for a text: harmless to every spreadsheet program."""
    text = _ESCAPED.sub("_x005F_", plain(text))
    return f"'{text}" if text.startswith(_FORMULA) else text


def unstored(value: Any) -> str:
    """The text of a cell as a person sees it; numbers and dates as they would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        raise BadCell(_("this is a truth value, text was expected"))
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = plain(str(value))
    text = text[1:] if text.startswith("'") and text[1:2] and text[1:].startswith(_FORMULA) else text
    return _UNESCAPED.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return "" if _ILLEGAL.match(char) else char


def names(text: str) -> tuple[str, ...]:
    """Unit names from a list a person typed, each once, in order."""
    found = tuple(dict.fromkeys(part.strip() for part in _LIST.split(text) if part.strip()))
    for name in found:
        if len(name) > 60:
            raise BadCell(_("{name} is too long for a unit's name").format(name=f"{name[:20]}…"))
    return found


def day_text(day: date | None) -> str:
    """A civil date as it is typed, empty for none."""
    return f"{day:%Y-%m-%d}" if day and day.year >= 1000 else f"{day.isoformat()}" if day else ""


def day_of(text: str) -> date | None:
    """A civil date a person typed; a month stands for its last day; empty is None."""
    if not text.strip():
        return None
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise BadCell(_("{text} is not a date; write it as 2022-06-30").format(text=text.strip()[:40]))
    year, month = int(found[1]), int(found[2])
    try:
        return date(year, month, int(found[3]) if found[3] else monthrange(year, month)[1])
    except (ValueError, IndexError):
        raise BadCell(_("the date {text} does not exist").format(text=text.strip()[:40])) from None


def milestones_text(milestones: tuple[MilestoneDraft, ...]) -> str:
    """Deadlines, one a line: the day and the words of the notice."""
    return "\n".join(f"{day_text(one.due_on) or OPEN_DATE}（{one.quote}）" for one in milestones)


def milestones_of(text: str, before: tuple[MilestoneDraft, ...]) -> tuple[MilestoneDraft, ...]:
    """Deadlines as edited; a remark stays with the words it belongs to."""
    found = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        parted = _QUOTED.fullmatch(line)
        said = parted["said"].strip() if parted else line.strip()
        quote = (parted["quote"] if parted else None) or said
        due = None if said == OPEN_DATE else day_of(said)
        if due is None and said != OPEN_DATE:
            raise BadCell(_("{text} is not a date; write it as 2022-06-30").format(text=line.strip()[:40]))
        same = next((one for one in before if plain(one.quote) == quote and one.due_on == due), None)
        found.append(same or MilestoneDraft(quote, due))
    return tuple(found)


def indicators_text(indicators: tuple[IndicatorDraft, ...]) -> str:
    """Targets, one a line: name, sign, number, unit and the words of the notice."""
    return "\n".join(
        f"{one.name} {_SIGNS[one.op]} {_number(one.value)} {one.unit}（{one.quote}）" for one in indicators
    )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def indicators_of(text: str, before: tuple[IndicatorDraft, ...]) -> tuple[IndicatorDraft, ...]:
    """Targets as edited; a remark stays with the words it belongs to."""
    found = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        parted = _TARGET.fullmatch(line.strip())
        if not parted:
            raise BadCell(_("{text} is no target; write: name ≥ 120 unit").format(text=line.strip()[:40]))
        value = float(parted["value"].replace(",", "").replace("，", ""))
        if not math.isfinite(value):
            raise BadCell(_("{text} is no number").format(text=parted["value"][:40]))
        one = IndicatorDraft(parted["quote"] or line.strip(), parted["name"], _OPS[parted["op"]], value, parted["unit"])
        same = next((old for old in before if plain(old.quote) == one.quote and old.value == value), None)
        found.append(IndicatorDraft(one.quote, one.name, one.op, value, one.unit, same.note) if same else one)
    return tuple(found)


def reporter_text(policy: str | None) -> str:
    """Who reports on a clause, as the drop-down list says it."""
    return REPORTERS.get(policy or "", BY_NOTICE)


def reporter_of(text: str) -> str | None:
    """The policy a person chose: ``every``, ``lead``, or None for the notice's own."""
    if text.strip() in {"", BY_NOTICE}:
        return None
    for policy, words in REPORTERS.items():
        if text.strip() == words:
            return policy
    choices = "、".join((BY_NOTICE, *REPORTERS.values()))
    raise BadCell(_("{text} is not one of: {choices}").format(text=text.strip()[:40], choices=choices))


def cycle_of(text: str) -> str:
    """The cycle of reporting a person chose."""
    for cycle, words in CYCLES.items():
        if text.strip() == words:
            return cycle
    choices = "、".join(words for words in CYCLES.values() if words)
    raise BadCell(_("{text} is not one of: {choices}").format(text=text.strip()[:40], choices=choices))


def heading_of(text: str) -> HeadingDraft | None:
    """A section or subsection a person typed; empty is none."""
    if not text.strip():
        return None
    found = _HEADING.fullmatch(text.strip())
    if not found:
        return HeadingDraft("", text.strip())
    return HeadingDraft(found["number"] or found["inner"], (found["title"] or found["rest"] or "").strip())


def count_of(text: str, most: int) -> int:
    """A whole number from 1 on."""
    if not re.fullmatch(r"\d{1,6}", text.strip()) or not 1 <= int(text) <= most:
        raise BadCell(
            _("{text} is not a whole number from 1 to {most}").format(text=text.strip()[:40] or "''", most=most)
        )
    return int(text)
