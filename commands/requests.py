"""Asking for more time or a transfer, and deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, day_option, words
from commands.frame import answer, desk, table
from commands.pieces import paged, say_rest
from models.language import _
from models.states import Decision, RequestKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy.engine import Connection

    from commands.frame import Desk


@click.group(
    "request",
    help=_("Ask for more time or a transfer, and decide."),
    epilog='duban request extend 7 --to 2022-06-30 --reason "汛期无法施工"',
)
def request_command() -> None:
    """Ask for more time or a transfer, and decide."""


def _reason(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--reason", required=True, help=_("Why; text, @FILE or - for standard input."))(function)


@request_command.command(
    "extend",
    help=_("Ask for more time before the due date has passed."),
    epilog='duban request extend 7 --to 2022-06-30 --reason "汛期无法施工" --progress "已完成设计"',
)
@click.argument("task_id", type=NUMBER)
@day_option("--to", help_text=_("The due date you ask for."))
@_reason
@click.option("--progress", default="", help=_("What has been done so far."))
@desk
def extend(desk_: Desk, task_id: int, to: date, reason: str, progress: str) -> None:
    """Ask for more time."""
    _ask(desk_, task_id, RequestKind.EXTENSION, reason, wanted_due_on=to, progress=words(progress))


@request_command.command(
    "transfer",
    help=_("Say that a task is not your unit's, and whose it is."),
    epilog='duban request transfer 7 --reason "职能已划转" --unit 市水利局',
)
@click.argument("task_id", type=NUMBER)
@_reason
@click.option("--unit", default="", metavar="NAME", help=_("The unit that should take over."))
@desk
def transfer(desk_: Desk, task_id: int, reason: str, unit: str) -> None:
    """Ask for a transfer."""
    _ask(desk_, task_id, RequestKind.TRANSFER, reason, wanted_unit=unit)


def _ask(desk_: Desk, task_id: int, kind: RequestKind, reason: str, **wanted: Any) -> None:
    from workflow.requests import ask

    def work(connection: Connection) -> int:
        return ask(connection, desk_.office_id, desk_.actor, task_id, kind, words(reason), desk_.now(), **wanted)

    number = desk_.perform(f"request.{kind.value}", work)
    said = _("Request {id} was put to the office.").format(id=number)
    answer(desk_, {"request": number, "task": task_id, "kind": kind.value}, lambda: click.echo(said))


@request_command.command("list", help=_("List the requests you may see."), epilog="duban request list --pending")
@click.option("--pending", is_flag=True, help=_("Only those still undecided."))
@paged
@desk
def list_requests(desk_: Desk, *, pending: bool, limit: int, page: int) -> None:
    """List requests."""
    from deeds.requests import find_requests

    desk_.demand("request.read")
    place = (desk_.office_id, desk_.actor)
    rows, total = desk_.read(lambda c: find_requests(c, *place, pending=pending, page=page, size=limit))
    columns = [_("request"), _("kind"), _("task"), _("unit"), _("wanted"), _("reason"), _("decision"), _("why")]
    answer(desk_, rows, lambda: table(columns, [_cells(row) for row in rows]))
    say_rest(page, limit, total)


def _cells(row: dict[str, Any]) -> list[Any]:
    wanted = row["wanted_due_on"] or row["wanted_unit"] or "–"
    kind, decision = RequestKind(row["kind"]).label, Decision(row["decision"]).label
    granted = row["granted_due_on"] or ""
    if granted and granted != row["wanted_due_on"]:
        decision = _("{decision}, until {day}").format(decision=decision, day=granted)
    return [row["id"], kind, row["task_id"], row["unit"], wanted, row["reason"], decision, row["decision_reason"]]


@request_command.command(
    "grant",
    help=_("Grant a request; another date or unit than asked for may be set."),
    epilog='duban request grant 3 --reason "情况属实" --to 2022-06-28',
)
@click.argument("request_id", type=NUMBER)
@_reason
@day_option("--to", help_text=_("Another due date than the one asked for."), required=False)
@click.option("--unit", default="", metavar="NAME", help=_("The unit that takes over."))
@desk
def grant(desk_: Desk, request_id: int, reason: str, to: date | None, unit: str) -> None:
    """Grant a request."""
    _decide(desk_, request_id, reason, grant=True, due_on=to, unit=unit)


@request_command.command("refuse", help=_("Refuse a request."), epilog='duban request refuse 3 --reason "理由不充分"')
@click.argument("request_id", type=NUMBER)
@_reason
@desk
def refuse(desk_: Desk, request_id: int, reason: str) -> None:
    """Refuse a request."""
    _decide(desk_, request_id, reason, grant=False)


def _decide(desk_: Desk, request_id: int, reason: str, **how: Any) -> None:
    from workflow.requests import decide

    def work(connection: Connection) -> str:
        return decide(
            connection, desk_.office_id, desk_.actor, request_id, reason=words(reason), now=desk_.now(), **how
        )

    decision = desk_.perform("request.decide", work)
    said = _("Request {id}: {decision}.").format(id=request_id, decision=Decision(decision).label)
    answer(desk_, {"request": request_id, "decision": decision}, lambda: click.echo(said))
