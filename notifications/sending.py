"""Sending a handful of claimed messages: one thread, one after the other, each within its time (decision 57).

A thread cannot be ended from outside. One whose send has used up its time is left behind, and begins no further one.
"""

from __future__ import annotations

import contextvars
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from notifications.channel import DeliveryError
from notifications.letter import check_private, letter
from notifications.render import OwnWords

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from models.errors import BadInput
    from notifications.channel import Channel, Envelope
    from notifications.claims import Claimed

#: the code of a send, ours or a channel's, that used up its time
LATE: Final = "timeout"
#: wall-clock limit of one delivery: a server that drips a byte at a time defeats a socket's timeout
SEND_SECONDS: Final = 60.0
#: after so long a handful begins no further send: what was found out at its claim is to be no older, and a worker that
#: dies leaves no more behind of which nobody knows whether it arrived
HANDFUL_SECONDS: Final = 1.0
#: told to stop, a worker waits this much longer for the send in hand, then leaves it to the next try
GRACE_SECONDS: Final = 5.0
#: how often a worker that waits for its sends looks whether it is told to stop
_LOOK_SECONDS: Final = 0.2


@dataclass(slots=True)
class Try:
    """One message on its way out, and what came of it."""

    claimed: Claimed
    envelope: Envelope | None = None
    error: Exception | None = None
    #: the channel came back: without it nothing is known, whatever ended the thread
    taken: bool = False
    #: it had used up its time, or the worker was told to stop, before an answer came
    late: bool = False
    #: templates of the office that failed, and why: the message goes out in the shipped words
    fallen: list[tuple[str, BadInput]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Way:
    """How messages leave."""

    open_channel: Callable[[str], Channel]
    now: datetime
    #: the office's own words
    own: OwnWords
    #: whether it may leave still; asked before each send
    may_leave: Callable[[Claimed], bool]
    #: whether the worker is told to stop; asked between two sends
    stopped: Callable[[], bool]
    #: wall time of each send
    seconds: float = SEND_SECONDS

    def go(self, one: Try) -> None:
        """Render and send; no error escapes."""
        claimed = one.claimed
        try:
            noting = OwnWords(self.own.texts, lambda name, refusal: one.fallen.append((name, refusal)))
            one.envelope = letter(claimed, self.now, noting)
            channel = self.open_channel(claimed.row["channel"])
            check_private(claimed, channel)
            channel.send(one.envelope)
            one.taken = True
        except Exception as error:  # noqa: BLE001 - whatever a channel raises is this one message's outcome
            one.error = error


def send(handful: Sequence[Claimed], way: Way) -> list[Try]:
    """The tries, in order; what is not among them was not begun. Raises what ``may_leave`` raises before the first."""
    return _Hand(handful, way).tries()


class _Hand:
    """The thread that sends, and whoever waits for it."""

    def __init__(self, handful: Sequence[Claimed], way: Way) -> None:
        self._handful, self._way = handful, way
        self._lock = threading.Lock()
        self._begun: list[Try] = []
        #: when the send in hand began; None between two
        self._since: float | None = None
        self._given_up = False
        self._broken: BaseException | None = None

    def tries(self) -> list[Try]:
        """All that were begun."""
        thread = threading.Thread(target=contextvars.copy_context().run, args=(self._work,), daemon=True)
        thread.start()
        self._wait(thread)
        if self._broken is not None and not self._begun:
            raise self._broken
        return self._begun

    def _work(self) -> None:
        until = time.monotonic() + HANDFUL_SECONDS
        for claimed in self._handful:
            if self._way.stopped() or (self._begun and time.monotonic() > until):
                return
            try:
                leaves = self._way.may_leave(claimed)
            except BaseException as error:  # noqa: BLE001 - for whoever waits; what was sent before is settled all the same
                self._broken = error
                return
            if leaves and not self._sends(Try(claimed)):
                return

    def _sends(self, one: Try) -> bool:
        """Whether the next may follow: somebody still waits, and this one has not used up its time."""
        if not self._begins(one):
            return False
        self._way.go(one)
        with self._lock:
            self._since = None
        return not (isinstance(one.error, DeliveryError) and one.error.code == LATE)

    def _begins(self, one: Try) -> bool:
        """Whether anybody still waits for it."""
        with self._lock:
            if not self._given_up:
                self._begun.append(one)
                self._since = time.monotonic()
            return not self._given_up

    def _wait(self, thread: threading.Thread) -> None:
        hurried: float | None = None
        while thread.is_alive() and (left := self._left(hurried)) > 0:
            thread.join(min(_LOOK_SECONDS, left))
            if hurried is None and self._way.stopped():
                hurried = time.monotonic() + GRACE_SECONDS

    def _left(self, hurried: float | None) -> float:
        """Seconds for which the send in hand is still waited for; at their end it is given up."""
        with self._lock:
            since, now = self._since, time.monotonic()
            if since is None:
                return _LOOK_SECONDS
            ends = since + self._way.seconds
            left = (ends if hurried is None else min(ends, hurried)) - now
            if left <= 0:
                self._given_up = self._begun[-1].late = True
            return left
