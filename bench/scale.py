"""Many offices in one PostgreSQL: how large they are, how many steps a second, and the wave when all are due at once.

``python -m bench.scale`` (``OFFICES=40``) where ``DUBAN_TEST_POSTGRES`` names a server; writes docs/scale.md. Processes work
on offices of their own, as the nodes of a cluster do.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from bench.extent import WHOLE
from bench.month import Duban, people
from bench.offices import IN_WAVE, LIGHT, OFFICES, USUAL, copies, multiply, size
from bench.postgres import SERVER
from bench.scale_page import Measured, Wave, write
from bench.stock import stocked
from bench.together import together
from bench.wave import by_halves, by_workers
from models.database import Database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from bench.month import People
    from bench.stock import Frame, Stock

#: tasks of a year behind each office
YEAR: Final = 12 * USUAL.tasks
#: steps that each process takes in each measurement
STEPS: Final = 200
PROCESSES: Final = (1, 2, 4)


def main() -> None:
    """Everything, one after the other."""
    if not SERVER:
        sys.exit("DUBAN_TEST_POSTGRES names no server")
    with WHOLE.room() as folder:
        waves = [_wave(folder / name, shape) for name, shape in (("light", LIGHT), ("usual", USUAL))]
        stock = stocked(folder / "year", YEAR, STEPS * len(PROCESSES) + 1, frame=USUAL)
        with copies(stock, "year") as url:
            before = size(url)
            multiply(url)
            monthly = (size(url) - before) / (OFFICES - 1) / 12
            write(Measured(OFFICES, monthly, _rates(url, stock, people(stock)), waves))


def _wave(folder: Path, shape: Frame) -> Wave:
    """Of offices of this shape, in its halves and by workers."""
    stock = stocked(folder, 0, 0, frame=shape)
    with copies(stock, "halves") as url:
        multiply(url, IN_WAVE)
        halves = by_halves(url, shape)
    with copies(stock, "workers") as url:
        multiply(url, IN_WAVE)
        return Wave(shape.tasks / shape.units, halves, by_workers(url, shape))


def _rates(url: str, stock: Stock, who: People) -> dict[int, float]:
    """Steps a second by so many processes."""
    rates: dict[int, float] = {}
    for turn, processes in enumerate(PROCESSES):
        shares = [
            (url, who, stock.first + turn * STEPS, range(1 + place, OFFICES + 1, processes))
            for place in range(processes)
        ]
        rates[processes] = processes * STEPS / together(url, _steps, shares).seconds
        print(f"{processes} processes: {rates[processes]:.0f} steps a second", flush=True)
    return rates


def _steps(url: str, who: People, first: int, offices: Sequence[int], begin: Barrier) -> None:
    """Reports, each into the next of this process's offices."""
    database = Database(url)
    turns = [(offices[number % len(offices)], first + number) for number in range(STEPS + 1)]
    programs = {office: Duban(database, who, office_id=office) for office in offices}
    programs[offices[0]].step("report", turns.pop()[1])  # compiled before anybody looks at the clock
    begin.wait()
    for office, task in turns:
        programs[office].step("report", task)
    database.close()


if __name__ == "__main__":
    main()
