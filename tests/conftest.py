"""What holds for every test: a home of its own, none of the machine's settings, Chinese, and repeatable examples."""

from __future__ import annotations

import gc
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from kit import engines, quick_passwords, warm
from models.language import DEFAULT, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.serving import Postman

# The one variable of ours that says something to the tests and not to the program.
FOR_TESTS = "DUBAN_TEST_POSTGRES"

#: so many open files, and what holds those that nobody needs is looked for; select() takes 1,024
MANY_OPEN = 300

# The same examples in each run, and no deadline: CI's machine is shared and a slow moment is no failure.
settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """A shell lets what it starts in the background ignore Ctrl-C, and so would every program that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the home, the settings or the login of the person who runs it."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DUBAN_") and name != FOR_TESTS]:
            patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LANGUAGE"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", home)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """What one test's database has compiled, the next one's need not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlalchemy.create_engine", engines.create_engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Nobody guesses at a test's passwords."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflow.passwords._hasher", quick_passwords.quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def _looking_apart() -> Iterator[None]:
    """A child that looks at a foreign file begins with its libraries behind it."""
    with warm.looking_apart():
        yield


@pytest.fixture(autouse=True)
def _disk_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails in one test stops the writing of its process, and every other test is in the same process."""
    monkeypatch.setattr("models.disk._FAILED", threading.Event())
    monkeypatch.setattr("models.disk._TOLD", [])


@pytest.fixture(autouse=True)
def _closed_what_was_left_open() -> Iterator[None]:
    """A command leaves its database to the end of its process; here the process goes on, and garbage waits for long."""
    yield
    if sum(1 for _open in Path("/proc/self/fd").iterdir()) > MANY_OPEN:
        gc.collect()


@pytest.fixture
def post() -> Iterator[Postman]:
    """A mail server that can kill whoever sends."""
    from kit.serving import Postman
    from kit.smtp import smtp_server

    postman = Postman()
    with smtp_server(handler=postman):
        yield postman


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    """A test that speaks English does not leave the next one in English."""
    with speaking(DEFAULT):
        yield
