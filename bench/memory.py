"""How much memory the program takes, and that it takes no more the longer it works or the larger the office is."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from bench.extent import ROOT
from bench.stock import stocked

if TYPE_CHECKING:
    from bench.extent import Extent
    from bench.stock import Stock
    from bench.verdict import Figures

#: tasks through four steps each, in one process: the second figure beside the first shows what is never freed
FEW, MANY = 50, 250
MEGABYTE: Final = 1024
#: what grows by more than this keeps something
GROWN: Final = 1.1

_STEPS: Final = """
from pathlib import Path
from bench.month import STEPS, Duban, people, print_forms
from bench.stock import FRAME, Stock
stock = Stock(Path({folder!r}), FRAME, {tasks}, {first}, {spare})
who = people(stock)
program, tasks = Duban(stock.open("OFF"), who), range({first} + 1, {first} + 1 + {count})
for action in STEPS:
    if action == "sign_stamp":
        print_forms(stock.file, tasks)
    for task in tasks:
        program.step(action, task)
"""
_SWEEP: Final = """
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bench.stock import FRAME, Stock
from schedules.sweep import sweep
database = Stock(Path({folder!r}), FRAME, {tasks}, {first}, {spare}).open("OFF")
for turn in range({count}):
    sweep(database, 1, None, datetime(2022, 6, 20, 1, tzinfo=UTC) + timedelta(seconds=turn), drift=timedelta())
"""
_TELL: Final = """
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def run(extent: Extent, figures: Figures) -> None:
    """Steps and sweeps, each in a process of its own."""
    with extent.room() as folder:
        stock = stocked(folder / "stock", 1_000, MANY + 2)
        few, many = (_peak(_STEPS, stock.copy(folder / f"{count}"), count) for count in (FEW, MANY))
        figures.add("memory", f"{4 * FEW:,} steps in one process, MB at most", few)
        figures.add("memory", f"{4 * MANY:,} steps in one process, of that", many / few, "×", most=GROWN)
        sizes = (1_000, extent.largest // 4)
        peaks = [
            _peak(_SWEEP, stocked(folder / f"open-{size}", size, 0, opened=True, alone=True), 20) for size in sizes
        ]
        figures.add("memory", f"sweeps over {sizes[0]:,} open tasks, MB at most", peaks[0])
        figures.add("memory", f"sweeps over {sizes[1]:,} open tasks, of that", peaks[1] / peaks[0], "×", most=GROWN)


def _peak(script: str, stock: Stock, count: int) -> float:
    """The most that a process held, in MB; the kernel counts the memory of whoever started it, too, but not here."""
    told = {"folder": str(stock.folder), "tasks": stock.tasks, "first": stock.first, "spare": stock.spare}
    command = [sys.executable, "-c", script.format(**told, count=count) + _TELL]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[1]) / MEGABYTE
