"""Goal 7: the step on PostgreSQL beside the same statements by psycopg alone, and four writers beside one.

Measured where ``DUBAN_TEST_POSTGRES`` names a server, as the tests use it; elsewhere the page says that it was not.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from bench.floor import LEAVES, Floor, learned
from bench.measure import Cost, interleaved
from bench.month import MORNING, Duban, people
from bench.stock import stocked
from bench.writers import WRITERS, Writing
from models import tables as t
from models.database import Database
from models.rows import metadata
from models.schema import migrate
from models.statements import Statement
from simulation.scene import OFFICE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.extent import Extent
    from bench.floor import Left
    from bench.month import People
    from bench.stock import Stock
    from bench.verdict import Figures
    from bench.writers import Stepping

SERVER: Final = os.environ.get("DUBAN_TEST_POSTGRES", "")
ACTION: Final = "report"
_WHICH: Final = "SELECT pg_backend_pid()"
_SERVER: Final = Statement(sa.select(sa.func.pg_backend_pid()))
#: the database fills these by itself: from the messages, and by its migrations
_ITS_OWN: Final = frozenset({t.message_task.name, t.serving.name})


def run(extent: Extent, figures: Figures) -> None:
    """The step, then the writers."""
    if not SERVER:
        figures.lacks("7", "no PostgreSQL server was named (DUBAN_TEST_POSTGRES)")
        return
    count, rounds = extent.steps, extent.rounds
    share = 2 * count * WRITERS
    with extent.room() as folder:
        stock = stocked(folder / "stock", 1_000, 2 * count * (rounds + 1) + 2 * share * rounds + 1)
        who = people(stock)
        left = learned(stock, folder / "learn", who)
        with copied(stock, "duban") as ours, copied(stock, "floor") as theirs:
            program, floor = Duban(Database(ours), who), PostgresFloor(theirs, who, left)
            contenders = {
                "duban": _stepping(program, lambda: program.database.glance(_SERVER.scalar), stock.first, count),
                "floor": _stepping(floor, lambda: floor.connection.execute(_WHICH).fetchone()[0], stock.first, count),
            }
            made = interleaved(contenders, rounds)
            _same(ours, theirs)
            program.close()
            floor.close()
            first = stock.first + count * (rounds + 1)
            writing = _writing(
                {
                    "duban": lambda: Duban(Database(ours), who),
                    "floor": lambda: PostgresFloor(theirs, who, left),
                },
                (first, first + share * rounds),
                share,
            )
            many = interleaved({name: one.round for name, one in writing.items()}, rounds)
    figures.add("7", "PostgreSQL: report, of the floor's rate by psycopg", made.of_floor("duban", "floor"), least=1)
    cpu = made.of_floor("duban", "floor", lambda cost: cost.cpu_each)
    figures.add("7", "the same by processor time, program and server", cpu)
    figures.add("7", "PostgreSQL: steps a second", made.rate("duban"))
    figures.add(
        "7", f"PostgreSQL: {WRITERS} writers, of one writer's rate", many.of_floor("duban four", "duban one"), least=2
    )
    figures.add("7", "the same by the floor, under the office's lock", many.of_floor("floor four", "floor one"))
    figures.add("7", f"PostgreSQL: lock errors of {WRITERS} writers", writing["duban four"].locked, most=0)


def _same(ours: str, theirs: str) -> None:
    """Both have left the very same rows; AssertionError otherwise."""
    import psycopg

    with psycopg.connect(_plain(ours)) as mine, psycopg.connect(_plain(theirs)) as other:
        for table in ("task", *LEAVES):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert mine.execute(query).fetchall() == other.execute(query).fetchall(), table


def _plain(url: str) -> str:
    """As psycopg takes it."""
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _writing(sides: dict[str, Callable[[], Stepping]], first: tuple[int, int], share: int) -> dict[str, Writing]:
    """Several writers and one, of each side, each in a database of its side's."""
    several, alone = first
    return {
        f"{side} {words}": Writing(make, writers, begin, share)
        for side, make in sides.items()
        for words, writers, begin in (("four", WRITERS, several), ("one", 1, alone))
    }


def _stepping(who: Stepping, server: Callable[[], int], first: int, count: int) -> Callable[[], Cost]:
    """Steps as a contender; its processor time is that of ``server`` as well, its process there, where it is on this machine."""
    following = iter(range(first, first + 1_000_000))

    def steps() -> None:
        for _turn in range(count):
            who.step(ACTION, next(following))

    def once() -> Cost:
        cost, busy = Cost(), _busy(process)
        with cost.counting(count):
            steps()
        cost.cpu += _busy(process) - busy
        return cost

    steps()
    process = server()
    return once


def _busy(process: int) -> float:
    """Seconds of processor time that a process of this machine has used; 0 where there is none."""
    file = Path(f"/proc/{process}/schedstat")
    return int(file.read_text("utf-8").split()[0]) / 1e9 if file.exists() else 0.0


@contextmanager
def copied(stock: Stock, name: str) -> Iterator[str]:
    """The office in a database of its own, gone afterwards; gives its URL."""
    server = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    ours = f"duban_bench_{name}_{os.getpid()}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{ours}"')
    url = server.set(database=ours).render_as_string(hide_password=False)
    try:
        _fill(stock, url)
        yield url
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{ours}" WITH (FORCE)')
        engine.dispose()


def _fill(stock: Stock, url: str) -> None:
    source, target = stock.open(), Database(url)
    migrate(target)
    with source.read() as reading, target.write(OFFICE_ID) as writing:
        for table in metadata.sorted_tables:
            rows = [dict(row) for row in reading.execute(sa.select(table)).mappings()]
            if rows and table.name not in _ITS_OWN:
                writing.execute(sa.insert(table), rows)
        writing.exec_driver_sql("ANALYZE")
    source.close()
    target.close()


class PostgresFloor(Floor):
    """The floor's statements in PostgreSQL's words."""

    def __init__(self, url: str, people: People, left: dict[str, Left]) -> None:
        """On the office's copy."""
        import psycopg

        self.people, self.now = people, MORNING
        self.left = {action: _typed(one) for action, one in left.items()}
        self.connection = _Spoken(psycopg.connect(_plain(url), autocommit=True, options="-c timezone=UTC"))
        self._prepare()

    def _begin(self) -> None:
        self.connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({OFFICE_ID})")  # one message


class _Spoken:
    """A psycopg connection that takes the placeholders of sqlite3."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._words: dict[str, str] = {}

    def execute(self, statement: str, values: Any = None) -> Any:
        """One statement; psycopg prepares what comes often."""
        words = self._words.get(statement)
        if words is None:
            words = statement.replace(" IS ?", " IS NOT DISTINCT FROM %s").replace("?", "%s")
            self._words[statement] = words
        return self._connection.execute(words, values)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _typed(left: Left) -> Left:
    """SQLite's numbers for yes and no as such."""
    rows = {
        table: {
            name: bool(value) if isinstance(t.metadata.tables[table].c[name].type, sa.Boolean) else value
            for name, value in row.items()
        }
        for table, row in left.rows.items()
    }
    return type(left)(left.before, left.changed, rows)
