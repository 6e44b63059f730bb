"""The process behind ``duban work``: it hands out the jobs of several offices and runs them, until it is told to stop.

With ``bookkeeping.py``, its way to the server, the only file that knows Procrastinate. Three of its ways are not relied
on: its ``retry`` fails for good where the same work was left again meanwhile, its cron forgets ticks that come late, and
nothing of it ever gives up a job that kills its worker. So a failed job is done over by ``jobs.Running``, and the ticks
are those of ``schedules.runner``: at each one, what is due is left once more, and what dead workers had in hand is taken from them.
"""

from __future__ import annotations

import asyncio
import logging
import math
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import procrastinate
from procrastinate.exceptions import ConnectorException

from cluster import jobs
from cluster.bookkeeping import Queues, connector
from models.dispatch import Work, leave
from models.errors import Unreachable
from schedules.runner import DELIVERY_SECONDS, EXIT_BROKEN, SWEEP_SECONDS, WATCH_SECONDS, Clockwork, Loop, wall_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from models.database import Database

log = logging.getLogger("duban.work")

#: so many jobs of a worker run at once, each of another office or kind
AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Served:
    """An office as a worker serves it."""

    office_id: int
    #: does one batch of a kind of work; raises when it failed
    does: Callable[[Work], object]
    #: whether a delivery has anything to do
    due: Callable[[], bool] = lambda: True
    #: for how many seconds nobody has done a kind of work for it
    idle: Callable[[Work], float] = lambda _work: math.inf


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker does what, in seconds."""

    tick: int = DELIVERY_SECONDS
    #: for so long nobody has done a kind of work, and it is left though nothing seems due
    at_least: Mapping[Work, float] = field(default_factory=lambda: {Work.SWEEP: SWEEP_SECONDS, Work.DELIVERY: 60})
    heartbeat: float = 10.0
    #: a worker silent for so long is dead, and what it had in hand is another's
    silent: float = 30.0
    #: how often it asks for jobs of which it was not told
    poll: float = 5.0
    #: a server that does not answer for so long is lost
    lost: float = 5.0


async def _watch(clockwork: Clockwork) -> None:
    """A clock that was set back makes nothing deaf."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        clockwork.wake()


@contextmanager
def _going_on(what: str, *, first: bool = False) -> Iterator[None]:
    """What fails within waits for the next tick, and keeps nothing else waiting; without the database the ``first`` ends the tick."""
    try:
        yield
    except Unreachable as away:
        if first:
            raise
        log.warning("%s could not be looked after: %s %s", what, away.code, away.what)
    except Exception:
        log.exception("%s could not be looked after; it will be at the next tick", what)


class Worker:
    """Runs the jobs of offices that share a database."""

    def __init__(
        self,
        database: Database,
        offices: Sequence[Served],
        *,
        pace: Pace | None = None,
        loops: Sequence[Loop] = (),
        stopping: threading.Event | None = None,
    ) -> None:
        """``database`` has the tables for jobs; the work of its ``offices`` is done here, and the ``loops`` turn.

        ``stopping`` is set once it is told to stop; long work asks it between two steps.
        """
        self.database, self.pace, self.loops = database, pace or Pace(), loops
        self.offices = {office.office_id: office for office in offices}
        self.stopping = stopping or threading.Event()
        self._left: dict[tuple[int, Work], float] = {}

    def run(self, started: Callable[[], object] = lambda: None) -> int:
        """Work until SIGTERM or SIGINT; returns the exit code, 5 when the database was lost. Main thread only."""
        try:
            return asyncio.run(self._run(started))
        except ConnectorException as failure:
            log.error("the database cannot be reached: %s", failure.__cause__)  # noqa: TRY400 - it is not ours
            return EXIT_BROKEN
        finally:
            self.stopping.set()

    async def _run(self, started: Callable[[], object]) -> int:
        app, told = self._app(), asyncio.Event()
        async with app.open_async():
            hands = [
                asyncio.create_task(self._hands(app, map(jobs.queue_of, self.offices), AT_ONCE, listen=True)),
                # what waits here does so for seconds, and is asked for when they are over
                asyncio.create_task(self._hands(app, map(jobs.careful_queue_of, self.offices), 1, listen=False)),
            ]
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, told.set)
            clockwork = Clockwork(self._turn, [Loop("ticks", self.pace.tick, self.look), *self.loops])
            watching = [asyncio.create_task(_watch(clockwork)), asyncio.create_task(told.wait())]
            started()
            await asyncio.wait([*hands, watching[-1]], return_when=asyncio.FIRST_COMPLETED)
            self.stopping.set()
            for task in (*hands, *watching):
                task.cancel()  # a hand finishes what it holds
            ended = await asyncio.gather(*hands, return_exceptions=True)
            await asyncio.to_thread(clockwork.stop)
        for failure in ended:
            if isinstance(failure, Exception):
                why = None if isinstance(failure, ConnectorException) else failure
                log.error("the database is lost, or others took this worker for dead: %r", failure, exc_info=why)
        return 0 if told.is_set() else EXIT_BROKEN

    def _hands(
        self, app: procrastinate.App, queues: Iterable[str], at_once: int, *, listen: bool
    ) -> Coroutine[None, None, None]:
        return app.run_worker_async(
            queues=Queues(queues),
            concurrency=at_once,
            install_signal_handlers=False,
            listen_notify=listen,
            delete_jobs="successful",
            fetch_job_polling_interval=self.pace.poll,
            update_heartbeat_interval=self.pace.heartbeat,
            stalled_worker_timeout=self.pace.silent,
        )

    def _app(self) -> procrastinate.App:
        app = procrastinate.App(connector=connector(self.database.url, lost=self.pace.lost))
        for work in Work:
            app.task(name=work.value, pass_context=True)(self._do)
        return app

    def _do(self, context: procrastinate.JobContext, office_id: int) -> None:
        """One job. A failure is put down as another job, later; only what is given up is a failure to Procrastinate."""
        job = jobs.Running(context.job.id or 0, office_id, Work(context.job.task_name), context.job.attempts)
        try:
            self.offices[office_id].does(job.work)
        except Exception:
            with self.database.write(office_id) as connection:
                again = job.again(connection)
            if not again:
                raise
            log.warning("%s of office %s failed; it is tried again", job.work, office_id, exc_info=True)
            return
        job.mended(self.database)

    def _turn(self, loop: Loop) -> None:
        if self.stopping.is_set():
            return
        try:
            loop.work(wall_clock())
        except Unreachable as away:
            log.warning("the loop %s waits for its next turn: %s %s", loop.name, away.code, away.what)
        except Exception:
            log.exception("the loop %s failed; it runs again at its next turn", loop.name)

    def look(self, _now: datetime) -> None:
        """One tick: leave what is due in each office; one that cannot be asked does not keep the others waiting."""
        bereft: set[int] = set()
        with _going_on("the jobs of dead workers", first=True):
            bereft = jobs.bereft(self.database, timedelta(seconds=self.pace.silent))
        for office in self.offices.values():
            if self.stopping.is_set():
                return
            with _going_on(f"office {office.office_id}"):
                if office.office_id in bereft:
                    self._take_from_the_dead(office.office_id)
                self.look_after(office)

    def _take_from_the_dead(self, office_id: int) -> None:
        for job in jobs.take_from_the_dead(self.database, office_id, timedelta(seconds=self.pace.silent)):
            log.warning("a worker died over %s of office %s (failures before: %s)", job.work, office_id, job.attempts)

    def look_after(self, office: Served) -> None:
        """Leave once more what is due in an office."""
        wanted = self._wanted(office)
        if wanted:
            with self.database.write(office.office_id) as connection:
                for work in wanted:
                    leave(connection, work)
        self._left |= {(office.office_id, work): time.monotonic() for work in wanted}

    def _wanted(self, office: Served) -> set[Work]:
        due = {Work.DELIVERY} if office.due() else set()
        wanted = due | {work for work in self.pace.at_least if self._is_overdue(office, work)}
        if Work.SWEEP in wanted and not due:
            # What the sweep writes leaves its delivery with it; one beside it would find nothing, and is put off for a while.
            self._left[office.office_id, Work.DELIVERY] = time.monotonic()
            wanted.discard(Work.DELIVERY)
        return wanted

    def _is_overdue(self, office: Served, work: Work) -> bool:
        """Whether nobody has left or done it for long. Others look after the office, too: of ten workers one leaves it."""
        longest, now = self.pace.at_least[work], time.monotonic()
        if now - self._left.get((office.office_id, work), -math.inf) < longest:
            return False
        idle = office.idle(work)
        if idle < longest:
            self._left[office.office_id, work] = now - idle
        return idle >= longest
