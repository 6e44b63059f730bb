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
    from collections.abc import Mapping

PAGE: Final = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- figures:begin (make bench-scale) -->", "<!-- figures:end -->"
#: offices of a province of 14 cities, and of 330 cities with 3,300 counties
PROVINCE, NATION = 14, 3_630
#: units that answer an office, one digest each
UNITS: Final = 45
#: tasks of an office a month: as the real notice has them; and where each unit answers every clause
USUAL, WORST = 300, 3_375
#: half of a month's reports come on the 25th, three steps each, a third of them in the busiest of 9.5 hours
PEAK: Final = 0.5 * 3 * 3 / (9.5 * 3600)
MEGA: Final = 1e6


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the wave, by two processes."""

    seconds: float
    #: seconds of processor time that the program used, and the server; None where it is elsewhere
    program: float
    server: float | None

    def __str__(self) -> str:
        server = "" if self.server is None else f", of the server {self.server:.1f} s"
        return f"{self.seconds:.1f} s; processor time of the program {self.program:.1f} s{server}"

    def each(self, digests: int) -> str:
        """Microseconds of processor time a digest, program and server apart."""
        shares = (self.program, self.server)
        return " + ".join("?" if share is None else f"{share / digests * MEGA:.0f}" for share in shares)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    offices: int
    #: bytes that a month of an office with 300 tasks takes in the database
    monthly: float
    #: steps a second by so many processes
    rates: Mapping[int, float]
    #: digests of the wave; deciding and writing them, and handing them over
    digests: int
    swept: Half
    handed: Half
    #: seconds that bare SQL took for the rows of the wave
    bare: float


def write(made: Measured) -> None:
    """Put the tables between the marks of the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{told(made)}{END}{rest.split(END)[1]}", encoding="utf-8")
    print(PAGE)


def told(made: Measured) -> str:
    """As the page has it."""
    wave = NATION * UNITS
    swept, handed = (made.digests / half.seconds for half in (made.swept, made.handed))
    rows = [
        (f"{count} processes, steps a second", short(rate), short(rate / made.rates[1]) + " × one")
        for count, rate in made.rates.items()
    ]
    rows += [
        ("MB a month of an office with 300 tasks", short(made.monthly / MEGA), ""),
        (
            f"digests decided and written a second, 2 processes ({made.digests} of {made.offices} offices)",
            short(swept),
            f"{short(made.swept.seconds / made.bare)} × bare SQL by one",
        ),
        ("digests handed over a second, 2 processes", short(handed), ""),
        ("processor time to decide and write a digest, program + server, µs", made.swept.each(made.digests), ""),
        ("processor time to hand it over, program + server, µs", made.handed.each(made.digests), ""),
        (f"a wave of {wave:,} digests, 2 processes, seconds", short(wave / swept + wave / handed), "limit 60"),
    ]
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
