"""How much is measured: whole, in minutes; or short, in seconds, to see that it runs and about where it stands."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Extent:
    """The sizes of a run."""

    brief: bool
    rounds: int
    #: tasks a round, each through four steps
    steps: int
    #: tasks in the largest table
    largest: int
    #: times that a command is started
    starts: int

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A folder on a disk, not in memory, for one measurement (``BENCH_DIR``, or ``build/``)."""
        above = Path(os.environ.get("BENCH_DIR") or ROOT / "build")
        above.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=above))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


WHOLE: Final = Extent(brief=False, rounds=9, steps=60, largest=1_000_000, starts=15)
SHORT: Final = Extent(brief=True, rounds=3, steps=15, largest=10_000, starts=3)
