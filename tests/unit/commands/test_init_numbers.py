"""Several offices in one database: each has a folder of its own and the next free number, or the one it is given."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from kit.door import must_refuse, speak

if TYPE_CHECKING:
    from pathlib import Path

NAMED = ("--name", "市推动长江经济带发展领导小组办公室", "--short-name", "市长江办", "--recipient", "市人民政府")


def test_an_office_takes_the_next_free_number_or_the_one_given(tmp_path: Path) -> None:
    shared = f"sqlite:///{tmp_path / 'shared.db'}"

    def init(name: str, *words: str) -> int:
        said = speak("init", tmp_path / name, *NAMED, *words, "--json", DUBAN_DATABASE=shared)
        file = tomllib.loads((tmp_path / name / "duban.toml").read_text("utf-8"))
        assert said.data["office"] == file["office"]
        code = said.data["codes"]["sysadmin"]
        home = {"DUBAN_HOME": str(tmp_path / name), "HOME": str(tmp_path / name), "DUBAN_DATABASE": shared}
        assert (
            speak("login", "sysadmin", "--code", code, "--password-stdin", typed="Yunting-2022-lake\n", **home).code
            == 0
        )
        assert speak("whoami", **home).code == 0
        return int(said.data["office"])

    assert init("first") == 1
    assert init("second") == 2
    assert init("seventh", "--office", "7") == 7
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "duban.toml").write_text("[web]\nport = 1\n", encoding="utf-8")
    assert init("told") == 8
    refused = must_refuse(1, "E-B08", "init", tmp_path / "again", *NAMED, "--office", "2", DUBAN_DATABASE=shared)
    assert "--office" in refused["remedy"]
    must_refuse(2, "E-B48", "init", tmp_path / "told", *NAMED, "--office", "2", DUBAN_DATABASE=shared)


def test_an_office_of_its_own_is_the_first(tmp_path: Path) -> None:
    assert speak("init", tmp_path / "own", *NAMED, "--json").data["office"] == 1


def test_the_rights_of_the_program_s_role_are_printed_and_nothing_is_opened(tmp_path: Path) -> None:
    must_refuse(2, "E-B50", "upgrade", "--roles", DUBAN_HOME=str(tmp_path))
    said = speak("upgrade", "--roles", DUBAN_HOME=str(tmp_path), DUBAN_PROGRAM_ROLE="duban_app")
    assert 'GRANT INSERT ON "event" TO "duban_app";' in said.out
    assert list(tmp_path.iterdir()) == []
