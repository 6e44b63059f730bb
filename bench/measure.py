"""How it is measured: contenders take turns in one run, each round gives a ratio, and the median counts with its spread.

Absolute rates move by a factor of two and more on shared cores; ratios of neighbouring runs do not.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(slots=True)
class Cost:
    """What some pieces of work took together, in seconds."""

    pieces: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def counting(self, pieces: int = 1) -> Iterator[None]:
        """What is done in the block is added; what lies between two blocks is not."""
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.wall += time.perf_counter() - wall
            self.cpu += time.process_time() - cpu
            self.pieces += pieces

    @property
    def each(self) -> float:
        """Seconds of the clock on the wall for one piece."""
        return self.wall / self.pieces

    @property
    def cpu_each(self) -> float:
        """Seconds of this process's processor time for one piece."""
        return self.cpu / self.pieces


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the rounds."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Of one figure a round."""
        return cls(median(figures), min(figures), max(figures))

    def times(self, factor: float) -> Spread:
        """In another unit."""
        return Spread(self.middle * factor, self.least * factor, self.most * factor)

    def __str__(self) -> str:
        """Middle (least–most)."""
        return f"{short(self.middle)} ({short(self.least)}–{short(self.most)})"


@dataclass(slots=True)
class Rounds:
    """The costs of every contender, round by round."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def each(self, name: str) -> Spread:
        """Seconds on the wall for one piece."""
        return Spread.of([cost.each for cost in self.costs[name]])

    def cpu_each(self, name: str) -> Spread:
        """Seconds of processor time for one piece."""
        return Spread.of([cost.cpu_each for cost in self.costs[name]])

    def rate(self, name: str) -> Spread:
        """Pieces a second."""
        return Spread.of([1 / cost.each for cost in self.costs[name]])

    def of_floor(self, name: str, floor: str, figure: Callable[[Cost], float] = lambda cost: cost.each) -> Spread:
        """How much of the floor's rate the other reaches: 1 is as fast, 0.5 takes twice as long.

        With the two the other way round: how many times as long it takes.
        """
        pairs = zip(self.costs[floor], self.costs[name], strict=True)
        return Spread.of([figure(below) / figure(above) for below, above in pairs])


def timed(work: Callable[[], object]) -> Callable[[], Cost]:
    """Some work as a contender; it is done once beforehand, so that nothing is compiled or read for the first time."""

    def once() -> Cost:
        cost = Cost()
        with cost.counting():
            work()
        return cost

    once()
    return once


def interleaved(contenders: Mapping[str, Callable[[], Cost]], rounds: int) -> Rounds:
    """Every contender once a round, each round beginning with another one."""
    made = Rounds({name: [] for name in contenders})
    names = list(contenders)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            made.costs[name].append(contenders[name]())
    return made


def short(figure: float) -> str:
    """Three digits that count."""
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.3g}"
