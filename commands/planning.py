"""Who will be told what and when; and why somebody was, or was not, told about a task."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from commands.frame import Desk, answer, desk, table
from models.language import _
from models.times import local_date, shown

DAY = click.DateTime(formats=["%Y-%m-%d"])
#: the plan looks as far ahead as a month's ladder reaches
AHEAD = timedelta(days=31)


@click.command(
    "plan", help=_("Who will be told what, when and why."), epilog="duban plan --from 2022-06-20 --to 2022-06-30"
)
@click.option("--from", "start", type=DAY, help=_("First day; today when not given."))
@click.option("--to", "end", type=DAY, help=_("Last day; a month on when not given."))
@desk
def plan_command(desk_: Desk, start: datetime | None, end: datetime | None) -> None:
    """Every message and draft to come, if nobody does anything meanwhile."""
    from commands.running import office_hours, office_rules
    from schedules.plan import plan
    from workflow import permissions

    permissions.demand(desk_.actor, "plan.read")
    now, rules, hours = desk_.now(), office_rules(desk_), office_hours(desk_)
    first = start.date() if start else local_date(now)
    last = end.date() if end else first + AHEAD
    at = now if first == local_date(now) else None
    lines = desk_.read(lambda c: plan(c, desk_.office_id, rules, first, last, now=at, hours=hours))
    rows = [(shown(p.when), p.recipient or _("draft"), p.template, ",".join(map(str, p.tasks)), p.why) for p in lines]
    columns = [_("When"), _("recipient"), _("What"), _("Tasks"), _("Why")]
    answer(desk_, [line.as_dict() for line in lines], lambda: table(columns, rows))


@click.command("why", help=_("Why somebody was or was not told about a task."), epilog="duban why 7 zhao")
@click.argument("task", type=int)
@click.argument("login")
@desk
def why_command(desk_: Desk, task: int, login: str) -> None:
    """What was sent, what was not and why, what is to come."""
    from commands.running import office_hours, office_rules
    from schedules.why import why
    from workflow import permissions

    permissions.demand(desk_.actor, "plan.read")
    now, rules, hours = desk_.now(), office_rules(desk_), office_hours(desk_)
    said = desk_.read(lambda c: why(c, desk_.office_id, rules, task, login, now, hours=hours))
    answer(desk_, {"task": task, "login": login, "why": said}, lambda: click.echo("\n".join(said)))
