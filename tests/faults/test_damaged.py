"""A damaged page, a log that was removed, a live file that was copied: seen before anything is done, with the way back (F17).

Whole pages are overwritten, as ``dd`` and dying disks do. Whatever page it was, either the start is refused, or the doctor
says what is wrong, or not one row of the office is another.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kit.door import must_refuse, speak
from kit.office import SmallOffice, at
from kit.serving import Postman, Serving, environment, home, news, typed
from schedules.rules import load_rules
from schedules.sweep import sweep
from workflow import heads

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2022-06-24T10:00"
INSTANT = at("2022-06-24 10:00")
SEED = 20_220_625
ENVIRONMENT = 5


@pytest.fixture
def office(tmp_path: Path, post: Postman) -> SmallOffice:
    """A few weeks old; its last head lies outside."""
    made = home(tmp_path / "home", post)
    for task in made.tasks.values():
        made.report(task, INSTANT)
    sweep(made.database, 1, load_rules(), INSTANT)
    with made.database.read() as connection:
        heads.keep(made.folder / "heads", connection, 1, INSTANT)
    made.database.close()
    return made


def around(office: SmallOffice, login: str = "") -> dict[str, str]:
    told = environment(office, NOW, login)
    return {name: told[name] for name in ("DUBAN_HOME", "DUBAN_NOW", "DUBAN_LANG", "DUBAN_TOKEN")}


def rows(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def seen(office: SmallOffice) -> str:
    """What the doctor says is wrong, or empty."""
    said = speak("doctor", "--json", **around(office))
    wrong = [row["said"] for row in json.loads(said.out) if row["severity"] == "wrong"]
    assert (said.code == ENVIRONMENT) == bool(wrong)
    return "; ".join(wrong)


def test_damaged_page_is_never_worked_on_in_silence(office: SmallOffice, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    chance, whole, file = random.Random(SEED), tmp_path / "whole.db", office.folder / "duban.db"
    shutil.copy(file, whole)
    before, data, detected = rows(whole), whole.read_bytes(), 0
    for _turn in range(30):
        page = chance.randrange(len(data) // 4096)
        file.write_bytes(data[: page * 4096] + chance.randbytes(4096) + data[(page + 1) * 4096 :])
        if seen(office):
            detected += 1
        else:
            assert rows(file) == before, f"page {page}"
        for rest in office.folder.glob("duban.db-*"):
            rest.unlink()
    assert detected > 15, "most pages are in use: the doctor has not looked"


def test_service_does_not_begin_on_a_damaged_page_and_says_the_way_back(office: SmallOffice, post: Postman) -> None:
    file = office.folder / "duban.db"
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'indicator'").fetchone()
    with file.open("r+b") as written:
        written.seek((page - 1) * 4096)
        written.write(bytes(range(256)) * 16)
    for words in (("serve",), ("scheduler", "run")):
        done = typed(office, "", NOW, *words)
        assert done.returncode == ENVIRONMENT, done.stdout
        assert "E-B02" in done.stderr
        assert "duban restore FILE --to FOLDER" in done.stderr
    assert post.raw == []


def test_service_begins_on_a_trail_that_does_not_prove_itself_only_after_a_yes(
    office: SmallOffice, post: Postman
) -> None:
    """A byte within a row leaves the pages whole; the chain knows. Whoever looks is still served."""

    def change(number: int) -> None:
        with closing(sqlite3.connect(office.folder / "duban.db")) as connection:
            connection.execute("DROP TRIGGER IF EXISTS event_no_update")
            connection.execute("UPDATE event SET reason = 'x' WHERE seq = ?", [number])
            connection.commit()

    change(2)
    refusal = must_refuse(ENVIRONMENT, "E-I03", "serve", **around(office))
    assert "event 2: its content is not what was written" in refusal["what"]
    assert "duban audit accept" in refusal["remedy"]
    assert post.raw == []
    assert speak("task", "list", **around(office, "clerk1")).code == 0
    words = ("audit", "accept", "--reason", "已与备份核对")
    assert speak(*words, **around(office, "clerk1")).code == 1
    assert speak(*words, **around(office, "audit")).code == 0
    with Serving(office, NOW) as serving:
        serving.until(lambda: office.rows("heartbeat", name="delivery"))
        serving.end()
    assert "event 2" in seen(office), "a yes mends nothing"
    assert "E-I02" in speak(*words, **around(office, "audit")).err
    change(3)
    again = must_refuse(ENVIRONMENT, "E-I03", "scheduler", "run", **around(office))
    assert again["what"].startswith("The trail does not prove itself: 1 findings; the first: event 3"), (
        "said of what was found then"
    )


def killed_in_mid_work(office: SmallOffice) -> int:
    """Deeds that stand in the log alone, since whoever did them was killed; the length of the trail."""
    with Serving(office, NOW) as serving:
        serving.until(lambda: office.rows("heartbeat", name="delivery"))
        assert typed(office, "clerk1", NOW, "task", "withdraw", "1").returncode == 0
        length = len(office.rows("event"))
        office.database.close()  # not the last to do so: the log stays
        serving.process.kill()
    return length


def test_lost_log_is_noticed_and_nothing_is_sent_twice_without_a_yes(
    office: SmallOffice, post: Postman, tmp_path: Path
) -> None:
    """No head may have been written since: what the log held, the sends among it, is gone without another trace."""
    news(office, 3, INSTANT)
    office.database.close()
    with Serving(office, NOW) as serving:
        serving.until(lambda: len(office.rows("message", state="sent")) > 3)
        office.database.close()
        shutil.copytree(office.folder, tmp_path / "killed")
        serving.end()
    killed = SmallOffice(office.database, tmp_path / "killed", people=office.people)
    before = post.copies()
    shutil.copy(killed.folder / "duban.db-wal", tmp_path / "kept")
    (killed.folder / "duban.db-wal").unlink()
    for _again in range(2):
        for words in (("task", "list"), ("scheduler", "tick"), ("serve",)):
            assert "duban.db-lost" in must_refuse(ENVIRONMENT, "E-B20", *words, **around(killed, "clerk1"))["remedy"]
    assert "E-B20" in seen(killed)
    said = speak("restore", "--confirm", **around(killed, "system"))
    assert said.code == 0, said.err
    assert speak("scheduler", "tick", **around(killed)).code == 0
    assert post.copies() == before
    assert speak("restore", "--confirm", **around(killed, "system")).code == 1


def test_log_that_is_put_back_is_as_good_as_ever(office: SmallOffice, tmp_path: Path) -> None:
    length = killed_in_mid_work(office)
    log, mark = office.folder / "duban.db-wal", office.folder / "duban.db-lost"
    log.rename(tmp_path / "kept")
    assert "E-B20" in seen(office)
    (tmp_path / "kept").rename(log)
    assert "E-B20" in seen(office)
    mark.unlink()
    assert seen(office) == ""
    assert len(office.rows("event")) == length


def test_live_file_that_was_copied_without_its_log_is_behind(office: SmallOffice, tmp_path: Path) -> None:
    """A copy by hand of a running office, put into its place later."""
    shutil.copy(office.folder / "duban.db", tmp_path / "copied.db")
    killed_in_mid_work(office)
    assert speak("audit", "verify", **around(office, "audit")).code == 0
    for rest in office.folder.glob("duban.db-*"):
        rest.unlink()
    shutil.copy(tmp_path / "copied.db", office.folder / "duban.db")
    done = typed(office, "", NOW, "serve")
    assert (done.returncode, "E-B07" in done.stderr) == (ENVIRONMENT, True)
    assert "duban restore --confirm" in done.stderr
    assert seen(office)
