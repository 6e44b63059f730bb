"""One office in PostgreSQL made into many, and one year into many years: rows as sets, past triggers and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.rows import metadata

if TYPE_CHECKING:
    from models.database import Database


def many_offices(database: Database, count: int) -> None:
    """The first office under the numbers up to ``count`` as well, and statistics of it all."""
    with database.write(1) as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in metadata.sorted_tables:
            office = "id" if table.name == "office" else "office_id"
            if office in table.c:
                names = [f'"{column.name}"' for column in table.c]
                chosen = ["n" if name == f'"{office}"' else name for name in names]
                connection.exec_driver_sql(
                    f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(chosen)} FROM {table.name},"
                    f" generate_series(2, {count}) n WHERE {office} = 1"
                )
        connection.exec_driver_sql("ANALYZE")
