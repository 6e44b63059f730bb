"""Reading the State Council's yearly holiday notice (国务院办公厅关于20XX年部分节假日安排的通知) into a year table.

The notice checks itself: it says 共N天 behind each holiday and the weekday behind most dates. Where its text does not
agree with itself nothing is taken from it (E-D03), because a wrong calendar moves every deadline of the year. Forms
seen in the notices of 2010 to 2026 are understood.

Its text is read here and not in a child process, as the file around it is: no pattern takes more than linear time (a
million characters: 0.6 s), and what does, bringing marks that combine into their order, is bounded by the length that a
notice may have (40,000 such marks: 1.2 s; 20,000: 0.3 s).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from models.errors import BadInput
from models.language import _
from workflow.calendar import YearTable

#: ten times the longest notice seen, with the page around it
MAX_CHARACTERS: Final = 20_000
#: every yearly notice orders these seven; two may share an item (国庆节、中秋节)
FESTIVALS: Final = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
WEEKDAYS: Final = "一二三四五六日"

_TITLE: Final = re.compile(r"关于(\d{4})年部分节假日安排")
_ITEM: Final = re.compile(r"[一二三四五六七八九十]、((?:[一-鿿]{1,4}节?、?){1,3}):")
_END: Final = re.compile(r"节假日期间|国务院办公厅\d{4}年")
_DATE: Final = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?")
_DATES: Final = re.compile(rf"({_DATE.pattern})(?:(?:至|-|—|~)({_DATE.pattern}))?")
_SAID: Final = re.compile(r"(?:共|放假)(\d{1,2})天")
_WEEKDAY: Final = re.compile(r"(?:星期|周)([一二三四五六日天])")


@dataclass(frozen=True, slots=True)
class _Item:
    """One holiday of the notice: its name as the notice writes it, and its sentences."""

    name: str
    sentences: tuple[str, ...]


def parse_holiday_notice(text: str) -> YearTable:
    """The year, the days off and the make-up workdays of the notice's text.

    Raises BadInput: E-D03 when it is no such notice, an item is missing, or its own 共N天, weekdays and make-up
    days do not agree with its dates; E-D01 for a date that does not exist.
    """
    if len(text) > MAX_CHARACTERS:
        raise _refused(_("A yearly holiday notice has fewer than {count} characters.").format(count=MAX_CHARACTERS), "")
    flat = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    title = _TITLE.search(flat)
    if title is None:
        raise _refused(_("This is not a yearly holiday notice: its title is missing."), "")
    year = int(title[1])
    items = _items(flat[title.end() :])
    names = "".join(item.name for item in items)
    missing = [name for name in FESTIVALS if name not in names]
    if missing:
        raise _refused(_("The notice lacks: {names}").format(names="、".join(missing)), title[0])
    off: set[date] = set()
    makeup: set[date] = set()
    for item in items:
        free, worked = _read(item, year)
        _check_makeup(item, worked)
        off |= free
        makeup |= worked
    both = sorted(off & makeup)
    if both:
        raise _refused(_("The notice calls {day} both off and a workday.").format(day=both[0]), title[0])
    return YearTable(year, frozenset(off), frozenset(makeup))


def _items(body: str) -> list[_Item]:
    starts = list(_ITEM.finditer(body))
    items = []
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(body)
        words = _END.split(body[start.end() : end])[0]
        items.append(_Item(start[1], tuple(part for part in re.split("[。;]", words) if part)))
    return items


def _read(item: _Item, year: int) -> tuple[set[date], set[date]]:
    """The item's days off and make-up workdays; a sentence without 放假, 补休 or 上班 is advice and sets nothing."""
    free: set[date] = set()
    worked: set[date] = set()
    for sentence in item.sentences:
        if "放假" in sentence or "补休" in sentence:
            days = _days(item, sentence, year)
            said = _SAID.search(sentence)
            if said is not None and int(said[1]) != len(days):
                raise _refused(
                    _("The notice says {said} days off, its dates make {found}.").format(said=said[1], found=len(days)),
                    f"{item.name}: {sentence}",
                )
            free |= days
        elif "上班" in sentence:
            worked |= _days(item, sentence, year)
    if not free:
        raise _refused(_("The notice gives no days off here."), item.name)
    return free, worked


def _days(item: _Item, sentence: str, year: int) -> set[date]:
    found: set[date] = set()
    last = date(year, 1, 1)
    for match in _DATES.finditer(sentence):
        groups = match.groups()
        first = _date(item, sentence, groups[1:5], last)
        last = _date(item, sentence, groups[6:10], first) if groups[5] else first
        if last < first or (last - first).days > 31:
            raise _refused(_("These dates are no span of a holiday."), f"{item.name}: {match[0]}")
        found |= {first + timedelta(days=place) for place in range((last - first).days + 1)}
    return found


def _date(item: _Item, sentence: str, parts: tuple[str | None, ...], before: date) -> date:
    """A date whose year and month may be said by what stands before it."""
    year, month, day, weekday = parts
    try:
        found = date(int(year or before.year), int(month or before.month), int(day or 0))
    except ValueError as error:
        raise BadInput(
            "E-D01",
            _("There is no such date."),
            where=f"{item.name}: {sentence}",
            remedy=_("Compare the text with the published notice."),
        ) from error
    said = _WEEKDAY.search(weekday or "")
    if said is not None and WEEKDAYS[found.weekday()] != said[1].replace("天", "日"):
        raise _refused(
            _("{day} is not the weekday that the notice says.").format(day=found), f"{item.name}: {sentence}"
        )
    return found


def _check_makeup(item: _Item, worked: set[date]) -> None:
    wrong = sorted(day for day in worked if day.weekday() < WEEKDAYS.index("六"))
    if wrong:
        raise _refused(_("The make-up workday {day} is no weekend day.").format(day=wrong[0]), item.name)


def _refused(what: str, where: str) -> BadInput:
    return BadInput("E-D03", what, where=where, remedy=_("Compare the text with the published notice."))
