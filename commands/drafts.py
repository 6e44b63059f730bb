"""Papers the scheduler prepared: looked at, issued in a person's name, or dropped with the reason."""

from __future__ import annotations

from typing import Any

import click

from commands.acting import NUMBER
from commands.frame import Desk, answer, desk, table
from models import labels
from models.language import _
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
@desk
def list_(desk_: Desk, *, every: bool) -> None:
    """For the office."""
    from schedules import drafts

    rows = desk_.read(lambda c: drafts.list_drafts(c, desk_.office_id, desk_.actor, every=every))
    columns = [_("No."), _("Made"), _("Unit"), _("State"), _("Why"), _("About")]
    answer(desk_, rows, lambda: table(columns, [_line(row) for row in rows]))


@draft_command.command("issue", help=_("Issue a draft in your name."), epilog="duban draft issue 3")
@click.argument("number", type=NUMBER)
@desk
def issue(desk_: Desk, number: int) -> None:
    """The unit's leaders are told."""
    from schedules import drafts

    now = desk_.now()
    told = desk_.perform("draft.issue", lambda c: drafts.issue(c, desk_.office_id, desk_.actor, number, now))
    said = _("Draft {id} is issued; {count} people are told.").format(id=number, count=told)
    if not told:
        said += "\n" + _("The unit has no leader on duty; hand it the paper yourself, or have one entered.")
    answer(desk_, {"id": number, "told": told}, lambda: click.echo(said))


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
