"""The service's clock: the only file that knows APScheduler.

APScheduler is only the clock (design section 7): its jobs are a few idempotent ticks in memory, and each asks the
database what is due. Its own promises are not relied on: it drops late runs by default, dies silently on a store that
hiccups and swallows ``sys.exit`` in a job (``dependencies.md`` A1 to A14). The wall clock is read here and nowhere
further in.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout

from models import tables as t
from models.errors import EnvironmentRefused
from models.language import _
from schedules.sweep import SweepReport, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from models.database import Database
    from schedules.facts import Hours
    from schedules.rules import Rule

log = logging.getLogger("duban.service")

SWEEP_SECONDS: Final = 60
DELIVERY_SECONDS: Final = 5
#: how far wall and monotonic clock may differ between two sweeps before the wall clock counts as moved
DRIFT: Final = timedelta(minutes=5)
LOCK_NAME: Final = "scheduler.lock"
EXIT_BROKEN: Final = 5


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Loop:
    """Another thing the service does every so many seconds, such as writing the trail's head elsewhere."""

    name: str
    seconds: int
    work: Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did."""

    sweep: SweepReport
    delivery: object


def tick(
    database: Database,
    office_id: int,
    rules: Sequence[Rule],
    deliver: Callable[[datetime], object],
    at: datetime,
    *,
    hours: Hours | None = None,
    proved: bool = False,
) -> Ticked:
    """One sweep and one delivery at an instant; run twice it does nothing more.

    ``proved``: the caller vouches that the time since the last tick has really passed.
    """
    swept = sweep(database, office_id, rules, at, hours=hours, proved=proved)
    beat(database, office_id, "sweep", at, SWEEP_SECONDS)
    delivered = deliver(at)
    beat(database, office_id, "delivery", at, DELIVERY_SECONDS)
    return Ticked(swept, delivered)


def beat(database: Database, office_id: int, name: str, at: datetime, seconds: int, detail: str = "") -> None:
    """Record that a loop ran and when it is due again, so that a dead one shows."""
    values = {"at": at, "next_at": at + timedelta(seconds=seconds), "detail": detail}
    with database.write(office_id) as connection:
        known = connection.execute(sa.update(t.heartbeat).where(t.heartbeat.c.name == name).values(**values))
        if known.rowcount == 0:
            connection.execute(sa.insert(t.heartbeat).values(name=name, **values))


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
    return lock


def disk_failed(error: BaseException) -> bool:
    """Whether SQLite could not read or write its file: then nothing that follows can be believed."""
    seen: BaseException | None = error
    while seen is not None:
        if "disk i/o error" in str(seen).lower():
            return True
        seen = seen.__cause__ or seen.__context__
    return False


@dataclass
class Service:
    """The loops of one office, running until told to stop.

    A loop that raises is logged and runs again at its next turn; after a disk I/O error the service stops with exit
    code 5, because SQLite goes on accepting writes after a failed sync (``reliability.md`` section 9, item 0).
    """

    database: Database
    office_id: int
    rules: Sequence[Rule]
    deliver: Callable[[datetime], object]
    home: Path
    clock: Callable[[], datetime] = wall_clock
    hours: Hours | None = None
    loops: Sequence[Loop] = ()
    sweep_seconds: int = SWEEP_SECONDS
    delivery_seconds: int = DELIVERY_SECONDS
    broken: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: FileLock | None = None
    _scheduler: Any = None
    _last: tuple[datetime, float] | None = None

    def start(self) -> None:
        """Begin ticking in the background; E-B06 when another scheduler has this data folder."""
        self._lock = single(self.home)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="Asia/Shanghai",
        )
        own = (Loop("sweep", self.sweep_seconds, self._sweep), Loop("delivery", self.delivery_seconds, self.deliver))
        for loop in (*own, *self.loops):
            self._scheduler.add_job(
                self._turn, "interval", args=[loop], id=loop.name, seconds=loop.seconds, next_run_time=wall_clock()
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the ticks that run, start no more, free the data folder."""
        self._stop.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def run(self) -> int:
        """Tick until SIGTERM or SIGINT, or until the disk fails; returns the exit code. Main thread only."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            self._stop.wait()
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)
        return EXIT_BROKEN if self.broken else 0

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stop.set()

    def _turn(self, loop: Loop) -> None:
        if self._stop.is_set():
            return
        now = self.clock()
        try:
            loop.work(now)
            beat(self.database, self.office_id, loop.name, now, loop.seconds)
        except Exception as error:
            log.exception("the loop %s failed; it runs again at its next turn", loop.name)
            if disk_failed(error):
                self.broken = True
                self._stop.set()

    def _sweep(self, now: datetime) -> SweepReport:
        monotonic = time.monotonic()
        proved = False
        if self._last is not None:
            wall, counted = self._last
            proved = abs((now - wall) - timedelta(seconds=monotonic - counted)) < DRIFT
        report = sweep(self.database, self.office_id, self.rules, now, hours=self.hours, proved=proved)
        self._last = (now, monotonic)
        return report
