"""Files that must still be there after a power cut, and a process whose disk has failed: it writes nothing more.

A file is on the disk once it was synced, its name once its folder was, and a new folder once the one above it was
(``reliability.md`` I10). After a sync that failed nobody knows what is there, and the next sync says that all is well:
so the process gives up, and whoever starts it again looks at the database first (section 9, item 0).
"""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.errors import EnvironmentRefused, Unreachable
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

#: the disk is in order and takes no more: it is full, or what this user may store on it is used up
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FAILED: Final = threading.Event()
_TOLD: Final[list[Callable[[], object]]] = []


def failed() -> bool:
    """Whether the disk failed since this process began."""
    return _FAILED.is_set()


def give_up() -> None:
    """The disk failed: from now on this process writes nothing."""
    _FAILED.set()
    for tell in _TOLD:
        tell()


def when_failed(tell: Callable[[], object]) -> None:
    """Have it said at once, in the thread that finds out; ``tell`` must not wait for anything."""
    _TOLD.append(tell)


def refuse_failed() -> None:
    """Nothing is written after a failure; E-507."""
    if failed():
        raise Unreachable(
            "E-507",
            _("The disk failed; since then this process writes nothing, and it ends."),
            remedy=_("Check the disk, then start again: duban doctor says what is left."),
        )


def unstored(error: OSError) -> EnvironmentRefused:
    """What is said when a file could not be stored; E-507. A full disk is no failed one: the program goes on."""
    if error.errno in NO_ROOM:
        return EnvironmentRefused(
            "E-507",
            _("The disk is full; this operation was not saved, the existing data is intact."),
            remedy=_("Free some space, then try again."),
        )
    kind = Unreachable if failed() else EnvironmentRefused
    return kind("E-507", _("The file could not be stored; nothing was changed."), remedy=_("Check the disk."))


def has_room(folder: Path, size: int) -> bool:
    """Whether a file of ``size`` bytes could be made here now; tried, for a quota is told by no count of free bytes."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            os.posix_fallocate(probe.fileno(), 0, size)
    except OSError as error:
        return error.errno not in NO_ROOM
    return True


def sync(handle: int) -> None:
    """Let what was written to an open file outlive a power cut."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno == errno.EIO:
            give_up()
        raise


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """A folder that is there for good, with those above it."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        sync_folder(made.parent)


def write_whole(target: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a file that is whole or not there, whatever happens: beside its place, synced, then moved there."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            sync(file.fileno())
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
