"""The service's clock: real scheduler, real signals, real lock; only the loops are the test's own."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, at, small_office
from models.errors import EnvironmentRefused
from schedules.rules import load_rules
from schedules.runner import Loop, Service, disk_failed, single, tick

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

RULES = load_rules()
NINE = at("2022-06-01 09:00")


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def service(office: SmallOffice, deliver: Callable[[datetime], object], **more: object) -> Service:
    values = {"clock": lambda: NINE, "sweep_seconds": 1, "delivery_seconds": 1, **more}
    return Service(office.database, 1, RULES, deliver, office.folder, **values)  # type: ignore[arg-type]


def test_a_tick_sweeps_then_delivers_and_leaves_heartbeats(office: SmallOffice):
    seen: list[int] = []
    ticked = tick(office.database, 1, RULES, lambda _now: seen.append(len(office.rows("message"))), NINE)
    assert (ticked.sweep.fired, seen) == (6, [3])
    again = tick(office.database, 1, RULES, lambda _now: None, NINE)
    assert again.sweep.decided == 0
    assert [(row["name"], row["at"], row["next_at"]) for row in office.rows("heartbeat")] == [
        ("delivery", NINE, at("2022-06-01 09:00:05")), ("sweep", NINE, at("2022-06-01 09:01")),
    ]  # fmt: skip


def test_a_second_scheduler_of_the_same_folder_is_refused(office: SmallOffice):
    lock = single(office.folder)
    with pytest.raises(EnvironmentRefused) as refused:
        service(office, lambda _now: None).start()
    assert refused.value.code == "E-B06"
    lock.release()
    free = service(office, lambda _now: None)
    free.start()
    free.stop()


def test_a_loop_that_raises_runs_again_and_the_others_go_on(office: SmallOffice):
    tries: list[int] = []
    twice, other = threading.Event(), threading.Event()

    def broken(_now: datetime) -> None:
        tries.append(1)
        if len(tries) == 2:
            twice.set()
        raise RuntimeError("a bad day")

    running = service(office, broken, loops=(Loop("other", 1, lambda _now: other.set()),))
    running.start()
    try:
        assert twice.wait(10)
        assert other.wait(10)
    finally:
        running.stop()
    assert not running.broken
    assert len(office.rows("reminder")) == 6
    assert "delivery" not in {row["name"] for row in office.rows("heartbeat")}


def test_a_disk_that_fails_ends_the_service(office: SmallOffice):
    def failing(_now: datetime) -> None:
        raise EnvironmentRefused("E-B00", "no answer") from sqlite3.OperationalError("disk I/O error")

    assert service(office, failing).run() == 5


@pytest.mark.parametrize(("error", "is_disk"), [(OSError("disk I/O error"), True), (ValueError("disk full"), False)])
def test_only_a_disk_error_counts_as_one(error: Exception, is_disk: bool):
    assert disk_failed(error) is is_disk


PROGRAM = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from models.database import Database, sqlite_url
from schedules.rules import load_rules
from schedules.runner import Service
home = Path(sys.argv[1])
def deliver(now):
    (home / "begun").touch(); time.sleep(1); (home / "ended").touch()
service = Service(Database(sqlite_url(home / "duban.db")), 1, load_rules(), deliver, home,
                  clock=lambda: datetime(2022, 6, 1, 1, tzinfo=UTC))
sys.exit(service.run())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_running_tick_end(office: SmallOffice, number: signal.Signals):
    office.database.close()
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, str(office.folder)], cwd=Path.cwd())
    until = time.monotonic() + 20
    while not (office.folder / "begun").exists() and time.monotonic() < until:
        time.sleep(0.02)
    child.send_signal(number)
    assert child.wait(20) == 0
    assert (office.folder / "ended").exists()
    single(office.folder).release()
