"""Many offices in one PostgreSQL: one is made by the program and copied under other numbers."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from bench.postgres import copied
from bench.stock import Frame
from bench.sweeps import BEFORE, PROVED
from models.database import Database
from models.rows import metadata
from schedules.sweep import sweep
from simulation.scene import OFFICE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.stock import Stock

OFFICES: Final = max(4, int(os.environ.get("OFFICES", "40")))
#: in the wave, which needs no year behind it: so many that what begins and ends a process does not count
IN_WAVE: Final = 4 * OFFICES
#: an office as the real notice makes one: 45 units, 75 clauses that name four of them each, 300 tasks a month
USUAL: Final = Frame(units=45, clauses=75, named=4)
#: as many units with two tasks each
LIGHT: Final = Frame(units=45, clauses=45, named=2)


@contextmanager
def copies(stock: Stock, name: str) -> Iterator[str]:
    """The office in a database of its own, gone afterwards, with everything decided that came due before; gives its URL."""
    with closing(stock.open("OFF")) as database:
        sweep(database, OFFICE_ID, None, BEFORE, drift=PROVED)
    with copied(stock, name) as url:
        yield url


def multiply(url: str, offices: int = OFFICES) -> None:
    """The first office under every other number, so that there are so many."""
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        for table in metadata.sorted_tables:
            key = "id" if table.name == "office" else "office_id"
            if key in table.c and table.name != "alembic_version":
                names = [f'"{column.name}"' for column in table.c]
                chosen = ["n" if name == f'"{key}"' else name for name in names]
                connection.exec_driver_sql(
                    f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(chosen)} FROM {table.name},"
                    f" generate_series(2, {offices}) n WHERE {key} = {OFFICE_ID}"
                )
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        connection.exec_driver_sql("ANALYZE")  # kept with the transaction: without it the server plans for one office
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        connection.exec_driver_sql("CHECKPOINT")  # or the server writes them to the disk while others are measured


def size(url: str) -> int:
    """Bytes of all tables and their indexes."""
    return count(
        url,
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
    )


def count(url: str, query: str) -> int:
    """The number that a query gives."""
    with closing(Database(url)) as database, database.read() as connection:
        return int(connection.scalar(sa.text(query)) or 0)
