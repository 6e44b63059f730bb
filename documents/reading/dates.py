"""Deadlines in a text, also where 年 or 月 was lost: every reading of the digits is tried, none is chosen silently.

``202257日`` can only be 2022年5月7日; ``2022111日`` can be 1月11日 or 11月1日 and stays open (``domain.md``).
A month stands for its last day, a year for its 31 December. All dates are Shanghai civil dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from documents.reading.marks import numeral
from models.language import _

_MONTH: Final = r"\d{1,2}|十[一二]|[一二三四五六七八九十]"
_DAY: Final = r"\d{1,2}|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九]"
_YEAR: Final = r"\d{4}|二[〇零○][〇零○一二三四五六七八九]{2}"
_RELATIVE: Final = {"今年": 0, "本年": 0, "本年度": 0, "当年": 0, "明年": 1, "次年": 1, "后年": 2}
_RELATIVES: Final = "今年|本年度?|当年|明年|次年|后年"
#: 2022年6月上旬, 第三季度, 明年上半年
_STRETCH: Final = (
    rf"(?:(?P<sy>{_YEAR})年度?|(?P<srel>{_RELATIVES}))?"
    rf"(?:(?P<sm>{_MONTH})月份?(?P<ten>[上中下]旬)|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下])半年)"
)
_DATE: Final = (
    rf"(?:{_STRETCH}"
    rf"|(?P<rel>{_RELATIVES})(?:年(?=[底末内])|(?P<rm>{_MONTH})月份?(?:(?P<rd2>{_DAY})[日号])?(?!\d)|(?=[底末内]))"
    rf"|“?(?P<plan>十[一二三四五六七八])五”?(?:规划|时期)?期?(?=末)"
    rf"|(?P<y>{_YEAR})年(?:(?P<m>{_MONTH})月份?(?:(?P<d>{_DAY})[日号])?|(?:年)(?=[底末内]))?(?!(?!\d{{1,2}}时)[\d月日])"
    r"|(?P<run>\d{5,8})(?:月(?P<rd>\d{1,2})日|(?P<unit>[月日])(?!\d))"
    r"|(?P<y2>\d{4})年(?P<run2>\d{2,4})日"
    r"|(?P<year_word>年)(?=[底末]|内)"
    r"|(?P<this_month>本月|当月|下月|下个月|(?<![\d一二三四五六七八九十个每几])月)(?=[底末])"
    rf"|(?P<m3>\d{{1,2}}|(?<![一二三四五六七八九十第])(?:十[一二]|[一二三四五六七八九十]))月份?(?:(?P<d3>{_DAY})[日号])?(?!(?!\d{{1,2}}时)\d)"
    r"|(?P<d4>\d{1,2})日)"
)
_DOING: Final = r"(?:全面|全部|基本|实现|正式|力争|确保|前)?(?:完工|完成|建成|投产|投用|投入使用|竣工|通车|交付|主体封顶|封顶|贯通|合龙|通水|验收|挂牌|运营|上线|启用|发放|开工|启动|销号|办结|出台|印发|达标|实现|达到)"
_DEADLINE: Final = re.compile(
    rf"(?=[\d截到至在于力确今本当明次后一二三四五六七八九十第上下“年月])(?<![\d.\-—~～至])(?P<lead>截至|截止到?|到|至|在|于|力争|确保)?{_DATE}"
    rf"(?:24时|\(含\))?(?:(?P<edge>[底末]?(?:以前|之前|前(?![期后三两]))|[底末]|内)|(?P<doing>{_DOING}[^,,。;;、()!?\n]{{0,16}}))?"
)
#: blanks within a date
_BLANKS: Final = re.compile(r"(?<=\d) +(?=[年月日号个])|(?<=[年月至到]) +(?=\d)")
#: a time of the year that no calendar fixes
_EVENT: Final = re.compile(
    r"(?:(?:\d{4}|今|明)年)?(?:春节|元旦|国庆节?|中秋节?|五一|主汛期|汛期?|入汛|雨季|供暖季?|采暖季|开学|入冬|春耕|秋收)(?:来临|到来|开始)?(?:之|以)?前(?!期|夕)"
)
#: a window ends with its last date: 2022年3月至11月
_STATED: Final = re.compile(rf"(?<![\d.]){_DATE}(?P<edge>[底末]?(?:以前|之前|前)|[底末]|内)?")
#: the year in a document's name is no deadline
_TITLE: Final = re.compile(r"《[^《》。\n]{1,80}》")
#: a term that limits a target (5年内引进…), not one that something lasts (5年内享受补贴); from when on, the text does not say
_WITHIN: Final = re.compile(
    r"(?<![\d.第近])(?:\d{1,2}|[一二两三四五六七八九十]{1,2})(?:年|个月)(?:以内|之内|内)(?!.{0,2}(?:享受|连续|给予|每年|累计|免|减))"
)
#: the same with its beginning: 2012年起5年内 ends with 2016
_FROM: Final = re.compile(r"(?P<y>\d{4})年(?:起|开始),?(?P<n>\d{1,2})年(?:以内|之内|内)")
#: dates before one that says by when: 6月、9月底前, 6月30日和12月31日前
_ENUMERATED: Final = re.compile(
    r"(?<![\d.\-—~～至到])(?:(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号])?[底末]?[、和及]){1,11}$"
)
#: the first year of several: 2016—2017年底前 ends with the second
_YEARS: Final = re.compile(r"(?<!\d)\d{4}年? ?[-—~～至]{1,2} ?(?=\d{4} ?年)")
_WHOLE: Final = re.compile(rf"(?<![\d.]){_DATE}$")

#: a line of nothing but digits, whose 年, 月 and 日 were lost: 2024327
_BARE_DIGITS: Final = re.compile(r"20[012]\d{4,5}")


@dataclass(frozen=True, slots=True)
class Now:
    """The year and month of the notice itself, where they are known."""

    year: int | None
    month: int | None = None


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
    #: the words count from the notice's own date: 明年, 本月底
    counted: bool = False
    #: an event whose day the text does not say: 汛期前
    event: bool = False

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


def _number(text: str) -> int:
    """A year, month or day, in digits or Chinese numerals."""
    if text.isdigit():
        return int(text)
    if len(text) == 4:
        return int(
            "".join(str("〇一二三四五六七八九".find(char.replace("零", "〇").replace("○", "〇"))) for char in text)
        )
    return numeral(text)


def _digits(text: str) -> list[tuple[int, int]]:
    """The ways to part a run of digits into a month and a day, each of one or two digits."""
    parts = ((text[:cut], text[cut:]) for cut in range(1, len(text)))
    return [(int(month), int(day)) for month, day in parts if len(month) <= 2 and len(day) <= 2]


def _stretch(part: dict[str, str | None], year: int | None) -> list[date | None]:
    """The last day of a third of a month, a quarter or half a year."""
    if part["sy"]:
        year = _number(part["sy"])
    elif part["srel"] and year:
        year += _RELATIVE[part["srel"]]
    if not year:
        return []
    if part["sm"]:
        month = _number(part["sm"])
        day = {"上旬": 10, "中旬": 20}.get(part["ten"] or "")
        return [_day(year, month, day) if day else _last_day(year, month)]
    months = _number(part["quarter"]) * 3 if part["quarter"] else 6 if part["half"] == "上" else 12
    return [_last_day(year, months)]


def _counted(part: dict[str, str | None], now: Now) -> list[date | None]:
    """Days that count from the notice's own date: 明年6月, 本月底, 年底."""
    year = now.year
    if not year:
        return []
    if part["rel"]:
        year += _RELATIVE[part["rel"]]
        month = _number(part["rm"]) if part["rm"] else 12
        return [_day(year, month, _number(part["rd2"])) if part["rd2"] else _last_day(year, month)]
    if part["this_month"]:
        month = (now.month or 0) + ("下" in part["this_month"])
        return [_last_day(year + (month > 12), month % 12 or 12)] if now.month else []
    return [date(year, 12, 31)]


def _readings(found: re.Match[str], now: Now) -> tuple[list[date | None], bool, bool]:
    """Every day that the digits can mean; whether signs are lost; whether the year is not said."""
    part = found.groupdict()
    if part["sm"] or part["quarter"] or part["half"]:
        return _stretch(part, now.year), False, not part["sy"]
    if part["plan"]:
        return [date(1955 + 5 * numeral(part["plan"]), 12, 31)], False, False
    if part["y"]:
        y = _number(part["y"])
        if part["d"]:
            return [_day(y, _number(part["m"]), _number(part["d"]))], False, False
        return [_last_day(y, _number(part["m"]) if part["m"] else 12)], False, False
    if part["run"]:
        return _lost_year(part["run"], part["rd"], part["unit"]), True, False
    if part["y2"]:
        return [_day(int(part["y2"]), month, day) for month, day in _digits(part["run2"])], True, False
    if part["m3"]:
        return _month_alone(_number(part["m3"]), part["d3"], now), False, True
    return ([] if part["d4"] else _counted(part, now)), False, True


def _month_alone(month: int, day: str | None, now: Now) -> list[date | None]:
    """A month without a year is in the notice's own; one that is over then may be in the next."""
    if not now.year:
        return []
    said = [_day(year, month, _number(day)) if day else _last_day(year, month) for year in (now.year, now.year + 1)]
    over = now.month is not None and month < now.month and said[0] is not None
    return said if over else said[:1]


def _lost_year(run: str, day: str | None, unit: str | None) -> list[date | None]:
    year, rest = int(run[:4]), run[4:]
    if unit == "日":
        return [_day(year, month, number) for month, number in _digits(rest)]
    if len(rest) > 2:
        return [None]
    return [_day(year, int(rest), int(day)) if day else _last_day(year, int(rest))]


def _read(found: re.Match[str], quote: str, start: int, now: Now) -> DateRead:
    readings, damaged, without_year = _readings(found, now)
    days = tuple(sorted({day for day in readings if day}))
    impossible = bool(readings) and not days
    note = "" if impossible else _note(found)
    near = _near(found, now.year) if impossible else None
    counted = any(found[name] for name in ("rel", "srel", "this_month"))
    return DateRead(quote, days, start, damaged, without_year and not impossible, impossible, near, note, counted)


def _near(found: re.Match[str], year: int | None) -> date | None:
    part = found.groupdict()
    said, month, day = (part["y"] or year, part["m"] or part["m3"], part["d"] or part["d3"])
    return _last_day(_number(str(said)), _number(month)) if said and month and day and _number(day) <= 31 else None


def _note(found: re.Match[str]) -> str:
    part = found.groupdict()
    if part["plan"]:
        return _("read as the last day of the five-year plan")
    if part["ten"] or part["quarter"] or part["half"]:
        return _("read as the last day of the stretch of time that is named")
    if part["year_word"] or (part["rel"] and not part["rm"]) or (part["y"] and not part["m"]):
        return _("only a year is said: read as its last day")
    if (
        (part["m"] and not part["d"])
        or part["unit"] == "月"
        or (part["m3"] and not part["d3"])
        or (part["rm"] and not part["rd2"])
    ):
        return _("only a month is said: read as its last day")
    return ""


def deadlines(norm: str, year: int | None, month: int | None = None) -> list[DateRead]:
    """The deadlines of a clause; ``year`` and ``month`` are the notice's own, for what counts from them."""
    blanks = {at for found in _BLANKS.finditer(norm) for at in range(*found.span())} if " " in norm else ()
    if not blanks:
        return _deadlines(norm, year, month)
    places = [at for at in range(len(norm)) if at not in blanks]  # 2022 年 6 月: as a copy from a PDF has it
    found = []
    for one in _deadlines("".join(norm[at] for at in places), year, month):
        start, last = places[one.start], places[one.start + len(one.quote) - 1]
        found.append(replace(one, start=start, quote=norm[start : last + 1]))
    return found


def _deadlines(norm: str, year: int | None, month: int | None) -> list[DateRead]:
    found, now = [], Now(year, month)
    titles = _titles(norm)
    for match in _DEADLINE.finditer(norm):
        if match.start() not in titles and _is_deadline(match, norm):
            quote = match.group().rstrip()
            if match["lead"] and (match["lead"] in {"力争", "确保"} or not match["y"] or match["m"] or match["edge"]):
                quote = quote[len(match["lead"]) :]  # 在 belongs to 在2022年完成…, not to a date that says its month
            found.append(_read(match, quote, match.start() + len(match.group()) - len(quote), now))
    found += [one for last in found for one in _enumerated(norm, last, now)]
    found += [
        DateRead(term.group(), (date(int(term["y"]) + int(term["n"]) - 1, 12, 31),), term.start())
        for term in (_FROM.finditer(norm) if "内" in norm else ())
        if int(term["n"])
    ]
    found += [
        DateRead(event.group(), (), event.start(), event=True)
        for event in (_EVENT.finditer(norm) if "前" in norm else ())
    ]
    known = [range(one.start, one.start + len(one.quote)) for one in found]
    for term in _WITHIN.finditer(norm) if "内" in norm else ():
        if term.start() not in titles and not any(term.start() in span for span in known):
            found.append(DateRead(term.group(), (), term.start()))
    return sorted(found, key=lambda one: one.start)


def _titles(norm: str) -> frozenset[int]:
    """The places within a document's name."""
    if "《" not in norm:
        return frozenset()
    return frozenset(at for title in _TITLE.finditer(norm) for at in range(*title.span()))


def _enumerated(norm: str, last: DateRead, now: Now) -> list[DateRead]:
    """The dates that share the last one's end: 6月、9月底前."""
    begin = max(last.start - 60, 0)
    before = _ENUMERATED.search(norm[begin : last.start])
    if before is None:
        return []
    dates = _STATED.finditer(before.group())
    return [_read(one, one.group(), begin + before.start() + one.start(), now) for one in dates]


def stated(norm: str, year: int | None, month: int | None = None) -> list[DateRead]:
    """The deadlines in what is announced as one (完成时限：2022年11月30日), where no 前 need follow."""
    norm = _YEARS.sub(lambda span: " " * len(span.group()), norm)
    found = deadlines(norm, year, month)
    if found:
        return found
    begins = next((match for match in _STATED.finditer(norm) if match["y"]), None)
    year = _number(begins["y"]) if begins else year  # 2022年3月至11月: one year for both ends
    whole = [match for match in _STATED.finditer(norm) if not match["d4"] or match["edge"]]
    if whole and re.match(r"起|开始", norm[whole[-1].end() :]):
        return []
    return [_read(whole[-1], whole[-1].group().strip(), whole[-1].start(), Now(year, month))] if whole else []


def _is_deadline(match: re.Match[str], norm: str) -> bool:
    """A date that says by when; not a period, a title's year, or the day of a recurring report."""
    before, after = norm[max(match.start() - 4, 0) : match.start()], norm[match.end() : match.end() + 1]
    if before.endswith(("去年", "上年", "往年", "历年", "每", "每年", "每月", "每季", "个", "近", "上")) or (
        match["edge"] is None and after in set("-—~至起止")
    ):
        return False
    if match["lead"] in {"到", "至"} and re.search(r"[\d日月年底末起]$|[起自从].{1,3}$", before):
        return False  # 2022年1月1日至12月31日 is a window
    if match["lead"] in {"到", "至"} and before.endswith(("延续", "延长", "顺延", "执行", "有效", "有效期")):
        return False  # how long something holds
    if match["year_word"] and before[-1:] in set("一二两三四五六七八九十今明后本当去每历"):
        return False  # 五年内 is a term, not this year
    if match["quarter"] and before.endswith("前"):
        return False  # 前三季度
    if match["d4"]:
        return match["edge"] is not None and match["edge"].endswith("前")
    spans = any(match[name] for name in ("year_word", "y", "rel", "sm", "quarter", "half"))
    if match["edge"] == "内" and not spans:
        return False
    return bool(match["edge"] or match["doing"] or match["lead"] in {"到", "至", "截至", "截止", "截止到"})


def date_before(norm: str) -> int:
    """How much of a phrase is the date that it begins with (2024年底前完成…), so that what follows can be named."""
    match = _DEADLINE.match(norm)
    if not match or not (match["edge"] or (match["lead"] and (match["y"] or match["rel"]))):
        return 0
    return match.end("edge") if match["edge"] else match.start("doing") if match["doing"] else match.end()


def whole_date(norm: str) -> DateRead | None:
    """A line that is nothing but a date, whole or damaged: the date of issue."""
    bare = norm.replace(" ", "")
    if not bare[:1].isdigit() and not bare.startswith("二"):
        return None  # no year stands in front
    if _BARE_DIGITS.fullmatch(bare):
        days = tuple(sorted({day for day in _lost_year(bare, None, "日") if day}))
        return DateRead(bare, days, 0, damaged=True) if days else None
    match = _WHOLE.match(bare)
    if not match or match.end() != len(bare) or not (match["y"] or match["run"] or match["y2"]):
        return None
    if match["y"] and not match["d"]:
        return None
    return _read(match, bare, 0, Now(None))
