"""Inspections on the command line: recorded as they were held, listed, and shown with the problems they found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, day_option, words
from commands.frame import answer, desk, table
from commands.pieces import paged, say_rest
from commands.problemviews import say_lines
from models.language import _

if TYPE_CHECKING:
    from datetime import date

    from commands.frame import Desk


@click.group(
    "inspection", help=_("Inspections as they were held, and the problems they found."),
    epilog="duban inspection list · duban inspection show 2",
)  # fmt: skip
def inspection_command() -> None:
    """Inspections and what they found."""


@inspection_command.command(
    "record", help=_("Record an inspection that was held."),
    epilog="duban inspection record --title 入河排污口督查 --held-on 2022-06-08 --place 某河段 --team 督查一组",
)  # fmt: skip
@click.option("--title", required=True, help=_("What was inspected, in a line."))
@day_option("--held-on", help_text=_("The day on which it was held."))
@click.option("--place", default="", help=_("Where it was held."))
@click.option("--team", default="", help=_("Who went."))
@click.option("--text", default="", help=_("What is on record; text, @FILE or - for standard input."))
@desk
def record(desk_: Desk, title: str, held_on: date, place: str, team: str, text: str) -> None:
    """Record an inspection."""
    from workflow import inspections

    told, now = (title, held_on, place, team, words(text)), desk_.now()
    number = desk_.perform(
        "inspection.record", lambda c: inspections.record(c, desk_.office_id, desk_.actor, *told, now)
    )
    said = _("Inspection {id} is recorded. Register what it found with: duban problem register --inspection {id}")
    answer(desk_, {"inspection": number}, lambda: click.echo(said.format(id=number)))


@inspection_command.command("list", help=_("List the inspections."), epilog="duban inspection list")
@paged
@desk
def list_inspections(desk_: Desk, limit: int, page: int) -> None:
    """List inspections."""
    from workflow import inspections

    place = (desk_.office_id, desk_.actor)
    rows, total = desk_.look_up("inspection.record", lambda c: inspections.listing(c, *place, page, limit))
    columns = [_("No."), _("held on"), _("title"), _("place"), _("team"), _("problems")]
    cells = [(row["id"], row["held_on"], row["title"], row["place"], row["team"], row["problems"]) for row in rows]
    answer(desk_, rows, lambda: table(columns, cells))
    say_rest(page, limit, total)


@inspection_command.command(
    "show", help=_("Show an inspection with its problems as they stand."), epilog="duban inspection show 2"
)
@click.argument("inspection_id", type=NUMBER)
@desk
def show(desk_: Desk, inspection_id: int) -> None:
    """Show an inspection."""
    from workflow import inspections

    place, now = (desk_.office_id, desk_.actor, inspection_id), desk_.now()
    told = desk_.look_up("inspection.record", lambda c: inspections.one(c, *place, now))
    data = {**told, "lines": [asdict(line) for line in told["lines"]]}
    answer(desk_, data, lambda: _say(told))


def _say(told: dict[str, Any]) -> None:
    head = _("Inspection {id} · {title} · held on {day} · recorded by {who}")
    click.echo(head.format(id=told["id"], title=told["title"], day=told["held_on"], who=told["recorded_by"]))
    for name, value in ((_("Place"), told["place"]), (_("Team"), told["team"])):
        if value:
            click.echo(f"{name}: {value}")
    if told["record"]:
        click.echo(told["record"])
    say_lines(told["lines"])
