"""The service's clock: the only file that knows APScheduler.

APScheduler is only the clock (design section 7): its jobs are a few idempotent ticks in memory, and each asks the
database what is due. Its own promises are not relied on: it drops late runs by default, dies silently on a store that
hiccups and swallows ``sys.exit`` in a job (``dependencies.md`` A1 to A14). The wall clock is read here and nowhere
further in. Nor is the wall clock: turns are counted from the last one, and ``Service.run`` looks after them by the
monotonic clock, so that a clock set back by a day does not make the service deaf for a day.
"""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from filelock import FileLock, Timeout

from models import disk
from models.dispatch import Dispatcher
from models.errors import EnvironmentRefused
from models.language import _, current, set_language
from schedules.clock_guard import FREE, SWEEP, Hold
from schedules.sweep import SweepReport, sweep
from workflow import heartbeats
from workflow.heartbeats import Beat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from models.database import Database
    from models.dispatch import Work
    from schedules.facts import Hours
    from schedules.rules import Rule

log = logging.getLogger("duban.service")

DELIVERY: Final = "delivery"
SWEEP_SECONDS: Final = 60
DELIVERY_SECONDS: Final = 5
#: a tick from cron promises the next one within this long
CRON_SECONDS: Final = 3600
#: how often, by the monotonic clock, the service looks whether the wall clock was set back
WATCH_SECONDS: Final = 20.0
#: a clock set back by less than this only makes a loop so much later
SLIP: Final = timedelta(seconds=5)
#: how often it asks for a delivery of what a sweep has just written, while one is still running
NUDGE_SECONDS: Final = 0.5
LOCK_NAME: Final = "scheduler.lock"
EXIT_BROKEN: Final = 5


#: this one counts on while the machine sleeps, where there is such a one: a suspended machine is no clock that jumped
_COUNTING: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def spare_what_lasts() -> None:
    """For a service that has loaded what it needs: the collector of cycles passes it over from now on.

    A sweep makes so much at once that everything was looked through with it: a fifth of the program's time.
    """
    gc.collect()
    gc.freeze()


def counted() -> float:
    """Seconds that really passed since some beginning, however the wall clock was set."""
    return time.clock_gettime(_COUNTING)


@dataclass(frozen=True, slots=True)
class Loop:
    """Another thing the service does every so many seconds, such as writing the trail's head elsewhere."""

    name: str
    seconds: int
    work: Callable[[datetime], object]


class Every(BaseTrigger):  # type: ignore[misc] # the library has no types
    """So many seconds from now, each time: APScheduler's own interval counts every turn that a clock jumped over."""

    def __init__(self, seconds: float) -> None:
        """The time between two turns."""
        self.gap = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """At once the first time."""
        return now if previous_fire_time is None else now + self.gap


class Clockwork:
    """Turns loops in the background, each at once and then every so many seconds, never itself twice at a time."""

    def __init__(self, turn: Callable[[Loop], object], loops: Iterable[Loop]) -> None:
        """``turn`` takes one turn of a loop, and does not raise. It begins at once."""
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="Asia/Shanghai",
        )
        for loop in loops:
            self._scheduler.add_job(turn, Every(loop.seconds), args=[loop], id=loop.name)
        self._scheduler.start()

    def hurry(self, name: str) -> bool:
        """Let a loop run now; False where there is none of this name. Not to be called from within a turn."""
        job = self._scheduler.get_job(name)
        if job is not None:
            job.modify(next_run_time=wall_clock())
        return job is not None

    def wake(self) -> None:
        """Let every loop run now that the clock, set back, would let sleep longer than its seconds."""
        now = wall_clock()
        for job in self._scheduler.get_jobs():
            if job.next_run_time is not None and job.next_run_time > now + job.trigger.gap + SLIP:
                log.warning("the clock went back; the loop %s runs now", job.id)
                job.modify(next_run_time=now)

    def stop(self) -> None:
        """Finish the turns that run, start no more."""
        self._scheduler.shutdown(wait=True)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did."""

    sweep: SweepReport
    delivery: object


def tick(
    database: Database,
    office_id: int,
    rules: Sequence[Rule] | None,
    deliver: Callable[[datetime], object],
    at: datetime,
    *,
    hours: Hours | None = None,
    drift: timedelta | None = None,
    node: str = "",
) -> Ticked:
    """One sweep and one delivery at an instant; run twice it does nothing more.

    ``drift``: what the caller counted against the clock since the last tick; None where nobody counts, as under cron.
    """
    swept = sweep(database, office_id, rules, at, hours=hours, drift=drift, anew=True)
    beat(database, office_id, SWEEP, at, CRON_SECONDS, node)
    delivered = deliver(at)
    beat(database, office_id, DELIVERY, at, CRON_SECONDS, node)
    return Ticked(swept, delivered)


def beat(database: Database, office_id: int, name: str, at: datetime, seconds: int, node: str = "") -> None:
    """Record that a loop ran on a node and when it is due again, so that a dead one shows."""
    with database.write(office_id) as connection:
        heartbeats.note(connection, office_id, Beat(node, name, at, at + timedelta(seconds=seconds), ""))


def single(home: Path) -> FileLock:
    """The lock that makes this the only scheduler of a data folder; E-B06 when another holds it. Release it at the end."""
    lock = FileLock(home / LOCK_NAME)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise EnvironmentRefused(
            "E-B06",
            _("A scheduler is already running for this data folder."),
            remedy=_("Stop it first, or leave it running: one is enough."),
        ) from error
    except OSError as error:
        raise EnvironmentRefused(
            "E-507",
            _("The data folder cannot be written to."),
            where=home.name,
            remedy=_("Give the program write permission to the data folder."),
        ) from error
    return lock


def beside(home: Path) -> FileLock | None:
    """The same lock where others may run beside: it says that somebody runs the office. None where another says so."""
    try:
        return single(home)
    except EnvironmentRefused:
        return None


@dataclass
class Service:
    """The loops of one office, running until told to stop; without ``deliver`` it leaves sending to another process.

    A loop that raises is logged and runs again at its next turn; after a disk I/O error the service stops with exit
    code 5, because SQLite goes on accepting writes after a failed sync (``reliability.md`` section 9, item 0).
    """

    database: Database
    office_id: int
    rules: Sequence[Rule] | None
    deliver: Callable[[datetime], object] | None
    home: Path
    clock: Callable[[], datetime] = wall_clock
    #: seconds that have really passed: vouches for what the wall clock shows, or disproves it
    monotonic: Callable[[], float] = counted
    hours: Hours | None = None
    #: the machine, for its heartbeats
    node: str = ""
    #: says before each sweep which rules are in force; without it they stay those of the start
    reread: Callable[[], Sequence[Rule] | None] | None = None
    #: false: other processes sweep
    sweeps: bool = True
    loops: Sequence[Loop] = ()
    sweep_seconds: int = SWEEP_SECONDS
    delivery_seconds: int = DELIVERY_SECONDS
    broken: bool = False
    #: of the reasons that stand in the ledger and the log; that of whoever starts the service
    language: str = field(default_factory=current)
    #: set when the service is to end; a long turn asks it between two steps
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: FileLock | None = None
    _clockwork: Clockwork | None = None
    #: when the wall clock was believed last, by itself and as counted
    _last: tuple[datetime, float] | None = None
    #: what its last sweep came to
    _hold: Hold = FREE
    _nudge: threading.Event = field(default_factory=threading.Event)
    #: the loops that are wanted before their next turn, until they begin one
    _hurried: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Begin ticking in the background; E-B06 when another scheduler has this data folder."""
        disk.when_failed(self._give_up)
        # a server decides by itself who does what, on however many nodes
        self._lock = single(self.home) if self.database.is_sqlite else beside(self.home)
        self._clockwork = Clockwork(self.turn, self.turns())

    def turns(self) -> list[Loop]:
        """What the service does again and again: its own loops before those it was given."""
        own = [Loop(SWEEP, self.sweep_seconds, self._sweep)] if self.sweeps else []
        if self.deliver is not None:
            own.append(Loop(DELIVERY, self.delivery_seconds, self._deliver))
        return [*own, *self.loops]

    def hurry(self, names: Iterable[str]) -> None:
        """Let these loops run now rather than at their next turn; from any thread, however often."""
        self._hurried.update(names)
        self._nudge.set()

    def wake(self) -> None:
        """Let every loop run now that the clock, set back, would let sleep longer than its seconds."""
        if self._clockwork is not None:
            self._clockwork.wake()

    def stop(self) -> None:
        """Finish the ticks that run, start no more, free the data folder."""
        self.stopping.set()
        if self._clockwork is not None:
            self._clockwork.stop()
            self._clockwork = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def run(self, started: Callable[[], object] = lambda: None) -> int:
        """Tick until SIGTERM or SIGINT, or until the disk fails; returns the exit code. Main thread only.

        ``started`` is called once the data folder is ours and the loops run.
        """
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            started()
            while not self.stopping.is_set():
                self._nudge.wait(NUDGE_SECONDS if self._hurried else WATCH_SECONDS)
                self._watch()
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)
        return EXIT_BROKEN if self.broken else 0

    def _watch(self) -> None:
        """Only here, in the main thread, are jobs moved: a turn that did so would lock itself out while we shut down."""
        if self.stopping.is_set() or self._clockwork is None:
            return
        self._nudge.clear()
        for name in tuple(self._hurried):
            if not self._clockwork.hurry(name):
                self._hurried.discard(name)
        self.wake()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._halt()

    def _give_up(self) -> None:
        """Whoever finds out that the disk has failed, a loop or somebody at the desk: nothing more is written."""
        self.broken = True
        self._halt()

    def _halt(self) -> None:
        self.stopping.set()
        self._nudge.set()  # after it: the main thread clears the nudge only while it is not told to stop

    def turn(self, loop: Loop) -> Exception | None:
        """One turn of one loop; what it raised is logged and given back, and after a failed disk the service ends."""
        if self.stopping.is_set():
            return None
        set_language(self.language)  # a thread of the pool would speak the default
        try:
            now = self.clock()
            loop.work(now)
            beat(self.database, self.office_id, loop.name, now, loop.seconds, self.node)
        except Exception as error:
            log.exception("the loop %s failed; it runs again at its next turn", loop.name)
            return error
        return None

    def _sweep(self, now: datetime) -> SweepReport:
        self._hurried.discard(SWEEP)
        monotonic, drift = self.monotonic(), None
        if self._last is not None:
            wall, then = self._last
            drift = (now - wall) - timedelta(seconds=monotonic - then)
        before, self.rules = self.rules, self.reread() if self.reread else self.rules
        # The first look of a process is at everything: the rules may have been edited while none was running.
        anew = self._last is None or self.rules is not before or self._hold.strayed
        report = sweep(
            self.database, self.office_id, self.rules, now,
            hours=self.hours, drift=drift, last=self._hold, anew=anew,
        )  # fmt: skip
        self._hold = Hold(report.held_reason, strayed=report.strayed)
        if not report.strayed:
            self._last = (now, monotonic)
        if report.held_reason:
            log.warning("sends are held: %s", report.held_reason)
        if report.messages or report.held_reason:
            self.hurry([DELIVERY])  # what a sweep has just written need not wait for the next turn
        return report

    def _deliver(self, now: datetime) -> None:
        """Whatever a sweep writes from here on asks for another turn."""
        assert self.deliver is not None
        self._hurried.discard(DELIVERY)
        self.deliver(now)


class Nudge(Dispatcher):
    """The embedded dispatcher: what is left is done at once by the loops of a service in the same process."""

    def __init__(self, service: Service) -> None:
        """``service`` has a loop of the name of each kind of work, or leaves that kind to another process."""
        self.service = service

    def tell(self, office_id: int, left: AbstractSet[Work]) -> None:
        """Wake the loops; costs a write nothing but that."""
        del office_id
        self.service.hurry(left)
