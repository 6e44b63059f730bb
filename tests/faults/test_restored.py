"""An older backup in the place of a living office: it is noticed, and nothing is sent a second time without a yes (F18, F19).

What went out is counted in a real mail server. The backup holds messages that wait; the office goes on and sends them;
then the backup comes back: onto its own place, into another folder, twice. Started, it refuses; said yes to, it begins an
epoch of its own with its outbox held; what a director then releases goes out once more under the number it had.
"""

from __future__ import annotations

import random
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from kit import warm
from kit.door import speak
from kit.office import SmallOffice, at
from kit.serving import Postman, Serving, environment, home, news, typed
from models.database import Database, sqlite_url
from models.schema import check
from workflow import backup
from workflow.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

NOW, LATER = "2022-06-24T10:00", "2022-06-24T10:30"
SEED = 20_220_625
COUNT = 6
ENVIRONMENT = 5


@pytest.fixture
def office(tmp_path: Path, post: Postman) -> SmallOffice:
    """It has messages that wait, a backup of that, and has sent them since; its head lies outside."""
    made = home(tmp_path / "home", post, heads=f'"{tmp_path / "vault"}"')
    news(made, COUNT, at("2022-06-24 10:00"))
    must(made, "system", NOW, "backup", str(tmp_path / "b.tar.gz"))
    must(made, "", NOW, "scheduler", "tick")
    assert len(post.raw) > COUNT
    return made


def must(office: SmallOffice, login: str, now: str, *words: str) -> str:
    done = typed(office, login, now, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def at_place(office: SmallOffice, folder: Path) -> SmallOffice:
    """The same people in another folder."""
    return SmallOffice(Database(sqlite_url(folder / "duban.db")), folder, people=office.people)


def refused(office: SmallOffice, *codes: str) -> None:
    """Whatever would send says why it does not: the database is behind, or its heads are another installation's."""
    for words in (("serve",), ("scheduler", "tick"), ("scheduler", "run")):
        done = typed(office, "", LATER, *words)
        assert done.returncode == ENVIRONMENT, done.stdout
        assert done.stderr.split()[1] in codes, done.stderr
        assert "restore --confirm" in done.stderr


def held_until_released(office: SmallOffice, post: Postman) -> None:
    """After the yes nothing goes out at all; then one message, by a director's own hand."""
    before = post.copies()
    with Serving(office, LATER) as serving:
        serving.until(lambda: office.rows("heartbeat", name="delivery"))
        assert serving.end()[0] == 0
    must(office, "", LATER, "scheduler", "tick")
    assert post.copies() == before
    held = [row for row in office.rows("message", state="held") if row["message_id"] in before]
    assert len(held) >= COUNT
    for words in (("clock", "confirm"), ("message", "release", str(held[0]["id"]))):
        must(office, "director", LATER, *words)
    must(office, "", LATER, "scheduler", "tick")
    again = post.copies() - before
    assert {number for number in again if number in before} == {held[0]["message_id"]}
    assert again[held[0]["message_id"]] == 1


def proved(office: SmallOffice, epoch: int) -> None:
    with office.database.read() as connection:
        assert verify(connection, 1) == []
    assert office.rows("office")[0]["epoch"] == epoch
    assert "confirmed on" in must(office, "audit", LATER, "audit", "verify")


def test_backup_restored_onto_its_own_place_sends_nothing_twice(
    office: SmallOffice, tmp_path: Path, post: Postman
) -> None:
    office.database.close()
    office.folder.rename(tmp_path / "broken")
    must(
        at_place(office, tmp_path / "broken"),
        "",
        LATER,
        "restore",
        str(tmp_path / "b.tar.gz"),
        "--to",
        str(office.folder),
    )
    refused(office, "E-B07", "E-B16")
    must(office, "system", LATER, "restore", "--confirm")
    held_until_released(office, post)
    proved(office, 3)


def test_database_copied_back_over_a_living_office_sends_nothing_twice(
    office: SmallOffice, tmp_path: Path, post: Postman
) -> None:
    """By hand, past ``duban restore``: the head outside is further than the database."""
    must(office, "", LATER, "restore", str(tmp_path / "b.tar.gz"), "--to", str(tmp_path / "new"))
    backup.unpack(tmp_path / "b.tar.gz", tmp_path / "laid-out")
    office.database.close()
    for name in ("duban.db", "duban.db-wal", "duban.db-shm"):
        (office.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "laid-out" / backup.UNFINISHED, office.folder / "duban.db")
    refused(office, "E-B07")
    must(office, "system", LATER, "restore", "--confirm")
    held_until_released(office, post)
    proved(office, 2)


def test_backup_restored_twice_elsewhere_sends_nothing_while_the_office_lives_on(
    office: SmallOffice, tmp_path: Path, post: Postman
) -> None:
    before = post.copies()
    for name in ("one", "two"):
        must(office, "", LATER, "restore", str(tmp_path / "b.tar.gz"), "--to", str(tmp_path / name))
        refused(at_place(office, tmp_path / name), "E-B07", "E-B16")
    must(office, "", LATER, "scheduler", "tick")
    assert post.copies() == before
    first, second = (at_place(office, tmp_path / name) for name in ("one", "two"))
    must(first, "system", LATER, "restore", "--confirm")
    refused(second, "E-B16")
    refused(office, "E-B16")
    assert post.copies() == before


def stands_or_is_not_there(folder: Path) -> bool:
    """A folder after a restore was cut off: an office with its outbox held, or none at all; whether there is one."""
    if not (folder / "duban.db").exists():
        said = speak("task", "list", "--json", DUBAN_HOME=str(folder), DUBAN_TOKEN="x")
        assert (said.code, said.refusal["code"]) == (ENVIRONMENT, "E-B01"), said
        return False
    database = Database(sqlite_url(folder / "duban.db"))
    check(database)
    made = SmallOffice(database, folder)
    assert {row["state"] for row in made.rows("message")} == {"held"}
    assert made.rows("event")[-1]["action"] == "restore"
    with database.read() as connection:
        assert verify(connection, 1, heads_dir=folder / "heads") == []
    database.close()
    return True


class Killed(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("point", ["second_life", "finish"])
def test_restore_cut_off_before_its_outbox_is_held_is_no_office(
    office: SmallOffice, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_anything: object, **_more: object) -> None:
        raise Killed

    monkeypatch.setattr(backup, point, killed)
    target = tmp_path / "new"
    with pytest.raises(Killed):
        speak("restore", str(tmp_path / "b.tar.gz"), "--to", str(target), DUBAN_HOME=str(office.folder))
    assert not stands_or_is_not_there(target)
    said = speak("init", str(target), "--name", "甲", "--short-name", "甲", "--recipient", "乙", "--json")
    assert said.refusal["code"] == "E-B09"
    said = speak("restore", str(tmp_path / "b.tar.gz"), "--to", str(target), "--json", DUBAN_HOME=str(office.folder))
    assert said.refusal["code"] == "E-B12"


def test_restore_killed_anywhere_leaves_an_office_or_none(office: SmallOffice, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    chance, pause, stood = random.Random(SEED), threading.Event(), 0
    for turn in range(16):
        target = tmp_path / str(turn)
        words = ["restore", str(tmp_path / "b.tar.gz"), "--to", str(target)]
        with (tmp_path / "said").open("wb") as out, (tmp_path / "said").open("rb") as nothing:
            begun = warm.start(words, environment(office, LATER), nothing, out, out)
        pause.wait(chance.uniform(0, 0.3))
        begun.kill()
        stood += stands_or_is_not_there(target)
    assert stood < 16, "every restore was done before it was killed"
