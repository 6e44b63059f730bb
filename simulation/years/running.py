"""Playing one year of one office: a heap of events in true time, one thread, nothing left to the host.

``live`` is the whole of it: found the office, let people, the service and faults loose on it for a year, then let
everything drain without faults, and say what the observers found.
"""

from __future__ import annotations

import heapq
import traceback
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Final

from models.times import at_local, local_date
from simulation.years import city
from simulation.years.clock import Clock
from simulation.years.digest import digest
from simulation.years.events import Died, Event
from simulation.years.faults import Death, Faults
from simulation.years.journal import Journal
from simulation.years.observers import Evidence, Memory, Violation, observe
from simulation.years.people import days
from simulation.years.people.staff import Staff
from simulation.years.post import Post
from simulation.years.program import Process
from simulation.years.service import ServiceProcess
from workflow import flow_store
from workflow.calendar import WorkCalendar, seed_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from models.settings import Settings

#: calendar years that are played, in turn: of each the holidays are known, and of the one after it
FIRST_YEARS: Final = range(2019, 2025)
#: what is told of a year that failed
LAST_ACTIONS: Final = 30
#: how long the last phase lasts: the last month is closed and every retry has had its turn
DRAIN: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a year went."""

    number: int
    digest: str
    violations: tuple[Violation, ...]
    #: what happened how often: domain events, faults, messages
    figures: Counter[str]
    last_actions: tuple[str, ...]


@dataclass
class Year:
    """Everything that is there while a year is played."""

    seed: int
    number: int
    home: Path
    settings: Settings
    clock: Clock
    calendar: WorkCalendar
    #: how many units the city has at the beginning
    units: int = len(city.UNITS)
    #: how many of its months are played
    months: int = 12
    #: everything befalls these months, and often
    worst: bool = False
    journal: Journal = field(default_factory=Journal)
    figures: Counter[str] = field(default_factory=Counter)
    actions: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=LAST_ACTIONS))
    violations: list[Violation] = field(default_factory=list)
    #: what the observers keep from one look to the next
    memory: Memory = field(default_factory=Memory)
    #: the notices whose months are opened, and which months are
    notices: list[int] = field(default_factory=lambda: [1])
    opened: set[tuple[int, str]] = field(default_factory=set)
    #: what happens in the city on which day
    plot: dict[date, list[str]] = field(default_factory=dict)
    #: the last phase: everybody does at once what is theirs to do
    draining: bool = False

    def __post_init__(self) -> None:
        self._heap: list[tuple[datetime, int, Event]] = []
        self._order = count()
        self.post = Post(self.clock)
        self.faults = Faults(self)
        self.desk = Process("desk", self.settings, self.faults.opened)
        self.service = ServiceProcess(self, Process("service", self.settings, self.faults.opened))
        self.staff = Staff()

    @property
    def first(self) -> date:
        """The first day of the year that is played."""
        return date(FIRST_YEARS[self.number % len(FIRST_YEARS)], 1, 1)

    @property
    def today(self) -> date:
        """The day in truth."""
        return local_date(self.clock.true)

    def stream(self, what: str) -> Random:
        """A stream of chance of its own: what one thing draws changes nothing for another."""
        return Random(f"{self.seed}:{self.number}:{what}")

    def at(self, when: datetime, name: str, do: Callable[[], object]) -> None:
        """Let something happen at a true instant; what lies in the past happens at once."""
        event = Event(max(when, self.clock.true), name, do)
        heapq.heappush(self._heap, (event.at, next(self._order), event))

    def run(self, until: datetime) -> None:
        """Let happen what happens up to a true instant."""
        while self._heap and self._heap[0][0] <= until:
            _at, _seq, event = heapq.heappop(self._heap)
            self.clock.move_to(event.at)
            self.note(event.name)
            event.do()
        self.clock.move_to(until)

    def note(self, what: str) -> None:
        """Remember an action for whoever reads of a failure."""
        self.actions.append((self.clock.true, what))

    @contextmanager
    def inside(self, process: Process) -> Iterator[None]:
        """A piece of work of a process of the program; when it dies in it, ``Died`` is what the world sees."""
        try:
            with self.faults.around(process):
                yield
        except Death as death:
            process.end()
            self.figures["deaths"] += 1
            self.note(f"{process.name} died: {death}")
            raise Died from death

    def crashed(self, where: str, error: Exception) -> None:
        """The program raised what it never should: a finding, whatever the invariants say."""
        lines = traceback.format_exception(error)
        self.note(f"{where} crashed: {error!r}")
        self.violations.append(Violation("crash", f"{where}: {error!r}", "".join(lines[-6:])))

    def observe(self, *, drained: bool = False) -> None:
        """Let the observers look at what there is now."""
        self.violations += observe(self.evidence(drained=drained), self.memory)

    def evidence(self, *, drained: bool = False) -> Evidence:
        """What an observer may look at."""
        rules = self.home / "rules.toml"
        return Evidence(
            database=self.home / "duban.db",
            store=self.settings.store_dir,
            heads=self.settings.heads_dir,
            told=self.journal.told,
            copies=self.post.taken,
            when=self.clock.true,
            drained=drained,
            rules=rules.read_text(encoding="utf-8") if rules.is_file() else "",
        )


def begin(
    seed: int, number: int, home: Path, *, months: int = 12, units: int = len(city.UNITS), worst: bool = False
) -> Year:
    """An office on the last day of the year before the one that is played."""
    first = date(FIRST_YEARS[number % len(FIRST_YEARS)], 1, 1)
    known = (seed_year(year) for year in range(first.year - 1, first.year + 2))
    calendar = WorkCalendar.of(table for table in known if table is not None)
    clock = Clock(at_local(first - timedelta(days=1)))
    made = Year(seed, number, home, city.found(home, units), clock, calendar, units, months, worst)
    with made.desk.database.read() as connection:
        for flow in flow_store.every(connection, city.OFFICE):  # what a process has read once it does not ask again:
            flow_store.pinned(connection, city.OFFICE, flow.sha256)  # the first year of one would differ from the next
    return made


def live(
    seed: int, number: int, home: Path, *, months: int = 12, units: int = len(city.UNITS), worst: bool = False
) -> Outcome:
    """Play a year of an office in an empty folder and look at it from outside each month and at the end.

    ``worst``: every kind of fault befalls the months that are played, and often.
    """
    year = begin(seed, number, home, months=months, units=units, worst=worst)
    days.begin(year, months)
    year.service.begin()
    for event in year.faults.next_events(year.clock.true):
        year.at(event.at, event.name, event.do)
    year.observe()  # so that later looks know what stood there at first
    for month in range(1, months + 1):
        year.run(at_local(_month_after(year.first, month)))
        year.observe()
        if year.violations:
            break
    else:
        drain(year)
        year.observe(drained=True)
    return _outcome(year)


def drain(year: Year) -> None:
    """The last phase: no faults, the clock is right, everybody does what is left to do."""
    year.faults.off()
    year.draining = True
    year.run(year.clock.true + DRAIN)


def _month_after(first: date, months: int) -> date:
    return date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)


def _outcome(year: Year) -> Outcome:
    year.desk.end()
    year.service.process.end()
    year.figures["messages"] = len(year.post.taken)
    year.figures["deeds"] = len(year.journal.told)
    found = digest(year.home / "duban.db", year.journal, year.post)
    actions = tuple(f"{at:%Y-%m-%d %H:%M:%S} {what}" for at, what in year.actions)
    return Outcome(year.number, found, tuple(year.violations), year.figures, actions)


def last_words(
    outcome: Outcome, seed: int, months: int = 12, units: int = len(city.UNITS), *, worst: bool = False
) -> list[str]:
    """What whoever mends it needs: the promises, the last actions, the command that plays it again."""
    again = f"duban simulate --seed {seed} --year {outcome.number} --months {months} --units {units}"
    again += " --worst" if worst else ""
    return [*(str(one) for one in outcome.violations), *outcome.last_actions, again]
