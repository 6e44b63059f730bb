"""Tables whose cells a page's text left between bars: a row a line, or a bar on a line of its own round each cell."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from documents.foreign.content import Cell, Grid, Row
from documents.reading import table_columns as columns
from documents.reading.flat_cells import SAYS, is_names
from documents.reading.source import folded
from documents.reading.table_columns import role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line

_NUMBER: Final = re.compile(r"\(?(\d{1,3})[.、)]?$")
_FEWEST_COLUMNS: Final = 2
_MOST_COLUMNS: Final = 16


def rows_between_bars(seen: Sequence[Line], at: int, wide: int) -> tuple[list[tuple[int, list[str]]], int] | None:
    """The rows from an index on that are lines with a bar or tab between any two cells, and where they end.

    Each is the number of its line with its cells; a single one stands for the whole width. None where a cell goes on in
    lines of its own, because then nobody can say which words belong to which cell.
    """
    rows: list[tuple[int, list[str]]] = []
    while at < len(seen) and (cells := _between_bars(seen[at])):
        said = [cell for cell in cells if cell]
        if any(cells[wide:]):
            return None
        if len(said) == 1 and not _NUMBER.match(folded(said[0])):
            rows.append((seen[at].number, said))
        elif said:
            rows.append((seen[at].number, [*cells[:wide], *[""] * (wide - len(cells))]))
        at += 1
    if any(_between_bars(line) for line in seen[at : at + 3]):
        return None
    counted = any(_NUMBER.match(folded(cells[0])) for _line, cells in rows)
    return (rows, at) if counted else None


def _between_bars(line: Line) -> list[str]:
    """The cells of a line with bars or tabs; none where it has neither."""
    source = line.source.strip(" \r\n") if "\t" in line.source else line.raw
    text = folded(source) if "\t" not in source else source
    if "|" not in text and "\t" not in text:
        return []
    edges = [-1, *(at for at, sign in enumerate(text) if sign in "|\t"), len(text)]
    cells = [source[begin + 1 : end].strip() for begin, end in pairwise(edges)]
    return cells[1:] if text.startswith("|") else cells


class _Standing(NamedTuple):
    """A row whose cells stand below each other, the number of its first line and that of its last."""

    line: int
    cells: list[str]
    last: int


def standing_grids(lines: Sequence[Line]) -> tuple[Grid, ...]:
    """The tables with a bar on a line of its own round each cell, and two of them between rows.

    A cell that goes over several rows stands in the first of them alone, so the others are shorter at their left.
    """
    seen = [line for line in lines if not line.blank]
    grids, at = list[Grid](), 0
    while at < len(seen):
        rows, end = _standing(seen, at) if seen[at].norm == "|" else ([], at)
        if grid := _grid(rows):
            grids.append(grid)
        at = max(end, at + 1)
    return tuple(grids)


def _standing(seen: Sequence[Line], at: int) -> tuple[list[_Standing], int]:
    """The rows that begin at a bar; the first of them says how many cells a row has at most."""
    rows: list[_Standing] = []
    while at < len(seen) and seen[at].norm == "|":
        first, cells, at = seen[at].number, list[str](), at + 1
        most = len(rows[0].cells) if rows else _MOST_COLUMNS
        while at < len(seen) and seen[at].norm != "|" and len(cells) < most:
            begin = at
            while at < len(seen) and seen[at].norm != "|":
                at += 1
            if at == len(seen):
                return rows, begin
            cells.append("\n".join(line.raw for line in seen[begin:at]))
            at += 1
        if not cells:
            break
        rows.append(_Standing(first, cells, seen[at - 1].number))
    return rows, at


def _grid(rows: Sequence[_Standing]) -> Grid | None:
    """The rows as a table, where the first is a heading that says what is to be done and by whom."""
    titles = rows[0].cells if rows else []
    roles = [role_of(title) for title in titles]
    parties = [at for at, role in enumerate(roles) if role in columns.PARTIES]
    said = [at for at, role in enumerate(roles) if role in SAYS]
    if len(rows) < 2 or len(titles) < _FEWEST_COLUMNS or not parties or not said or roles.count("") > 1:
        return None
    made = [Row(rows[0].line, tuple(Cell(title, 0, column) for column, title in enumerate(titles)))]
    for row in rows[1:]:
        missing = len(titles) - len(row.cells)
        if missing > said[-1] or (missing and not is_names(row.cells[parties[0] - missing])):
            return None
        above = made[-1].cells[:missing]
        own = (Cell(text, len(made), missing + column) for column, text in enumerate(row.cells))
        made.append(Row(row.line, (*above, *own)))
    return Grid(tuple(made), rows[-1].last)
