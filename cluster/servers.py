"""The servers that an office's address names: which of them writes, which follow, and which cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg

if TYPE_CHECKING:
    import sqlalchemy as sa

#: seconds; a machine that is gone says nothing at all
_WAITS: Final = 2


@dataclass(frozen=True, slots=True)
class Server:
    """One of them; ``writes`` is None where nobody can be asked."""

    address: str
    writes: bool | None


def servers(url: sa.URL) -> list[Server]:
    """Each in the order of the address, asked one after the other."""
    _none, given = url.get_dialect()().create_connect_args(url)
    hosts = str(given.pop("host", "")).split(",")
    ports = str(given.pop("port", "")).split(",")
    each = ports if len(ports) == len(hosts) else ports * len(hosts)
    return [_asked({**given, "host": host, "port": port}) for host, port in zip(hosts, each, strict=True)]


def _asked(given: dict[str, Any]) -> Server:
    named = ":".join(filter(None, (given["host"], given["port"])))
    alone = {**given, "target_session_attrs": "any", "connect_timeout": _WAITS}
    try:
        with psycopg.connect(**alone) as connection:
            found = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
    except psycopg.Error:
        return Server(named, None)
    return Server(named, bool(found and found[0]))
