"""Events for other programs: which went out, which wait, and sending again what was given up."""

from __future__ import annotations

from typing import Any

import click

from commands.acting import NUMBER
from commands.frame import Desk, answer, desk, table
from commands.pieces import paged, say_rest
from models.language import _
from models.states import MessageState
from models.times import shown


@click.group(
    "webhook", help=_("Events for other programs: list, send again."), epilog="duban webhook list --state dead"
)
def webhook_command() -> None:
    """Events for other programs."""


@webhook_command.command("list", help=_("Events, the newest first."), epilog="duban webhook list --state dead")
@click.option(
    "--state", type=click.Choice([state.value for state in MessageState]), help=_("Only those that stand so.")
)
@paged
@desk
def list_(desk_: Desk, state: str | None, limit: int, page: int) -> None:
    """What was, is to be, and could not be sent."""
    from deeds.webhooks import deliveries

    place = (desk_.office_id, desk_.actor)
    rows, total = desk_.look_up(
        "message.read", lambda c: deliveries(c, *place, state=state or "", page=page, size=limit)
    )
    columns = [_("No."), _("Endpoint"), _("What"), _("Written"), _("State"), _("Tries"), _("Reason")]
    answer(desk_, rows, lambda: table(columns, [_line(row) for row in rows]))
    say_rest(page, limit, total)


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    state, what = MessageState(row["state"]).label, f"{row['payload']['type']} ({row['about']})"
    return row["id"], row["endpoint"], what, shown(row["created_at"]), state, row["attempts"], row["reason"]


@webhook_command.command("retry", help=_("Send an event again that was given up."), epilog="duban webhook retry 7")
@click.argument("number", type=NUMBER)
@desk
def retry(desk_: Desk, number: int) -> None:
    """At the next delivery."""
    from deeds.webhooks import retry as send_again

    now = desk_.now()
    desk_.perform("webhook.retry", lambda c: send_again(c, desk_.office_id, desk_.actor, number, now))
    said = _("Event {id} goes out at the next delivery.").format(id=number)
    answer(desk_, {"id": number}, lambda: click.echo(said))
