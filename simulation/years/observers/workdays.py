"""Working days, counted once more: from the rows of the calendar alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from simulation.years.observers.picture import SHANGHAI

if TYPE_CHECKING:
    from simulation.years.observers.picture import Picture

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
#: the hour at which rungs fall due on their day
NINE: Final = time(9)


@dataclass(slots=True)
class Workdays:
    """Which days are worked; what was counted once is kept."""

    #: the days that differ from Monday to Friday
    listed: dict[date, bool]
    _kept: dict[tuple[date, int], date] = field(default_factory=dict)

    @classmethod
    def of(cls, picture: Picture) -> Workdays:
        """As the office knows them."""
        return cls({date.fromisoformat(row["day"]): bool(row["works"]) for row in picture.tables["calendarday"]})

    def works(self, day: date) -> bool:
        """Whether a day is worked."""
        return self.listed.get(day, day.weekday() < _SATURDAY)

    def away(self, day: date, count: int) -> date:
        """The working day so many working days after the day; before it when negative."""
        found = self._kept.get((day, count))
        if found is None:
            found, left = day, abs(count)
            while left:
                found += _DAY if count > 0 else -_DAY
                left -= self.works(found)
            self._kept[day, count] = found
        return found

    def on_or_after(self, day: date) -> date:
        """The day, or the next working day after a day off."""
        return day if self.works(day) else self.away(day, 1)

    def on_or_before(self, day: date) -> date:
        """The day, or the working day before a day off."""
        return day if self.works(day) else self.away(day, -1)


def nine(day: date) -> datetime:
    """Nine o'clock of a day in Shanghai."""
    return datetime.combine(day, NINE, SHANGHAI)
