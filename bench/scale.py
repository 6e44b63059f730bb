"""Many offices in one PostgreSQL: how large they are, how many steps a second, and the wave when all are due at once.

``python -m bench.scale`` (``OFFICES=40``) where ``DUBAN_TEST_POSTGRES`` names a server; writes docs/scale.md. One office is
made by the program with a year of months behind it and copied under other numbers. Processes work on offices of their own,
as the nodes of a cluster do; the way out of the wave takes every message at once, as no real one does.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from bench.extent import WHOLE
from bench.month import Duban, people
from bench.postgres import SERVER, copied
from bench.scale_page import Half, Measured, write
from bench.stock import LATER, Frame, stocked
from bench.sweeps import BEFORE, MORNING, PROVED
from models.database import Database
from models.rows import metadata
from notifications.outbox import deliver
from schedules.sweep import sweep
from simulation.scene import OFFICE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.synchronize import Barrier

    from bench.month import People
    from bench.stock import Stock
    from notifications.channel import Envelope

OFFICES: Final = max(4, int(os.environ.get("OFFICES", "40")))
#: an office as the real notice makes one: 45 units, 75 clauses that name four of them each, 300 tasks a month
SHAPE: Final = Frame(units=45, clauses=75, named=4)
#: tasks of a year behind each office
YEAR: Final = 12 * SHAPE.tasks
#: steps that each process takes in each measurement
STEPS: Final = 200
PROCESSES: Final = (1, 2, 4)
#: processes through which the wave goes
WAVE: Final = 2
#: offices that each of them does before: a server plans a statement anew for its first ten times, of thousands of offices
WARM: Final = min(10, OFFICES // WAVE - 1)
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Sink:
    """A way out that takes everything at once."""

    name: str = "file"
    private: bool = True

    def send(self, envelope: Envelope) -> str:
        """Taken."""
        return envelope.message_id


def main() -> None:
    """Everything, one after the other."""
    if not SERVER:
        sys.exit("DUBAN_TEST_POSTGRES names no server")
    with WHOLE.room() as folder:
        stock = stocked(folder / "stock", YEAR, STEPS * len(PROCESSES) + 1, frame=SHAPE)
        with closing(stock.open("OFF")) as database:
            sweep(database, OFFICE_ID, None, BEFORE, drift=PROVED)
        with copied(stock, "scale") as url:
            write(_measured(url, stock, people(stock)))


def _measured(url: str, stock: Stock, who: People) -> Measured:
    before = _size(url)
    _multiply(url)
    monthly = (_size(url) - before) / (OFFICES - 1) / 12
    rates: dict[int, float] = {}
    for turn, processes in enumerate(PROCESSES):
        seconds = _together(processes, _steps, url, who, stock.first + turn * STEPS).seconds
        rates[processes] = processes * STEPS / seconds
        print(f"{processes} processes: {rates[processes]:.0f} steps a second", flush=True)
    _come_due(url)
    swept = _together(WAVE, _sweep, url, who, 0)
    waiting = f"SELECT count(*) FROM message WHERE state = 'due' AND next_at < {LATER}"
    # some were decided before anybody looked at the clock, and each office has as many
    messages = _count(url, waiting) * (OFFICES - WAVE * WARM) // OFFICES
    print(f"{messages} digests of {OFFICES - WAVE * WARM} offices decided and written: {swept}", flush=True)
    handed = _together(WAVE, _hand_over, url, who, 0)
    print(f"handed over: {handed}, {_count(url, waiting)} left", flush=True)
    bare = _bare(url)
    print(f"the same rows by bare SQL in {bare:.1f} s", flush=True)
    return Measured(OFFICES, monthly, rates, messages, swept, handed, bare)


def _server(url: str) -> int:
    """The number of the server's first process; 0 where it runs elsewhere."""
    with closing(Database(url)) as database, database.read() as connection:
        backend = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        return _stat(backend)[0] if "postgres" in _text(Path(f"/proc/{backend}/comm")) else 0


def _busy(server: int) -> float:
    """Seconds of processor time that the server and all its processes have used."""
    below = [_stat(int(one.name)) for one in Path("/proc").iterdir() if one.name.isdigit()]
    ticks = sum(_stat(server)[1:]) + sum(sum(times[:2]) for parent, *times in below if parent == server)
    return ticks / _TICKS


def _stat(process: int) -> tuple[int, ...]:
    """A process's parent, then user and system time of its own and of its ended children, in ticks; zeros once it is gone."""
    rest = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return tuple(int(rest[place]) for place in (1, 11, 12, 13, 14)) if rest else (0,) * 5


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _size(url: str) -> int:
    return _count(
        url,
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
    )


def _count(url: str, query: str) -> int:
    with closing(Database(url)) as database, database.read() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


def _multiply(url: str) -> None:
    """The first office under every other number."""
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        for table in metadata.sorted_tables:
            key = "id" if table.name == "office" else "office_id"
            if key in table.c and table.name != "alembic_version":
                names = [f'"{column.name}"' for column in table.c]
                chosen = ["n" if name == f'"{key}"' else name for name in names]
                connection.exec_driver_sql(
                    f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(chosen)} FROM {table.name},"
                    f" generate_series(2, {OFFICES}) n WHERE {key} = {OFFICE_ID}"
                )
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        connection.exec_driver_sql("ANALYZE")  # kept with the transaction: without it the server plans for one office


def _come_due(url: str) -> None:
    with closing(Database(url)) as database, database.write(OFFICE_ID) as connection:
        connection.execute(sa.text(f"UPDATE task SET next_due_at = :at WHERE id <= {SHAPE.tasks}"), {"at": MORNING})
        connection.execute(sa.text(f"UPDATE message SET next_at = {LATER} WHERE state <> 'sent'"))


def _together(processes: int, work: Callable[..., None], url: str, who: People, first: int) -> Half:
    """From the moment that all are ready until the last has ended: how long, and who was busy."""
    begin, server = multiprocessing.Barrier(processes + 1), _server(url)
    started = [
        multiprocessing.Process(target=work, args=(url, who, first, range(1 + place, OFFICES + 1, processes), begin))
        for place in range(processes)
    ]
    ended = sum(os.times()[2:4])
    for process in started:
        process.start()
    begin.wait()
    since, busy = time.perf_counter(), _busy(server)
    ready = sum(sum(_stat(process.pid or 0)[1:3]) for process in started) / _TICKS
    for process in started:
        process.join()
        assert process.exitcode == 0
    seconds = time.perf_counter() - since
    return Half(seconds, sum(os.times()[2:4]) - ended - ready, _busy(server) - busy if server else None)


def _steps(url: str, who: People, first: int, offices: Sequence[int], begin: Barrier) -> None:
    """Reports, each into the next of this process's offices."""
    database = Database(url)
    turns = [(offices[number % len(offices)], first + number) for number in range(STEPS + 1)]
    programs = {office: Duban(database, who, office_id=office) for office in offices}
    programs[offices[0]].step("report", turns.pop()[1])  # compiled before anybody looks at the clock
    begin.wait()
    for office, task in turns:
        programs[office].step("report", task)
    database.close()


def _sweep(url: str, _who: People, _first: int, offices: Sequence[int], begin: Barrier) -> None:
    database = Database(url)
    for office in _ready(offices, begin):
        sweep(database, office, None, MORNING, drift=PROVED)
    database.close()


def _hand_over(url: str, _who: People, _first: int, offices: Sequence[int], begin: Barrier) -> None:
    database, sink = Database(url), Sink()
    for office in _ready(offices, begin):
        deliver(database, office, lambda _name: sink, MORNING)
    database.close()


def _ready(offices: Sequence[int], begin: Barrier) -> Iterator[int]:
    """The offices; after the first ones, by which everything is compiled and planned, the other processes are waited for."""
    for place, office in enumerate(offices):
        if place == WARM:
            begin.wait()
        yield office


def _bare(url: str) -> float:
    """What was measured of the wave, written once more: a statement a table and office, nothing decided."""
    with closing(Database(url)) as database:
        since = time.perf_counter()
        for office in range(1, OFFICES - WAVE * WARM + 1):
            with database.write(office) as connection:
                for table, key, rows, own in _WAVE:
                    names = [f'"{column.name}"' for column in metadata.tables[table].c]
                    chosen = [own.get(name.strip('"'), name) for name in names]
                    last = f"(SELECT max({key}) FROM {table} WHERE office_id = {office})"
                    words = f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)} FROM {table} WHERE office_id = {office} AND {key} > {last} - {rows}"
                    connection.exec_driver_sql(words.replace("LAST", last))
                connection.exec_driver_sql(
                    f"UPDATE task SET next_due_at = now() WHERE office_id = {office} AND id <= {SHAPE.tasks}"
                )
        return time.perf_counter() - since


_WAVE: Final = (
    ("message", "id", SHAPE.units, {"id": "id + 100000", "dedupe_key": "dedupe_key || '|'"}),
    ("reminder", "id", SHAPE.tasks, {"id": "id + 100000", "rule": "rule || '|'"}),
)

if __name__ == "__main__":
    main()
