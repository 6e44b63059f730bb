"""Reporting on the command line: one task by options, many from a JSON list; indicators by name or number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, acting, run, words
from commands.frame import desk
from deeds.reporting import command_of, of_batch
from models.errors import BadInput, DubanError
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from workflow.actions import Command

#: what one row of a batch may hold; anything else is a slip of the hand
_FIELDS = frozenset(
    {"task", "version", "progress", "percent", "no_progress", "reason", "problems", "next_steps", "indicators"}
)
_TEXTS = ("progress", "reason", "problems", "next_steps")


@click.command(
    "report",
    help=_("File this month's report of a task."),
    epilog='duban task report 7 --progress "已清理三公里" --percent 40 --indicator 污水管网=3.5',
)
@click.argument("task_id", type=NUMBER)
@click.option("--progress", default=None, help=_("What was done; text, @FILE or - for standard input."))
@click.option("--percent", type=int, default=None, help=_("Progress of the whole clause in per cent."))
@click.option(
    "--indicator", "values", multiple=True, metavar="NAME=VALUE", help=_("An indicator's value, or NAME=?why-not.")
)
@click.option("--no-progress", is_flag=True, help=_("Nothing was done this month; give --reason."))
@click.option("--reason", default=None, help=_("Why there was no progress."))
@click.option("--problems", default=None, help=_("What stands in the way."))
@click.option("--next", "next_steps", default=None, help=_("What comes next month."))
@click.option(
    "--from-last", is_flag=True, help=_("Begin with the task's own last version, else with last month's report.")
)
@click.option(
    "--from-draft", is_flag=True, help=_("Begin with your draft of it, such as one kept when somebody came first.")
)
@acting
@desk
def report(
    desk_: Desk,
    task_id: int,
    values: tuple[str, ...],
    version: int | None,
    key: str,
    *,
    from_last: bool,
    from_draft: bool,
    **row: Any,
) -> int:
    """File a report; the words of one to whom somebody came first are kept as a draft."""
    from deeds.typed_report import begun_with_draft, discard_drafts, kept

    if from_last and from_draft:
        raise click.UsageError(_("Begin with the last report or with the draft, not with both."))
    told = {name: words(value) if name in _TEXTS else value for name, value in row.items() if value is not None}
    told |= {"task": task_id, "version": version, "indicators": _pairs(values)}
    if from_draft and not told["no_progress"]:
        del told["no_progress"]  # not ticked here says nothing of what the draft says

    def prepared(connection: Connection) -> Command:
        begun = begun_with_draft(connection, desk_, task_id) if from_draft else None
        return command_of(connection, desk_, told, key, from_last=from_last, begun=begun)

    command = desk_.look_up("task.report", prepared)
    try:
        code = run(desk_, [command])
    except DubanError as refusal:
        raise kept(desk_, command, refusal) from refusal
    if from_draft:
        discard_drafts(desk_, [task_id])
    return code


@click.command(
    "report-batch",
    help=_("File many reports from a JSON list."),
    epilog="duban task report-batch --from reports.json --dry-run",
)
@click.option(
    "--from",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=_('A JSON list: [{"task": 7, "progress": "…", "percent": 40, "indicators": {"NAME": 3.5}}]'),
)
@click.option("--dry-run", is_flag=True, help=_("Say what would happen; change nothing."))
@click.option("--key", default="", help=_("Idempotency key: a repeat gets the first answer."))
@desk
def report_batch(desk_: Desk, file: Path, key: str, *, dry_run: bool) -> int:
    """File many reports."""
    rows = _rows(file)

    def prepared(connection: Connection) -> list[Command]:
        return [of_batch(connection, desk_, row, f"{key}:{row['task']}" if key else "") for row in rows]

    return run(desk_, desk_.read(prepared), dry_run=dry_run)


def _pairs(values: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in values:
        name, equal, value = text.rpartition("=?") if "=?" in text else text.rpartition("=")
        if not equal or not name.strip():
            raise BadInput(
                "E-V08",
                _("“{text}” is no indicator with its value.").format(text=text),
                remedy=_("Write NAME=3.5, or NAME=?why there is none."),
            )
        found[name.strip()] = f"?{value}" if equal == "=?" else value
    return found


def _rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a batch file, each checked for its field names."""
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise _bad_batch(file.name, str(error)) from error
    if not isinstance(found, list) or not found:
        raise _bad_batch(file.name, _("it must be a list of reports"))
    seen: set[int] = set()
    for place, row in enumerate(found, 1):
        _check_row(file.name, place, row)
        if row["task"] in seen:
            raise _bad_batch(f"{file.name}:{place}", _("task {id} stands there twice").format(id=row["task"]))
        seen.add(row["task"])
    return found


def _check_row(name: str, place: int, row: Any) -> None:
    where = f"{name}:{place}"
    if not isinstance(row, dict) or not _is_number(row.get("task")):
        raise _bad_batch(where, _("each report names its task by number"))
    unknown = sorted(set(row) - _FIELDS)
    if unknown:
        raise _bad_batch(where, _("unknown fields: {names}").format(names=", ".join(unknown)))
    wrong = [field for field in _TEXTS if not isinstance(row.get(field, ""), str)]
    wrong += [field for field in ("percent", "version") if not (row.get(field) is None or _is_number(row[field]))]
    wrong += [] if isinstance(row.get("no_progress", False), bool) else ["no_progress"]
    wrong += [] if isinstance(row.get("indicators", {}), dict) else ["indicators"]
    if wrong:
        raise _bad_batch(where, _("fields of the wrong kind: {names}").format(names=", ".join(wrong)))


def _is_number(value: Any) -> bool:
    """A whole number that every database can hold; JSON's true is none."""
    return type(value) is int and abs(value) < 2**31


def _bad_batch(where: str, why: str) -> BadInput:
    remedy = _('Write: [{"task": 7, "progress": "…", "percent": 40, "indicators": {"NAME": 3.5}}]')
    return BadInput("E-F11", _("The batch cannot be read: {why}").format(why=why), where=where, remedy=remedy)
