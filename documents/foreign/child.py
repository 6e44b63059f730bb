"""The process in which one foreign file is parsed: limits first, then the parser, then JSON to the parent.

Started by ``confinement.py`` as ``python -m documents.foreign.child``: one line of JSON (the job) and the file's bytes
come in, one JSON object goes out. Each parser is imported only by the job that needs it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from models.errors import BadInput
from models.language import set_language

#: what a job may ask for: where the parser stands and what it is called
PARSERS: Final = {
    "word": ("documents.foreign.word", "word_content"),
    "page": ("documents.foreign.webpage", "page_content"),
    "pdf": ("documents.foreign.pdf", "pdf_content"),
    "workbook": ("documents.foreign.workbook", "workbook_content"),
    "problems": ("documents.ledger.reading", "problems_content"),
}


def confine(memory: int, cpu_seconds: int, written: int = 0) -> None:
    """Bound what this process may take: address space, processor time, bytes of any file it writes; no core dump."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))  # SIGXCPU, told apart from other kills
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, written)):
        resource.setrlimit(limit, (most, most))


def answer(job: dict[str, Any], data: bytes) -> dict[str, Any]:
    """What the parser makes of the file, or why it cannot be taken."""
    set_language(job["language"])
    module, function = PARSERS[job["parser"]]
    try:
        return {"made": getattr(import_module(module), function)(data, job["name"])}
    except Exception as error:  # noqa: BLE001 - a parser fails in any way there is; the parent says it to a person
        if isinstance(error, MemoryError) or _peak() > job["memory"] * 0.9:  # libraries name it as they like
            return {"failed": "memory"}
        return {"refused": error.as_dict()} if isinstance(error, BadInput) else {"failed": "broken"}


def without_numpy() -> None:
    """Openpyxl loads numpy wherever it is there, a third of a child's start, and uses it for nothing; None forbids it."""
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]


def _peak() -> int:
    """The most bytes of address space that this process has had; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return 0
    found = re.search(r"VmPeak:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _main() -> None:
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    job = json.loads(sys.stdin.buffer.readline())
    confine(job["memory"], job["cpu_seconds"])
    without_numpy()
    said.write(json.dumps(answer(job, sys.stdin.buffer.read()), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    said.close()


if __name__ == "__main__":
    _main()
