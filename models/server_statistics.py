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
    WITH whole AS (
        SELECT oid, relnamespace, relname, relkind = 'p' AS in_parts, reltuples FROM pg_class
        WHERE relname = ANY(:tables) AND relkind IN ('r', 'p') AND pg_table_is_visible(oid)
    ), piece AS (
        SELECT oid, oid AS of FROM whole UNION ALL
        SELECT inhrelid, inhparent FROM pg_inherits JOIN whole ON whole.oid = inhparent
    ), counted AS (
        SELECT of, sum(greatest(reltuples, pg_stat_get_live_tuples(piece.oid), 0)) AS there,
            sum(pg_stat_get_mod_since_analyze(piece.oid)) AS changed
        FROM piece JOIN pg_class ON pg_class.oid = piece.oid AND relkind = 'r' GROUP BY of
    )
    SELECT relname FROM whole JOIN counted ON of = oid
    WHERE there >= :small AND (
        there >= :grown * CASE WHEN in_parts THEN reltuples ELSE there - changed END
        OR NOT EXISTS (
            SELECT FROM pg_stats WHERE tablename = relname AND inherited = in_parts
            AND schemaname = CAST(CAST(relnamespace AS regnamespace) AS text)
        )
    )
    ORDER BY relname
""")


def outdated(connection: Connection) -> list[str]:
    """The large tables of which the server knows nothing, or not half of what there is; none on SQLite."""
    if connection.dialect.name == "sqlite":
        return []
    given = {"tables": sorted(LARGE), "small": SMALL, "grown": GROWN}
    return list(connection.scalars(_OLD, given))
