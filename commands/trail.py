"""The trail on the command line: read it, prove it, take it out. The audit administrator's desk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, words
from commands.frame import answer, desk, progress, table
from models import labels
from models.errors import Refused
from models.language import _
from models.states import Result
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from workflow.audit import Head
    from workflow.verify import Finding


@click.group("audit", help=_("Show, verify and export the trail."), epilog="duban audit verify")
def audit_command() -> None:
    """Show, verify and export the trail."""


@audit_command.command(
    "show", help=_("Show the last events, or those of one task."), epilog="duban audit show --task 7"
)
@click.option("--task", "task_id", type=NUMBER, help=_("Only events of this task."))
@click.option("--last", type=click.IntRange(1), default=50, show_default=True, help=_("How many events."))
@desk
def show(desk_: Desk, task_id: int | None, last: int) -> None:
    """Show the last events."""
    _demand(desk_)
    events = desk_.read(lambda connection: _events(connection, desk_.office_id, task_id, last))
    called = desk_.read(lambda connection: _called(connection, desk_.office_id, events))
    columns = [_("number"), _("time"), _("person"), _("action"), _("object"), _("state"), _("result"), _("reason")]
    answer(desk_, events, lambda: table(columns, [_cells(*pair) for pair in zip(events, called, strict=True)]))


@audit_command.command(
    "verify", help=_("Prove the trail: chain, outside heads, states, reports, files."), epilog="duban audit verify"
)
@desk
def verify(desk_: Desk) -> None:
    """Prove the trail; write its head down outside the database when it holds."""
    _demand(desk_)
    desk_.read(lambda connection: _refuse_foreign(desk_, connection))
    findings, notices = desk_.read(lambda connection: _check(desk_, connection))
    _say_findings(desk_, notices)
    if findings:
        _say_findings(desk_, findings)
        raise Refused(
            "E-I01",
            _("The trail does not hold: {count} findings.").format(count=len(findings)),
            remedy=_("Stop work, keep the database as it is, and compare it with a backup."),
            findings=_as_data(findings),
            notices=_as_data(notices),
        )
    head = desk_.read(lambda connection: _keep_head(desk_, connection))
    said = _("The trail holds: {count} events, head {head}.").format(count=head.seq, head=head.short)
    data = {"events": head.seq, "head": head.hash, "findings": [], "notices": _as_data(notices)}
    answer(desk_, data, lambda: click.echo(said))


@audit_command.command(
    "accept",
    help=_("Go on although the trail does not prove itself: the yes stands in it, by name and with its reason."),
    epilog='duban audit accept --reason "数据库搬迁时改坏一行，已与备份核对"',
)
@click.option("--reason", required=True, help=_("Why; text, @FILE or - for standard input."))
@desk
def accept(desk_: Desk, reason: str) -> None:
    """By the audit administrator, before a service begins again."""
    from workflow import trail_doubts

    why, folder, now = words(reason), desk_.settings.heads_dir, desk_.now()
    found = desk_.perform(
        trail_doubts.ACCEPTED,
        lambda c: trail_doubts.accept(c, desk_.office_id, desk_.actor, folder, why, now),
    )
    _say_findings(desk_, found)
    said = _("{count} findings were accepted; the service may begin again. duban audit verify goes on naming them.")
    answer(desk_, {"accepted": _as_data(found)}, lambda: click.echo(said.format(count=len(found))))


@audit_command.command(
    "export", help=_("Write every event as JSON lines, its head last."), epilog="duban audit export --out trail.jsonl"
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=_("The file to write."))
@desk
def export(desk_: Desk, out: Path) -> None:
    """Write the whole trail to a file."""
    _demand(desk_)
    head = desk_.read(lambda connection: _write(connection, desk_.office_id, out))
    said = _("{count} events were written to {file}; head {head}.").format(
        count=head.seq, file=out.name, head=head.short
    )
    answer(desk_, {"events": head.seq, "head": head.hash, "file": str(out)}, lambda: click.echo(said))


def _demand(desk_: Desk) -> None:
    """Reading the trail takes the duty; an attempt without it stands in the trail."""
    from workflow import permissions

    desk_.perform("audit.read", lambda _connection: permissions.demand(desk_.actor, "audit.read"))


def _events(connection: Connection, office_id: int, task_id: int | None, last: int) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from models import tables as t

    query = sa.select(t.event).where(t.event.c.office_id == office_id)
    if task_id is not None:
        query = query.where(t.event.c.object_type == "task", t.event.c.object_id == task_id)
    rows = connection.execute(query.order_by(t.event.c.seq.desc()).limit(last)).mappings()
    return [dict(row) for row in rows][::-1]


def _called(connection: Connection, office_id: int, events: Sequence[dict[str, Any]]) -> list[Mapping[str, str]]:
    """For each event the words of its task's own flow, before those of every flow there ever was."""
    from workflow import flow_store

    every = flow_store.words(connection, office_id)
    numbers = [event["object_id"] if event["object_type"] == "task" else 0 for event in events]
    own = flow_store.words_of_tasks(connection, office_id, {*numbers})
    return [every | own.get(number, {}) for number in numbers]


def _cells(event: dict[str, Any], words: Mapping[str, str]) -> list[str]:
    number = event["object_id"] or ""
    who = event["actor_name"] + (f" ({event['acting_for']})" if event["acting_for"] else "")
    moved = f"{words.get(event['from_state'], '')} → {words[event['to_state']]}" if event["to_state"] in words else ""
    thing = f"{labels.thing(event['object_type'])} {number}".strip()
    deed, result = (
        words.get(event["action"].removeprefix("task.")) or labels.deed(event["action"]),
        Result(event["result"]).label,
    )
    return [str(event["seq"]), shown(event["at"]), who, deed, thing, moved, result, event["reason"]]


def _refuse_foreign(desk_: Desk, connection: Connection) -> None:
    """A copy held against the heads of the office that lives on would be accused of what it never did."""
    from workflow import heads

    heads.refuse_foreign(desk_.settings.heads_dir, connection, desk_.office_id)


def _check(desk_: Desk, connection: Connection) -> tuple[list[Finding], list[Finding]]:
    """What does not hold, and what must be said although it does."""
    from workflow import audit, verify

    office, folder = desk_.office_id, desk_.settings.heads_dir
    with progress(audit.head(connection, office).seq, _("Proving the trail")) as step:
        found = verify.verify(connection, office, heads_dir=folder, store=desk_.store, progress=step)
    return found, verify.notices(connection, office)


def _as_data(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"where": finding.where, "what": finding.what} for finding in findings]


def _say_findings(desk_: Desk, findings: Sequence[Finding]) -> None:
    if not desk_.as_json:
        for finding in findings:
            click.echo(f"{finding.where}: {finding.what}")


def _keep_head(desk_: Desk, connection: Connection) -> Head:
    from workflow import heads

    return heads.keep(desk_.settings.heads_dir, connection, desk_.office_id, desk_.now())


def _write(connection: Connection, office_id: int, out: Path) -> Head:
    """Line by line: the trail of years need not fit into memory."""
    from workflow import audit, trail_views

    with out.open("w", encoding="utf-8") as file:
        file.writelines(trail_views.lines(connection, office_id))
    return audit.head(connection, office_id)
