"""Every reader of somebody else's file, run as the program runs it: apart, within limits, its answer plain or a refusal.

The program starts a process for each file; here one process with the parsers behind it is forked for each, with the same
limits of processor and wall time and the same code. What it is for: thousands of spoilt files (``tests/fuzz``).
"""

from __future__ import annotations

import base64
import gc
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TESTS: Final = Path(__file__).resolve().parents[1]
#: what a library maps is not what it takes: the warm process has them all
_MEMORY: Final = 3 * 1024**3
#: what reads without end takes processor time; the wall is for what waits without end, and a machine that pauses is neither
CPU_SECONDS, WALL_SECONDS = 10, 300
NOW: Final = "2022-06-20T10:00:00+08:00"


class Ended(NamedTuple):
    """How reading one file ended: ``read``, ``refused``, ``broken`` (a fault of the program), ``hung`` or ``died``."""

    how: str
    said: str


class Readers:
    """The warm process, which has read a whole file of each kind (``samples``) itself; leave it with ``close``.

    What a reader makes on its first file (patterns, above all) each fork would make again: 80 ms for reading that takes 1.
    """

    def __init__(self, samples: Mapping[str, bytes]) -> None:
        environment = {
            "PYTHONPATH": f"{_TESTS}:{_TESTS.parent}",
            "PATH": os.defpath,
            "PYTHONUTF8": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kit.readers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._hand_over({kind: base64.b64encode(data).decode() for kind, data in samples.items()})

    def read(self, kind: str, data: bytes) -> Ended:
        """What becomes of a file that somebody gives as one of ``KINDS``."""
        assert self._process.stdout
        self._hand_over({"kind": kind, "size": len(data)}, data)
        return Ended(*json.loads(self._process.stdout.readline()))

    def _hand_over(self, line: Mapping[str, object], data: bytes = b"") -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line).encode() + b"\n" + data)
        self._process.stdin.flush()

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def _notice(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from documents.notice_json import to_json
    from documents.reading.reader import read_notice

    say(json.dumps(to_json(read_notice(data, name))))


def _people(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from documents.people_sheet import read_people

    say(str(read_people(data, name)))


def _problems(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from documents.ledger.reading import read_problems

    say(str(read_problems(data, name)))


def _offline(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from documents.offline_form import rows_of

    say(str(rows_of(data, name)))


def _evidence(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    """As the child does it: what the file is, then its signatures and pages, which may stop it."""
    from documents.evidence import looking

    def told(**line: Any) -> None:
        if line["part"] == "refused":
            from models.errors import BadInput

            raise BadInput(**line["value"])
        say(line["part"])

    order = {
        "language": "zh",
        "names": [name],
        "roots": [],
        "now": NOW,
        "pages": len(data) % 4 == 0,
    }  # drawing is dear: of every fourth
    looking._child(order, [data], told)


def _text(data: bytes) -> str:
    from models.errors import BadInput

    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("E-T01", "not UTF-8", where="file", remedy="as the commands say it") from None


def _flow(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from schedules import ladder_check
    from workflow import diagram, flow_check
    from workflow.flow_reading import read_flow

    flow = read_flow(_text(data), name)
    flaws = [*flow_check.flaws(flow), *ladder_check.flaws(flow)]
    say(str(flaws))
    if not flaws:
        say(diagram.svg(flow))


def _rules(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from schedules.rules import parse_rules

    say(str(parse_rules(_text(data), name)))


def _message(data: bytes, _name: str, say: Callable[[Any], None]) -> None:
    from deeds.wordings import check

    say(str(check("due_soon/body", _text(data))))


def _paper(data: bytes, _name: str, say: Callable[[Any], None]) -> None:
    from deeds.wordings import check

    say(str(check("paper/urging", _text(data))))


def _settings(data: bytes, _name: str, say: Callable[[Any], None]) -> None:
    from tempfile import TemporaryDirectory

    from models.settings import load

    with TemporaryDirectory() as folder:
        (Path(folder) / "duban.toml").write_bytes(data)
        say(str(load(Path(folder), {})))


def _holidays(data: bytes, name: str, say: Callable[[Any], None]) -> None:
    from documents.reading.reader import read_text
    from workflow.holiday_notice import parse_holiday_notice

    say(str(parse_holiday_notice(read_text(data, name))))


#: kind → the name the file has, and its reader
KINDS: Final[dict[str, tuple[str, Callable[[bytes, str, Callable[[Any], None]], None]]]] = {
    "docx": ("通知.docx", _notice),
    "xlsx": ("通知.xlsx", _notice),
    "pdf": ("通知.pdf", _notice),
    "html": ("通知.html", _notice),
    "txt": ("通知.txt", _notice),
    "csv": ("通知.csv", _notice),
    "decomposition": ("分解表.xlsx", _notice),
    "offline": ("填报表.xlsx", _offline),
    "problems": ("台账.xlsx", _problems),
    "people": ("人员表.xlsx", _people),
    "scan": ("扫描件.pdf", _evidence),
    "jpg": ("扫描件.jpg", _evidence),
    "png": ("扫描件.png", _evidence),
    "ofd": ("扫描件.ofd", _evidence),
    "flow": ("flow.toml", _flow),
    "rules": ("rules.toml", _rules),
    "message": ("body.txt", _message),
    "paper": ("form.txt", _paper),
    "settings": ("duban.toml", _settings),
    "holidays": ("放假通知.txt", _holidays),
}


def _here(parser: str, data: bytes, name: str, limits: Any = None) -> Any:
    """As ``confined``, in this very process, which is a child already; its answer through JSON as there."""
    from documents.foreign.child import answer
    from documents.foreign.confinement import _taken

    del limits
    job = {"parser": parser, "name": name, "language": "zh", "memory": 10 * _MEMORY}
    made = json.dumps(answer(job, data), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return _taken(json.loads(made.decode("utf-8", "surrogatepass")), name)


def _warm() -> None:
    import importlib

    import documents.people_sheet
    import documents.reading.files
    from documents.foreign.child import PARSERS
    from documents.ledger import reading

    for module in (
        *(module for module, _function in PARSERS.values()), "documents.evidence.looking", "documents.evidence.pages",
        "documents.evidence.codes", "documents.evidence.seals", "documents.evidence.signatures", "deeds.wordings",
        "documents.offline_form", "documents.samples", "notifications.render", "schedules.ladder_check",
        "workflow.flow_check", "workflow.diagram", "workflow.holiday_notice", "models.settings",
    ):  # fmt: skip
        importlib.import_module(module)
    for module in (documents.reading.files, documents.people_sheet, reading):
        module.confined = _here  # type: ignore[attr-defined]


def _serve(asking: IO[bytes], answers: IO[bytes]) -> None:
    _warm()
    for kind, sample in json.loads(asking.readline()).items():
        name, read = KINDS[kind]
        read(base64.b64decode(sample), name, lambda _part: None)
    gc.collect()
    gc.freeze()  # what is warm stays shared with every fork
    while line := asking.readline():
        job = json.loads(line)
        ended = _forked(job["kind"], asking.read(job["size"]))
        answers.write(json.dumps(ended).encode() + b"\n")
        answers.flush()


def _forked(kind: str, data: bytes) -> tuple[str, str]:
    ours, theirs = os.pipe()
    number = os.fork()
    if number == 0:
        os.close(ours)
        _child(kind, data, theirs)
    os.close(theirs)
    said, hung = _heard(ours, time.monotonic() + WALL_SECONDS)
    if hung:
        os.kill(number, signal.SIGKILL)
    os.close(ours)
    _number, status = os.waitpid(number, 0)
    if hung or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return "hung", ""
    lines = said.decode("utf-8", "replace").splitlines()
    last = lines[-1] if lines else ""
    if os.WIFSIGNALED(status):  # what a library dies of after the facts of a scan are told costs only the hints
        return (
            ("read", "facts")
            if "facts" in lines and KINDS[kind][1] is _evidence
            else ("died", str(os.WTERMSIG(status)))
        )
    how, _colon, words = last.partition(":")
    return how, words


def _heard(pipe: int, until: float) -> tuple[bytes, bool]:
    said = b""
    while (left := until - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            more = os.read(pipe, 1 << 16)
            if not more:
                return said, False
            said += more
    return said, True


def _child(kind: str, data: bytes, pipe: int) -> None:
    import traceback

    from documents.foreign.child import confine
    from models.errors import DubanError

    name, read = KINDS[kind]
    confine(_MEMORY, CPU_SECONDS, 1 << 20)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    with os.fdopen(pipe, "w", encoding="utf-8", errors="replace") as out:
        try:
            read(data, name, lambda part: (out.write("facts\n" if part == "facts" else ""), out.flush()))
            out.write("read:\n")
        except DubanError as refusal:
            out.write("refused:" + str(refusal).replace("\n", " ") + "\n")
        except BaseException:  # noqa: BLE001 - whatever else it is, it is what is looked for
            out.write("broken:" + traceback.format_exc().replace("\n", " | ") + "\n")
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
