"""A division of work that begins with those who bear it: 甲局负责…, 乙局：负责…; each such paragraph is an item.

Without numbers only below a line that announces it (现将任务分工如下：), where nothing in the notice is numbered. Always
only where a paragraph begins with names that are units, and where there are several.
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
#: whoever watches over the work is not the one who does it: 督查室负责对…
_POINT: Final = re.compile(
    r"(?P<who>[^。;:]{2,60}?)(?: *[:。] *)?(?:具体|主要|牵头)?负责(?P<work>(?![对:的人]|(?:督促|督查|督导|监督|检查|考核|汇总)).{3,})"
)
#: fewer are no division of work
FEWEST: Final = 2
#: within so many lines several points are seen, blank ones between them
_NEAR: Final = 40
_LONGEST_TITLE: Final = 24


def plain_begins(lines: Sequence[Line]) -> int:
    """The index of the first plain point, or the length where there is none."""
    seen = [at for at, line in enumerate(lines) if not line.blank]
    for above, at in itertools.pairwise(seen):
        if _ANNOUNCES.search(lines[above].norm) and plain_points(lines[at : at + _NEAR]):
            return at
    return len(lines)


def plain_points(lines: Sequence[Line]) -> list[RawItem]:
    """The items of the plain points with which these lines begin; none where they begin with something else."""
    found: list[RawItem] = []
    for line in (line for line in lines if not line.blank):
        numbered = any(mark.match(line.norm) for mark in (ITEM, SECTION, SUBSECTION))
        said = None if numbered else borne(line)
        if said is None:
            break
        pieces = turned(line, said)
        work = pieces[0][0]
        title = re.split("[,。;]", work.norm, maxsplit=1)[0]
        short = work.raw[: min(len(title), _LONGEST_TITLE)]
        found.append(RawItem(len(found) + 1, short, Body.of(pieces), None, None, named=True))
    return found if len(found) >= FEWEST else []


def borne(line: Line, start: int = 0) -> re.Match[str] | None:
    """Who bears what, where a line begins from here with nothing but units that bear it."""
    found = _POINT.match(line.norm, start)
    duty = duties.read(f"{found['who']}负责") if found else None
    return found if duty and duty.names and not duty.odd else None


def turned(line: Line, said: re.Match[str]) -> list[tuple[Line, int]]:
    """The work as the text, and those who bear it as the bracket behind it."""
    begin, cut = said.start(), said.start("work")
    work = replace(line, raw=line.raw[cut:], norm=line.norm[cut:], skipped=line.skipped + cut)
    who = line.norm[begin:cut].replace(":", ",")
    named = replace(line, raw=f"\n{line.raw[begin:cut]}\n", norm=f"({who})", skipped=line.skipped + begin - 1)
    return [(work, 0), (named, 0)]
