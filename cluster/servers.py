"""The servers that an office's address names: which of them writes, which stand by, and which cannot be asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import exc

from models import postgres

if TYPE_CHECKING:
    import sqlalchemy as sa

#: seconds; a machine that is gone says nothing at all
_WAITS: Final = 2


class Standing(StrEnum):
    """What a server is to the program."""

    WRITES = "writes"
    STANDS_BY = "stands by"
    #: it answers, and lets nobody in who comes like this
    SHUT = "shut"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Server:
    """One of them: ``HOST:PORT``, as the address has it."""

    address: str
    standing: Standing


def servers(url: sa.URL) -> list[Server]:
    """Each in the order of the address, asked one after the other."""
    _none, given = url.get_dialect()().create_connect_args(url)
    hosts = str(given.pop("host", "")).split(",")
    ports = str(given.pop("port", "")).split(",")
    each = ports if len(ports) == len(hosts) else ports * len(hosts)
    return [
        Server(":".join(filter(None, (host, port))), _asked({**given, "host": host, "port": port}))
        for host, port in zip(hosts, each, strict=True)
    ]


def _asked(given: dict[str, Any]) -> Standing:
    alone = {**given, "target_session_attrs": "any", "connect_timeout": _WAITS}
    try:
        with psycopg.connect(**alone) as connection:
            found = connection.execute("SELECT pg_is_in_recovery()").fetchone()
    except psycopg.Error as error:
        shut = postgres.shut_out(exc.OperationalError(None, None, error))
        return Standing.SHUT if shut else Standing.AWAY
    return Standing.STANDS_BY if found and found[0] else Standing.WRITES
