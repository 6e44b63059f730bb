"""Copying the office into one file, drilling the way back, and going it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from commands.frame import Desk, answer, desk, new_installation, progress
from models.errors import EnvironmentRefused, UsageRefused
from models.language import _
from models.times import shown

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "backup", help=_("Copy the office into one file."), epilog="duban backup /mnt/safe/duban-2022-06-25.tar.gz"
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@desk
def backup_command(desk_: Desk, file: Path) -> None:
    """Database, files, heads and settings without secrets, with the SHA-256 of each."""
    from deeds import backups
    from workflow import backup

    made = backups.begin(desk_, file.name)
    with progress(backup.count(made.sources), _("Copying")) as step:
        manifest = backups.write(desk_, made, file, step)
    said = _("{count} files in {file}; head of the trail {head}.").format(
        count=len(manifest["files"]), file=file.name, head=made.head.short
    )
    answer(desk_, manifest, lambda: click.echo(said))


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


def _confirm(desk_: Desk) -> None:
    from deeds import backups

    held = backups.confirm(desk_)
    _say_held(desk_, {"held": held}, held)


def _check(desk_: Desk, file: Path) -> None:
    from deeds.backups import opened
    from models.store import Store
    from workflow import backup, verify

    with tempfile.TemporaryDirectory(prefix="duban-drill-") as made:
        folder = Path(made)
        manifest = backup.unpack(file, folder)
        heads, store, office = folder / "heads", Store(folder / "store"), int(manifest["office"])
        with opened(folder) as database, database.read() as connection:
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
    from deeds import backups

    made = backups.lay_out(desk_, file, folder, new_installation())
    _say_held(desk_, {"folder": str(folder), "held": made.held, "heads_of_another": made.heads_of_another}, made.held)


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
