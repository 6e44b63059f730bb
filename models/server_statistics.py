"""Whether a PostgreSQL server knows how much there is in the large tables: if not, it plans for another office.

It gathers statistics of each table by itself, and of each part of a table in parts, but never those of the whole: that
takes an ``ANALYZE`` every night (``deploy/duban-analyze``).
Source: postgresql.org/docs/15/routine-vacuuming.html, “Updating Planner Statistics”.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models.statistics import LARGE

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: a table of fewer rows is read whole within some milliseconds, however badly it is planned
SMALL: Final = 10_000
#: so many times the rows that the server knew last: from there on its plans are those of another office
GROWN: Final = 2

#: A whole is a table, or all parts of one. What stands in the catalogue outlives a failover; what the server counts while
#: it runs (``pg_stat_…``) begins anew on the next one, which then knows of nothing that changed.
_OLD: Final = sa.text("""
    WITH piece AS (
        SELECT coalesce(inhparent, pg_class.oid) AS whole, greatest(reltuples, n_live_tup, 0) AS there,
            coalesce(n_mod_since_analyze, 0) AS changed
        FROM pg_class
        LEFT JOIN pg_inherits ON inhrelid = pg_class.oid
        LEFT JOIN pg_stat_user_tables ON relid = pg_class.oid
        WHERE relkind = 'r'
    ), large AS (
        SELECT CAST(CAST(relnamespace AS regnamespace) AS text) AS place, relname, relkind = 'p' AS in_parts, sum(there) AS there,
            CASE relkind WHEN 'p' THEN max(reltuples) ELSE sum(there - changed) END AS known
        FROM pg_class JOIN piece ON whole = pg_class.oid
        WHERE relname = ANY(:tables) AND pg_table_is_visible(pg_class.oid)
        GROUP BY pg_class.oid
    )
    SELECT relname FROM large
    WHERE there >= :small AND (there >= :grown * known OR NOT EXISTS (
        SELECT FROM pg_stats WHERE schemaname = place AND tablename = relname AND inherited = in_parts))
    ORDER BY relname
""")


def outdated(connection: Connection) -> list[str]:
    """The large tables of which the server knows nothing, or not half of what there is; none on SQLite."""
    if connection.dialect.name == "sqlite":
        return []
    given = {"tables": sorted(LARGE), "small": SMALL, "grown": GROWN}
    return list(connection.scalars(_OLD, given))
