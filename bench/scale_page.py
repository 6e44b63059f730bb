"""docs/scale.md: what was measured of many offices, and what follows from it for a province and for the nation."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.extent import ROOT
from bench.measure import short
from bench.page import today

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.together import Spent

PAGE: Final = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- figures:begin (make bench-scale) -->", "<!-- figures:end -->"
#: offices of a province of 14 cities, and of 330 cities with 3,300 counties
PROVINCE, NATION = 14, 3_630
#: units that answer an office, one digest each
UNITS: Final = 45
#: digests when every office of the nation has something due
WAVE: Final = NATION * UNITS
#: tasks of an office a month: as the real notice has them; and where each unit answers every clause
USUAL, WORST = 300, 3_375
#: half of a month's reports come on the 25th, three steps each, a third of them in the busiest of 9.5 hours
PEAK: Final = 0.5 * 3 * 3 / (9.5 * 3600)
MEGA: Final = 1e6


@dataclass(frozen=True, slots=True)
class Halves:
    """The wave in its two halves, by two processes: digests decided and written, then handed over."""

    digests: int
    swept: Spent
    handed: Spent
    #: seconds that bare SQL took for the rows of the first half
    bare: float

    @property
    def seconds(self) -> float:
        """Of both halves, of a wave over the nation."""
        return WAVE * (self.swept.seconds + self.handed.seconds) / self.digests


@dataclass(frozen=True, slots=True)
class Worked:
    """The wave as it happens, by two workers."""

    digests: int
    spent: Spent


@dataclass(frozen=True, slots=True)
class Wave:
    """Of digests that speak of so many tasks each."""

    tasks: float
    halves: Halves
    worked: Worked


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    offices: int
    #: bytes that a month of an office with 300 tasks takes in the database
    monthly: float
    #: steps a second by so many processes
    rates: Mapping[int, float]
    waves: Sequence[Wave]


def write(made: Measured) -> None:
    """Put the tables between the marks of the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{told(made)}{END}{rest.split(END)[1]}", encoding="utf-8")
    print(PAGE)


def told(made: Measured) -> str:
    """As the page has it."""
    rows = [
        (f"{count} processes, steps a second", short(rate), short(rate / made.rates[1]) + " × one")
        for count, rate in made.rates.items()
    ]
    rows.append(("MB a month of an office with 300 tasks", short(made.monthly / MEGA), ""))
    for wave in made.waves:
        rows += _of_wave(wave)
    lines = [
        f"Run on {today()}, Python {platform.python_version()}, {os.cpu_count()} shared cores for programs and server together, {made.offices} offices.",
        "", "| what | figure | beside |", "|---|---|---|", *(f"| {what} | {figure} | {beside} |" for what, figure, beside in rows),
        "", "| | offices | GB a year | steps a second in the busiest hour of the 25th | the same, worst case |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, offices in (
        ("city", 1),
        ("province, 14 cities", PROVINCE),
        ("nation, one database", NATION),
        ("nation, one of 31 provinces", NATION / 31),
    ):
        peak = (short(offices * tasks * PEAK) for tasks in (USUAL, WORST))
        lines.append(f"| {name} | {short(offices)} | {short(offices * made.monthly * 12 / 1e9)} | {' | '.join(peak)} |")
    return "\n".join([*lines, ""])


def _of_wave(wave: Wave) -> list[tuple[str, str, str]]:
    of, halves, worked = f"of {short(wave.tasks)} tasks each", wave.halves, wave.worked
    swept, handed = (halves.digests / half.seconds for half in (halves.swept, halves.handed))
    beside = f"{short(halves.swept.seconds / halves.bare)} × bare SQL by one"
    return [
        (f"digests {of}: decided and written a second, 2 processes ({halves.digests} of them)", short(swept), beside),
        (f"digests {of}: handed over a second, 2 processes", short(handed), ""),
        (
            f"processor time to decide and write a digest {of}, program + server, µs",
            halves.swept.each(halves.digests),
            "",
        ),
        ("processor time to hand it over, program + server, µs", halves.handed.each(halves.digests), ""),
        (f"a wave of {WAVE:,} digests {of}, 2 processes, seconds", short(halves.seconds), "limit 60"),
        (f"the same by 2 workers ({worked.digests} digests)", short(WAVE * worked.spent.seconds / worked.digests), ""),
    ]
