"""Several processes that begin at once, and who was busy meanwhile: they, or the server they ask."""

from __future__ import annotations

import multiprocessing
import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_MEGA: Final = 1e6


@dataclass(frozen=True, slots=True)
class Spent:
    """What some work took."""

    seconds: float
    #: seconds of processor time that the program used, and the server; None where it is elsewhere
    program: float
    server: float | None

    def __str__(self) -> str:
        server = "" if self.server is None else f", of the server {self.server:.1f} s"
        return f"{self.seconds:.1f} s; processor time of the program {self.program:.1f} s{server}"

    def each(self, things: int) -> str:
        """Microseconds of processor time for one of so many things, program and server apart."""
        shares = (self.program, self.server)
        return " + ".join("?" if share is None else f"{share / things * _MEGA:.0f}" for share in shares)


def together(
    url: str,
    work: Callable[..., None],
    shares: Sequence[tuple[Any, ...]],
    *,
    until: Callable[[], None] | None = None,
) -> Spent:
    """``work`` in a process for each share, on the server of ``url``: ``work(*share, begin)``, which waits for ``begin``.

    Counted from the moment that all are ready until the last has ended; or ``until`` that returns, and they are told to stop.
    """
    begin, server = multiprocessing.Barrier(len(shares) + 1), _server(url)
    started = [multiprocessing.Process(target=work, args=(*share, begin)) for share in shares]
    ended = sum(os.times()[2:4])
    for process in started:
        process.start()
    begin.wait()
    since, busy = time.perf_counter(), _busy(server)
    ready = sum(sum(_stat(process.pid or 0)[1:3]) for process in started) / _TICKS
    if until is None:
        _joined(started)
    else:
        until()
    seconds, served = time.perf_counter() - since, _busy(server) - busy
    for process in started:
        process.terminate()
    _joined(started)
    return Spent(seconds, sum(os.times()[2:4]) - ended - ready, served if server else None)


def _joined(started: Sequence[multiprocessing.Process]) -> None:
    for process in started:
        process.join()
        assert process.exitcode == 0


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
