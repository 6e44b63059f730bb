"""Nodes of an office on a cluster: ``duban serve`` or ``duban work`` in a folder each, clerks who go on, and what must be true at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kit.patroni import eventually
from kit.world import NOON, World, make_world
from models.database import Database
from workflow import tokens
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

#: as the nodes' clocks stand; a rehearsal's may be set
NOW: Final = NOON
FIRST_PORT: Final = 55580
ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass
class Node:
    """A machine with duban."""

    home: Path
    port: int
    url: str
    words: tuple[str, ...] = ("serve", "--no-work")
    #: what it says once it is there
    says: str = "Running"
    #: whatever ends is started again, as systemd does with Restart=always
    kept: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where its desk answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it says."""
        return self.home / "node.log"

    def start(self, now: str = NOW.isoformat()) -> Node:
        """Start it; its clock stands at ``now``."""
        self.home.mkdir(exist_ok=True, mode=0o700)
        text = f'rehearsal = true\ndatabase = "{self.url}"\n\n[web]\nport = {self.port}\n'
        (self.home / "duban.toml").write_text(text, "utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
        told = {**kept, "DUBAN_HOME": str(self.home), "DUBAN_NOW": now, "DUBAN_LANG": "en"}
        program = ["nice", "-n", "5", sys.executable, str(ROOT / "cli.py"), *self.words]
        if self.kept:
            program = ["sh", "-c", 'while :; do "$@"; sleep 1; done', "keep", *program]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                program, env=told, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT, start_new_session=True
            )
        return self

    def runs(self) -> Node:
        """Wait until it says so."""
        eventually(lambda: self.starts, f"{self.home.name} runs: {self.log}")
        return self

    @property
    def starts(self) -> int:
        """How often it was there, after a start."""
        return self.log.read_text("utf-8").count(self.says)

    @property
    def alive(self) -> bool:
        """Whether the process is there that was started."""
        return self.process is not None and self.process.poll() is None

    @property
    def faults(self) -> list[str]:
        """What it logged as faults of the program, each with the end of its trace."""
        told = self.log.read_text("utf-8").split("\n")
        places = [place for place, line in enumerate(told) if " fault " in line]
        return ["\n".join(told[place : place + 120]) for place in places]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, and whatever keeps it."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def end(self) -> None:
        """At the end of a test, however it came."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)


@dataclass
class Load:
    """Clerks at work, each in a process of their own."""

    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    #: (key, version, when, refusals before it), as they were answered
    answers: list[tuple[str, int, float, list[str]]] = field(default_factory=list)
    folder: Path = Path()

    def add(self, *words: str, inside: Sequence[str] = ()) -> None:
        """One more clerk."""
        told = self.folder / f"clerk{len(self.processes)}.jsonl"
        with told.open("w") as out:
            command = [*inside, "nice", "-n", "5", sys.executable, "-m", "kit.steady", *words]
            self.processes.append(subprocess.Popen(command, stdout=out, text=True, cwd=ROOT / "tests"))

    def answered(self) -> int:
        """How many actions were answered so far."""
        return sum(len(file.read_text().splitlines()) for file in self.folder.glob("clerk*.jsonl"))

    def last(self, clerk: int) -> float:
        """When a clerk was answered last, by the machine's count of seconds; 0 before the first."""
        lines = (self.folder / f"clerk{clerk}.jsonl").read_text().splitlines()
        return float(json.loads(lines[-1])[2]) if lines else 0.0

    def more(self, count: int, seconds: float = 90) -> None:
        """Wait until so many more were answered."""
        wanted = self.answered() + count
        eventually(lambda: self.answered() >= wanted, f"{count} more answers in {self.folder}", seconds)

    def stop(self) -> None:
        """Let each bring its action to an end; a clerk who was refused for good fails here."""
        for process in self.processes:
            process.terminate()
        codes = [process.wait(120) for process in self.processes]
        assert codes == [0] * len(codes), codes
        self.answers = self.lines()

    def end(self) -> None:
        """At the end of a test, however it came."""
        for process in self.processes:
            process.kill()

    @property
    def gap(self) -> float:
        """The longest time in which nobody was answered."""
        times = sorted(when for _key, _version, when, _before in self.answers)
        return max(later - earlier for earlier, later in pairwise(times))

    def lines(self) -> list[tuple[str, int, float, list[str]]]:
        """All answers until now; a line that is still being written is not one yet."""
        texts = [file.read_text() for file in sorted(self.folder.glob("clerk*.jsonl"))]
        return [
            tuple(json.loads(line)) for text in texts for line in text.splitlines(keepends=True) if line[-1] == "\n"
        ]

    def gap_between(self, begins: float, ends: float) -> float:
        """The longest time in which nobody was answered, in a part of the run."""
        times = sorted(when for _key, _version, when, _before in self.lines() if begins <= when <= ends)
        return max(later - earlier for earlier, later in pairwise([begins, *times]))

    @property
    def refusals(self) -> Counter[str]:
        """Which refusals came, how often."""
        return Counter(code for *_rest, before in self.answers for code in before)


def office_on(url: str, folder: Path) -> World:
    """The small office in a database of a server."""
    return make_world(folder, Database(url))


def token_of(world: World, login: str, seed: str) -> str:
    """A new token of somebody, for the interface."""
    token = f"duban_{login}-{seed}"
    with world.database.write(1) as connection:
        tokens.make(connection, 1, world.actor(login, NOW), token, seed, ("file", "read"), 90, NOW)
    return token


def prove_none_missing(world: World, load: Load) -> None:
    """Every action that was answered until now is in the trail; the clerks go on meanwhile."""
    answered = {key for key, *_rest in load.lines()}
    missing = answered - {event["operation_id"] for event in world.rows("event")}
    assert missing == set(), f"{len(missing)} acknowledged actions are missing"


def prove_once_each(world: World, load: Load) -> None:
    """Every answered action is in the trail once, as it was answered, none is there twice, and the chain proves itself."""
    answered = {key: version for key, version, *_rest in load.answers}
    seeds = tuple({key.split("-")[0] for key in answered})
    events = [event for event in world.rows("event") if event["operation_id"].startswith(seeds)]
    found = Counter(event["operation_id"] for event in events)
    assert [key for key, number in found.items() if number != 1] == [], "done twice"
    missing = answered.keys() - found.keys()
    assert missing == set(), f"{len(missing)} acknowledged actions are missing"
    kept = {event["operation_id"]: event["version"] for event in events}
    assert {key: kept[key] for key in answered} == answered, "answered otherwise than it was done"
    assert found.keys() - answered.keys() == set(), "done and never answered, though each was sent until it was"
    with world.database.read() as connection:
        assert verify(connection, 1) == []


def wipe(folder: Path, keep: Path) -> None:
    """Nothing of a run stays but what its servers logged, in the test's own folder."""
    for log in folder.glob("*.log"):
        shutil.copy2(log, keep)
    shutil.rmtree(folder, ignore_errors=True)


def said(what: str, **figures: Any) -> None:
    """The figures of a run, for whoever reads the output."""
    print(f"\n{what}: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))
