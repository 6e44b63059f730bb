"""What runs an office: its reminder rules, its hours, its channels, and delivery through them."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from deeds.wordings import own_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from threading import Event

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.database import Database
    from models.dispatch import Work
    from models.settings import Settings
    from notifications.channel import Channel
    from notifications.endpoint import Endpoint
    from schedules.facts import Hours
    from schedules.rules import Rule
    from schedules.runner import Service

#: the rules of an office whose settings name no file
RULES_FILE: Final = "rules.toml"


def rules_file(desk_: Desk) -> Path:
    """Where the office's own reminder rules stand, or would stand: as the settings say, else in its folder."""
    return desk_.settings.path(desk_.settings.rules) or desk_.settings.home / RULES_FILE


def office_rules(desk_: Desk) -> Sequence[Rule] | None:
    """The office's own reminder rules for its months; None = the ladders of the flows."""
    from schedules.rules import load_rules

    path = rules_file(desk_)
    return load_rules(path, own_events(desk_)) if desk_.settings.rules or path.is_file() else None


def own_events(desk_: Desk) -> frozenset[str]:
    """The messages that only this office has words for."""
    from models.template import in_force
    from notifications.render import own_events as found_in

    return frozenset(found_in(desk_.read(lambda connection: in_force(connection, desk_.office_id))))


def watched_rules(desk_: Desk) -> Callable[[], Sequence[Rule] | None]:
    """The same for a service: read again whenever their file has changed, or appears."""
    from schedules.rules import RulesFile

    return RulesFile(rules_file(desk_), own_events(desk_), needed=bool(desk_.settings.rules))


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


def delivery(
    desk_: Desk, stopped: Callable[[], bool] = lambda: False, opened: Callable[[str], Channel] | None = None
) -> Callable[[datetime], Any]:
    """Sends what is due; to be called with the instant, under the data folder's lock.

    ``stopped`` is asked between two messages, so that a long batch does not keep a service from ending. ``opened``
    stands for the channels of the settings where the world outside is played.
    """
    from notifications import webhooks
    from notifications.outbox import deliver
    from schedules.facts import at_rest

    database, office, hours, ends = desk_.database, desk_.office_id, office_hours(desk_), endpoints(desk_)
    opened = opened or channels(desk_)

    def send(now: datetime) -> Any:
        alone = not desk_.settings.database
        delivered = deliver(
            database,
            office,
            opened,
            now,
            own=own_messages(desk_, now),
            resting=lambda connection: at_rest(connection, office, now, hours),
            stopped=stopped,
            # The folder's lock makes us the only worker of its own database; a shared one may have others.
            alone=alone,
        )
        webhooks.deliver(database, office, ends, now, stopped=stopped, alone=alone)
        return delivered

    return send


def something_due(desk_: Desk) -> Callable[[], bool]:
    """Says whether a delivery would find anything: whoever hands out the work asks before each."""
    from notifications.outbox import due
    from schedules.facts import at_rest

    office, hours = desk_.office_id, office_hours(desk_)

    def look(connection: Connection) -> bool:
        now = desk_.now()
        found, _held = due(connection, office, now, 1, lambda c: at_rest(c, office, now, hours))
        return bool(found)

    # What happens for other programs is found out only by gathering it from the trail.
    return (lambda: True) if desk_.settings.webhooks else (lambda: desk_.read(look))


def undone_for(desk_: Desk) -> Callable[[Work], float]:
    """Says for how many seconds nobody, on whichever machine, has done a kind of work for the office."""
    from workflow.heartbeats import beats

    def seconds(work: Work) -> float:
        now = desk_.now()
        ago = [now - beat.at for beat in desk_.read(lambda c: beats(c, desk_.office_id)) if beat.name == work.value]
        # one from a clock that is ahead says nothing
        return min((one.total_seconds() for one in ago if one >= timedelta()), default=math.inf)

    return seconds


def service(desk_: Desk, stopping: Event, *, sweeps: bool = True, delivers: bool = True) -> Service:
    """The office's loops, ready to run; ``stopping`` ends them between two steps."""
    from schedules.runner import Service

    settings, rules = desk_.settings, watched_rules(desk_)
    deliver = delivery(desk_, stopping.is_set) if delivers else None
    made = Service(desk_.database, desk_.office_id, rules(), deliver, settings.home, stopping=stopping)
    made.clock, made.hours, made.reread, made.sweeps = desk_.now, office_hours(desk_), rules, sweeps
    made.node = settings.node_name
    return made


def head_keeper(desk_: Desk) -> Callable[[datetime], Any]:
    """Writes the trail's present head down outside the database; to be called with the instant."""
    from workflow import heads

    folder, office = desk_.settings.heads_dir, desk_.office_id
    return lambda now: desk_.read(lambda connection: heads.keep(folder, connection, office, now))


def endpoints(desk_: Desk) -> dict[str, Endpoint]:
    """The endpoints of other programs, ready to send; E-C10."""
    from notifications.endpoint import open_endpoints

    return open_endpoints(desk_.settings.webhooks, desk_.settings.home)


def channel_names(desk_: Desk) -> list[str]:
    """Every channel that is set up, and the one people are told by."""
    import sqlalchemy as sa

    from models import tables as t

    query = sa.select(t.office.c.channel).where(t.office.c.id == desk_.office_id)
    used = desk_.read(lambda c: c.scalar(query)) or "file"
    return sorted({used, *desk_.settings.channels})


def try_channel(desk_: Desk, name: str, address: str, number: str) -> str:
    """One message sent past the outbox, recorded in the trail; returns the receipt. E-M03 says why it did not go.

    ``number`` is the Message-ID, which nobody else has.
    """
    from models.errors import EnvironmentRefused
    from models.language import _
    from notifications.channel import DeliveryError, Envelope
    from workflow import audit, permissions

    now = desk_.now()

    def noted(connection: Any) -> None:
        role = permissions.demand(desk_.actor, "channel.test")
        entry = audit.Entry("channel.test", "channel", role=role.value, detail={"channel": name})
        audit.append(connection, desk_.office_id, desk_.actor, entry, now)

    desk_.perform("channel.test", noted)
    body = _("If you can read this, the channel works.")
    letter = Envelope(number, desk_.actor.name, address, _("Test of duban"), body, now)
    try:
        return channels(desk_)(name).send(letter)
    except DeliveryError as error:
        raise EnvironmentRefused(
            "E-M03", error.reason, where=name, remedy=_("Check the channel's settings.")
        ) from error


def open_channels(desk_: Desk) -> list[str]:
    """Open every channel that is set up and the one people are told by; the first that cannot be used is refused."""
    names = channel_names(desk_)
    opened = channels(desk_)
    for name in names:
        opened(name)
    endpoints(desk_)
    return names


def make_room_for_jobs(database: Database) -> None:
    """On a server: the tables in which work waits for other processes, where the extra ``cluster`` is installed."""
    if not database.is_sqlite:
        from cluster import schema

        schema.apply(database)


def give_rights(settings: Settings, database: Database) -> None:
    """On a server: to the role that the program works as, where it is not the owner's own."""
    if settings.program_role and not database.is_sqlite:
        from models import roles

        roles.grant(database, settings.program_role)


def refuse_jobless(database: Database) -> None:
    """Work is handed to other processes over a server's database alone (E-C15), which has the tables for it (E-C16)."""
    from models.errors import EnvironmentRefused
    from models.language import _

    if database.is_sqlite:
        raise EnvironmentRefused(
            "E-C15",
            _("An office with an embedded database is run by one process, duban serve."),
            remedy=_("To run it on several machines name a PostgreSQL database in the settings: docs/cluster.md"),
        )
    from cluster.jobs import present

    if not present(database):
        raise EnvironmentRefused(
            "E-C16",
            _("The database has no tables in which work waits for other processes."),
            remedy=_("Install duban with its extra cluster, then run: duban upgrade"),
        )


def refuse_behind(desk_: Desk) -> None:
    """Never run on a database that is older than its outside head: everybody would be told twice (E-B07)."""
    from workflow import heads

    desk_.read(lambda c: heads.check_not_behind(desk_.settings.heads_dir, c, desk_.office_id))


def refuse_damaged(desk_: Desk) -> None:
    """Never run on a database of which a page is damaged (E-B02)."""
    from models import complaints

    desk_.read(complaints.refuse_damaged)


def refuse_unproved(desk_: Desk) -> None:
    """Never run on a trail that does not prove itself, unless the audit administrator has accepted what was found (E-I03)."""
    from models.errors import EnvironmentRefused
    from models.language import _
    from workflow.trail_doubts import doubts

    folder, office = desk_.settings.heads_dir, desk_.office_id
    found = [*desk_.read(lambda connection: doubts(connection, office, folder)).values()]
    if found:
        raise EnvironmentRefused(
            "E-I03",
            _("The trail does not prove itself: {count} findings; the first: {first}.").format(
                count=len(found), first=f"{found[0].where}: {found[0].what}"
            ),
            remedy=_(
                "See them with: duban audit verify. Restore a backup, or have the audit administrator take it upon "
                "themselves: duban audit accept --reason …"
            ),
        )
