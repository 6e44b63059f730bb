"""A process that works for offices with a handler of the test's own: it asks a table what is due, and says what it did.

``how`` an item behaves: ``ok``; ``raise:N`` and ``die:N`` fail N times first, one with an error, one with its process;
``slow`` waits in the middle until a file named ``go`` lies beside the log.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import dispatch
from models.database import Database
from models.dispatch import Work, leave

if TYPE_CHECKING:
    from collections.abc import Sequence

ITEM = sa.Table(
    "item",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("office", sa.Integer, nullable=False),
    sa.Column("how", sa.String, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False, default=0),
    sa.Column("done", sa.Integer, nullable=False, default=0),
)


class Unfit(Exception):
    """What a handler raises."""


def write_items(database: Database, office: int, items: Sequence[tuple[int, str]], *, heard: bool, undo: bool) -> None:
    """Put items down, and leave word of them unless nobody shall hear; the part that is undone raises."""
    rows = [{"id": number, "office": office, "how": how} for number, how in items]
    with database.write(office) as connection:
        connection.execute(sa.insert(ITEM), rows)
        if heard:
            leave(connection, Work.DELIVERY)
        if undo:
            raise Unfit


class Handler:
    """Does what is due in an office, in order."""

    def __init__(self, database: Database, log: Path) -> None:
        self.database, self.log = database, log

    def __call__(self, office: int) -> None:
        self.say("begin", office)
        try:
            for number, how in self.due(office):
                self.do(office, number, *how.split(":"))
        finally:
            self.say("end", office)

    def due(self, office: int) -> list[Any]:
        query = sa.select(ITEM.c.id, ITEM.c.how).where(ITEM.c.office == office, ITEM.c.done == 0).order_by(ITEM.c.id)
        with self.database.read() as connection:
            return list(connection.execute(query).all())

    def do(self, office: int, number: int, how: str, times: str = "0") -> None:
        self.say("try", office, number)
        this = ITEM.c.id == number
        with self.database.write(office) as connection:
            failed = connection.scalar(sa.select(ITEM.c.failed).where(this))
            if failed < int(times):
                connection.execute(sa.update(ITEM).where(this).values(failed=failed + 1))
        if failed < int(times):
            if how == "die":
                os._exit(9)
            raise Unfit
        if how == "slow":
            self.say("waits", office, number)  # and holds no lock
        while how == "slow" and not self.log.with_name("go").exists():
            time.sleep(0.02)
        with self.database.write(office) as connection:
            mine = this & (ITEM.c.done == 0) if how == "slow" else this  # the claim that decides, as real work has one
            connection.execute(sa.update(ITEM).where(mine).values(done=ITEM.c.done + 1))
        self.say("did", office, number)

    def say(self, what: str, office: int, number: int = 0) -> None:
        with self.log.open("a") as out:  # one write a line: several processes say it into one file
            out.write(json.dumps([what, office, number, os.getpid(), time.monotonic()]) + "\n")


def embedded(url: str, log: Path, offices: list[int], pace: dict[str, float]) -> int:
    """One office, one process: what comes in on standard input is written here, as by somebody at the desk."""
    from schedules.runner import Nudge, Service

    database, (office,) = Database(url), offices
    handler = Handler(database, log)
    service = Service(
        database,
        office,
        None,
        lambda _now: handler(office),
        log.parent,
        sweeps=False,
        delivery_seconds=int(pace["tick"]),
    )
    database.dispatcher = Nudge(service)

    def listen() -> None:
        for line in sys.stdin:
            given = json.loads(line)
            with suppress(Unfit):
                write_items(database, office, given["items"], heard=given["heard"], undo=given["undo"])
            print("written", flush=True)

    threading.Thread(target=listen, daemon=True).start()
    return service.run(lambda: print("ready", flush=True))


def cluster(url: str, log: Path, offices: list[int], pace: dict[str, float]) -> int:
    """A worker of several offices."""
    from cluster import jobs
    from cluster.worker import Pace, Served, Worker

    database = Database(url)
    jobs.attach(database)
    handler = Handler(database, log)
    served = [
        Served(office, lambda _work, office=office: handler(office), partial(handler.due, office)) for office in offices
    ]
    kept = Pace(
        tick=int(pace["tick"]), at_least={Work.DELIVERY: pace["tick"]}, heartbeat=pace["silent"] / 5, silent=pace["silent"], poll=0.2, lost=1.0,
    )  # fmt: skip
    return Worker(database, served, pace=kept).run(lambda: print("ready", flush=True))


if __name__ == "__main__":
    adapter, url_, log_, offices_, pace_ = sys.argv[1:]
    asked = json.loads(pace_)
    dispatch._FIRST_WAIT = timedelta(seconds=asked["first_wait"])
    dispatch.ATTEMPTS = asked["attempts"]  # type: ignore[misc]
    sys.exit({"embedded": embedded, "cluster": cluster}[adapter](url_, Path(log_), json.loads(offices_), asked))
