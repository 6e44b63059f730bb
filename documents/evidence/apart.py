"""Papers looked at apart: in a child process with limits, without this process's environment.

As a foreign file that is read (``documents.foreign``), but the answers come in JSON lines, one as soon as it is known:
of a scan that takes too much time or memory, what was found before is kept. Source: ``reliability.md`` section 6.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from documents.foreign.child import confine
from documents.foreign.turns import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: what is mapped, not what is used: the picture libraries map far more than they fill
MEMORY_BYTES: Final = 2 * 1024**3
CPU_SECONDS: Final = 20
WALL_SECONDS: Final = 40
_ROOT: Final = str(Path(__file__).resolve().parents[2])


def work_apart(module: str, order: dict[str, Any], blobs: Sequence[bytes]) -> list[dict[str, Any]]:
    """The lines that ``python -m module`` answered; fewer than asked for where it was stopped.

    The limits are for each of the ``blobs``, so that many small ones get the time of many.
    """
    many = max(1, len(blobs))
    limits = {"memory": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS * many}
    head = json.dumps({**order, "sizes": [len(blob) for blob in blobs], **limits}).encode()
    # one thread each: a pool of threads would map memory for every core
    environment = {"PYTHONPATH": _ROOT, "PATH": os.defpath, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        with turn():
            done = subprocess.run(
                [sys.executable, "-P", "-m", module],
                input=len(head).to_bytes(4) + head + b"".join(blobs),
                capture_output=True,
                timeout=WALL_SECONDS * many,
                check=False,
                env=environment,
            )
        said = done.stdout
    except subprocess.TimeoutExpired as stopped:
        said = stopped.stdout or b""
    return list(_lines(said))


def _lines(said: bytes) -> Iterator[dict[str, Any]]:
    for line in said.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return  # broken off in the middle of it


def serve(work: Callable[[dict[str, Any], list[bytes], Callable[..., None]], None]) -> None:
    """The child's side: limits first, then the order; ``work`` says each line as it knows it."""
    order, blobs = _order()
    confine(order["memory"], order["cpu_seconds"])
    # whatever a library prints must not stand among the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(**line: Any) -> None:
        answers.write(json.dumps(line).encode() + b"\n")
        answers.flush()

    work(order, blobs, say)


def _order() -> tuple[dict[str, Any], list[bytes]]:
    read = sys.stdin.buffer.read
    order = json.loads(read(int.from_bytes(read(4))))
    return order, [read(size) for size in order["sizes"]]
