"""The service: the clock's ticks, delivery, and the guard that holds sends when the clock cannot be believed."""

from __future__ import annotations

import logging
from functools import lru_cache
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, parse_instant
from commands.wordings import own_messages
from models.errors import EnvironmentRefused, Refused
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


def office_rules(desk_: Desk) -> Sequence[Rule] | None:
    """The office's own reminder rules for its months; None = the ladders of the flows."""
    from schedules.rules import load_rules

    path = desk_.settings.path(desk_.settings.rules)
    return load_rules(path, own_events(desk_)) if path else None


def own_events(desk_: Desk) -> frozenset[str]:
    """The messages that only this office has words for."""
    from models.template import in_force
    from notifications.render import own_events as found_in

    return frozenset(found_in(desk_.read(lambda connection: in_force(connection, desk_.office_id))))


def _watched_rules(desk_: Desk) -> Callable[[], Sequence[Rule] | None]:
    """The same for a service: read again whenever their file has changed."""
    from schedules.rules import RulesFile

    path = desk_.settings.path(desk_.settings.rules)
    return RulesFile(path, own_events(desk_)) if path else lambda: None


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


def delivery(desk_: Desk, stopped: Callable[[], bool] = lambda: False) -> Callable[[datetime], Any]:
    """Sends what is due; to be called with the instant, under the data folder's lock.

    ``stopped`` is asked between two messages, so that a long batch does not keep a service from ending.
    """
    from notifications.outbox import deliver
    from schedules.facts import at_rest

    database, office, opened, hours = desk_.database, desk_.office_id, channels(desk_), office_hours(desk_)

    def send(now: datetime) -> Any:
        return deliver(
            database,
            office,
            opened,
            now,
            own=own_messages(desk_, now),
            resting=desk_.read(lambda c: at_rest(c, office, now, hours)),
            stopped=stopped,
            # The folder's lock makes us the only worker of its own database; a shared one may have others.
            alone=not desk_.settings.database,
        )

    return send


def open_channels(desk_: Desk) -> list[str]:
    """Open every channel that is set up and the one people are told by; the first that cannot be used is refused."""
    import sqlalchemy as sa

    from models import tables as t

    query = sa.select(t.office.c.channel).where(t.office.c.id == desk_.office_id)
    used = desk_.read(lambda c: c.scalar(query)) or "file"
    names = sorted({used, *desk_.settings.channels})
    opened = channels(desk_)
    for name in names:
        opened(name)
    return names


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

    # The address is a secret, as every monitor's is; the library's own words would write it into the log.
    try:
        status = httpx2.get(url, timeout=10, follow_redirects=False).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise EnvironmentRefused("E-M04", _("The monitor cannot be reached."), where=type(error).__name__) from None
    if not httpx2.codes.is_success(status):
        raise EnvironmentRefused("E-M04", _("The monitor answered with status {status}.").format(status=status))


def _service(desk_: Desk, *, delivers: bool) -> int:
    from schedules.runner import Service

    refuse_behind(desk_)
    open_channels(desk_)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it tells of every turn, and of each that was not needed
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells of every address
    stopping, rules, home = Event(), _watched_rules(desk_), desk_.settings.home
    deliver = delivery(desk_, stopping.is_set) if delivers else None
    service = Service(desk_.database, desk_.office_id, rules(), deliver, home, loops=_loops(desk_), stopping=stopping)
    service.clock, service.hours, service.reread = desk_.now, office_hours(desk_), rules
    return service.run(lambda: click.echo(_("Running; stop it with Ctrl-C."), err=True))


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
    from workflow import heads

    refuse_behind(desk_)
    now, settings, office = _instant(desk_, told), desk_.settings, desk_.office_id
    lock = runner.single(settings.home)
    try:
        done = runner.tick(desk_.database, office, office_rules(desk_), delivery(desk_), now, hours=office_hours(desk_))
        desk_.read(lambda c: heads.keep(settings.heads_dir, c, office, now))
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


@click.command("serve", help=_("Run scheduler and delivery in one process."), epilog="duban serve")
@desk
def serve_command(desk_: Desk) -> int:
    """Until SIGTERM or Ctrl-C; exit code 5 when the disk fails."""
    return _service(desk_, delivers=True)


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
