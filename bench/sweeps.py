"""Goal 4: a sweep with nothing due in small and large offices, and one with 500 tasks due beside the bare SQL.

The bare SQL selects what is due by its index and writes what the sweep wrote: the ledger's rows, the messages, the event,
the tasks' next instants. It decides nothing: the rows are those of a real sweep.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from bench.measure import Cost, Rounds, interleaved
from bench.stock import LATER, stocked
from schedules.sweep import sweep
from simulation.scene import OFFICE_ID

if TYPE_CHECKING:
    from bench.extent import Extent
    from bench.stock import Stock
    from bench.verdict import Figures
    from models.database import Database

SIZES: Final = (10_000, 100_000, 1_000_000)
DUE: Final = 500
#: the service has counted the time that passed, and the clock agrees
PROVED: Final = timedelta()
#: the working day on which the 25th, a Saturday, falls due; and the day before
MORNING: Final = datetime(2022, 6, 24, 2, tzinfo=UTC)
BEFORE: Final = MORNING - timedelta(days=1)
#: sweeps in one piece of the measurement: one takes a millisecond
SWEEPS: Final = 20
WRITES: Final = {"reminder": "id", "message": "id", "event": "seq"}


def run(extent: Extent, figures: Figures) -> None:
    """Nothing due, then 500 due."""
    _nothing(extent, figures)
    _due(extent, figures)


def _nothing(extent: Extent, figures: Figures) -> None:
    sizes = [size for size in SIZES if size <= 10 * extent.largest]
    with extent.room() as folder:
        idle = {str(size): Idle(stocked(folder / str(size), size, 0, opened=True, alone=True)) for size in sizes}
        made = interleaved({name: one.round for name, one in idle.items()}, extent.rounds)
        for one in idle.values():
            one.database.close()
    small, large = str(sizes[0]), str(sizes[-1])
    slower = made.of_floor(small, large)
    told = f"sweep with nothing due: {sizes[-1]:,} open tasks beside {sizes[0]:,}, times as long"
    figures.add("4", told, slower, "×", most=1.5 if sizes[-1] == SIZES[-1] else None)
    figures.add("4", f"one such sweep at {sizes[-1]:,}, milliseconds", made.each(large).times(1000))


class Idle:
    """An office of open tasks none of which is due."""

    def __init__(self, stock: Stock) -> None:
        """What the frame has due is decided first."""
        self.database, self.now = stock.open(), BEFORE
        self._sweep()

    def _sweep(self) -> None:
        self.now += timedelta(seconds=1)
        sweep(self.database, OFFICE_ID, None, self.now, drift=PROVED)

    def round(self) -> Cost:
        """Some sweeps."""
        cost = Cost()
        with cost.counting(SWEEPS):
            for _turn in range(SWEEPS):
                self._sweep()
        return cost


@dataclass(frozen=True, slots=True)
class Wrote:
    """What one sweep wrote: the rows of each table, and each task's next instant."""

    rows: dict[str, list[dict[str, Any]]]
    following: list[tuple[str | None, int]]


def _due(extent: Extent, figures: Figures) -> None:
    with extent.room() as folder:
        stock = _waiting(stocked(folder / "stock", 10_000, DUE * (extent.rounds + 1), opened=True, alone=True))
        ours, theirs = stock.copy(folder / "duban"), stock.copy(folder / "bare")
        with closing(ours.open()) as database:
            program = Program(ours, database)
            wrote = program.recorded()
            with closing(sqlite3.connect(theirs.file, isolation_level=None)) as connection:
                bare = Bare(theirs, connection, wrote)
                made: Rounds = interleaved({"duban": program.round, "bare": bare.round}, extent.rounds)
    count = len(wrote.rows["reminder"]), len(wrote.rows["message"])
    told = f"{DUE} tasks due ({count[0]} decisions, {count[1]} messages), of the bare SQL's time"
    figures.add("4", told, made.of_floor("bare", "duban"), "×", most=2)
    figures.add("4", f"{DUE} tasks due, milliseconds", made.each("duban").times(1000))
    figures.add("4", "the bare SQL, milliseconds", made.each("bare").times(1000))


def _waiting(stock: Stock) -> Stock:
    """Settled the day before, and nothing due until somebody says so."""
    with closing(stock.open("OFF")) as database, closing(_plain(stock)) as connection:
        connection.execute("UPDATE task SET next_due_at = ? WHERE id >= ?", (_stored(BEFORE), stock.first))
        sweep(database, OFFICE_ID, None, BEFORE, drift=PROVED)
        connection.execute(f"UPDATE task SET next_due_at = {LATER}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return stock


def _plain(stock: Stock) -> sqlite3.Connection:
    return sqlite3.connect(stock.file, isolation_level=None)


def _stored(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ") + ".000000"


class Turns:
    """Each round other 500 tasks come due, all at the same instant."""

    def __init__(self, stock: Stock) -> None:
        """Of the spare tasks."""
        self.stock, self.turn = stock, -1

    def come_due(self) -> None:
        """The next ones."""
        self.turn += 1
        first = self.stock.first + self.turn * DUE
        with closing(_plain(self.stock)) as connection:
            connection.execute(
                "UPDATE task SET next_due_at = ? WHERE id BETWEEN ? AND ?", (_stored(MORNING), first, first + DUE - 1)
            )


class Program(Turns):
    """The program's sweep."""

    def __init__(self, stock: Stock, database: Database) -> None:
        """On an open office."""
        super().__init__(stock)
        self.database = database

    def round(self) -> Cost:
        """One sweep over what is due."""
        self.come_due()
        cost = Cost()
        with cost.counting():
            report = sweep(self.database, OFFICE_ID, None, MORNING, drift=PROVED)
        assert report.looked_at == DUE, report
        assert report.messages, report
        return cost

    def recorded(self) -> Wrote:
        """The first one, and what it wrote."""
        with closing(_plain(self.stock)) as connection:
            connection.row_factory = sqlite3.Row
            last = {
                table: connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0] or 0
                for table, key in WRITES.items()
            }
            self.round()
            rows = {
                table: [
                    dict(row) for row in connection.execute(f"SELECT * FROM {table} WHERE {key} > ?", (last[table],))
                ]
                for table, key in WRITES.items()
            }
            which = f"id BETWEEN {self.stock.first} AND {self.stock.first + DUE - 1}"
            following = connection.execute(f"SELECT next_due_at, id FROM task WHERE {which}").fetchall()
        return Wrote(rows, [tuple(row) for row in following])


class Bare(Turns):
    """The same rows, written by the driver alone."""

    def __init__(self, stock: Stock, connection: sqlite3.Connection, wrote: Wrote) -> None:
        """As the program wrote them."""
        super().__init__(stock)
        self.connection, self.wrote = connection, wrote
        for pragma in ("foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        self.inserts = {table: _insert(table, rows[0]) for table, rows in wrote.rows.items()}

    def round(self) -> Cost:
        """One transaction."""
        self.come_due()
        cost = Cost()
        with cost.counting():
            self.connection.execute("BEGIN IMMEDIATE")
            found = self.connection.execute(_DUE_NOW, (_stored(MORNING),)).fetchall()
            assert len(found) == DUE, len(found)
            for table, key in WRITES.items():
                (last,) = self.connection.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()
                self.connection.executemany(self.inserts[table], self._rows(table, last + 1))
            shift = self.turn * DUE
            self.connection.executemany(_FOLLOWING, [(at, task + shift) for at, task in self.wrote.following])
            self.connection.execute("COMMIT")
        return cost

    def _rows(self, table: str, first: int) -> list[dict[str, Any]]:
        """The recorded rows under numbers of their own."""
        made = [{**row, WRITES[table]: first + place} for place, row in enumerate(self.wrote.rows[table])]
        for row in made:
            if table == "reminder":
                row["task_id"] += self.turn * DUE
            if table == "message":
                row["dedupe_key"] += f"|{self.turn}"
        return made


def _insert(table: str, row: dict[str, Any]) -> str:
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({names}) VALUES ({places})"


_FOLLOWING: Final = f"UPDATE task SET next_due_at = ? WHERE office_id = {OFFICE_ID} AND id = ?"
_DUE_NOW: Final = (
    "SELECT t.*, p.month, p.closes_on FROM task t JOIN period p ON p.office_id = t.office_id AND p.id = t.period_id"
    f" WHERE t.office_id = {OFFICE_ID} AND t.next_due_at <= ? AND p.state = 'open'"
)
