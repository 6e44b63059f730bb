"""The service: the clock's ticks, delivery, and the guard that holds sends when the clock cannot be believed."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, parse_instant
from commands.servicelog import begin_log
from deeds.running import (
    delivery,
    head_keeper,
    office_hours,
    office_rules,
    open_channels,
    refuse_behind,
    refuse_damaged,
    refuse_jobless,
    refuse_unproved,
    service,
)
from models.errors import EnvironmentRefused, Refused
from models.language import _, listed
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from schedules.runner import Loop

HEADS_SECONDS = 300
PING_SECONDS = 60
WEB_SECONDS = 30


def _loops(desk_: Desk, *own: str) -> list[Loop]:
    """What a service does beside its own loops, of these names."""
    from schedules.runner import Loop

    keeping = Loop("heads", HEADS_SECONDS, head_keeper(desk_))
    names = (*own, keeping.name)
    pinging = Loop("ping", PING_SECONDS, lambda now: _ping(desk_, names, now))
    return [keeping, pinging] if desk_.settings.ping_url else [keeping]


def _ping(desk_: Desk, names: Collection[str], now: datetime) -> None:
    """A sign of life for a monitor outside; a service of which a loop is late gives none."""
    from notifications.monitor import ping
    from workflow.heartbeats import late_loops

    late = desk_.read(
        lambda connection: late_loops(connection, desk_.office_id, names, now, node=desk_.settings.node_name)
    )
    if late:
        raise EnvironmentRefused("E-M04", _("The monitor is told nothing: {names} is late.").format(names=listed(late)))
    ping(desk_.settings.ping_url)


def _service(desk_: Desk, *, delivers: bool = True, works: bool = True, web: Any = None) -> int:
    """``works``: false where processes of their own sweep and deliver; ``delivers``: false where only sending is theirs."""
    from schedules.runner import Loop, Nudge

    ready(desk_)
    stopping = Event()
    made = service(desk_, stopping, sweeps=works, delivers=works and delivers)
    made.loops = [
        *_loops(desk_, *(loop.name for loop in made.turns())),
        *([Loop("web", WEB_SECONDS, lambda _now: web.check())] if web else []),
    ]
    if works:  # what people leave is done in this process at once
        desk_.database.dispatcher = Nudge(made)
        if web:
            web.dispatcher = desk_.database.dispatcher
    try:
        return made.run(lambda: _running(web))
    finally:
        if web:
            web.stop()


def ready(desk_: Desk) -> None:
    """Nothing begins on what is damaged, behind or unproved, or with channels that cannot be opened; the log is set up."""
    from models.postgres import HASTE

    refuse_damaged(desk_)
    refuse_behind(desk_)
    refuse_unproved(desk_)
    open_channels(desk_)
    begin_log(desk_.settings)
    # a loop comes round again by itself: it does not stand in the way of the service's end
    desk_.database.patience = HASTE


def _running(web: Any) -> None:
    """The data folder is ours and the loops run: now people may come in."""
    from schedules.runner import spare_what_lasts

    spare_what_lasts()
    if web:
        web.start()
    click.echo(_("Running; stop it with Ctrl-C."), err=True)
    if web:
        click.echo(_("The desk in the browser: {address}").format(address=web.address), err=True)


@click.group("scheduler", help=_("Run the clock, or one tick of it."), epilog="duban scheduler tick")
def scheduler_command() -> None:
    """The clock by itself."""


@scheduler_command.command(
    "run", help=_("Sweep until stopped; another process delivers."), epilog="duban scheduler run"
)
@desk
def run(desk_: Desk) -> int:
    """Until SIGTERM or Ctrl-C; what it decides waits in the outbox for a tick or a service that delivers."""
    return _service(desk_, delivers=False)


@scheduler_command.command(
    "tick",
    help=_("One sweep and one delivery, then end; for cron."),
    epilog="duban scheduler tick · duban scheduler tick --at 2022-06-27T09:00",
)
@click.option("--at", "told", metavar="TIME", help=_("As if it were this time; in a rehearsal only."))
@desk
def tick(desk_: Desk, told: str | None) -> None:
    """Run twice at the same time it does nothing more."""
    from schedules import runner

    refuse_behind(desk_)
    now, settings, office = _instant(desk_, told), desk_.settings, desk_.office_id
    lock = runner.single(settings.home)
    try:
        done = runner.tick(
            desk_.database,
            office,
            office_rules(desk_),
            delivery(desk_),
            now,
            hours=office_hours(desk_),
            node=settings.node_name,
        )
        head_keeper(desk_)(now)
    finally:
        lock.release()
    data = {"at": now, "sweep": done.sweep.as_dict(), "delivery": _counts(done.delivery)}
    answer(desk_, data, lambda: _say_tick(now, done))


def _instant(desk_: Desk, told: str | None) -> datetime:
    if not told:
        return desk_.now()
    if not desk_.settings.rehearsal:
        raise Refused(
            "E-C12",
            _("The clock of a real office is not set by hand; --at is for rehearsals."),
            where="--at",
            remedy=_("Leave it out, or try it in a folder made with: duban init --rehearsal"),
        )
    return parse_instant(told)


def _counts(delivered: Any) -> dict[str, Any]:
    return {**delivered.counts, "held_reason": delivered.held_reason}


def _say_tick(now: datetime, done: Any) -> None:
    swept, sent = done.sweep, done.delivery
    click.echo(
        _(
            "{now}: {decided} reminders decided ({superseded} superseded, {drafted} as drafts), {messages} messages written."
        ).format(
            now=shown(now),
            decided=swept.decided,
            superseded=swept.superseded,
            drafted=swept.drafted,
            messages=swept.messages,
        )
    )
    click.echo(_("{sent} of {total} messages sent.").format(sent=sent.sent, total=sent.total))
    held = swept.held_reason or sent.held_reason
    if held:
        click.echo(_("Sending is held: {reason}").format(reason=held))


@click.command(
    "serve", help=_("Run the desk in the browser, scheduler and delivery in one process."), epilog="duban serve"
)
@click.option("--no-web", is_flag=True, help=_("Without the desk in the browser."))
@click.option("--no-work", is_flag=True, help=_("Leave reminding and sending to processes of duban work (PostgreSQL)."))
@desk
def serve_command(desk_: Desk, *, no_web: bool, no_work: bool) -> int:
    """Until SIGTERM or Ctrl-C; exit code 5 when the disk fails."""
    if no_work:
        refuse_jobless(desk_.database)
    web = None
    if not no_web and desk_.settings.web.enabled:
        web = click.get_current_context().find_root().obj["web"](desk_.settings, desk_.now)
    return _service(desk_, works=not no_work, web=web)


@click.group("clock", help=_("Look at the clock guard, or confirm the clock."), epilog="duban clock show")
def clock_command() -> None:
    """The guard that holds sends."""


@clock_command.command("show", help=_("Whether sends are held, and why."), epilog="duban clock show --json")
@desk
def show(desk_: Desk) -> None:
    """This machine's time, the latest instant the office saw, and the hold."""
    import sqlalchemy as sa

    from models import tables as t

    w, now = t.watermark.c, desk_.now()
    row = desk_.read(lambda c: c.execute(sa.select(w.at, w.held_reason).where(w.office_id == desk_.office_id)).first())
    seen, held = (row.at, row.held_reason) if row else (None, "")
    said = _("Now {now}; last seen {seen}; {held}").format(
        now=shown(now), seen=shown(seen) if seen else "—", held=held or _("sends are not held")
    )
    answer(desk_, {"now": now, "seen": seen, "held": held}, lambda: click.echo(said))


@clock_command.command(
    "confirm", help=_("The time is right and the data is; sending may go on."), epilog="duban clock confirm"
)
@desk
def confirm(desk_: Desk) -> None:
    """By a director; held messages are then released one by one or together."""
    from schedules import clock_guard

    now = desk_.now()
    undone = desk_.perform("clock.confirm", lambda c: clock_guard.confirm(c, desk_.office_id, desk_.actor, now))
    said = _("Confirmed: it is {now}; {count} reminders decided too early were undone.").format(
        now=shown(now), count=undone
    )
    answer(desk_, {"now": now, "undone": undone}, lambda: click.echo(said))
