"""Deadlines in a text, also where 年 or 月 was lost: every reading of the digits is tried, none is chosen silently.

``202257日`` can only be 2022年5月7日; ``2022111日`` can be 1月11日 or 11月1日 and stays open (``domain.md``).
A month stands for its last day, a year for its 31 December. All dates are Shanghai civil dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.language import _

_DATE: Final = (
    r"(?:(?P<y>\d{4})年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?)?(?![\d月日])"
    r"|(?P<run>\d{5,8})(?:月(?P<rd>\d{1,2})日|(?P<unit>[月日])(?!\d))"
    r"|(?P<y2>\d{4})年(?P<run2>\d{2,4})日"
    r"|(?P<year_word>今年|本年度?|年)(?=[底末]|内)"
    r"|(?P<m3>\d{1,2})月(?:(?P<d3>\d{1,2})日)?(?!\d)"
    r"|(?P<d4>\d{1,2})日)"
)
_DOING: Final = r"(?:全面|全部|基本|实现|正式|力争|确保|前)?(?:完工|完成|建成|投产|投用|投入使用|竣工|通车|交付|开工|启动|销号|办结|出台|印发|达标|实现|达到)"
_DEADLINE: Final = re.compile(
    rf"(?<![\d.\-—~～至])(?P<lead>截至|截止到?|到|至|在|于|力争|确保)?{_DATE}"
    rf"(?:(?P<edge>[底末]?(?:以前|之前|前)|[底末]|内)|(?P<doing>{_DOING}[^,,。;;、()!?\n]{{0,16}}))?"
)
#: the year in a document's name is no deadline
_TITLE: Final = re.compile(r"《[^《》。\n]{1,80}》")
#: a term that limits a target (5年内引进…), not one that something lasts (5年内享受补贴); from when on, the text does not say
_WITHIN: Final = re.compile(
    r"(?<![\d.第])(?:\d{1,2}|[一二两三四五六七八九十]{1,2})(?:年|个月)(?:以内|之内|内)(?!.{0,2}(?:享受|连续|给予|每年|累计|免|减))"
)
#: the same with its beginning: 2012年起5年内 ends with 2016
_FROM: Final = re.compile(r"(?P<y>\d{4})年(?:起|开始),?(?P<n>\d{1,2})年(?:以内|之内|内)")
_WHOLE: Final = re.compile(rf"(?<![\d.]){_DATE}$")


@dataclass(frozen=True, slots=True)
class DateRead:
    """A date as it stands and every day it can mean; ``damaged`` when signs are missing in it."""

    quote: str
    readings: tuple[date, ...]
    start: int
    damaged: bool = False
    #: the day names no year, so the notice's own year was tried
    without_year: bool = False
    #: the digits name a day that no calendar has
    impossible: bool = False
    #: the last day of the month that an impossible day names: 6月31日 may mean 6月30日
    near: date | None = None
    note: str = ""

    @property
    def day(self) -> date | None:
        """The only reading, or None."""
        return self.readings[0] if len(self.readings) == 1 else None


def _last_day(year: int, month: int) -> date | None:
    if not (1 <= month <= 12 and 1 <= year <= 2199):
        return None
    return date(year, month, monthrange(year, month)[1])


def _day(year: int, month: int, day: int) -> date | None:
    last = _last_day(year, month)
    return date(year, month, day) if last and 1 <= day <= last.day else None


def _digits(text: str) -> list[tuple[int, int]]:
    """The ways to part a run of digits into a month and a day, each of one or two digits."""
    parts = ((text[:cut], text[cut:]) for cut in range(1, len(text)))
    return [(int(month), int(day)) for month, day in parts if len(month) <= 2 and len(day) <= 2]


def _readings(found: re.Match[str], year: int | None) -> tuple[list[date | None], bool, bool]:
    """Every day that the digits can mean; whether signs are lost; whether the year is not said."""
    part = found.groupdict()
    if part["y"]:
        y = int(part["y"])
        if part["d"]:
            return [_day(y, int(part["m"]), int(part["d"]))], False, False
        return [_last_day(y, int(part["m"] or 12))], False, False
    if part["run"]:
        return _lost_year(part["run"], part["rd"], part["unit"]), True, False
    if part["y2"]:
        return [_day(int(part["y2"]), month, day) for month, day in _digits(part["run2"])], True, False
    if part["m3"]:
        month, day = int(part["m3"]), part["d3"]
        if not year:
            return [], False, True
        return [_day(year, month, int(day)) if day else _last_day(year, month)], False, True
    return ([date(year, 12, 31)] if part["year_word"] and year else []), False, True


def _lost_year(run: str, day: str | None, unit: str | None) -> list[date | None]:
    year, rest = int(run[:4]), run[4:]
    if unit == "日":
        return [_day(year, month, number) for month, number in _digits(rest)]
    if len(rest) > 2:
        return [None]
    return [_day(year, int(rest), int(day)) if day else _last_day(year, int(rest))]


def _read(found: re.Match[str], quote: str, start: int, year: int | None) -> DateRead:
    readings, damaged, without_year = _readings(found, year)
    days = tuple(sorted({day for day in readings if day}))
    impossible = bool(readings) and not days
    note = "" if impossible else _note(found)
    near = _near(found, year) if impossible else None
    return DateRead(quote, days, start, damaged, without_year and not impossible, impossible, near, note)


def _near(found: re.Match[str], year: int | None) -> date | None:
    part = found.groupdict()
    said, month, day = (part["y"] or year, part["m"] or part["m3"], part["d"] or part["d3"])
    return _last_day(int(said), int(month)) if said and month and day and int(day) <= 31 else None


def _note(found: re.Match[str]) -> str:
    part = found.groupdict()
    if part["year_word"] or (part["y"] and not part["m"]):
        return _("only a year is said: read as its last day")
    if (part["m"] and not part["d"]) or part["unit"] == "月" or (part["m3"] and not part["d3"]):
        return _("only a month is said: read as its last day")
    return ""


def deadlines(norm: str, year: int | None) -> list[DateRead]:
    """The deadlines of a clause; ``year`` is the notice's own, for a month said without one."""
    found = []
    titles = {at for title in _TITLE.finditer(norm) for at in range(title.start(), title.end())}
    for match in _DEADLINE.finditer(norm):
        if match.start() not in titles and _is_deadline(match, norm):
            quote = match.group().rstrip()
            if match["lead"] and (match["lead"] in {"力争", "确保"} or not match["y"] or match["m"] or match["edge"]):
                quote = quote[len(match["lead"]) :]  # 在 belongs to 在2022年完成…, not to a date that says its month
            found.append(_read(match, quote, match.start() + len(match.group()) - len(quote), year))
    found += [
        DateRead(term.group(), (date(int(term["y"]) + int(term["n"]) - 1, 12, 31),), term.start())
        for term in _FROM.finditer(norm)
        if int(term["n"])
    ]
    known = [range(one.start, one.start + len(one.quote)) for one in found]
    for term in _WITHIN.finditer(norm):
        if term.start() not in titles and not any(term.start() in span for span in known):
            found.append(DateRead(term.group(), (), term.start()))
    return sorted(found, key=lambda one: one.start)


def stated(norm: str, issued_on: date | None) -> list[DateRead]:
    """The deadlines in what is announced as one (完成时限：2022年11月30日), where no 前 need follow."""
    year = issued_on.year if issued_on else None
    found = deadlines(norm, year)
    if found:
        return found
    whole = [match for match in _DEADLINE.finditer(norm) if not match["d4"]]
    return [_read(whole[-1], whole[-1].group().strip(), whole[-1].start(), year)] if whole else []


def _is_deadline(match: re.Match[str], norm: str) -> bool:
    """A date that says by when; not a period, a title's year, or the day of a recurring report."""
    before, after = norm[max(match.start() - 2, 0) : match.start()], norm[match.end() : match.end() + 1]
    if before.endswith(("每", "每年", "每月", "个", "近")) or (
        match["edge"] is None and after in {"-", "—", "~", "至"}
    ):
        return False
    if match["year_word"] == "年" and before[-1:] in set("一二两三四五六七八九十"):
        return False  # 五年内 is a term, not this year
    if match["d4"]:
        return match["edge"] is not None and match["edge"].endswith("前")
    if match["edge"] == "内" and not match["year_word"] and not match["y"]:
        return False
    return bool(match["edge"] or match["doing"] or match["lead"] in {"到", "至", "截至", "截止", "截止到"})


def whole_date(norm: str) -> DateRead | None:
    """A line that is nothing but a date, whole or damaged: the date of issue."""
    bare = norm.replace(" ", "")
    match = _WHOLE.match(bare)
    if not match or match.end() != len(bare) or match["year_word"] or match["d4"] or match["m3"]:
        return None
    if match["y"] and not match["d"]:
        return None
    return _read(match, bare, 0, None)
