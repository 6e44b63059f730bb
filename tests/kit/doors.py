"""The doors of the program, each address and each command, found in it; and from ``doors.txt`` what is asked behind each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from fastapi.routing import APIRoute

from cli import root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def _walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _walk(below, (*path, name))


#: every command by the words that lead to it; and those that do something
EVERY: Final = dict(_walk(root))
LEAVES: Final = [path for path, command in EVERY.items() if not isinstance(command, click.Group)]


def routes(listed: Sequence[Any]) -> Iterator[tuple[str, APIRoute]]:
    """Every address of an application's routes, of pages and of the interface for programs."""
    waiting = [("", listed)]
    while waiting:
        before, some = waiting.pop()
        for route in some:
            if isinstance(route, APIRoute):
                yield before + route.path, route
            elif inside := getattr(route, "original_router", None):
                waiting.append((before, inside.routes))
            elif inside := getattr(route, "app", None):
                waiting.append((before + route.path, getattr(inside, "routes", [])))
