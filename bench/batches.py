"""Goal 3: a batch of many tasks, each item refused or done for itself, beside as many single commits."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from bench.measure import Cost, interleaved
from bench.month import TICK, Duban, command, people
from bench.stock import stocked
from models.errors import DubanError
from simulation.scene import OFFICE_ID
from workflow import actions

if TYPE_CHECKING:
    from pathlib import Path

    from bench.extent import Extent
    from bench.verdict import Figures

#: one item of so many is refused: its task has been approved already
REFUSED_OF: Final = 50
SIZES: Final = (10, 100, 1000)


class Approving:
    """A reviewer who approves what was filed and signed, in one batch or one by one."""

    def __init__(self, program: Duban, first: int, count: int) -> None:
        """``count`` tasks a round, from number ``first``."""
        self.program, self.next, self.count = program, first, count
        self.reviewer = program.actor(program.people.who("approve", 0))

    def _tasks(self) -> range:
        tasks = range(self.next, self.next + self.count)
        self.next += self.count
        return tasks

    def together(self) -> Cost:
        """One transaction."""
        made, tasks = Cost(), self._tasks()
        with made.counting(len(tasks)):
            self.program.now += TICK
            commands = [command("approve", task) for task in tasks]
            outcomes = actions.act_on_many(self.program.database, OFFICE_ID, self.reviewer, commands, self.program.now)
        refused = sum(outcome.refusal is not None for outcome in outcomes)
        assert refused == sum(task % REFUSED_OF == 0 for task in tasks), refused
        return made

    def singly(self) -> Cost:
        """A transaction for each."""
        made, tasks, refused = Cost(), self._tasks(), 0
        with made.counting(len(tasks)):
            for task in tasks:
                try:
                    self.program.step("approve", task)
                except DubanError:
                    refused += 1
        assert refused == sum(task % REFUSED_OF == 0 for task in tasks), refused
        return made


def run(extent: Extent, figures: Figures) -> None:
    """Batches of several sizes."""
    sizes = SIZES[:2] if extent.brief else SIZES
    rounds = extent.rounds
    with extent.room() as folder:
        stock = stocked(folder / "stock", 1000, sum(sizes) * (rounds + 1) * 2 + 1)
        _signed(stock.file, stock.first)
        program, first = Duban(stock.open(), people(stock)), stock.first
        for size in sizes:
            contenders = {}
            for name in ("together", "singly"):
                approving = Approving(program, first, size)
                first += size * (rounds + 1)
                contenders[name] = getattr(approving, name)
                contenders[name]()  # warm
            made = interleaved(contenders, rounds)
            least = 12 if size == SIZES[-1] else None
            figures.add(
                "3",
                f"batch of {size:,}, of the rate of single commits (FULL)",
                made.of_floor("together", "singly"),
                least=least,
            )
            figures.add("3", f"items a second in a batch of {size:,}", made.rate("together"))
        program.close()


def _signed(file: Path, first: int) -> None:
    """The spare tasks as filed and signed, some as approved; the database's own guard of states stands aside for it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        (kept,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'task_state_needs_event'").fetchone()
        connection.execute("DROP TRIGGER task_state_needs_event")
        for stage, which in (("signed_stamped", "<>"), ("reviewed", "=")):
            connection.execute(
                f"UPDATE task SET state = ?, stage = ? WHERE id >= ? AND id % {REFUSED_OF} {which} 0",
                (stage, stage, first),
            )
        connection.execute(kept)
