"""Reporting on the command line: one task by options, many from a JSON list; indicators by name or number."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, acting, look_up, run, words
from commands.frame import desk
from models.errors import BadInput, NotFound
from models.language import _, listed
from models.states import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from workflow.actions import Command
    from workflow.case import TaskRow, ValueGiven

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
@acting
@desk
def report(
    desk_: Desk, task_id: int, values: tuple[str, ...], version: int | None, key: str, *, from_last: bool, **row: Any
) -> int:
    """File a report."""
    told = {name: words(value) if name in _TEXTS else value for name, value in row.items() if value is not None}
    told |= {"task": task_id, "version": version, "indicators": _pairs(values)}
    command = look_up(
        desk_, "task.report", lambda connection: _command(connection, desk_, told, key, from_last=from_last)
    )
    return run(desk_, [command])


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
        return [_of_batch(connection, desk_, row, f"{key}:{row['task']}" if key else "") for row in rows]

    return run(desk_, desk_.read(prepared), dry_run=dry_run)


def _of_batch(connection: Connection, desk_: Desk, row: dict[str, Any], key: str) -> Command:
    """One row; a task that is not there is refused in its turn and does not stop the others."""
    from workflow.actions import Command

    try:
        return _command(connection, desk_, row, key)
    except NotFound:
        return Command(Action.REPORT, row["task"], row.get("version"), operation_id=key)


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


def _command(connection: Connection, desk_: Desk, row: dict[str, Any], key: str, *, from_last: bool = False) -> Command:
    """One row as a command; a prefilled one begins with what the unit said last."""
    from workflow.actions import Command, visible_task
    from workflow.case import Given, ValueGiven
    from workflow.cases import clause_indicators

    task, _co_units = visible_task(connection, desk_.office_id, desk_.actor, row["task"])
    last = _last_report(connection, task) if from_last else {}
    told = {**last, **row}
    names = clause_indicators(connection, desk_.office_id, task.clause_id) if task.clause_id is not None else ()
    values = {value["indicator_id"]: ValueGiven(**value) for value in last.get("values", ())}
    given = [_value(name, value, names) for name, value in told.get("indicators", {}).items()]
    filed = Given(
        progress=told.get("progress", ""),
        percent=told.get("percent"),
        no_progress=told.get("no_progress", False),
        reason=told.get("reason", ""),
        problems=told.get("problems", ""),
        next_steps=told.get("next_steps", ""),
        values=tuple({**values, **{value.indicator_id: value for value in given}}.values()),
    )
    return Command(Action.REPORT, task.id, row.get("version"), filed, key)


def _value(name: str, value: Any, names: tuple[tuple[int, str, str], ...]) -> ValueGiven:
    """An indicator by number or name, with its value or the reason why there is none."""
    from workflow.case import ValueGiven
    from workflow.figures import read_figure

    found = [(number, unit) for number, known, unit in names if name in (known, str(number))]
    if len(found) != 1:
        known_names = listed(f"{number} {known}" for number, known, _unit in names) or "–"
        raise BadInput(
            "E-V06",
            _("This clause has no single indicator “{name}”.").format(name=name),
            remedy=_("Its indicators: {names}").format(names=known_names),
        )
    number, unit = found[0]
    if isinstance(value, str) and value.startswith("?"):
        return ValueGiven(number, None, value[1:].strip())
    # JSON's true is no number; NaN and what no float holds are refused with the texts that are none
    exact = (type(value) is int and abs(value) < 2**53) or (type(value) is float and math.isfinite(value))
    return ValueGiven(number, float(value) if exact else read_figure(str(value), name, unit))


def _last_report(connection: Connection, task: TaskRow) -> dict[str, Any]:
    """What a prefilled report begins with: the version in force of this task, else of the last month that has one.

    In force is the newest version, the one the task points at: after a return the one that was returned, with its
    figures, which are this month's. A version that was withdrawn is begun with only as long as no later one was filed:
    it holds what the clerk meant to correct. Of an earlier month only the words are taken; its figures are given anew.
    """
    import sqlalchemy as sa

    from models import tables as t

    r = t.report.c
    query = (
        sa.select(r.task_id, r.progress, r.percent, r.problems, r.next_steps, r["values"])
        .join(t.task, sa.and_(t.task.c.office_id == r.office_id, t.task.c.id == r.task_id))
        .join(t.period, sa.and_(t.period.c.office_id == t.task.c.office_id, t.period.c.id == t.task.c.period_id))
        .where(
            r.office_id == task.office_id,
            r.number == t.task.c.report_number,
            (r.task_id == task.id)
            | sa.and_(
                t.task.c.clause_id == task.clause_id, t.task.c.unit_id == task.unit_id, t.period.c.month < task.month
            ),
        )
        .order_by(t.period.c.month.desc(), r.task_id.desc())
        .limit(1)
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        raise BadInput(
            "E-S22",
            _("There is no earlier report of this clause to begin with."),
            where=_("task {id}").format(id=task.id),
            remedy=_("Leave out --from-last."),
        )
    return {**found, "values": found["values"] if found["task_id"] == task.id else []}
