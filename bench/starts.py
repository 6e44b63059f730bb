"""Goal 5: what a person waits for who types one command, from the first byte of Python to the prompt."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.extent import ROOT
from bench.measure import Cost, interleaved
from bench.month import MORNING, people
from bench.stock import FRAME, TEXT, stocked
from models import tables as t
from models.adding import insert
from simulation.scene import OFFICE_ID
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.extent import Extent
    from bench.month import People
    from bench.stock import Stock
    from bench.verdict import Figures

DUBAN: Final = str(Path(sys.executable).with_name("duban"))
#: what a command is held against, and how much longer it may take
BARE: Final = {"click": "import click", "sqlmodel": "import click, sqlmodel"}
MOST: Final = {"click": 1.5, "sqlmodel": 1.2}


@dataclass(slots=True)
class Command:
    """A process that is started again and again; ``{task}`` in its words is a task nobody has reported yet."""

    words: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    tasks: list[int] = field(default_factory=list)

    def run(self) -> Cost:
        """Once, whole; its processor time is that of the process."""
        task = self.tasks.pop() if self.tasks else 0
        words = [word.format(task=task) for word in self.words]
        cost, before = Cost(), os.times()
        with cost.counting():
            done = subprocess.run(
                words, env={**os.environ, **self.environment}, cwd=ROOT, capture_output=True, check=False
            )
        after = os.times()
        cost.cpu = after.children_user + after.children_system - before.children_user - before.children_system
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return cost


def run(extent: Extent, figures: Figures) -> None:
    """Help and completion beside click alone; commands on one task beside click and SQLModel."""
    rounds = extent.starts
    with extent.room() as folder:
        stock = stocked(folder / "stock", 1000, FRAME.tasks * (rounds + 2))
        _opened(stock)
        who = people(stock)
        for bare, commands in _commands(stock, who, rounds).items():
            python = Command([sys.executable, "-c", BARE[bare]])
            contenders = {"python": python.run, **{name: one.run for name, one in commands.items()}}
            for contender in contenders.values():
                contender()
            made = interleaved(contenders, rounds)
            for name in commands:
                wall = made.of_floor("python", name)
                figures.add("5", f"{name}, of python -c “{BARE[bare]}”", wall, "×", most=MOST[bare])
                cpu = made.of_floor("python", name, lambda cost: cost.cpu_each)
                figures.add("5", f"{name}, the same by processor time", cpu, "×")
                figures.add("5", f"{name}, seconds", made.each(name))


def _opened(stock: Stock) -> None:
    """As a rehearsal, so that the clock can be told, and everybody logged in under their login."""
    (stock.folder / "duban.toml").write_text("rehearsal = true\n", encoding="utf-8")
    with closing(stock.open()) as database, database.write(OFFICE_ID) as connection:
        for number, login in connection.execute(
            t.person.select().with_only_columns(t.person.c.id, t.person.c.login)
        ).all():
            insert(
                connection, t.login, OFFICE_ID, person_id=number, token_hash=token_digest(login),
                created_at=MORNING, expires_at=MORNING + timedelta(days=365),
            )  # fmt: skip


def _commands(stock: Stock, who: People, rounds: int) -> dict[str, dict[str, Command]]:
    """By what they are held against."""
    place = {"DUBAN_HOME": str(stock.folder), "DUBAN_NOW": "2022-06-20T09:00", "DUBAN_LANG": "zh"}
    first = stock.first
    clerk = {**place, "DUBAN_TOKEN": f"clerk{who.unit(first)}"}
    of_unit = [first + turn * FRAME.tasks for turn in range(rounds + 1)]
    completing = {**place, "_DUBAN_COMPLETE": "bash_complete", "COMP_WORDS": "duban ta", "COMP_CWORD": "1"}
    report = ["task", "report", "{task}", "--progress", TEXT, "--percent", "65"]
    return {
        "click": {
            "duban --help": Command([DUBAN, "--help"], place),
            "duban ta⇥ (completion)": Command([DUBAN], completing),
        },
        "sqlmodel": {
            "duban task show": Command([DUBAN, "task", "show", str(first)], clerk),
            "duban task report": Command([DUBAN, *report], clerk, of_unit),
            "duban task list": Command([DUBAN, "task", "list"], clerk),
            "duban whoami": Command([DUBAN, "whoami"], clerk),
        },
    }
