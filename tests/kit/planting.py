"""A planted fault: the program with one text of it replaced, and the tests that must then fail.

The fault lives in a tree of links to the project in which one file is another; that tree comes first in the path of
the tests' process and of every process that it starts. Each run is forked from one that has the libraries behind it,
and none of the program.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import tomllib
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FAULTS: Final = ROOT / "tests" / "mutants" / "faults.toml"
#: of pytest's exit codes those that mean: tests ran, and some failed
KILLED: Final = 1
#: the run itself broke
_BROKEN: Final = 70
_LIBRARIES: Final = (
    "pytest", "sqlalchemy.dialects.sqlite", "sqlmodel", "alembic.command", "click", "jinja2.sandbox", "transitions",
    "apscheduler.schedulers.background", "filelock", "argon2", "pydantic_settings", "hypothesis", "time_machine",
    "openpyxl", "docx", "lxml.etree", "starlette.testclient", "fastapi", "multiprocessing.spawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is planted where, why it matters, which tests notice, and what their failure says."""

    name: str
    because: str
    file: str
    old: str
    new: str
    killed_by: tuple[str, ...]
    says: str

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
    from kit import warm  # the process that is forked has no kit

    tree = _tree(fault, folder / "tree")
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    known = warm.knowing("planting")
    done = warm.run(["-m", "planting", tree, *fault.killed_by], environment, by=known, patience=900)
    return done.returncode, done.stdout + done.stderr


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


def learn() -> None:
    """In the process that is forked: import the libraries, and nothing of the program."""
    sys.path.remove(str(Path(__file__).parent))  # names of this folder are no names of libraries
    for name in _LIBRARIES:
        importlib.import_module(name)


def main(words: list[str]) -> None:
    """In the child, be the run: the tree comes first, here and in every process that the tests start."""
    import pytest

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    tree, *tests = words
    os.chdir(tree)
    sys.path[:0] = [tree]
    quiet = ("-x", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist")
    loaded = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # the libraries of pytest's plugins are here already
    code = _BROKEN
    try:
        code = int(pytest.main([*quiet, *loaded, f"--rootdir={tree}", "-c", f"{tree}/pyproject.toml", *tests]))
    except BaseException:  # noqa: BLE001 - what is no end of the tests must not count as one
        traceback.print_exc()
    sys.exit(code)
