"""What a bracket says beside the names, and what may be wrong with a name: told to a person, never mended silently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from documents.reading import units
from documents.reading.source import visible
from models.language import _

if TYPE_CHECKING:
    from documents.reading.found import Found
    from documents.reading.source import Body, Notes

_ROLE: Final = re.compile(r"\((?:牵头|配合|主办|协办|负责|主责|参与)(?:单位|部门)?\)")
_LEVEL: Final = re.compile(r"[省市县区州](?![场域容际]|政(?!府))")
#: what needs no level before it: a body of the state, an enterprise, a body with its place
_OWN: Final = re.compile(
    r"[省市县区州旗镇乡]|(?!城)[\u4e00-\u9fff]{1,4}(?:省|市|县|区|州|旗|镇|(?<!城)乡|街道)(?!场)|国|中|全|驻|团|人民银行|金融监管|银保监|烟草|邮政|供电|电网|移动|联通|电信|铁|农发行|"
    r".*(?:海事局|气象局|分局|烟草局|铁路局|航道局|邮政管理局|公司|集团|银行|海关|支行|大学|学院|医院|指挥部|领导小组|总局|公司)"
)
#: the subject of a sentence, with what it is to do
_SUBJECT: Final = re.compile(
    r"(?:(?<=^)|(?<=[。;,、由请]))(?P<name>[\u4e00-\u9fff]{2,18}?(?:局|委|办|厅|处|院|行|中心|公司|集团|政府|办公室|管委会|部门|单位|县区|市区))(?=要|应|须|需|负责|牵头|会同|按照|按职责|做好|落实)"
)
#: a name, and behind it something that begins as a name does
_TWO: Final = re.compile(
    r"(.{2,}?(?:局|委|办|厅|政府|法院|检察院|公司|中心))((?:[省市县区州](?![场域长容]|委|政府)|各|有关).{2,})"
)
_USUAL: Final = re.compile(r".*(?:局|委|办|厅|部|委员会|办公室)$")


def beside_names(notes: Notes, number: str, body: Body, found: Found) -> list[str]:
    """The people named in a bracket, and the brackets behind names."""
    told = []
    for start, end in found.persons:
        quote = body.raw[start:end]
        message = _("clause {clause}: people are named here, no units: {quote}").format(clause=number, quote=quote)
        told.append(notes.add("W-N14", body.place(start), quote, message))
    for start, end in found.remarks:
        quote = body.raw[start:end]
        if _ROLE.fullmatch(body.norm[start:end]):
            message = _("clause {clause}: the bracket also holds a rule: {rule}").format(clause=number, rule=quote)
            told.append(notes.add("W-N07", body.place(start), quote, message))
            continue
        span = max((one for one in found.names if one[1] <= start), default=(start, start))
        name = visible(body.raw[slice(*span)])
        message = _("clause {clause}: {quote} behind {name} was left out of the name").format(
            clause=number, quote=quote, name=name
        )
        told.append(notes.add("W-N10", body.place(start), quote, message, name, name + quote))
    return told


def glued(notes: Notes, number: str, body: Body, found: Found) -> list[str]:
    """Names in which a second unit seems to begin, so that a 、 between them may be lost: 市公安局市财政局."""
    told = []
    for start, end in found.names:
        two = _TWO.fullmatch(units.masked(body.norm[start:end]))
        if two and units.is_unit(two[1]) and (units.is_unit(two[2]) or units.is_group(two[2])):
            name = visible(body.raw[start:end])
            reading = f"{visible(body.raw[start : start + two.end(1)])}、{visible(body.raw[start + two.end(1) : end])}"
            message = _("clause {clause}: {name} may be two units, {reading}; it is entered as it stands").format(
                clause=number, name=name, reading=reading
            )
            told.append(notes.add("W-N16", body.place(start), name, message, name, reading))
    return told


def leads(
    notes: Notes, where: tuple[str, Body, Found], leading: tuple[str, ...], helpers: tuple[str, ...], lead: str
) -> list[str]:
    """Several that lead, or none that could: the table has room for one unit."""
    number, body, found = where
    place = body.place(found.start)
    quote = body.raw[found.start : found.end].strip()
    if len(leading) > 1:
        message = _("clause {clause}: {count} lead it: {names}; {lead} stands first and is entered as the lead")
        said = message.format(clause=number, count=len(leading), names="、".join(leading), lead=lead or leading[0])
        return [notes.add("W-N11", place, quote, said, *leading)]
    if lead and (lead in helpers or (leading and lead not in leading)):
        said = _("clause {clause}: no single unit is said to lead; {lead} is entered because it stands first").format(
            clause=number, lead=lead
        )
        return [notes.add("W-N12", place, quote, said, *leading)]
    return []


def spoken_of(norm: str) -> tuple[str, ...]:
    """Units that a text without brackets says are to do something: 市水利局要会同…"""
    found = (one["name"] for one in _SUBJECT.finditer(norm))
    return tuple(dict.fromkeys(name for name in found if units.is_placed_unit(name) or units.is_group(name)))[:6]


class Prefixes:
    """Names that may have left out the level before them: 市甲局、乙局. Each is told once in a notice."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.told: set[str] = set()

    def doubt(self, notes: Notes, number: str, body: Body, found: Found) -> list[str]:
        """A doubt for each name without a level in a list that begins with one that has it."""
        names = [(start, visible(body.raw[start:end])) for start, end in found.names]
        levels = [name[0] for _start, name in names if _LEVEL.match(name) and units.is_unit(units.masked(name))]
        if not levels or len(set(levels)) > 1:
            return []
        said = []
        for start, name in names:
            lacks = _USUAL.match(name) and not _OWN.match(name) and not units.is_group(units.masked(name))
            if lacks and name not in self.told and units.is_unit(name):
                self.told.add(name)
                reading = levels[0] + name
                message = _("clause {clause}: {name} may mean {reading}; it is entered as it stands").format(
                    clause=number, name=name, reading=reading
                )
                said.append(notes.add("W-N13", body.place(start), name, message, name, reading))
        return said
