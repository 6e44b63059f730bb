"""A division of work in plain paragraphs without numbers: 现将任务分工如下：, and under it 甲局负责…, 乙局负责….

Only below a line that announces it, only where nothing in the notice is numbered, and only while each paragraph begins
with names that are units and with what they bear; each of them is an item.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from documents.reading import duties
from documents.reading.items import RawItem
from documents.reading.marks import ITEM, SECTION, SUBSECTION
from documents.reading.source import Body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line

_ANNOUNCES: Final = re.compile(r"如下[:。]?$")
_POINT: Final = re.compile(r"(?P<who>[^。;:]{2,60}?)(?: *: *)?(?:具体|主要|牵头)?负责(?P<work>[^:的人].{2,})")
#: fewer are no division of work
_FEWEST: Final = 2
_LONGEST_TITLE: Final = 24


def plain_begins(lines: Sequence[Line]) -> int:
    """The index of the first plain point, or the length where there is none."""
    seen = [at for at, line in enumerate(lines) if not line.blank]
    for above, at in itertools.pairwise(seen):
        if _ANNOUNCES.search(lines[above].norm) and plain_points(lines[at:]):
            return at
    return len(lines)


def plain_points(lines: Sequence[Line]) -> list[RawItem]:
    """The items of the plain points with which these lines begin; none where they begin with something else."""
    found: list[RawItem] = []
    for line in (line for line in lines if not line.blank):
        said = _said(line)
        if said is None:
            break
        found.append(_item(line, said, len(found) + 1))
    return found if len(found) >= _FEWEST else []


def _said(line: Line) -> re.Match[str] | None:
    """Who bears what, where a line begins with nothing but units that bear it."""
    if any(mark.match(line.norm) for mark in (ITEM, SECTION, SUBSECTION)):
        return None
    found = _POINT.match(line.norm)
    duty = duties.read(f"{found['who']}负责") if found else None
    return found if duty and duty.names and not duty.odd else None


def _item(line: Line, said: re.Match[str], number: int) -> RawItem:
    """The work as the text, and those who bear it as the bracket behind it."""
    cut = said.start("work")
    work = replace(line, raw=line.raw[cut:], norm=line.norm[cut:], skipped=line.skipped + cut)
    who = replace(
        line, raw=f"\n{line.raw[:cut]}\n", norm=f"({line.norm[:cut].replace(':', ',')})", skipped=line.skipped - 1
    )
    title = re.split("[,。;]", work.norm, maxsplit=1)[0]
    item = RawItem(number, work.raw[: min(len(title), _LONGEST_TITLE)], Body.of([(work, 0), (who, 0)]), None, None)
    item.named = True
    return item
