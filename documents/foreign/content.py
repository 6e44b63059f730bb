"""What a file holds once it is parsed: lines of text, and the tables among them with their merged cells known.

Tuples all the way down, so that a child process can hand them over as JSON lists and the parent can build them again.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Cell(NamedTuple):
    """What stands in one place of a table; ``row`` and ``column`` (from 0) say where its merged cell begins."""

    text: str
    row: int
    column: int


class Row(NamedTuple):
    """One row with a cell for each column; ``line`` is the 1-based line of the text where it begins."""

    line: int
    cells: tuple[Cell, ...]


class Grid(NamedTuple):
    """A table; ``last`` is the 1-based line of the text with which it ends."""

    rows: tuple[Row, ...]
    last: int


class Remark(NamedTuple):
    """What a person should know about how the file was read; line and column are 1-based, 0 for the whole file."""

    code: str
    line: int
    column: int
    quote: str
    message: str


class Content(NamedTuple):
    """The text of a file, its lines parted by line ends, with the tables that stand in it."""

    text: str
    grids: tuple[Grid, ...] = ()
    remarks: tuple[Remark, ...] = ()


def content_of(data: list[Any]) -> Content:
    """The content out of the lists that JSON made of it."""
    text, grids, remarks = data
    return Content(
        text,
        tuple(
            Grid(tuple(Row(line, tuple(Cell(*cell) for cell in row)) for line, row in rows), last)
            for rows, last in grids
        ),
        tuple(Remark(*remark) for remark in remarks),
    )
