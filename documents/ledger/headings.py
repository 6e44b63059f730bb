"""Where the table of problems stands on a sheet: the headings by the names that offices use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from documents.ledger.columns import FIELDS, YIELDS
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_KNOWN: Final = {name: field.key for field in FIELDS for name in field.names}
_NEEDED: Final = tuple(field for field in FIELDS if field.needed)
#: a row that names so many columns is the row of headings
_ENOUGH: Final = 3
_SEARCHED_ROWS, _SEARCHED_COLUMNS = 30, 64
#: headings in two or three lines are merged cells: 责任单位 above 牵头单位 and 配合单位
_MOST_HEADING_LINES: Final = 3
_BRACKET: Final = re.compile(r"[（(][^（）()]*[）)]$")


@dataclass(frozen=True, slots=True)
class Headings:
    """The known columns of a sheet by their key, their names as written, and the last row of the headings."""

    columns: dict[str, int]
    names: dict[str, str]
    last_row: int


def no_table(what: str, where: str) -> BadInput:
    """The refusal E-P09: there is no table of problems that can be read."""
    return BadInput("E-P09", what, where=where, remedy=_("Use the headings of the import table that duban writes."))


def headings_of(sheet: Worksheet) -> Headings | None:
    """The headings of a sheet; None where it has none; ``BadInput`` E-P09 where one is doubled or lacking."""
    lines = [_texts(sheet, row) for row in range(1, min(_SEARCHED_ROWS, sheet.max_row) + 1)]
    for row in range(1, len(lines) + 1):
        last = min(_bottom(sheet, row), len(lines))
        said = {at: text for line in lines[row - 1 : last] for at, text in line.items()}
        found = {at: name for at, text in said.items() if (name := _plain(text)) in _KNOWN}
        if len({_KNOWN[name] for name in found.values()}) >= _ENOUGH:
            return _checked(sheet, found, last)
    return None


def _texts(sheet: Worksheet, row: int) -> dict[int, str]:
    cells = next(sheet.iter_rows(min_row=row, max_row=row, max_col=min(_SEARCHED_COLUMNS, sheet.max_column)))
    return {at: cell.value for at, cell in enumerate(cells, 1) if isinstance(cell.value, str)}


def _plain(text: str) -> str:
    """A heading without blanks, marks and the remark in brackets behind it: ``整改时限（年月日）*``."""
    return _BRACKET.sub("", re.sub(r"[\s*＊:：]", "", text))


def _bottom(sheet: Worksheet, row: int) -> int:
    """The last row of the headings that begin on a row."""
    ends = [span.max_row for span in sheet.merged_cells.ranges if span.min_row == row]
    return max((end for end in ends if end < row + _MOST_HEADING_LINES), default=row)


def _checked(sheet: Worksheet, found: dict[int, str], last: int) -> Headings:
    columns: dict[str, int] = {}
    names: dict[str, str] = {}
    for at, name in found.items():
        key = _KNOWN[name]
        if YIELDS.get(name) in found.values():
            continue
        if key in columns:
            what = _("The headings {one} and {other} mean the same.").format(one=names[key], other=name)
            raise no_table(what, sheet.title)
        columns[key], names[key] = at, name
    lacking = "、".join(field.heading for field in _NEEDED if field.key not in columns)
    if lacking:
        raise no_table(_("These headings are missing: {headings}").format(headings=lacking), sheet.title)
    return Headings(columns, names, last)
