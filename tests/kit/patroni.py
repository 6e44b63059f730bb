"""Three machines under Patroni: etcd and PostgreSQL each, from the very files of deploy/, in a temporary folder.

Addresses, ports and folders of those files are replaced, nothing else. On loopback each machine has ports of its own;
``kit.netcut`` gives each a network namespace of its own that can be cut off. Everything ends with the context.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

DEPLOY: Final = Path(__file__).resolve().parents[2] / "deploy"
BIN: Final = Path("/usr/lib/postgresql/15/bin")
#: where the guide of deploy/ puts Patroni, which Debian has only as 3.0
PATRONI: Final = Path("/opt/duban-patroni/bin")
FIRST_PORT: Final = 55500
PASSWORD: Final = "only-of-this-run"
#: as three machines are named in deploy/
EXAMPLES: Final = ("192.0.2.11", "192.0.2.12", "192.0.2.13")
#: the ports of deploy/, and how far behind the first of ours each begins
PORTS: Final = {"2379": 10, "2380": 20, "5432": 30, "8008": 40}
_NICE: Final = ("nice", "-n", "5")


def eventually(true: Callable[[], Any], what: str, seconds: float = 90) -> Any:
    """What ``true`` gives as soon as it gives anything; fails when it does not in time."""
    ends, pause = time.monotonic() + seconds, threading.Event()
    while not (found := _quietly(true)):
        assert time.monotonic() < ends, f"it did not come about in {seconds} s: {what}"
        pause.wait(0.1)
    return found


def _quietly(true: Callable[[], Any]) -> Any:
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        return true()
    return None


@dataclass
class Machine:
    """One of the three: its etcd, its Patroni, its PostgreSQL."""

    number: int
    folder: Path
    address: str = "127.0.0.1"
    #: what every program of this machine is started with
    inside: tuple[str, ...] = ()
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As deploy/ calls it."""
        return f"db{self.number + 1}"

    @property
    def data(self) -> Path:
        """Where its PostgreSQL lies."""
        return self.folder / self.name / "postgres"

    def port(self, usual: str) -> int:
        """Which of our ports stands for a usual one."""
        return FIRST_PORT + PORTS[usual] + self.number

    @property
    def at(self) -> str:
        """Where its PostgreSQL is reached."""
        return f"{self.address}:{self.port('5432')}"

    def start(self, program: str, *words: str, environment: dict[str, str], user: str) -> None:
        """Start a program of this machine."""
        command = [*self.inside, *_NICE, "runuser", "-u", user, "--preserve-environment", "--", *words]
        with (self.folder / f"{self.name}-{program}.log").open("ab") as log:
            self.running[program] = subprocess.Popen(
                command, env={**plain(), **environment}, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip

    def kill(self, *programs: str) -> None:
        """kill -9, as a machine without current stops: its PostgreSQL first, then Patroni, which would start it anew."""
        if "patroni" in programs:
            _end_group(self.running.pop("patroni", None))
            _end_tree(postmaster(self.data))
        if "etcd" in programs:
            _end_group(self.running.pop("etcd", None))

    def told(self, path: str = "patroni") -> dict[str, Any]:
        """What its Patroni says of it."""
        with urllib.request.urlopen(f"http://{self.address}:{self.port('8008')}/{path}", timeout=2) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@dataclass
class Cluster:
    """The three, and who of them writes."""

    folder: Path
    machines: list[Machine] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.machines = self.machines or [Machine(number, self.folder) for number in range(len(EXAMPLES))]
        for machine in self.machines:
            (self.folder / machine.name).mkdir()
            shutil.chown(self.folder / machine.name, "postgres", "postgres")
        try:
            for machine in self.machines:
                self.bring_up(machine)
            self.formed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for machine in self.machines:
            machine.kill("patroni", "etcd")

    def bring_up(self, machine: Machine, *, etcd: str = "new") -> None:
        """Start its etcd and its Patroni, as its current comes (back)."""
        self.start_etcd(machine, etcd)
        self.start_patroni(machine)

    def start_etcd(self, machine: Machine, state: str = "existing") -> None:
        """Start its etcd, of a cluster that is ``new`` or ``existing``."""
        settings = self.settings("etcd/node.env", machine) | {"ETCD_INITIAL_CLUSTER_STATE": state}
        machine.start("etcd", "etcd", environment=settings, user="postgres")

    def start_patroni(self, machine: Machine) -> None:
        """Start its Patroni, which starts its PostgreSQL."""
        config = self.folder / machine.name / "config.yml"
        config.write_text((DEPLOY / "patroni/config.yml").read_text("utf-8"), "utf-8")
        own = {
            "PATRONI_POSTGRESQL_DATA_DIR": str(machine.data),
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / machine.name / "pgpass"),
        }
        settings = self.settings("patroni/node.env", machine) | own
        machine.start("patroni", str(PATRONI / "patroni"), str(config), environment=settings, user="postgres")

    def tell(self, **settings: object) -> None:
        """Change what all of them hold to, as ``duban-patronictl edit-config`` does."""
        asked = urllib.request.Request(
            f"http://{self.machines[0].address}:{self.machines[0].port('8008')}/config",
            data=json.dumps(settings).encode(), method="PATCH", headers={"Content-Type": "application/json"},
        )  # fmt: skip
        urllib.request.urlopen(asked, timeout=5).close()

    def settings(self, name: str, machine: Machine) -> dict[str, str]:
        """A node's file of deploy/ as it is filled in for this machine."""
        text = (DEPLOY / name).read_text("utf-8").replace("THIS_NAME", machine.name)
        text = text.replace("127.0.0.1,THIS_ADDRESS:", "THIS_ADDRESS:").replace("http://127.0.0.1:2379,", "")
        for usual in PORTS:
            text = text.replace(f"THIS_ADDRESS:{usual}", f"{machine.address}:{machine.port(usual)}")
        text = self.placed(text)
        for secret in ("SUPERUSER_PASSWORD", "REPLICATION_PASSWORD"):
            text = text.replace(f"={secret}", f"={PASSWORD}")
        text = text.replace("/var/lib/etcd/duban", str(self.folder / machine.name / "etcd"))
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return dict(line.split("=", 1) for line in lines)

    def placed(self, text: str) -> str:
        """The addresses that deploy/ has as examples, replaced by those of this run."""
        for usual in PORTS:
            for example, machine in zip(EXAMPLES, self.machines, strict=True):
                text = text.replace(f"{example}:{usual}", f"{machine.address}:{machine.port(usual)}")
        return text

    def formed(self) -> None:
        """One writes, two follow, one of them so closely that it may take over."""
        eventually(lambda: len(self.followers()) == len(self.machines) - 1, f"a whole cluster in {self.folder}")
        eventually(self.in_step, "a standby that is written to before anything is acknowledged")

    def members(self, beside: Machine | None = None) -> dict[str, dict[str, Any]]:
        """Each member as the Patroni of ``beside``, or of anybody, tells of it."""
        for machine in [beside] if beside else self.machines:
            with suppress(OSError, ValueError):
                return {one["name"]: one for one in machine.told("cluster")["members"]}
        return {}

    def leader(self, but: Machine | None = None) -> Machine | None:
        """Who writes, by its own word; ``but`` is not asked."""
        for machine in self.machines:
            with suppress(OSError, ValueError):
                if machine is not but and machine.told().get("role") == "primary":
                    return machine
        return None

    def followers(self) -> list[str]:
        """Who follows the one that writes on its own line of history, and is not behind."""
        members = self.members()
        lines = {one.get("timeline") for one in members.values() if one["role"] == "leader"}
        follows = {"replica", "sync_standby"}
        return [
            name
            for name, one in members.items()
            if one["role"] in follows
            and one.get("state") in {"running", "streaming"}
            and {one.get("timeline")} == lines
        ]

    def in_step(self, beside: Machine | None = None) -> list[str]:
        """Who may take over without anything being lost, as the Patroni of ``beside``, or anybody's, tells it."""
        return [name for name, one in self.members(beside).items() if one["role"] == "sync_standby"]

    def follower(self) -> Machine:
        """One that does not write and has all that was answered, once there is one: who it is may change at any time."""
        chosen = eventually(self.in_step, "a standby in step")
        return next(machine for machine in self.machines if machine.name in chosen)

    def url(self, database: str = "duban", user: str = "duban") -> str:
        """As an office's settings name it: every machine, the one that writes is found."""
        hosts = "&".join(f"host={machine.at}" for machine in self.machines)
        return f"postgresql+psycopg://{user}:{PASSWORD}@/{database}?{hosts}&target_session_attrs=read-write"

    def ask(self, machine: Machine, statement: str, database: str = "postgres", seconds: float = 60) -> str:
        """A statement as the superuser of one machine; what psql prints."""
        command = [
            *machine.inside, str(BIN / "psql"), "-X", "-A", "-t", "-h", machine.address, "-p", str(machine.port("5432")),
            "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement,
        ]  # fmt: skip
        environment = {**plain(), "PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "3"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode:  # the error of ``check`` keeps to itself what psql said
            raise subprocess.SubprocessError(f"{statement.partition(' ')[0]} on {machine.address}: {done.stderr}")
        return done.stdout.strip()

    def make_database(self) -> None:
        """The program's role and database, as the guide makes them."""
        leader = self.leader()
        assert leader is not None
        self.ask(leader, f"CREATE ROLE duban LOGIN PASSWORD '{PASSWORD}'")
        self.ask(leader, "CREATE DATABASE duban OWNER duban")


def postmaster(data: Path) -> int:
    """The number of the process that a data folder's server is; 0 where none is."""
    with suppress(OSError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    return 0


def children(parent: int) -> list[int]:
    """The processes that a process started and that live."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []


def _end_tree(parent: int) -> None:
    """The server with all its processes, the parent first, so that it starts none anew."""
    if not parent or not Path(f"/proc/{parent}").exists():
        return
    below = children(parent)
    for process in (parent, *below):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _end_group(process: subprocess.Popen[bytes] | None) -> None:
    """A program that was started here, with whatever stands between."""
    if process is None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def plain() -> dict[str, str]:
    """What a program of a server finds around it: nothing of whoever runs the tests."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/tmp"}


def temporary() -> Path:
    """A folder that the user postgres may enter."""
    made = Path(tempfile.mkdtemp(prefix="duban-cluster-"))
    made.chmod(0o755)
    return made
