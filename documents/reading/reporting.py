"""The reporting rule of a notice: when, by whom, what, to whom, and whether it is signed and stamped.

The sentence stands in the letter above the work or in the closing part below it. The office opens months, so a rhythm
that is not monthly, and a day that lies in the next month, are told: a person decides what to open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from models.drafts import ReportingRule
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from documents.reading.source import Line, Notes

_SENDING: Final = r"(?:报送|上报|填报|反馈|提交|报至|报到|报告|书面报|汇总报|报市|报县|报区|报省|报)"
_PERIOD: Final = r"(?:(?:每个?|按)(?P<cycle>双月|单月|半年度?|季度?|月度?|周|旬|年度?)|(?P<next>次月|下月|下个月))"
_THEN: Final = rf"(?=[^。\n]{{0,60}}?{_SENDING})"
#: 每月25日前, 每季度末月25日前, 每双月5日前, 每半年结束后10日内, 次月5日前; 每月底前, 每季度末; 按月
_REPORTS: Final = (
    re.compile(
        rf"{_PERIOD}(?P<when>(?:的?第?[1-3一二三]个月的?|[^\d,。;]{{0,8}}?))(?:\d{{1,2}}[日号]?[-—~至])?(?P<day>\d{{1,2}})(?:日|号)?(?:个?工作日)?(?P<edge>(?:之|以)?前|(?:之|以)?内){_THEN}"
    ),
    re.compile(rf"{_PERIOD}(?P<when>[^\d,。;]{{0,4}}?)(?P<end>月底|底|末)(?:之|以)?前?{_THEN}"),
    re.compile(rf"{_PERIOD}(?P<when>){_THEN}"),
)
#: 6月30日、12月31日前报送: dates that are fixed, not a rhythm
_FIXED: Final = re.compile(
    rf"(?<!\d)(?P<dates>(?:(?:20\d\d年)?\d{{1,2}}月(?:\d{{1,2}}[日号])?[底末]?(?:之|以)?前?[、和及]){{1,11}}(?:20\d\d年)?\d{{1,2}}月(?:\d{{1,2}}[日号])?[底末]?(?:之|以)?前){_THEN}"
)
_FIRST_DAYS: Final = re.compile(rf"每(?P<day>\d{{1,2}})[日号](?:之|以)?前(?=[^。\n]{{0,30}}?{_SENDING})")
_WHO: Final = re.compile(r"(?:各|有关|相关|各有关)?(?:责任|承办|牵头|成员|主责|有关|相关)?(?:单位|部门)")
_WHAT: Final = re.compile(
    r"(?:报送|上报|填报|反馈|提交|报告)(?P<what>[^()。,;至到]{1,30}?(?:情况|进[展度]|材料|报表|总结|台账|报告|表|信息|数据)[^()。,;至到]{0,6}?)(?=\(|至|到|,|;|。|$)"
)
_PROGRESS: Final = re.compile(
    r"将(?P<what>[^,。;()]{2,30}?)(?=\(|经|书面|及时|统一|汇总|加盖|签字|盖章|报送|上报|报|反馈|提交|[至送])"
)
_BODY: Final = r"[^,。;()]{2,30}?(?:办公室|办公厅|办|局|委|厅|处|科|室|组|政府|中心|部)"
_TO: Final = re.compile(
    rf"(?:报送至|报送到|报送给|报送|报至|报到|反馈至|提交至|提交|反馈|至|到|送|报|向)(?P<to>{_BODY})(?=汇总|备案|统一|报告|报送|反馈|,|。|\.|;|\(|$|邮箱)"
)
_NEEDS: Final = re.compile(
    r"\(([^()]*(?:签字|签名|签章|审签|盖章|公章)[^()]*)\)|"
    r"(经?(?:本?单位)?(?:主要|分管)?(?:负责人|负责同志|领导)?(?:审核|审定|审阅)?(?:同意)?(?:后)?(?:签字|签名|签章|审签)(?:[、,]?(?:并|后|且)?(?:加盖|盖)(?:本?单位)?(?:公章|印章|章))?|(?:加盖|盖)[^,。;()]{0,8}?(?:公章|印章|章))"
)
_NOT_NEEDED: Final = re.compile(r"(?:无需|不需|不用|免于?|不必)(?:要|再)?(?:签字|盖章|加盖)")
_CYCLES: Final = {
    "月": "monthly", "月度": "monthly", "季": "quarterly", "季度": "quarterly", "周": "weekly", "双月": "bimonthly",
    "半年": "half-yearly", "半年度": "half-yearly",
}  # fmt: skip


def read_reporting(cover: Iterable[Line], below: Iterable[Line], notes: Notes) -> ReportingRule:
    """How and when to report, from the first sentence that says it; the letter goes before what stands below."""
    for line in (*cover, *(line for line in below if _is_general(line.norm))):
        patterns = (_REPORTS[0], _FIRST_DAYS, _FIXED, *_REPORTS[1:])
        found = next((one for one in (pattern.search(line.norm) for pattern in patterns) if one), None)
        if found:
            start = line.norm.rfind("。", 0, found.start()) + 1
            asked = line.norm.find("请", start, found.start())
            start = asked if asked >= 0 else start
            end = line.norm.find("。", found.end())
            end = end if end >= 0 else len(line.norm)
            rule = _rule(line.raw[start:end].strip(), line.norm[start:end].strip(), found)
            _doubts(rule, found, (line.number, line.place(start)), notes)
            return rule
    return _none(cover, notes)


def _none(cover: Iterable[Line], notes: Notes) -> ReportingRule:
    place = next(((line.number, 1) for line in cover), (1, 1))
    notes.add("W-H04", place, "", _("the notice does not say when to report; set the day before adopting it"))
    return ReportingRule()


def _is_general(norm: str) -> bool:
    """Whether a line below the work speaks of reporting on it, and not of a report that is itself the work."""
    return bool(
        re.search(
            r"(?:进展|进度|落实|完成|推进|工作|任务)[^,。;]{0,8}(?:情况|报表|总结|材料|台账)|工作进[展度]|[上本]月进展|进展",
            norm,
        )
        and re.search(r"各[^,。;]{0,12}(?:单位|部门|县|区|市)|(?:牵头|责任)(?:单位|部门)", norm)
    )


def _rule(quote: str, norm: str, found: re.Match[str]) -> ReportingRule:
    who, what, to, needs = (pattern.search(norm) for pattern in (_WHO, _WHAT, _TO, _NEEDS))
    what = _PROGRESS.search(norm) or what
    said_to = quote[slice(*to.span("to"))] if to else ""
    then = re.search(r",由(.+)$", norm)
    signed = "" if _NOT_NEEDED.search(norm) or not needs else needs[1] or needs[2]
    said = found.groupdict()
    day = int(said["day"]) if said.get("day") and said.get("edge") != "内" else None
    cycle = "" if said.get("dates") else _CYCLES.get(said.get("cycle") or "月", "")
    return ReportingRule(
        quote=quote,
        day=day if day and 1 <= day <= 31 else None,
        cycle=cycle,
        needs=_needs(signed),
        needs_quote=signed,
        to=said_to,
        who_reports="lead" if who and "牵头" in who.group() else "every",
        who=who.group() if who else "",
        what=what["what"] if what else "",
        then=then[1] if then else "",
        doubt=_("'{day}日前' read as: on or before that day; what holds on a day off is not said").format(day=day)
        if day
        else "",
    )


def _needs(quote: str) -> str:
    signed, stamped = "签" in quote, "章" in quote
    return "signed and stamped" if signed and stamped else "signed" if signed else "stamped" if stamped else ""


def _doubts(rule: ReportingRule, found: re.Match[str], place: tuple[int, int], notes: Notes) -> None:
    """What the office cannot hold as it stands: another rhythm than the month, a day that is not in it."""
    said = found.groupdict()
    quote = found.group().strip()
    if rule.cycle != "monthly":
        message = _(
            "the notice asks for reports “{quote}”; months are opened one by one, so open only those that are due"
        )
        notes.add("W-D08", place, rule.quote, message.format(quote=quote))
    if said.get("next") or re.search("次月|下月|结束后", said.get("when") or "") or said.get("edge") == "内":
        message = _(
            "the day of reporting lies in the month after the one reported on: {quote}; set it when you open a month"
        )
        notes.add("W-D09", place, rule.quote, message.format(quote=quote))
    elif rule.day is None and said.get("end"):
        message = _("reports are due by the end of the period ({quote}); set the day when you open a month")
        notes.add("W-D09", place, rule.quote, message.format(quote=quote))
    elif rule.day is None and not said.get("dates"):
        notes.add(
            "W-H04", place, rule.quote, _("the notice does not say when to report; set the day before adopting it")
        )
