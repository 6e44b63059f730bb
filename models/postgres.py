"""A PostgreSQL server's side of ``database.py``: how a transaction begins there, and what it costs.

Each statement is a round trip, and a statement that the server has parsed and planned once takes a third of the time.
So what a transaction begins with is one message, and nothing is sent only to see whether somebody is there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import exc

from models.statements import Statement

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

#: the execution options that say what a transaction is for
LOOKING: Final = "duban_looking"
OFFICE: Final = "duban_office"
_BEGIN: Final = Statement(sa.text("BEGIN"))
#: one state of the data throughout, and the server itself sees to it that nothing is kept
_LOOK: Final = Statement(sa.text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))


def server_engine(url: sa.URL) -> Engine:
    """An engine whose transactions begin by our own words; of the idle connections the last used one is taken first.

    It knows most of the statements already.
    """
    engine = sa.create_engine(url, connect_args={"autocommit": True}, pool_use_lifo=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        office = options.get(OFFICE)
        words = _LOOK if options.get(LOOKING) else _BEGIN if office is None else _locking(office)
        try:
            words.change(connection)
        except exc.OperationalError:
            if not connection.connection.dbapi_connection.closed:  # type: ignore[union-attr]
                raise
            # The server was restarted while nobody asked it anything. Nothing is begun yet: once more, on a new one.
            connection.invalidate()
            engine.dispose()
            words.change(connection)

    return engine


@cache
def _locking(office_id: int) -> Statement:
    """The beginning of a writer. Each statement sees what is committed when it starts: all that came before the lock."""
    return Statement(sa.text(f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({int(office_id)})"))
