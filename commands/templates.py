"""The words of messages and papers on the command line: which there are, what they say, and the office's own."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import answer, desk, table
from deeds import own_words, wordings
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from commands.frame import Desk

_LONGEST_FILE = 64_000
_VERSION = 8


@click.group(
    "template", help=_("The words of messages and papers: list, show, check, replace, go back."),
    epilog="duban template list · duban template show returned/body",
)  # fmt: skip
def template_command() -> None:
    """The words of messages and papers."""


def _named(function: Any) -> Any:
    return click.argument("name", metavar=_("NAME"))(function)


@template_command.command(
    "list", help=_("All templates: shipped or your own, since when and by whom."),
    epilog="duban template list · duban template list --own",
)  # fmt: skip
@click.option("--own", is_flag=True, help=_("Only those that the office replaced."))
@desk
def list_templates(desk_: Desk, *, own: bool) -> None:
    """Every template."""
    rows = [row for row in own_words.rows(desk_) if row["own"] or not own]
    columns = [_("name"), _("what it is"), _("in use"), _("version"), _("by"), _("since")]
    cells = [(r["name"], r["title"], r["state"], r["version"][:_VERSION], r["by"], r["at"]) for r in rows]
    answer(desk_, rows, lambda: table(columns, cells))


@template_command.command(
    "show", help=_("The text of a template in use, or with --fields what it may use."),
    epilog="duban template show returned/body > body.txt · duban template show paper/summary --fields",
)  # fmt: skip
@_named
@click.option("--fields", is_flag=True, help=_("The fields it may use, each with an example."))
@click.option("--shipped", is_flag=True, help=_("The one that comes with the program."))
@click.option("--version", metavar="SHA", help=_("An earlier version, by the head of its SHA-256."))
@click.option("--history", is_flag=True, help=_("Every version there was, and who put it in."))
@desk
def show(desk_: Desk, name: str, *, fields: bool, shipped: bool, version: str | None, history: bool) -> None:
    """A template's text, its fields or its history."""
    if fields:
        wordings.check_name(name)
        found = wordings.fields(name)
        data = [{"field": one.name, "said": one.said, "example": one.example} for one in found]
        rows = [(one.name, one.said, one.example) for one in found]
        answer(desk_, data, lambda: table([_("field"), _("what it says"), _("example")], rows))
        return
    if history:
        _history(desk_, name)
        return
    text = wordings.shipped_text(name) if shipped else own_words.text_in_use(desk_, name, version)
    answer(desk_, {"name": name, "text": text}, lambda: click.echo(text, nl=not text.endswith("\n")))


def _history(desk_: Desk, name: str) -> None:
    data = own_words.history(desk_, name)
    rows = [(d["at"], d["by"], _("back to the shipped one") if d["removed"] else d["version"][:_VERSION]) for d in data]
    answer(desk_, data, lambda: table([_("since"), _("by"), _("version")], rows))


def _file(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(_LONGEST_FILE + 1)
    if len(data) > _LONGEST_FILE:
        raise BadInput(
            "E-J04",
            _("The template is longer than {kilobytes} KB.").format(kilobytes=_LONGEST_FILE // 1000),
            where=file.name,
            remedy=_("A template holds words, not data: shorten it."),
        )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(
            "E-J08",
            _("The template's file is not UTF-8."),
            where=file.name,
            remedy=_("Save it as UTF-8 text."),
        ) from error


_path = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_as = click.option("--as", "name", required=True, metavar="NAME", help=_("The template that it is to replace."))


@template_command.command(
    "check", help=_("Try a file as a template, on sample data; nothing is saved."),
    epilog="duban template check body.txt --as returned/body",
)  # fmt: skip
@_path
@_as
@desk
def check(desk_: Desk, file: Path, name: str) -> None:
    """Try a file as a template."""
    notes = wordings.check(name, _file(file))
    said = _("{file} is good as {name}. Put it in use with: duban template install {file} --as {name}")
    answer(desk_, {"name": name, "good": True, "notes": notes},
           lambda: click.echo("\n".join([said.format(file=file.name, name=name), *notes])))  # fmt: skip


@template_command.command(
    "install", help=_("Check a file and put it in the place of a template; earlier versions stay."),
    epilog="duban template install body.txt --as returned/body",
)  # fmt: skip
@_path
@_as
@desk
def install(desk_: Desk, file: Path, name: str) -> None:
    """Put the office's own template in use."""
    installed, notes = own_words.install(desk_, name, lambda: _file(file))
    said = _("{name} is replaced, from the next message or paper on.") if installed else _("{name}: in use already.")
    answer(desk_, {"name": name, "installed": installed, "notes": notes},
           lambda: click.echo("\n".join([said.format(name=name), *notes])))  # fmt: skip


@template_command.command(
    "diff", help=_("What the template in use says otherwise than the shipped one."),
    epilog="duban template diff returned/body",
)  # fmt: skip
@_named
@desk
def diff(desk_: Desk, name: str) -> None:
    """The office's own against the shipped one."""
    text = own_words.text_in_use(desk_, name)
    before, after = wordings.shipped_text(name).splitlines(), text.splitlines()
    lines = list(unified_diff(before, after, _("shipped"), _("in use"), lineterm=""))
    same = _("{name}: the shipped template is in use.").format(name=name)
    answer(desk_, {"name": name, "differs": bool(lines), "diff": lines}, lambda: click.echo("\n".join(lines or [same])))


@template_command.command(
    "remove", help=_("Go back to the shipped template; your own versions stay."),
    epilog="duban template remove returned/body",
)  # fmt: skip
@_named
@desk
def remove(desk_: Desk, name: str) -> None:
    """Go back to the shipped template."""
    own_words.remove(desk_, name)
    said = _("{name}: the shipped template is in use again.").format(name=name)
    answer(desk_, {"name": name, "removed": True}, lambda: click.echo(said))
