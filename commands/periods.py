"""A month on the command line: open it, see how it stands, move its date, close it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, Day, look_up, words
from commands.frame import answer, desk, table
from models.errors import BadInput
from models.language import _, listed
from models.states import Stage

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from workflow.case import TaskRow
    from workflow.periods import OpenedPeriod


#: the year 0202 is a slip of the hand
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Month(click.ParamType[str]):
    """A month written YYYY-MM; E-D01 when there is no such month."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The month, or a refusal with its remedy."""
        del param, ctx
        from datetime import date

        try:
            found = date.fromisoformat(f"{value}-01")
        except ValueError:
            found = date.min
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise BadInput(
                "E-D01", _("There is no such month: {text}").format(text=value), remedy=_("Write it as YYYY-MM.")
            )
        return found.isoformat()[:7]


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
    opened = desk_.perform("period.open", lambda connection: open_in(connection, desk_, month, notice_id, roll, flow))
    answer(desk_, asdict(opened), lambda: say_opened(opened, desk_.now()))


def say_opened(opened: OpenedPeriod, now: datetime) -> None:
    """What was opened; a month whose due date has passed begins late, and that is said at once."""
    from models.times import local_date

    said = (
        _("{month} stands open already: {tasks} tasks, due {due_on}.")
        if opened.existed
        else _("{month} is open: {tasks} tasks, due {due_on}.")
    )
    click.echo(said.format(**asdict(opened)))
    if opened.added:
        click.echo(_("{count} tasks were added that it did not have yet.").format(count=opened.added))
    if opened.due_on < local_date(now) and not opened.existed:
        warning = _(
            "Its due date has passed: every task begins late. Move it with: duban period move {month} YYYY-MM-DD"
        )
        click.secho(warning.format(month=opened.month), fg="yellow")


def open_in(
    connection: Connection, desk_: Desk, month: str, notice_id: int | None, roll: str | None = None, flow: str = ""
) -> OpenedPeriod:
    """Open a month in the transaction of ``connection``, its due date moved as is said or as the settings say."""
    from workflow.calendar_store import load_calendar
    from workflow.periods import open_period

    number = notice_id or _newest_notice(connection, desk_.office_id)
    calendar, times = load_calendar(connection, desk_.office_id), desk_.settings.times
    return open_period(
        connection, desk_.office_id, desk_.actor, number, month, calendar, desk_.now(),
        roll=roll or times.roll, close_after=times.close_after_workdays, flow=flow,
    )  # fmt: skip


def _newest_notice(connection: Connection, office_id: int) -> int:
    import sqlalchemy as sa

    from models import tables as t
    from models.errors import Refused

    number = connection.scalar(sa.select(sa.func.max(t.notice.c.id)).where(t.notice.c.office_id == office_id))
    if number is None:
        raise Refused("E-N15", _("No notice has been adopted."), remedy=_("Adopt one with: duban notice adopt"))
    return int(number)


@period_command.command(
    "status", help=_("How a month stands: states, units, what is missing, indicators."), epilog="duban period status"
)
@click.argument("month", type=Month(), required=False)
@desk
def status(desk_: Desk, month: str | None) -> None:
    """How a month stands."""
    found = look_up(desk_, "task.read", lambda connection: _status(connection, desk_, month, desk_.now()))
    answer(desk_, found, lambda: _tell(found))


def _status(connection: Connection, desk_: Desk, month: str | None, now: datetime) -> dict[str, Any]:
    """Counted over the tasks this actor may see: a unit sees its own part."""
    from deeds.task_views import Wanted, find_tasks, row_dict
    from models.times import local_date
    from workflow import permissions
    from workflow.periods import find_period

    permissions.demand(desk_.actor, "task.read")
    period = find_period(connection, desk_.office_id, month or newest_month(connection, desk_.office_id))
    wanted = Wanted(month=period.month)
    tasks = [task for task in find_tasks(connection, desk_.office_id, desk_.actor, wanted, now)
             if task.period_id == period.id]  # fmt: skip
    units: dict[str, Counter[str]] = {}
    for task in tasks:
        units.setdefault(task.unit_name, Counter())[task.stage.value] += 1
    missing = [task for task in tasks if task.stage in (Stage.ASSIGNED, Stage.RETURNED)]
    return {
        "month": period.month,
        "state": period.state,
        "opens_on": period.opens_on.isoformat(),
        "due_on": period.due_on.isoformat(),
        "closes_on": period.closes_on.isoformat(),
        "tasks": len(tasks),
        "states": {stage.value: sum(task.stage is stage for task in tasks) for stage in Stage},
        "units": {name: dict(counts) for name, counts in units.items()},
        "missing": [row_dict(task, local_date(now)) for task in missing],
        "indicators": _indicators(connection, desk_, tasks),
    }


def newest_month(connection: Connection, office_id: int) -> str:
    """The newest month that was opened; refused with the next step where there is none."""
    import sqlalchemy as sa

    from models import tables as t
    from models.errors import Refused

    month = connection.scalar(sa.select(sa.func.max(t.period.c.month)).where(t.period.c.office_id == office_id))
    if month is None:
        raise Refused("E-S26", _("No month has been opened yet."), remedy=_("Open one with: duban period open YYYY-MM"))
    return str(month)


def _indicators(connection: Connection, desk_: Desk, tasks: list[TaskRow]) -> list[dict[str, Any]]:
    """Each unit's newest value against the target, for the tasks whose reports this actor may read."""
    import sqlalchemy as sa

    from models import tables as t
    from models.states import Role

    r, i, actor = t.report.c, t.indicator.c, desk_.actor
    open_book = actor.holds(Role.REVIEWER, Role.DIRECTOR, Role.READER)
    mine = [task for task in tasks if open_book or task.unit_id in actor.units()]
    in_force = {(task.id, task.report_number) for task in mine if task.report_number}
    rows = connection.execute(sa.select(r.task_id, r.number, r["values"]).where(r.office_id == desk_.office_id))
    values = {
        (row.task_id, value["indicator_id"]): value
        for row in rows
        if (row.task_id, row.number) in in_force
        for value in row[2]
    }
    query = sa.select(i.id, i.clause_id, i.name, i.op, i.value, i.unit).where(i.office_id == desk_.office_id)
    indicators = connection.execute(query.order_by(i.id)).all()
    return [
        {"clause": task.clause_number, "unit_name": task.unit_name, "name": row.name,
         "target": f"{row.op} {row.value:g} {row.unit}",
         "value": values.get((task.id, row.id), {}).get("value"),
         "reason": values.get((task.id, row.id), {}).get("reason", "")}
        for task in mine for row in indicators if row.clause_id == task.clause_id
    ]  # fmt: skip


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
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in indicators:
        groups.setdefault((row["clause"], row["name"]), []).append(row)
    lines: list[list[Any]] = []
    for (clause, name), rows in groups.items():
        answered = [row for row in rows if row["value"] is not None or row["reason"]]
        best = next((row for row in answered if row["value"] is not None), answered[0] if answered else None)
        said = "–" if best is None else best["reason"] if best["value"] is None else f"{best['value']:g}"
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
def move(desk_: Desk, month: str, day: date, reason: str) -> None:
    """Move a month's due date."""
    from workflow.periods import move_due

    def work(connection: Connection) -> int:
        return move_due(
            connection, desk_.office_id, desk_.actor, month, day, words(reason), desk_.now(),
            close_after=desk_.settings.times.close_after_workdays,
        )  # fmt: skip

    moved = desk_.perform("period.move", work)
    said = _("{month} is due {day} now; {count} tasks follow.").format(month=month, day=day.isoformat(), count=moved)
    answer(desk_, {"month": month, "due_on": day.isoformat(), "tasks": moved}, lambda: click.echo(said))


@period_command.command(
    "close", help=_("Close a month once its summary is issued."), epilog="duban period close 2022-06"
)
@click.argument("month", type=Month())
@desk
def close(desk_: Desk, month: str) -> None:
    """Close a month."""
    from workflow.periods import close_period

    def work(connection: Connection) -> int:
        return close_period(connection, desk_.office_id, desk_.actor, month, desk_.now())

    left = desk_.perform("period.close", work)
    said = _("{month} is closed; {count} tasks stay unfinished on record.").format(month=month, count=left)
    answer(desk_, {"month": month, "unfinished": left}, lambda: click.echo(said))
