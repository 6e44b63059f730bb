"""Units by items as lights: each cell sums the tasks of a unit under an item, and its worst light tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deeds.board.counts import is_late
from models.language import _
from models.states import OWED, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from deeds.board.rows import Entry

_RANK: Final = {"green": 0, "yellow": 1, "red": 2}
#: so many tasks of a cell are told one by one
_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's tasks under an item: the colour of the worst, a word of few letters, and the cause in full."""

    entries: tuple[Entry, ...]
    light: str
    word: str
    cause: str


@dataclass(frozen=True, slots=True)
class Column:
    """An item."""

    item_id: int
    number: int
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A unit; a cell is None where it has nothing under the item."""

    unit_id: int
    unit: str
    leads: bool
    cells: tuple[Cell | None, ...]
    entries: tuple[Entry, ...]

    @property
    def late(self) -> int:
        """How many of its tasks are late."""
        return sum(map(is_late, self.entries))


@dataclass(frozen=True, slots=True)
class Matrix:
    """The board: lines are units, columns are items."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


def _worst_first(line: Line) -> tuple[int, ...]:
    lights = [entry.light for entry in line.entries]
    return (-lights.count("red"), -lights.count("yellow"), -max(entry.days_late for entry in line.entries))


def _most_late_first(line: Line) -> tuple[int, ...]:
    return (-line.late, *_worst_first(line))


#: how the lines may be ordered; beyond it the order of the notice stands
ORDERS: Final[dict[str, Callable[[Line], tuple[int, ...]]]] = {
    "notice": lambda _line: (),
    "worst": _worst_first,
    "late": _most_late_first,
}


def matrix(entries: Sequence[Entry], today: date, order: str = "notice") -> Matrix:
    """The board of these tasks; units that lead a clause come first, each group in the order of the notice."""
    items: dict[int, list[Entry]] = {}
    units: dict[int, list[Entry]] = {}
    for entry in entries:
        items.setdefault(entry.item_id, []).append(entry)
        units.setdefault(entry.task.unit_id, []).append(entry)
    lines = [_line(unit, ours, items, today) for unit, ours in units.items()]
    lines.sort(key=lambda line: not line.leads)
    lines.sort(key=ORDERS.get(order, ORDERS["notice"]))
    return Matrix(tuple(_column(number, some) for number, some in items.items()), tuple(lines))


def _column(item_id: int, some: list[Entry]) -> Column:
    return Column(item_id, some[0].item_number, some[0].item_title, tuple(some))


def _line(unit_id: int, ours: list[Entry], items: Iterable[int], today: date) -> Line:
    by_item: dict[int, list[Entry]] = {}
    for entry in ours:
        by_item.setdefault(entry.item_id, []).append(entry)
    cells = tuple(cell(by_item[item], today) if item in by_item else None for item in items)
    return Line(unit_id, ours[0].task.unit_name, any(entry.leads for entry in ours), cells, tuple(ours))


def cell(some: Sequence[Entry], today: date) -> Cell:
    """What a cell says of its tasks."""
    worst = max(some, key=_gravity)
    ordered = sorted(some, key=_gravity, reverse=True)
    told = [_("{clause} {cause}").format(clause=one.task.clause_number, cause=one.cause) for one in ordered[:_TOLD]]
    more = len(some) - len(told)
    cause = _("; ").join(told)
    if more:
        cause = _("{told}; and {count} more").format(told=cause, count=more)
    return Cell(tuple(some), worst.light, word(worst, today), cause)


def _gravity(entry: Entry) -> tuple[int, int, int, int]:
    """Red before yellow before green, then the later one; of tasks that are well, the one that is less far."""
    return (_RANK[entry.light], entry.days_late, -_FAR.index(entry.stage), -entry.task.due_on.toordinal())


#: from what is furthest behind to what is done
_FAR: Final = (
    Stage.RETURNED,
    Stage.ASSIGNED,
    Stage.REPORTED,
    Stage.SIGNED_STAMPED,
    Stage.REVIEWED,
    Stage.AGGREGATED,
    Stage.WAIVED,
)


def word(entry: Entry, today: date) -> str:
    """How a task stands in two or three letters, to be read where there is no room and no colour."""
    left = (entry.task.due_on - today).days
    if entry.overdue:
        return _("late {count}d").format(count=-left) if left < 0 else _("missing")
    if entry.light == "yellow" and entry.stage in OWED:
        return _("{count}d left").format(count=left) if left else _("today")
    if entry.light == "yellow":
        return _("was {count}d late").format(count=entry.days_late)
    return _short(entry.stage)


def _short(stage: Stage) -> str:
    return {
        Stage.ASSIGNED: _("to fill"),
        Stage.REPORTED: _("to sign"),
        Stage.RETURNED: _("back"),
        Stage.SIGNED_STAMPED: _("to review"),
        Stage.REVIEWED: _("reviewed"),
        Stage.AGGREGATED: _("summed"),
        Stage.WAIVED: _("waived"),
    }[stage]
