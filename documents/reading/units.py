"""What a unit's name looks like, and a collective name: by shape only, no place and no list of names.

Most names end in the word for a kind of body (局, 委, 办, 政府, 海关, 公司, 法院 …). A collective name begins with 有关, 各 or
相关, or ends in 各成员单位 (``domain.md``, the reference notice).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from documents.reading.characters import exchange
from documents.reading.source import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

#: no unit's name is longer; bounds every look back and ahead
LONGEST: Final = 40
#: a notice names the same few hundred units again and again; what was found out of so many is kept
NAMES: Final = 4096

_BODY_WORDS: Final = (
    "局|委|办|厅|部|署|院|府|社|会|室|处|科|所|站|队|组|台|行|关|校|团|馆|库|中心|公司|集团|支公司|联社|学校|大学|学院|指挥部|研究院|"
    "委员会|办公室|工商联|侨联|文联|妇联|科协|残联|社科联|团委|银行|信用社|电网|铁塔|邮政|移动|联通|电信|烟草|公积金|园区|开发区|高新区|"
    "专班|联席会议|党校|城投|交投|水投|国投|文旅投|水厂|电厂|林场|农场|保税区|度假区|景区|"
    "新区|示范区|经开区|自贸区|街道|管理区|纪检组|大队|支队|总队|海事|机场|车站|港务|供电|政府|部门|海关|法院|检察院|协会|联合会|基金会|商会"
)
_NAME: Final = re.compile(
    rf"[\u3400-\u4dbf\u4e00-\u9fffA-Za-z0-9·〇\-\x01-\x03\ue000-\uf8ff\U00020000-\U0003ffff]{{1,{LONGEST - 1}}}?"
)
_ENDS: Final = re.compile(rf"(?:{_BODY_WORDS})$")
_PLACE_FIRST: Final = re.compile(r"^(?:[省市县区州盟旗镇乡]|国家|[\u4e00-\u9fff]{2,4}(?:[省市县区州盟旗]))")
#: 部 and 会 also end common nouns; these never are units
_NOT_UNITS: Final = re.compile(
    r"(?:全部|内部|外部|东部|西部|南部|北部|中部|干部|社会|机会|大会|全会|以内|经济社会|责任|机关|海关总|[格布大全当]局|督办|场所|厕所|网站|平台|学科|攻关|部署|团队|水库|数据库|"
    r"充电站|加油站|(?:[个级各]|内设|业务|职能|主管|监管|管理|执法|有关|相关)部门|[试施现进执推平履先运]行)$"
)

#: a kind of body, which one is not said
_BARE: Final = re.compile(
    r"街道|园区|学校|大学|学院|医院|公司|集团|中心|银行|车站|机场|开发区|新区|示范区|管理区|景区|高新区|经开区|保税区|度假区|协会|商会|党校|林场|"
    r"农场|法院|办公室|委员会|社会|大队|支队|总队|部|处室|科室|机关|单位|部门|企业|小组|专班|水厂|电厂|供电|电网|电信局?|移动|联通|邮政|铁塔|校|院|站|所|馆|库|台"
)

_WHO: Final = (
    r"(?:乡镇|镇街|街道|县市|区县|县区|市县|市州|[省市县区州旗镇乡村])\x01[^\x02]{1,12}\x02[县市区]?|[省市县区州旗乡镇](?:\x03(?:自治区|直辖市|县级市|自治州|自治县|街道|开发区|园区|[市县区州旗乡镇])(?:\x01[^\x02]{1,12}\x02)?){1,4}|县市区|市县区|区市县|区县市|"
    r"县区市|县区|区县|市县|市州|州市|省市|县市|乡镇办场|乡镇办|镇办|乡镇街道|镇街道|乡镇|镇街|街道|省级|市级|县级市|县级|地区|地方|地级以上市|地级市|省辖市|设区市|设区的市|地市|地(?![\u4e00-\u9fff])|市|县|区|乡|镇|"
    r"成员单位|责任单位|承办单位|相关单位|有关单位|市直单位|直属单位|单位|市直部门|部门|园区|开发区|高校|院校|学校|医院|银行业金融机构|银行机构|银行|保险机构|金融单位|金融机构|运营企业|国有企业|企业|运营商|景区|街镇|街乡|村|社区|平台公司|职能部门|主管部门"
)
_TAIL: Final = r"(?:各级)?(?:人民政府|政府|管委会|管理委员会|党委[和及、]?(?:人民)?政府|党委|党工委[和及]?(?:管委会|办事处)|党工委|办事处|卫生院|中心校|派出所|村委会|居委会|司法所|单位|部门)?"
_GROUP: Final = re.compile(
    rf"(?:国务院|其他|市直|省直|州直|县直|区直|市级|省级|县级|区级|全市|全县|全区|全省|我市|我县|我区|市|省|县|区|中央|驻[\u4e00-\u9fff]{{1,3}})?(?:其他)?(?:各有关|各相关|各级|有关|相关|各|属地|所在地|事发地|项目所在地)(?:{_WHO}){_TAIL}(?:和(?:有关|相关)?(?:单位|部门))?"
)
#: so many of a kind: 13个街道
_SO_MANY: Final = re.compile(rf"(?:全市|全县|全区)?\d{{1,3}}个(?:{_WHO})(?![\u4e00-\u9fff])")
#: 各项目牵头单位: whoever leads or bears each of something
_EACH: Final = re.compile(r"各[\u4e00-\u9fff]{1,6}?(?:牵头|责任|承办|实施|主管)(?:单位|部门)")
#: a level without a place; behind a collective name (各区、县级市) it goes on with it
_LEVEL: Final = re.compile(
    r"开发区管委会|开发区|园区|管委会|景区|县级市|县市区|市县区|县区|区县|市县|乡镇街道|乡镇|镇街|街道|[省市县区州旗盟乡镇]"
)
_PLACE: Final = re.compile(r"[\u4e00-\u9fff]{1,6}(?:自治州|自治县|街道|新城|[区县市镇乡州旗])")
#: without one of these no name is a collective one
_OF_SEVERAL: Final = frozenset("各关地个")
_MEMBERS: Final = re.compile(r"[\u4e00-\u9fff]{0,28}?各成员单位")

_LABEL: Final = re.compile(r"^[\u4e00-\u9fff]{0,4}(?:单位|部门|机构|地区)[::]")
_OTHER_LABEL: Final = re.compile(r"^[\u4e00-\u9fff]{2,8}:")
_DUTY: Final = re.compile(
    r"(?:等)?(?:按职责分工|分工|分别|共同|联合|具体|牵头)*(?:负责|牵头|配合|参与|承办|落实)(?:落实|实施)?$"
)
#: each of those words has one of these
_DUTIES: Final = frozenset("责头合与办实")
#: an open end of a list: 人民银行等部门
_OTHERS: Final = re.compile(r"等(?:有关|相关)?(?:部门|单位|地区)$")
#: a bracket inside a name: 各县(市、区), 省(市)
INNER: Final = re.compile(r"(?<=[省市县区州镇乡旗道])\([省市县区州旗](?:[级、]{0,2}[省市县区州旗]){0,3}\)")
#: a remark behind a name: 市水利局(牵头)
_ROLE: Final = r"(?:牵头|配合|主办|协办|负责|主责|参与)(?:单位|部门)?"
_REMARK: Final = re.compile(rf"(?<=[\u4e00-\u9fff])\({_ROLE}\)")
_REMARKED: Final = re.compile(rf"\x01{_ROLE}\x02$")


_hide: Final = exchange({"(": "\x01", ")": "\x02", "、": "\x03", ",": "\x03", ";": "\x03", " ": "\x03"})
_mask: Final = exchange({"(": "\x01", ")": "\x02", "、": "\x03"})
#: levels that one collective name goes through: 各市、县人民政府
_LEVELS: Final = re.compile(
    r"(?:各|有关|相关)(?:自治区|直辖市|[省市县区州旗镇乡])(?:\([^()]{1,8}\))?(?:[、,](?:自治区|直辖市|县级市|自治州|自治县|街道|开发区|园区|[市县区州旗乡镇])(?:\([^()]{1,8}\))?){1,4}(?=(?:人民)?政府|管委会|党委|有关|相关|部门|单位)"
)


def hidden(name: str) -> str:
    """One name in the parsing form with every bracket and separator in it hidden; same length."""
    return _hide(folded(name))


def masked(norm: str) -> str:
    """The parsing form with the brackets and list marks inside a name hidden; same length."""
    if "(" not in norm:
        return _LEVELS.sub(_masked, norm) if "、" in norm else norm
    for inner in (_LEVELS, INNER, _REMARK):
        norm = inner.sub(_masked, norm)
    return norm


def _masked(found: re.Match[str]) -> str:
    return _mask(found.group())


@lru_cache(maxsize=NAMES)
def group_at(segment: str) -> int:
    """The length of the collective name that a segment begins with, 0 when it begins with none."""
    head = segment[:LONGEST]
    if _OF_SEVERAL.isdisjoint(head):
        return 0
    found = _MEMBERS.match(head) or _EACH.match(head) or _GROUP.match(head) or _SO_MANY.match(head)
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
        plain = hidden(name)
        before = is_group(plain) or (before and is_level(plain))
        found += [name] if before else []
    return tuple(found)


def has_group(segment: str) -> bool:
    """Whether a collective name stands anywhere in the segment."""
    return bool(_GROUP.search(segment) or _MEMBERS.search(segment))


@lru_cache(maxsize=NAMES)
def is_unit(segment: str) -> bool:
    """Whether the whole segment has the shape of one unit's name."""
    if not 2 <= len(segment) <= LONGEST or not _NAME.fullmatch(segment):
        return False
    return bool(_ENDS.search(segment)) and not _NOT_UNITS.search(segment) and not _BARE.fullmatch(segment)


@lru_cache(maxsize=NAMES)
def is_placed_unit(segment: str) -> bool:
    """Whether it is a unit's name that also begins with its place or level (市…, …区政府): a surer sign."""
    return is_unit(segment) and bool(_PLACE_FIRST.match(segment))


def is_place(segment: str) -> bool:
    """Whether it is the name of a place that stands for its government: 滨河区, 临江县, 某某镇."""
    return bool(_PLACE.fullmatch(segment)) and not _BARE.fullmatch(segment)


@lru_cache(maxsize=NAMES)
def unlabelled(segment: str) -> tuple[str, int]:
    """A segment without its label (牵头单位：), remark and closing words (负责), and how much was cut in front."""
    found = _LABEL.match(segment)
    cut = found.end() if found else 0
    while cut < len(segment) and segment[cut] == " ":
        cut += 1
    bare = _REMARKED.sub("", segment[cut:]) if "\x02" in segment else segment[cut:]
    bare = bare if _DUTIES.isdisjoint(bare) else _DUTY.sub("", bare)
    return (_OTHERS.sub("", bare) if "等" in bare else bare).rstrip(), cut


def remark_at(segment: str) -> int:
    """Where the remark behind a name begins (市水利局(牵头)), -1 when there is none."""
    found = _REMARKED.search(segment) if "\x02" in segment else None
    return found.start() if found else -1


def has_other_label(segment: str) -> bool:
    """Whether a segment begins something that names no unit: 适用范围：…"""
    return ":" in segment and bool(_OTHER_LABEL.match(segment)) and not _LABEL.match(segment)


def known_at_start(segment: str, known: frozenset[str]) -> str:
    """The longest known name that a segment begins with."""
    return next((name for length in _lengths(known, 0).get(segment[:1], ()) if (name := segment[:length]) in known), "")


def known_at_end(segment: str, known: frozenset[str]) -> str:
    """The longest known name that a segment ends with."""
    lengths = _lengths(known, -1).get(segment[-1:], ())
    return next((name for length in lengths if (name := segment[-length:]) in known), "")


@lru_cache(maxsize=2)
def _lengths(known: frozenset[str], at: int) -> dict[str, tuple[int, ...]]:
    """How long the names are that have a character at their start (0) or end (-1), the longest first."""
    lengths: dict[str, set[int]] = {}
    for name in known:
        if 1 < len(name) <= LONGEST:
            lengths.setdefault(name[at], set()).add(len(name))
    return {char: tuple(sorted(found, reverse=True)) for char, found in lengths.items()}
