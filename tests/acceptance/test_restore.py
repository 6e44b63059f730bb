"""Going back to a backup, honestly and not: what is said, what is held against it, and whose heads are whose."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kit.terminal import DENIED, ENVIRONMENT, GOOD, Terminal, opened

if TYPE_CHECKING:
    from pathlib import Path

LOST = "of the earlier trail are lost, or no longer proven"


@pytest.fixture
def office(tmp_path: Path) -> Terminal:
    """An office whose heads lie in a folder outside; its system and audit administrators are logged in."""
    made, codes = opened(tmp_path)
    settings = made.office / "duban.toml"
    said = settings.read_text(encoding="utf-8").replace('# heads = ""', f'heads = "{tmp_path / "vault"}"')
    settings.write_text(said, encoding="utf-8")
    assert made.log_in("sysadmin", GOOD, "--code", codes["sysadmin"]).returncode == 0
    assert made.log_in("auditor", GOOD, "--code", codes["auditor"], person="auditor").returncode == 0
    return made


def backed_up(office: Terminal, folder: Path) -> Path:
    """A backup, and then one more event whose head goes out."""
    file = folder / "b.tar.gz"
    assert office.run("backup", str(file)).returncode == 0
    assert office.run("person", "add", "zhao", "--name", "Zhao").returncode == 0
    assert office.run("audit", "verify", person="auditor").returncode == 0
    return file


def restored(office: Terminal, file: Path, folder: Path) -> Terminal:
    """The backup laid out in a folder of its own; the tokens of before hold there, too."""
    made = Terminal(office.folder, folder)
    assert office.run("restore", str(file), "--to", str(folder)).returncode == 0
    return made


def verified(office: Terminal) -> str:
    done = office.run("audit", "verify", person="auditor")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_office_restored_for_good_takes_its_heads_over_and_verifies_again(office: Terminal, tmp_path: Path) -> None:
    """Refused first, since the live office might still be there; after the yes the trail holds and says what is lost."""
    file = backed_up(office, tmp_path)
    new = restored(office, file, tmp_path / "new")
    for person, words in (("auditor", ("audit", "verify")), ("me", ("scheduler", "tick"))):
        done = new.run(*words, person=person)
        assert done.returncode == ENVIRONMENT, done.stdout
        assert "E-B16" in done.stderr
        assert "duban restore --confirm" in done.stderr
    assert new.run("restore", "--confirm").returncode == 0
    said = verified(new)
    assert "confirmed on" in said
    assert "system administrator (sysadmin)" in said
    assert LOST in said
    assert verified(new) == said
    assert new.run("scheduler", "tick").returncode == 0
    assert new.run("doctor").returncode == 0
    assert new.json("audit", "verify", person="auditor")["notices"][-1]["what"] in said
    twice = new.run("restore", "--confirm")
    assert (twice.returncode, "E-B17" in twice.stderr) == (DENIED, True)


def test_restored_copy_leaves_the_heads_of_the_live_office_alone(office: Terminal, tmp_path: Path) -> None:
    """Whatever is tried with the copy, the live office goes on and proves itself."""
    file = backed_up(office, tmp_path)
    new = restored(office, file, tmp_path / "new")
    before = (tmp_path / "vault" / "office-1.heads").read_bytes()
    for words in (("serve",), ("scheduler", "run"), ("scheduler", "tick"), ("audit", "verify")):
        assert "E-B16" in new.run(*words, person="auditor" if words[0] == "audit" else "me").stderr
    assert new.run("backup", str(tmp_path / "copy.tar.gz")).returncode == 0
    assert new.json("restore", str(tmp_path / "copy.tar.gz"), "--check")["findings"] == []
    assert new.run("doctor").returncode == ENVIRONMENT
    assert (tmp_path / "vault" / "office-1.heads").read_bytes() == before
    assert "confirmed on" not in verified(office)
    settings = new.office / "duban.toml"
    settings.write_text(settings.read_text("utf-8").replace("vault", "vault-new"), encoding="utf-8")
    assert new.run("doctor").returncode == 0
    assert "restored" in verified(new)
    verified(office)


def test_restore_says_that_its_settings_name_the_heads_of_another(office: Terminal, tmp_path: Path) -> None:
    """Before anything is refused: where it lies and what can be done."""
    file = backed_up(office, tmp_path)
    done = office.run("restore", str(file), "--to", str(tmp_path / "new"))
    assert "another installation" in done.stdout
    assert office.json("restore", str(file), "--to", str(tmp_path / "more"))["heads_of_another"] is True


def test_office_restored_onto_its_own_place_verifies_again(office: Terminal, tmp_path: Path) -> None:
    """The broken folder is put aside and the backup takes its path."""
    file = backed_up(office, tmp_path)
    office.office.rename(tmp_path / "broken")
    assert office.run("restore", str(file), "--to", str(office.office)).returncode == 0
    assert office.run("restore", "--confirm").returncode == 0
    assert LOST in verified(office)


def test_old_database_copied_back_is_refused_confirmed_and_said(office: Terminal, tmp_path: Path) -> None:
    """F18 by hand; what is done before the yes hides nothing."""
    shutil.copy(office.office / "duban.db", tmp_path / "old.db")
    backed_up(office, tmp_path)
    shutil.copy(tmp_path / "old.db", office.office / "duban.db")
    assert "E-B07" in office.run("scheduler", "tick").stderr
    assert "E-I01" in office.run("audit", "verify", person="auditor").stderr
    assert office.log_in("sysadmin", GOOD).returncode == 0
    assert office.run("restore", "--confirm").returncode == 0
    assert LOST in verified(office)
    assert office.run("scheduler", "tick").returncode == 0


def test_cut_tail_is_found_and_once_confirmed_never_silent(office: Terminal, tmp_path: Path) -> None:
    """Who cuts and confirms stands in the trail by name, and every proof says so from then on."""
    backed_up(office, tmp_path)
    with closing(sqlite3.connect(office.office / "duban.db")) as connection:
        connection.execute("DROP TRIGGER event_no_delete")
        connection.execute("DELETE FROM event WHERE seq > 5")
        connection.commit()
    found = office.run("audit", "verify", person="auditor")
    assert (found.returncode, "E-I01" in found.stderr) == (DENIED, True)
    assert office.run("restore", "--confirm").returncode == 0
    assert "confirmed on" in verified(office)
    assert "(sysadmin)" in verified(office)


def test_yes_to_an_office_that_was_never_restored_is_refused(office: Terminal) -> None:
    """Nothing is held, no epoch begins."""
    done = office.run("restore", "--confirm")
    assert done.returncode == DENIED
    assert "E-B17" in done.stderr
    assert "Traceback" not in done.stderr
    assert office.json("clock", "show")["held"] == ""
    assert "confirmed on" not in verified(office)


def test_new_office_does_not_write_among_the_heads_of_another(office: Terminal, tmp_path: Path) -> None:
    """A folder given by the settings beforehand is looked at before anything is set up."""
    verified(office)
    other = Terminal(tmp_path, tmp_path / "other")
    other.office.mkdir()
    (other.office / "duban.toml").write_text(f'heads = "{tmp_path / "vault"}"\n', encoding="utf-8")
    named = ("--name", "乙", "--short-name", "乙", "--recipient", "丙")
    assert "E-B16" in other.run("init", *named).stderr
    (other.office / "duban.toml").write_text("", encoding="utf-8")
    assert other.run("init", *named).returncode == 0
    verified(office)
