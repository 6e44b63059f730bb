"""The wave: every office has something due in the same second, one digest for each of its units, through two processes.

Once in two halves, deciding and writing, then handing over, as fast as the program goes; once as it happens, by workers
as ``duban work`` runs them. The way out takes every message at once, as no real one does.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from bench.offices import IN_WAVE, count
from bench.scale_page import Halves, Worked
from bench.stock import LATER, Frame
from bench.sweeps import MORNING, PROVED
from bench.together import together
from cluster import jobs, schema
from cluster.worker import Served, Worker
from models.database import Database
from models.dispatch import Work
from models.rows import metadata
from models.statements import Statement
from notifications.outbox import deliver
from schedules.runner import spare_what_lasts
from schedules.sweep import sweep
from simulation.scene import OFFICE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.synchronize import Barrier

    from notifications.channel import Envelope

#: between two looks whether all is done
_LOOK_SECONDS: Final = 0.1
#: processes through which it goes
PROCESSES: Final = 2
#: offices that each of them does before: a server plans a statement anew for its first five times, in a cluster's thousands of offices
WARM: Final = min(10, IN_WAVE // PROCESSES - 1)
_WAITING: Final = f"SELECT count(*) FROM message WHERE state = 'due' AND next_at < {LATER}"


@dataclass(slots=True)
class Sink:
    """A way out that takes everything at once."""

    name: str = "file"
    private: bool = True

    def send(self, envelope: Envelope) -> str:
        """Taken."""
        return envelope.message_id


def by_halves(url: str, shape: Frame) -> Halves:
    """Every office of ``shape`` that the database holds, each half apart; and the same rows by bare SQL."""
    _come_due(url, shape)
    offices = IN_WAVE - PROCESSES * WARM
    swept = together(url, _sweep, _shares(url))
    # some were decided before anybody looked at the clock, and each office has as many
    digests = count(url, _WAITING) * offices // IN_WAVE
    print(f"{digests} digests of {offices} offices decided and written: {swept}", flush=True)
    handed = together(url, _hand_over, _shares(url))
    print(f"handed over: {handed}, {count(url, _WAITING)} left", flush=True)
    bare = _bare(url, shape, offices)
    print(f"the same rows by bare SQL in {bare:.1f} s", flush=True)
    return Halves(digests, swept, handed, bare)


def by_workers(url: str, shape: Frame) -> Worked:
    """The same once more, from the first look of workers that find everything due until the last digest has left."""
    with closing(Database(url)) as database:
        schema.apply(database)
    _come_due(url, shape)
    spent = together(url, _work, [(url,)] * PROCESSES, until=lambda: _all_sent(url))
    digests = count(url, f"SELECT count(*) FROM message WHERE created_at = '{MORNING}' AND state = 'sent'")
    print(f"{digests} digests of {IN_WAVE} offices by {PROCESSES} workers: {spent}", flush=True)
    return Worked(digests, spent)


def _shares(url: str) -> list[tuple[str, range]]:
    return [(url, range(1 + place, IN_WAVE + 1, PROCESSES)) for place in range(PROCESSES)]


def _come_due(url: str, shape: Frame) -> None:
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        connection.execute(sa.text(f"UPDATE task SET next_due_at = :at WHERE id <= {shape.tasks}"), {"at": MORNING})
        connection.execute(sa.text(f"UPDATE message SET next_at = {LATER} WHERE state <> 'sent'"))


def _sweep(url: str, offices: Sequence[int], begin: Barrier) -> None:
    database = Database(url)
    for office in _ready(offices, begin):
        sweep(database, office, None, MORNING, drift=PROVED)
    database.close()


def _hand_over(url: str, offices: Sequence[int], begin: Barrier) -> None:
    database, sink = Database(url), Sink()
    for office in _ready(offices, begin):
        deliver(database, office, lambda _name: sink, MORNING)
    database.close()


def _ready(offices: Sequence[int], begin: Barrier) -> Iterator[int]:
    """The offices; after the first ones, by which everything is compiled and planned, the other processes are waited for."""
    for place, office in enumerate(offices):
        if place == WARM:
            spare_what_lasts()  # as a service does
            begin.wait()
        yield office


def _work(url: str, begin: Barrier) -> None:
    """As ``duban work``, for all offices, on the morning of the wave."""
    database, sink = Database(url), Sink()
    jobs.attach(database)

    def does(office: int, work: Work) -> None:
        if work is Work.SWEEP:
            sweep(database, office, None, MORNING, drift=PROVED)
        else:
            deliver(database, office, lambda _name: sink, MORNING)

    served = [Served(office, partial(does, office), due=lambda: False) for office in range(1, IN_WAVE + 1)]
    spare_what_lasts()
    ended = Worker(database, served).run(started=begin.wait)
    database.close()
    sys.exit(ended)


def _all_sent(url: str) -> None:
    """Whether everything is done, by one connection: to open one each time takes as long as some jobs."""
    left = (
        "SELECT count(*) FROM procrastinate_jobs",
        f"SELECT count(*) FROM task WHERE next_due_at <= '{MORNING}'",
        _WAITING,
    )
    looks = [Statement(sa.text(query).columns(sa.column("left"))) for query in left]
    with closing(Database(url)) as database:
        while any(database.glance(look.scalar) for look in looks):
            time.sleep(_LOOK_SECONDS)


def _bare(url: str, shape: Frame, offices: int) -> float:
    """What was measured of the wave, written once more: a statement a table and office, nothing decided."""
    wave = (
        ("message", shape.units, {"id": "id + 100000", "dedupe_key": "dedupe_key || '|'"}),
        ("reminder", shape.tasks, {"id": "id + 100000", "rule": "rule || '|'"}),
    )
    with closing(Database(url)) as database:
        since = time.perf_counter()
        for office in range(1, offices + 1):
            with database.write(office) as connection:
                for table, rows, own in wave:
                    names = [f'"{column.name}"' for column in metadata.tables[table].c]
                    chosen = [own.get(name.strip('"'), name) for name in names]
                    last = f"(SELECT max(id) FROM {table} WHERE office_id = {office})"
                    connection.exec_driver_sql(
                        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)} FROM {table}"
                        f" WHERE office_id = {office} AND id > {last} - {rows}"
                    )
                connection.exec_driver_sql(
                    f"UPDATE task SET next_due_at = now() WHERE office_id = {office} AND id <= {shape.tasks}"
                )
        return time.perf_counter() - since
