"""The doors of the program, read from ``doors.txt``: what is asked behind each address and each command."""

from __future__ import annotations

from functools import cache
from pathlib import Path

#: not a deed of the matrix: open to anybody, to whoever is logged in, a step of a flow, for whoever runs the machine
KINDS = ("open", "login", "step", "host")
_FILE = Path(__file__).with_name("doors.txt")


@cache
def doors() -> dict[str, str]:
    """Door → what is asked behind it: ``GET /tasks`` → ``task.read``, ``duban task list`` → ``task.read``."""
    lines = [line.split("|") for line in _FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    found = {door.strip(): asked.strip() for asked, door in lines}
    assert len(found) == len(lines), "a door stands twice"
    return found
