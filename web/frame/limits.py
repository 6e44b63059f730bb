"""How often somebody may ask: a bucket of tokens for each address, session and program, filled again as time passes.

Generous enough that nobody who works meets it; what is dear to answer, a login or a file, has a smaller bucket of its own.
Kept in memory, of bounded size; a restart fills all buckets.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: int
    per_second: float


#: a page brings no more than a few requests with it; behind one address a whole town may sit
SESSION: Final = Rate(240, 8.0)
ADDRESS: Final = Rate(3000, 200.0)
#: hashing a password takes a twentieth of a second of a processor
LOGIN: Final = Rate(60, 1.0)
#: looking at a file takes a process of its own
UPLOAD: Final = Rate(20, 0.5)
#: a program that runs wild must not keep people waiting; so many calls in a minute are never too many
TOKEN: Final = Rate(600, 10.0)
#: buckets that are kept; the longest unused goes first, which only fills it
_MOST: Final = 20_000


class Buckets:
    """The buckets of one running desk; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float], most: int = _MOST) -> None:
        """All full."""
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait(self, kind: str, who: str, rate: Rate) -> int:
        """Take one; 0 when there was one, else the seconds until there is."""
        key, now = (kind, who), self._clock()
        with self._lock:
            left, at = self._left.get(key, (float(rate.burst), now))
            left = min(float(rate.burst), left + max(0.0, now - at) * rate.per_second)
            enough = left >= 1
            self._left[key] = (left - 1 if enough else left, now)
            self._left.move_to_end(key)
            while len(self._left) > self._most:
                self._left.popitem(last=False)
        return 0 if enough else ceil((1 - left) / rate.per_second)
