"""From a decomposition table 任务分解表 to work items: each row is a clause, said as a notice says it in running text.

What the table says in columns is put behind the text in a bracket with their headings (牵头单位：…；完成时限：…), and the
same reader that cuts running text takes it from there: units, deadlines, targets and doubts come out alike.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from documents.reading import table_columns as columns
from documents.reading.source import Body, Line, Notes, folded, lines_of
from documents.reading.table_columns import Columns, columns_of
from documents.reading.table_words import bracket_of, heading_of, one_line, sentences, title_of
from models.drafts import HeadingDraft
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from documents.foreign.content import Cell, Grid, Row

_PRINTED: Final = re.compile(r"\D{0,3}?(\d{1,3})(?:\D.{0,8})?$")
_CHINESE: Final = re.compile(r"\(?[一二三四五六七八九十百]{1,5}\)?[、.]?$")
_NOTE: Final = re.compile(r"(?:注|备注|说明|填表说明|填报人|联系人) *:")


@dataclass(frozen=True, slots=True)
class Table:
    """A decomposition table that was recognised, with the lines of the text that it takes up."""

    grid: Grid
    columns: Columns

    @property
    def lines(self) -> range:
        """The 1-based lines from its heading to its end."""
        return range(self.grid.rows[self.columns.first].line, self.grid.last + 1)

    def rows(self) -> Iterator[Row]:
        """The rows below the heading, without headings repeated on a new page and empty rows."""
        heading = "".join(self.columns.titles)
        for row in self.grid.rows[self.columns.below :]:
            said = {"".join(text.split()) for text in _said(row)}
            if said and not all(text in heading for text in said):
                yield row


@dataclass(slots=True)
class TableItem:
    """A work item out of a table; each of its bodies is the text of one clause."""

    number: int
    title: str
    section: HeadingDraft | None
    subsection: HeadingDraft | None
    bodies: list[Body] = field(default_factory=list)


def recognised(grids: Sequence[Grid]) -> tuple[Table, ...]:
    """The decomposition tables among the tables; one that goes on without a heading of its own has that before it."""
    found: list[Table] = []
    for grid in grids:
        own = columns_of(grid)
        if own is None and found:
            before = found[-1]
            follows = grid.rows[0].line - before.grid.last <= 2  # at most an empty line between
            if follows and len(grid.rows[0].cells) == len(before.columns.roles):
                own = Columns(before.columns.roles, before.columns.titles, 0, 0)
        if own is not None:
            found.append(Table(grid, own))
    return tuple(found)


def table_items(tables: Sequence[Table], notes: Notes) -> list[TableItem]:
    """The items of the tables in order, with their rows."""
    items: list[TableItem] = []
    for table in tables:
        titles = zip(table.columns.titles, table.columns.roles, strict=True)
        unused = list(dict.fromkeys(title for title, role in titles if title and role in {"", columns.PERSON}))
        if unused:
            said = _("columns of the table that were not used: {names}").format(names="、".join(unused))
            notes.add("W-F05", (table.lines[0], 0), "、".join(unused), said)
        _Reading(table.columns, notes, items).take(list(table.rows()))
    return _counted(items, notes)


class _Reading:
    """One table being read; the items go on from those of the table before."""

    def __init__(self, found: Columns, notes: Notes, items: list[TableItem]) -> None:
        self._columns, self._notes, self._items = found, notes, items
        self._wider, self._item, self._text = found.levels()
        self._section = items[-1].section if items else None
        self._subsection = items[-1].subsection if items else None
        self._headed = False
        #: how the rows that name somebody are numbered: (1), or 1
        self._styles: set[bool] = set()
        self._number = self._name = ""

    def take(self, rows: list[Row]) -> None:
        """All rows: headings between them, and clauses, of which one may go over several rows."""
        if self._counts_narrower(rows):
            self._wider, self._item = [*self._wider, *self._item], []
        self._styles = {style for row in rows if self._named(row) and (style := self._style(row)) is not None}
        for _text, group in itertools.groupby(rows, key=self._place):
            several = list(group)
            if not self._is_heading(several[0]):
                self._clause(several)

    def _place(self, row: Row) -> object:
        """What tells a clause from the next: the cells of its text, or the row where it has none."""
        cells = [(cell.row, cell.column) for cell in _cells(row, self._text) if cell.text.strip()]
        return cells or row.line

    def _counts_narrower(self, rows: list[Row]) -> bool:
        """Whether the numbers count narrower things than the item column names: several within one of its cells."""
        within: dict[tuple[int, int], set[str]] = {}
        for row in rows:
            for number in _cells(row, self._columns.of(columns.NUMBER)[:1]):
                for item in _cells(row, self._item):
                    if _PRINTED.match(_bare(number.text)):
                        within.setdefault((item.row, item.column), set()).add(_bare(number.text))
        return any(len(numbers) > 1 for numbers in within.values())

    def _clause(self, rows: list[Row]) -> None:
        row = rows[0]
        names, texts = _cells(row, self._item), [cell.text for cell in _cells(row, self._text) if cell.text.strip()]
        name = one_line(names[0].text) if names else ""
        text = sentences(texts) or name
        if text:
            wider = [*self._columns.of(columns.SECTION), *self._wider]
            self._under([one_line(cell.text) for cell in _cells(row, wider)])
            self._open(row, name, name or title_of(text))
            self._items[-1].bodies.append(_body(row, text + bracket_of(self._columns, rows)))
        else:
            self._unused(row)

    def _under(self, names: list[str]) -> None:
        """Names wider than an item are its headings; below a heading over the whole width they are subsections."""
        headings = [heading_of(name) for name in names if name]
        if headings and not self._headed:
            if headings[0] != self._section:
                self._section, self._subsection = headings[0], None
            headings = headings[1:]
        if headings:
            self._subsection = headings[-1]

    def _open(self, row: Row, name: str, title: str) -> None:
        """A new item where the number or the name is another one than above; an empty one goes on."""
        numbers = _cells(row, self._columns.of(columns.NUMBER)[:1])
        number = _bare(numbers[0].text) if numbers else ""
        goes_on = (
            bool(self._items)
            and (self._items[-1].section, self._items[-1].subsection) == (self._section, self._subsection)
            and number in {"", self._number}
            and name in {"", self._name}
            and bool(number or name or numbers)
        )
        if not goes_on:
            printed = _PRINTED.match(number)
            self._items.append(TableItem(int(printed[1]) if printed else 0, title, self._section, self._subsection))
        self._number, self._name = number or self._number, name or self._name

    def _named(self, row: Row) -> bool:
        """Whether a row says by whom, or by when."""
        places = [at for role in (*columns.PARTIES, columns.DEADLINE) for at in self._columns.of(role)]
        return any(cell.text.strip() for cell in _cells(row, places))

    def _style(self, row: Row) -> bool | None:
        """Whether a row's number stands in brackets; None where it has none."""
        numbers = _cells(row, self._columns.of(columns.NUMBER)[:1])
        number = _bare(numbers[0].text) if numbers else ""
        return number.startswith("(") if _PRINTED.match(number) else None

    def _counts_wider(self, row: Row) -> bool:
        """Whether a row names nobody and is numbered otherwise than those that do: 1 above (7) and (8)."""
        style = self._style(row)
        return style is not None and bool(self._styles) and style not in self._styles and not self._named(row)

    def _is_heading(self, row: Row) -> bool:
        """Whether a row is a heading between others, which it then is, or a remark below the table."""
        said = _said(row)
        if len(said) == 2 and self._counts_wider(row):
            if self._subsection is None:
                self._subsection = HeadingDraft(_bare(said[0]), said[1].strip())
            return True
        whole = len({(cell.row, cell.column) for cell in row.cells}) == 1
        numbered = len(said) == 2 and bool(_CHINESE.match(_bare(said[0])))
        parties = [at for role in (*columns.PARTIES, columns.DEADLINE) for at in self._columns.of(role)]
        if not (numbered or len(said) == 1) or any(cell.text.strip() for cell in _cells(row, parties) if not whole):
            return False
        text = f"{said[0].rstrip('、.')}、{said[1]}" if numbered else said[0]
        heading = heading_of(text)
        if not (whole or heading.number):
            return False
        if _NOTE.match(folded(text)):
            self._unused(row)
        elif heading.number.startswith("("):
            self._subsection = heading
        else:
            self._section, self._subsection, self._headed = heading, None, True
        return True

    def _unused(self, row: Row) -> None:
        said = _("this row of the table says nothing that is to be done; it was not used")
        self._notes.add("W-F09", (row.line, 0), " ".join(_said(row)), said)


def _counted(items: list[TableItem], notes: Notes) -> list[TableItem]:
    """Each item with a number of its own; where the printed ones repeat or are missing they are counted through."""
    printed = [item.number for item in items]
    if 0 in printed or len(set(printed)) < len(printed):
        if any(printed):
            place = items[0].bodies[0].place(0)
            notes.add("W-O03", place, items[0].title, _("item numbers repeat; the items are counted through"))
        for number, item in enumerate(items, 1):
            item.number = number
    return items


def _bare(text: str) -> str:
    return "".join(folded(text).split())


def _cells(row: Row, places: Sequence[int]) -> list[Cell]:
    """The cells of a row in these columns; a row may be shorter than the heading."""
    return [row.cells[at] for at in places if at < len(row.cells)]


def _said(row: Row) -> list[str]:
    """What stands in a row and not already above it, each merged cell once."""
    cells = dict.fromkeys(cell for cell in row.cells if cell.text.strip())
    lowest = max((cell.row for cell in cells), default=0)
    return [cell.text.strip() for cell in cells if cell.row == lowest]


def _body(row: Row, text: str) -> Body:
    """The row as a line of running text that stands where the row does."""
    (line,) = lines_of(text)
    return Body.of([(Line(row.line, line.raw, line.norm, line.source, line.skipped, line.hidden), 0)])
