"""A goal, what was measured, and whether it was reached: one row of the table each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.measure import Spread, short

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was measured: as told, with its limit where it has one."""

    goal: str
    what: str
    value: float
    told: str
    #: at least this, or at most, where a goal says so
    least: float | None = None
    most: float | None = None

    @property
    def judged(self) -> bool:
        """Whether a goal speaks of it."""
        return self.least is not None or self.most is not None

    @property
    def reached(self) -> bool:
        """Whether it keeps to its limit."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def wanted(self) -> str:
        """The limit, as a sentence has it."""
        if self.least is not None:
            return f"≥ {short(self.least)}"
        return f"≤ {short(self.most)}" if self.most is not None else ""

    @property
    def verdict(self) -> str:
        """Reached, or by how much not."""
        if not self.judged:
            return ""
        return "reached" if self.reached else f"not reached: {short(self.value)}"


@dataclass(slots=True)
class Figures:
    """What a part of the measurement found, in the order of the page."""

    found: list[Figure] = field(default_factory=list)
    #: what could not be measured here, and why
    missing: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self, goal: str, what: str, value: Spread | float, unit: str = "", *, least: float | None = None, most: float | None = None
    ) -> None:  # fmt: skip
        """Note one, and say it."""
        middle = value.middle if isinstance(value, Spread) else value
        told = f"{value if isinstance(value, Spread) else short(value)}{unit and ' '}{unit}"
        figure = Figure(goal, what, middle, told, least, most)
        self.found.append(figure)
        print(f"  {figure.what:<78} {figure.told:<28} {figure.wanted:<8} {figure.verdict}", flush=True)

    def lacks(self, goal: str, why: str) -> None:
        """Note that a goal was not measured."""
        self.missing.append((goal, why))
        print(f"  goal {goal} was not measured: {why}", flush=True)


def together(parts: Sequence[Figures]) -> Figures:
    """Of several parts."""
    return Figures([one for part in parts for one in part.found], [one for part in parts for one in part.missing])
