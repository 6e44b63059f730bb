"""duban in the runner of the peers (``../shared/peers``, where it lies beside the project), round by round with them.

Loaded by their ``bench.py`` as a module with ``IMPLS``. Their five steps are receive, report, sign and stamp, approve and
aggregate here: tasks are made by opening a month, as a set, so the receipt stands for their ``create``. What stands in
duban's database at the end is told to their check in their own tables.

What a step leaves differs: the peers write one plain row of audit; duban a hashed event, messages and the kept answer.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from bench.extent import ROOT
from bench.measure import Spread
from bench.month import Duban, people, print_forms
from bench.stock import stocked

if TYPE_CHECKING:
    from bench.extent import Extent
    from bench.verdict import Figures

PEERS: Final = ROOT.parent / "shared" / "peers"
HOME: Final = ROOT / "build" / "peers"
PYTHON: Final = HOME / "venv" / "bin" / "python"
THEIRS: Final = (
    "raw",
    "spiff",
    "django_fsm2",
    "viewflow_fsm",
    "transitions_shared",
    "python_statemachine",
    "viewflow_flow",
)
#: their event → our action
ACTIONS: Final = {"report": "report", "sign_stamp": "sign_stamp", "review": "approve", "aggregate": "aggregate"}
#: instances, with those that warm up
MOST: Final = 2_000


class InDuban:
    """Their interface over an office of ours."""

    def __init__(self, path: str, synchronous: str) -> None:
        """``path`` is their prefilled database; ours lies beside it."""
        self.path, self.folder = path, Path(f"{path}-duban")
        self.stock = stocked(self.folder, 0, MOST)
        self.program = Duban(self.stock.open(synchronous), people(self.stock))
        self.printed: set[int] = set()

    def create(self, number: int) -> None:
        """The receipt of a task."""
        self.program.step("receive", self.stock.first + number)

    def step(self, number: int, event: str, _actor: int) -> None:
        """One of the others; the paper that a signature needs is made ready beforehand, with the whole stage's."""
        if event == "sign_stamp" and number not in self.printed:
            self._print()
        self.program.step(ACTIONS[event], self.stock.first + number)

    def _print(self) -> None:
        with closing(sqlite3.connect(self.stock.file)) as connection:
            rows = connection.execute("SELECT id FROM task WHERE state = 'reported' ORDER BY id").fetchall()
        waiting = [task for (task,) in rows if task - self.stock.first not in self.printed]
        print_forms(self.stock.file, waiting)  # of one stage: they follow one another
        self.printed.update(task - self.stock.first for task in waiting)

    def close(self) -> None:
        """Tell their check how our tasks stand and what our trail says happened to them."""
        self.program.close()
        with closing(sqlite3.connect(self.path)) as theirs:
            theirs.execute("ATTACH ? AS ours", (str(self.stock.file),))
            first = self.stock.first
            theirs.execute(
                "INSERT INTO main.task (id, item_no, unit_id, state, version, due_at, updated_at)"
                " SELECT id - ?, 1, unit_id, state, version, due_on, entered_at FROM ours.task WHERE id > ? AND version > 1",
                (first, first),
            )
            theirs.execute(
                "INSERT INTO main.audit (task_id, at, actor_id, event, from_state, to_state)"
                " SELECT object_id - ?, at, 1, action, from_state, to_state FROM ours.event"
                " WHERE object_type = 'task' AND object_id > ? AND result = 'done'",
                (first, first),
            )
            theirs.commit()
        shutil.rmtree(self.folder)


IMPLS: Final = {"duban": InDuban}


def run(extent: Extent, figures: Figures) -> None:
    """Beside the fastest of them, by the same runner."""
    if not (PEERS / "bench.py").exists():
        figures.lacks("1", "the runner of the peers does not lie beside the project (../shared/peers)")
        return
    found = _measured(extent.rounds, extent.steps)
    fastest = max(THEIRS[1:], key=lambda name: median(one["rate"] for one in found[name]))
    figures.add(
        "1", f"five steps of duban, of the rate of the fastest peer, {fastest}", _of(found, "duban", fastest), least=4
    )
    for name in ("duban", *THEIRS):
        cpu = Spread.of([one["cpu_us"] for one in found[name]])
        figures.add("1", f"the peers' five steps by {name}, of their floor (FULL)", _of(found, name, THEIRS[0]))
        figures.add("1", f"the peers' five steps by {name}, microseconds of processor time a step", cpu)


def _of(found: dict[str, list[dict[str, Any]]], name: str, other: str) -> Spread:
    return Spread.of([ours["rate"] / theirs["rate"] for ours, theirs in zip(found[name], found[other], strict=True)])


def _measured(rounds: int, count: int) -> dict[str, list[dict[str, Any]]]:
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME / "venv")], check=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "-r", str(PEERS / "requirements.txt")], check=True)
    found: dict[str, list[dict[str, Any]]] = {}
    names = ["duban", *THEIRS]
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            found.setdefault(name, []).append(_run(name, count))
    return found


def _run(name: str, count: int) -> dict[str, Any]:
    """One run of their ``bench.py``; ours is put where it looks for a name that it does not know."""
    ours = (
        f"sys.path.insert(0, {str(ROOT)!r})\nimport bench.peers_adapter\nsys.modules['impl_sa'] = bench.peers_adapter\n"
    )
    theirs = "sys.path.insert(0, '.')\nsys.argv[0] = 'bench.py'\nrunpy.run_path('bench.py', run_name='__main__')"
    script = "import sys, runpy\n" + (ours if name == "duban" else "") + theirs
    python = sys.executable if name == "duban" else str(PYTHON)
    command = [python, "-c", script, name, "--sync", "FULL", "--n", str(count), "--dir", str(HOME / "databases")]
    HOME.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, check=False, env={**os.environ})
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
