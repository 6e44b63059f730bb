"""The reminder rules in the browser: read by the office and the system administrator, edited by the director alone."""

from __future__ import annotations

import errno
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from deeds import rules_editing
from deeds.rules_editing import files, shipped_text
from deeds.running import office_rules, watched_rules
from kit.desk import DeskOf, desk_of
from kit.office import at, small_office
from models.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from deeds.desk import Desk

SEEN = re.compile(r'name="seen" value="([0-9a-f]*)"')
OTHER = """
[[rule]]
name = "early"
anchor = "due"
offset = -3
states = ["assigned"]
recipients = ["clerk"]
template = "due_soon"
level = 1
mode = "auto"
"""


class _Within:
    """What the rules are read from without a request."""

    def __init__(self, desk: DeskOf) -> None:
        self.settings, self.office_id, self._database = desk.site.settings, 1, desk.site.database

    def read(self, work: object) -> object:
        with self._database.read() as connection:
            return work(connection)  # type: ignore[operator]


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), now=at("2022-06-10 10:00"), language="en")


def test_who_reads_and_who_edits(desk: DeskOf) -> None:
    for login in ("reviewer", "system", "director"):
        page = desk.person(login).get("/rules")
        assert "5 working day(s) before the due date" in page.text
        assert ("/rules/edit" in page.text) == (login == "director")
    assert desk.person("clerk1").get("/rules").status_code == 403
    for login in ("reviewer", "system", "clerk1"):
        browser = desk.person(login)
        assert browser.get("/rules/edit").status_code == 403
        assert browser.post("/rules", text=OTHER, seen="").status_code == 403
    assert not (desk.office.folder / "rules.toml").exists()


def test_what_would_change_is_shown_and_nothing_is_saved(desk: DeskOf) -> None:
    browser = desk.person("director")
    same = browser.post("/rules/preview", text=shipped_text(), seen="")
    assert "Nothing differs" in same.text
    other = browser.post("/rules/preview", text=OTHER, seen="")
    assert "3 working day(s) before the due date" in other.text
    assert "Would no longer come: " in other.text
    assert not (desk.office.folder / "rules.toml").exists()
    assert desk.office.rows("event", action="rules.edit") == []


def test_rules_that_find_no_room_are_refused_and_nothing_says_that_they_were_saved(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_file: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rules_editing, "write_whole", full)
    answer = desk.person("director").post("/rules", text=OTHER, seen="")
    assert "E-507" in answer.text
    assert answer.status_code == 503
    assert not (desk.office.folder / "rules.toml").exists()
    assert desk.office.rows("event", action="rules.edit", result="done") == []


def test_rules_are_saved_with_their_earlier_version_and_the_service_takes_them(desk: DeskOf) -> None:
    browser, within = desk.person("director"), _Within(desk)
    watched = watched_rules(within)  # type: ignore[arg-type]
    assert watched() is None
    assert browser.post("/rules", text=OTHER, seen="").headers["location"] == "/rules"
    kept = desk.office.folder / "rules.toml"
    assert kept.stat().st_mode & 0o077 == 0
    rules = watched()
    assert rules is not None
    assert [rule.name for rule in rules] == ["early"]
    assert "the office's own rules" in browser.get("/rules").text.replace("&#39;", "'")
    seen = SEEN.search(browser.get("/rules/edit").text)
    assert seen
    assert browser.post("/rules", text=OTHER.replace("-3", "-4"), seen=seen[1]).status_code == 303
    (version,) = (desk.office.folder / "rules-history").glob("*.toml")
    assert "offset = -3" in browser.get(f"/rules/edit?version={version.name}").text
    assert [row["actor"] for row in desk.office.rows("event", action="rules.edit")] == ["director"] * 2
    found = office_rules(within)  # type: ignore[arg-type]
    assert found is not None
    assert found[0].offset == -4


def test_a_wrong_line_is_named_and_what_was_typed_stays(desk: DeskOf) -> None:
    browser = desk.person("director")
    for path in ("/rules", "/rules/preview"):
        answer = browser.post(path, text=OTHER.replace("clerk", "nobody"), seen="")
        assert answer.status_code == 422
        assert "E-R01" in answer.text
        assert "➤    6  recipients" in answer.text
        assert "[&#34;nobody&#34;]" in answer.text
    assert not (desk.office.folder / "rules.toml").exists()


def test_of_two_who_edit_at_once_the_second_is_told(desk: DeskOf) -> None:
    browser = desk.person("director")
    browser.post("/rules", text=OTHER, seen="")
    answer = browser.post("/rules", text=OTHER.replace("-3", "-9"), seen="")
    assert answer.status_code == 409
    assert "E-H75" in answer.text
    assert "-3" in (desk.office.folder / "rules.toml").read_text("utf-8")


@pytest.mark.parametrize("name", ["../duban.toml", "x", "20220610T100000-12345678.toml"])
def test_no_other_file_is_opened_as_a_version(desk: DeskOf, name: str) -> None:
    assert desk.person("director").get(f"/rules/edit?version={name}").status_code == 404


@pytest.mark.parametrize(
    ("named", "found"), [("", ["rules.toml"]), ("own/rules.toml", ["own/rules.toml"]), ("../r.toml", [])]
)
def test_a_backup_takes_the_rules_along_where_the_settings_say_that_they_are(
    tmp_path: Path, named: str, found: list[str]
) -> None:
    home = tmp_path / "home"
    for name in ("rules.toml", "own/rules.toml", "../r.toml"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(OTHER, "utf-8")
    desk = cast("Desk", SimpleNamespace(settings=Settings(home=home, rules=named)))
    assert [name for name, _file in files(desk)] == found
