"""Papers the scheduler prepared: looked at, issued in a person's name, or dropped with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.acting import NUMBER
from commands.frame import Desk, answer, desk, table
from commands.papers import DAYS, data_of, said_of, say_failures, written
from commands.pieces import paged, say_rest
from deeds.papers import InOwnWords
from models import labels
from models.language import _, listed
from models.times import shown


@click.group(
    "draft",
    help=_("Papers the scheduler prepared and a person issues."),
    epilog="duban draft list · duban draft issue 3",
)
def draft_command() -> None:
    """Circulars go out by nobody's timer."""


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    state = _("issued") if row["issued_at"] else _("dropped") if row["dropped_at"] else _("waiting")
    return (
        row["id"],
        shown(row["made_at"]),
        row["unit_name"],
        state,
        labels.message(row["reason"]),
        row["text"],
    )


@draft_command.command("list", help=_("Drafts that wait for a decision."), epilog="duban draft list --all")
@click.option("--all", "every", is_flag=True, help=_("Decided ones, too."))
@paged
@desk
def list_(desk_: Desk, *, every: bool, limit: int, page: int) -> None:
    """For the office: those that wait all at once, the oldest first; all there ever were the newest first."""
    from schedules import drafts

    place = (desk_.office_id, desk_.actor)
    if every:
        rows, total = desk_.look_up("plan.read", lambda c: drafts.every_draft(c, *place, page, limit))
    else:
        rows, total = desk_.look_up("plan.read", lambda c: drafts.list_drafts(c, *place)), 0
    columns = [_("No."), _("Made"), _("Unit"), _("State"), _("Why"), _("About")]
    answer(desk_, rows, lambda: table(columns, [_line(row) for row in rows]))
    say_rest(page, limit, total)


@draft_command.command(
    "issue",
    help=_("Issue drafts in your name as one circular, numbered and frozen."),
    epilog="duban draft issue 3 4 5 --out circular",
)
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER...")
@click.option("--days", type=DAYS, default=3, show_default=True, help=_("Working days it gives for an answer."))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=None, help=_("The folder to write."))
@desk
def issue(desk_: Desk, numbers: tuple[int, ...], days: int, out: Path | None) -> None:
    """The leaders of the units are told."""
    from schedules import drafts

    place, render = (desk_.database, desk_.office_id, desk_.actor), InOwnWords(desk_, "circular")
    made = drafts.issue(*place, numbers, desk_.store, render, desk_.now(), working_days=days)
    say_failures(render)
    files = written(desk_, made.paper, out)
    named = listed(map(str, numbers))
    said = [
        _("Draft {id} is issued; {count} people are told.").format(id=named, count=made.told),
        said_of(made.paper, files),
    ]
    if not made.told:
        said.append(_("The unit has no leader on duty; hand it the paper yourself, or have one entered."))
    data = {"id": list(numbers), "told": made.told, **data_of(made.paper), "written": files}
    answer(desk_, data, lambda: click.echo("\n".join(said)))


@draft_command.command(
    "drop", help=_("Decide that a draft is not issued."), epilog="duban draft drop 3 --reason 已补报"
)
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help=_("Why not; kept in the trail."))
@desk
def drop(desk_: Desk, number: int, reason: str) -> None:
    """The draft stays with its reason."""
    from schedules import drafts

    now = desk_.now()
    desk_.perform("draft.drop", lambda c: drafts.drop(c, desk_.office_id, desk_.actor, number, reason, now))
    said = _("Draft {id} is dropped.").format(id=number)
    answer(desk_, {"id": number, "reason": reason}, lambda: click.echo(said))
