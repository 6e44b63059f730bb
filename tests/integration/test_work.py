"""``duban work`` as a process: an office on PostgreSQL is swept and told by it, and what it cannot serve is refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cluster.jobs import Jobs
from deeds.desk import open_database
from kit.server import empty_database, needs_server
from kit.serving import PATIENCE, until
from kit.terminal import opened
from models import tables as t
from models.settings import load
from workflow import cases, telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.terminal import Terminal

DUBAN = Path(sys.executable).with_name("duban")


@pytest.fixture
def url() -> Iterator[str]:
    with empty_database("work") as made:
        yield made


@needs_server
def test_a_process_of_its_own_sweeps_and_tells_and_ends_when_it_is_told_to(tmp_path: Path, url: str):
    home = tmp_path / "office"
    home.mkdir(mode=0o700)
    (home / "duban.toml").write_text(f'office = 7\ndatabase = "{url}"\nnode = "two"\n')
    terminal, _codes = opened(tmp_path)
    with working(home) as process:
        assert process.stderr is not None
        assert "Ctrl-C" in process.stderr.readline()
        tell_somebody(home)
        until(lambda: list((home / "outbox").glob("*")), lambda: f"{found(terminal, 'warning')} {messages(home)}")
        until(lambda: running(terminal) >= {"sweep", "delivery", "heads", "work"})
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert "Work handed to processes" in found(terminal, "ok")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, attempts) "
            "VALUES ('office-7-careful', 'sweep', 'x', 'x', 'failed', 5)"
        )
    engine.dispose()
    assert "Work handed to processes" in found(terminal, "wrong")


def messages(home: Path) -> list[object]:
    """How the office's messages stand."""
    database = open_database(load(home))
    with database.read() as connection:
        rows = [
            tuple(row)
            for row in connection.execute(sa.select(t.message.c.event, t.message.c.state, t.message.c.reason))
        ]
    database.close()
    return rows


@contextmanager
def working(home: Path) -> Iterator[subprocess.Popen[str]]:
    """The process, gone afterwards whatever happens."""
    with subprocess.Popen([DUBAN, "work", home], stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def found(terminal: Terminal, severity: str) -> dict[str, str]:
    """The doctor's findings of a severity."""
    done = terminal.run("doctor", "--json")
    assert done.stdout, done.stderr
    checks = json.loads(done.stdout)
    return {one["check"]: one["said"] for one in checks if one["severity"] == severity}


def running(terminal: Terminal) -> set[str]:
    """The loops that ran lately."""
    return {name.removeprefix("Loop ") for name in found(terminal, "ok") if name.startswith("Loop ")}


def tell_somebody(home: Path) -> None:
    """As a command does it that changes something."""
    database, now = open_database(load(home)), datetime.now(UTC)
    assert isinstance(database.dispatcher, Jobs)
    with database.write(7) as connection:
        person = connection.scalar(sa.select(t.person.c.id).where(t.person.c.office_id == 7).limit(1))
        told = telling.Telling("heads", person, "told", {"office_name": "甲办", "today": "6月1日", "detail": "1 abc"})
        assert telling.queue(connection, cases.load_office(connection, 7), told, now) is not None
    database.close()


def test_an_office_with_a_database_of_its_own_hands_nothing_to_other_processes(tmp_path: Path):
    terminal, _codes = opened(tmp_path)
    for words in (["work"], ["serve", "--no-work"]):
        refused = terminal.run(*words)
        assert (refused.returncode, "E-C15" in refused.stderr) == (5, True), refused.stderr


@needs_server
def test_a_database_without_tables_for_jobs_and_offices_of_several_databases_are_refused(tmp_path: Path, url: str):
    home = tmp_path / "office"
    home.mkdir(mode=0o700)
    (home / "duban.toml").write_text(f'database = "{url}"\n')
    terminal, _codes = opened(tmp_path)
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "duban.toml").write_text("office = 1\n")
    refused = terminal.run("work", str(home), str(other))
    assert (refused.returncode, "E-C17" in refused.stderr) == (5, True), refused.stderr
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "DROP TABLE procrastinate_periodic_defers, procrastinate_events, procrastinate_jobs CASCADE"
        )
    engine.dispose()
    refused = terminal.run("work")
    assert (refused.returncode, "E-C16" in refused.stderr) == (5, True), refused.stderr
