"""What the observers are handed, and what they find: nothing here comes from the code that is under suspicion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path


class Told(Protocol):
    """What somebody was told outside of the program, as the journal of a simulated year keeps it."""

    @property
    def true(self) -> datetime:
        """When in truth."""
        ...

    @property
    def wall(self) -> datetime:
        """What the program's clock showed: the `now` that it was handed."""
        ...

    @property
    def who(self) -> str:
        """Login, or ``service``, or whoever runs it."""
        ...

    @property
    def deed(self) -> str:
        """``task.report``, ``summary.issue``, ``sweep`` …"""
        ...

    @property
    def task(self) -> int | None:
        """Its number; None where the deed is about no single task."""
        ...

    @property
    def seen(self) -> int | None:
        """The version that the person had seen."""
        ...

    @property
    def answer(self) -> str:
        """The state reached, ``done``, the code of a refusal, or ``died``."""
        ...

    @property
    def key(self) -> str:
        """The same key = the same click."""
        ...

    @property
    def detail(self) -> Mapping[str, Any]:
        """What else the person was told."""
        ...


class Copy(Protocol):
    """A message as it lies in somebody's mailbox."""

    @property
    def message_id(self) -> str:
        """The number on it: every copy bears the same."""
        ...

    @property
    def address(self) -> str:
        """Whose mailbox it lies in."""
        ...

    @property
    def subject(self) -> str:
        """What is written on its outside."""
        ...

    @property
    def body(self) -> str:
        """What it says."""
        ...

    @property
    def true(self) -> datetime:
        """When in truth."""
        ...

    @property
    def wall(self) -> datetime:
        """What the program's clock showed: the `now` that it was handed."""
        ...


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that did not hold: which invariant of the design, what was found, and where."""

    invariant: str
    what: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.invariant} · {self.where}: {self.what}" if self.where else f"{self.invariant}: {self.what}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an office's rows and files lie, and what is known of it from outside."""

    database: Path
    store: Path
    #: the folder of the heads that the program keeps outside of its database
    heads: Path
    told: Sequence[Told]
    copies: Sequence[Copy]
    #: the true instant of the observation
    when: datetime
    #: the faults are off and everything had time to leave
    drained: bool = False
    #: the office's own ladder for its months, as TOML; empty = the ladders of the flows
    rules: str = ""
    #: words that must never stand in a record
    secrets: tuple[str, ...] = ()


def refused(told: Told) -> bool:
    """Whether the answer was the code of a refusal."""
    return told.answer[:2] in {"E-", "W-"}


def acknowledged(told: Told) -> bool:
    """Whether the program said that it is done; a crash is no answer either."""
    return told.answer not in {"died", "crash"} and not refused(told)
