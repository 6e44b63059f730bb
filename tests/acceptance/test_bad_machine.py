"""The machine in the way: the database, the disk, the clock, and logging in, each with its one sentence.

The numbers are the rows of ``reliability.md`` section 7.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

import models.database
import models.filesystem
from kit.door import MORNING, Door, must_refuse, speak
from kit.office import at
from kit.terminal import DUBAN
from models.language import speaking
from schedules.rules import load_rules
from schedules.sweep import sweep
from workflow import people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

PASSWORD = "Chang-Jiang-2022"
RECEIVE = ("task", "receive", 1)


def home(folder: Path) -> Path:
    """An office's folder with every setting at its default."""
    (folder / "duban.toml").touch()
    return folder


def plain(door: Door) -> Path:
    """The database as one file, with nothing beside it."""
    file = door.world.folder / "duban.db"
    door.world.database.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def refuses(door: Door, code: str, *words: object, **more: str) -> dict[str, Any]:
    """Refused by the environment, exit code 5, with something to do."""
    found = must_refuse(5, code, *words, **door.around("clerk1", MORNING), **more)
    assert found["remedy"]
    return found


def test_missing_database_is_not_made(tmp_path: Path) -> None:
    """Row 28: looking for an office leaves no folder and no empty file."""
    folder = tmp_path / "nowhere"
    found = must_refuse(5, "E-B01", "task", "list", DUBAN_HOME=str(folder), DUBAN_TOKEN="x")
    assert "duban init" in found["remedy"]
    named = {"DUBAN_DATABASE": f"sqlite+pysqlite:///{tmp_path / 'other.db'}"}
    must_refuse(5, "E-B01", "task", "list", DUBAN_HOME=str(tmp_path), DUBAN_TOKEN="x", **named)
    assert list(tmp_path.iterdir()) == []


def test_empty_database_is_not_set_up_by_looking_at_it(tmp_path: Path) -> None:
    """Row 28: nothing is in it, and nothing is then."""
    file = home(tmp_path) / "duban.db"
    file.touch()
    found = must_refuse(5, "E-B01", "task", "list", DUBAN_HOME=str(tmp_path), DUBAN_TOKEN="x")
    assert "duban init" in found["remedy"]
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize("data", [b"not a database at all " * 400, b"\0" * 8192])
def test_file_that_is_no_database_is_left_alone(tmp_path: Path, data: bytes) -> None:
    """Row 28."""
    file = home(tmp_path) / "duban.db"
    file.write_bytes(data)
    found = must_refuse(5, "E-B02", "task", "list", DUBAN_HOME=str(tmp_path), DUBAN_TOKEN="x")
    assert "duban restore" in found["remedy"]
    assert file.read_bytes() == data


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    """Row 28: not even its journal's mode, which is written into the file."""
    file = home(tmp_path) / "duban.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE person (id INTEGER)")
        connection.commit()
    before = file.read_bytes()
    found = must_refuse(5, "E-B02", "task", "list", DUBAN_HOME=str(tmp_path), DUBAN_TOKEN="x")
    assert found["what"] == "The file is another program's database."
    named = ("--name", "甲", "--short-name", "甲", "--recipient", "乙")
    assert speak("init", tmp_path, *named, "--json").refusal["code"] == "E-B02"
    assert file.read_bytes() == before


def test_database_of_a_newer_program_is_not_touched(door: Door) -> None:
    """Row 28: neither used nor upgraded downwards."""
    file = plain(door)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE serving SET oldest = '9999'")
        connection.commit()
    plain(door)
    before = file.read_bytes()
    for words in (("task", "list"), ("upgrade",)):
        assert "newer version" in refuses(door, "E-B03", *words)["what"]
    assert file.read_bytes() == before


def test_locked_database_is_said_after_one_wait(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 28: the refusal is not tried to be written into the very database that is locked."""
    monkeypatch.setattr(models.database, "BUSY_MS", 50)
    tried: list[int] = []
    begin = models.database.Database.write

    def counted(database: models.database.Database, office_id: int) -> AbstractContextManager[sa.Connection]:
        tried.append(office_id)
        return begin(database, office_id)

    monkeypatch.setattr(models.database.Database, "write", counted)
    with closing(sqlite3.connect(plain(door), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "Another program" in refuses(door, "E-B04", *RECEIVE)["what"]
        other.execute("ROLLBACK")
    assert len(tried) == 4, "one try for each of the four times that it was typed"
    assert door.run("clerk1", *RECEIVE).code == 0


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_database_on_a_network_disk_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Row 28: SQLite's locks do not hold there; neither does an office begin there."""
    folder = door.world.folder
    mounts = folder.parent / "mounts"
    shown = str(folder.parent).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {shown} {kind} rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(models.filesystem, "MOUNTS", mounts)
    found = refuses(door, "E-B15", "task", "list")
    assert kind in found["what"]
    assert "--home" in found["remedy"]
    fresh = folder.parent / "fresh"
    named = ("--name", "甲", "--short-name", "甲", "--recipient", "乙")
    assert speak("init", fresh, *named, "--json").refusal["code"] == "E-B15"
    assert not (fresh / "duban.db").exists()
    mounts.write_text("server:/x / nfs4 rw 0 0\n/dev/sda1 / ext4 rw 0 0\n", encoding="utf-8")
    assert door.run("clerk1", "task", "list").code == 0


@pytest.fixture
def full_database() -> Iterator[None]:
    """Every connection finds the file as large as it may become."""

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(Engine, "connect", limit)
    yield
    sa.event.remove(Engine, "connect", limit)


@pytest.mark.usefixtures("full_database")
def test_full_disk_saves_nothing_and_says_so(door: Door) -> None:
    """Row 29: the report is refused whole; the data that is there stays."""
    before = door.world.picture()
    words = ("task", "report", 1, "--progress", "已清理三公里。" * 20_000, "--percent", 40)
    found = refuses(door, "E-507", *words)
    assert found["what"] == "The disk is full; this operation was not saved, the existing data is intact."
    assert door.world.picture() == before


#: a disk of two megabytes that nobody else sees and that goes with its process: filled up, one command, made free, again
SMALL_DISK = """
mount -t tmpfs -o size=2m tmpfs "$1" && cp -r "$2" "$1/home" || exit 77
dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null
export DUBAN_HOME="$1/home"
"$3" --lang en task receive 1 --json
rm "$1/filler"
"$3" --lang en task receive 1 --json
"""


def test_disk_that_is_really_full_is_not_taken_for_a_broken_one(door: Door, tmp_path: Path) -> None:
    """Row 29: SQLite calls it an I/O error; what is free is said."""
    alone = ["unshare", "--map-root-user", "--mount"]
    probe = [*alone, "mount", "-t", "tmpfs", "tmpfs", tmp_path]
    if not DUBAN.exists() or not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    plain(door)
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [*alone, "sh", "-c", SMALL_DISK, "sh", disk, door.world.folder, DUBAN]
    around = {**os.environ, **door.around("clerk1", MORNING)}
    done = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    found = json.loads(done.stderr)["error"]
    assert (found["code"], found["where"]) == ("E-507", "0 bytes are free")
    assert json.loads(done.stdout)["outcomes"][0]["action"] == "receive"


def test_read_only_database_can_be_read_and_says_why_it_takes_nothing(door: Door) -> None:
    """Row 29."""
    file = plain(door)
    before = file.read_bytes()
    named = {"DUBAN_DATABASE": f"sqlite+pysqlite:///file:{file}?mode=ro&uri=true"}
    found = refuses(door, "E-507", *RECEIVE, **named)
    assert found["what"] == "The database is read-only; this operation was not saved."
    assert speak("task", "list", **door.around("clerk1", MORNING), **named).code == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "where"),
    [
        (("audit", "export", "--out", "/dev/full"), "E-507", ""),
        (("audit", "export", "--out", "{0}/none/trail.jsonl"), "E-508", "trail.jsonl"),
        (("audit", "export", "--out", "{0}/home/duban.db/trail.jsonl"), "E-508", "trail.jsonl"),
    ],
)
def test_file_that_cannot_be_written_is_named(door: Door, words: tuple[str, ...], code: str, where: str) -> None:
    """Row 29: by its own name, without the folders above it."""
    said = [word.format(door.world.folder.parent) for word in words]
    found = must_refuse(5, code, *said, **door.around("audit", MORNING))
    assert found["where"] == where


def test_template_that_is_not_good_is_refused_with_its_line(door: Door) -> None:
    """Row 27: line, field and what there is instead; what was in use stays in use."""
    file = door.world.folder / "own.txt"
    file.write_text("第一行\n{{ 单位名 }}\n", encoding="utf-8")
    found = must_refuse(
        1, "E-J01", "template", "install", file, "--as", "opened/body", **door.around("director", MORNING)
    )
    assert (found["where"], found["field"]) == ("opened/body:2", "单位名")
    assert "unit_name" in found["what"]
    assert door.world.rows("template") == []


def test_rules_that_cannot_be_used_are_named(door: Door) -> None:
    (door.world.folder / "duban.toml").write_text('rehearsal = true\nrules = "no.toml"\n', encoding="utf-8")
    said = door.run("clerk1", "doctor", "--json")
    assert said.code == 5
    assert [row["said"][:5] for row in json.loads(said.out) if row["check"] == "Reminder rules"] == ["E-R01"]


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2021-07-11 09:00", "the clock (2021-07-11 09:00) is behind the last record (2022-06-10 09:00)"),
        ("2022-06-20 09:00", "the clock (2022-06-20 09:00) is more than 36 hours after the last record"),
    ],
    ids=["behind", "ahead"],
)
def test_clock_that_jumped_holds_the_sends_until_a_director_confirms(door: Door, now: str, reason: str) -> None:
    """Row 30: the reason is in every refusal, and the command that the remedy names exists."""
    world, rules = door.world, load_rules()
    with speaking("en"):
        assert sweep(world.database, 1, rules, at("2022-06-10 09:00")).held_reason == ""
        assert sweep(world.database, 1, rules, at(now)).held_reason.startswith(reason)
    assert door.data("director", "clock", "show")["held"].startswith(reason)
    found = door.refuses(1, "E-C01", "director", "message", "release", "--all")
    assert found["what"].startswith(f"Sending is held: {reason}")
    assert found["remedy"].endswith("duban clock confirm")
    door.refuses(1, "E-403", "clerk1", "clock", "confirm")
    door.data("director", "clock", "confirm")
    assert door.data("director", "clock", "show")["held"] == ""
    assert door.run("director", "message", "release", "--all").code == 0


@pytest.fixture
def known(door: Door) -> Door:
    """Clerk one has a password; clerk two's account is closed."""
    world = door.world
    (world.folder / "duban.toml").write_text("rehearsal = true\n[login]\ntries = 3\n", encoding="utf-8")
    world.change("person", world.people["clerk1"], code_hash=people.code_digest("CODE"))
    world.change("person", world.people["clerk2"], active=False)
    assert log_in(door, "clerk1", "--code", "CODE").code == 0
    return door


def log_in(door: Door, login: str, *more: str, password: str = PASSWORD, now: str = MORNING) -> Any:
    words = ("login", login, "--password-stdin", *more)
    return door.run("", *words, typed=password + "\n", now=now)


def test_failed_logins_never_tell_which_names_exist(known: Door) -> None:
    """Row 31: the same words for a wrong password, a closed account and no account, up to the lock and through it."""
    for turn in range(5):
        said = {name: log_in(known, name, password="Wrong-but-long-1") for name in ("clerk1", "clerk2", "nobody")}
        assert len({(answer.code, answer.out, answer.err) for answer in said.values()}) == 1
        assert ("E-A01" if turn < 3 else "E-A03") in said["nobody"].err
        assert ("After 3 failures an account is locked for 15 minutes." in said["nobody"].err) == (turn < 3)
    assert "E-A03" in log_in(known, "clerk1").err
    for name, code in (("clerk1", 0), ("clerk2", 1), ("nobody", 1)):
        assert log_in(known, name, now="2022-06-10T09:15:01").code == code


def test_login_is_refused_in_every_way_of_saying_it(known: Door) -> None:
    """Row 31."""
    words = ("login", "clerk1", "--password-stdin")
    must_refuse(1, "E-A01", *words, typed="Wrong-but-long-1\n", **known.around("", MORNING))


def test_session_that_has_ended_says_how_to_begin_another(known: Door) -> None:
    """Row 31: and so does no session at all; nothing is done."""
    later = {**known.around("clerk1", "2023-06-02T09:00")}
    assert must_refuse(1, "E-A04", *RECEIVE, **later)["remedy"] == "Run: duban login NAME"
    must_refuse(1, "E-A04", *RECEIVE, **{**later, "DUBAN_TOKEN": "guess"})
    assert known.world.row("task", 1)["received_at"] is None
