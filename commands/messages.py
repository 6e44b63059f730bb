"""The outbox as the office works with it, and a channel tried out before anybody depends on it."""

from __future__ import annotations

from typing import Any

import click

from commands.acting import NUMBER
from commands.frame import Desk, answer, desk, new_token, table
from commands.pieces import paged, say_rest
from models import labels
from models.language import _, listed
from models.states import MessageState
from models.times import shown

STATES = [state.value for state in MessageState]
_WAITING = frozenset({MessageState.DUE.value, MessageState.RETRY.value})


@click.group("message", help=_("The outbox: list, show, retry, release."), epilog="duban message list --state dead")
def message_command() -> None:
    """The outbox."""


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    state = MessageState(row["state"]).label
    return (
        row["id"],
        shown(row["created_at"]),
        state,
        row["recipient_name"],
        row["channel"],
        row["subject"] or labels.message(row["event"]),
        row["reason"],
    )


@message_command.command("list", help=_("Messages, the newest first."), epilog="duban message list --state held")
@click.option("--state", type=click.Choice(STATES), help=_("Only those that stand so."))
@click.option("--recipient", default="", metavar="LOGIN", help=_("Only those to this person."))
@paged
@desk
def list_(desk_: Desk, state: str | None, recipient: str, limit: int, page: int) -> None:
    """What was told, is to be told, and could not be told."""
    from workflow import messages

    wanted = MessageState(state) if state else None
    place = (desk_.office_id, desk_.actor)
    rows, total = desk_.look_up(
        "message.read",
        lambda c: messages.list_messages(c, *place, state=wanted, recipient=recipient, page=page, size=limit),
    )
    columns = [_("No."), _("Written"), _("State"), _("recipient"), _("Channel"), _("What"), _("Reason")]
    answer(desk_, rows, lambda: table(columns, [_line(row) for row in rows]))
    say_rest(page, limit, total)


def _say_message(row: dict[str, Any]) -> None:
    facts = (
        (_("No."), row["id"]),
        (_("What"), labels.message(row["event"])),
        (_("recipient"), f"{row['recipient_name']} {row['address']}".strip()),
        (_("Channel"), row["channel"]),
        (_("State"), MessageState(row["state"]).label),
        (_("Reason"), row["reason"] or "–"),
        (_("Written"), shown(row["created_at"])),
        (_("Next try"), shown(row["next_at"]) if row["state"] in _WAITING else "–"),
        (_("tasks"), listed(str(item[0]) for item in row["about"]) or "–"),
    )
    for name, said in facts:
        click.echo(f"{name}: {said}")
    for text in (row["subject"], row["body"]):
        if text:
            click.echo(text)
    columns = [_("Try"), _("Began"), _("Outcome"), _("Code"), _("Detail")]
    tries = [
        (r["number"], shown(r["started_at"]), _outcome(r["outcome"]), r["code"], r["detail"]) for r in row["tries"]
    ]
    if tries:
        table(columns, tries)


def _outcome(code: str) -> str:
    return MessageState(code).label if code in STATES else code


@message_command.command("show", help=_("One message with every try."), epilog="duban message show 7")
@click.argument("number", type=NUMBER)
@desk
def show(desk_: Desk, number: int) -> None:
    """Why it stands where it stands."""
    from workflow import messages

    row = desk_.look_up("message.read", lambda c: messages.show_message(c, desk_.office_id, desk_.actor, number))
    answer(desk_, row, lambda: _say_message(row))


@message_command.command("retry", help=_("Send a dead message again."), epilog="duban message retry 7")
@click.argument("number", type=NUMBER)
@desk
def retry(desk_: Desk, number: int) -> None:
    """At the next delivery."""
    from workflow import messages

    now = desk_.now()
    desk_.perform("message.retry", lambda c: messages.retry(c, desk_.office_id, desk_.actor, number, now))
    said = _("Message {id} goes out at the next delivery.").format(id=number)
    answer(desk_, {"id": number}, lambda: click.echo(said))


@message_command.command(
    "release", help=_("Let held messages go."), epilog="duban message release 7 8 · duban message release --all"
)
@click.argument("numbers", nargs=-1, type=NUMBER)
@click.option("--all", "every", is_flag=True, help=_("All that are held."))
@desk
def release(desk_: Desk, numbers: tuple[int, ...], *, every: bool) -> None:
    """By a director, and only after the clock was confirmed."""
    from workflow import messages

    if bool(numbers) == every:
        raise click.UsageError(_("Name the messages, or say --all."))
    now, wanted = desk_.now(), None if every else list(numbers)
    gone = desk_.perform("message.release", lambda c: messages.release(c, desk_.office_id, desk_.actor, wanted, now))
    said = _("{count} messages released.").format(count=len(gone))
    answer(desk_, {"released": gone}, lambda: click.echo(said))


@message_command.command(
    "drop", help=_("Decide that a held or dead message is not sent."), epilog="duban message drop 7 --reason 已电话告知"
)
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help=_("Why it is not sent; kept in the trail."))
@desk
def drop(desk_: Desk, number: int, reason: str) -> None:
    """It stays in the outbox with its reason."""
    from workflow import messages

    now = desk_.now()
    desk_.perform("message.drop", lambda c: messages.drop(c, desk_.office_id, desk_.actor, number, reason, now))
    said = _("Message {id} is not sent.").format(id=number)
    answer(desk_, {"id": number, "reason": reason}, lambda: click.echo(said))


@click.group("channel", help=_("Test a channel."), epilog="duban channel test email --to name@example.org")
def channel_command() -> None:
    """Ways out."""


@channel_command.command(
    "test", help=_("Send one test message now."), epilog="duban channel test email --to name@example.org"
)
@click.argument("name")
@click.option("--to", "address", required=True, help=_("The address, as the channel needs it."))
@desk
def test(desk_: Desk, name: str, address: str) -> None:
    """Sent past the outbox, recorded in the trail; the other side's reason is shown when it refuses."""
    from deeds.running import try_channel

    number = f"<test-{new_token()[:16].lower()}@duban>"
    receipt = try_channel(desk_, name, address, number)
    answer(desk_, {"channel": name, "receipt": receipt}, lambda: click.echo(_("Sent: {detail}").format(detail=receipt)))
