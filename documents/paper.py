"""A paper as a list of plain blocks, the same for .docx and PDF: what is said, not how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

#: kinds of block: levels 一、 · （一） · 1. · （1）, a paragraph (``lead`` is its bold start), a table in the text
SECTION, SUBSECTION, POINT, SUBPOINT = "section", "subsection", "point", "subpoint"
TEXT, TABLE = "text", "table"
#: layouts of GB/T 9704-2012: the report with the red head, the letter 信函格式, and a table alone
OFFICIAL, LETTER, SHEET = "official", "letter", "sheet"
#: lines on a page
LINES: Final = 22
#: 版心 in points, and the largest type of an issuer's mark with how narrow a long name may be pressed
TYPE_WIDTH: Final = 156 / 25.4 * 72
MARK_SIZE: Final = 40.0
MARK_NARROWEST: Final = 0.55


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A figure that a paragraph says and what it was counted from: tasks by number, months or problems of the ledger."""

    what: str
    said: str
    tasks: tuple[int, ...] = ()
    months: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in millimetres, ``left`` or ``center``.

    In a column that ``merges``, equal neighbours below one another are one cell.
    """

    name: str
    width: float
    align: str = "center"
    merges: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a row of one cell is a heading over all columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a table of the body, with its sources: tasks whose reports it quotes, figures it reckons."""

    kind: str
    text: str
    lead: str = ""
    quoted: tuple[int, ...] = ()
    reckoned: tuple[Reckoned, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``share`` from 0 to 1 is its length, ``said`` the figure beside it."""

    label: str
    share: float
    said: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG, its size in points; ``bars`` say the same where no picture can be made."""

    name: str
    title: str
    svg: str
    width: float
    height: float
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex on a page of its own; ``landscape`` turns the paper for a table wider than 156 mm."""

    title: str
    table: Table
    pictures: tuple[Picture, ...] = ()
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: ``mark`` is the issuer's red name, ``head`` the short head of the audit trail.

    ``imprint`` names who prints it (版记, with the day behind it; empty = no copy block), ``copies`` who gets a copy.
    """

    mark: str
    number: str
    title: str
    addressee: str
    blocks: tuple[Block, ...]
    annexes: tuple[Annex, ...]
    signature: str
    dated: date
    date_text: str
    imprint: str
    head: str
    copies: str = ""
    form: str = OFFICIAL
    #: lines a page; more where a letter would otherwise lose its signature to a second page
    lines: int = LINES


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is drawn: over how many rows and columns it reaches."""

    text: str
    rows: int = 1
    columns: int = 1


def cells(table: Table) -> list[list[Cell | None]]:
    """The rows of a table as drawn; None where a cell from above reaches down.

    A merging column is merged only as far as every merging column left of it is.
    """
    drawn: list[list[Cell | None]] = []
    for number, row in enumerate(table.rows):
        if len(row) == 1 < len(table.columns):
            drawn.append([Cell(row[0], columns=len(table.columns))])
        else:
            drawn.append([_cell(table, number, place) for place in range(len(row))])
    return drawn


def _cell(table: Table, number: int, place: int) -> Cell | None:
    rows = table.rows
    if not table.columns[place].merges:
        return Cell(rows[number][place])
    key = _key(table, rows[number], place)
    if number and _key(table, rows[number - 1], place) == key:
        return None
    last = number
    while last + 1 < len(rows) and _key(table, rows[last + 1], place) == key:
        last += 1
    return Cell(rows[number][place], rows=last - number + 1)


def _key(table: Table, row: Sequence[str], place: int) -> tuple[str, ...] | None:
    if len(row) < len(table.columns):
        return None
    return tuple(text for column, text in zip(table.columns[: place + 1], row, strict=False) if column.merges)


def mark_look(mark: str) -> tuple[float, float]:
    """Size in points and horizontal scale of an issuer's mark: one line, a long name narrow before it is small."""
    full = TYPE_WIDTH * 0.98 / max(1, len(mark))
    size = min(MARK_SIZE, full / MARK_NARROWEST)
    return size, min(1.0, full / size)


def annex_mark(number: int, of: int) -> str:
    """附件, with its number where there are several."""
    return f"附件{number}" if of > 1 else "附件"


def annex_list(annexes: Sequence[Annex]) -> list[tuple[str, str, str]]:
    """The lines below the text, 附件：1. 名称, as three columns, so that the names stand below one another."""
    if len(annexes) == 1:
        return [("附件：", "", annexes[0].title)]
    return [("" if place else "附件：", f"{place + 1}.", one.title) for place, one in enumerate(annexes)]
