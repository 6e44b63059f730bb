"""Setting an office up: its row, its calendar's seed, and the three separated administrators with one-time codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.errors import Refused
from models.language import _
from models.states import Role
from models.times import local_date
from workflow import audit, calendar_store, flow_store, people
from workflow.case import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: login → duty of the administrators an office starts with; nobody holds two of the three (三员分立)
FIRST: Final[Mapping[str, Role]] = {"sysadmin": Role.SYSTEM, "secadmin": Role.SECURITY, "auditor": Role.AUDIT}
SETUP: Final = Actor(0, "setup", "setup", source="cli")
SCHEDULER: Final = Actor(0, "scheduler", "scheduler", source="scheduler")


@dataclass(frozen=True, slots=True)
class OfficeName:
    """How an office is called: in full, on papers and in notices, and to whom it reports."""

    name: str
    short_name: str
    recipient: str


def free_number(connection: Connection) -> int:
    """The number behind those of the offices that a database holds."""
    return (connection.scalar(sa.select(sa.func.max(t.office.c.id))) or 0) + 1


def set_up(
    connection: Connection,
    office_id: int,
    named: OfficeName,
    codes: Mapping[str, str],
    now: datetime,
    *,
    channel: str = "file",
    four_eyes: bool = True,
    installation: str = "",
) -> None:
    """Make an office with its first administrators; ``codes`` maps each login of ``FIRST`` to its one-time code.

    ``installation`` names this life of the data among the heads outside: a restored copy gets another name.
    """
    if connection.scalar(sa.select(t.office.c.id).where(t.office.c.id == office_id)) is not None:
        another = _("Leave the number out, and the next free one is taken; or give another with --office.")
        raise Refused("E-B08", _("Office {id} is set up already.").format(id=office_id), remedy=another)
    connection.execute(
        sa.insert(t.office).values(
            id=office_id,
            name=named.name,
            short_name=named.short_name,
            recipient=named.recipient,
            four_eyes=four_eyes,
            channel=channel,
            algorithm="sha256",
            epoch=1,
            created_at=now,
        )
    )
    for login, role in FIRST.items():
        lapses = role is not Role.SYSTEM
        number = people.create_person(connection, office_id, login, role.label, now, code=codes[login], lapses=lapses)
        people.give_duty(connection, office_id, number, role, local_date(now))
    calendar_store.seed(connection, office_id, SETUP, now)
    flow_store.install_shipped(connection, office_id, SETUP, now)
    detail = {"name": named.name, "short_name": named.short_name, "four_eyes": four_eyes, "installation": installation}
    audit.append(connection, office_id, SETUP, audit.Entry("office.set_up", "office", office_id, detail=detail), now)
