"""The sign of life for a monitor outside: given while every loop runs, withheld when one is late; the disk, and where one looks."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from commands import running
from commands.frame import Desk
from commands.running import _loops
from deeds import doctor
from kit.office import OFFICE, SmallOffice, small_office
from kit.smtp import closed_port, odd_server, says
from kit.terminal import opened
from kit.world import NOON
from models.errors import EnvironmentRefused
from notifications import monitor
from schedules.runner import Nudge, Service, tick
from workflow.health import Severity

if TYPE_CHECKING:
    from pathlib import Path
    from socket import socket
    from threading import Event


class Usage(NamedTuple):
    """As the system says it, in bytes."""

    total: float
    used: float
    free: float


LATE = NOON + timedelta(hours=2)


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    made = small_office(tmp_path / "office")
    tick(made.database, OFFICE, None, lambda _now: None, NOON)
    return made


def ping(office: SmallOffice, port: int, now: Any, path: str = "/secret-of-the-monitor") -> None:
    """One turn of the loop that a service with this address has."""
    settings = SimpleNamespace(
        ping_url=f"http://127.0.0.1:{port}{path}", heads_dir=office.folder / "heads", node_name=""
    )

    def read(work: Any) -> Any:
        with office.database.read() as connection:
            return work(connection)

    desk: Any = SimpleNamespace(settings=settings, read=read, office_id=OFFICE)
    loops = {loop.name: loop for loop in _loops(desk, "sweep", "delivery")}
    loops["ping"].work(now)


def test_a_service_that_runs_gives_its_sign_and_one_that_is_deaf_gives_none(office: SmallOffice) -> None:
    with odd_server(says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        ping(office, port, NOON)
        with pytest.raises(EnvironmentRefused) as refused:
            ping(office, port, LATE)
    assert refused.value.code == "E-M04"
    assert "sweep" in refused.value.what


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 500 No\r\n\r\n", b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1/\r\n\r\n", b""]
)
def test_a_monitor_that_does_not_hear_is_named_without_its_address(office: SmallOffice, answer: bytes) -> None:
    with odd_server(says(answer)) as port, pytest.raises(EnvironmentRefused) as refused:
        ping(office, port, NOON)
    with pytest.raises(EnvironmentRefused) as nobody:
        ping(office, closed_port(), NOON)
    for error in (refused.value, nobody.value):
        assert (error.code, "secret" in str(error)) == ("E-M04", False)


def test_a_monitor_that_drips_is_left_after_its_time() -> None:
    """Each byte starts a socket's own timeout anew; the service's loop is not kept by them."""

    def drip(connection: socket, gone: Event) -> None:
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not gone.wait(0.05):
                connection.sendall(b"x")

    begun = time.monotonic()
    with odd_server(drip) as port, pytest.raises(EnvironmentRefused) as refused:
        monitor.ping(f"http://127.0.0.1:{port}/secret-of-the-monitor", wall_seconds=0.3)
    assert time.monotonic() - begun < 5
    assert (refused.value.code, "secret" in str(refused.value)) == ("E-M04", False)


@pytest.mark.parametrize("works", [True, False])
def test_what_people_leave_is_done_at_once_by_the_process_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    opened(tmp_path)
    monkeypatch.setattr(Service, "run", lambda _self, _started: 0)
    monkeypatch.setattr(running, "begin_log", lambda _settings: None)
    desk, web = Desk(tmp_path / "office", "", as_json=False), SimpleNamespace(stop=lambda: None, dispatcher=None)
    assert running._service(desk, works=works, web=web) == 0
    assert [isinstance(one, Nudge) for one in (desk.database.dispatcher, web.dispatcher)] == [works, works]
    desk.database.close()


def test_a_service_without_a_monitor_has_no_such_loop(office: SmallOffice) -> None:
    desk: Any = SimpleNamespace(settings=SimpleNamespace(ping_url="", heads_dir=None), office_id=OFFICE)
    assert [loop.name for loop in _loops(desk, "sweep")] == ["heads"]


@pytest.mark.parametrize(
    ("total", "free", "severity"),
    [(100, 50, Severity.OK), (100, 9, Severity.WARNING), (5, 0.9, Severity.WARNING), (5, 1.1, Severity.OK)],
)
def test_a_disk_with_less_than_a_gigabyte_or_a_tenth_is_worth_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: float, free: float, severity: Severity
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(total * 2**30, 0, free * 2**30))
    assert doctor._disk(tmp_path).severity is severity
    assert doctor._disk(tmp_path / "nowhere").severity is Severity.WRONG
