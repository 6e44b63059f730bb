"""What a whole bracket, or a line of its own, says about who does a clause and by when: its labels, names and roles.

``牵头单位：甲；配合单位：乙、丙``, ``甲牵头，乙按职责分工负责``, ``甲会同乙，6月底前完成``. Strict: when one part of it is
neither a name, a role, a time, a person nor a rule, the whole is not read here, and the text keeps it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from documents.reading import units

if TYPE_CHECKING:
    from collections.abc import Iterator

#: no bracket that names units is longer
LONGEST: Final = 600
LEAD, SUPPORT, EVERY, PERSON, TIME, RULE = "lead", "support", "every", "person", "time", "rule"

_WHOM: Final = r"(?:单位|部门|机构|地区|主体|科室|股室|处室|司局|方)"
_LEADING: Final = r"(?:(?:第一|主要|总)?(?:牵头|主办|主责|主管|主体责任|第一责任))"
_HELPING: Final = r"(?:(?:主要)?(?:配合|协办|协助|协同|协作|参与|参加|会办|支持|协调))"
_BEARING: Final = r"(?:(?:具体|主要|共同)?(?:责任|承办|负责|落实|实施|完成|执行|建设|整改|督办|涉及|承担|推进|组织))"
_SOMEBODY: Final = (
    r"(?:(?:包保|包联|挂点|挂钩|牵头|责任|分管|联系|主管|督办|负责|包案|省级|市级|县级|区级|省|市|县|区)*(?:领导|人|人员|同志)|"
    r"(?:市|县|区|河|湖|路|林|田|链)长|联络员|经办人|联系方式|联系电话|电话)"
)
#: whom to ask is nobody who does the work
_CONTACT: Final = re.compile(r" *(?:联系|电话|联络员)")
_WHEN: Final = r"(?:(?:完成|办结|整改|办理|工作|计划|目标|达标|建成|实施|推进|拟|要求|落实)*(?:时限|时间|期限|日期|时间节点|节点|进度时限|进度要求|时段)(?:要求|安排)?)"
_KINDS: Final = (
    (PERSON, re.compile(rf"{_SOMEBODY}(?:[及和、]{_SOMEBODY})*")),
    (TIME, re.compile(_WHEN)),
    (LEAD, re.compile(rf"{_LEADING}(?:[及和、]?{_BEARING})?{_WHOM}?")),
    (SUPPORT, re.compile(rf"{_HELPING}{_WHOM}?")),
    (
        EVERY,
        re.compile(
            rf"(?:市直|市级|县级|省级|区级|各级)?{_BEARING}{_WHOM}|(?:责任|任务|部门|职责|工作)分工|责任|负责|承办|单位|部门|(?:责任|承办)单位[及和、](?:责任|联系)人"
        ),
    ),
)
#: 责任(配合)单位
_ASIDE: Final = re.compile(r"\x01[^\x02]*\x02")
#: labels that are known even where their colon is lost or the word before them is glued on
_CORE: Final = r"(?:牵头|责任|配合|协办|承办|主办|参与|参加|负责|主责)(?:单位|部门)|(?:完成|办结|整改)(?:时限|时间)"
#: a label stands where something begins: at the start, behind a separator or blanks
LABEL: Final = re.compile(
    rf"(?:(?<=^)|(?<=[,;、。 (\n]))(?:(?P<core>{_CORE})(?: *:| +|(?=[\u4e00-\u9fff])(?!负责|按|要|应|和|及|的|牵头|配合|等))|(?P<label>[\u4e00-\u9fff]{{2,14}}|[\u4e00-\u9fff]{{2,4}}\x01[\u4e00-\u9fff]{{2,4}}\x02[\u4e00-\u9fff]{{2,4}}) *:)"
    rf"|(?P<glued>{_CORE}) *:"
)
#: without one of these a text has no label
_LABELS: Final = re.compile(rf":|{_CORE}")
_SEPARATORS: Final = re.compile(r"[、,;。]|(?<=\S) {1,}(?=\S)")

_ROLE_END: Final = re.compile(
    r"(?P<others>等(?:[\u4e00-\u9fff]{0,6}(?:部门|单位|地区|机构|企业))?)?(?P<how>(?:按照?(?:各自)?(?:职责|职能)(?:分工)?|按(?:分工|职责)|结合实际|根据职责分工|依职责|各负其责|分工|分别|共同|联合|具体|统筹)*)"
    r"(?P<role>牵头(?:负责|落实|组织|实施|办理|抓总|推进)?|(?:积极|协同|协助|给予|予以)?(?:配合|协助|协办|参与|参加|支持)(?:落实|实施|推进|完成)?|"
    r"负责(?:落实|实施|组织|推进|办理)?|组织实施|承办|主办|落实|抓好落实)?$"
)
#: without one of these no label and no role is said
_TELLING: Final = re.compile(
    r":|牵头|责任|主责|主办|配合|协助|协办|参与|参加|支持|负责|组织实施|承办|落实|会同|商|联合|协同"
)
#: an open end of a list: 能源局等省有关部门
_OTHERS: Final = re.compile(r"等[\u4e00-\u9fff]{0,6}(?:部门|单位|地区|机构|企业)$")
_BY: Final = re.compile(r"^(?:由|请|以)(?=[^\x01]{2})")
_WITH: Final = re.compile(r"(?:牵头)?,?(?:会同|(?<!工)商同?(?![务业贸会联局场圈标城])|联合(?!会)|协同|牵头[,、]?会同)")
#: a Party committee and its government answer together: 各县党委和人民政府
_AND: Final = re.compile(
    r"以及|(?<!党委)(?<!工委)[和及与暨]|(?<=党委)[和及与暨](?!(?:人民)?政府)|(?<=工委)[和及与暨](?!管委会|办事处)"
)
_BRACKETS: Final = re.compile(r"([()])")
#: no end of the work is said, so there is no due date
_ENDLESS: Final = re.compile(
    r"(?:并|要)?(?:20\d\d年|今年|年内|全年|长期|持续|常态化|定期|同步|适时|及时|滚动|贯穿全年)*(?:长期|持续|常态化|全年|适时|定期|同步|滚动)(?:坚持|推进|实施|开展|落实|推动|进行|执行|保持|任务|工作|整改)*|"
    r"常态工作|常态化?|日常工作|经常性工作|常年坚持|长期|全年|立行立改|即知即改|立即整改|按季度?推进|按时间节点推进|按计划推进|按要求推进"
)
_TIMES: Final = re.compile(
    r"(?:确保|力争|于|在|到|至|截至|截止|自|从)?(?:20\d\d年?|今年|明年|本年度?|当年|年|每|\d{1,2}月|[一二三四]季度|第[一二三四]季度|[上下]半年|“?十[四五六]五”?|\d{1,2}个?(?:月|年|日|天|个?工作日)|[一二三四五六七八九十两]{1,2}个?(?:月|年|季度)).{0,30}"
)
_TIME_ENDS: Final = re.compile(
    r"(?:前|底|末|日|月|年|旬|内|起|度|半年|期间|完成|建成|办结|实施|开工|完工|投用|启动|竣工|出台|印发|推进|落实|到位|坚持|开展|运营|通车|使用|上线|投产)$"
)
_SAME: Final = re.compile(r"(?:以)?下同|(?:以下|下述)同|下略|略")
#: a sentence behind the names that holds for the whole notice: 具体任务均涉及各地，不再列出，下同。
_CLOSING_RULE: Final = re.compile(r"。(?=[^。:]{4,}(?:下同|不再[^。:]{2,20})。?$)[^。]+")
#: so begins an explanation of the words before it, never a list of those who do the work
_EXPLAINS: Final = re.compile(
    r" *(?:(?:以下|以后|下文)?(?:简称|统称|合称)|(?:不|仅|只)?(?:包括|包含)|[不仅只]含|(?:含|除|即|指|如|原|或|今)(?=[省市县区各国原在对以:])|例如|比如|其中|涉及(?=[\u4e00-\u9fff]{2,8}部门)|"
    r"详见|见(?=附|第)|附[件表:]|名单|根据|依据|特别是|重点是|主要是|每(?=[年月季周日半个])|不少于|下称|又称|办公室设在|设在|挂靠|位于|由(?=[^,、]{2,20}组成))"
)


@dataclass(slots=True)
class Duty:
    """What was read, as stretches of the text that was given."""

    #: (start, end, role) of each name
    names: list[tuple[int, int, str]] = field(default_factory=list)
    persons: list[tuple[int, int]] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    rules: list[tuple[int, int]] = field(default_factory=list)
    #: what stands in brackets behind a name and is no part of it
    remarks: list[tuple[int, int]] = field(default_factory=list)
    #: names that do not look like a unit's
    odd: list[tuple[int, int]] = field(default_factory=list)
    #: a label or a closing role says that these are those who do the work
    told: bool = False

    @property
    def labelled_or_told(self) -> bool:
        """Whether more than the names themselves says that they do the work."""
        return self.told or not self.names


def kind(label: str) -> str:
    """What a label announces: one of the roles, or a rule."""
    bare = _ASIDE.sub("", label.strip()).replace("\x03", "、")
    return next((name for name, pattern in _KINDS if pattern.fullmatch(bare)), RULE)


def tells(inside: str) -> bool:
    """Whether a labelled line, or the inside of a bracket, says by a label or a role who does the work."""
    duty = read(inside) if _TELLING.search(inside) else None
    return duty is not None and duty.told


def explains(inside: str) -> bool:
    """Whether a bracket begins as an explanation of the words before it."""
    return bool(_EXPLAINS.match(inside))


def hidden(inside: str) -> str:
    """The inside of a bracket with the brackets in it, and the signs within them, hidden; same length."""
    text = units.masked(inside)
    if "(" not in text:
        return text
    out, depth = list[str](), 0
    for part in _BRACKETS.split(text):
        depth += part == "("
        out.append(units.hidden(part) if depth else part)
        depth = max(depth - (part == ")"), 0)
    return "".join(out)


def read(inside: str, known: frozenset[str] = frozenset()) -> Duty | None:
    """Who and when, from the inside of a bracket or a labelled line in the parsing form; None when it says neither."""
    if len(inside) > LONGEST or not inside.strip() or explains(inside):
        return None
    text, duty = hidden(inside), Duty()
    rule = _CLOSING_RULE.search(text)
    text = text[: rule.start()] if rule else text
    labels = list(_labels(text))
    first = labels[0][0] if labels else len(text)
    if not _unlabelled(duty, text, (0, first), known):
        return None
    for at, (begin, start, role) in enumerate(labels):
        end = labels[at + 1][0] if at + 1 < len(labels) else len(text)
        if not _labelled(duty, text, (begin, start, end), role):
            return None
    if rule and duty.names:
        duty.rules.append((rule.start() + 1, rule.end()))
    asked = duty.times or any(not _CONTACT.match(text, begin) for begin, _end in duty.persons)
    return duty if duty.names or (labels and asked) else None


def _labels(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each label begins and ends, and what it announces; one that is glued to a name begins behind it."""
    for found in LABEL.finditer(text) if _LABELS.search(text) else ():
        label = found["core"] or found["label"] or found["glued"]
        begin, role = found.start(), kind(label)
        glued = re.search(rf"(?:{_CORE})$", label) if role == RULE else None
        if glued:
            begin, role = begin + glued.start(), kind(glued.group())
        yield begin, found.end(), role


def _labelled(duty: Duty, text: str, span: tuple[int, int, int], role: str) -> bool:
    """What stands behind one label."""
    begin, start, end = span
    said = list(_parts(text, start, end))
    whole = (start + len(text[start:end]) - len(text[start:end].lstrip()), end - _trailing(text[start:end]))
    if role == TIME:
        duty.times.append(whole)
    elif role == PERSON and duty.persons and _CONTACT.match(text, begin):
        duty.persons[-1] = (duty.persons[-1][0], whole[1])
    elif role == PERSON:
        duty.persons.append((begin, whole[1]))
    elif role == RULE:
        if not duty.told:
            return False
        duty.rules.append((begin, whole[1]))
    else:
        duty.told = True
        return bool(said) and all(_segment(duty, text, part, role, frozenset()) for part in said)
    return True


def _trailing(text: str) -> int:
    return len(text) - len(text.rstrip(" ,;、。"))


def _unlabelled(duty: Duty, text: str, span: tuple[int, int], known: frozenset[str]) -> bool:
    """Names with their roles behind them: 甲牵头，乙、丙配合. A role reaches back to the one before it."""
    waiting = 0
    for part in _parts(text, *span):
        if not _segment(duty, text, part, "", known):
            return False
        role = next((name[2] for name in reversed(duty.names[waiting:]) if name[2]), "")
        if role:
            duty.names[waiting:] = [(a, b, was or role) for a, b, was in duty.names[waiting:]]
            waiting = len(duty.names)
    duty.names = [(a, b, role or EVERY) for a, b, role in duty.names]
    return True


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between separators, without blanks at their ends."""
    at = start
    for found in itertools.chain(_SEPARATORS.finditer(text, start, end), (None,)):
        stop = found.start() if found else end
        piece = text[at:stop]
        if said := piece.strip():
            begin = at + piece.index(said)
            yield begin, begin + len(said)
        at = found.end() if found else end


def _segment(duty: Duty, text: str, span: tuple[int, int], given: str, known: frozenset[str]) -> bool:
    """Take one stretch: a time, a rule, or names; ``given`` is the label's role."""
    start, end = span
    said = text[start:end]
    if _SAME.fullmatch(said) or (duty.names and said in {"等", "等等"}):
        duty.rules += [span] if said not in {"等", "等等"} else []
        return True
    if is_time(said):
        duty.times.append(span)
        return True
    by = _BY.match(said)
    start += by.end() if by else 0
    ending = _ROLE_END.search(text[start:end])
    body_end = start + ending.start() if ending else end
    role = _role(ending["role"] if ending else None)
    duty.told = duty.told or bool(role)
    if body_end == start:  # nothing but a role: 按职责分工负责
        if not duty.names:
            return False
        last = duty.names[-1]
        duty.names[-1] = (last[0], last[1], last[2] or role)
        return True
    return _names(duty, text, (start, body_end), (given or role, bool(given)), known)


def _role(word: str | None) -> str:
    if not word:
        return ""
    return LEAD if word.startswith(("牵头", "主办")) else SUPPORT if re.search("配合|协|参|支持", word) else EVERY


def _names(duty: Duty, text: str, span: tuple[int, int], role: tuple[str, bool], known: frozenset[str]) -> bool:
    """The names of one stretch, which 会同 or 和 may join."""
    start, end = span
    joined = _WITH.search(text, start + 2, end - 1)
    if joined:
        duty.told = True
        return _names(duty, text, (start, joined.start()), (LEAD, role[1]), known) and _names(
            duty, text, (joined.end(), end), (SUPPORT, role[1]), known
        )
    for found in _AND.finditer(text, start + 2, end):
        left, right = _OTHERS.sub("", text[start : found.start()]), text[found.end() : end]
        joins = _sure(left, known) and (_sure(right, known) or units.is_unit(right))
        if joins or (units.is_unit(left) and units.is_group(right)):
            return _names(duty, text, (start, found.start()), role, known) and _names(
                duty, text, (found.end(), end), role, known
            )
    return _name(duty, text, span, role, known)


def _sure(name: str, known: frozenset[str]) -> bool:
    return name in known or units.is_group(name) or units.is_placed_unit(name)


def _name(duty: Duty, text: str, span: tuple[int, int], role: tuple[str, bool], known: frozenset[str]) -> bool:
    """One name, without the bracket behind it."""
    start, end = span
    others = _OTHERS.search(text, start + 2, end)
    end = others.start() if others else end
    name = text[start:end]
    remark = _REMARK.search(name) if name.endswith("\x02") else None
    if remark and remark.start() > 0 and not units.is_group(name):
        duty.remarks.append((start + remark.start(), end))
        end = start + remark.start()
        name = text[start:end]
        inside = remark.group()[1:-1]
        role = (_role(_ROLE_WORD.sub("", inside)) if _ROLE_WORD.search(inside) else role[0], role[1])
    before = text[slice(*duty.names[-1][:2])] if duty.names else ""
    if name in {"政府", "人民政府", "管委会"} and before.endswith(("党委", "党工委")):
        duty.remarks.append((start, end))  # 某区党委、政府 is one party
        return True
    fits = name in known or units.is_unit(name) or units.is_group(name) or units.is_place(name)
    level = units.is_level(name) and (units.is_group(before) or units.is_level(before))
    grouped = units.group_at(name)
    if not fits and not level and not (grouped and len(name) - grouped <= _LONGEST_REST):
        if not role[1] or not 1 < len(name) <= units.LONGEST or re.search(r"[。:“”\"《》]", name):
            return False
        duty.odd.append((start, end))
    elif 0 < units.group_at(name) < len(name):
        duty.odd.append((start, end))  # a kind of unit in each place (有关县市区住建局), or two damages at once
    duty.names.append((start, end, role[0]))
    return True


#: the hidden bracket at a name's end
_REMARK: Final = re.compile(r"\x01[^\x02]*\x02$")
#: a collective name may go on for so many characters that are not known: 各银行网点
_LONGEST_REST: Final = 4
_ROLE_WORD: Final = re.compile(r"(?<=牵头|配合|主办|协办|负责|参与)(?:单位|部门)?$")


def is_time(said: str) -> bool:
    """Whether a stretch says by when, or that the work never ends, and nothing else."""
    return bool(_ENDLESS.fullmatch(said) or (_TIMES.fullmatch(said) and _TIME_ENDS.search(said)))


def is_endless(said: str) -> bool:
    """Whether no end is said: 长期坚持, 持续推进."""
    return all(_ENDLESS.fullmatch(part.strip()) for part in re.split("[,;、。]", said.strip(" 。,;")))
