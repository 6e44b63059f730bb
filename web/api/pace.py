"""How fast one token may call: a program that runs wild must not keep people waiting."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final

from models.errors import Refused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS, SECONDS = 600, 60
#: the code of the refusal, which has a status of its own
TOO_FAST: Final = "E-H88"


class Pace:
    """The calls of each token in the minute that runs; counted in this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds that only grow."""
        self._clock, self._lock = clock, threading.Lock()
        self._began, self._counts = clock(), dict[int, int]()

    def step(self, token_id: int) -> None:
        """Count a call; E-H88 when there were too many in this minute."""
        with self._lock:
            now = self._clock()
            if now - self._began >= SECONDS:
                self._began, self._counts = now, {}
            count = self._counts[token_id] = self._counts.get(token_id, 0) + 1
            wait = math.ceil(self._began + SECONDS - now)
        if count > CALLS:
            raise Refused(
                TOO_FAST,
                _("Too many calls: at most {count} a minute with one token.").format(count=CALLS),
                remedy=_("Wait {seconds} seconds, then call again.").format(seconds=wait),
                retry_after=wait,
            )
