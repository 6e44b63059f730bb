"""When each session was last used: known at once, stored at most once a minute, and no page waits for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from models.errors import DubanError
from workflow.sessions import saw

if TYPE_CHECKING:
    from datetime import datetime

    from models.database import Database

_EVERY: Final = timedelta(minutes=1)
#: sessions of whom the last use is kept in mind; the longest unused goes first, the database knows it to the minute
_MOST: Final = 10_000


class LastSeen:
    """Shared by all requests; writes in a thread of its own."""

    def __init__(self, database: Database, office_id: int) -> None:
        """Nothing is written before a session is used."""
        self._database, self._office = database, office_id
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, datetime] = OrderedDict()
        self._stored: dict[str, datetime] = {}
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="seen")

    def at(self, digest: str) -> datetime | None:
        """When the session was last used here."""
        with self._lock:
            return self._seen.get(digest)

    def note(self, digest: str, now: datetime) -> None:
        """It is used now."""
        with self._lock:
            self._seen[digest] = now
            self._seen.move_to_end(digest)
            while len(self._seen) > _MOST:
                self._stored.pop(self._seen.popitem(last=False)[0], None)
            last = self._stored.get(digest)
            if last is not None and now - last < _EVERY:
                return
            self._stored[digest] = now
        self._writer.submit(self._store, digest, now)

    def _store(self, digest: str, now: datetime) -> None:
        # a database that takes nothing now says so wherever something matters; this is only a note
        with suppress(DubanError), self._database.write(self._office) as connection:
            saw(connection, self._office, digest, now)

    def settle(self) -> None:
        """Wait until everything noted is stored."""
        self._writer.submit(lambda: None).result()
