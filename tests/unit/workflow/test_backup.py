"""What a backup leaves out, and what a restored office holds back."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest

from kit.office import BEGIN, OFFICE, at, small_office
from models.errors import BadInput, Denied, EnvironmentRefused, Refused
from models.store import Store
from workflow import audit, backup, heads, verify

if TYPE_CHECKING:
    from pathlib import Path

    from kit.office import SmallOffice

NOW = at("2022-06-20 10:00")


def _message(office: SmallOffice, state: str) -> int:
    return office.add(
        "message", dedupe_key=state, event="due_soon", level=1, recipient_id=office.people["clerk1"], channel="file",
        address="", subject="", body="", fields={}, about=[], while_states=[], message_id=f"<{state}@duban>",
        state=state, reason="", attempts=0, created_at=BEGIN, next_at=BEGIN,
    )  # fmt: skip


def _behind(folder: Path) -> Path:
    """A folder with a head that the office has not reached."""
    made = folder / "heads"
    made.mkdir()
    line = '{"at": "2022-06-21T00:00:00+00:00", "epoch": 1, "seq": 9999, "hash": "f"}\n'
    heads.head_file(made, OFFICE).write_text(line, encoding="utf-8")
    return made


def test_confirmed_restore_holds_everything_not_yet_sent(tmp_path: Path) -> None:
    """Due, waiting and half-sent messages are held; settled ones stay; a new epoch is in the trail."""
    office = small_office(tmp_path)
    numbers = {state: _message(office, state) for state in ("due", "retry", "sending", "sent", "dead", "not_needed")}
    office_row = office.rows("office")[0]
    with office.database.write(OFFICE) as connection:
        held = backup.confirm_restore(connection, OFFICE, office.actor("system"), _behind(tmp_path), NOW)
    assert held == 3
    assert {name: office.row("message", number)["state"] for name, number in numbers.items()} == {
        "due": "held", "retry": "held", "sending": "held", "sent": "sent", "dead": "dead", "not_needed": "not_needed",
    }  # fmt: skip
    assert office.rows("office")[0]["epoch"] == office_row["epoch"] + 1
    event = office.rows("event")[-1]
    named = {"from": [0, "0" * 64], "beyond": [[9999, "f"]]}
    assert (event["action"], event["detail"]) == ("restore.confirm", {**named, "epoch": 2, "held": 3})


def test_confirm_restore_is_the_system_administrators(tmp_path: Path) -> None:
    """The director cannot say it alone: whoever restored answers for it."""
    office = small_office(tmp_path)
    with pytest.raises(Denied, match="E-403"), office.database.write(OFFICE) as connection:
        backup.confirm_restore(connection, OFFICE, office.actor("director"), _behind(tmp_path), NOW)
    assert office.rows("office")[0]["epoch"] == 1


def test_database_behind_its_head_is_believed_after_the_yes(tmp_path: Path) -> None:
    """An old copy put in place is refused until somebody confirms it."""
    office = small_office(tmp_path)
    folder = _behind(tmp_path)
    with office.database.read() as connection, pytest.raises(EnvironmentRefused, match="9999"):
        heads.check_not_behind(folder, connection, OFFICE)
    with office.database.write(OFFICE) as connection:
        backup.confirm_restore(connection, OFFICE, office.actor("system"), folder, NOW)
    with office.database.read() as connection:
        heads.check_not_behind(folder, connection, OFFICE)


def test_backup_comes_back_byte_for_byte_and_proves_itself(tmp_path: Path) -> None:
    """Files and database are those that were copied; the trail inside holds."""
    office = small_office(tmp_path / "office")
    store = tmp_path / "office" / "store" / "ab"
    store.mkdir(parents=True)
    (store / "abc").write_bytes(b"paper")
    folder = tmp_path / "office"
    for secret in ("web.key", "desk.key", "desk.pem"):
        (folder / secret).write_bytes(b"secret")
    (folder / "own.toml").write_bytes(b"rules")
    rules = (("own.toml", folder / "own.toml"),)
    sources = backup.Sources(folder / "duban.db", folder / "store", folder / "heads", folder / "duban.toml", rules)
    with office.database.write(OFFICE) as connection:
        head = backup.begin(connection, OFFICE, office.actor("system"), "copy", NOW)
    written = backup.write(sources, tmp_path / "copy", OFFICE, head, NOW)
    assert backup.unpack(tmp_path / "copy", tmp_path / "back") == written
    assert (tmp_path / "back" / "store" / "ab" / "abc").read_bytes() == b"paper"
    assert [file.name for file in (tmp_path / "back").rglob("*") if file.suffix in {".key", ".pem"}] == []
    assert (tmp_path / "back" / "own.toml").read_bytes() == b"rules"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["back", "copy", "office"]
    with office.database.read() as connection:
        assert verify.verify(connection, OFFICE) == []


def test_what_was_sealed_comes_back_open_to_nobodys_writing(tmp_path: Path) -> None:
    office = small_office(tmp_path / "office")
    kept = Store(tmp_path / "store")
    sha = kept.put(b"a signed scan")
    with office.database.write(OFFICE) as connection:
        head = backup.begin(connection, OFFICE, office.actor("system"), "backup.tar.gz", NOW)
    sources = backup.Sources(office.folder / "duban.db", kept.folder, None, tmp_path / "duban.toml")
    backup.write(sources, tmp_path / "backup.tar.gz", OFFICE, head, NOW)
    backup.unpack(tmp_path / "backup.tar.gz", tmp_path / "again")
    back = Store(tmp_path / "again" / "store").path(sha)
    assert (back.read_bytes(), back.stat().st_mode & 0o777) == (b"a signed scan", 0o440)


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside"])
def test_unpack_writes_nothing_outside_its_folder(tmp_path: Path, name: str) -> None:
    """An archive made by somebody else cannot name a place of its own."""
    with tarfile.open(tmp_path / "evil", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BadInput, match="E-B11"):
        backup.unpack(tmp_path / "evil", tmp_path / "back")
    assert not (tmp_path / "outside").exists()


def test_plain_settings_leaves_out_every_form_of_a_secret() -> None:
    """One line, an inline table, several lines: the word is in none."""
    assert backup.plain_settings('office = 1\n[channels.email]\nhost = "h"\npassword = "canary"\n') == (
        'office = 1\n[channels.email]\nhost = "h"\n'
    )
    assert backup.plain_settings('[channels]\nwecom = {url = "https://x/?a=canary"}\n') == "[channels]\n"
    assert "canary" not in backup.plain_settings('[channels.email]\npassword = """\ncanary"""\nhost = "h"\n')


def test_second_life_of_an_office_that_never_swept_is_held_too(tmp_path: Path) -> None:
    """Without a sweep there is no watermark yet; the hold must not get lost for that."""
    office = small_office(tmp_path)
    assert office.rows("watermark") == []
    with office.database.write(OFFICE) as connection:
        backup.second_life(connection, OFFICE, office.actor("system"), audit.Entry("restore", "office"), NOW)
    assert office.rows("watermark")[0]["held_reason"] != ""


def test_restored_copy_may_be_confirmed_once_though_no_head_lies_beyond(tmp_path: Path) -> None:
    """Who follows the restore with a yes is not refused; who says it again is."""
    office = small_office(tmp_path)
    with office.database.write(OFFICE) as connection:
        backup.second_life(connection, OFFICE, office.actor("system"), audit.Entry("restore", "office"), NOW)
        backup.confirm_restore(connection, OFFICE, office.actor("system"), tmp_path / "heads", NOW)
        with pytest.raises(Refused, match="E-B17"):
            backup.confirm_restore(connection, OFFICE, office.actor("system"), tmp_path / "heads", NOW)


def test_backup_takes_no_head_that_its_copy_of_the_database_has_not_reached(tmp_path: Path) -> None:
    """The service writes heads while the backup runs; a drill must not take that for a cut-off tail."""
    office = small_office(tmp_path / "office")
    folder = tmp_path / "office"
    sources = backup.Sources(folder / "duban.db", folder / "store", folder / "heads", folder / "duban.toml")
    with office.database.write(OFFICE) as connection:
        head = backup.begin(connection, OFFICE, office.actor("system"), "copy", NOW)

    def meanwhile(_name: str) -> None:
        with office.database.write(OFFICE) as connection:
            audit.append(connection, OFFICE, office.actor("system"), audit.Entry("look", "office"), NOW)
        with office.database.read() as connection:
            heads.keep(folder / "heads", connection, OFFICE, NOW)

    written = backup.write(sources, tmp_path / "copy", OFFICE, head, NOW, meanwhile)
    assert list(written["files"]) == ["duban.db"]
