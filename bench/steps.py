"""Goals 1 and 2: the full step beside its floor, on FULL and NORMAL, in small tables and in large ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final, Protocol

from bench.floor import KEYS, LEAVES, Floor, learned
from bench.measure import Cost, Rounds, interleaved
from bench.month import STEPS, Duban, people, print_forms
from bench.stock import stocked

if TYPE_CHECKING:
    from pathlib import Path

    from bench.extent import Extent
    from bench.stock import Stock
    from bench.verdict import Figures

#: tasks in the table → of its floor's rate
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
#: a round of the other measurements is so many here
PARTS: Final = 5
FLAT_AT: Final = 100_000
MODES: Final = ("FULL", "NORMAL")


class Stepping(Protocol):
    """Whoever takes steps."""

    def step(self, action: str, task: int) -> None:
        """One, durable."""

    def close(self) -> None:
        """Give the file back."""


class Runner:
    """One contender on a database of its own; each round takes the tasks that come next."""

    def __init__(self, stock: Stock, stepping: Stepping, count: int) -> None:
        """``count`` tasks a round, each through every step."""
        self.stock, self.stepping, self.count, self.next = stock, stepping, count, stock.first + 1
        self.steps: dict[str, list[Cost]] = {action: [] for action in STEPS}

    def round(self) -> Cost:
        """All steps of some tasks; the forms in between are not counted."""
        tasks = range(self.next, self.next + self.count)
        self.next += self.count
        whole = Cost()
        for action in STEPS:
            if action == "sign_stamp":
                print_forms(self.stock.file, tasks)
            part = Cost()
            with part.counting(len(tasks)):
                for task in tasks:
                    self.stepping.step(action, task)
            self.steps[action].append(part)
            whole = Cost(whole.pieces + part.pieces, whole.wall + part.wall, whole.cpu + part.cpu)
        return whole


def measured(stock: Stock, folder: Path, mode: str, rounds: int, count: int) -> tuple[Rounds, Rounds]:
    """The program and the floor, round by round; and each kind of step for itself."""
    who = people(stock)
    left = learned(stock, folder / f"learn-{mode}", who)
    ours, theirs = stock.copy(folder / f"duban-{mode}"), stock.copy(folder / f"floor-{mode}")
    runners = {
        "duban": Runner(ours, Duban(ours.open(mode), who), count),
        "floor": Runner(theirs, Floor(theirs.file, mode, who, left), count),
    }
    for runner in runners.values():
        runner.round()  # compiled, cached, warm
        runner.steps = {action: [] for action in STEPS}
    made = interleaved({name: runner.round for name, runner in runners.items()}, rounds)
    parts = Rounds({f"{name} {action}": costs for name, one in runners.items() for action, costs in one.steps.items()})
    for runner in runners.values():
        runner.stepping.close()
    same(stock, ours, theirs)
    return made, parts


def same(stock: Stock, ours: Stock, theirs: Stock) -> None:
    """Both have left the very same rows beside what stood in the stock, hashes and all; AssertionError otherwise."""
    with closing(sqlite3.connect(ours.file)) as mine, closing(sqlite3.connect(theirs.file)) as other:
        for query in _left(stock):
            assert mine.execute(query).fetchall() == other.execute(query).fetchall(), query


def _left(stock: Stock) -> list[str]:
    """What a database holds beside the stock's rows: its spare tasks as they stand now, and what was written."""
    with closing(sqlite3.connect(stock.file)) as connection:
        last = {
            table: connection.execute(f"SELECT max({KEYS[table]}) FROM {table}").fetchone()[0] or 0 for table in LEAVES
        }
    new = [f"SELECT * FROM {table} WHERE {KEYS[table]} > {last[table]} ORDER BY {KEYS[table]}" for table in LEAVES]
    return [f"SELECT * FROM task WHERE id >= {stock.first} ORDER BY id", *new]


def run(extent: Extent, figures: Figures) -> None:
    """Small and large tables."""
    for size in [size for size in SIZES if size <= extent.largest]:
        with extent.room() as folder:
            # many short rounds: what else a shared machine does falls on both of a round alike
            rounds, count = PARTS * extent.rounds, extent.steps // PARTS
            stock = stocked(folder / "stock", size, (rounds + 1) * count + 1, alone=size > FLAT_AT)
            for mode in MODES if size == SIZES[0] else MODES[:1]:
                _tell(figures, size, mode, *measured(stock, folder, mode, rounds, count))


def _tell(figures: Figures, size: int, mode: str, made: Rounds, parts: Rounds) -> None:
    place = f"{mode}, {size:,} tasks"
    goal = "1" if size == SIZES[0] else "2"
    wall, cpu = made.of_floor("duban", "floor"), made.of_floor("duban", "floor", lambda cost: cost.cpu_each)
    least = (0.7 if size == SIZES[0] else 0.75 if size == FLAT_AT else None) if mode == "FULL" else None
    figures.add(goal, f"full step, of the floor's rate ({place})", wall, least=least)
    figures.add(goal, f"the same by processor time ({place})", cpu)
    figures.add(goal, f"steps a second ({place})", made.rate("duban"))
    figures.add(goal, f"steps a second of the floor ({place})", made.rate("floor"))
    if size == SIZES[0]:
        for action in STEPS:
            figures.add(
                goal, f"{action}, of the floor's rate ({place})", parts.of_floor(f"duban {action}", f"floor {action}")
            )
