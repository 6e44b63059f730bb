"""The words of messages and papers on the command line: which there are, what they say, and the office's own."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import look_up
from commands.frame import answer, desk, table
from deeds import wordings
from models.errors import BadInput, DubanError, Refused
from models.language import _, listed
from models.times import shown

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


def _rows(desk_: Desk) -> list[dict[str, Any]]:
    from models.template import in_force

    own = look_up(desk_, "template.read", lambda connection: _demanded(desk_, in_force(connection, desk_.office_id)))
    along = wordings.names()
    return [_row(name, own.get(name)) for name in [*along, *sorted(set(own) - set(along))]]


def _demanded(desk_: Desk, found: Any) -> Any:
    from workflow import permissions

    permissions.demand(desk_.actor, "template.read")
    return found


def _row(name: str, own: Any) -> dict[str, Any]:
    row = {"name": name, "title": wordings.title(name), "own": own is not None, "version": "", "by": "", "at": "",
           "state": _("shipped")}  # fmt: skip
    if own is None:
        return row
    state = _("own")
    try:
        wordings.check(name, own.text)
    except DubanError as refusal:
        state = _("own, not used: {what}").format(what=refusal.what)
    return row | {"version": own.sha256, "by": own.installed_by, "at": shown(own.installed_at), "state": state}


@template_command.command(
    "list", help=_("All templates: shipped or your own, since when and by whom."),
    epilog="duban template list · duban template list --own",
)  # fmt: skip
@click.option("--own", is_flag=True, help=_("Only those that the office replaced."))
@desk
def list_templates(desk_: Desk, *, own: bool) -> None:
    """Every template."""
    rows = [row for row in _rows(desk_) if row["own"] or not own]
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
    text = wordings.shipped_text(name) if shipped else _text(desk_, name, version)
    answer(desk_, {"name": name, "text": text}, lambda: click.echo(text, nl=not text.endswith("\n")))


def _text(desk_: Desk, name: str, version: str | None) -> str:
    from models.template import in_force
    from workflow import template_store

    def read(connection: Any) -> str:
        _demanded(desk_, None)
        if version is not None:
            return template_store.version(connection, desk_.office_id, name, version)
        own = in_force(connection, desk_.office_id).get(name)
        if own is None:
            wordings.check_name(name, shipped=True)
        return own.text if own is not None else wordings.shipped_text(name)

    return look_up(desk_, "template.read", read)


def _history(desk_: Desk, name: str) -> None:
    from workflow import template_store

    office = desk_.office_id
    found = look_up(desk_, "template.read", lambda c: _demanded(desk_, template_store.versions(c, office, name)))
    data = [
        {"version": row.sha256, "by": row.installed_by, "at": shown(row.installed_at), "removed": not row.sha256}
        for row in found
    ]
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
    from workflow import template_store

    def work(connection: Any) -> tuple[bool, list[str]]:
        _may_install(desk_)
        text = _file(file)
        notes = wordings.check(name, text)
        return template_store.install(connection, desk_.office_id, desk_.actor, name, text, desk_.now()), notes

    installed, notes = desk_.perform("template.install", work)
    said = _("{name} is replaced, from the next message or paper on.") if installed else _("{name}: in use already.")
    answer(desk_, {"name": name, "installed": installed, "notes": notes},
           lambda: click.echo("\n".join([said.format(name=name), *notes])))  # fmt: skip


def _may_install(desk_: Desk) -> None:
    from workflow import permissions

    permissions.demand(desk_.actor, "template.install")


@template_command.command(
    "diff", help=_("What the template in use says otherwise than the shipped one."),
    epilog="duban template diff returned/body",
)  # fmt: skip
@_named
@desk
def diff(desk_: Desk, name: str) -> None:
    """The office's own against the shipped one."""
    text = _text(desk_, name, None)
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
    from workflow import template_store

    def work(connection: Any) -> None:
        _may_install(desk_)
        _refuse_needed(desk_, connection, name)
        template_store.remove(connection, desk_.office_id, desk_.actor, name, desk_.now())

    desk_.perform("template.install", work)
    said = _("{name}: the shipped template is in use again.").format(name=name)
    answer(desk_, {"name": name, "removed": True}, lambda: click.echo(said))


def _refuse_needed(desk_: Desk, connection: Any, name: str) -> None:
    """A message that only the office has words for stays while one of its flows or rules sends it; E-J09."""
    from workflow.flow_store import every

    if name in wordings.names():
        return
    event = name.partition("/")[0]
    needed = sorted({flow.name for flow in every(connection, desk_.office_id) if f'"{event}"' in flow.text})
    rules = desk_.settings.path(desk_.settings.rules)
    if rules is not None and rules.is_file() and f'"{event}"' in rules.read_text(encoding="utf-8", errors="replace"):
        needed.append(rules.name)
    if needed:
        raise Refused(
            "E-J09",
            _("The program has no words for “{event}”, and these send it: {flows}").format(
                event=event, flows=listed(needed)
            ),
            where=name,
            remedy=_("Replace it instead, with: duban template install FILE --as {name}").format(name=name),
        )
