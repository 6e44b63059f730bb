"""A table of a web page as it goes by: cells that span rows and columns, each text once."""

from __future__ import annotations

from typing import Final

from documents.foreign.content import Cell, Grid, Row

MOST_COLUMNS: Final = 64
_Place = tuple[int, int]


class PageTable:
    """Rows and cells in the order of the page; ``grid`` makes the table of them."""

    def __init__(self) -> None:
        #: holds other tables: it only arranges the page
        self.layout = False
        self._rows: list[tuple[int, list[_Place]]] = []
        self._texts: dict[_Place, list[str]] = {}
        #: for each column the cell that reaches down into it, and the last row it covers
        self._reaching: dict[int, tuple[int, _Place]] = {}
        self._open: _Place | None = None

    def start_row(self, line: int) -> None:
        """A row that begins in this line of the text."""
        self._rows.append((line, []))

    def start_cell(self, down: int, across: int) -> None:
        """A cell over so many rows (0: all that follow) and columns."""
        if not self._rows:
            return
        at, cells = len(self._rows) - 1, self._rows[-1][1]
        self._reach(at, cells)
        place = self._open = (at, len(cells))
        self._texts[place] = []
        for column in range(len(cells), min(len(cells) + max(across, 1), MOST_COLUMNS)):
            cells.append(place)
            self._reaching[column] = (at + (down or 100_000) - 1, place)

    def end_cell(self) -> None:
        """What follows stands in no cell."""
        self._open = None

    def say(self, text: str) -> None:
        """Text of the cell that is open."""
        if self._open is not None:
            self._texts[self._open].append(text)

    def grid(self, last: int) -> Grid | None:
        """The table, ending with this line; None where it only arranges the page or frames one text."""
        for at, (_line, cells) in enumerate(self._rows):
            self._reach(at, cells)
        if self.layout or len(self._rows) < 2 or max(len(cells) for _line, cells in self._rows) < 2:
            return None
        texts = {place: _tidy("".join(pieces)) for place, pieces in self._texts.items()}
        rows = [Row(line, tuple(Cell(texts[place], *place) for place in cells)) for line, cells in self._rows if cells]
        return Grid(tuple(rows), last) if rows and last >= rows[0].line else None

    def _reach(self, at: int, cells: list[_Place]) -> None:
        """Fill in the cells from above that cover the next columns of a row."""
        while len(cells) < MOST_COLUMNS:
            last, place = self._reaching.get(len(cells), (-1, (0, 0)))
            if last < at or place[0] >= at:
                return
            cells.append(place)


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())
