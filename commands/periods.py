"""A month on the command line: open it, see how it stands, move its date, close it."""

from __future__ import annotations

import functools
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, Day, words
from commands.frame import answer, desk, table
from models.language import _, listed
from models.states import Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from workflow.month_names import MonthName
    from workflow.periods import OpenedPeriod


class Month(click.ParamType[str]):
    """A month written YYYY-MM; E-D01 when there is no such month."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The month, or a refusal with its remedy."""
        del param, ctx
        from deeds.months import month_of

        return month_of(str(value))


def month_named(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command's ``month`` as a ``MonthName``: with what stands after --notice, for where two notices have it."""

    def with_name(desk_: Desk, month: str | None, notice: int | None, **rest: Any) -> Any:
        from workflow.month_names import MonthName

        return command(desk_, month=MonthName(month, notice) if month else None, **rest)

    functools.update_wrapper(with_name, command)
    vars(with_name).pop("__wrapped__")  # it takes other words than the command itself
    return click.option(
        "--notice", type=NUMBER, default=None, help=_("Of the notice with this number, where two have the month.")
    )(with_name)


@click.group("period", help=_("Open, look at, move and close a month."), epilog="duban period status 2022-06")
def period_command() -> None:
    """Open, look at, move and close a month."""


@period_command.command("open", help=_("Open a month: its tasks are made."), epilog="duban period open 2022-06")
@click.argument("month", type=Month())
@click.option("--notice", "notice_id", type=NUMBER, default=None, help=_("Of this notice; else of the newest."))
@click.option("--roll", type=click.Choice(["none", "before", "after"]), help=_("Where a due date on a day off goes."))
@click.option("--flow", default="", metavar="NAME", help=_("The flow its tasks run in; else that of the month before."))
@desk
def open_month(desk_: Desk, month: str, notice_id: int | None, roll: str | None, flow: str) -> None:
    """Open a month."""
    from deeds.months import open_in

    opened = desk_.perform("period.open", lambda connection: open_in(connection, desk_, month, notice_id, roll, flow))
    answer(desk_, asdict(opened), lambda: say_opened(opened, desk_.now()))


def say_opened(opened: OpenedPeriod, now: datetime) -> None:
    """What was opened; a month whose due date has passed begins late, and that is said at once."""
    from deeds.months import opened_words
    from models.times import local_date

    for line in opened_words(opened):
        click.echo(line)
    if opened.due_on < local_date(now) and not opened.existed:
        warning = _(
            "Its due date has passed: every task begins late. Move it with: duban period move {month} YYYY-MM-DD"
        )
        click.secho(warning.format(month=opened.month), fg="yellow")


@period_command.command(
    "status", help=_("How a month stands: states, units, what is missing, indicators."), epilog="duban period status"
)
@click.argument("month", type=Month(), required=False)
@desk
@month_named
def status(desk_: Desk, month: MonthName | None) -> None:
    """How a month stands."""
    from deeds.months import month_status

    found = desk_.look_up("task.read", lambda connection: month_status(connection, desk_, month, desk_.now()))
    answer(desk_, found, lambda: _tell(found))


def _tell(found: dict[str, Any]) -> None:
    click.echo(_("{month}: {tasks} tasks, due {due_on}, closes {closes_on}").format(**found))
    shown = [state for state in Stage if found["states"][state.value]]
    table(
        [_("unit"), *(state.label for state in shown)],
        [
            *([name, *(counts.get(state.value, 0) for state in shown)] for name, counts in found["units"].items()),
            [_("all"), *(found["states"][state.value] for state in shown)],
        ],
    )
    if found["missing"]:
        click.echo(_("Missing:"))
        table([_("unit"), _("tasks"), _("late"), _("clauses")], _missing_by_unit(found["missing"]))
    if found["indicators"]:
        click.echo(_("Indicators:"))
        columns = [_("clause"), _("indicator"), _("target"), _("value"), _("unit"), _("answers")]
        table(columns, _indicator_lines(found["indicators"]))


def _missing_by_unit(missing: list[dict[str, Any]]) -> list[list[Any]]:
    """A line a unit: how many reports it owes, how many of them late, for which clauses."""
    units: dict[str, list[dict[str, Any]]] = {}
    for row in missing:
        units.setdefault(row["unit"], []).append(row)
    return [
        [unit, len(rows), sum(row["light"] == "red" for row in rows), listed(row["clause"] for row in rows)]
        for unit, rows in units.items()
    ]


def _indicator_lines(indicators: list[dict[str, Any]]) -> list[list[Any]]:
    """A line an indicator: the first value a unit gave, else the first reason, and how many units answered."""
    from documents.plain_text import figure

    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in indicators:
        groups.setdefault((row["clause"], row["name"]), []).append(row)
    lines: list[list[Any]] = []
    for (clause, name), rows in groups.items():
        answered = [row for row in rows if row["value"] is not None or row["reason"]]
        best = next((row for row in answered if row["value"] is not None), answered[0] if answered else None)
        said = "–" if best is None else best["reason"] if best["value"] is None else figure(best["value"])
        target = rows[0]["target"].replace(">=", "≥").replace("<=", "≤")
        lines.append([clause, name, target, said, best["unit_name"] if best else "–", f"{len(answered)}/{len(rows)}"])
    return lines


@period_command.command(
    "move",
    help=_("Move a month's due date; its reminders follow."),
    epilog='duban period move 2022-06 2022-06-28 --reason "端午放假"',
)
@click.argument("month", type=Month())
@click.argument("day", type=Day())
@click.option("--reason", required=True, help=_("Why; text, @FILE or - for standard input."))
@desk
@month_named
def move(desk_: Desk, month: MonthName, day: date, reason: str) -> None:
    """Move a month's due date."""
    from workflow.periods import move_due

    def work(connection: Connection) -> int:
        return move_due(
            connection, desk_.office_id, desk_.actor, month, day, words(reason), desk_.now(),
            close_after=desk_.settings.times.close_after_workdays,
        )  # fmt: skip

    moved = desk_.perform("period.move", work)
    said = _("{month} is due {day} now; {count} tasks follow.").format(month=month, day=day.isoformat(), count=moved)
    answer(desk_, {"month": month.month, "due_on": day.isoformat(), "tasks": moved}, lambda: click.echo(said))


@period_command.command(
    "close", help=_("Close a month once its summary is issued."), epilog="duban period close 2022-06"
)
@click.argument("month", type=Month())
@desk
@month_named
def close(desk_: Desk, month: MonthName) -> None:
    """Close a month."""
    from workflow.periods import close_period

    def work(connection: Connection) -> int:
        return close_period(connection, desk_.office_id, desk_.actor, month, desk_.now())

    left = desk_.perform("period.close", work)
    said = _("{month} is closed; {count} tasks stay unfinished on record.").format(month=month, count=left)
    answer(desk_, {"month": month.month, "unfinished": left}, lambda: click.echo(said))
