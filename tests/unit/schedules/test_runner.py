"""The service's clock: real scheduler, real signals, real lock; only the loops are the test's own."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

import models.complaints
from kit.office import SmallOffice, at, small_office
from kit.serving import until
from models import disk
from models import tables as t
from models.adding import insert
from models.complaints import plain_words
from models.errors import EnvironmentRefused, Unreachable
from schedules.rules import load_rules
from schedules.runner import Every, Loop, Service, single, tick

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
        ("delivery", NINE, at("2022-06-01 10:00")), ("sweep", NINE, at("2022-06-01 10:00")),
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


def busy(running: Service) -> bool:
    return any(executor._instances for executor in running._clockwork._scheduler._executors.values())


def test_a_clock_set_back_by_a_day_does_not_make_the_loops_deaf(office: SmallOffice, caplog: pytest.LogCaptureFixture):
    turns: list[int] = []
    running = service(office, lambda _now: turns.append(1), sweep_seconds=3600, delivery_seconds=3600)
    with time_machine.travel(NINE, tick=True):
        running.start()
        until(lambda: len(turns) == 1 and len(office.rows("heartbeat")) == 2 and not busy(running))
    try:
        with time_machine.travel(NINE - timedelta(days=1), tick=True):
            running.wake()
            until(lambda: len(turns) == 2)
            latest = max(job.next_run_time for job in running._clockwork._scheduler.get_jobs())
            assert latest < NINE - timedelta(hours=22)
    finally:
        running.stop()
    assert "the clock went back" in caplog.text


def test_a_clock_that_jumped_ahead_by_years_costs_one_turn(office: SmallOffice):
    every, jumped = Every(5), NINE + timedelta(days=20 * 365)
    assert every.get_next_fire_time(None, NINE) == NINE
    assert every.get_next_fire_time(NINE, jumped) == jumped + timedelta(seconds=5)


def test_what_a_sweep_has_written_is_delivered_at_once(office: SmallOffice):
    delivered = threading.Event()

    def deliver(_now: datetime) -> None:
        if office.rows("message"):
            delivered.set()
            running._halt()

    running = service(office, deliver, sweep_seconds=1, delivery_seconds=3600)
    assert running.run() == 0
    assert delivered.is_set()


def test_changed_rules_are_followed_at_the_next_sweep(office: SmallOffice):
    rules = [rule for rule in RULES if rule.name != "opened"]
    in_force = [tuple(rules)]
    running = service(office, lambda _now: None, reread=lambda: in_force[-1])
    running.rules = in_force[0]
    assert running._sweep(NINE).fired == 0
    assert running._sweep(NINE).looked_at == 0, "nothing is due, so nothing is looked at"
    in_force.append(RULES)
    assert running._sweep(NINE).fired == 6


def io_error() -> None:
    with plain_words():
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))


def test_a_disk_that_fails_ends_the_service_and_nothing_is_written_after(office: SmallOffice):
    before = office.rows("heartbeat")
    assert service(office, lambda _now: io_error(), sweep_seconds=3600).run() == 5
    assert "delivery" not in {row["name"] for row in office.rows("heartbeat")} - {row["name"] for row in before}
    with pytest.raises(Unreachable, match="E-507"), office.database.write(1):
        pass


def test_a_disk_that_fails_for_somebody_at_the_desk_ends_the_service_at_once(office: SmallOffice):
    running, began = service(office, lambda _now: None), time.monotonic()

    def at_the_desk() -> None:
        with pytest.raises(Unreachable):
            io_error()

    assert running.run(threading.Thread(target=at_the_desk).start) == 5
    assert time.monotonic() - began < 10, "it waited for its next look at the clock"


def test_who_is_writing_while_the_disk_fails_for_another_keeps_nothing(office: SmallOffice):
    def meanwhile() -> None:
        with office.database.write(1) as connection:
            insert(connection, t.unit_group, 1, name="有关县市区")
            disk.give_up()

    with pytest.raises(Unreachable):
        meanwhile()
    assert office.rows("unitgroup") == []


def test_a_disk_without_room_does_not_end_the_service(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(models.complaints, "_free", lambda _file: 0)
    with pytest.raises(Unreachable, match="0 "):
        io_error()
    assert not disk.failed()


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
