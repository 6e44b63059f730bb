"""Where the work begins: a covering letter may count points of its own (一、提高认识…) before it is signed.

Below issuer and date the plan follows, which counts from one again, or its table. Points above that name units are work
all the same: a notice without an attachment is signed at its end, or says its tasks before somebody else's plan.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from documents.reading.dates import whole_date
from documents.reading.marks import ITEM, SECTION, SUBSECTION, numeral
from documents.reading.outline import first_heading, names_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line

#: an issuer's name is a short line without a stop
_ISSUER: Final = re.compile(r"[^。,:;、]{2,40}$")


def work_begins(lines: Sequence[Line], table: int | None) -> int:
    """The index of the first line of the work; ``table`` is the 1-based source line of the first table of tasks."""
    first = first_heading(lines)
    signed = _signed(lines, first)
    if signed is None or any(names_units(line.norm) for line in lines[first:signed]):
        return first
    again = signed + 1 + first_heading(lines[signed + 1 :])
    if again < len(lines) and _counts_from_one(lines[again]):
        return again
    tabled = table is not None and again == len(lines) and table > lines[signed].number
    return len(lines) if tabled else first


def _signed(lines: Sequence[Line], first: int) -> int | None:
    """The index of the date under the issuer's name, below the first point."""
    seen = [at for at in range(first, len(lines)) if not lines[at].blank]
    for above, at in itertools.pairwise(seen):
        if whole_date(lines[at].norm.strip("()")) and _ISSUER.fullmatch(lines[above].norm):
            return at
    return None


def _counts_from_one(line: Line) -> bool:
    found = SECTION.match(line.norm) or SUBSECTION.match(line.norm) or ITEM.match(line.norm)
    return bool(found) and numeral(next(group for group in found.groups() if group)) == 1 if found else False
