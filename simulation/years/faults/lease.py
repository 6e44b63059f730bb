"""A sender that sleeps longer than its lease: another takes its message over, and then it wakes up and goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from deeds.running import delivery
from notifications.claims import LEASE
from simulation.years.faults.death import Life
from simulation.years.faults.fate import Fate
from simulation.years.faults.hooks import watching_files
from simulation.years.journal import DONE, Told
from simulation.years.program import Process, Seat

if TYPE_CHECKING:
    from simulation.years.running import Year

#: how much longer than its lease it sleeps
OVERSLEPT: Final = timedelta(minutes=5)


def oversleep(year: Year) -> None:
    """Time goes by in the middle of a send, and a second process sends what the first still holds."""
    year.clock.move_to(year.clock.true + LEASE + OVERSLEPT)
    other, at = Process("second sender", year.settings), (year.clock.true, year.clock.now())
    try:
        with watching_files(year.home, Fate(Life(year.stream("second sender")), year.faults.disk)):  # not the sleeper's
            delivery(Seat(other, year.clock, "sysadmin"), opened=lambda _name: year.post)(year.clock.now())
        year.journal.note(Told(*at, "service", "delivery", None, None, DONE))
    finally:
        other.end()
