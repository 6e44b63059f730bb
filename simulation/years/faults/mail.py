"""The mail server fails: verb by verb now and then, and altogether for a while; a sender may die or sleep in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from notifications.channel import DeliveryError

if TYPE_CHECKING:
    from random import Random

    from simulation.years.post import Verb

#: of a thousand verbs: how many fail
FAILS: Final = 8
#: of ten refused recipients: how many are refused for good
FOR_GOOD: Final = 2
#: what a server says at each verb: for now, and for good
_NOW: Final = {
    "connect": ("421", "the server does not answer"),
    "hello": ("421", "too many connections"),
    "sender": ("451", "greylisted"),
    "recipient": ("450", "the mailbox is busy"),
    "data": ("452", "no room in the mailbox"),
    "answer": ("", "the connection was cut after the message"),
}
_FOR_GOOD: Final = ("550", "there is no such mailbox")


class Mail:
    """The server's moods."""

    def __init__(self, chance: Random, harder: int = 1) -> None:
        """It works at first, and fails so many times as often."""
        self.out = False
        self._chance, self._fails = chance, harder * FAILS

    def verb(self, verb: Verb) -> DeliveryError | None:
        """The failure of this verb, or None."""
        if not (self.out and verb == "connect") and self._chance.randrange(1000) >= self._fails:
            return None
        permanent = verb == "recipient" and self._chance.randrange(10) < FOR_GOOD
        code, reason = _FOR_GOOD if permanent else _NOW[verb]
        return DeliveryError(reason, permanent=permanent, code=code)
