"""A PostgreSQL server's side of ``database.py``: how a transaction begins there, and what it costs.

Each statement is a round trip, and a statement that the server has parsed and planned once takes a third of the time.
So what a transaction begins with is one message, and nothing is sent only to see whether somebody is there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models.errors import EnvironmentRefused
from models.language import _
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

#: one state of the data throughout, and the server itself sees to it that nothing is kept
LOOK: Final = Statement(sa.text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
_BEGIN: Final = Statement(sa.text("BEGIN"))
#: what libpq calls a connection on which nothing has begun
_NOTHING_BEGUN: Final = 0


def server_engine(url: sa.URL, as_json: Callable[[Any], str]) -> Engine:
    """An engine whose transactions begin by our own words."""
    try:
        engine = sa.create_engine(url, connect_args={"autocommit": True}, json_serializer=as_json)
    except ModuleNotFoundError as error:
        raise EnvironmentRefused(
            "E-B35",
            _("The driver for PostgreSQL is not installed here."),
            remedy=_("Install the program with its extra: pip install 'duban[postgres]'"),
        ) from error

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if driver.info.transaction_status == _NOTHING_BEGUN:  # past ``read`` and ``write``, as a migration
            _BEGIN.change(connection)

    return engine


def gone(connection: Connection) -> bool:
    """Whether the server has ended the connection."""
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.closed)


@cache
def locking(office_id: int) -> Statement:
    """The beginning of a writer. Each statement sees what is committed when it starts: all that came before the lock."""
    return Statement(sa.text(f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({int(office_id)})"))
