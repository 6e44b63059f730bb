"""``duban flow migrate``: what would become of every task under way, and moving them after a yes to exactly that."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from commands.frame import answer, desk, table
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from commands.frame import Desk
    from workflow.flow_migration import MigrationLine, MigrationPlan

#: as many digits of a plan's digest are said and typed
_SAID = 12


@click.command(
    "migrate",
    help=_("Move tasks under way to the version in force: a plan for each task first, and nothing without a yes."),
    epilog="duban flow migrate monthly_report --plan · duban flow migrate monthly_report --yes DIGEST",
)
@click.argument("name", metavar=_("NAME"))
@click.option("--plan", "only_plan", is_flag=True, help=_("Only show what would become of each task."))
@click.option("--map", "moves", multiple=True, metavar="OLD=NEW", help=_("What an old state is in the new version."))
@click.option("--yes", "digest", default="", metavar="DIGEST", help=_("Yes to the plan with this digest."))
@desk
def migrate(desk_: Desk, name: str, moves: tuple[str, ...], digest: str, *, only_plan: bool) -> int:
    """Move tasks under way to the version in force."""
    from workflow import flow_migration, permissions

    extra = dict(_pair(text) for text in moves)
    desk_.perform("flow.migrate", lambda _connection: permissions.demand(desk_.actor, "flow.migrate"))
    plan = desk_.read(lambda c: flow_migration.plan(c, desk_.office_id, name, extra_moves=extra))
    if only_plan or not (digest or _asked(desk_, plan)):
        answer(desk_, {**plan.as_dict(), "moved": False}, lambda: _tell(plan, shown=not only_plan and _speaks(desk_)))
        return 0
    said = digest or plan.digest
    agreed = plan.digest if len(said) >= _SAID and plan.digest.startswith(said) else said
    now = desk_.now()
    done = desk_.perform(
        "flow.migrate",
        lambda c: flow_migration.apply(c, desk_.office_id, desk_.actor, agreed, name, now, extra_moves=extra),
    )
    told = _("{kept} tasks keep their state, {mapped} are in another state now, {blocked} stay in their version.")
    answer(desk_, {**plan.as_dict(), "moved": True, **asdict(done)}, lambda: click.echo(told.format(**asdict(done))))
    return 0


def _pair(text: str) -> tuple[str, str]:
    old, equal, new = text.partition("=")
    if not (equal and old.strip() and new.strip()):
        raise BadInput("E-W05", _("“{text}” is no move.").format(text=text), remedy=_("Write OLD=NEW."))
    return old.strip(), new.strip()


def _speaks(desk_: Desk) -> bool:
    return sys.stdin.isatty() and not desk_.as_json


def _asked(desk_: Desk, plan: MigrationPlan) -> bool:
    """Show the plan and ask; without somebody to ask nothing is moved."""
    if not _speaks(desk_) or not plan.of("keep", "map"):
        return False
    _tell(plan, shown=False)
    return click.confirm(_("Move these {count} tasks?").format(count=len(plan.of("keep", "map"))), err=True)


def _tell(plan: MigrationPlan, *, shown: bool) -> None:
    """The plan, one line a task; ``shown``: it was told already, and the answer was no."""
    if shown and plan.of("keep", "map"):
        click.echo(_("Nothing was moved."))
        return
    click.secho(f"{plan.flow.title.here} → {plan.flow.short}", bold=True)
    if plan.lines:
        head = [_("task"), _("clause"), _("unit"), _("verdict"), _("from"), _("to"), _("reason")]
        table(head, [_cells(line) for line in plan.lines])
    counts = _("Already in it: {current}; finished: {finished}; in closed months: {closed}. These stay as they are.")
    click.echo(counts.format(current=plan.current, finished=plan.finished, closed=plan.closed))
    if plan.of("keep", "map"):
        click.echo(
            _("Nothing was moved. Say yes with: duban flow migrate {name} --yes {digest}").format(
                name=plan.flow.name, digest=plan.digest[:_SAID]
            )
        )


def _cells(line: MigrationLine) -> list[str]:
    task, found = line.task, line.decision
    verdict = {"keep": _("keep"), "map": _("map"), "blocked": _("blocked")}[found.verdict]
    why = f"{found.obstacle.reason} — {found.obstacle.remedy}" if found.obstacle else ""
    leads_to = "–" if found.obstacle else line.to_label
    return [str(task.id), task.clause_number, task.unit_name, verdict, task.state_label, leads_to, why]
