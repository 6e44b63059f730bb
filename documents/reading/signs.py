"""Signs of one meaning made one, in the parsing form alone: other brackets and colons, and labelled lines as brackets.

``【责任单位：甲】``, ``〔…〕`` and a line ``责任单位：甲`` below the text say what ``（责任单位：甲）`` says. What they hold
decides: 〔2022〕3号 and 【打印本页】 stay what they are. The source itself keeps its signs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from documents.reading import duties
from documents.reading.characters import exchange

if TYPE_CHECKING:
    from documents.reading.source import Line

_one_colon: Final = exchange(
    {
        "∶": ":",
        "﹕": ":",
        "ː": ":",
        "꞉": ":",
        "︓": ":",
        "；": ";",
        "﹔": ";",
        "﹐": ",",
        "﹑": "、",
        "､": "、",
        "｡": "。",
    }
)
#: a point that ends a Chinese sentence is a stop
_POINT: Final = re.compile(r"(?<=[\u4e00-\u9fff)%”\"])\.(?= |$|[\u4e00-\u9fff(【〔])")
#: a level within a name: 各市〔州〕, 县〔市、区〕
_LEVEL: Final = re.compile(r"(?<=[省市县区州镇乡旗道])〔([省市县区州镇乡旗、]{1,8})〕")
_OTHERS: Final = re.compile(
    r"【([^【】]{2,600})】|〔([^〔〕]{2,600})〕|〈([^〈〉]{2,600})〉|\[([^\[\]]{2,600})\]|\{([^{}]{2,600})\}|〖([^〖〗]{2,600})〗|<([^<>]{2,600})>|［([^［］]{2,600})］"
)
#: labels that stand outside brackets, at the start of a line or behind a stop; a person's label alone begins none
_OUTSIDE: Final = re.compile(
    r"(?:(?:^|(?<=[。;)!])) *|(?<= ))(?=(?:[\u4e00-\u9fff]{0,4}(?:单位|部门|主体|领导|责任人|联系人|联络员)|(?:牵头|配合|责任|协办|主办|承办|(?:责任|任务|部门|职责|工作)分工)(?= *:)|(?:完成|办结|整改|办理|工作)?(?:时限|时间要求|完成时间|期限|时间节点))"
    r"(?:[及和、][\u4e00-\u9fff]{2,5})? *:)"
)


#: a sentence of its own that says who does it: 由甲牵头，乙配合，6月底前完成。 It is read once, to its end
_SENTENCE: Final = re.compile(r"(?<=[。;)]) *(?=[^。;()\n]{4,122}+(?<=牵头|负责|配合|会同|承办|落实|完成)(?:。|;|$))")
#: a title and who does it, before the text: 甲专项整治，由乙部门负责，有关部门配合。
_TITLED: Final = re.compile(r"(?:[^,。;:()]{4,40},)?(?=由[^。;:()\n]{2,80}(?:负责|牵头|配合|承办)(?:。|;|$))")


def unified(line: Line) -> Line:
    """The line with one kind of colon and, round units, one kind of bracket in its parsing form."""
    norm = _LEVEL.sub(lambda level: f"({level[1]})", line.norm)
    norm = _OTHERS.sub(_round, _POINT.sub("。", _one_colon(norm)))
    return line if norm == line.norm else replace(line, norm=norm)


def _round(found: re.Match[str]) -> str:
    inside = found.group()[1:-1]
    return f"({inside})" if duties.read(inside) else found.group()


def passages(line: Line, start: int = 0) -> list[Line]:
    """The rest of a line cut so that each labelled passage outside brackets is a bracket in the parsing form."""
    cut: list[Line] = []
    at = counted = start
    depth = 0
    begins = (_OUTSIDE, _SENTENCE) if ":" in line.norm else (_SENTENCE,)
    places = {found.end() for pattern in begins for found in pattern.finditer(line.norm, start)}
    if "由" in line.norm and (titled := _TITLED.match(line.norm, start)):
        places.add(titled.end())
    for begin in sorted(places):
        depth = max(depth + line.norm.count("(", counted, begin) - line.norm.count(")", counted, begin), 0)
        counted = begin
        if begin < at or depth:
            continue
        end = _end(line.norm, begin)
        said = duties.read(line.norm[begin:end])
        if said is None or not said.labelled_or_told or _closes(line.norm[begin:end]):
            continue
        if line.norm[at:begin].strip():
            cut.append(_part(line, at, begin))
        part = _part(line, begin, end)
        cut.append(replace(part, raw=f"\n{part.raw}\n", norm=f"({part.norm})", skipped=part.skipped - 1))
        at = end
    if at < len(line.norm) or not cut:
        cut.append(_part(line, at, len(line.norm)))
    return cut


def _closes(norm: str) -> bool:
    """Whether it closes a bracket that it does not open: a list that lost its first sign, which is to be told."""
    return norm.count(")") > norm.count("(")


def _end(norm: str, begin: int) -> int:
    """Where a labelled passage ends: at its stop, or with the line."""
    stop = norm.find("。", begin)
    return stop if stop >= 0 else len(norm)


def _part(line: Line, start: int, end: int) -> Line:
    if start == 0 and end == len(line.norm) == len(line.raw):
        return line
    return line.part(start, end)
