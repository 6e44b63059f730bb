"""When the loops of an office's service last ran, on each of the machines that run it: a dead one shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: a loop that is this much later than it promised counts as dead
LATE: Final = timedelta(minutes=10)
_BEAT: Final = Statement(
    sa.update(t.heartbeat)
    .where(
        t.heartbeat.c.office_id == sa.bindparam("of_office"),
        t.heartbeat.c.node == sa.bindparam("of_node"),
        t.heartbeat.c.name == sa.bindparam("loop"),
    )
    .values({name: sa.bindparam(name) for name in ("at", "next_at", "detail")})
)


@dataclass(frozen=True, slots=True)
class Beat:
    """The last turn of a loop on a node, and when it promised the next one."""

    node: str
    name: str
    at: datetime
    next_at: datetime
    detail: str

    def late(self, now: datetime) -> bool:
        """Whether it should have run again long since."""
        return now > self.next_at + LATE


def note(connection: Connection, office_id: int, beat: Beat) -> None:
    """Record that a loop ran."""
    values = {"at": beat.at, "next_at": beat.next_at, "detail": beat.detail}
    this = {"of_office": office_id, "of_node": beat.node, "loop": beat.name}
    if _BEAT.change(connection, this | values) == 0:
        new = {"office_id": office_id, "node": beat.node, "name": beat.name, **values}
        connection.execute(sa.insert(t.heartbeat).values(new))


def beats(connection: Connection, office_id: int) -> list[Beat]:
    """Of every loop on every node, by their names."""
    h = t.heartbeat.c
    query = sa.select(h.node, h.name, h.at, h.next_at, h.detail).where(h.office_id == office_id)
    return [Beat(*row) for row in connection.execute(query.order_by(h.name, h.node))]


def newest(found: Iterable[Beat]) -> list[Beat]:
    """Of each loop the last turn, whichever node took it: an office is served while one of them serves it."""
    latest: dict[str, Beat] = {}
    for beat in found:
        if beat.name not in latest or beat.next_at > latest[beat.name].next_at:
            latest[beat.name] = beat
    return list(latest.values())


def late_loops(
    connection: Connection, office_id: int, names: Collection[str], now: datetime, *, node: str | None = None
) -> list[str]:
    """Those of these loops that ran once and should have run again: on a node, or anywhere."""
    found = [beat for beat in beats(connection, office_id) if beat.name in names and node in (None, beat.node)]
    return [beat.name for beat in newest(found) if beat.late(now)]
