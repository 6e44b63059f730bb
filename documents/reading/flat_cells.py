"""Which cell of a table that lost its borders stands in which column, where they are fewer or more than the columns."""

from __future__ import annotations

import re
from typing import Final

from documents.reading import table_columns as columns
from documents.reading import units
from documents.reading.source import folded

#: columns that say what is to be done
SAYS: Final = (columns.ITEM, columns.TEXT, columns.TARGET)
_SENTENCE: Final = 12
_PARTED: Final = re.compile(r"[、,;]")


def fitted(cells: list[str], roles: tuple[str, ...]) -> list[str]:
    """Cells that are fewer or more than the columns."""
    texts = [at for at, role in enumerate(roles) if role in {*SAYS, columns.SECTION}]
    last = texts[-1]
    behind = len(roles) - 1 - last
    if len(cells) < len(roles):
        moved = _shifted(cells, roles, len(texts) - 1)
        if moved != cells:
            return moved
        said = _sentence(cells)
        if said > 0 and len(texts) > 1:
            # names that were merged with those above are what is missing before the text; behind it the last ones are empty
            return [cells[0], *[""] * (last - 2), "".join(cells[1:said]), *cells[said:]]
        return cells
    cells = _listed(cells, roles)
    if len(cells) == len(roles):
        return cells
    middle, tail = cells[1 : len(cells) - behind], cells[len(cells) - behind :]
    wide = len(texts)
    party = [at for at, role in enumerate(roles[last + 1 :]) if role in columns.PARTIES]
    if len(party) == 1 and not is_names(tail[party[0]]) and any(map(is_names, middle)):
        # two tasks in one row: nobody can say any more whose the names are
        return [cells[0], *[""] * (wide - 1), "\n".join(cells[1:]), *[""] * behind]
    if wide == 1:
        return [cells[0], "\n".join(middle), *tail]
    name, text = _named(middle)
    return [cells[0], *[""] * (wide - 2), name, text, *tail]


def _named(cells: list[str]) -> tuple[str, str]:
    """The name of a task and its text, where blanks inside of both were taken for borders."""
    first = _sentence(cells)
    first = first if first >= 0 else len(cells) - 1
    return "".join(cells[:first]), "".join(cells[first:])


def _sentence(cells: list[str]) -> int:
    """The first cell that is a sentence and no name; -1 when none is."""
    return next((at for at, cell in enumerate(cells) if len(cell) >= _SENTENCE and re.search("[，。；,;]", cell)), -1)


def _shifted(cells: list[str], roles: tuple[str, ...], most: int) -> list[str]:
    """Fewer cells, moved to the right where that brings names under the heading of units: the wider names are empty."""
    missing = len(roles) - len(cells)
    moved = [cells[0], *[""] * missing, *cells[1:]]
    party = next((at for at, role in enumerate(roles) if role in columns.PARTIES), 0)
    stays = party < len(cells) and is_names(cells[party])
    return moved if missing <= most and not stays and is_names(moved[party]) else cells


def _listed(cells: list[str], roles: tuple[str, ...]) -> list[str]:
    """More cells: names one below the other are one list, where only one column holds names."""
    if sum(role in columns.PARTIES for role in roles) != 1:
        return cells
    joined: list[str] = []
    for at, cell in enumerate(cells):
        surplus = len(joined) + len(cells) - at > len(roles)
        if surplus and len(joined) > 1 and is_names(joined[-1]) and is_names(cell):
            joined[-1] += f"、{cell}"
        else:
            joined.append(cell)
    return joined


def is_names(text: str) -> bool:
    """Whether a cell holds nothing but names of units."""
    names = [name.strip() for name in _PARTED.split(units.masked(folded(text)))]
    return all(units.is_unit(name) or units.is_group(name) for name in names)
