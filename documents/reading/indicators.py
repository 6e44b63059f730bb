"""Numeric targets in a text: a number with a counting word or %, and what it counts.

The number of a date, a name (G60), a distance passed by the way (一公里) or a programme's name (十大…项目) is no target.
"""

from __future__ import annotations

import re
from typing import Final

from models.drafts import IndicatorDraft
from models.language import _

_UNIT: Final = (
    r"%|％|‰|个百分点|亿元|万元|亿美元|万美元|元|亿千瓦时|万千瓦|千瓦|万平方米|平方公里|平方千米|平方米|立方米|万亩|亩|公顷|"
    r"万吨|吨|公里|千米|万人次|人次|万人|人|万名|名|万户|户|万家|家|万个|个|万件|件|项(?!目)|台|套|辆|艘|座|处|所|条(?!件)|"
    r"场次|场|期|次|支|宗|只|株|万株|批次|张|门|款|集|部|册|颗|口|孔|段|类(?!型)|标箱|万标箱"
)
_AFTER: Final = r"以上|以下|以内|左右"
_RISE: Final = "增长|提高|提升|下降|降低|减少|压减|增加"
_REACH: Final = "突破|超过|达到|不少于|不低于|不超过|不高于|至少|控制在|力争达到|保持在|稳定在|降至|升至|达"
_AMOUNT: Final = re.compile(
    rf"(?P<verb>{_REACH})?(?:(?<![\dA-Za-z.\-+第])(?P<low>\d{{1,6}})(?=[到至]\d))?(?P<to>到|至)?(?<![\dA-Za-z.\-+第])(?P<value>\d{{1,15}}(?:,\d{{3}})*(?:\.\d{{1,6}})?)(?P<big>[万亿])?(?P<unit>{_UNIT})(?P<bound>{_AFTER})?"
)
_PIECE: Final = re.compile(r"[^,。;、!?()]+(?:(?<=\d),(?=\d{3}\D)[^,。;、!?()]+)*")
#: 30名甲和50名乙 are two targets
_AND: Final = re.compile(rf"(?:以及|[和及与])(?=\d{{1,15}}(?:\.\d{{1,6}})?[万亿]?(?:{_UNIT}))")
_QUOTES: Final = str.maketrans("", "", "“”‘’\"'「」『』 ")
_AT_LEAST: Final = frozenset({"突破", "超过", "达到", "达", "不少于", "不低于", "至少", "力争达到", "升至"})
_AT_MOST: Final = frozenset({"不超过", "不高于", "控制在", "降至"})
_COUNTED: Final = frozenset({"家", "个", "户", "人", "名", "所", "座"})
_DOING: Final = re.compile(r"^(?:力争|确保|努力|争取|全年|到\d{4}年|实现|完成|培育|打造)+(?=.{2})")
_PAST_YEARS: Final = re.compile(r"(?:年满|以来|截至目前|累计已|停用时间)")


def indicators(norm: str) -> list[IndicatorDraft]:
    """The numeric targets of a clause in order."""
    found = []
    for piece in (part for whole in _PIECE.finditer(norm) for part in _AND.split(whole.group())):
        past = _PAST_YEARS.search(piece)  # what stands behind it only says which thing is meant
        end = past.end() if past else len(piece)
        amounts = [one for one in _AMOUNT.finditer(piece) if one.start() < end]
        if amounts:
            found.append(_indicator(piece, amounts[-1]))
    return found


def _indicator(piece: str, amount: re.Match[str]) -> IndicatorDraft:
    before, after = piece[: amount.start()].strip(), piece[amount.end() :].strip()
    name, quote = before, piece[: amount.end()].strip()
    doing = _DOING.match(before)
    if not before or before in {"实现", "完成", "新增", "建成", "培育", "打造", "建设", "推出", "引进"}:
        name, quote = after or before, piece.strip()
    elif doing:
        name = before[doing.end() :]
    name = name.translate(_QUOTES) or quote
    verb = amount["verb"] or ""
    if verb in _AT_LEAST and amount["unit"] in _COUNTED and not re.search(r"[数量额率总值]", name):
        name += "数量"
    value = float((amount["low"] or amount["value"]).replace(",", ""))
    op = ">=" if amount["low"] else _op(verb, amount["bound"])  # 1到2个: one will do
    return IndicatorDraft(quote, name, op, value, _unit(amount), _note(verb, amount["bound"]))


def _unit(amount: re.Match[str]) -> str:
    return (amount["big"] or "") + amount["unit"].replace("％", "%")


def _op(verb: str, bound: str | None) -> str:
    if bound in {"以下", "以内"} or (verb in _AT_MOST and bound != "以上"):
        return "<="
    return ">=" if bound == "以上" or verb in _AT_LEAST else "="


def _note(verb: str, bound: str | None) -> str:
    if verb in {"突破", "超过"}:
        return _("'{verb}' is strictly 'exceed'; '>=' is the nearest").format(verb=verb)
    if bound == "左右":
        return _("the notice says 'about'")
    return ""
