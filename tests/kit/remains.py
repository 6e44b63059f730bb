"""What is left of an office after a crash, held against what its people were told was done.

The observers read other rows than the code wrote its claim into: the trail is proved whole, states are replayed, files
are re-hashed, and every acknowledgement is looked up (``reliability.md`` I1, I4, I6, I10, I11).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.database import Database, sqlite_url
from models.schema import check
from models.store import Store
from notifications.channels.file import file_name
from workflow import audit, heads
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy.engine import Connection


@dataclass
class Acknowledged:
    """Everything that anybody was told is done."""

    #: (task, version) → action
    tasks: dict[tuple[int, int], str] = field(default_factory=dict)
    forms: set[str] = field(default_factory=set)
    papers: set[str] = field(default_factory=set)
    head: int = 0
    decided: int = 0
    sent: int = 0
    count: int = 0

    def hear(self, said: bytes) -> None:
        """Whole lines only: what was cut off was not said."""
        for line in said.split(b"\n")[:-1]:
            kind, *what = json.loads(line)
            self.count += 1
            match kind:
                case "task":
                    number, version, action = what
                    self.tasks[number, version] = action
                case "form":
                    self.forms.add(what[0])
                case "paper":
                    self.papers.add(what[0])
                case "ticked":
                    self.decided += what[0]
                    self.sent += what[1]
                case "head":
                    self.head = max(self.head, what[0])


@dataclass
class Found:
    """How an office stands: what does not hold, and how long opening and proving it took."""

    wrong: list[str]
    seconds: float


@cache
def _database(file: Path) -> Database:
    """Closed after each look; only the sentences that it has learnt are kept."""
    return Database(sqlite_url(file))


def examine(home: Path, told: Acknowledged) -> Found:
    """Open what is left with the program itself and hold everything against everything."""
    began = time.monotonic()
    database = _database(home / "duban.db")
    try:
        check(database)
        with database.read() as connection:
            whole = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            found = verify(connection, 1, heads_dir=home / "heads", store=Store(home / "store"))
            wrong = [*whole, *(f"{one.where}: {one.what}" for one in found)]
            seconds = time.monotonic() - began
            wrong += [*_lost(connection, told), *_together(connection, home / "outbox")]
            kept = heads.latest(home / "heads", 1)
            wrong += [f"lost: head {told.head} outside"] if told.head > (kept.seq if kept else 0) else []
    finally:
        database.close()
    return Found(wrong, seconds)


def _lost(connection: Connection, told: Acknowledged) -> Iterable[str]:
    """What was acknowledged and is not there."""
    e, f, a = t.event.c, t.filing.c, t.attachment.c
    rows = connection.execute(
        sa.select(e.object_id, e.version, e.action).where(e.object_type == "task", e.result == "done")
    )
    done = {(row.object_id, row.version): row.action for row in rows}
    for key, action in told.tasks.items():
        if done.get(key) != action:
            yield f"lost: {action} of task {key[0]}, version {key[1]}"
    yield from (f"lost: form {code}" for code in told.forms - set(connection.scalars(sa.select(f.check_code))))
    yield from (f"lost: paper {sha[:16]}" for sha in told.papers - set(connection.scalars(sa.select(a.sha256))))
    if audit.head(connection, 1).seq < told.head:
        yield f"lost: the head {told.head} was written down"
    decided = connection.scalar(sa.select(sa.func.count()).select_from(t.reminder)) or 0
    sent = connection.scalar(sa.select(sa.func.count()).where(t.message.c.state == "sent")) or 0
    if decided < told.decided or sent < told.sent:
        yield f"lost: {told.decided} decided and {told.sent} sent, {decided} and {sent} are there"


def _together(connection: Connection, outbox: Path) -> Iterable[str]:
    """Versions one after another; what was decided has its message; what counts as sent lies in its folder."""
    e, r, m = t.event.c, t.reminder.c, t.message.c
    versions: dict[int, list[int]] = {}
    rows = connection.execute(
        sa.select(e.object_id, e.version).where(e.object_type == "task", e.result == "done").order_by(e.seq)
    )
    for row in rows:
        versions.setdefault(row.object_id, []).append(row.version)
    for task, seen in versions.items():
        if seen != list(range(2, len(seen) + 2)):
            yield f"twice, missing or out of turn: the versions of task {task}: {seen}"
    told = {tuple(one) for about in connection.scalars(sa.select(m.about)) for one in about}
    for row in connection.execute(sa.select(r.task_id, r.round, r.due_revision).where(r.state == "fired")):
        if tuple(row) not in told:
            yield f"no message: reminder of task {row.task_id}, round {row.round}"
    for number in connection.scalars(sa.select(m.message_id).where(m.state == "sent")):
        if not (outbox / file_name(number)).exists():
            yield f"counted as sent, but not in the folder: {number}"
