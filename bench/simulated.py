"""Goal 8: years of the whole city, with faults, played by the program's own paths and looked at from outside each month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.measure import Cost
from simulation.years.running import live

if TYPE_CHECKING:
    from bench.extent import Extent
    from bench.verdict import Figures

#: the first year of the fixed seed
SEED, YEAR = 1, 0


def run(extent: Extent, figures: Figures) -> None:
    """A year, or its first months."""
    months = 1 if extent.brief else 12
    with extent.room() as folder:
        cost = Cost()
        home = folder / "city"
        home.mkdir()
        with cost.counting():
            outcome = live(SEED, YEAR, home, months=months)
    assert not outcome.violations, outcome.violations
    a_minute = months / 12 * 60 / cost.cpu
    steps = sum(count for name, count in outcome.figures.items() if name == "deeds")
    figures.add("8", "years of the city a minute of one core, promises looked at", a_minute, least=40)
    figures.add("8", f"processor seconds for {months} of its months", cost.cpu)
    figures.add("8", f"deeds of people and service in them ({steps:,}), a second", steps / cost.cpu)
