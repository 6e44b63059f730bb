"""The service: the clock's ticks, delivery, and the guard that holds sends when the clock cannot be believed."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk
from models.language import _
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from notifications.channel import Channel
    from schedules.facts import Hours
    from schedules.rules import Rule
    from schedules.runner import Loop

HEADS_SECONDS = 300
PING_SECONDS = 60


def office_rules(desk_: Desk) -> Sequence[Rule]:
    """The office's reminder rules, or the default ladder."""
    from schedules.rules import load_rules

    return load_rules(desk_.settings.path(desk_.settings.rules))


def office_hours(desk_: Desk) -> Hours:
    """When rungs fall due and when people are left in peace, from the settings."""
    from schedules.facts import Hours

    return Hours.of(desk_.settings.times)


def channels(desk_: Desk) -> Callable[[str], Channel]:
    """Opens a channel with its group of settings, once."""
    from notifications.channel import open_channel

    settings = desk_.settings

    @lru_cache(maxsize=8)
    def opened(name: str) -> Channel:
        given = settings.channels.get(name, {"folder": "outbox"} if name == "file" else {})
        return open_channel(name, given, home=settings.home)

    return opened


def delivery(desk_: Desk) -> Callable[[datetime], Any]:
    """Sends what is due; to be called with the instant."""
    from notifications.outbox import deliver

    folder = desk_.settings.path(desk_.settings.templates)
    database, office, opened = desk_.database, desk_.office_id, channels(desk_)
    return lambda now: deliver(database, office, opened, now, template_dirs=[folder] if folder else [])


def refuse_behind(desk_: Desk) -> None:
    """Never run on a database that is older than its outside head: everybody would be told twice (E-B07)."""
    from workflow import heads

    desk_.read(lambda c: heads.check_not_behind(desk_.settings.heads_dir, c, desk_.office_id))


def _loops(desk_: Desk) -> list[Loop]:
    from schedules.runner import Loop
    from workflow import heads

    settings, office = desk_.settings, desk_.office_id
    keeping = Loop(
        "heads", HEADS_SECONDS, lambda now: desk_.read(lambda c: heads.keep(settings.heads_dir, c, office, now))
    )
    return (
        [keeping, Loop("ping", PING_SECONDS, lambda _now: _ping(settings.ping_url))] if settings.ping_url else [keeping]
    )


def _ping(url: str) -> None:
    import httpx2

    httpx2.get(url, timeout=10, follow_redirects=False).raise_for_status()


def _service(desk_: Desk, deliver: Callable[[datetime], Any]) -> int:
    from schedules.runner import Service

    refuse_behind(desk_)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every five seconds
    rules, home = office_rules(desk_), desk_.settings.home
    service = Service(desk_.database, desk_.office_id, rules, deliver, home, loops=_loops(desk_))
    service.clock, service.hours = desk_.now, office_hours(desk_)
    click.echo(_("Running; stop it with Ctrl-C."), err=True)
    return service.run()


@click.command("scheduler", help=_("Run the clock, or one tick of it."), epilog="duban scheduler --once")
@click.option("--once", is_flag=True, help=_("One sweep and one delivery, then end; for cron."))
@desk
def scheduler_command(desk_: Desk, *, once: bool) -> int:
    """Without --once it sweeps until stopped and leaves delivery to another process."""
    if not once:
        return _service(desk_, lambda _now: None)
    _once(desk_)
    return 0


def _once(desk_: Desk) -> None:
    from schedules import runner
    from workflow import heads

    refuse_behind(desk_)
    now, settings, office = desk_.now(), desk_.settings, desk_.office_id
    lock = runner.single(settings.home)
    try:
        done = runner.tick(desk_.database, office, office_rules(desk_), delivery(desk_), now, hours=office_hours(desk_))
        desk_.read(lambda c: heads.keep(settings.heads_dir, c, office, now))
    finally:
        lock.release()
    data = {"sweep": done.sweep, "delivery": done.delivery}
    answer(desk_, data, lambda: click.echo(f"{done.sweep}\n{done.delivery}"))


@click.command("serve", help=_("Run scheduler and delivery in one process."), epilog="duban serve")
@desk
def serve_command(desk_: Desk) -> int:
    """Until SIGTERM or Ctrl-C; exit code 5 when the disk fails."""
    return _service(desk_, delivery(desk_))


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
