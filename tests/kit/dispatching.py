"""Both dispatchers as a test sees them: work is left, processes run, stop and die, and what was done stands in a log."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from cluster import jobs, schema
from kit.dispatch_worker import ITEM, Unfit, write_items
from kit.serving import PATIENCE, until
from models.database import Database
from models.rows import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKER: Final = Path(__file__).with_name("dispatch_worker.py")
#: the first wait after a failure, and how many failures are borne, so that a test need not take a minute
FIRST_WAIT: Final = 0.3
ATTEMPTS: Final = 3
#: a worker that says nothing for so long is dead
SILENT: Final = 1.5
#: no tick but the first comes within a test
NEVER: Final = 3600


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a worker: begin and end of a batch, try and did of an item."""

    what: str
    office: int
    item: int
    pid: int
    at: float


@dataclass
class Dispatching:
    """A database with items to do, and the processes that do them."""

    adapter: str
    url: str
    folder: Path
    database: Database = field(init=False)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Only the tables that are needed: items, heartbeats, and those for jobs."""
        self.database = Database(self.url)
        with self.database.engine.begin() as connection:
            metadata.tables["heartbeat"].create(connection)
            ITEM.create(connection)
        schema.apply(self.database)
        if self.adapter == "cluster":
            jobs.attach(self.database)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(
        self, offices: Iterable[int] = (1,), tick: int = NEVER, attempts: int = ATTEMPTS
    ) -> subprocess.Popen[str]:
        """A process that works; returns once it does, or has ended."""
        pace = {"tick": tick, "silent": SILENT, "first_wait": FIRST_WAIT, "attempts": attempts}
        command = [
            sys.executable,
            str(WORKER),
            self.adapter,
            self.url,
            str(self.log),
            json.dumps([*offices]),
            json.dumps(pace),
        ]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def leave(self, *how: str, office: int = 1, heard: bool = True, undo: bool = False) -> list[int]:
        """Write items, each by itself, in one transaction that leaves work; their numbers."""
        items = [(next(self._numbers), one) for one in how]
        if self.adapter == "embedded":
            running = self.processes[-1]
            assert running.stdin is not None
            assert running.stdout is not None
            print(json.dumps({"items": items, "heard": heard, "undo": undo}), file=running.stdin, flush=True)
            assert running.stdout.readline() == "written\n"
        else:
            try:
                write_items(self.database, office, items, heard=heard, undo=undo)
            except Unfit:
                assert undo
        return [number for number, _how in items]

    def done(self, numbers: Iterable[int]) -> list[int]:
        """How often each item was done."""
        with self.database.read() as connection:
            found = {row.id: row.done for row in connection.execute(sa.select(ITEM.c.id, ITEM.c.done))}
        return [found.get(number, 0) for number in numbers]

    def until_done(self, numbers: list[int]) -> None:
        """Wait for all of them; more than once is a fault."""
        until(lambda: min(self.done(numbers)) > 0, lambda: f"{self.done(numbers)}\n{self.told()}")
        assert set(self.done(numbers)) == {1}

    def told(self, *what: str, items: Iterable[int] = ()) -> list[Said]:
        """What the processes said, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        found, only = [Said(*json.loads(line)) for line in lines], set(items)
        return [one for one in found if (not what or one.what in what) and (not only or one.item in only)]

    def waiting(self, office: int = 1) -> int:
        """Jobs of an office that wait."""
        query = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND queue_name LIKE :queue")
        with self.database.read() as connection:
            return connection.scalar(query, {"queue": f"office-{office}%"}) or 0

    def go(self) -> None:
        """Let what is slow go on."""
        (self.folder / "go").touch()

    def stop(self, process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
        """End a process; its exit code."""
        process.send_signal(number)
        return process.wait(PATIENCE)

    def close(self) -> None:
        """Whatever runs is killed."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(PATIENCE)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        self.database.close()
