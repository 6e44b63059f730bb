"""The month's summary: build a draft, issue it once, export and show what was issued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER
from commands.forms import save
from commands.frame import answer, desk
from commands.periods import Month, month_named
from deeds.papers import SummaryInOwnWords, notes_of
from deeds.wordings import own_words
from models.language import _, listed

if TYPE_CHECKING:
    from commands.frame import Desk
    from workflow.month_names import MonthName


@click.group(
    "summary", help=_("Build, issue and export the month's summary."), epilog="duban summary build 2022-06 --out draft"
)
def summary_command() -> None:
    """Build, issue and export the month's summary."""


@summary_command.command(
    "build",
    help=_("Write a draft as the month stands now; nothing is recorded."),
    epilog="duban summary build 2022-06 --out draft",
)
@click.argument("month", type=Month())
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("The folder to write."))
@desk
@month_named
def build(desk_: Desk, month: MonthName, out: Path) -> None:
    """Write a draft."""
    from deeds.summaries import draft_facts
    from documents.summary.rendering import render_summary

    facts = desk_.look_up("summary.build", lambda connection: draft_facts(connection, desk_, month))
    made = render_summary(facts, own=own_words(desk_, "summary"))
    files = _write(out, month, _("draft-summary"), made)
    notes = notes_of("paper/summary", made)
    said = _("A draft of {month} was written: {files}").format(month=month, files=listed(files.values()))
    answer(
        desk_,
        {"month": month.month, "files": files, "notes": notes},
        lambda: click.echo("\n".join([said, *notes])),
    )


def _write(folder: Path, month: MonthName, name: str, files: dict[str, bytes]) -> dict[str, str]:
    """Each kind as a file of its own; returns kind → path."""
    written = {}
    for kind, data in files.items():
        file = folder / f"{month}-{name}.{kind}"
        save(file, data)
        written[kind] = str(file)
    return written


@summary_command.command(
    "issue",
    help=_("Issue the summary: approved reports are aggregated, the paper is frozen."),
    epilog='duban summary issue 2022-06 --number "长江办〔2022〕6号"',
)
@click.argument("month", type=Month())
@click.option("--number", required=True, metavar="TEXT", help=_("The document's number as printed."))
@desk
@month_named
def issue(desk_: Desk, month: MonthName, number: str) -> None:
    """Issue the summary."""
    from workflow import summaries
    from workflow.month_names import find_period

    period = desk_.read(lambda connection: find_period(connection, desk_.office_id, month))
    place = (desk_.database, desk_.office_id, desk_.actor)
    render = SummaryInOwnWords(desk_)
    issued = summaries.issue(*place, period.id, desk_.store, render, desk_.now(), number=number)
    for sentence in render.failures():
        click.echo(sentence, err=True)
    data = {"summary": issued.summary_id, "aggregated": issued.aggregated, "files": issued.files, "head": issued.head}
    said = _("The summary of {month} is issued: {count} reports aggregated, head of the trail {head}.")
    answer(desk_, data, lambda: click.echo(said.format(month=month, count=issued.aggregated, head=issued.head)))


@summary_command.command(
    "export",
    help=_("Write the issued files as they were frozen."),
    epilog="duban summary export 2022-06 --out to-the-government",
)
@click.argument("month", type=Month())
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("The folder to write."))
@desk
@month_named
def export(desk_: Desk, month: MonthName, out: Path) -> None:
    """Write the issued files."""
    from deeds.summaries import issued_summary

    found = desk_.look_up("summary.read", lambda connection: issued_summary(connection, desk_, month))
    files = _write(out, month, _("summary"), {kind: desk_.store.get(sha) for kind, sha in found["files"].items()})
    said = _("Written: {files}").format(files=listed(files.values()))
    answer(desk_, {"month": month.month, "files": files}, lambda: click.echo(said))


@summary_command.command(
    "chart",
    help=_("Write the charts as .svg: of the issued summary, else of the month as it stands."),
    epilog="duban summary chart 2022-06 --out charts",
)
@click.argument("month", type=Month())
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("The folder to write."))
@desk
@month_named
def chart(desk_: Desk, month: MonthName, out: Path) -> None:
    """Write the charts."""
    from deeds.summaries import facts_of
    from documents.summary.charts import pictures

    facts, _number = desk_.look_up("summary.read", lambda connection: facts_of(connection, desk_, month))
    files = {}
    for picture in pictures(facts):
        file = out / f"{month}-{picture.name}.svg"
        save(file, picture.svg.encode())
        files[picture.title] = str(file)
    lines = "\n".join(f"{title}  {file}" for title, file in files.items())
    answer(
        desk_, {"month": month.month, "files": files}, lambda: click.echo(lines or _("The month has no tasks to draw."))
    )


@summary_command.command(
    "trace",
    help=_("Say for each paragraph which filings stand behind it; before it is issued, of the draft."),
    epilog="duban summary trace 2022-06 4",
)
@click.argument("month", type=Month())
@click.argument("paragraph", type=NUMBER, required=False)
@desk
@month_named
def trace(desk_: Desk, month: MonthName, paragraph: int | None) -> None:
    """Say where each paragraph comes from."""
    from commands.tracing import told
    from deeds.summaries import facts_of
    from documents.summary.trace import narrowed, read_trace

    facts, files = desk_.look_up("summary.read", lambda connection: facts_of(connection, desk_, month))
    own = None if files else own_words(desk_, "summary")
    found = narrowed(read_trace(facts, desk_.store.get(files["json"]) if files else None, own), paragraph)
    answer(desk_, found, lambda: click.echo(told(found, whole=paragraph is not None)))


@summary_command.command("show", help=_("Show what was issued for a month."), epilog="duban summary show 2022-06")
@click.argument("month", type=Month())
@desk
@month_named
def show(desk_: Desk, month: MonthName) -> None:
    """Show what was issued."""
    from deeds.summaries import issued_summary

    found = desk_.look_up("summary.read", lambda connection: issued_summary(connection, desk_, month))
    answer(desk_, found, lambda: _tell(found))


def _tell(found: dict[str, Any]) -> None:
    words = {**found, "issued_by": found["issuer"]}
    click.echo(_("{month} · {number} · issued by {issued_by} on {issued_at}").format(**words))
    click.echo(_("{count} reports; head of the trail {head}").format(count=len(found["covers"]), head=found["head"]))
    click.echo(_("In the words of version {version}.").format(version=found["words"][:8]))
    for kind, sha in found["files"].items():
        click.echo(f".{kind}  SHA-256 {sha}")
