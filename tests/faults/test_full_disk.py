"""No room, or no right to write: a clean refusal, nothing half written, and work goes on when there is room again (F8, F9).

A limit on the size of files stands for the full disk: it can be set and lifted while the program runs.
``tests/acceptance/test_bad_machine.py`` has a disk that is really full, and a database opened read-only.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from deeds import doctor
from kit.door import MORNING, Door, must_refuse, speak
from kit.office import at
from kit.serving import Serving, environment
from kit.terminal import DUBAN
from models import disk
from models.errors import EnvironmentRefused
from models.store import Store
from workflow import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENVIRONMENT, GIB = 5, 1 << 30
LONG = "已清理三公里。" * 20_000


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door.of(tmp_path / "home")


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """In this process no file grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_report_without_room_is_refused_whole_and_taken_when_there_is_room(door: Door) -> None:
    """The same process goes on: a file that may not grow is no disk that fails."""
    words = ("task", "report", 1, "--progress", LONG, "--percent", 40)
    before = door.world.picture()
    with no_file_beyond(256 << 10):
        found = must_refuse(ENVIRONMENT, "E-507", *words, **door.around("clerk1", MORNING))
    assert found["where"] == "no file may grow beyond 262144 bytes here"
    assert "existing data is intact" in found["what"]
    assert door.world.picture() == before
    assert not disk.failed()
    assert door.run("clerk1", *words).code == 0
    assert door.run("audit", "audit", "verify").code == 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: no quota runs out")
def test_used_up_quota_is_a_full_disk_and_not_a_failed_one(door: Door) -> None:
    """SQLite calls it an I/O error, and the count of free bytes says that there is room."""
    over = ["-e", "trace=pwrite64,fallocate", "-e", "inject=pwrite64,fallocate:error=EDQUOT"]
    traced = ["strace", "-f", "--seccomp-bpf", "-qqq", "-o", os.devnull, *over, DUBAN, "--lang", "en"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    done = subprocess.run(
        [*traced, "task", "report", "1", "--progress", "已清理三公里。", "--percent", "40"], check=False, capture_output=True,
        text=True, env={**kept, **door.around("clerk1", MORNING)},
    )  # fmt: skip
    assert done.returncode == ENVIRONMENT, done.stderr
    assert "E-507" in done.stderr
    assert "The disk is full" in done.stderr


def test_paper_beyond_a_quota_is_refused_as_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, real = Store(tmp_path / "store"), disk.sync

    def over(_handle: int) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(disk, "sync", over)
    with pytest.raises(EnvironmentRefused, match=r"E-507 .*(满|full)"):
        store.put(b"%PDF")
    assert not disk.failed()
    monkeypatch.setattr(disk, "sync", real)
    assert store.get(store.put(b"%PDF")) == b"%PDF"


def test_file_without_room_is_not_kept_in_part(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with no_file_beyond(4096), pytest.raises(EnvironmentRefused, match="E-507"):
        store.put(b"%PDF" * 4096)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    assert store.get(store.put(b"%PDF" * 4096)) == b"%PDF" * 4096


def test_backup_and_restore_without_room_leave_nothing_that_looks_like_one(door: Door, tmp_path: Path) -> None:
    target = tmp_path / "b.tar.gz"
    with no_file_beyond(256 << 10):
        found = must_refuse(ENVIRONMENT, "E-507", "backup", target, **door.around("system", MORNING))
    assert found["remedy"]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert door.run("system", "backup", target).code == 0
    words = ("restore", target, "--to", tmp_path / "new")
    with no_file_beyond(256 << 10):
        must_refuse(ENVIRONMENT, "E-507", *words, **door.around("system", MORNING))
    assert list((tmp_path / "new").iterdir()) == []
    assert door.run("system", *words).code == 0


def test_service_goes_on_through_a_full_disk(door: Door) -> None:
    """Whoever is at the desk is refused in words; its own loops try again; with room everything is as it was."""
    office, home = door.world, door.world.folder
    (home / "duban.toml").write_text("rehearsal = true\n[web]\nport = 0\n", encoding="utf-8")
    with office.database.write(1) as connection:
        tokens.make(
            connection,
            1,
            office.actor("clerk1"),
            "duban_x",
            "test",
            ("read", "file"),
            90,
            at(MORNING.replace("T", " ")),
        )
    before = office.rows("report")
    with Serving(office, MORNING) as serving:
        serving.until(lambda: "The desk in the browser" in serving.said)
        tasks = serving.said.partition("The desk in the browser: ")[2].split()[0] + "/api/v1/tasks"

        def report() -> Any:
            given = {"version": 1, "progress": LONG[:900], "percent": 40}
            headers = {"Authorization": "Bearer duban_x"}
            return httpx2.post(f"{tasks}/1/actions/report", json=given, headers=headers, timeout=60)

        serving.until(lambda: office.rows("heartbeat", name="delivery"))
        resource.prlimit(serving.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        answer = report()
        assert answer.json()["error"]["code"] == "E-507", answer.text
        assert office.rows("report") == before
        resource.prlimit(serving.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        again = report()
        assert again.is_success, again.text
        assert serving.end()[0] == 0, serving.said
    assert len(office.rows("report")) == len(before) + 1
    assert door.run("audit", "audit", "verify").code == 0


@pytest.mark.parametrize(
    ("total", "free", "severity"),
    [(100 * GIB, 11 * GIB, "ok"), (100 * GIB, 9 * GIB, "warning"), (8 * GIB, GIB, "ok"), (8 * GIB, GIB - 1, "warning")],
)
def test_doctor_warns_before_the_disk_is_full(
    door: Door, monkeypatch: pytest.MonkeyPatch, total: int, free: int, severity: str
) -> None:
    """Less than a tenth, or less than a gigabyte."""
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _home: shutil._ntuple_diskusage(total, total - free, free))
    said = speak("doctor", "--json", DUBAN_LANG="en", **door.around("", MORNING))
    assert [row["severity"] for row in json.loads(said.out) if row["check"] == "Disk"] == [severity]


#: the folder as a disk that was mounted to be read
READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 77
for words in "task list" "task receive 1" "scheduler tick" "doctor"; do
  "$2" --lang en $words --json 2>&1; echo "== $?"
done
"""


def test_read_only_folder_can_be_read_and_says_why_it_takes_nothing(door: Door, tmp_path: Path) -> None:
    """SQLite itself would not open it: it wants to write beside the file."""
    alone = ["unshare", "--map-root-user", "--mount"]
    probe = [*alone, "mount", "-t", "tmpfs", "tmpfs", tmp_path]
    if not DUBAN.exists() or not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    door.world.database.close()
    around = {**os.environ, **environment(door.world, MORNING, "clerk1")}
    command = [*alone, "sh", "-c", READ_ONLY, "sh", door.world.folder, DUBAN]
    done = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    listed, received, ticked, doctored, _end = done.stdout.split("== ")
    assert json.loads(listed), done
    assert '"E-507"' in received
    assert '"E-507"' in ticked
    assert "the folder is read-only: nothing can be saved" in doctored
    assert [part[0] for part in (received, ticked, doctored, _end)] == ["0", "5", "5", "5"]
