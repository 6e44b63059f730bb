"""``duban serve`` as a process of its own, a mail server that can kill it, and a person who goes on working."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from kit import warm
from kit.office import BEGIN, SmallOffice, small_office
from kit.smtp import SmtpServer
from models import tables as t
from workflow import cases, telling, wording
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

#: longer than anything here takes on a machine with other work
PATIENCE = 40.0
WORKER = Path(__file__).with_name("worker.py")


def until(true: Callable[[], object], why: Callable[[], str] = lambda: "") -> None:
    """Wait until something holds; fails with the reason when it does not in time."""
    ends, pause = time.monotonic() + PATIENCE, threading.Event()
    while not true():
        assert time.monotonic() < ends, f"it did not come about in time: {why()}"
        pause.wait(0.02)


@dataclass
class Postman(SmtpServer):
    """A mail server that kills who sends, at a step of the n-th conversation from now, or keeps silent."""

    #: (step, how many conversations reach it, seconds after it); steps: mail, data (not kept), kept, after
    deadly: tuple[str, int, float] | None = None
    victim: int = 0
    silent: bool = False
    #: told of each mail that is kept, before it is answered
    kept: Callable[[], None] = lambda: None
    #: Message-IDs that were kept and whose sender was killed before it could say so
    killed_with: Counter[str] = field(default_factory=Counter)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - the name aiosmtpd calls
        self._reached("mail")
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        if self.silent:
            await asyncio.sleep(3600)
        if self._reached("data"):
            return "451 nobody is there any more"
        answer = await super().handle_DATA(server, session, envelope)
        self.kept()
        if self._reached("kept") or self._reached("after"):
            self.killed_with[identity(envelope.content)] += 1
        return answer

    def _reached(self, step: str) -> bool:
        if self.deadly is None or self.deadly[0] != step:
            return False
        _step, left, seconds = self.deadly
        if left > 1:
            self.deadly = (step, left - 1, seconds)
            return False
        self.deadly = None
        if seconds:
            asyncio.get_running_loop().call_later(seconds, os.kill, self.victim, signal.SIGKILL)
        else:
            os.kill(self.victim, signal.SIGKILL)
        return True

    def copies(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(identity(data) for data in self.raw)


def identity(data: bytes) -> str:
    """The Message-ID of a mail."""
    return str(message_from_bytes(data, policy=policy.default)["Message-ID"])


def home(folder: Path, server: SmtpServer, **settings: str) -> SmallOffice:
    """The small office as the program's data folder, telling people by mail; each person's token is their login."""
    office = small_office(folder)
    given = server.settings()
    values = "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in given.items())
    extra = "".join(f"{name} = {value}\n" for name, value in settings.items())
    text = f"rehearsal = true\n{extra}\n[web]\nenabled = false\n[channels.email]\n{values}\n"
    (folder / "duban.toml").write_text(text, encoding="utf-8")
    with office.database.write(office.office_id) as connection:
        connection.execute(sa.update(t.office).values(channel="email"))
    for login, number in office.people.items():
        office.add(
            "login", person_id=number, token_hash=token_digest(login), created_at=BEGIN,
            expires_at=BEGIN + timedelta(days=1000),
        )  # fmt: skip
    return office


def quiet_home(folder: Path) -> SmallOffice:
    """The small office as the program's data folder, without a desk: its messages go into its outbox."""
    office = small_office(folder)
    (folder / "duban.toml").write_text("rehearsal = true\n[web]\nenabled = false\n", encoding="utf-8")
    office.database.close()
    return office


def news(office: SmallOffice, count: int, now: datetime) -> list[int]:
    """So many messages to be sent, in turn to the clerks of the second and third unit; their numbers."""
    found: list[int] = []
    with office.database.write(office.office_id) as connection:
        tasks = cases.load_tasks(connection, office.office_id, t.task.c.id == office.tasks["1.2", "市水利局"])
        sender = cases.load_office(connection, office.office_id)
        fields = wording.fields(sender, tasks, now)
        for place in range(count):
            person = office.people[f"clerk{2 + place % 2}"]
            number = telling.queue(
                connection, sender, telling.Telling("approved", person, f"{now} {place}", fields), now
            )
            assert number is not None
            found.append(number)
    return found


def environment(office: SmallOffice, now: str, login: str = "") -> dict[str, str]:
    """What the program is told by the environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    return {**kept, "DUBAN_HOME": str(office.folder), "DUBAN_NOW": now, "DUBAN_LANG": "en", "DUBAN_TOKEN": login}


def typed(office: SmallOffice, login: str, now: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of a person at a time."""
    return warm.run(words, environment(office, now, login), patience=PATIENCE)


class Serving:
    """A running ``duban serve``; used as a context it is killed at the end, however that came."""

    def __init__(self, office: SmallOffice, now: str, *words: str) -> None:
        office.database.close()
        self.log = office.folder / "serve.log"
        with self.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            self._begins = log.tell()
            self.process = warm.start(words or ("serve",), environment(office, now), nothing, log, log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()

    @property
    def said(self) -> str:
        """What this process wrote so far."""
        return self.log.read_bytes()[self._begins :].decode()

    def runs(self) -> Serving:
        """Wait until it says that it runs."""
        self.until(lambda: "Running" in self.said)
        return self

    def until(self, true: Callable[[], object]) -> None:
        """Wait until something holds while it runs."""
        until(lambda: true() or self.process.poll() is not None, lambda: self.said)
        assert self.process.poll() is None, self.said

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; the exit code and how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - began

    def dies(self) -> None:
        """Wait for the kill that somebody else does."""
        assert self.process.wait(PATIENCE) == -signal.SIGKILL, self.said


class Worker:
    """A person of the first unit in a process of their own, who files and withdraws one task again and again."""

    def __init__(self, office: SmallOffice, login: str, task: int, now: datetime) -> None:
        words = [str(office.database.url), str(office.people[login]), str(task), now.isoformat()]
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def act(self, times: int) -> None:
        """Ask for so many actions; they are done meanwhile."""
        assert self.process.stdin is not None
        self.process.stdin.write("on\n" * times)
        self.process.stdin.flush()

    def kill(self) -> list[tuple[str, int]]:
        """End it with kill -9; every (action, version of the task) that it was told is done."""
        self.process.kill()
        said, _nothing = self.process.communicate(timeout=PATIENCE)
        whole = [line for line in said.splitlines(keepends=True) if line.endswith("\n")]
        return [(action, int(version)) for action, version in (line.split() for line in whole)]
