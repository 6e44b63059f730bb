"""What happens while a year is played: something at a true instant, and a process that dies in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a true instant."""

    at: datetime
    name: str
    do: Callable[[], object]


class Died(Exception):
    """The process died before it answered."""
