"""A planted fault: the program with one text of it replaced, and the tests that must then fail.

The fault lives in a tree of links to the project in which one file is another; that tree comes first in the path of
the tests' process and of every process that it starts. Each run is forked from one that has the libraries behind it,
and none of the program.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
FAULTS: Final = ROOT / "tests" / "mutants" / "faults.toml"
#: of pytest's exit codes those that mean: tests ran, and some failed
KILLED: Final = 1
#: the run itself broke
_BROKEN: Final = 70
_HEADER: Final = 8
_LIBRARIES: Final = (
    "pytest", "sqlalchemy.dialects.sqlite", "sqlmodel", "alembic.command", "click", "jinja2.sandbox", "transitions",
    "apscheduler.schedulers.background", "filelock", "argon2", "pydantic_settings", "hypothesis", "time_machine",
    "openpyxl", "docx", "lxml.etree", "starlette.testclient", "fastapi", "multiprocessing.spawn",
)  # fmt: skip
_WAITING: Final[list[socket.socket]] = []


@dataclass(frozen=True, slots=True)
class Fault:
    """What is planted where, why it matters, and which tests notice."""

    name: str
    because: str
    file: str
    old: str
    new: str
    killed_by: tuple[str, ...]

    def planted(self) -> str:
        """The file as it is with the fault; the text that goes must be there, once. No text: the file as it is."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        if not self.old:
            return text
        assert text.count(self.old) == 1, f"{self.name}: the text to replace stands {text.count(self.old)} times"
        return text.replace(self.old, self.new)


def faults() -> list[Fault]:
    """Every fault on file."""
    rows = tomllib.loads(FAULTS.read_text(encoding="utf-8"))["fault"]
    return [Fault(**{**row, "killed_by": tuple(row["killed_by"])}) for row in rows]


def run(fault: Fault, folder: Path) -> tuple[int, str]:
    """Run the tests that must notice the fault; pytest's exit code and what it said."""
    tree = _tree(fault, folder / "tree")
    with tempfile.TemporaryFile() as said:
        code = _ask(tree, fault.killed_by, said.fileno())
        said.seek(0)
        return code, said.read().decode()


def _tree(fault: Fault, tree: Path) -> Path:
    """Links to everything, and folders of our own down to the file that is another."""
    here, real = tree, ROOT
    for part in (*Path(fault.file).parts, ""):
        here.mkdir(parents=True)
        for one in real.iterdir():
            if one.name not in {part, "__pycache__", ".git"}:
                (here / one.name).symlink_to(one)
        if (real / part).is_file():
            (here / part).write_text(fault.planted(), encoding="utf-8")
            break
        here, real = here / part, real / part
    return tree


def _ask(tree: Path, tests: Sequence[str], said: int) -> int:
    if not _WAITING:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        _WAITING.append(ours)
        atexit.register(lambda: (ours.close(), process.wait(30)))
    asked = json.dumps({"tree": str(tree), "tests": list(tests)}).encode()
    socket.send_fds(_WAITING[0], [f"{len(asked):{_HEADER}}".encode()], [said])
    _WAITING[0].sendall(asked)
    return int(_WAITING[0].recv(_HEADER, socket.MSG_WAITALL))


def _wait(asking: socket.socket) -> None:
    """In the process that has the libraries: fork for each run."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    while True:
        size, (*streams,), _flags, _address = socket.recv_fds(asking, _HEADER, 1)
        if not size:
            return
        asked = json.loads(asking.recv(int(size), socket.MSG_WAITALL))
        number = os.fork()
        if number == 0:
            _test(Path(asked["tree"]), asked["tests"], streams[0])
        os.close(streams[0])
        _number, status = os.waitpid(number, 0)
        asking.sendall(f"{os.waitstatus_to_exitcode(status):{_HEADER}}".encode())


def _test(tree: Path, tests: list[str], said: int) -> None:
    """Be the run: the tree comes first, here and in every process that the tests start."""
    import pytest

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.environ |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    os.chdir(tree)
    sys.path[:0] = [str(tree)]
    quiet = ("-x", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist")
    loaded = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # the libraries of pytest's plugins are here already
    code = _BROKEN
    try:
        code = int(pytest.main([*quiet, *loaded, f"--rootdir={tree}", "-c", str(tree / "pyproject.toml"), *tests]))
        sys.stdout.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.path.pop(0)  # names of this folder are no names of libraries
    _wait(socket.socket(fileno=int(sys.argv[1])))
