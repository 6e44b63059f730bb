"""What befalls a simulated year: deaths, a full disk, wrong clocks, failing mail, downtimes, restores, old screens.

Everything is drawn from streams of the year's own; each year has a random half of the kinds (``kinds.swarm``), the
worst of years has all of them, and often.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from notifications.channel import DeliveryError
from simulation.years.faults.death import Death, Life
from simulation.years.faults.disk import Disk
from simulation.years.faults.fate import Fate
from simulation.years.faults.hooks import watch_database, watching_files
from simulation.years.faults.kinds import WORST, Kind, swarm
from simulation.years.faults.lease import oversleep
from simulation.years.faults.mail import Mail
from simulation.years.faults.planned import planned
from simulation.years.faults.restore import Restores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from notifications.channel import Envelope
    from simulation.years.events import Event
    from simulation.years.post import Verb
    from simulation.years.program import Process
    from simulation.years.running import Year

__all__ = ["Death", "Faults", "Kind"]

#: of a thousand: an old list is looked at; somebody clicks twice
STALE, CLICKS = 60, 40
#: verbs at which a sender may die: the message is not taken yet, it is taken and nobody was told
DIES_AT: Final = ("data", "answer")
#: of ten thousand sends: the sender dies in it, before or after the message was taken; it oversleeps its lease
DIES_SENDING, OVERSLEEPS = 15, 20


class Faults:
    """Decides, seeded, what befalls whom."""

    def __init__(self, year: Year) -> None:
        """``year`` gives the streams of chance, the clock, the post and the processes."""
        self.year = year
        #: those that the year has
        self.kinds = frozenset(Kind) if year.worst else swarm(year.stream("faults"))
        self._harder = WORST if year.worst else 1
        self.disk = Disk(year.stream("disk"), partial(self._count, Kind.DISK))
        self.restores = Restores(year)
        self._mail = Mail(year.stream("mail"), self._harder)
        self._people, self._sending, self._deaths = (year.stream(what) for what in ("clicks", "sending", "deaths"))
        self._lives: dict[Process, Life] = {}
        self._overslept = False
        year.post.trouble = self._verb

    def _count(self, kind: Kind) -> None:
        self.year.figures[kind.value] += 1

    def _life(self, process: Process) -> Life:
        if process not in self._lives:
            self._lives[process] = Life(self._deaths, self.kinds, self._harder)
        return self._lives[process]

    def opened(self, process: Process) -> None:
        """A process has begun a new life and opened the database."""
        watch_database(process.database, Fate(self._life(process), self.disk))

    @contextmanager
    def around(self, process: Process) -> Iterator[None]:
        """A piece of work of a process, in which it may die or the disk be full."""
        life = self._life(process)
        life.at_work = True
        try:
            with watching_files(self.year.home, Fate(life, self.disk)):
                yield
        except BaseException:
            if life.died_of is None:
                raise
        finally:
            life.at_work = False
        if life.died_of is not None:  # whatever else it said, nobody hears it
            del self._lives[process]
            self._count(life.died_of)
            raise Death(life.died_at)

    def next_events(self, now: datetime) -> list[Event]:
        """What befalls the machine from a true instant on. Asked once, at the start."""
        found = list(planned(self))
        return [event for event in found if event.at >= now]

    def stale(self) -> bool:
        """Whether the person who is about to act looks at a list from days ago."""
        return self._befalls(Kind.STALE, STALE)

    def clicks_twice(self) -> bool:
        """Whether the person who has just clicked clicks once more."""
        return self._befalls(Kind.CLICK, CLICKS)

    def _befalls(self, kind: Kind, of_a_thousand: int) -> bool:
        if kind not in self.kinds or self._people.randrange(1000) >= of_a_thousand:
            return False
        self._count(kind)
        return True

    def mail_out(self, out: bool) -> None:  # noqa: FBT001 - the one thing that it says
        """The mail server is gone altogether, or back."""
        self._mail.out = out

    def _verb(self, verb: Verb, _envelope: Envelope) -> DeliveryError | None:
        """A verb of a delivery: the server fails, or the sender dies or sleeps in the middle."""
        if self._overslept:  # one sleeper is enough
            return None
        if verb in DIES_AT and self._sends_badly(Kind.SENDING, DIES_SENDING):
            where = "before the message was taken" if verb == "data" else "after the message was taken"
            self._life(self.year.service.process).die(Kind.SENDING, where)
            return DeliveryError("the sender died", permanent=False)
        if verb == "data" and self._sends_badly(Kind.LEASE, OVERSLEEPS):
            self._count(Kind.LEASE)
            self._overslept = True
            oversleep(self.year)
            self._overslept = False
            return None
        failure = self._mail.verb(verb) if Kind.MAIL in self.kinds else None
        if failure is not None:
            self._count(Kind.MAIL)
        return failure

    def _sends_badly(self, kind: Kind, of_ten_thousand: int) -> bool:
        return kind in self.kinds and self._sending.randrange(10_000) < of_ten_thousand * self._harder

    def off(self) -> None:
        """From now on nothing befalls anybody: the last phase. Somebody sets the clock, frees the disk, starts the service."""
        self.kinds = frozenset()
        self.disk.full = self._mail.out = False
        self.year.service.down_until = None
        for life in self._lives.values():
            life.spare()
        if self.year.clock.offset:
            self.year.clock.step(timedelta(0))
