"""What a unit's name looks like, and a collective name: by shape only, no place and no list of names.

Most names end in the word for a kind of body (局, 委, 办, 政府, 海关, 公司, 法院 …). A collective name begins with 有关, 各 or
相关, or ends in 各成员单位 (``domain.md``, the reference notice).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: no unit's name is longer; bounds every look back and ahead
LONGEST: Final = 40

_BODY_WORDS: Final = (
    "局|委|办|厅|部|署|院|府|社|会|室|处|科|所|站|队|组|台|行|关|校|团|馆|库|中心|公司|集团|支公司|联社|学校|大学|学院|指挥部|研究院|"
    "委员会|办公室|工商联|侨联|文联|妇联|科协|残联|社科联|团委|银行|信用社|电网|铁塔|邮政|移动|联通|电信|烟草|公积金|园区|开发区|高新区|"
    "新区|示范区|经开区|自贸区|街道|管理区|纪检组|大队|支队|总队|海事|机场|车站|港务|供电|政府|海关|法院|检察院|协会|联合会|基金会|商会"
)
_NAME: Final = re.compile(
    rf"[\u3400-\u4dbf\u4e00-\u9fffA-Za-z0-9·〇\-\x01-\x03\ue000-\uf8ff\U00020000-\U0003ffff]{{1,{LONGEST - 1}}}?"
)
_ENDS: Final = re.compile(rf"(?:{_BODY_WORDS})$")
_PLACE_FIRST: Final = re.compile(r"^(?:[省市县区州盟旗镇乡]|国家|[\u4e00-\u9fff]{2,4}(?:[省市县区州盟旗]))")
#: 部 and 会 also end common nouns; these never are units
_NOT_UNITS: Final = re.compile(
    r"(?:全部|内部|外部|东部|西部|南部|北部|中部|干部|社会|机会|大会|全会|以内|经济社会|责任|机关|海关总)$"
)

_WHO: Final = (
    r"县\x01[^\x02]{1,8}\x02区|县\x01[^\x02]{1,8}\x02|市\x01[^\x02]{1,8}\x02|省\x01[^\x02]{1,8}\x02|区\x01[^\x02]{1,8}\x02|县市区|市县区|区市县|区县市|"
    r"县区市|县区|区县|市县|市州|州市|省市|乡镇街道|镇街道|乡镇|镇街|街道|省级|市级|县级市|县级|地方|市|县|区|乡|镇|"
    r"成员单位|责任单位|承办单位|相关单位|有关单位|市直单位|直属单位|单位|市直部门|部门|园区|开发区|高校|院校|学校|医院|银行|金融机构|企业"
)
_TAIL: Final = r"(?:各级)?(?:人民政府|政府|管委会|管理委员会|党委政府|党委|单位|部门)?"
_GROUP: Final = re.compile(
    rf"(?:其他|市直|省直|县直|中央|驻[\u4e00-\u9fff]{{1,3}})?(?:各有关|各相关|各级|有关|相关|各)(?:{_WHO}){_TAIL}(?:和(?:有关|相关)(?:单位|部门))?"
)
#: 各项目牵头单位: whoever leads or bears each of something
_EACH: Final = re.compile(r"各[\u4e00-\u9fff]{1,6}?(?:牵头|责任|承办|实施|主管)(?:单位|部门)")
#: a level without a place; behind a collective name (各区、县级市) it goes on with it
_LEVEL: Final = re.compile(r"县级市|县市区|市县区|县区|区县|市县|乡镇街道|乡镇|镇街|街道|[省市县区州旗盟乡镇]")
_MEMBERS: Final = re.compile(r"[\u4e00-\u9fff]{0,28}?各成员单位")

_LABEL: Final = re.compile(r"^[\u4e00-\u9fff]{0,4}(?:单位|部门|机构|地区)[::]")
_OTHER_LABEL: Final = re.compile(r"^[\u4e00-\u9fff]{2,8}:")
_DUTY: Final = re.compile(
    r"(?:等)?(?:按职责分工|分工|分别|共同|联合|具体|牵头)*(?:负责|牵头|配合|参与|承办|落实)(?:落实|实施)?$"
)
#: an open end of a list: 人民银行等部门
_OTHERS: Final = re.compile(r"等(?:有关|相关)?(?:部门|单位|地区)$")
#: a bracket inside a name: 各县(市、区), 省(市)
INNER: Final = re.compile(r"(?<=[省市县区州])\([省市县区州旗](?:[级、]{0,2}[省市县区州旗]){0,3}\)")
#: a remark behind a name: 市水利局(牵头)
_ROLE: Final = r"(?:牵头|配合|主办|协办|负责|主责|参与)(?:单位|部门)?"
_REMARK: Final = re.compile(rf"(?<=[\u4e00-\u9fff])\({_ROLE}\)")
_REMARKED: Final = re.compile(rf"\x01{_ROLE}\x02$")


def masked(norm: str) -> str:
    """The parsing form with the brackets and list marks inside a name hidden; same length."""
    swap = str.maketrans({"(": "\x01", ")": "\x02", "、": "\x03"})
    hidden = INNER.sub(lambda found: found.group().translate(swap), norm)
    return _REMARK.sub(lambda found: found.group().translate(swap), hidden)


def group_at(segment: str) -> int:
    """The length of the collective name that a segment begins with, 0 when it begins with none."""
    head = segment[:LONGEST]
    found = _MEMBERS.match(head) or _EACH.match(head) or _GROUP.match(head)
    return found.end() if found else 0


def is_group(segment: str) -> bool:
    """Whether the whole segment is a collective name."""
    return bool(segment) and group_at(segment) == len(segment)


def is_level(segment: str) -> bool:
    """Whether the whole segment is a level without a place: 县级市 in “各区、县级市”."""
    return bool(_LEVEL.fullmatch(segment))


def collective(names: Sequence[str]) -> tuple[str, ...]:
    """The collective ones among the names of a list, in their order; a level behind one of them belongs to it."""
    found: list[str] = []
    before = False
    for name in names:
        plain = masked(name)
        before = is_group(plain) or (before and is_level(plain))
        found += [name] if before else []
    return tuple(found)


def has_group(segment: str) -> bool:
    """Whether a collective name stands anywhere in the segment."""
    return bool(_GROUP.search(segment) or _MEMBERS.search(segment))


def is_unit(segment: str) -> bool:
    """Whether the whole segment has the shape of one unit's name."""
    if not 2 <= len(segment) <= LONGEST or not _NAME.fullmatch(segment):
        return False
    return bool(_ENDS.search(segment)) and not _NOT_UNITS.search(segment)


def is_placed_unit(segment: str) -> bool:
    """Whether it is a unit's name that also begins with its place or level (市…, …区政府): a surer sign."""
    return is_unit(segment) and bool(_PLACE_FIRST.match(segment))


def unlabelled(segment: str) -> tuple[str, int]:
    """A segment without its label (牵头单位：), remark and closing words (负责), and how much was cut in front."""
    found = _LABEL.match(segment)
    cut = found.end() if found else 0
    while cut < len(segment) and segment[cut] == " ":
        cut += 1
    bare = segment[cut:]
    return _OTHERS.sub("", _DUTY.sub("", _REMARKED.sub("", bare))).rstrip(), cut


def remark_at(segment: str) -> int:
    """Where the remark behind a name begins (市水利局(牵头)), -1 when there is none."""
    found = _REMARKED.search(segment)
    return found.start() if found else -1


def has_other_label(segment: str) -> bool:
    """Whether a segment begins something that names no unit: 适用范围：…"""
    return bool(_OTHER_LABEL.match(segment)) and not _LABEL.match(segment)


def known_at_start(segment: str, known: frozenset[str]) -> str:
    """The longest known name that a segment begins with."""
    for length in range(min(len(segment), LONGEST), 1, -1):
        if segment[:length] in known:
            return segment[:length]
    return ""


def known_at_end(segment: str, known: frozenset[str]) -> str:
    """The longest known name that a segment ends with."""
    for length in range(min(len(segment), LONGEST), 1, -1):
        if segment[-length:] in known:
            return segment[-length:]
    return ""
