"""Content-addressed files: bytes lie under their SHA-256, are never overwritten, and are re-hashed when read.

The order (temporary file, fsync, rename, fsync of the folders, then the row) means that a committed row always has
its file (``reliability.md`` I9, I10); a file without a row is only garbage.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from models.disk import make_folder, sync_folder, unstored, write_whole
from models.errors import EnvironmentRefused, NotFound
from models.language import _

if TYPE_CHECKING:
    from pathlib import Path


class Store:
    """A folder of files named by their hash."""

    def __init__(self, folder: Path) -> None:
        """The folder is made on the first write."""
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of a hash lie."""
        if len(sha256) != 64 or not all(digit in "0123456789abcdef" for digit in sha256):
            raise NotFound("E-404", _("{kind} {number} was not found.").format(kind=_("File"), number=sha256[:16]))
        return self.folder / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256; keeping the same bytes again changes nothing."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        try:
            make_folder(target.parent)
            if target.exists():  # whoever put it there may have died before its name was on the disk for good
                sync_folder(target.parent)
                sync_folder(self.folder)
            else:
                write_whole(target, data, mode=0o440)
        except OSError as error:
            raise unstored(error) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their name; E-F20 when they were changed behind the program's back."""
        path = self.path(sha256)
        if not path.exists():
            raise NotFound("E-404", _("{kind} {number} was not found.").format(kind=_("File"), number=sha256[:16]))
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise EnvironmentRefused(
                "E-F20",
                _("File {number} is not what was stored.").format(number=sha256[:16]),
                remedy=_("Restore it from a backup; run: duban audit verify"),
            )
        return data
