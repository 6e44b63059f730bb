"""Files between being looked at and being kept: a person's own, under their hash, forgotten after some hours.

What is staged proves nothing and stands in no record; what a person confirms goes into the store.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from models.disk import unstored
from models.errors import NotFound
from models.language import _

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

KEPT_FOR: Final = timedelta(hours=3)
#: so many files of one person; the oldest go first
_MOST: Final = 10


class Staging:
    """One person's staged files."""

    def __init__(self, folder: Path, person_id: int) -> None:
        """The folder is made on the first write."""
        self._folder, self._person = folder, person_id

    def put(self, data: bytes, now: datetime) -> str:
        """Keep the bytes for a while and return their SHA-256; what has waited too long, of anybody, is thrown away."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep(now)
            path = self._path(sha256)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
            os.utime(path, (now.timestamp(), now.timestamp()))
        except OSError as error:
            raise unstored(error) from error
        return sha256

    def get(self, sha256: str, now: datetime) -> bytes:
        """The bytes; E-H33 when they are not there any more, or were changed."""
        data = b""
        path = self._path(sha256)
        with suppress(OSError):
            if now.timestamp() - path.stat().st_mtime <= KEPT_FOR.total_seconds():
                data = path.read_bytes()
        if not data or hashlib.sha256(data).hexdigest() != sha256:
            raise NotFound(
                "E-H33",
                _("The file that you sent is not kept any more."),
                remedy=_("Choose the file once more; nothing else is lost."),
            )
        return data

    def drop(self, sha256: str) -> None:
        """Throw one file away."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        plain = sha256 if len(sha256) == 64 and all(digit in "0123456789abcdef" for digit in sha256) else "nothing"
        return self._folder / f"{self._person}-{plain}"

    def _sweep(self, now: datetime) -> None:
        oldest = now.timestamp() - KEPT_FOR.total_seconds()
        mine = []
        for path in self._folder.iterdir():
            with suppress(OSError):
                changed = path.stat().st_mtime
                if changed < oldest:
                    path.unlink()
                elif path.name.startswith(f"{self._person}-"):
                    mine.append((changed, path))
        for _changed, path in sorted(mine)[: max(0, len(mine) - _MOST + 1)]:
            path.unlink(missing_ok=True)
