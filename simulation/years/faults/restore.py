"""A backup that is brought back days later, by the program's own code; the heads that are kept outside stay as they are.

What everybody did since is gone from the program, not from the world: letters have arrived, people remember.
"""

from __future__ import annotations

import shutil
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deeds import backups
from models.errors import DubanError
from simulation.years.events import Died
from simulation.years.faults.kinds import Kind
from simulation.years.journal import DONE, Told
from simulation.years.program import Seat

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.years.people.staff import Staff
    from simulation.years.running import Year
    from workflow.calendar import WorkCalendar

#: who makes backups; who brings one back, without a desk in the program
WHO, OPERATOR = "sysadmin", "operator"
#: what a backup brings back; the folder of heads is another disk's
BROUGHT_BACK: Final = ("duban.db", "store", "rules.toml", "rules-history")
#: what SQLite keeps beside its file
_BESIDE: Final = ("duban.db-wal", "duban.db-shm")


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup, and what people knew of the office when it was made."""

    key: str
    file: Path
    staff: Staff
    calendar: WorkCalendar
    notices: list[int]
    opened: set[tuple[int, str]]


class Restores:
    """The backups of a year and their way back."""

    def __init__(self, year: Year) -> None:
        """They lie in a folder of their own, which no restore touches."""
        self.year = year
        self._folder = year.home / "backups"
        self._last: Kept | None = None

    def back_up(self) -> None:
        """The administrator makes a backup; a death or a full disk may keep them from it."""
        year, key = self.year, f"backup {self.year.clock.true:%m%d}"
        file, at = self._folder / f"{key}.tar.gz", (year.clock.true, year.clock.now())
        self._folder.mkdir(exist_ok=True)
        try:
            with year.inside(year.desk):
                seat = Seat(year.desk, year.clock, WHO)
                backups.write(seat, backups.begin(seat, file.name), file)
        except (Died, DubanError) as spoilt:
            year.note(f"no backup: {spoilt!r}")
            return
        year.journal.note(Told(*at, WHO, "backup", None, None, DONE, key=key))
        known = deepcopy((year.staff, year.calendar, year.notices, year.opened))
        self._last = Kept(key, file, *known)

    def bring_back(self) -> None:
        """Nothing runs while the folder is exchanged; then everybody goes on from there."""
        kept, year = self._last, self.year
        if kept is None:
            return
        year.desk.end()
        year.service.end()
        folder = self._folder / f"{kept.key} laid out"
        seat = Seat(year.desk, year.clock, WHO)
        backups.lay_out(seat, kept.file, folder, f"installation {year.clock.true:%m%d}")
        for name in (*BROUGHT_BACK, *_BESIDE):
            _remove(year.home / name)
        for name in BROUGHT_BACK:
            if (folder / name).exists():
                shutil.move(folder / name, year.home / name)
        shutil.rmtree(folder)
        year.staff, year.calendar, year.notices, year.opened = deepcopy(
            (kept.staff, kept.calendar, kept.notices, kept.opened)
        )
        year.journal.note(Told(year.clock.true, year.clock.now(), OPERATOR, "restore", None, None, DONE, key=kept.key))
        year.service.behind = True  # whoever brought it back knows that a yes is wanted, also while nothing runs
        year.figures[Kind.RESTORE] += 1
        self._last = None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
