"""A foreign file is parsed in a child process: whatever happens there, the parent hears data or a refusal."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from documents.foreign import confinement
from documents.foreign.child import PARSERS
from documents.foreign.confinement import Limits, confined
from models.errors import BadInput
from models.language import speaking

PAGE = "<html><body><p>甲</p></body></html>".encode()
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2)); "


@pytest.fixture(autouse=True)
def _cold(monkeypatch) -> None:
    """What holds from a child's first moment on is proved with the program's own children, not with forked ones."""
    monkeypatch.setattr(confinement, "subprocess", subprocess)


def refusal(data: bytes = PAGE, limits: Limits | None = None) -> BadInput:
    with pytest.raises(BadInput) as caught:
        confined("page", data, "通知.html", limits)
    assert caught.value.where == "通知.html"
    assert caught.value.remedy
    return caught.value


def test_child_hands_over_plain_data() -> None:
    text, grids, remarks = confined("page", PAGE, "通知.html")
    assert (text.strip(), grids, remarks) == ("甲", [], [])


def test_refusal_of_the_parser_comes_back_as_it_was_raised_in_the_language_in_force() -> None:
    data = b'<meta charset="klingon">' + PAGE
    assert refusal(data).code == "E-T02"
    with speaking("en"):
        assert refusal(data).what == "The encoding cannot be recognised."


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.abort()", "E-F18"),
        ("import os; os._exit(0)", "E-F18"),
        ("raise SystemError", "E-F18"),
        ("print('no JSON')", "E-F18"),
        ("import time; time.sleep(30)", "E-F16"),
        (LIMITED + "\nwhile True: pass", "E-F16"),
        ("import os; os.kill(os.getpid(), 9)", "E-F17"),
        ("raise MemoryError", "E-F17"),
    ],
)
def test_child_that_dies_hangs_or_babbles_is_a_refusal(monkeypatch, program: str, code: str) -> None:
    monkeypatch.setattr(confinement, "_CHILD", (sys.executable, "-S", "-c", program))
    begun = time.monotonic()
    assert refusal(limits=Limits(wall_seconds=0.5 if "sleep" in program else 20)).code == code
    assert time.monotonic() - begun < 15


def test_parser_that_takes_more_memory_than_it_may_is_broken_off() -> None:
    huge = b"<html><body>" + b"<p>a</p>" * 1_000_000
    assert refusal(huge, Limits(memory=160 * 1024 * 1024)).code == "E-F17"


def test_child_sees_no_environment_of_ours(monkeypatch) -> None:
    seen = (sys.executable, "-c", "import os, json; print(json.dumps({'made': sorted(os.environ)}))")
    monkeypatch.setenv("DUBAN_SMTP_PASSWORD", "geheim")
    monkeypatch.setattr(confinement, "_CHILD", seen)
    assert set(confined("page", PAGE, "x")) <= {"PATH", "PYTHONPATH", "PYTHONUTF8", "LC_CTYPE"}


def test_limits_hold_in_the_child() -> None:
    """Set before a byte of the file is looked at, and so that the child cannot lift them."""
    program = (
        "from documents.foreign.child import confine; import resource as r; confine(512 * 1024 * 1024, 10);"
        "print([r.getrlimit(k)[1] for k in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([512 * 1024 * 1024, 11, 0])


@pytest.mark.parametrize("parser", PARSERS)
def test_each_parser_refuses_nonsense(parser: str) -> None:
    with pytest.raises(BadInput):
        confined(parser, b"\x00\x81\xfe nonsense" * 50, "x")
