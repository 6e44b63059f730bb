"""Parsing a foreign file in a child process with limits: what breaks, hangs or swells there is a refusal here.

The child gets the bytes, no environment of ours and no names of folders; it gives back plain data. Limits:
``reliability.md`` section 6 (uploads). Starting it costs about 0.1 s (docs/decisions/0019).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from documents.foreign.turns import turn
from models.errors import BadInput
from models.language import _, current

_ROOT: Final = str(Path(__file__).resolve().parents[2])
_CHILD: Final = (sys.executable, "-P", "-m", "documents.foreign.child")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take: bytes of address space, seconds of processor and of wall time."""

    memory: int = 512 * 1024 * 1024
    cpu_seconds: int = 10
    wall_seconds: float = 20


def confined(parser: str, data: bytes, name: str, limits: Limits | None = None) -> Any:
    """What ``child.PARSERS[parser]`` makes of the bytes, as plain data; ``BadInput`` as the parser raises it.

    Raises besides: E-F16 where it does not come to an end in time, E-F17 where the memory does not suffice, E-F18
    where it breaks down.
    """
    limits = limits or Limits()
    job = {
        "parser": parser,
        "name": name,
        "language": current(),
        "memory": limits.memory,
        "cpu_seconds": limits.cpu_seconds,
    }
    try:
        with turn():
            done = subprocess.run(
                _CHILD,
                input=json.dumps(job).encode() + b"\n" + data,
                capture_output=True,
                timeout=limits.wall_seconds,
                check=False,
                env={"PYTHONPATH": _ROOT, "PATH": os.defpath, "PYTHONUTF8": "1"},
            )
    except subprocess.TimeoutExpired:
        raise endless(name) from None
    if done.returncode == -signal.SIGXCPU:
        raise endless(name)
    if done.returncode == -signal.SIGKILL or b"MemoryError" in done.stderr:  # the kernel kills what swells
        raise _too_much(name)
    try:
        answer = json.loads(done.stdout.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise _broken(name) from None
    return _taken(answer, name)


def _taken(answer: dict[str, Any], name: str) -> Any:
    if "refused" in answer:
        refused = dict(answer["refused"])
        raise BadInput(refused.pop("code"), refused.pop("what"), **refused)
    if "failed" in answer:
        raise _too_much(name) if answer["failed"] == "memory" else _broken(name)
    return answer["made"]


def endless(name: str) -> BadInput:
    """The refusal of a file whose reading does not end."""
    return BadInput(
        "E-F16",
        _("Reading the file did not come to an end; it was broken off."),
        where=name,
        remedy=_("Save it anew with WPS or Word, or take the notice alone, and try again."),
    )


def _too_much(name: str) -> BadInput:
    return BadInput(
        "E-F17",
        _("Reading the file needs more memory than a notice ever does; it was broken off."),
        where=name,
        remedy=_("Save it anew with WPS or Word, or take the notice alone, and try again."),
    )


def _broken(name: str) -> BadInput:
    return BadInput(
        "E-F18",
        _("The file is damaged in a way that breaks the reading off."),
        where=name,
        remedy=_("Save it anew with WPS or Word and try again."),
    )
