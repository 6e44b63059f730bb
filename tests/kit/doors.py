"""The doors of the program, each address and each command, found in it; and from ``doors.txt`` what is asked behind each."""

from __future__ import annotations

import re
import shlex
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
#: the same by what is typed
COMMANDS: Final = {" ".join(("duban", *path)): EVERY[path] for path in LEAVES}


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


#: what a batch file holds, so that nothing of it is refused before the person is
BATCH = b'[{"task": 1, "progress": "x", "percent": 40}]'


def given(path: str, command: click.Command, folder: Path) -> dict[str, Any]:
    """The words of the command's own example; the files that it names lie in the folder."""
    line = re.split(r" · | && | > ", command.epilog or "")[0]
    words = shlex.split(line, comments=True)[len(path.split()) :]
    context = command.make_context(path, ["--json", *words], resilient_parsing=True, **root.context_settings)
    params = {**context.params}
    params.pop("as_json")
    files = [param for param in command.params if isinstance(param.type, click.Path)]
    for param in files:
        told = next((word for word in words if "." in word or "/" in word), None) or "x"
        read = param.name not in {"out", "xlsx"} and (param.required or params.get(param.name))
        if params.get(param.name) or param.required:
            params[str(param.name)] = folder / Path(told).name
        if read:
            (folder / Path(told).name).write_bytes(BATCH)
    if path == "duban flow check":
        params["flow"] = "monthly_report"  # a file of one's own needs no office
    return params
