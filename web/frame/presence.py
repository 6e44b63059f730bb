"""Who else has a page open: a courtesy between people, kept in this process's memory alone and never relied upon."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

#: an open page asks every 15 seconds; whoever has not asked for this long has gone
_GONE: Final = timedelta(seconds=40)
#: no more pages than this are remembered
_MOST: Final = 500


class Presence:
    """Which people have which page open."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._seen: dict[str, dict[str, datetime]] = {}
        self._lock = threading.Lock()

    def others(self, page: str, name: str, now: datetime) -> list[str]:
        """Note that ``name`` has the page open; returns who else has."""
        with self._lock:
            if len(self._seen) > _MOST:
                self._seen.clear()
            here = {who: at for who, at in self._seen.get(page, {}).items() if now - at < _GONE}
            here[name] = now
            self._seen[page] = here
            return sorted(who for who in here if who != name)
