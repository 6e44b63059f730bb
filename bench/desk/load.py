"""Everybody files at once: 200 clerks on the 25th, each with an open form, all pressing the button in the same second.

``python -m bench.desk.load [--clerks 200] [--rounds 3]`` from the project's folder. The real program serves (``duban
serve``: desk, scheduler, delivery; SQLite with ``synchronous=FULL``; every check on); the load comes from this process
over loopback. The bare framework takes the same form on the same machine, with nothing and with one durable row.
A round counts only if every filing is answered and stands in the database with the words of its clerk.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from bench.desk.asking import Answer, Asker
from bench.desk.office import Clerk, prepared
from models import tables as t
from models.database import Database, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from typing import Any

    Ready = tuple[Asker, str, dict[str, str]]

ROOT: Final = Path(__file__).resolve().parents[2]
_HIDDEN: Final = re.compile(r'name="(seal|key|t\d+-version)" value="([^"]*)"')
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, in milliseconds."""

    name: str
    seconds: tuple[float, ...]

    def at(self, part: float) -> float:
        """A percentile."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    def told(self) -> str:
        """The line."""
        return (
            f"{self.name:<34} {len(self.seconds):>6} {self.at(0.5):>9.0f} {self.at(0.95):>9.0f} {self.at(0.99):>9.0f}"
            f" {1000 * max(self.seconds):>9.0f}"
        )


@contextmanager
def serving(command: Sequence[str], port: int) -> Iterator[None]:
    """A server process until the block ends."""
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process:
        try:
            _wait(process, port)
            yield
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
        return found


async def together(count: int, prepare: Callable[[int], Coroutine[Any, Any, Ready]]) -> list[Answer]:
    """Each of ``count`` people prepares in peace; all connect, then all act at the same moment."""
    ready = [await prepare(number) for number in range(count)]
    askers = [asker for asker, _path, _fields in ready]
    for asker in askers:
        await asker.open()
    answers = await asyncio.gather(*(asker.post(path, fields) for asker, path, fields in ready))
    for asker in askers:
        await asker.close()
    return answers


async def bare(port: int, path: str, count: int) -> list[Answer]:
    """The form at the bare framework."""

    async def prepare(_number: int) -> Ready:
        return Asker(port), path, {"progress": "已完成年度任务的百分之四十。" * 4, "percent": "40"}

    return await together(count, prepare)


async def filings(port: int, clerks: Sequence[Clerk], turn: int) -> list[Answer]:
    """Every clerk opens the form of a task, then all send it."""

    async def prepare(number: int) -> Ready:
        clerk = clerks[number]
        asker, task = Asker(port, f"duban={clerk.token}"), clerk.tasks[turn]
        page = await asker.get(f"/filing/{task}")
        await asker.close()
        if page.status != 200:
            raise SystemExit(f"the form was answered with {page.status}")
        fields = dict(_HIDDEN.findall(page.body)) | {f"t{task}-progress": words(clerk, turn), f"t{task}-percent": "40"}
        return asker, f"/filing/{task}", fields

    return await together(len(clerks), prepare)


def words(clerk: Clerk, turn: int) -> str:
    """What a clerk files; nobody else files the same."""
    return f"{clerk.login} 第{turn + 1}次填报：" + "已完成年度任务的百分之四十。" * 4


def kept(home: Path, clerks: Sequence[Clerk], turn: int) -> int:
    """How many of the filings stand in the database as they were sent."""
    database, r = Database(sqlite_url(home / "duban.db")), t.report.c
    with database.read() as connection:
        rows = {row.task_id: row.progress for row in connection.execute(sa.select(r.task_id, r.progress))}
    database.close()
    return sum(rows.get(clerk.tasks[turn]) == words(clerk, turn) for clerk in clerks)


def measure_desk(folder: Path, count: int, rounds: int) -> tuple[Row, int, int]:
    """All rounds at the desk: the times, how many answers were errors, how many filings are missing."""
    clerks, port = prepared(folder, count, rounds), free_port()
    with (folder / "duban.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[web]\nport = {port}\n")
    seconds, errors, missing = list[float](), 0, 0
    with serving([str(Path(sys.executable).with_name("duban")), "--home", str(folder), "serve"], port):
        for turn in range(rounds):
            answers = asyncio.run(filings(port, clerks, turn))
            seconds += [answer.seconds for answer in answers]
            errors += sum(answer.status != 303 for answer in answers)
            missing += count - kept(folder, clerks, turn)
    return Row("duban, a filing with every check", tuple(seconds)), errors, missing


def measure_bare(folder: Path, count: int, rounds: int) -> list[Row]:
    """The same form at the bare framework."""
    port, seconds = free_port(), dict[str, list[float]]()
    command = [sys.executable, "-m", "bench.desk.bare", str(folder / "bare.db"), str(port)]
    with serving(command, port):
        for _turn in range(rounds):
            for path in ("/bare", "/row"):
                seconds.setdefault(path, []).extend(answer.seconds for answer in asyncio.run(bare(port, path, count)))
    names = {"/bare": "bare framework, nothing stored", "/row": "bare framework, one durable row"}
    return [Row(names[path], tuple(found)) for path, found in seconds.items()]


def main() -> None:
    """Print the table; exit 1 when an answer was an error or a filing is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clerks", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "office"
        home.mkdir()
        rows = measure_bare(Path(folder), given.clerks, given.rounds)
        desk, errors, missing = measure_desk(home, given.clerks, given.rounds)
    print(f"{given.clerks} clerks at once, {given.rounds} rounds; milliseconds from the click to the whole answer")
    print(f"{'':<34} {'asked':>6} {'median':>9} {'p95':>9} {'p99':>9} {'most':>9}")
    for row in (*rows, desk):
        print(row.told())
    print(f"errors {errors}, lost filings {missing}")
    raise SystemExit(1 if errors or missing else 0)


if __name__ == "__main__":
    main()
