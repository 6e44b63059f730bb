"""The service of a simulated year: the very loops of ``schedules.runner.Service``, turned by the heap instead of a thread."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from deeds.running import delivery, head_keeper, office_hours, refuse_behind, watched_rules
from models.errors import DubanError
from models.times import at_local
from schedules.runner import Loop, Service, log
from simulation.years.events import Died
from simulation.years.journal import DONE, Told
from simulation.years.program import Seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulation.years.program import Process
    from simulation.years.running import Year

#: when the loops turn on a working day and on a day off: more often where rungs fall due and people work
WORKING: Final = (time(8, 5), time(9, 1), time(12, 10), time(16, 40))
RESTING: Final = (time(9, 2),)
HEADS_SECONDS: Final = 300
#: who runs the service
OPERATOR: Final = "sysadmin"
#: it does not start on a database that is older than its outside head, or beside the heads of another installation
RESTORED: Final = frozenset({"E-B07", "E-B16"})


class ServiceProcess:
    """The process that sweeps and delivers; started anew after a death or a stop."""

    def __init__(self, year: Year, process: Process) -> None:
        """``process`` is its life in the program."""
        self.year, self.process = year, process
        #: stopped until this true instant, by whatever befell it
        self.down_until: datetime | None = None
        #: it does not start, because the database is older than its outside head
        self.behind = False
        self._running: Service | None = None

    def begin(self) -> None:
        """From today on it turns every day."""
        self._day()

    def _day(self) -> None:
        day = self.year.today
        for at in WORKING if self.year.calendar.is_workday(day) else RESTING:
            self.year.at(at_local(day, at), "service", self.turn)
        self.year.at(at_local(day + timedelta(days=1)), "a new day", self._day)

    def stop(self, until: datetime) -> None:
        """Nobody runs it until a true instant."""
        self.end()
        self.down_until = max(until, self.down_until or until)

    def end(self) -> None:
        """This life is over; the next turn begins another."""
        self._running = None
        self.process.end()

    def turn(self) -> None:
        """Every loop once, as the service's clock would turn them."""
        if self.down_until is not None and self.year.clock.true < self.down_until:
            return
        self.down_until = None
        self.year.figures["turns"] += 1
        try:
            with self.year.inside(self.process), _silent(log):
                running = self._running or self._started()
                for loop in running.turns():
                    self._turn(running, loop)
        except Died:
            self._running = None
        except DubanError as refusal:  # it does not start: somebody has to look
            self._running, self.behind = None, refusal.code in RESTORED
            self.year.note(f"the service does not start: {refusal.code}")
            self.year.figures[f"not started {refusal.code}"] += 1
        if self._running is not None and self._running.broken:
            self.end()

    def _turn(self, running: Service, loop: Loop) -> None:
        """One turn of one loop; the journal has it when it went well."""
        at = (self.year.clock.true, self.year.clock.now())
        error = running.turn(loop)
        if error is None:
            self.year.journal.note(Told(*at, "service", loop.name, None, None, DONE))
        elif isinstance(error, DubanError):
            self.year.figures[f"loop {error.code}"] += 1
        else:
            self.year.crashed("service", error)

    def _started(self) -> Service:
        year = self.year
        desk = Seat(self.process, year.clock, OPERATOR)
        refuse_behind(desk)
        self.behind = False
        rules = watched_rules(desk)
        self._running = Service(
            desk.database, desk.office_id, rules(), delivery(desk, opened=lambda _name: year.post), desk.settings.home,
            loops=[Loop("heads", HEADS_SECONDS, head_keeper(desk))],
        )  # fmt: skip
        self._running.clock, self._running.monotonic = year.clock.now, year.clock.monotonic
        self._running.hours, self._running.reread = office_hours(desk), rules
        return self._running


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """While the loops turn, nothing of what they log reaches the terminal."""
    nobody, before = logging.NullHandler(), log.propagate
    log.addHandler(nobody)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(nobody)
        log.propagate = before
