"""Who will be told what and when; and why somebody was, or was not, told about a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.acting import NUMBER, Day, few
from commands.frame import Desk, answer, desk, table
from models import labels
from models.language import _
from models.times import shown

if TYPE_CHECKING:
    from datetime import date

    from schedules.plan import PlannedLine

DAY = Day()


@click.command(
    "plan", help=_("Who will be told what, when and why."), epilog="duban plan --from 2022-06-20 --to 2022-06-30"
)
@click.option("--from", "start", type=DAY, help=_("First day; today when not given."))
@click.option("--to", "end", type=DAY, help=_("Last day; a month on when not given."))
@desk
def plan_command(desk_: Desk, start: date | None, end: date | None) -> None:
    """Every message and draft to come, if nobody does anything meanwhile."""
    from deeds.plans import planned

    lines = planned(desk_, start, end)
    answer(desk_, [line.as_dict() for line in lines], lambda: _say_plan(lines))


def _say_plan(lines: list[PlannedLine]) -> None:
    """A line a message; the numbers of all its tasks stand in ``--json``, people count them."""
    if not lines:
        click.echo(_("Nothing will be sent in these days."))
        return
    rows = [
        (shown(line.when), line.recipient or _("draft"), labels.message(line.template), few(line.tasks), line.why)
        for line in lines
    ]
    table([_("When"), _("recipient"), _("What"), _("Tasks"), _("Why")], rows)


@click.command("why", help=_("Why somebody was or was not told about a task."), epilog="duban why 7 zhao")
@click.argument("task", type=NUMBER)
@click.argument("login")
@desk
def why_command(desk_: Desk, task: int, login: str) -> None:
    """What was sent, what was not and why, what is to come."""
    from deeds.plans import reasons

    said = reasons(desk_, task, login)
    answer(desk_, {"task": task, "login": login, "why": said}, lambda: click.echo("\n".join(said)))
