"""Tasks on the command line: list, show, receive, report, withdraw, approve, return, reopen, waive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, act_on, acting, day_option, words
from commands.frame import answer, desk, table
from commands.given import as_given, given_options
from commands.periods import Month
from commands.pieces import paged, say_rest
from commands.reporting import report, report_batch
from models.language import _
from models.states import Action, Stage

if TYPE_CHECKING:
    from datetime import date

    from commands.frame import Desk


@click.group(
    "task",
    help=_("Receive, report, withdraw, review and look at tasks."),
    epilog='duban task list --mine · duban task report 7 --progress "…" --percent 40',
)
def task_command() -> None:
    """Receive, report, withdraw, review and look at tasks."""


task_command.add_command(report)
task_command.add_command(report_batch)


@task_command.command("list", help=_("List the tasks you may see."), epilog="duban task list --mine --month 2022-06")
@click.option("--mine", is_flag=True, help=_("Only what you may act on now."))
@click.option("--unit", default="", metavar="NAME", help=_("Only tasks of this unit."))
@click.option("--state", default=None, help=_("Only in this state, by its name in the flow."))
@click.option("--month", type=Month(), default=None, help=_("Only of this month; without it those of open months."))
@click.option("--every-month", is_flag=True, help=_("Those of closed months, too, the newest first."))
@click.option("--late", is_flag=True, help=_("Only late ones."))
@click.option("--copied", is_flag=True, help=_("Only what was shown to you for information."))
@paged
@desk
def list_tasks(
    desk_: Desk, *, state: str | None, month: str | None, every_month: bool, limit: int, page: int, **narrowed: Any
) -> None:
    """List tasks: of open months and the problems, of one month, or all there are, so many at a time."""
    from deeds.task_list import ALL_MONTHS, Narrowed, page_of_tasks
    from deeds.task_views import row_dict
    from models.times import local_date

    desk_.demand("task.read")
    asked, now = Narrowed(month or (ALL_MONTHS if every_month else ""), state=state or "", **narrowed), desk_.now()
    place = (desk_.office_id, desk_.actor, asked, now)
    tasks, total = desk_.read(lambda connection: page_of_tasks(connection, *place, page, limit))
    rows = [row_dict(task, local_date(now)) for task in tasks]
    answer(desk_, rows, lambda: _say_list(rows))
    say_rest(page, limit, total)


def _say_list(rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo(_("There is no such task, or none that you may see."))
        return
    columns = [_("task"), _("month"), _("clause"), _("unit"), _("state"), _("due date"), _("light"), _("cause")]
    table(columns, [_cells(row) for row in rows])


def _cells(row: dict[str, Any]) -> list[Any]:
    state = row["state_label"]
    lights = {"red": _("red"), "yellow": _("yellow"), "green": _("green")}
    shown = (row["id"], row["month"], row["clause"], row["unit"], state, row["due_on"], lights[row["light"]])
    return [*shown, row["cause"]]


@task_command.command(
    "show", help=_("Tell a task's story: state, versions, events, messages."), epilog="duban task show 7"
)
@click.argument("task_id", type=NUMBER)
@desk
def show(desk_: Desk, task_id: int) -> None:
    """Tell a task's story."""
    from commands.taskstory import tell
    from deeds.task_views import note_opening, open_task, story

    now, place = desk_.now(), (desk_.office_id, desk_.actor, task_id)
    told = desk_.look_up("task.read", lambda found: story(found, *place, now))
    if desk_.read(lambda found: open_task(found, *place)):
        desk_.perform("task.read", lambda found: note_opening(found, *place, now))
    answer(desk_, told, lambda: tell(told))


@task_command.command(
    "do",
    help=_("Take any action of a task's flow; “duban task show” says which are open to you."),
    epilog='duban task do forward 7 --to LOGIN · duban task do return 7 --reason "…" --refile-on 2022-06-30',
)
@click.argument("action", metavar=_("ACTION"))
@click.argument("task_ids", nargs=-1, type=NUMBER, required=True)
@given_options
@click.option("--dry-run", is_flag=True, help=_("Say what would happen; change nothing."))
@acting
@desk
def do(
    desk_: Desk, action: str, task_ids: tuple[int, ...], version: int | None, key: str, *, dry_run: bool, **given: Any
) -> int:
    """Take any action."""
    return act_on(desk_, action, task_ids, version, key, dry_run=dry_run, **as_given(given))


@task_command.command("receive", help=_("Say that your unit has received tasks."), epilog="duban task receive 7 8 9")
@click.argument("task_ids", type=NUMBER, nargs=-1, required=True)
@acting
@desk
def receive(desk_: Desk, task_ids: tuple[int, ...], version: int | None, key: str) -> int:
    """Receive tasks."""
    return act_on(desk_, Action.RECEIVE, task_ids, version, key)


@task_command.command("withdraw", help=_("Take a report back before it is signed."), epilog="duban task withdraw 7")
@click.argument("task_id", type=NUMBER)
@acting
@desk
def withdraw(desk_: Desk, task_id: int, version: int | None, key: str) -> int:
    """Take a report back."""
    return act_on(desk_, Action.WITHDRAW, (task_id,), version, key)


@task_command.command(
    "approve",
    help=_("Approve signed reports, by number or all of a unit's month."),
    epilog="duban task approve 7 8 · duban task approve --unit 市水利局 --month 2022-06 --dry-run",
)
@click.argument("task_ids", type=NUMBER, nargs=-1)
@click.option("--unit", default="", metavar="NAME", help=_("All signed reports of this unit."))
@click.option("--month", type=Month(), default=None, help=_("Of this month."))
@click.option("--dry-run", is_flag=True, help=_("Say what would happen; change nothing."))
@acting
@desk
def approve(
    desk_: Desk,
    task_ids: tuple[int, ...],
    unit: str,
    month: str | None,
    version: int | None,
    key: str,
    *,
    dry_run: bool,
) -> int:
    """Approve reports."""
    return act_on(desk_, Action.APPROVE, task_ids or _signed(desk_, unit, month), version, key, dry_run=dry_run)


def _signed(desk_: Desk, unit: str, month: str | None) -> tuple[int, ...]:
    """The signed reports of a unit's month; naming neither tasks nor a unit is a slip."""
    from deeds.task_conditions import Wanted
    from deeds.task_views import find_tasks
    from models.errors import Refused

    if not unit or not month:
        raise click.UsageError(_("Name tasks by number, or give --unit and --month."))
    wanted = Wanted(unit=unit, month=month)
    found = desk_.read(lambda connection: find_tasks(connection, desk_.office_id, desk_.actor, wanted, desk_.now()))
    # a state has its own name in every flow; what can be approved is what the flow approves from there
    tasks = [
        task
        for task in found
        if task.stage is Stage.SIGNED_STAMPED
        and any(step.action == Action.APPROVE for step in task.flow.steps_from(task.state))
    ]
    if not tasks:
        raise Refused(
            "E-S21",
            _("No signed report of {unit} waits for review in {month}.").format(unit=unit, month=month),
            remedy=_("See how the month stands with: duban period status {month}").format(month=month),
        )
    return tuple(task.id for task in tasks)


@task_command.command(
    "return",
    help=_("Give a signed report back, with the reason and the day to file again."),
    epilog='duban task return 7 --reason "缺少数据，请补充" --refile-on 2022-06-30',
)
@click.argument("task_id", type=NUMBER)
@click.option("--reason", required=True, help=_("Why; text, @FILE or - for standard input."))
@day_option("--refile-on", help_text=_("The day by which the unit files again."))
@acting
@desk
def give_back(desk_: Desk, task_id: int, reason: str, refile_on: date, version: int | None, key: str) -> int:
    """Return a report."""
    return act_on(desk_, Action.RETURN, (task_id,), version, key, reason=words(reason), refile_on=refile_on)


@task_command.command(
    "reopen",
    help=_("Undo an approval before the summary is issued."),
    epilog='duban task reopen 7 --reason "数据有误，请核对" --refile-on 2022-06-30',
)
@click.argument("task_id", type=NUMBER)
@click.option("--reason", required=True, help=_("Why; text, @FILE or - for standard input."))
@day_option("--refile-on", help_text=_("The day by which the unit files again."))
@acting
@desk
def reopen(desk_: Desk, task_id: int, reason: str, refile_on: date, version: int | None, key: str) -> int:
    """Undo an approval."""
    return act_on(desk_, Action.REOPEN, (task_id,), version, key, reason=words(reason), refile_on=refile_on)


@task_command.command(
    "waive", help=_("Excuse a task from reporting."), epilog='duban task waive 7 --reason "任务已于上月完成"'
)
@click.argument("task_id", type=NUMBER)
@click.option("--reason", required=True, help=_("Why; text, @FILE or - for standard input."))
@acting
@desk
def waive(desk_: Desk, task_id: int, reason: str, version: int | None, key: str) -> int:
    """Excuse a task."""
    return act_on(desk_, Action.WAIVE, (task_id,), version, key, reason=words(reason))
