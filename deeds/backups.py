"""Copying the office into one file, laying it out again beside, and the yes to a database that was brought back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.errors import DubanError, EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.database import Database
    from workflow.audit import Head
    from workflow.backup import Sources


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is being made: what is copied, and the head of the trail that it will bear."""

    sources: Sources
    head: Head


@dataclass(frozen=True, slots=True)
class Restored:
    """An office laid out in a folder; ``heads_of_another``: its settings name a folder that is another's."""

    held: int
    heads_of_another: bool


def begin(desk_: Desk, name: str) -> Backup:
    """Record that a backup of this name is made, and say of what; E-B13 for a server."""
    from deeds.rules_editing import files
    from workflow import backup

    settings, now, database = desk_.settings, desk_.now(), desk_.database.file
    if database is None:
        raise EnvironmentRefused("E-B13", _("A PostgreSQL database is copied with pg_dump."), where=name)
    head = desk_.perform("backup", lambda c: backup.begin(c, desk_.office_id, desk_.actor, name, now))
    heads, rules = _own_heads(desk_), tuple(files(desk_))
    return Backup(backup.Sources(database, settings.store_dir, heads, settings.home / "duban.toml", rules), head)


def write(
    desk_: Desk, made: Backup, file: Path, progress: Callable[[str], object] = lambda _name: None
) -> dict[str, Any]:
    """Write what was begun into a file; returns the manifest."""
    from workflow import backup

    return backup.write(made.sources, file, desk_.office_id, made.head, desk_.now(), progress)


def _own_heads(desk_: Desk) -> Path | None:
    """The folder of heads, with this backup's own; None while another installation's lie there: they prove nothing here.

    With its head outside, what a restore of this backup loses is known to the event.
    """
    from workflow import heads

    folder, office, now = desk_.settings.heads_dir, desk_.office_id, desk_.now()
    if desk_.read(lambda c: heads.foreign(folder, c, office)):
        return None
    desk_.read(lambda c: heads.keep(folder, c, office, now))
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """The copy in a folder, brought to this program's form when it is older."""
    from models import schema
    from models.database import Database, sqlite_url
    from workflow.backup import UNFINISHED

    database = Database(sqlite_url(folder / UNFINISHED))
    try:
        try:
            schema.check(database)
        except EnvironmentRefused as refusal:
            if refusal.code != "E-B05":
                raise
            schema.migrate(database)
        yield database
    finally:
        database.close()


def lay_out(desk_: Desk, file: Path, folder: Path, installation: str) -> Restored:
    """Bring an office back into a new folder, with what still waits to be sent held; needs no database at the desk.

    ``installation`` names this life of the office's data; no other may ever have borne the name.
    """
    from workflow import audit, backup, heads
    from workflow.office import SETUP

    manifest = backup.unpack(file, folder)
    now, office = desk_.now(), int(manifest["office"])
    detail = {"made_at": manifest["made_at"], "file": file.name, "installation": installation}
    with opened(folder) as database:
        with database.write(office) as connection:
            held = backup.second_life(connection, office, SETUP, audit.Entry("restore", "office", detail=detail), now)
        with database.read() as connection:
            heads.keep(folder / "heads", connection, office, now, claim=True)
            another = _of_another(connection, folder, office)
    backup.finish(folder)
    return Restored(held, another)


def _of_another(connection: Connection, folder: Path, office: int) -> bool:
    """Whether the restored settings still name the folder in which the office of before keeps its heads."""
    from models.settings import load
    from workflow import heads

    try:
        return heads.foreign(load(folder).heads_dir, connection, office)
    except DubanError:  # settings that cannot be used are said by the first command in the new folder
        return False


def confirm(desk_: Desk) -> int:
    """Say yes to a database that was restored, or has lost its log: it goes on as this installation; how many are held."""
    from workflow import backup, heads

    lost = _opened_without_log(desk_)
    office, now, folder = desk_.office_id, desk_.now(), desk_.settings.heads_dir

    def work(connection: Connection) -> int:
        held = backup.confirm_restore(connection, office, desk_.actor, folder, now, log_lost=lost is not None)
        # before the commit: a yes whose head cannot leave is none; a head whose yes was lost is named by the next yes
        heads.keep(folder, connection, office, now, claim=True)
        return held

    held = desk_.perform("restore.confirm", work)
    if lost is not None:
        lost.unlink()
    return held


def _opened_without_log(desk_: Desk) -> Path | None:
    """The mark of a lost log; with it the database is opened as it is, which only this deed does."""
    from deeds.desk import open_database
    from models.database import Database
    from models.sqlite_files import lost_log

    file = Database(desk_.settings.database_url).file
    lost = lost_log(file) if file is not None else None
    if lost is not None:
        desk_.database = open_database(desk_.settings, without_log=True)
    return lost
