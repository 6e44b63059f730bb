"""Copying an office into one file, proving the copy, and bringing it back without telling anybody twice.

A backup is one ``.tar.gz``: the database as SQLite's backup API copies it, the stored files, the outside heads, the
settings without secrets, and a manifest with the SHA-256 of each. Source: ``reliability.md`` F17, F18, I18.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tomllib
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.disk import NO_ROOM, make_folder, sync, sync_folder
from models.errors import BadInput, EnvironmentRefused, Refused
from models.language import _
from models.states import MessageState, Result
from workflow import audit, heads, permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

DATABASE: Final = "duban.db"
MANIFEST: Final = "manifest.json"
#: the database's name until the restore is whole: an office that was cut off in it cannot be taken for one to go on with
UNFINISHED: Final = f"{DATABASE}.restoring"
FORMAT: Final = 1
#: where the stored files lie in a backup
_STORE: Final = "store"
#: words of a settings line that may be a secret; such lines stay out of the file
_SECRET: Final = ("password", "secret", "token", "key", "webhook", "url")
_CHUNK: Final = 1 << 20
#: why a folder is not written, whatever the backup is like
_NO_ROOM: Final = NO_ROOM | {errno.EFBIG, errno.EROFS, errno.EIO}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where what is copied lies."""

    database: Path
    store: Path
    #: None while the folder of heads belongs to another installation
    heads: Path | None
    settings: Path
    #: the office's own reminder rules and those before them, by their names in the folder
    rules: tuple[tuple[str, Path], ...] = ()


def begin(connection: Connection, office_id: int, actor: Actor, name: str, now: datetime) -> audit.Head:
    """Record, before copying, that a backup is made: so the backup holds the event, too."""
    role = permissions.demand(actor, "service.manage")
    entry = audit.Entry("backup", "office", office_id, role=role.value, detail={"file": name})
    return audit.append(connection, office_id, actor, entry, now)


def write(
    sources: Sources,
    target: Path,
    office_id: int,
    head: audit.Head,
    now: datetime,
    progress: Callable[[str], object] = lambda _name: None,
) -> dict[str, Any]:
    """Write the backup beside its place and move it there whole; returns the manifest.

    E-B10 when the place is taken: a backup never overwrites another one.
    """
    if target.exists():
        raise Refused("E-B10", _("There is a file of this name already."), where=target.name)
    part = target.with_name(target.name + ".part")
    copy = target.with_name(target.name + ".db")
    manifest: dict[str, Any] = {
        "format": FORMAT, "office": office_id, "made_at": now.isoformat(), "head": [head.seq, head.hash], "files": {},
    }  # fmt: skip
    try:
        outside = _heads(sources)  # first: a head written meanwhile would lie beyond the copy of the database
        _copy_database(sources.database, copy)
        with _private(part) as out, tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, file in _contents(sources, copy, outside):
                manifest["files"][name] = _add(archive, name, file, now)
                progress(name)
            _add(archive, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode(), now)
        part.rename(target)
        sync_folder(target.parent)
    except (OSError, sqlite3.OperationalError) as error:
        raise EnvironmentRefused(
            "E-507", _("The backup could not be written."), where=target.name, remedy=_("Check the disk.")
        ) from error
    finally:
        part.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return manifest


@contextmanager
def _private(file: Path) -> Iterator[IO[bytes]]:
    """A file for its owner only, on the disk for good when the block ends."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        yield out
        out.flush()
        sync(out.fileno())


def _copy_database(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def _heads(sources: Sources) -> list[tuple[str, bytes]]:
    folder = sources.heads
    if folder is None:
        return []
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return [(f"heads/{file.relative_to(folder).as_posix()}", file.read_bytes()) for file in files]


def _contents(sources: Sources, database: Path, outside: list[tuple[str, bytes]]) -> Iterator[tuple[str, Path | bytes]]:
    yield DATABASE, database
    if sources.settings.exists():
        yield "duban.toml", plain_settings(sources.settings.read_text(encoding="utf-8")).encode()
    yield from sources.rules
    yield from outside
    for file in sorted(sources.store.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            yield f"{_STORE}/{file.relative_to(sources.store).as_posix()}", file


def count(sources: Sources) -> int:
    """How many files a backup will hold, more or less: people work on meanwhile."""
    return sum(1 for _content in _contents(sources, sources.database, _heads(sources)))


def plain_settings(text: str) -> str:
    """The settings without any line that could hold a secret; nothing at all when that cannot be made sure."""
    plain = "".join(line for line in text.splitlines(keepends=True) if not _secret(line))
    try:
        hidden = set(_secret_values(tomllib.loads(text)))
        tomllib.loads(plain)
    except tomllib.TOMLDecodeError:
        return ""
    return "" if any(value in plain for value in hidden) else plain


def _secret(word: str) -> bool:
    return any(part in word.lower() for part in _SECRET)


def _secret_values(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _secret_values(value)
        elif _secret(key) and str(value):
            yield str(value)


def _add(archive: tarfile.TarFile, name: str, what: Path | bytes, now: datetime) -> str:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = 0o600, int(now.timestamp())
    if isinstance(what, bytes):
        member.size = len(what)
        archive.addfile(member, io.BytesIO(what))
        return hashlib.sha256(what).hexdigest()
    member.size = what.stat().st_size
    with what.open("rb") as file:
        archive.addfile(member, file)
        file.seek(0)
        return _sha256(file)


def _sha256(file: IO[bytes]) -> str:
    made = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        made.update(chunk)
    return made.hexdigest()


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Lay a backup out in a new folder, every file held against the manifest; returns the manifest.

    The database bears the name ``UNFINISHED`` until ``finish``. E-B11 for what is no backup or was changed; nothing
    outside the folder is ever written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(
            "E-B12",
            _("The folder is not empty; nothing was restored."),
            where=folder.name,
            remedy=_("Name a new or empty folder."),
        )
    make_folder(folder)
    folder.chmod(0o700)
    try:
        return _laid_out(file, folder)
    except BaseException:
        _empty(folder)
        raise


def _laid_out(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file, "r:gz") as archive:
            found = {member.name: _extract(archive, member, folder) for member in archive}
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise EnvironmentRefused(
                "E-507", _("The folder could not be written; nothing was restored."), where=folder.name,
                remedy=_("Check the disk."),
            ) from error  # fmt: skip
        raise _spoilt(file) from error
    found.pop(MANIFEST, None)
    if manifest.get("format") != FORMAT or manifest.get("files") != found or DATABASE not in found:
        raise _spoilt(file)
    _quick_check(folder / UNFINISHED, file)
    return manifest


def _empty(folder: Path) -> None:
    """It was empty before."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def finish(folder: Path) -> None:
    """The restored office is whole, closed, and its outbox held: now it may be opened."""
    (folder / UNFINISHED).rename(folder / DATABASE)
    sync_folder(folder)


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    path = PurePosixPath(member.name)
    if not member.isfile() or path.is_absolute() or ".." in path.parts:
        raise ValueError(member.name)
    target = folder / UNFINISHED if member.name == DATABASE else folder.joinpath(*path.parts)
    make_folder(target.parent)
    source = archive.extractfile(member)
    assert source is not None
    made = hashlib.sha256()
    mode = 0o440 if path.parts[0] == _STORE else 0o600  # what was sealed is open to nobody's writing again
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        while chunk := source.read(_CHUNK):
            made.update(chunk)
            out.write(chunk)
        out.flush()
        sync(out.fileno())
    sync_folder(target.parent)
    return made.hexdigest()


def _quick_check(database: Path, file: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise _spoilt(file)


def _spoilt(file: Path) -> BadInput:
    return BadInput(
        "E-B11",
        _("This is no backup of duban, or it was changed or cut short."),
        where=file.name,
        remedy=_("Take another backup."),
    )


def confirm_restore(
    connection: Connection, office_id: int, actor: Actor, heads_dir: Path, now: datetime, *, log_lost: bool = False
) -> int:
    """Say yes to a database that is older than its outside head, has lost its log, or takes another installation's place.

    The event names the furthest head that still stands and every head beyond: these, and no others, are explained by
    it. Returns how many messages are held; E-B17 when nothing shows that the database was restored.
    """
    role = permissions.demand(actor, "service.manage")
    kept = heads.read(heads_dir, office_id)
    beyond = heads.unexplained(connection, office_id, kept)
    foreign = heads.foreign(heads_dir, connection, office_id)
    if not (beyond or log_lost or foreign or _unconfirmed(connection, office_id)):
        raise Refused(
            "E-B17",
            _("There is nothing to confirm: this database was not restored; it holds every outside head."),
            remedy=_("Go on working; nothing was changed."),
        )
    start = heads.proven(connection, office_id, kept)
    detail: dict[str, Any] = {"from": [start.seq, start.hash], "beyond": [[head.seq, head.hash] for head in beyond]}
    detail |= {"log_lost": True} if log_lost else {}
    entry = audit.Entry(heads.CONFIRMED, "office", role=role.value, detail=detail)
    return second_life(connection, office_id, actor, entry, now)


def _unconfirmed(connection: Connection, office_id: int) -> bool:
    """Whether the office was laid out from a backup and nobody has said yes to it since."""
    e = t.event.c
    last = connection.scalar(
        sa.select(e.action)
        .where(e.office_id == office_id, e.action.in_(["restore", heads.CONFIRMED]), e.result == Result.DONE.value)
        .order_by(e.seq.desc())
        .limit(1)
    )
    return last == "restore"


def second_life(connection: Connection, office_id: int, actor: Actor, entry: audit.Entry, now: datetime) -> int:
    """Begin a new epoch after a restore; what is still to be sent waits for a person: it may have gone out already.

    Returns how many messages are held now.
    """
    m = t.message.c
    reason = _("The database was restored; what waits may have been sent before.")
    waiting = [MessageState.DUE.value, MessageState.RETRY.value, MessageState.SENDING.value]
    held = connection.execute(
        sa.update(t.message)
        .where(m.office_id == office_id, m.state.in_(waiting))
        .values(state=MessageState.HELD.value, reason=reason, claimed_until=None)
    ).rowcount
    connection.execute(sa.update(t.office).where(t.office.c.id == office_id).values(epoch=t.office.c.epoch + 1))
    known = connection.execute(
        sa.update(t.watermark).where(t.watermark.c.office_id == office_id).values(held_reason=reason)
    )
    if known.rowcount == 0:  # no sweep has run yet
        connection.execute(sa.insert(t.watermark).values(office_id=office_id, at=now, held_reason=reason))
    epoch = connection.scalar(sa.select(t.office.c.epoch).where(t.office.c.id == office_id))
    made = replace(entry, object_id=office_id, detail={**entry.detail, "epoch": epoch, "held": held})
    audit.append(connection, office_id, actor, made, now)
    return held
