"""One look at the board: a month, the months before it, and the month that it is compared with, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from deeds.board import counts, habits, rows
from deeds.board.course import Course, Steps, course, steps
from models.states import Role
from models.times import local_date
from workflow import permissions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from deeds.board.rows import Entry, Month
    from workflow.case import Actor

#: so many months are looked back on, the chosen one included
MONTHS: Final = 6


@dataclass(frozen=True)
class Look:
    """What a person sees of a month; everything below is reckoned from it without another query."""

    today: date
    #: every month that was opened, the latest first
    known: Sequence[Month]
    month: Month
    #: the month that it is compared with; None when there is no earlier one
    other: Month | None
    by_month: dict[str, list[Entry]]
    taken: Steps
    #: a reader sees what is approved: nothing can be said of the rest
    partial: bool = False

    @property
    def entries(self) -> list[Entry]:
        """The month's tasks."""
        return self.by_month[self.month.month]

    def count(self, name: str) -> int:
        """How many of the month's tasks a count holds."""
        return counts.count(self.entries, name)

    @cached_property
    def course(self) -> Course:
        """The month day by day."""
        return course(self.month, self.entries, self.taken, self.today)

    @cached_property
    def other_course(self) -> Course | None:
        """The month that it is compared with, day by day."""
        return course(self.other, self.by_month[self.other.month], self.taken, self.today) if self.other else None

    @property
    def recent(self) -> list[str]:
        """The months that are looked back on, the oldest first."""
        return [one.month for one in reversed([self.month, *rows.before(self.known, self.month, MONTHS - 1)])]

    @cached_property
    def strips(self) -> list[habits.Strip]:
        """The units over the last months."""
        return habits.strips({name: self.by_month[name] for name in self.recent}, self.today)

    @cached_property
    def again(self) -> list[habits.Strip]:
        """The units that are late a second month in a row, or a third."""
        return [strip for strip in self.strips if strip.in_a_row > 1]

    @cached_property
    def reviewing(self) -> habits.Reviewing:
        """How the office keeps up."""
        return habits.reviewing(self.entries, self.today)

    @cached_property
    def late(self) -> list[Entry]:
        """What is late, what is still owed first, the longest first."""
        found = counts.behind(self.entries, counts.Asked("late"))
        return sorted(found, key=lambda entry: (not entry.overdue, -entry.days_late, entry.place, entry.task.id))


def look(
    connection: Connection,
    office_id: int,
    actor: Actor,
    month: str,
    compare: str,
    now: datetime,
    back: int = MONTHS - 1,
) -> Look | None:
    """A month of the board (empty: the latest); None while no month was opened; needs ``board.read``.

    ``back`` is how many months before it are read: none for a list of the month's own tasks.
    """
    permissions.demand(actor, "board.read")
    today, known = local_date(now), rows.months(connection, office_id)
    found = rows.chosen(known, month)
    if found is None:
        return None
    recent = rows.before(known, found, back)
    other = rows.chosen(known, compare) if compare else (recent[0] if recent else None)
    read = {one.month: one for one in (found, *recent, *([other] if other else []))}
    by_month = rows.entries(connection, office_id, actor, read.values(), today)
    drawn = [entry for one in (found, other) if one for entry in by_month[one.month]]
    partial = actor.holds(Role.READER) and not actor.holds(*permissions.OFFICE)
    return Look(today, known, found, other, by_month, steps(connection, office_id, drawn), partial)
