"""A disk as a power cut leaves it, made from what the program really wrote.

``strace`` records every write, sync, rename and acknowledgement; ``Disk`` plays them. What was synced stays. Of
what was not, each write is lost, kept or torn at 512 bytes, each change of a length or a name lost or kept. A name
counts as synced only once its folder was: stricter than most file systems, as POSIX has it (``reliability.md`` F2).
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

SECTOR: Final = 512
CALLS: Final = "pwrite64,write,fsync,fdatasync,ftruncate,openat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
STRACE: Final = ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "10000000", "-e", "signal=none"]
_LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)$")
_FILE = re.compile(r"^\d+<([^>]*)>$")


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that happened to the disk, in the order in which it was done."""

    name: str
    words: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file or folder of a call that goes by its number."""
        found = _FILE.match(self.words[0])
        return plain(found[1]).decode() if found else ""

    def concerns(self, folder: str) -> bool:
        """Whether it is about something in a folder."""
        written = "".join(f"\\x{byte:02x}" for byte in f"{folder}/".encode())
        return any(written in word for word in self.words)


def plain(text: str) -> bytes:
    r"""What strace wrote as \\x61\\x62."""
    return bytes.fromhex(text.strip('"').replace("\\x", ""))


def read(trace: Path) -> Iterator[Call]:
    """The calls that succeeded; one that another thread interrupted counts when it came to its end."""
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.match(line)
            assert found, line[:200]
            process, resumed, rest = found.groups()
            if rest.endswith("<unfinished ...>"):
                begun[process] = rest.removesuffix("<unfinished ...>")
                continue
            if resumed:
                rest = begun.pop(process) + rest
            name, _bracket, more = rest.strip().partition("(")
            words, _bracket, answer = more.rpartition(") = ")
            if answer and not answer.startswith(("-1", "?")):
                yield Call(name, tuple(words.strip().split(", ")))


@dataclass(slots=True)
class File:
    """What is on the disk for good, and what was done since: (offset, bytes), or a new length alone."""

    durable: bytearray = field(default_factory=bytearray)
    size: int = 0
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        """Not synced yet."""
        self.since.append((offset, data))
        self.size = max(self.size, offset + len(data))

    def cut(self, size: int) -> None:
        """Not synced yet."""
        self.since.append((size, None))
        self.size = size

    def sync(self) -> None:
        """Everything so far stays."""
        for offset, data in self.since:
            _do(self.durable, offset, data)
        self.since.clear()

    def after(self, chance: random.Random) -> bytes:
        """As it may be found after a power cut."""
        left = bytearray(self.durable)
        for offset, data in self.since:
            fate = chance.randrange(3)
            if fate == 0:
                continue
            if fate == 1 or data is None:
                _do(left, offset, data)
            else:
                _torn(left, offset, data, chance)
        return bytes(left)


def _do(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        content[:] = content[:offset].ljust(offset, b"\0")
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _torn(content: bytearray, offset: int, data: bytes, chance: random.Random) -> None:
    """Of the sectors of one write some reached the disk, in any order."""
    end = offset + len(data)
    for start in range(offset - offset % SECTOR, end, SECTOR):
        first, last = max(start, offset), min(start + SECTOR, end)
        if chance.random() < 0.5:
            _do(content, first, data[first - offset : last - offset])


@dataclass(slots=True)
class Disk:
    """The files below one folder, by their path in it, as the calls of a process leave them."""

    root: str
    files: dict[str, File] = field(default_factory=dict)
    #: which file a name leads to after a power cut
    durable: dict[str, File] = field(default_factory=dict)
    #: changes of names since their folder was synced, each whole or not at all: (name, the file it leads to or None)
    since: list[list[tuple[str, File | None]]] = field(default_factory=list)
    #: new folders whose own names are not there for good
    loose: set[str] = field(default_factory=set)
    said: bytearray = field(default_factory=bytearray)
    checkpoints: int = 0
    _listens: bool = False

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """As a folder is before anything happens: all of it on the disk."""
        made = cls(str(folder))
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                made.files[str(path)] = File(bytearray(data), len(data))
        made.durable = dict(made.files)
        return made

    def play(self, call: Call) -> None:
        """Let a call happen."""
        match call.name:
            case "write" if self.root not in call.path:
                self._heard(call)
            case "fsync" | "fdatasync":
                self._synced(call.path)
            case "pwrite64" | "write" | "ftruncate":
                self._to_file(call)
            case "openat":
                self._open(call)
            case _:
                self._names(call)

    def _heard(self, call: Call) -> None:
        """Acknowledgements go into a pipe; those of another office are not ours."""
        if call.path.startswith("pipe:"):
            line = plain(call.words[1])
            if line.startswith(b'["home"'):
                self._listens = json.loads(line)[1] == self.root
            elif self._listens:
                self.said += line

    def _to_file(self, call: Call) -> None:
        file = self.files.get(call.path)
        if file is None or call.path.endswith("-shm"):
            return
        if call.name == "ftruncate":
            file.cut(int(call.words[1]))
        else:
            data = plain(call.words[1])
            file.write(int(call.words[3]) if call.name == "pwrite64" else file.size, data)
            self.checkpoints += call.path.endswith(".db")

    def _synced(self, path: str) -> None:
        if path in self.files:
            self.files[path].sync()
            return
        for change in self.since:
            if change[0][0].rpartition("/")[0] == path:
                self._lead(self.durable, change)
        self.since = [one for one in self.since if one[0][0].rpartition("/")[0] != path]
        self.loose = {one for one in self.loose if one.rpartition("/")[0] != path}

    def _open(self, call: Call) -> None:
        name, flags = plain(call.words[1]).decode(), call.words[2]
        if not name.startswith(self.root) or "O_CREAT" not in flags:
            return
        if name not in self.files:
            self._become((name, File()))
        elif "O_TRUNC" in flags:
            self.files[name].cut(0)

    def _names(self, call: Call) -> None:
        names = [plain(word).decode() for word in call.words if word.startswith('"')]
        if not names[0].startswith(self.root):
            return
        if call.name.startswith("mkdir"):
            self.loose.add(names[0])
        elif call.name.startswith("unlink"):
            self._become((names[0], None))
        else:  # within one folder, as the program does it: one change
            self._become((names[1], self.files[names[0]]), (names[0], None))

    def _become(self, *change: tuple[str, File | None]) -> None:
        self._lead(self.files, [*change])
        self.since.append([*change])

    @staticmethod
    def _lead(names: dict[str, File], change: list[tuple[str, File | None]]) -> None:
        for name, file in change:
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file

    def after(self, chance: random.Random) -> dict[str, bytes]:
        """Every file as it may be found after a power cut now."""
        names = dict(self.durable)
        for change in self.since:
            if chance.random() < 0.5:
                self._lead(names, change)
        gone = {one for one in sorted(self.loose) if chance.random() < 0.5}
        found = {}
        for name, file in names.items():
            if not any(name.startswith(f"{folder}/") for folder in gone) and not name.endswith("-shm"):
                found[name] = file.after(chance)
        return found


def lay_out(files: dict[str, bytes], root: str, folder: Path) -> None:
    """Put the files that were found into a fresh folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = folder / name.removeprefix(f"{root}/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
