"""The disk fails at a sync: the process says so, ends with exit code 5, and takes nothing more (F10).

``strace`` lets the n-th sync of each thread fail with an I/O error, as a dying disk does. SQLite by itself would take the
very next deed, and the next sync would say that all is well: so the process gives up. What was acknowledged before
stays, what was refused is whole or not there, and the next start proves it.
"""

from __future__ import annotations

import io
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest
from PIL import Image

from documents.form import check_code
from kit import warm
from kit.office import SmallOffice, at
from kit.remains import Acknowledged, examine
from kit.serving import Serving, environment, quiet_home
from kit.world import OWN, World
from workflow import filings, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = "2022-06-24T10:00"
ENVIRONMENT = 5
#: which sync of each thread fails: the clerk's work here has eight, the tick's seven
EARLY, LATE = (1, 2), tuple(range(3, 9))


@contextmanager
def failing(*when: str) -> Iterator[None]:
    """Every process that begins in here has a failing disk."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: no disk fails (Debian: apt-get install strace)")
    quiet = ["-f", "--seccomp-bpf", "-qqq", "-o", os.devnull, "-e", "signal=none", "-e", "trace=fsync,fdatasync"]
    with warm.under(["strace", *quiet, *when]):
        yield


def nth(number: int) -> list[str]:
    """The so manieth sync of each thread."""
    return ["-e", f"inject=fsync,fdatasync:error=EIO:when={number}"]


def stands(office: SmallOffice, told: Acknowledged) -> None:
    """Whole and proved, by a process whose disk is in order."""
    assert examine(office.folder, told).wrong == []


def prove_clerk(folder: Path) -> int:
    """A clerk files, prints, attaches and is returned until the disk fails; how it ended."""
    office, told = quiet_home(folder), Acknowledged()
    people = [str(office.people[login]) for login in ("clerk1", "reviewer")]
    instant = at(NOW.replace("T", " ")).isoformat()
    done = warm.run(["-m", "mortal", "clerk", folder, instant, "1", *people, "x"], environment(office, NOW))
    told.hear(done.stdout.encode())
    assert (done.returncode, "E-507" in done.stderr) in {(0, False), (ENVIRONMENT, True)}, done.stderr
    assert "Traceback" not in done.stderr
    stands(office, told)
    return done.returncode


def prove_tick(folder: Path) -> int:
    """The command that sweeps and sends once; how it ended."""
    office = quiet_home(folder)
    done = warm.run(["scheduler", "tick"], environment(office, NOW))
    assert done.returncode in {0, ENVIRONMENT}, done.stderr
    assert "Traceback" not in done.stderr
    stands(office, Acknowledged())
    return done.returncode


def prove_service(folder: Path) -> int:
    """The service ends by itself; how."""
    office = quiet_home(folder)
    with Serving(office, NOW) as serving:
        ended = serving.process.wait(40)
        assert ended == ENVIRONMENT, serving.said
    stands(office, Acknowledged())
    return ended


def waiting_form(office: SmallOffice) -> tuple[str, str]:
    """A printed form of the first unit whose paper is to come, and the token of its clerk's program."""
    world, now = World(**vars(office)), at(NOW.replace("T", " "))
    world.report(world.task, now)
    printed = world.do("clerk1", filings.print_form, world.period_id, world.units[OWN], check_code, now=now)
    with world.database.write(1) as connection:
        tokens.make(connection, 1, world.actor("clerk1", now), "duban_clerk1", "test", ("read", "file"), 90, now)
    world.database.close()
    return printed.check_code, "duban_clerk1"


def scan() -> bytes:
    """A white sheet."""
    with io.BytesIO() as out:
        Image.new("L", (400, 600), 250).save(out, "PNG")
        return out.getvalue()


def test_service_ends_when_the_disk_fails_for_somebody_at_the_desk(tmp_path: Path, record_property) -> None:
    """The paper is refused in words; nobody after them is told that anything is done."""
    office = quiet_home(tmp_path / "home")
    code, token = waiting_form(office)
    (office.folder / "duban.toml").write_text("rehearsal = true\n[web]\nport = 0\n", encoding="utf-8")
    store = office.folder / "store"
    store.mkdir()
    with failing("-P", str(store), *nth(1)), Serving(office, NOW) as serving:
        serving.until(lambda: "The desk in the browser" in serving.said)
        address = serving.said.partition("The desk in the browser: ")[2].split()[0]
        papers = f"{address}/api/v1/forms/{code}/papers"
        given = {"signer": "李一", "seal": "公章"}
        answer = httpx2.post(
            papers, data=given, files={"file": ("scan.png", scan())}, headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )  # fmt: skip
        assert answer.json()["error"]["code"] == "E-507", answer.text
        assert serving.process.wait(40) == ENVIRONMENT, serving.said
    assert office.rows("attachment") == []
    assert office.rows("event")[-1]["action"] != "form.attach"
    stands(office, Acknowledged())
    record_property("figure", "errors=1")


def prove(folder: Path, number: int, record: Callable[[str, object], None]) -> None:
    with failing(*nth(number)):
        ended = [prove_clerk(folder / "clerk"), prove_tick(folder / "tick")]
        assert ENVIRONMENT in ended, "no sync failed: this proves nothing"
        ended += [prove_service(folder / "service")] if number == 1 else []
    record("figure", f"errors={ended.count(ENVIRONMENT)}")


@pytest.mark.parametrize("number", EARLY)
def test_process_whose_sync_fails_ends_and_has_lost_nothing(tmp_path: Path, number: int, record_property) -> None:
    prove(tmp_path, number, record_property)


@pytest.mark.long
@pytest.mark.parametrize("number", LATE)
def test_process_whose_later_sync_fails_ends_and_has_lost_nothing(tmp_path: Path, number: int, record_property) -> None:
    prove(tmp_path, number, record_property)
