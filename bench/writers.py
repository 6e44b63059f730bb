"""Goal 6: four processes that write into one office at the same time, beside one."""

from __future__ import annotations

import multiprocessing
import time
from typing import TYPE_CHECKING, Final, Protocol

from bench.measure import Cost, interleaved
from bench.month import Duban, people
from bench.stock import stocked
from models.database import Database, sqlite_url
from models.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.sharedctypes import Synchronized
    from multiprocessing.synchronize import Barrier

    from bench.extent import Extent
    from bench.verdict import Figures

WRITERS: Final = 4
#: each writes into its own tasks: what is measured is the lock, not who wins a task
ACTION: Final = "report"


class Stepping(Protocol):
    """The program, or its floor."""

    def step(self, action: str, task: int) -> None:
        """One step, durable."""

    def close(self) -> None:
        """Hang up."""


class Writing:
    """A number of writers on one office; each round takes the tasks that come next."""

    def __init__(self, program: Callable[[], Stepping], writers: int, first: int, count: int) -> None:
        """``count`` tasks a round, shared by the writers, each with a program of its own."""
        self.program, self.writers, self.next, self.count = program, writers, first, count
        self.locked = 0

    def round(self) -> Cost:
        """From the moment all are ready to the last commit."""
        share = self.count // self.writers
        begin, end = multiprocessing.Barrier(self.writers + 1), multiprocessing.Barrier(self.writers + 1)
        locked: Synchronized[int] = multiprocessing.Value("i", 0)
        processes = [
            multiprocessing.Process(target=_write, args=(self.program, self._take(share), begin, end, locked))
            for _writer in range(self.writers)
        ]
        for process in processes:
            process.start()
        begin.wait()
        started = time.perf_counter()
        end.wait()
        cost = Cost((share - 1) * self.writers, time.perf_counter() - started)
        for process in processes:
            process.join()
        self.locked += locked.value
        return cost

    def _take(self, share: int) -> range:
        self.next += share
        return range(self.next - share, self.next)


def _write(made: Callable[[], Stepping], tasks: range, begin: Barrier, end: Barrier, locked: Synchronized[int]) -> None:
    program = made()
    program.step(ACTION, tasks[0])  # opened and compiled before anybody looks at the clock
    begin.wait()
    for task in tasks[1:]:
        try:
            program.step(ACTION, task)
        except Unreachable:
            with locked.get_lock():
                locked.value += 1
    end.wait()
    program.close()


def run(extent: Extent, figures: Figures) -> None:
    """One writer and four, the same number of steps."""
    count, rounds = 2 * extent.steps * WRITERS, extent.rounds
    with extent.room() as folder:
        stock = stocked(folder / "stock", 1000, 2 * count * rounds + 1)
        who, half = people(stock), count * rounds

        def ours() -> Duban:
            return Duban(Database(sqlite_url(stock.file)), who)

        writing = {
            "four": Writing(ours, WRITERS, stock.first, count),
            "one": Writing(ours, 1, stock.first + half, count),
        }
        made = interleaved({name: one.round for name, one in writing.items()}, rounds)
    figures.add("6", f"{WRITERS} writers: lock errors (FULL)", writing["four"].locked, most=0)
    figures.add("6", f"{WRITERS} writers, of one writer's rate (FULL)", made.of_floor("four", "one"), least=0.85)
    figures.add("6", f"steps a second of {WRITERS} writers", made.rate("four"))
