"""What befalls the machine at certain instants of the year, as events for the heap."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from simulation.years.events import Event
from simulation.years.faults import moments
from simulation.years.faults.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from simulation.years.faults import Faults
    from simulation.years.faults.moments import Jump, Span

#: months over which a year's faults are spread
WHOLE: Final = 12


def planned(faults: Faults) -> Iterator[Event]:
    """The downtimes, clock steps, full disks, mail outages and restores of the kinds that the year has."""
    year = faults.year
    # whatever is played of it, a year is befallen like any whole one; only the worst has all of it in what is played
    first, months = year.first, year.months if year.worst else WHOLE
    chance = {kind: year.stream(f"planned {kind}") for kind in Kind}
    if Kind.DOWN in faults.kinds:
        for span in moments.downtimes(chance[Kind.DOWN], first, months):
            yield _event(faults, Kind.DOWN, span.begins, _down(faults, span))
    if Kind.CLOCK in faults.kinds:
        for jump in moments.jumps(chance[Kind.CLOCK], first, months):
            yield from _clock(faults, jump)
    if Kind.DISK in faults.kinds:
        for span in moments.spans(chance[Kind.DISK], first, months, moments.FULL_DISKS, moments.FULL_FOR):
            yield from _switched(faults, Kind.DISK, span, lambda full: setattr(faults.disk, "full", full))
    if Kind.MAIL in faults.kinds:
        for span in moments.spans(chance[Kind.MAIL], first, months, moments.OUTAGES, moments.OUT_FOR):
            yield from _switched(faults, Kind.MAIL, span, faults.mail_out)
    if Kind.RESTORE in faults.kinds:
        (span,) = moments.spans(chance[Kind.RESTORE], first, months, 1, moments.LOST)
        yield _event(faults, Kind.RESTORE, span.begins, faults.restores.back_up)
        yield _event(faults, Kind.RESTORE, span.ends, faults.restores.bring_back)


def _event(faults: Faults, kind: Kind, at: datetime, do: Callable[[], object]) -> Event:
    """Once the faults are off nothing comes of it."""
    return Event(at, kind.value, lambda: do() if kind in faults.kinds else None)


def _down(faults: Faults, span: Span) -> Callable[[], object]:
    def stop() -> None:
        faults.year.service.stop(span.ends)
        faults.year.figures[Kind.DOWN] += 1

    return stop


def _clock(faults: Faults, jump: Jump) -> Iterator[Event]:
    def step() -> None:
        faults.year.clock.step(jump.offset)
        faults.year.figures[Kind.CLOCK] += 1

    yield _event(faults, Kind.CLOCK, jump.begins, step)
    yield _event(faults, Kind.CLOCK, jump.ends, lambda: faults.year.clock.step(timedelta(0)))


def _switched(faults: Faults, kind: Kind, span: Span, switch: Callable[[bool], object]) -> Iterator[Event]:
    yield _event(faults, kind, span.begins, lambda: switch(True))
    yield _event(faults, kind, span.ends, lambda: switch(False))
