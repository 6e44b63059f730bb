"""The kinds of faults, each counted under its own name; a year switches a random half of them off."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

#: how many times as often everything befalls in the worst of years
WORST: Final = 6


class Kind(StrEnum):
    """What may befall a year; the value is its name in the figures."""

    STATEMENT = "fault: death between two statements"
    ANSWER = "fault: death after commit, before the answer"
    FILE = "fault: death between two file operations"
    SENDING = "fault: death while sending"
    MAIL = "fault: mail failed"
    LEASE = "fault: lease lost while sending"
    DOWN = "fault: service down"
    CLOCK = "fault: clock moved"
    DISK = "fault: disk full"
    STALE = "fault: stale screen"
    CLICK = "fault: double click"
    RESTORE = "fault: backup restored"


def swarm(chance: Random) -> frozenset[Kind]:
    """The half that a year has: with all of them at once the rare meetings of a few would never be seen."""
    kinds = list(Kind)
    return frozenset(chance.sample(kinds, len(kinds) // 2))


def never_befell(figures: Mapping[str, int]) -> list[Kind]:
    """The kinds that have befallen nobody in the years of these figures."""
    return [kind for kind in Kind if not figures.get(kind.value)]
