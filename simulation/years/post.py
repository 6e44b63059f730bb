"""The mail server outside: it keeps every copy that it took, and it fails verb by verb when it is told to.

What it took is evidence that survives every death of the program and every restored backup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from notifications.channel import DeliveryError, Envelope
    from simulation.years.clock import Clock

#: the verbs of a delivery in their order; ``answer`` fails after the message has been taken
Verb = Literal["connect", "hello", "sender", "recipient", "data", "answer"]
BEFORE: Final[tuple[Verb, ...]] = ("connect", "hello", "sender", "recipient", "data")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a message as it lies in somebody's mailbox."""

    message_id: str
    address: str
    name: str
    subject: str
    body: str
    #: when in truth it was taken
    true: datetime
    #: the instant that the program wrote on it
    wall: datetime


def _well(_verb: Verb, _envelope: Envelope) -> DeliveryError | None:
    """Nothing fails."""
    return None


@dataclass(slots=True)
class Post:
    """The mail server; a ``notifications.channel.Channel``."""

    clock: Clock
    #: asked at each verb: the failure of this one, or None
    trouble: Callable[[Verb, Envelope], DeliveryError | None] = _well
    taken: list[Copy] = field(default_factory=list)
    name: str = "email"
    private: bool = True

    def send(self, envelope: Envelope) -> str:
        """Take the message, or fail at one of the verbs; after ``data`` it lies in the mailbox whatever is answered."""
        for verb in BEFORE:
            self._fail(verb, envelope)
        self.taken.append(
            Copy(
                envelope.message_id, envelope.address, envelope.recipient_name, envelope.subject, envelope.body,
                self.clock.true, envelope.sent_at,
            )
        )  # fmt: skip
        self._fail("answer", envelope)
        return "250"

    def _fail(self, verb: Verb, envelope: Envelope) -> None:
        failure = self.trouble(verb, envelope)
        if failure is not None:
            raise failure
