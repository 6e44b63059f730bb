"""Setting up, looking after, copying and restoring an office with the installed program."""

from __future__ import annotations

import io
import socket
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from kit.terminal import DENIED, ENVIRONMENT, GOOD, Terminal, opened

ROOT: Final = Path(__file__).resolve().parents[2]


@pytest.fixture
def office(tmp_path: Path) -> Terminal:
    """A fresh office with the system administrator logged in."""
    made, codes = opened(tmp_path)
    assert made.log_in("sysadmin", GOOD, "--code", codes["sysadmin"]).returncode == 0
    return made


def test_init_makes_a_private_folder_and_refuses_a_second_time(tmp_path: Path) -> None:
    """Codes are shown once; a second init changes nothing; a folder with other things is left alone."""
    made, codes = opened(tmp_path)
    assert sorted(codes) == ["auditor", "secadmin", "sysadmin"]
    assert stat.S_IMODE(made.office.stat().st_mode) == 0o700
    assert stat.S_IMODE((made.office / "duban.db").stat().st_mode) == 0o600
    again = made.run("init", "--name", "乙", "--short-name", "乙", "--recipient", "丙")
    assert again.returncode == DENIED
    assert "E-B08" in again.stderr
    assert not any(code in again.stdout for code in codes.values())
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("x", encoding="utf-8")
    refused = made.run("init", str(foreign), "--name", "乙", "--short-name", "乙", "--recipient", "丙")
    assert "E-B09" in refused.stderr
    assert [file.name for file in foreign.iterdir()] == ["letter.txt"]


def test_doctor_needs_no_login_and_its_exit_code_speaks(office: Terminal) -> None:
    """0 for an office that is merely not served yet; 5 for a trail that somebody changed."""
    assert office.run("doctor", person="stranger").returncode == 0
    with closing(sqlite3.connect(office.office / "duban.db")) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET actor_name = 'x' WHERE seq = 1")
        connection.commit()
    changed = office.run("doctor", person="stranger")
    assert changed.returncode == ENVIRONMENT
    assert "event 1" in changed.stdout


def test_doctor_without_an_office_names_what_to_do(tmp_path: Path) -> None:
    """No traceback and no new folder where nothing is."""
    nowhere = Terminal(tmp_path, tmp_path / "nowhere")
    done = nowhere.run("doctor")
    assert done.returncode == ENVIRONMENT
    assert "E-B01" in done.stdout
    assert not nowhere.office.exists()


def test_backup_drill_and_restore_hold_what_could_go_twice(office: Terminal, tmp_path: Path) -> None:
    """The restored office knows its people, begins a new epoch and sends nothing before a director's yes."""
    file = tmp_path / "copy.tar.gz"
    assert office.run("backup", str(file)).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "E-B10" in office.run("backup", str(file)).stderr
    assert office.json("restore", str(file), "--check")["findings"] == []
    assert "+00:00" not in office.run("restore", str(file), "--check").stdout  # the office's own time
    restored = Terminal(tmp_path, tmp_path / "restored")
    assert office.run("restore", str(file), "--to", str(restored.office)).returncode == 0
    assert restored.json("whoami")["login"] == "sysadmin"
    assert "restored" in restored.json("clock", "show")["held"]
    assert "E-403" in restored.run("clock", "confirm").stderr
    with closing(sqlite3.connect(restored.office / "duban.db")) as connection:
        assert connection.execute("SELECT epoch FROM office").fetchone() == (2,)
    assert restored.run("doctor").returncode == 0


def test_backup_that_was_changed_is_refused(office: Terminal, tmp_path: Path) -> None:
    """One byte of the settings inside is enough."""
    file, spoilt = tmp_path / "copy.tar.gz", tmp_path / "spoilt.tar.gz"
    assert office.run("backup", str(file)).returncode == 0
    with tarfile.open(file) as archive, tarfile.open(spoilt, "w:gz") as other:
        for entry in archive:
            inside = archive.extractfile(entry)
            data = inside.read() if inside else b""
            data += b"\n" * (entry.name == "duban.toml")
            entry.size = len(data)
            other.addfile(entry, io.BytesIO(data))
    done = office.run("restore", str(spoilt), "--to", str(tmp_path / "restored"))
    assert done.returncode == DENIED
    assert "E-B11" in done.stderr


def test_settings_are_shown_without_secrets(office: Terminal) -> None:
    """A channel's password is masked, in the table and in JSON."""
    with (office.office / "duban.toml").open("a", encoding="utf-8") as settings:
        settings.write('[channels.email]\nhost = "mail.example.org"\npassword = "Hidden-canary-1"\n')
    shown = office.json("settings")
    assert shown["channels.email.password"] == "******"
    assert "Hidden-canary-1" not in office.run("settings").stdout


def test_upgrade_of_a_present_database_changes_nothing(office: Terminal) -> None:
    """From and to are the same."""
    said = office.json("upgrade")
    assert said["from"] == said["to"]


def test_notice_is_read_without_an_office_and_its_table_is_never_written_over(tmp_path: Path) -> None:
    """The table reads back as the same clauses; a second write is refused."""
    source = next((folder / "shared" / "notices" for folder in ROOT.parents if (folder / "shared").is_dir()), None)
    if source is None:
        pytest.skip("the shared notices are not beside this checkout")
    me, sheet = Terminal(tmp_path, tmp_path / "nowhere"), tmp_path / "table.xlsx"
    notice = str(source / "zhuzhou-2022.txt")
    read = me.json("notice", "read", notice, "--xlsx", str(sheet))
    assert read["reporting"]["day"] == 25
    assert _clauses(me.json("notice", "read", str(sheet))) == _clauses(read)
    assert "E-F30" in me.run("notice", "read", notice, "--xlsx", str(sheet)).stderr
    assert not me.office.exists()


def _clauses(read: dict[str, Any]) -> list[tuple[str, list[str]]]:
    under = [part for section in read["sections"] for part in section["subsections"]]
    return [(c["id"], c["units"]) for part in under for item in part["items"] for c in item["clauses"]]


def test_one_tick_beats_and_the_doctor_sees_it(office: Terminal) -> None:
    """scheduler tick is the cron form of the service; a real office's clock is not set by hand."""
    ticked = office.json("scheduler", "tick")
    assert (ticked["sweep"]["messages"], ticked["delivery"]["held_reason"]) == (0, "")
    loops = {row["check"] for row in office.json("doctor") if row["check"].startswith("Loop ")}
    assert loops == {"Loop delivery", "Loop sweep"}
    told = office.run("scheduler", "tick", "--at", "2030-01-01T09:00")
    assert (told.returncode, "E-C12" in told.stderr, "--rehearsal" in told.stderr) == (DENIED, True, True)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("ofice = 1\n", "ofice"),
        ("[channels.emial]\nhost = 'x'\n", "E-M02 There is no channel “emial”."),
        ("[channels.file]\nfodler = 'x'\n", "channels.file.fodler"),
        ("rules = 'rules.toml'\n", "E-R01"),
        ("[times]\nsend_at = '25:00'\n", "times.send_at"),
    ],
)
def test_a_service_does_not_start_on_settings_that_cannot_be_meant(office: Terminal, wrong: str, what: str) -> None:
    """What is mistyped is named at the start, and by the doctor, not when the first message is due."""
    settings = office.office / "duban.toml"
    settings.write_text(wrong, encoding="utf-8")
    done = office.run("serve")
    assert done.returncode in {DENIED, ENVIRONMENT}
    assert what in done.stderr
    assert "Do now:" in done.stderr
    assert office.run("doctor").returncode == ENVIRONMENT


def test_a_desk_whose_port_is_taken_says_so_last_and_lets_the_folder_go(office: Terminal) -> None:
    """What is wrong with the office itself comes first; the service that cannot open its desk does not run on without it."""
    settings = office.office / "duban.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        desk = f"[web]\nport = {taken.getsockname()[1]}\n"
        settings.write_text(f"{desk}[channels.emial]\nhost = 'x'\n", encoding="utf-8")
        assert "E-M02" in office.run("serve").stderr
        settings.write_text(desk, encoding="utf-8")
        done = office.run("serve")
    assert (done.returncode, "E-H11" in done.stderr) == (ENVIRONMENT, True)
    assert office.run("scheduler", "tick").returncode == 0


def test_an_office_without_its_settings_file_is_refused(office: Terminal) -> None:
    """Defaults nobody chose are not gone on with."""
    (office.office / "duban.toml").unlink()
    done = office.run("task", "list")
    assert done.returncode == ENVIRONMENT
    assert "E-C13 The settings file duban.toml is missing." in done.stderr


def test_first_tick_long_after_setting_up_holds_nothing(tmp_path: Path) -> None:
    """An office set up on Friday and started on Monday is no clock that jumped; a stop of two days after that is."""
    made, _codes = opened(tmp_path, "--rehearsal")
    ticks = [made.json("scheduler", "tick", "--at", at) for at in ("2099-06-06T09:00", "2099-06-08T09:00")]
    assert ticks[0]["sweep"]["held_reason"] == ""
    assert "36 hours" in ticks[1]["sweep"]["held_reason"]
