"""What is asked at each step of a process: whether it dies there, and whether there is room on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.years.faults.kinds import Kind

if TYPE_CHECKING:
    from simulation.years.faults.death import Life
    from simulation.years.faults.disk import Disk


@dataclass(frozen=True, slots=True)
class Fate:
    """A ``hooks.Watcher``: one life of one process on the machine's disk."""

    life: Life
    disk: Disk

    def checkout(self, connection: Any) -> None:
        """The connection feels how full the disk is now."""
        self.disk.limit(connection)

    def statement(self) -> None:
        """It may die before a statement."""
        self.life.step(Kind.STATEMENT, "before a statement")

    def commit(self) -> None:
        """It may die before a commit, or the commit finds no room."""
        self.life.step(Kind.STATEMENT, "before a commit")
        self.disk.commit()

    def committed(self) -> None:
        """It may die when everything is done, and nobody will ever be told."""
        self.life.quietly(Kind.ANSWER, "after a commit, before the answer")

    def file(self, change: str) -> None:
        """It may die before a change of a file, or there is no room for it."""
        self.life.step(Kind.FILE, f"before {change}")
        self.disk.file(change)
