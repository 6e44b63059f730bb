"""The program as a process for each command, forked from one that has its imports behind it.

Starting Python and SQLModel takes a second, a command a tenth of it; the tests type hundreds. Every command still has a
process, an environment, standard streams and an exit code of its own. What concerns the start itself runs the installed
program (``kit.terminal.DUBAN``). Words that begin with ``-m`` run a module of this folder instead. Other such processes
know other things: one is forked for the children in which foreign files are looked at (``kit.apart``), one for tests of
the program with a fault in it (``kit.planting``).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import warnings
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_HEADER: Final = 8
_LONGEST: Final = 1 << 20
#: what commands are made of
_ROOMS: Final = ("models", "workflow", "notifications", "documents", "schedules", "deeds", "simulation", "commands")
#: what runs in alembic's hands, and what a child of a command imports to look into a file
_ELSEWHERE: Final = ("models.migrations", "documents.foreign", "documents.evidence")
_HERE: Final[list[_Warm]] = []
#: the process whose children look at foreign files; a command inherits the way to it
_APART: Final[list[_Warm]] = []


def run(
    words: Sequence[object], environment: Mapping[str, str], *, typed: str = "", patience: float = 120,
    by: _Warm | None = None,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Type one command; what it wrote and how it ended. Longer than ``patience`` seconds, and it is killed."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        told.write(typed.encode())
        told.seek(0)
        begun = (by or _here()).begin(words, environment, told, out, err)
        try:
            code = begun.wait(patience)
        except TimeoutError:
            begun.kill()
            raise
        return subprocess.CompletedProcess(list(words), code, _text(out), _text(err))


def start(words: Sequence[object], environment: Mapping[str, str], *streams: IO[bytes]) -> Begun:
    """A command with these three streams that goes on by itself."""
    return _here().begin(words, environment, *streams)


def _here() -> _Warm:
    if not _HERE:
        _HERE.append(_Warm())
        atexit.register(_HERE[0].close)
    return _HERE[0]


@cache
def knowing(name: str) -> _Warm:
    """A process that has learnt what a module of this folder has to say, and nothing else; it ends with this one."""
    made = _Warm(words=[name])
    atexit.register(made.close)
    return made


@contextmanager
def looking_apart() -> Iterator[None]:
    """Within this foreign files are looked at in forked children, here and in each command that begins here."""
    from kit import apart

    made = _Warm(words=["apart"])
    _APART.append(made)
    try:
        with apart.forked(made.begin):
            yield
    finally:
        _APART.remove(made)
        made.process.terminate()
        made.close()


@contextmanager
def under(command: Sequence[str]) -> Iterator[None]:
    """Within this every program runs below another one, such as a tracer."""
    made = _Warm(command)
    _HERE.insert(0, made)
    try:
        yield
    finally:
        _HERE.remove(made)
        made.close()


class Begun:
    """A running command: as much of ``subprocess.Popen`` as the tests use."""

    def __init__(self, answers: socket.socket, words: Sequence[object] = ()) -> None:
        self._answers, self._words = answers, words
        self.pid = int(answers.recv(_HEADER))
        self.returncode: int | None = None

    def __del__(self) -> None:
        """Whoever forgets one is told which it was; a forgotten socket says nothing of the kind."""
        if self._answers.fileno() != -1:
            self._answers.close()
            warnings.warn(f"nobody waited for the end of: {self._words}", ResourceWarning, stacklevel=2, source=self)

    def wait(self, patience: float | None = None) -> int:
        """Its exit code, negative when a signal ended it; ``TimeoutError`` when it goes on."""
        if self.returncode is None:
            self._answers.settimeout(patience)
            try:
                told = self._answers.recv(_HEADER)
            except BlockingIOError:
                raise TimeoutError from None
            self._answers.close()
            self.returncode = int(told)
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        with suppress(TimeoutError):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal while it runs; one that has ended a moment ago and not said so yet needs none."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it, whatever it does, and wait for the end."""
        self.send_signal(signal.SIGKILL)
        self.wait()


class _Warm:
    """The process that waits to be forked; one for each test process."""

    def __init__(self, below: Sequence[str] = (), words: Sequence[str] = ()) -> None:
        self.socket, theirs = _pair()
        with theirs:
            # under another program every process is a real one
            known = [] if below or words else [one.socket.fileno() for one in _APART[-1:]]
            command = [*below, sys.executable, __file__, str(theirs.fileno()), *words, *(str(one) for one in known)]
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno(), *known], stdin=subprocess.DEVNULL)

    def close(self) -> None:
        """Let it end: it does when nobody is there to ask any more."""
        self.socket.close()
        self.process.wait(30)

    def begin(self, words: Sequence[object], environment: Mapping[str, str], *streams: IO[bytes]) -> Begun:
        """Ask for one command."""
        return _ask(self.socket, words, environment, streams)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Two ends between which a message goes whole, so that several processes may ask through one of them."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _ask(
    asking: socket.socket, words: Sequence[object], environment: Mapping[str, str], streams: Sequence[IO[bytes]]
) -> Begun:
    job = {"words": [str(word) for word in words], "environment": dict(environment), "folder": str(Path.cwd())}
    answers, theirs = socket.socketpair()
    try:
        with theirs:
            told = [*(stream.fileno() for stream in streams), theirs.fileno()]
            socket.send_fds(asking, [json.dumps(job).encode()], told)
        return Begun(answers, job["words"])
    except BaseException:
        answers.close()
        raise


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n")


def _wait(asking: socket.socket, learn: Callable[[], None]) -> None:
    """In the warm process: fork for each command that is asked for."""
    learn()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, streams, _flags, _address = socket.recv_fds(asking, _LONGEST, 4)
        if not asked:
            return
        if os.fork() == 0:
            asking.close()
            _watch(json.loads(asked), streams)
        for stream in streams:
            os.close(stream)


def _learn() -> None:
    """All that a command imports by itself, at whatever turn, and reads once a process."""
    from documents.fonts import chinese_font
    from models import language
    from workflow import passwords

    for room in _ROOMS:
        found = importlib.import_module(room)
        for module in pkgutil.walk_packages(found.__path__, f"{room}."):
            if not module.name.startswith(_ELSEWHERE):
                importlib.import_module(module.name)
    importlib.import_module("mortal")
    passwords._hasher = importlib.import_module("quick_passwords").quick
    importlib.import_module("alembic.command")
    chinese_font()
    for name in language.CATALOGUES:
        with language.speaking(name):
            language._("")


def _watch(asked: dict[str, Any], streams: list[int]) -> None:
    """Say the command's number when it begins and its exit code when the whole process has come to its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *standard, answers = streams
    number = os.fork()
    if number == 0:
        os.close(answers)
        _become(asked, standard)
    os.write(answers, f"{number:{_HEADER}}".encode())
    _number, status = os.waitpid(number, 0)
    os.write(answers, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    """Be the command: with its own streams, folder and environment, to its end."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(asked["folder"]))
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - they live as long as the process
        for number, mode in enumerate("rww")
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    code: object = 1
    try:
        match asked["words"]:
            case ["-P", "-m", name]:
                importlib.import_module("apart").be(name)
            case ["-m", name, *words]:
                importlib.import_module(name).main(words)
            case words:
                importlib.import_module("cli").main(words)
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - it ends here, and says why as Python does
        traceback.print_exc()
    finally:
        # Databases are closed as at any end of a program; the rest of the interpreter is not taken down piece by piece.
        gc.collect()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _main(number: str, *more: str) -> None:
    asking = socket.socket(fileno=int(number))
    match more:
        case ():
            _wait(asking, _learn)
        case (known,) if known.isdecimal():
            other, apart = socket.socket(fileno=int(known)), importlib.import_module("apart")
            with apart.forked(lambda words, environment, *streams: _ask(other, words, environment, streams)):
                _wait(asking, _learn)
        case (name,):
            _wait(asking, importlib.import_module(name).learn)


if __name__ == "__main__":
    _main(*sys.argv[1:])
