"""Work that follows a change once it is kept: left in the transaction, done after the commit, by whoever is there to do it.

Whoever does it asks the database what is due, so leaving work is a wake-up and never the record of it: left twice it is
done once, left by a part that was undone it finds nothing, and what nobody heard of is found by the next tick.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sqlalchemy.engine import Connection

#: so many failures in a row, and a job is given up
ATTEMPTS: Final = 5
_FIRST_WAIT: Final = timedelta(seconds=5)
_LEFT: Final = "duban: left"


class Work(StrEnum):
    """What can be left for an office, a batch each."""

    #: messages, and events for other programs, that are due
    DELIVERY = "delivery"
    #: reminders that fall due
    SWEEP = "sweep"


class Dispatcher:
    """Where left work goes. This one tells nobody: a tick finds it."""

    def keep(self, connection: Connection, office_id: int, left: AbstractSet[Work]) -> None:
        """At the end of the transaction, and kept or undone with it."""

    def tell(self, office_id: int, left: AbstractSet[Work]) -> None:
        """After the commit; not told of what was undone. It must not raise."""


TICKS_ONLY: Final = Dispatcher()


def leave(connection: Connection, work: Work) -> None:
    """Something of this kind is to be done for the office once the transaction is kept."""
    connection.info.setdefault(_LEFT, set()).add(work)


def begin(connection: Connection) -> None:
    """Forget what an earlier transaction of the connection left and did not keep."""
    _info(connection).pop(_LEFT, None)


def left_on(connection: Connection) -> AbstractSet[Work]:
    """What the transaction has left so far."""
    found: AbstractSet[Work] = _info(connection).get(_LEFT, frozenset())
    return found


def _info(connection: Connection) -> dict[Any, Any]:
    info: dict[Any, Any] = connection.info
    return info


def next_attempt(failures: int) -> timedelta | None:
    """How long work that failed so often in a row waits: 5, 10, 20, 40 seconds; then None, it is given up."""
    return None if failures >= ATTEMPTS else _FIRST_WAIT * 2 ** (failures - 1)
