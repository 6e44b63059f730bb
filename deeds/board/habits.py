"""What repeats over the months: who is late again and again, how late, and how long the office takes to review."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

from deeds.board.counts import is_late
from deeds.board.matrix import Cell, cell
from models.states import Stage
from models.times import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from deeds.board.rows import Entry

#: (first day, last day) of the groups of days late; None = and more
LATE_GROUPS: Final[tuple[tuple[int, int | None], ...]] = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, None))


@dataclass(frozen=True, slots=True)
class Strip:
    """A unit over the months, the oldest first; None where it had nothing to report."""

    unit_id: int
    unit: str
    cells: tuple[Cell | None, ...]
    #: for each month how many tasks were late
    late: tuple[int, ...]

    @property
    def months_late(self) -> int:
        """In how many of the months it was late."""
        return sum(count > 0 for count in self.late)

    @property
    def in_a_row(self) -> int:
        """In how many months up to the last one it was late without a break."""
        run = 0
        for count in reversed(self.late):
            if not count:
                break
            run += 1
        return run


def strips(by_month: Mapping[str, Sequence[Entry]], today: date) -> list[Strip]:
    """Every unit's months; whoever was late most often comes first, else the order of the notice stands."""
    names = {entry.task.unit_id: entry.task.unit_name for month in sorted(by_month) for entry in by_month[month]}
    made = [_strip(unit, name, by_month, today) for unit, name in names.items()]
    return sorted(made, key=lambda strip: (-strip.months_late, -sum(strip.late)))


def _strip(unit_id: int, name: str, by_month: Mapping[str, Sequence[Entry]], today: date) -> Strip:
    ours = [[entry for entry in by_month[month] if entry.task.unit_id == unit_id] for month in sorted(by_month)]
    cells = tuple(cell(some, today) if some else None for some in ours)
    return Strip(unit_id, name, cells, tuple(sum(map(is_late, some)) for some in ours))


@dataclass(frozen=True, slots=True)
class LateGroup:
    """The tasks that were late by so many days; ``most`` None = or more."""

    least: int
    most: int | None
    number: int


def late_groups(entries: Sequence[Entry]) -> list[LateGroup]:
    """How the late tasks are spread over the days that they were late by."""
    days = Counter(entry.days_late for entry in entries if is_late(entry))
    return [
        LateGroup(
            least, most, sum(count for day, count in days.items() if least <= day and (most is None or day <= most))
        )
        for least, most in LATE_GROUPS
    ]


@dataclass(frozen=True, slots=True)
class Reviewing:
    """How the office keeps up: the average days from signature to approval, and what waits the longest."""

    reviewed: int
    average: float | None
    waiting: int
    oldest: Entry | None
    oldest_days: int


def reviewing(entries: Sequence[Entry], today: date) -> Reviewing:
    """In calendar days, of these tasks."""
    took = [
        (local_date(entry.reviewed_at) - local_date(entry.signed_at)).days
        for entry in entries
        if entry.reviewed_at is not None and entry.signed_at is not None
    ]
    waiting = [e for e in entries if e.stage is Stage.SIGNED_STAMPED and e.signed_at is not None]
    oldest = min(waiting, key=lambda e: (e.signed_at, e.task.id), default=None)
    days = (today - local_date(oldest.signed_at)).days if oldest and oldest.signed_at else 0
    return Reviewing(len(took), fmean(took) if took else None, len(waiting), oldest, days)
