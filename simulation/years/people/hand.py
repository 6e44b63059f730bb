"""A person's hand on the program: one deed through the process that serves them, and what came back, written down.

Whoever gets no answer, because the process died, does the same again with the same key, or waits for tomorrow's list.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from models.errors import DubanError
from simulation.years.events import Died
from simulation.years.journal import DIED, DONE, Told
from simulation.years.program import Seat
from workflow import actions
from workflow.actions import Command, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.years.running import Year

T = TypeVar("T")

#: how long somebody waits before they do the same again
PATIENCE: Final = timedelta(minutes=7)
#: who did not get an answer so often gives up until tomorrow
TRIES: Final = 3


class Hand:
    """What people do to the program in a year."""

    def __init__(self, year: Year) -> None:
        """The year in which they do it."""
        self.year = year
        self._clicks = 0

    def do(
        self,
        who: str,
        deed: str,
        work: Callable[[Seat], T],
        *,
        kind: str = "",
        acting_for: str = "",
        detail: Callable[[T], Mapping[str, Any]] = lambda _done: {},
    ) -> T | None:
        """One deed; its answer goes into the journal. None when it was refused or nobody answered.

        ``kind`` is what happened in the city, for the count of what a year has seen.
        """
        done, answer = self._try(who, deed, work, acting_for)
        told = dict(detail(done)) if answer == DONE else {}  # type: ignore[arg-type] # the work's own None counts
        self._note(who, deed, answer, detail=told)
        if answer == DONE and kind:
            self.year.figures[kind] += 1
        return done

    def act(
        self, who: str, command: Command, *, acting_for: str = "", kind: str = "", tried: int = 1
    ) -> Outcome | None:
        """One step on one task under a key of its own; whoever clicks twice sends the same key twice."""
        deed = f"task.{command.action}"
        command = command if command.operation_id else self._keyed(command)
        done, answer = self._try(who, deed, lambda seat: _act(seat, command), acting_for)
        if done is not None:
            answer = done.state
            self.year.figures[kind or str(command.action)] += 1
            if acting_for:
                self.year.figures["a substitute acted"] += 1
        self._note(who, deed, answer, command, done.version if done else None)
        if answer == DIED and tried < TRIES:
            again = lambda: self.act(who, command, acting_for=acting_for, kind=kind, tried=tried + 1)  # noqa: E731
            self.year.at(self.year.clock.true + PATIENCE, f"{who} tries {deed} again", again)
        elif done is not None and self.year.faults.clicks_twice():
            self._click_again(who, deed, command, acting_for)
        return done

    def _click_again(self, who: str, deed: str, command: Command, acting_for: str) -> None:
        done, answer = self._try(who, deed, lambda seat: _act(seat, command), acting_for)
        self._note(who, deed, done.state if done else answer, command, done.version if done else None)
        self.year.figures["double clicks"] += 1

    def _keyed(self, command: Command) -> Command:
        self._clicks += 1
        key = f"click-{self.year.number}-{self._clicks}"
        return Command(command.action, command.task_id, command.version, command.given, key)

    def _try(self, who: str, deed: str, work: Callable[[Seat], T], acting_for: str) -> tuple[T | None, str]:
        """The deed in the process that serves people: what it gave, and the answer in a word."""
        year = self.year
        seat = Seat(year.desk, year.clock, who, acting_for)
        try:
            with year.inside(year.desk):
                return work(seat), DONE
        except Died:
            return None, DIED
        except DubanError as refusal:
            year.figures[f"refused {refusal.code}"] += 1
            return None, refusal.code
        except Exception as error:  # noqa: BLE001 - whatever else it raises is a finding, and the year goes on
            year.crashed(f"{who} {deed}", error)
            return None, "crash"

    def _note(
        self,
        who: str,
        deed: str,
        answer: str,
        command: Command | None = None,
        version: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        year = self.year
        task, seen, key = (command.task_id, command.version, command.operation_id) if command else (None, None, "")
        at = (year.clock.true, year.clock.now())
        year.journal.note(Told(*at, who, deed, task, seen, answer, version, key, detail or {}))


def _act(seat: Seat, command: Command) -> Outcome:
    return actions.act(seat.database, seat.office_id, seat.actor, command, seat.now())
