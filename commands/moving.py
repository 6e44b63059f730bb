"""Moving the office between its own file and a PostgreSQL database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, progress, table
from models.errors import UsageRefused
from models.language import _

if TYPE_CHECKING:
    from deeds.moving import Moved, Place


@click.command(
    "move",
    help=_("Move the office into a PostgreSQL database, or back into its own file."),
    epilog="duban move --to postgresql+psycopg://duban@10.1.2.3/duban --switch · duban move --to file --switch",
)
@click.option("--to", metavar="URL", required=True, help=_("Where to: the URL of a database, or file."))
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("The file (mode 0600) with the password of that database."),
)
@click.option("--switch", is_flag=True, help=_("Set it in duban.toml at the end; the old file stays beside it."))
@click.option("--clear", is_flag=True, help=_("Give the move up, or remove the copy that an earlier one left there."))
@desk
def move_command(desk_: Desk, to: str, password_file: Path | None, *, switch: bool, clear: bool) -> None:
    """Copy, prove on both sides, close the old one, open the new one; cut off anywhere, the same command continues."""
    from deeds import moving, switching
    from models import copying
    from models.settings import secret_in

    if switch and clear:
        raise UsageRefused("E-U01", _("Say one of: --switch or --clear."))
    password = secret_in(password_file) if password_file else ""
    place = moving.place(desk_, to, password)
    if clear:
        _clear(desk_, place)
        return
    with progress(len(copying.tables()), _("Copying")) as step:
        moved = moving.move(desk_, place, step)
    values = {"database": "" if place.embedded else place.name}
    if password_file and not place.embedded:
        values["database_password_file"] = str(password_file.resolve())
    kept = switching.switch(desk_.settings.home, values) if switch else None
    data = {
        "to": place.name, "head": moved.head.short, "settings": values, "switched": switch,
        "tables": [asdict(one) for one in moved.tables],
    }  # fmt: skip
    answer(desk_, data, lambda: _say(moved, [switching.setting(*pair) for pair in values.items()], kept))


def _clear(desk_: Desk, place: Place) -> None:
    from deeds import moving

    found = moving.clear(desk_, place)
    said = _("The copy in {place} is removed; the office works on here.") if found else _("Nothing was there.")
    answer(desk_, {"removed": found}, lambda: click.echo(said.format(place=place.name)))


def _say(moved: Moved, lines: list[str], kept: Path | None) -> None:
    if moved.tables:
        rows: list[tuple[Any, ...]] = [(one.table, one.rows, one.rows_there, one.sha256[:16]) for one in moved.tables]
        table([_("Table"), _("Rows here"), _("Rows there"), "SHA-256"], rows)
        count = sum(one.rows for one in moved.tables)
        said = _(
            "Moved to {place}: {count} rows, the same on both sides; the trail proves itself on both, head {head}."
        )
        click.echo(said.format(place=moved.place.name, count=count, head=moved.head.short))
    else:
        click.echo(_("It was moved to {place} before; head there {head}.").format(
            place=moved.place.name, head=moved.head.short))  # fmt: skip
    if kept:
        click.echo(_("duban.toml names it now; the file of before is {name}.").format(name=kept.name))
        return
    click.echo(_("Set in duban.toml, before anything is started again:"))
    for line in lines:
        click.echo(line)
