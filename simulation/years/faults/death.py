"""Death of a process: at a drawn step of a drawn kind, and from then on no step of it has any effect.

A dead process raises ``Death`` at each further statement, commit and change of a file, so that nothing which still
stands on its stack, a ``finally`` or a second try, does anything; what it had not committed the database forgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulation.years.faults.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Collection
    from random import Random

#: how many steps of each kind a process takes on average before it dies there
MEAN: Final = {Kind.STATEMENT: 3000, Kind.ANSWER: 250, Kind.FILE: 60}


class Death(BaseException):
    """A process dies here: nothing it would still do is done, nobody gets an answer."""


class Life:
    """One life of a process; steps count only while it is at work."""

    def __init__(self, chance: Random, kinds: Collection[Kind] = (), harder: int = 1) -> None:
        """``kinds`` are the deaths that may await it, so many times sooner; without any it lives until it is ended."""
        possible = [kind for kind in MEAN if kind in kinds]
        kind = chance.choice(possible) if possible else None
        self.left = {kind: 1 + int(chance.expovariate(harder / MEAN[kind]))} if kind else {}
        self.at_work = False
        #: where it died, and of what
        self.died_at = ""
        self.died_of: Kind | None = None

    def spare(self) -> None:
        """Nothing awaits it any more."""
        self.left = {}

    def step(self, kind: Kind, where: str) -> None:
        """One step more; the last one raises ``Death``, and so does everything after it."""
        if not self.died_at:
            self.quietly(kind, where)
        if self.died_at:
            raise Death(self.died_at)

    def quietly(self, kind: Kind, where: str) -> None:
        """One step more, where nothing can be raised: if it is the last one, the next raises."""
        if self.at_work and kind in self.left:
            self.left[kind] -= 1
            if self.left[kind] == 0:
                self.die(kind, where)

    def die(self, kind: Kind, where: str) -> None:
        """It is dead from here on; whoever runs it learns so at its next step, or at the end of its work."""
        self.died_of, self.died_at = kind, where
