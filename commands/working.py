"""``duban work``: the process that sweeps and delivers for offices on PostgreSQL, beside others on any number of machines."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from commands.frame import Desk, desk
from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from cluster.worker import Served
    from models.dispatch import Work
    from schedules.runner import Loop

#: how often a worker says that it lives
ALIVE_SECONDS = 60


@click.command(
    "work",
    help=_("Sweep and deliver for offices on PostgreSQL, beside other such processes."),
    epilog="duban work /srv/duban/city /srv/duban/county",
)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@desk
def work_command(desk_: Desk, folders: tuple[Path, ...]) -> int:
    """Until SIGTERM or Ctrl-C; exit code 5 when the database is lost: whatever started it starts it again."""
    from commands.running import ready
    from deeds.running import refuse_jobless

    desks = [Desk(folder, "", as_json=False) for folder in folders] or [desk_]
    first, stopping = desks[0], Event()
    refuse_jobless(first.database)
    for other in desks:
        if other.settings.database_url != first.settings.database_url:
            raise EnvironmentRefused(
                "E-C17",
                _("The folders name different databases; one process works on one database."),
                where=other.settings.home.name,
                remedy=_("Start a process of its own for it."),
            )
        if other is not first:  # one for all, once it was looked at: each keeps connections
            other.database.close()
            other.__dict__["database"] = first.database
        ready(other)

    from cluster.worker import Worker
    from schedules.runner import beside, spare_what_lasts

    offices = [_served(other, stopping) for other in desks]
    loops = [loop for other in desks for loop in _loops(other)]
    worker = Worker(first.database, offices, loops=loops, stopping=stopping)
    locks = [beside(other.settings.home) for other in desks]
    try:
        spare_what_lasts()
        return worker.run(lambda: click.echo(_("Working; stop it with Ctrl-C."), err=True))
    finally:
        for lock in filter(None, locks):
            lock.release()


def _served(desk_: Desk, stopping: Event) -> Served:
    """The same turns that ``duban serve`` takes, one at a time, each a job; whichever node took it, the office was served."""
    from cluster.worker import Served
    from deeds.running import service, something_due, undone_for

    one = service(desk_, stopping)
    one.node = ""
    turns = {loop.name: loop for loop in one.turns()}

    def done(work: Work) -> None:
        failure = one.turn(turns[work])
        if failure is not None:
            raise failure

    return Served(desk_.office_id, done, something_due(desk_), undone_for(desk_))


def _loops(desk_: Desk) -> list[Loop]:
    """What every node does for itself: it keeps the trail's head, and says that it lives."""
    from commands.running import HEADS_SECONDS
    from deeds.running import head_keeper
    from schedules.runner import Loop, beat

    keep, office, node = head_keeper(desk_), desk_.office_id, desk_.settings.node_name

    def kept(_now: datetime) -> None:
        now = desk_.now()
        keep(now)
        beat(desk_.database, office, "heads", now, HEADS_SECONDS, node)

    def alive(_now: datetime) -> None:
        beat(desk_.database, office, "work", desk_.now(), ALIVE_SECONDS, node)

    return [Loop(f"heads {office}", HEADS_SECONDS, kept), Loop(f"work {office}", ALIVE_SECONDS, alive)]
