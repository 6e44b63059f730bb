"""Copying the office into one file, drilling the way back, and going it."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, new_installation, progress
from models.errors import DubanError, EnvironmentRefused, UsageRefused
from models.language import _
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from models.database import Database

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "backup", help=_("Copy the office into one file."), epilog="duban backup /mnt/safe/duban-2022-06-25.tar.gz"
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@desk
def backup_command(desk_: Desk, file: Path) -> None:
    """Database, files, heads and settings without secrets, with the SHA-256 of each."""
    from deeds.rules_editing import files
    from workflow import backup

    settings, now = desk_.settings, desk_.now()
    if not desk_.database.is_sqlite:
        raise EnvironmentRefused("E-B13", _("A PostgreSQL database is copied with pg_dump."), where=file.name)
    home = Path(desk_.database.url.database or settings.home / backup.DATABASE)
    head = desk_.perform("backup", lambda c: backup.begin(c, desk_.office_id, desk_.actor, file.name, now))
    heads, rules = _own_heads(desk_, now), tuple(files(desk_))
    sources = backup.Sources(home, settings.store_dir, heads, settings.home / "duban.toml", rules)
    with progress(backup.count(sources), _("Copying")) as step:
        manifest = backup.write(sources, file, desk_.office_id, head, now, step)
    said = _("{count} files in {file}; head of the trail {head}.").format(
        count=len(manifest["files"]), file=file.name, head=head.short
    )
    answer(desk_, manifest, lambda: click.echo(said))


def _own_heads(desk_: Desk, now: datetime) -> Path | None:
    """The folder of heads, with this backup's own; None while another installation's lie there: they prove nothing here.

    With its head outside, what a restore of this backup loses is known to the event.
    """
    from workflow import heads

    folder, office = desk_.settings.heads_dir, desk_.office_id
    if desk_.read(lambda c: heads.foreign(folder, c, office)):
        return None
    desk_.read(lambda c: heads.keep(folder, c, office, now))
    return folder


@click.command(
    "restore",
    help=_("Bring an office back from a backup."),
    epilog="duban restore duban.tar.gz --check · duban restore duban.tar.gz --to ./office · duban restore --confirm",
)
@click.argument("file", required=False, type=FILE)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help=_("A new folder."))
@click.option("--check", is_flag=True, help=_("A drill: unpack, prove, throw away."))
@click.option("--confirm", is_flag=True, help=_("Yes, this database was restored on purpose."))
@desk
def restore_command(desk_: Desk, file: Path | None, folder: Path | None, *, check: bool, confirm: bool) -> None:
    """One of three: a drill, a restore into a new folder, or the yes to a restored database."""
    if confirm and not (file or folder or check):
        _confirm(desk_)
    elif file and check and not (folder or confirm):
        _check(desk_, file)
    elif file and folder and not (check or confirm):
        _restore(desk_, file, folder)
    else:
        raise UsageRefused("E-U01", _("Say one of: FILE --check, FILE --to FOLDER, or --confirm."))


@contextmanager
def _opened(folder: Path) -> Iterator[Database]:
    """The restored copy, brought to this program's form when it is older."""
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


def _confirm(desk_: Desk) -> None:
    from deeds.desk import open_database
    from models.database import lost_log
    from workflow import backup, heads

    office, now, folder = desk_.office_id, desk_.now(), desk_.settings.heads_dir
    desk_.database = open_database(desk_.settings, without_log=True)
    lost = lost_log(desk_.database.file) if desk_.database.file else None
    held = desk_.perform(
        "restore.confirm",
        lambda c: backup.confirm_restore(c, office, desk_.actor, folder, now, log_lost=lost is not None),
    )
    desk_.read(lambda c: heads.keep(folder, c, office, now, claim=True))
    if lost:
        lost.unlink()
    _say_held(desk_, {"held": held}, held)


def _check(desk_: Desk, file: Path) -> None:
    from models.store import Store
    from workflow import backup, verify

    with tempfile.TemporaryDirectory(prefix="duban-drill-") as made:
        folder = Path(made)
        manifest = backup.unpack(file, folder)
        heads, store, office = folder / "heads", Store(folder / "store"), int(manifest["office"])
        with _opened(folder) as database, database.read() as connection:
            findings = verify.verify(connection, office, heads_dir=heads, store=store)
    wrong = [f"{finding.where}: {finding.what}" for finding in findings]
    _say_check(desk_, manifest, wrong)
    if wrong:
        raise EnvironmentRefused("E-B14", _("The backup's history does not prove itself."), where=wrong[0])


def _say_check(desk_: Desk, manifest: dict[str, Any], wrong: list[str]) -> None:
    said = _("{count} files of {when} unpacked, every one as it was; {wrong} findings in the trail.").format(
        count=len(manifest["files"]), when=shown(datetime.fromisoformat(manifest["made_at"])), wrong=len(wrong)
    )
    answer(desk_, {**manifest, "findings": wrong}, lambda: click.echo(said))


def _restore(desk_: Desk, file: Path, folder: Path) -> None:
    from workflow import audit, backup, heads
    from workflow.office import SETUP

    manifest = backup.unpack(file, folder)
    now, office = desk_.now(), int(manifest["office"])
    detail = {"made_at": manifest["made_at"], "file": file.name, "installation": new_installation()}
    with _opened(folder) as database:
        with database.write(office) as connection:
            held = backup.second_life(connection, office, SETUP, audit.Entry("restore", "office", detail=detail), now)
        with database.read() as connection:
            heads.keep(folder / "heads", connection, office, now, claim=True)
            another = _of_another(connection, folder, office)
    backup.finish(folder)
    _say_held(desk_, {"folder": str(folder), "held": held, "heads_of_another": another}, held)


def _of_another(connection: Connection, folder: Path, office: int) -> bool:
    """Whether the restored settings still name the folder in which the office of before keeps its heads."""
    from models.settings import load
    from workflow import heads

    try:
        return heads.foreign(load(folder).heads_dir, connection, office)
    except DubanError:  # settings that cannot be used are said by the first command in the new folder
        return False


def _say_held(desk_: Desk, data: dict[str, Any], held: int) -> None:
    said = [_("Restored; {count} messages are held. A director confirms with: duban clock confirm").format(count=held)]
    if data.get("heads_of_another"):
        said.append(
            _("Its settings name a folder that holds the heads of another installation; nothing was written there.")
        )
        said.append(
            _("Name another folder with the setting heads, or take the other's place with: duban restore --confirm")
        )
    answer(desk_, data, lambda: click.echo("\n".join(said)))
