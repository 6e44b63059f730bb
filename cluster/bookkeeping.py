"""How a worker of Procrastinate talks to the server: what it asks for each job is as cheap as can be made from outside.

Every job is fetched and finished, whatever it does. By the library's own pool these are eight round trips, a list of all
queues that is put together anew, and a plan that weighs each name in it. Only how the questions travel is changed here,
not what they say (decision 0061).
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any, Final, Self

import procrastinate
from psycopg_pool import AsyncConnectionPool

from models.postgres import usual

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg
    import sqlalchemy as sa

#: fetching is planned once for any queues: weighing their names takes milliseconds where there are hundreds
_PLANNED_ONCE: Final = "-c plan_cache_mode=force_generic_plan"


class Queues(str):
    """Names of queues. Whoever goes through it meets each; to the server it is one text, put together once."""

    __slots__ = ("names",)
    names: tuple[str, ...]

    def __new__(cls, names: Iterable[str]) -> Self:
        """Of names without commas, quotes and braces, as ours are."""
        known = tuple(names)
        made = super().__new__(cls, f"{{{','.join(known)}}}")
        made.names = known
        return made

    def __iter__(self) -> Iterator[str]:
        """Each name."""
        return iter(self.names)


def connector(url: sa.URL, *, lost: float) -> procrastinate.PsycopgConnector:
    """For a worker on this database; a server that does not answer for ``lost`` seconds is gone."""
    _none, server = url.get_dialect()().create_connect_args(url)
    own = {**usual(url), **server}
    own["options"] = f"{own['options']} {_PLANNED_ONCE}"
    return procrastinate.PsycopgConnector(
        kwargs=own, min_size=1, max_size=4, timeout=lost, configure=_by_itself, pool_factory=_pool
    )


async def _by_itself(connection: psycopg.AsyncConnection[Any]) -> None:
    """Each statement is a transaction, which nobody has to begin and to end."""
    await connection.set_autocommit(True)


def _pool(**given: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**{**given, "check": _check})


async def _check(connection: psycopg.AsyncConnection[Any]) -> None:
    """Ask only a connection on which the server has said something unasked: it says so when it ends."""
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    if heard.poll(0):
        await AsyncConnectionPool.check_connection(connection)
