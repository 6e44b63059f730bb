"""Flows on the command line: which there are, what they say, whether they make sense, what differs, which is in force."""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import answer, desk, table
from commands.migrating import migrate
from deeds import flow_words
from models import labels
from models.errors import BadInput, NotFound
from models.language import _, listed

if TYPE_CHECKING:
    from commands.frame import Desk
    from workflow.flow import Flow
    from workflow.flow_check import Flaw
    from workflow.flow_diff import Difference

#: a version is named by the head of its SHA-256; fewer digits would be a guess
_SHORTEST = 6
_LONGEST_FILE = 1_000_000
#: behind a name: not the version in force here, but the one that comes with the program
_COMES_ALONG = "@shipped"


@click.group(
    "flow", help=_("Approval chains as data: list, show, check, draw, install, compare, migrate."),
    epilog="duban flow list · duban flow show monthly_report",
)  # fmt: skip
def flow_command() -> None:
    """Approval chains as data."""


flow_command.add_command(migrate)


def _named(function: Any) -> Any:
    return click.argument("flow", metavar=_("NAME"))(function)


def find_flow(desk_: Desk, word: str) -> Flow:
    """A flow by its file, by the head of a version's SHA-256, or by name: the version in force here, else the shipped one.

    A file is meant where there is one, or where the word looks like one; ``NAME@shipped`` comes with the program.
    """
    from workflow.flow_reading import read_flow
    from workflow.flow_store import SHIPPED, every, in_force, shipped

    if word.removesuffix(_COMES_ALONG) in SHIPPED and word.endswith(_COMES_ALONG):
        return shipped(word.removesuffix(_COMES_ALONG))
    file = Path(word)
    if file.is_file() or word.endswith(".toml"):
        return read_flow(_text(file), file.name)
    if not _has_office(desk_):
        if word in SHIPPED:
            return shipped(word)
        raise NotFound(
            "E-404",
            _("{kind} {number} was not found.").format(kind=_("Flow"), number=word),
            remedy=_("Known without an office: {names}, or a file.").format(names=listed(SHIPPED)),
        )
    desk_.demand("flow.read")
    if len(word) >= _SHORTEST:
        known = desk_.read(lambda connection: every(connection, desk_.office_id))
        versions = [flow for flow in known if flow.sha256.startswith(word)]
        if len(versions) == 1:
            return versions[0]
    return desk_.read(lambda connection: in_force(connection, desk_.office_id, word))


def _has_office(desk_: Desk) -> bool:
    from sqlalchemy.engine import make_url

    url = make_url(desk_.settings.database_url)
    return not url.drivername.startswith("sqlite") or Path(str(url.database)).exists()


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(_LONGEST_FILE)
    decoder = getincrementaldecoder("utf-8-sig")()
    try:  # what is read of a longer file may end within a character: it is too long, not badly written
        return decoder.decode(data, final=len(data) < _LONGEST_FILE).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(
            "E-W02", _("The flow's file is not UTF-8."), where=file.name, remedy=_("Save it as UTF-8 text.")
        ) from error


@flow_command.command(
    "list",
    help=_("The flows and their versions: which is in force, how many open tasks pin it."),
    epilog="duban flow list",
)
@desk
def list_flows(desk_: Desk) -> None:
    """The versions of the flows."""
    from workflow.flow_views import versions

    rows = desk_.look_up("flow.read", lambda connection: versions(connection, desk_.office_id, desk_.actor))
    columns = [_("flow"), _("title"), _("version"), _("in force"), _("open tasks"), _("installed")]
    cells = [
        (row["name"], row["title"], row["version"], "✓" if row["in_force"] else "", row["open"],
         row["installed"] or _("comes with the program: {name}@shipped").format(name=row["name"]))
        for row in rows
    ]  # fmt: skip
    answer(desk_, rows, lambda: table(columns, cells))


@flow_command.command(
    "show", help=_("Tell a flow: its states, actions and ladder; --text prints its file."),
    epilog="duban flow show monthly_report --text > own.toml",
)  # fmt: skip
@_named
@click.option("--text", is_flag=True, help=_("Print the file as it is, to be changed and installed."))
@desk
def show(desk_: Desk, flow: str, *, text: bool) -> None:
    """Tell a flow."""
    found = find_flow(desk_, flow)
    if text:
        answer(desk_, {"name": found.name, "text": found.text}, lambda: click.echo(found.text, nl=False))
        return
    answer(desk_, _as_dict(found), lambda: _tell(found))


def _as_dict(flow: Flow) -> dict[str, Any]:
    return {
        "name": flow.name,
        "title": flow.title.here,
        "sha256": flow.sha256,
        "about": flow.about,
        "initial": flow.initial,
        "states": [asdict(state) for state in flow.states],
        "steps": [asdict(step) for step in flow.steps],
        "rules": [dict(rule) for rule in flow.rules],
    }


def _tell(flow: Flow) -> None:
    from schedules.plan import anchor_label
    from schedules.rules import ladder_of

    modes = {"auto": _("by itself"), "draft": _("as a draft")}
    click.secho(f"{flow.title.here} · {flow.name} · {flow.short}", bold=True)
    table(
        [_("state"), _("name"), _("stage"), _("waits for")],
        flow_words.states(flow),
        title=_("States"),
    )
    head = [_("action"), _("from"), _("to"), _("who"), _("what must be given"), _("conditions"), _("what it does")]
    table(head, flow_words.steps(flow), title=_("Actions"))
    rungs = [
        (rule.name, anchor_label(rule.anchor), f"{rule.offset:+d}", listed(map(flow.state_label, sorted(rule.states))),
         listed(role.label for role in rule.recipients), labels.message(rule.template), modes[rule.mode])
        for rule in ladder_of(flow)
    ]  # fmt: skip
    head = [_("rule"), _("anchor"), _("working days"), _("states"), _("recipients"), _("message"), _("mode")]
    table(head, rungs, title=_("Ladder"))


@flow_command.command(
    "check",
    help=_("Name what is wrong with a flow, each with its line and remedy."),
    epilog="duban flow check own.toml",
)
@_named
@desk
def check(desk_: Desk, flow: str) -> int:
    """Name what is wrong with a flow."""
    from deeds.running import own_events
    from schedules.ladder_check import flaws

    made = find_flow(desk_, flow)
    found = flaws(made, own_events(desk_) if _has_office(desk_) else ())
    answer(desk_, {"name": made.name, "sha256": made.sha256, "flaws": [asdict(one) for one in found]},
           lambda: _say_flaws(made, found))  # fmt: skip
    return 1 if found else 0


def _say_flaws(flow: Flow, found: list[Flaw]) -> None:
    if not found:
        said = _("{title} makes sense: {states} states, {steps} steps, {rules} rules; version {version}.")
        click.echo(said.format(title=flow.title.here, states=len(flow.states), steps=len(flow.steps),
                               rules=len(flow.rules), version=flow.short))  # fmt: skip
        return
    for flaw in found:
        place = _("line {line}: ").format(line=flaw.line) if flaw.line else ""
        click.secho(f"✗ {place}{flaw.what}", fg="red")
        click.echo("  " + _("Do now: {remedy}").format(remedy=flaw.remedy))


@flow_command.command(
    "diagram", help=_("Draw a flow, or print it as a Markdown table."),
    epilog="duban flow diagram monthly_report --format svg > flow.svg",
)  # fmt: skip
@_named
@click.option(
    "--format", "kind", type=click.Choice(["mermaid", "svg", "markdown"]), default="mermaid", help=_("Which form.")
)
@desk
def diagram(desk_: Desk, flow: str, kind: str) -> None:
    """Draw a flow."""
    from workflow import diagram as pictures

    text: str = getattr(pictures, kind)(find_flow(desk_, flow))
    answer(desk_, {"format": kind, "text": text}, lambda: click.echo(text, nl=False))


@flow_command.command(
    "install", help=_("Check a flow and make it the version in force for new tasks."),
    epilog="duban flow install own.toml",
)  # fmt: skip
@_named
@desk
def install(desk_: Desk, flow: str) -> None:
    """Make a flow the version in force."""
    desk_.demand("flow.install")
    made = find_flow(desk_, flow)
    new = flow_words.install(desk_, made, flow, _("See them all with: duban flow check {file}").format(file=flow))
    said = (
        _(
            "{title}, version {version}, is in force for new tasks. For those under way: duban flow migrate {name} --plan"
        )
        if new
        else _("{title}, version {version}, is in force already.")
    ).format(title=made.title.here, version=made.short, name=made.name)
    answer(desk_, {"name": made.name, "sha256": made.sha256, "installed": new}, lambda: click.echo(said))


@flow_command.command(
    "diff", help=_("What differs between two versions, by name, version or file."),
    epilog="duban flow diff monthly_report own.toml",
)  # fmt: skip
@click.argument("old", metavar=_("OLD"))
@click.argument("new", metavar=_("NEW"))
@desk
def diff(desk_: Desk, old: str, new: str) -> None:
    """What differs between two versions."""
    from workflow.flow_diff import differences

    one, other = find_flow(desk_, old), find_flow(desk_, new)
    found = differences(one, other)
    answer(desk_, [asdict(row) for row in found], lambda: _say_differences(one, other, found))


def _say_differences(old: Flow, new: Flow, found: list[Difference]) -> None:
    click.echo(f"{old.name} {old.short} → {new.name} {new.short}")
    if not found:
        click.echo(_("They mean the same."))
    things = {"state": _("state"), "action": _("action"), "rule": _("rule"), "flow": _("flow")}
    for row in found:
        sign = {"added": "+", "removed": "−", "changed": "±"}[row.kind]
        click.echo(f"{sign} {things[row.thing]} {row.name}")
        for key, was, now in row.changes:
            click.echo(f"    {key}: {was or '–'} → {now or '–'}")
