"""Numeric targets in a text: a number with a counting word or %, and what it counts.

The number of a date, a name (G60), a distance passed by the way (一公里) or a programme's name (十大…项目) is no target.
"""

from __future__ import annotations

import re
from typing import Final

from documents.reading.dates import date_before
from documents.reading.marks import numeral
from models.drafts import IndicatorDraft
from models.language import _

_TIME: Final = "个工作日|工作日|个自然日|个小时|小时|分钟|天"
_UNIT: Final = (
    rf"%|％|‰|个百分点|百分点|{_TIME}|亿元|万元|亿美元|万美元|元|亿千瓦时|万千瓦|兆瓦|千瓦|万平方米|平方公里|平方千米|平方米|微克/立方米|毫克/升|毫克/立方米|立方米/日|立方米|万亩|亩|公顷|"
    r"万方|万吨|吨标准煤|吨/日|吨|公里(?!范围|半径)|千米|万人次|人次|万人|人|万名|名|万户|户|万家|家|万个|个(?!月)|万件|件|项(?!目)|台|套|辆|艘|座|处|所|条(?!件)|"
    r"场次|场|期|次|支|宗|只|株|万株|批次|张|门|款|集|部|册|颗|口|孔|段|类(?!型)|标箱|万标箱|倍|起|例|床"
)
_AFTER: Final = r"(?:及|或)?(?:以上|以下|以内|左右)|之内|内"
_AT_LEAST: Final = frozenset({
    "突破", "超过", "达到", "达", "不少于", "不低于", "不小于", "至少", "力争达到", "升至", "提高到", "提高至", "提升到", "提升至", "增加到", "增加至",
    "增长到", "增长至", "扩大到", "扩大至", "增至", "高于", "大于", "优于", ">", "≥", ">=",
})  # fmt: skip
_AT_MOST: Final = frozenset({
    "不超过", "不高于", "不大于", "不多于", "控制在", "降至", "降到", "下降到", "下降至", "降低到", "降低至", "压缩至", "压缩到", "压减至", "压减到",
    "压降至", "压降到", "缩短至", "缩短到", "缩减至", "缩减到", "减少到", "减少至", "低于", "小于", "<", "≤", "<=",
})  # fmt: skip
_REACH: Final = "|".join(sorted(_AT_LEAST | _AT_MOST | {"保持在", "稳定在"}, key=len, reverse=True))
_FREE: Final = r"(?<![\dA-Za-z.\-—~～+第前])"
_NUMBER: Final = r"\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?"
_AMOUNT: Final = re.compile(
    rf"(?P<verb>{_REACH})?(?P<about>约|近)?(?:{_FREE}(?P<low>\d{{1,6}}(?:\.\d{{1,3}})?)%?[-—–~～到至]{{1,2}}(?=\d)|(?P<to>到|至)?{_FREE})"
    rf"(?P<value>{_NUMBER}) ?(?P<more>[余多])?(?P<big>[万亿])?(?P<more2>[余多])?(?P<unit>{_UNIT})(?P<bound>{_AFTER})?"
)
_DIGIT: Final = re.compile(r"\d")
#: a small number in words, where what is done to it says that it is a target: 建成三座; 一个, 一批 count nothing
_WORDS: Final = re.compile(
    r"(?P<doing>建成|新建|改建|建设|培育|新增|引进|打造|完成|创建|举办|组织|推出|评选|遴选|开工|打通|实施)(?P<verb>不少于|不低于|至少)?(?P<words>[二两三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)"
    r"(?P<unit>家|个|座|条(?!件)|所|处|名|场|套|台)(?P<bound>以上|左右)?(?!方面|层面|环节|层次|维度|体系|关系|阶段)"
)
#: a share in words
_HALF: Final = re.compile(r"(?P<verb>达到|超过|不低于|达)?(?:一半|半数)(?P<bound>以上|左右)?")
#: all of something: 实现村庄全覆盖
_ALL: Final = re.compile(r"(?:实现|做到|达到)(?P<name>[^,。;、()]{2,20}?)全覆盖")
_PIECE: Final = re.compile(r"[^,。;、!?()]+(?:(?<=\d),(?=\d{3}\D)[^,。;、!?()]+)*")
#: 30名甲和50名乙 are two targets
_AND: Final = re.compile(rf"(?:以及|[和及与])(?=\d{{1,15}}(?:\.\d{{1,6}})?[万亿]?(?:{_UNIT}))")
_QUOTES: Final = str.maketrans("", "", "“”‘’\"'「」『』 ")
_COUNTED: Final = frozenset({"家", "个", "户", "人", "名", "所", "座"})
_DOING: Final = re.compile(r"^(?:力争|确保|努力|争取|全年|到\d{4}年|实现|完成|培育|打造)+(?=.{2})")
#: what is done, with nothing said of what it is done to
_ALONE: Final = re.compile(
    r"(?:[一二三四五六七八九]是|对|全[省市县区州镇]|力争|确保|努力|争取|每年|每月|每季度|全年|年内|重点|计划|拟|再|各|分别|组织|共)*(?:实现|完成|新增|建成|培育|打造|建设|推出|引进|新建|举办|创建|实施|开展|支持|扶持|认定|招引|推进|落实|办好|选树|评选|遴选|整治|改造|"
    r"改建|扩建|打通|开工|投用|组织|建立|设立|发展|推广|开发|培养|培训|签约|盘活|清理|整改|达到|力争|确保)?"
)
_SHORTENED: Final = re.compile(r"(?:由|从)(?:原来的|目前的)?\d.*$")
#: a bound that stands before what is counted: 不低于总量的5%, 至少召开1次
_FAR: Final = re.compile(r"(不少于|不低于|不超过|不高于|至少)[\u4e00-\u9fff]{1,12}$")
_TERM: Final = re.compile(r"(?:\d{1,2}|[一二两三四五六七八九十])(?:年|个月)(?:以内|之内|内)")
_COST: Final = re.compile(r"(?:总投资额?|概算|投资估算|预算)(?:约|为|达)?$")
#: what somebody is given is no target of the work
_PAID: Final = re.compile(r"(?:给予|奖励|补助|补贴|资助|奖补)(?:每[人户家个名项年次]|最高|不超过|一次性|共|合计)* *$")
_PAST_YEARS: Final = re.compile(r"(?:年满|以来|截至目前|累计已|高达|停用时间)")


def indicators(norm: str) -> list[IndicatorDraft]:
    """The numeric targets of a clause in order."""
    found = []
    for piece in (part for whole in _PIECE.finditer(norm) for part in _AND.split(whole.group())):
        past = _PAST_YEARS.search(piece)  # what stands behind it only says which thing is meant
        end = past.end() if past else len(piece)
        counted = _AMOUNT.finditer(piece) if _DIGIT.search(piece) else ()
        amounts = [one for one in counted if one.start() < end and _is_target(one)]
        if amounts:
            found.append(_indicator(piece, amounts[-1]))
        elif not past:
            found += _in_words(piece)
    return found


def _is_target(amount: re.Match[str]) -> bool:
    """Time is a target where it is to become shorter or kept within; elsewhere it only says how long.

    What a project costs, and a bound that says which ones are meant (160千瓦及以下用电), are none.
    """
    before, after = amount.string[: amount.start()], amount.string[amount.end() :]
    which = (amount["bound"] or "").startswith(("及", "或")) and re.match(r"(?!的)[\u4e00-\u9fff]", after)
    if amount["unit"].endswith("元") and _PAID.search(before):
        return False
    if before.startswith("对") and re.search("^的|以[上下]的", after):
        return False  # for whom something is done: 对年纳税5000万元以上的企业
    if _COST.search(before) or (which and not amount["verb"]):
        return False
    if not re.fullmatch(_TIME, amount["unit"]):
        return amount["bound"] not in {"内", "之内"} or amount["unit"] in {"%", "％"} or bool(amount["verb"])
    return amount["verb"] in _AT_MOST or (amount["verb"] is None and bool(amount["bound"]))


def _in_words(piece: str) -> list[IndicatorDraft]:
    """Targets that are said in words: 建成三座, 一半以上, 全覆盖."""
    if word := _WORDS.search(piece):
        name = piece[word.end() :].translate(_QUOTES) or word["doing"]
        op = _op(word["verb"] or "", word["bound"])
        return [IndicatorDraft(piece.strip(), name, op, float(_count(word["words"])), word["unit"])]
    if half := _HALF.search(piece):
        name = _named(piece[: half.start()])
        note = _("'{words}' is read as {value} %").format(words="一半", value=50)
        op = _op(half["verb"] or "", half["bound"])
        return [IndicatorDraft(piece[: half.end()].strip(), name, op, 50.0, "%", note)] if name else []
    if whole := _ALL.search(piece):
        note = _("'{words}' is read as {value} %").format(words="全覆盖", value=100)
        name = whole["name"].translate(_QUOTES) + "覆盖率"
        return [IndicatorDraft(whole.group(), name, "=", 100.0, "%", note)]
    return []


def _count(words: str) -> int:
    return 2 if words == "两" else numeral(words)


def _named(before: str) -> str:
    """What is counted, from the words before the number: without its date and what is done."""
    before = re.sub(r"^[一二三四五六七八九十]是|(?:力争|确保|努力)$", "", before)
    term = _TERM.match(before)
    before = _SHORTENED.sub("", before[term.end() if term else date_before(before) :])
    doing = _DOING.match(before)
    return (before[doing.end() :] if doing else before).translate(_QUOTES)


def _indicator(piece: str, amount: re.Match[str]) -> IndicatorDraft:
    before, after = piece[: amount.start()].strip(), piece[amount.end() :].strip()
    name, quote = _named(before), piece[: amount.end()].strip()
    if _ALONE.fullmatch(name):
        name, quote = after or name, piece.strip()
    name = name.translate(_QUOTES) or quote
    far = _FAR.search(before)
    verb = amount["verb"] or (far[1] if far else "")
    if verb in _AT_LEAST and amount["unit"] in _COUNTED and not re.search(r"[数量额率总值]", name):
        name += "数量"
    op = _op(verb, amount["bound"])
    low = amount["low"] if op != "<=" else None  # 1到2个: one will do; 3至5天以内: the later one
    value = float((low or amount["value"]).replace(",", ""))
    op = ">=" if low or ((amount["more"] or amount["more2"]) and op == "=") else op
    return IndicatorDraft(quote, name, op, value, _unit(amount), _note(verb, amount))


def _unit(amount: re.Match[str]) -> str:
    return (amount["big"] or "") + amount["unit"].replace("％", "%")


def _op(verb: str, bound: str | None) -> str:
    bound = (bound or "").lstrip("及或")
    if bound in {"以下", "以内", "内", "之内"} or (verb in _AT_MOST and bound != "以上"):
        return "<="
    return ">=" if bound == "以上" or verb in _AT_LEAST else "="


def _note(verb: str, amount: re.Match[str]) -> str:
    if verb in {"突破", "超过", "高于", "大于", ">"}:
        return _("'{verb}' is strictly 'exceed'; '>=' is the nearest").format(verb=verb)
    if amount["low"]:
        return _("a span is said; the end that is enough was taken")
    if amount["bound"] == "左右" or amount["about"] or amount["more"] or amount["more2"]:
        return _("the notice says 'about'")
    return ""
