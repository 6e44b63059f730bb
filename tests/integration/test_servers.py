"""The doctor names each server of an office's address, at once, whether anybody answers or not."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cluster.servers import Server, Standing, servers
from cluster.worker import Served, Worker
from kit.door import speak
from kit.server import empty_database, needs_server
from kit.world import make_world
from models.database import Database
from schedules.runner import Loop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nobody() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def doctor(home: Path, url: sa.URL) -> tuple[int, str, dict[str, tuple[str, str]]]:
    """The exit code, what was said beside the answer, and the findings: severity and sentence by name."""
    home.mkdir(mode=0o700, exist_ok=True)
    text = url.render_as_string(hide_password=False)
    (home / "duban.toml").write_text(f'database = "{text}"\n', "utf-8")
    said = speak("doctor", "--json", DUBAN_HOME=str(home), DUBAN_LANG="en")
    found = {one["check"]: (one["severity"], one["said"]) for one in json.loads(said.out)}
    return said.code, said.err, found


def test_where_nobody_answers_it_does_not_wait_until_somebody_does(tmp_path: Path, nobody: int) -> None:
    address = f"127.0.0.1:{nobody}"
    url = sa.make_url(f"postgresql+psycopg://duban@{address}/duban")
    code, beside, found = doctor(tmp_path / "office", url)
    assert (code, beside) == (5, "")
    assert found[f"Server {address}"] == ("wrong", "cannot be reached")
    assert found["Database opens"] == ("wrong", "E-B30 no server takes anything just now")


@needs_server
def test_one_that_is_away_is_worth_a_word_while_another_writes(tmp_path: Path, nobody: int) -> None:
    with empty_database("servers") as made:
        database = Database(made)
        make_world(tmp_path / "office", database)
        database.close()
        one = sa.make_url(made)
        there, gone = f"{one.host}:{one.port}", f"127.0.0.1:{nobody}"
        both = one.set(host=None, port=None, query={"host": (gone, there)})
        assert servers(both) == [Server(gone, Standing.AWAY), Server(there, Standing.WRITES)]
        assert servers(one.set(database="nobody_made_it")) == [Server(there, Standing.SHUT)]
        code, _beside, divided = doctor(
            tmp_path / "office", one.set(host=None, port=None, query={"host": (there, there)})
        )
        assert (code, divided[f"Server {there}"][0]) == (5, "wrong")
        _code, _beside, found = doctor(tmp_path / "office", both)
    assert found[f"Server {there}"] == ("ok", "the one that writes")
    assert found[f"Server {gone}"] == ("warning", "cannot be reached")
    assert found["Database opens"][0] == "ok"


def test_a_worker_says_so_in_a_line_each_time_it_looks(nobody: int, caplog: pytest.LogCaptureFixture) -> None:
    offices = [Served(1, print), Served(2, print)]
    worker = Worker(Database(f"postgresql+psycopg://duban@127.0.0.1:{nobody}/duban"), offices)
    for _time in range(2):
        worker._turn(Loop("ticks", 5, worker.look))
    assert [(one.levelname, one.exc_info, "E-B30" in one.message) for one in caplog.records] == [
        ("WARNING", None, True)
    ] * 2
