"""A database driver's complaints as sentences with a remedy: no SQL, no path, no traceback."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import exc

from models import postgres
from models.disk import give_up, has_room
from models.errors import Unreachable
from models.guardrails import MOVED
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

#: with less than this free, what SQLite calls an I/O error is a full disk
LEAST_FREE: Final = 1 << 20
#: what SQLite was doing when a file did not grow; a sync is not among them
GROWING: Final = frozenset({"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"})


@contextmanager
def plain_words(file: Path | None = None) -> Iterator[None]:
    """The driver's complaints as sentences with a remedy; no SQL, no path, no traceback."""
    try:
        yield
    except exc.DatabaseError as error:
        if (told := plainly(error, file)) is not None:
            raise told from error
        raise


def plainly(error: exc.DatabaseError, file: Path | None = None) -> Unreachable | None:
    """What a complaint of the driver's means, where it has a meaning for people; after a failed disk nothing is written."""
    if isinstance(error, exc.OperationalError):
        told = refusal(error, file)
        if isinstance(told, DiskFailed):
            give_up()
        return told
    if (isinstance(error.orig, sqlite3.DatabaseError) and _damaged(str(error.orig))) or postgres.away(error):
        return refusal(error, file)
    return _moved() if MOVED in str(error.orig) else None


class DiskFailed(Unreachable):
    """The disk could not be read or written, and not for want of room."""


def _damaged(text: str) -> bool:
    return "not a database" in text or "malformed" in text


def refusal(error: exc.DBAPIError, file: Path | None = None) -> Unreachable:
    """What a database error means to the person at the keyboard (``reliability.md`` section 7, rows 28-29)."""
    if of_server := postgres.away(error) or postgres.shut_out(error):
        return of_server
    text = str(error.orig).lower()
    if "full" in text or "readonly" in text or "read-only" in text or "disk i/o" in text:
        return _disk(text, file, grew=getattr(error.orig, "sqlite_errorname", "") in GROWING)
    if _damaged(text):
        return _not_whole()
    if "locked" in text or "lock timeout" in text:
        return locked()
    if "unable to open" in text and file is not None and file.exists() and not os.access(file.parent, os.W_OK):
        return _read_only()
    if "unable to open" in text:
        return Unreachable(
            "E-B01", _("The database cannot be opened."), remedy=_("Check the folder, or create it with: duban init")
        )
    return Unreachable("E-B00", _("The database does not answer as it should."), remedy=_("Run: duban doctor"))


def _moved() -> Unreachable:
    return Unreachable(
        "E-B40",
        _("The office has moved to another database; nothing was saved here."),
        remedy=_("Look at the settings, and start again what runs on the old ones."),
    )


def _not_whole() -> Unreachable:
    return Unreachable(
        "E-B02",
        _("The file is not a duban database, or it is damaged."),
        remedy=_("Restore the last backup with: duban restore FILE --to FOLDER"),
    )


def refuse_damaged(connection: Connection) -> None:
    """Look at every page of an SQLite file; E-B02. Nothing is begun on a file that is not whole."""
    if connection.dialect.name == "sqlite" and connection.scalar(sa.text("PRAGMA quick_check")) != "ok":
        raise _not_whole()


def locked() -> Unreachable:
    """Another program has what is needed; E-B04."""
    return Unreachable("E-B04", _("Another program holds the database."), remedy=_("Wait a moment and try again."))


def _disk(text: str, file: Path | None, *, grew: bool) -> Unreachable:
    """The disk is full, read-only, or fails; E-507. SQLite calls it an I/O error, too, when a file may not grow."""
    where = _why_full(file, grew=grew)
    if "full" in text or ("disk i/o" in text and where):
        return Unreachable(
            "E-507",
            _("The disk is full; this operation was not saved, the existing data is intact."),
            where=where,
            remedy=_("Free some space, then try again."),
        )
    if "disk i/o" in text:
        return DiskFailed(
            "E-507",
            _("The disk could not be read or written; this operation was not saved."),
            remedy=_("Check the disk, then run: duban doctor"),
        )
    return _read_only()


def _read_only() -> Unreachable:
    return Unreachable(
        "E-507",
        _("The database is read-only; this operation was not saved."),
        remedy=_("Give the program write permission to the data folder."),
    )


def _why_full(file: Path | None, *, grew: bool) -> str:
    """Why a file did not grow on a disk that is in order; empty where the disk had room for it."""
    most, free = resource.getrlimit(resource.RLIMIT_FSIZE)[0], _free(file)
    if grew and most != resource.RLIM_INFINITY:
        return _("no file may grow beyond {limit} bytes here").format(limit=most)
    if free is not None and free < LEAST_FREE:
        return _("{free} bytes are free").format(free=free)
    if grew and file is not None and not has_room(file.parent, LEAST_FREE):
        return _("the quota of this program on the disk is used up")
    return ""


def _free(file: Path | None) -> int | None:
    """The bytes that are free where the file lies."""
    try:
        return None if file is None else shutil.disk_usage(file.parent).free
    except OSError:
        return None
