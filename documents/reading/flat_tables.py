"""Tables whose borders were lost when somebody copied a page as text: the cells stand one a line, or a row a line.

The heading's words are still there (序号 任务 责任单位), and the rows still count 1, 2, 3. Where a cell begins is then
known for certain only where tabs or bars part the cells; otherwise the units stand at the right, the number at the
left, and what is between is the text. Whoever adopts the notice is told that the table was put together again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from documents.foreign.content import Cell, Grid, Row
from documents.reading import table_columns as columns
from documents.reading.flat_bars import rows_between_bars, standing_grids
from documents.reading.flat_cells import SAYS, fitted
from documents.reading.table_columns import role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line

_NUMBER: Final = re.compile(r"\(?(\d{1,3})[.、)]?$")
_NUMBERED: Final = re.compile(r"(\d{1,3})(?:[.、] *| +)(?=\S)")
_SECTION: Final = re.compile(r"(?:[一二三四五六七八九十百]{1,5}[、.]|\([一二三四五六七八九十百]{1,5}\)).")
_OUTSIDE: Final = re.compile(r"附件|附表|附 *[:注]|\(此件|分享到|扫一扫|【|打印本|关闭窗|责任编辑")
#: what parts cells for certain
_EXACT: Final = r"[|\t]"
#: what may part the cells of a heading, the surest first
_APARTS: Final = (re.compile(_EXACT), re.compile(r" {2,}"), re.compile(r" +"))
_GOES_ON: Final = ("、", "，", ",")
_LONGEST_TITLE: Final = 12
#: no piece of a broken title is longer
_LONGEST_PIECE: Final = 3
#: no heading is longer, in signs or in columns
_LONGEST_HEADING: Final = 160
_MOST_TITLES: Final = 16


@dataclass(frozen=True, slots=True)
class _Heading:
    """The titles of the columns, the index of the first line below them, and how a row of cells is taken apart."""

    line: int
    titles: tuple[str, ...]
    below: int
    apart: re.Pattern[str] | None

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(map(role_of, self.titles))


def flat_grids(lines: Sequence[Line]) -> tuple[Grid, ...]:
    """The tables that can be put together again out of lines of text; in time linear in their number."""
    if standing := standing_grids(lines):
        return standing
    seen = [_unbarred(line) for line in lines if line.norm.strip(" |")]
    grids, at = [], 0
    while at < len(seen):
        heading = _heading(seen, at)
        grid = _best(seen, heading) if heading else None
        if heading and grid:
            grids.append(grid[0])
            at = grid[1]
        else:
            at += 1
    return tuple(grids)


def _unbarred(line: Line) -> Line:
    """A line that holds one cell alone, without the bar that stood at its edge."""
    if line.norm.count("|") != 1 or "|" in line.norm.strip("| "):
        return line
    cell = line.raw.strip("|｜ \u3000")
    return replace(line, raw=cell, norm=line.norm.strip("| "), source=cell)


def _best(seen: Sequence[Line], heading: _Heading) -> tuple[Grid, int] | None:
    """The table as far as it goes on: by its numbers, or by its bars where each row has them."""
    found = [grid for grid in (_grid(seen, heading), _barred(seen, heading)) if grid]
    return max(found, key=lambda grid: grid[1]) if found else None


def _heading(seen: Sequence[Line], at: int) -> _Heading | None:
    return _row_of_titles(seen, at) or _column_of_titles(seen, at)


def _enough(titles: Sequence[str]) -> bool:
    """Whether the words are a heading: counted rows that say what is to be done and by whom, and hardly a word unknown."""
    if not titles or role_of(titles[0]) != columns.NUMBER:
        return False
    roles = [role_of(title) for title in titles]
    return bool(set(SAYS) & set(roles)) and bool(set(columns.PARTIES) & set(roles)) and roles.count("") <= 1


def _row_of_titles(seen: Sequence[Line], at: int) -> _Heading | None:
    """A heading in one line, its words parted by bars, tabs or blanks."""
    line = seen[at]
    if len(line.norm) > _LONGEST_HEADING or columns.NUMBERS.isdisjoint(line.norm):
        return None
    for apart in _APARTS:
        titles = _cells(line, apart)
        if _enough(titles):
            return _Heading(line.number, tuple(titles), at + 1, apart)
    return None


def _column_of_titles(seen: Sequence[Line], at: int) -> _Heading | None:
    """A heading with each of its words in a line of its own."""
    if len(seen[at].norm) > _LONGEST_TITLE or role_of(seen[at].raw) != columns.NUMBER:
        return None
    below, most = at, min(len(seen), at + _MOST_TITLES)
    while below < most and len(_close(seen[below].norm)) <= _LONGEST_TITLE:
        if _NUMBER.match(seen[below].norm) or _SECTION.match(seen[below].norm):
            break
        below += 1
    titles = _whole_titles([_close(line.raw) for line in seen[at:below]])
    return _Heading(seen[at].number, titles, below, None) if _enough(titles) else None


def _whole_titles(titles: Sequence[str]) -> tuple[str, ...]:
    """The titles, those that were broken over two lines joined again: 牵头 and 部门."""
    whole: list[str] = []
    for title in titles:
        pair = "".join([*whole[-1:], title])
        broken = (
            whole and max(len(whole[-1]), len(title)) <= _LONGEST_PIECE and not (role_of(whole[-1]) and role_of(title))
        )
        if broken and role_of(pair):
            whole[-1] = pair
        else:
            whole.append(title)
    return tuple(whole)


def _first_number(seen: Sequence[Line], heading: _Heading) -> int:
    """With which number the rows begin: a table may be a part of a longer one; 1 where none is found."""
    for line in seen[heading.below : heading.below + 2]:
        if found := _numbered(line, heading):
            return int(found[1])
        if not _SECTION.match(line.norm):
            break
    return 1


def _grid(seen: Sequence[Line], heading: _Heading) -> tuple[Grid, int] | None:
    """The table below a heading, and the index of the first line that is no longer its own."""
    rows = [Row(heading.line, tuple(Cell(title, 0, column) for column, title in enumerate(heading.titles)))]
    first = _first_number(seen, heading)
    at, expected, most = heading.below, first, 0
    while at < len(seen):
        start = at
        line = seen[at]
        if not _begins(line, expected, heading):
            if _SECTION.match(line.norm) and at + 1 < len(seen) and _begins(seen[at + 1], expected, heading):
                rows.append(_whole(line, len(rows), len(heading.titles)))
                at += 1
                continue
            break
        at = _row_end(seen, at, expected, heading, most)
        if heading.apart is not None and at - start > 1:
            return None  # a row over several lines: no one can say any more which words belong to which cell
        cells = _taken_apart(seen[start:at], heading)
        most = max(most, at - start)
        rows.append(_placed(line, cells, len(rows), heading))
        expected += 1
    return (Grid(tuple(_merged(rows, heading)), seen[at - 1].number), at) if expected > first else None


def _begins(line: Line, expected: int, heading: _Heading) -> bool:
    """Whether a row begins here: with the number that is next, alone in its line or before its cells."""
    found = _numbered(line, heading)
    return int(found[1]) == expected if found else False


def _numbered(line: Line, heading: _Heading) -> re.Match[str] | None:
    """The number of a row, alone in its line or before its cells."""
    text = line.norm.strip("| ")
    return _NUMBER.match(text) if heading.apart is None else _NUMBERED.match(text.replace("|", " "))


def _row_end(seen: Sequence[Line], at: int, expected: int, heading: _Heading, most: int) -> int:
    """The index behind the last line of a row: before the next number, a heading between rows, or what is no table."""
    end = at + 1
    while end < len(seen):
        line = seen[end]
        if _begins(line, expected + 1, heading) or _OUTSIDE.match(line.norm):
            return end
        if _SECTION.match(line.norm) and end + 1 < len(seen) and _begins(seen[end + 1], expected + 1, heading):
            return end
        if _heading(seen, end):
            return end
        end += 1
    # nothing says where the last row ends: it has as many lines as the longest before it, or one for each column
    longest = most or (len(heading.titles) if heading.apart is None else 1)
    return min(end, at + longest)


def _cells(line: Line, apart: re.Pattern[str]) -> list[str]:
    """The cells of one line; blanks are found in the parsing form, words come from the source."""
    source = line.source if "\t" in line.source else line.raw
    text = source.replace("\u3000", " ").strip(" \r\n")
    if "|" in text:
        text = text.strip("|")
    return [cell.strip() for cell in apart.split(text)]


def _taken_apart(lines: Sequence[Line], heading: _Heading) -> list[str]:
    if heading.apart is None:
        return _joined([line.raw.strip() for line in lines])
    exact = heading.apart
    cells = [cell for line in lines for cell in _cells(line, exact)]
    if exact.pattern == " +":
        wide = [cell for line in lines for cell in _cells(line, re.compile(r" {2,}"))]
        cells = wide if len(wide) == len(heading.titles) else cells
    return cells


def _joined(cells: list[str]) -> list[str]:
    """A list of names that was broken over lines is one cell again."""
    whole: list[str] = []
    for cell in cells:
        if whole and whole[-1].endswith(_GOES_ON):
            whole[-1] += cell
        else:
            whole.append(cell)
    return whole


def _placed(line: Line, cells: list[str], row: int, heading: _Heading) -> Row:
    """The cells in their columns: as many as columns as they come; otherwise units from the right, text between."""
    wanted = len(heading.titles)
    if len(cells) != wanted:
        cells = fitted(cells, heading.roles)
    cells = [*cells[:wanted], *[""] * (wanted - len(cells))]
    return Row(line.number, tuple(Cell(text, row, column) for column, text in enumerate(cells)))


def _merged(rows: list[Row], heading: _Heading) -> list[Row]:
    """An empty cell for a task's name belongs to the one above it."""
    whole: list[Row] = []
    wide = [at for at, role in enumerate(heading.roles) if role in {columns.SECTION, columns.ITEM}]
    inner = columns.TEXT in heading.roles or columns.TARGET in heading.roles
    for row in rows:
        cells = list(row.cells)
        for column in wide if inner and whole else ():
            above = whole[-1].cells[column]
            if not cells[column].text and above.row > 0:
                cells[column] = above
        whole.append(Row(row.line, tuple(cells)))
    return whole


def _barred(seen: Sequence[Line], heading: _Heading) -> tuple[Grid, int] | None:
    """The table whose rows have a bar or tab between any two cells, however they are numbered."""
    wide = len(heading.titles)
    exact = heading.apart is not None and heading.apart.pattern == _EXACT
    found = rows_between_bars(seen, heading.below, wide) if exact else None
    if found is None:
        return None
    rows = [Row(heading.line, tuple(Cell(title, 0, column) for column, title in enumerate(heading.titles)))]
    for number, cells in found[0]:
        if len(cells) == 1:
            rows.append(Row(number, (Cell(cells[0], len(rows), 0),) * wide))
        else:
            rows.append(Row(number, tuple(Cell(text, len(rows), column) for column, text in enumerate(cells))))
    return Grid(tuple(_merged(rows, heading)), seen[found[1] - 1].number), found[1]


def _whole(line: Line, row: int, wide: int) -> Row:
    """A heading over the whole width."""
    return Row(line.number, (Cell(line.raw.strip(), row, 0),) * wide)


def _close(text: str) -> str:
    return "".join(text.split())
