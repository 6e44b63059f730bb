"""Who held which duty when: the rows of the duties, and in the trail the hour at which one ended."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from simulation.years.observers.picture import LONG_AGO, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from simulation.years.observers.lives import Lives
    from simulation.years.observers.picture import Picture


class Duties:
    """The duties of everybody in an office."""

    def __init__(self, picture: Picture, lives: Lives) -> None:
        """Rows say the day by the clock of then; whoever gave a duty up at noon held it that morning."""
        self._of: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in picture.tables["duty"]:
            self._of[row["person_id"]].append(row)
        self._ended = {
            event.object_id: lives.true[event.seq]
            for event in picture.events
            if event.action == "duty.end" and event.result == "done"
        }

    def held(self, people: Iterable[int], wall: datetime, true: datetime) -> list[dict[str, Any]]:
        """The rows of the duties that these people held at an instant: what the program's clock showed, and the truth."""
        day = day_of(wall).isoformat()
        return [row for person in people for row in self._of.get(person, ()) if self._lasts(row, day, true)]

    def _lasts(self, row: dict[str, Any], day: str, true: datetime) -> bool:
        if row["valid_from"] > day:
            return False
        return row["valid_to"] is None or row["valid_to"] >= day or true <= self._ended.get(row["id"], LONG_AGO)
