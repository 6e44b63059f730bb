"""A person's terminal: the program, an own HOME, what is typed and what is answered."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit import warm

if TYPE_CHECKING:
    import subprocess

DUBAN = Path(sys.executable).parent / "duban"
GOOD = "Zhuzhou-2022-river"
DENIED, NOT_THERE, ENVIRONMENT = 1, 4, 5


@dataclass
class Terminal:
    """A person's terminal: an own HOME, the office's folder."""

    folder: Path
    office: Path

    def run(self, *words: str, typed: str = "", person: str = "me") -> subprocess.CompletedProcess[str]:
        """Run the program as a person; each has a HOME and so a token of their own."""
        home = self.folder / person
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "XDG_"))}
        command = ["--lang", "en", "--home", self.office, *words]
        return warm.run(command, {**kept, "HOME": str(home)}, typed=typed)

    def json(self, *words: str, typed: str = "", person: str = "me") -> Any:
        """What a command that must succeed answers."""
        done = self.run(*words, "--json", typed=typed, person=person)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def log_in(self, login: str, password: str, *more: str, person: str = "me") -> subprocess.CompletedProcess[str]:
        """Log in with the password on standard input."""
        return self.run("login", login, "--password-stdin", *more, typed=password + "\n", person=person)


def opened(folder: Path, *more: str) -> tuple[Terminal, dict[str, str]]:
    """A fresh office and its administrators' one-time codes."""
    if not DUBAN.exists():
        pytest.skip("the program is not installed beside this python")
    made = Terminal(folder, folder / "office")
    named = ("--name", "甲市办公室", "--short-name", "甲办", "--recipient", "市政府")
    codes: dict[str, str] = made.json("init", *named, *more)["codes"]
    return made, codes
