"""A report as a list of plain blocks, the same for .docx and PDF: what is said, not how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

#: kinds of block: a section, a subsection, a paragraph; ``lead`` is the bold start of a paragraph
SECTION, SUBSECTION, TEXT = "section", "subsection", "text"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A figure that a paragraph says and what it was counted from: tasks by number, months or problems of the ledger."""

    what: str
    said: str
    tasks: tuple[int, ...] = ()
    months: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph of the body, with its sources: tasks whose reports it quotes, figures it reckons."""

    kind: str
    text: str
    lead: str = ""
    quoted: tuple[int, ...] = ()
    reckoned: tuple[Reckoned, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in millimetres, ``left`` or ``center``."""

    name: str
    width: float
    align: str = "center"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an annex; a row of one cell is a heading over all columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``share`` from 0 to 1 is its length, ``said`` the figure beside it."""

    label: str
    share: float
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A plain chart of bars."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex on a page of its own."""

    title: str
    table: Table
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A report: ``mark`` is the issuer's red name, ``head`` the short head of the audit trail."""

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
