"""The guide of deploy/, its blocks of commands, and the places of a run that stand for a server's."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kit.patroni import DEPLOY

if TYPE_CHECKING:
    from kit.patroni import Cluster, Machine

GUIDE: Final = DEPLOY / "README.md"
ROOT: Final = DEPLOY.parent
_BLOCK: Final = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OURS: Final = re.compile(r"/opt/duban/\.venv/bin/|/opt/duban/|(?:/etc|/srv|/var/backups|/usr/local/sbin)/(?=[a-z])")


def blocks(kind: str) -> list[str]:
    """The text of each block of a kind (``run``, ``machine``, ``toml``), in order."""
    found = _BLOCK.findall(GUIDE.read_text("utf-8"))
    return [text for language, label, text in found if kind in {label, language if not label else ""}]


@dataclass
class Server:
    """A server as the guide sees it, in a folder; its database is the cluster's."""

    folder: Path
    cluster: Cluster
    #: what was run
    done: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """A text of the guide with the places of this run."""

        def place(found: re.Match[str]) -> str:
            if found[0].startswith("/opt/duban/.venv"):
                return f"{Path(sys.executable).parent}/"
            return f"{ROOT}/" if found[0] == "/opt/duban/" else f"{self.folder}{found[0]}"

        leader = self.cluster.leader()
        assert leader is not None
        text = _OURS.sub(place, text).replace("@127.0.0.1/", f"@{leader.at}/")
        return self.cluster.placed(
            re.sub(r"^duban-patronictl", f"{self.folder}/usr/local/sbin/duban-patronictl", text, flags=re.MULTILINE)
        )

    def run(self, block: str, asks: Machine | None = None, **around: str) -> str:
        """Run a block as root does, each line of it; PostgreSQL is that of ``asks``, or of whoever writes."""
        machine = asks or self.cluster.leader()
        assert machine is not None
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder),
            "PGHOST": "/var/run/postgresql", "PGPORT": str(machine.port("5432")), **around,
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(block)], env=environment, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        self.done.append(block)
        return done.stdout

    def install(self, name: str, where: str) -> None:
        """A file of deploy/, with the places of this run, where the guide puts it."""
        made = Path(f"{self.folder}{where}")
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(self.here((DEPLOY / name).read_text("utf-8")), "utf-8")
        made.chmod(0o755)
