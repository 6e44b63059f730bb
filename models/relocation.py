"""Where an office lives: the mark that it is leaving a database, has left it, or is still arriving in it.

At every moment at most one database lets an office be worked on: the old one is marked before the new one is opened.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.errors import EnvironmentRefused
from models.language import _
from models.statements import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

#: the embedded file, as ``place`` and on the command line
EMBEDDED: Final = "file"
_MARK: Final = Statement(sa.select(t.relocation).where(t.relocation.c.office_id == sa.bindparam("office")))


class State(StrEnum):
    """How far it has come; no mark = the office lives here."""

    LEAVING = "leaving"
    LEFT = "left"
    ARRIVING = "arriving"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is written down about a move."""

    state: str
    #: the other database: its URL without a password, or ``file``
    place: str
    installation: str
    at: datetime


def mark(connection: Connection, office_id: int) -> Mark | None:
    """The office's mark in this database."""
    row = _MARK.first(connection, {"office": office_id})
    return None if row is None else Mark(row.state, row.place, row.installation, row.at)


def put(connection: Connection, office_id: int, made: Mark) -> None:
    """Write the office's mark, instead of the one before."""
    lift(connection, office_id)
    connection.execute(sa.insert(t.relocation).values(office_id=office_id, **asdict(made)))


def lift(connection: Connection, office_id: int) -> None:
    """The office lives here."""
    connection.execute(sa.delete(t.relocation).where(t.relocation.c.office_id == office_id))


def refuse_elsewhere(connection: Connection, office_id: int) -> None:
    """Nobody works on an office that lives in another database, or is on its way; E-B40."""
    found = mark(connection, office_id)
    if found is not None:
        raise elsewhere(found)


def elsewhere(found: Mark) -> EnvironmentRefused:
    """Why the office is not opened here, and what leads on."""
    if found.state == State.LEFT:
        what = _("This office has moved to {place}; the database named here is what it left behind.")
        remedy = _("Set database = “{setting}” in duban.toml. To come back: name it there, then run: duban move --to …")
    elif found.state == State.LEAVING:
        what = _("This office is moving to {place}.")
        remedy = _("Continue with: duban move --to {place}, or give it up with: duban move --to {place} --clear")
    else:
        what = _("This office has not arrived whole from {place} yet.")
        remedy = _("Continue the move where it was begun.")
    setting = "" if found.place == EMBEDDED else found.place
    return EnvironmentRefused("E-B40", what.format(place=found.place),
                              remedy=remedy.format(place=found.place, setting=setting))  # fmt: skip
