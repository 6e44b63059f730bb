"""A template is tried in a child process with little memory and time: loops within loops never end by themselves.

``python -m notifications.trial`` reads the name and text as JSON and answers with the refusal, or an empty object.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

from models.errors import BadInput
from models.language import _, current, set_language

CPU_SECONDS: Final = 2
WALL_SECONDS: Final = 10
MEMORY_BYTES: Final = 512 * 1024 * 1024


def run(name: str, source: str) -> None:
    """Render on sample data in a child process; E-J01 with its reason when that does not end well."""
    said = json.dumps({"name": name, "source": source, "language": current()})
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "notifications.trial"],
            input=said.encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            check=True,
            env={"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise BadInput(
            "E-J01",
            _("Template {name}: it does not come to an end, or takes too much memory.").format(name=name),
            where=name,
            remedy=_("It was not saved; the template in use stays in use."),
            template=name,
        ) from None
    if answer:
        raise BadInput(answer.pop("code"), answer.pop("what"), **answer)


def _child() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from notifications import sandbox

    given = json.loads(sys.stdin.buffer.read())
    set_language(given["language"])
    answer = {}
    try:
        sandbox.try_out(given["name"], given["source"])
    except BadInput as error:
        answer = error.as_dict()
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _child()
