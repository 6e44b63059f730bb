"""duban in the runner of the peers (``../shared/peers``, where it lies beside the project), round by round with them.

Loaded by their ``bench.py`` as a module with ``IMPLS``. Their five steps are receive, report, sign and stamp, approve and
aggregate here: tasks are made by opening a month, as a set, so the receipt stands for their ``create``. What stands in
duban's database at the end is told to their check in their own tables.

``python -m bench.peers_adapter [rounds] [instances]`` runs duban, the floor of the peers and the peers in turn.
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
from typing import Any, Final

from bench.extent import ROOT
from bench.month import Duban, people, print_forms
from bench.stock import stocked

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
        for (task,) in rows:
            if task - self.stock.first not in self.printed:
                print_forms(self.stock.file, [task])
                self.printed.add(task - self.stock.first)

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


def main(words: list[str]) -> None:
    """Rounds in which everybody takes a turn, then the table."""
    rounds, count = (int(words[0]), int(words[1])) if len(words) > 1 else (5, 100)
    if not (PEERS / "bench.py").exists():
        sys.exit(f"{PEERS} is not there")
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME / "venv")], check=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "-r", str(PEERS / "requirements.txt")], check=True)
    found: dict[str, list[dict[str, Any]]] = {}
    names = ["duban", *THEIRS]
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            found.setdefault(name, []).append(_run(name, count))
    fastest = max(names[2:], key=lambda name: median(one["rate"] for one in found[name]))
    for name in names:
        of_fastest = median(one["rate"] / other["rate"] for one, other in zip(found[name], found[fastest], strict=True))
        of_floor = median(one["rate"] / other["rate"] for one, other in zip(found[name], found["raw"], strict=True))
        rate, cpu = median(one["rate"] for one in found[name]), median(one["cpu_us"] for one in found[name])
        print(
            f"{name:<22} {rate:>8.0f} steps/s {cpu:>8.0f} µs CPU  {of_floor:.2f} of their floor  {of_fastest:.2f} of {fastest}"
        )


def _run(name: str, count: int) -> dict[str, Any]:
    """One run of their ``bench.py``; ours is put where it looks for a name that it does not know."""
    put = "import sys, runpy; sys.path.insert(0, '.'); sys.argv[0] = 'bench.py'\n"
    ours = f"sys.path.append({str(ROOT)!r})\nimport bench.peers_adapter\nsys.modules['impl_sa'] = bench.peers_adapter\n"
    script = put + (ours if name == "duban" else "") + "runpy.run_path('bench.py', run_name='__main__')"
    python = sys.executable if name == "duban" else str(PYTHON)
    command = [python, "-c", script, name, "--sync", "FULL", "--n", str(count), "--dir", str(HOME / "databases")]
    HOME.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, check=False, env={**os.environ})
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


if __name__ == "__main__":
    main(sys.argv[1:])
