"""Foreign files looked at in forked processes: a child begins with its libraries behind it, as a command does.

Each file still has a process, an environment, pipes and limits of its own, and the child's whole code runs. What is
proved of the start itself, of memory above all, takes the program's own way (``cold``).
"""

from __future__ import annotations

import importlib
import os
import runpy
import selectors
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

#: what the children import, dear and not theirs alone
_LIBRARIES: Final = (
    "documents.evidence.codes",
    "documents.evidence.pages",
    "documents.evidence.seals",
    "documents.evidence.signatures",
    "documents.foreign.pdf",
    "documents.foreign.webpage",
    "documents.foreign.word",
    "documents.foreign.workbook",
)
_STARTERS: Final = ("documents.foreign.confinement", "documents.evidence.apart")


def learn() -> None:
    """In the process that is forked: import what the children would."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the program says; and a thread would not live in a fork
    for name in _LIBRARIES:
        importlib.import_module(name)


def be(name: str) -> None:
    """In the child: run a module as ``python -m`` does."""
    runpy.run_module(name, run_name="__main__", alter_sys=True)


@contextmanager
def forked(start: Callable[..., Any]) -> Iterator[None]:
    """Within this the program's children are begun by ``start`` (``warm.start`` of the process that has learnt)."""
    modules = [importlib.import_module(name) for name in _STARTERS]
    for module in modules:
        module.subprocess = _Instead(start)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in modules:
            module.subprocess = subprocess  # type: ignore[attr-defined]


class _Instead(SimpleNamespace):
    """As much of ``subprocess`` as the program uses to start a child."""

    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, start: Callable[..., Any]) -> None:
        self.start = start

    def run(
        self, command: Sequence[str], *, timeout: float, env: Mapping[str, str], **how: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """One child to its end; killed when it takes longer, with what it had said by then."""
        if tuple(command[:3]) != (sys.executable, "-P", "-m"):  # a test's own program
            return subprocess.run(command, timeout=timeout, env=env, **how)  # noqa: PLW1510 - as the program asks
        ends = time.monotonic() + timeout
        with tempfile.TemporaryFile() as told, _Pipe() as out, _Pipe() as err:
            told.write(how["input"])
            told.seek(0)
            begun = self.start(command[1:], env, told, out.theirs, err.theirs)
            whole = _listen([out, err], ends)
            try:
                code = begun.wait(max(0.0, ends - time.monotonic()) if whole else 0)
            except TimeoutError:
                begun.kill()
                raise subprocess.TimeoutExpired(command, timeout, bytes(out.said), bytes(err.said)) from None
        return subprocess.CompletedProcess(command, code, bytes(out.said), bytes(err.said))


class _Pipe:
    """One stream of a child; a pipe, since it may write no file."""

    def __enter__(self) -> Self:
        ours, theirs = os.pipe()
        self.ours, self.theirs, self.said = os.fdopen(ours, "rb"), os.fdopen(theirs, "wb"), bytearray()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ours.close()
        self.theirs.close()


def _listen(pipes: Sequence[_Pipe], ends: float) -> bool:
    """Take in what is said; whether all of it came in time."""
    with selectors.DefaultSelector() as open_ones:
        for pipe in pipes:
            pipe.theirs.close()
            open_ones.register(pipe.ours, selectors.EVENT_READ, pipe)
        while open_ones.get_map():
            left = ends - time.monotonic()
            if left <= 0:
                return False
            for key, _events in open_ones.select(left):
                data = os.read(key.fd, 65536)
                key.data.said += data
                if not data:
                    open_ones.unregister(key.fileobj)
    return True
