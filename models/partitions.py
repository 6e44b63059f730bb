"""How PostgreSQL keeps the tables that grow with every step and message: in parts, each office's rows together in one.

Which tables these are, their classes say (``postgresql_partition_by``); why these, decision 0058. SQLite knows no parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: a class's and a migration's word for a table kept in parts
BY_OFFICE: Final = "HASH (office_id)"
#: parts of each; from this to more: decision 0058
COUNT: Final = 16

#: those that have no parts yet: a partitioned table without one takes no row
_WHOLE: Final = (
    "SELECT relname FROM pg_class JOIN pg_partitioned_table ON partrelid = pg_class.oid"
    " WHERE NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = pg_class.oid) ORDER BY relname"
)


def part(table: str, place: int) -> str:
    """The name of one part of a table."""
    return f"{table}_p{place:02}"


def install(connection: Connection) -> None:
    """Make the parts of every table that is to be kept in parts; before its triggers, which each part takes over."""
    if connection.dialect.name == "sqlite":
        return
    for table in connection.exec_driver_sql(_WHOLE).scalars().all():
        for place in range(COUNT):
            connection.exec_driver_sql(
                f'CREATE TABLE "{part(table, place)}" PARTITION OF "{table}"'
                f" FOR VALUES WITH (MODULUS {COUNT}, REMAINDER {place})"
            )
