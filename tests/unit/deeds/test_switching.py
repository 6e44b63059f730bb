"""A setting is set where its line stands, whatever else the file says; the file of before stays beside it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from commands.service import SETTINGS_FILE
from deeds.switching import KEPT, switch
from models.errors import EnvironmentRefused

if TYPE_CHECKING:
    from pathlib import Path

URL = "postgresql+psycopg://duban@h1/d?host=a:1&host=b:2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f'database = "{URL}"\n'),
        ('office = 2\n# database = ""   # 留空\n[web]\nport = 1\n', f'office = 2\ndatabase = "{URL}"\n[web]\nport = 1\n'),
        ("[web]\nport = 1\n", f'database = "{URL}"\n[web]\nport = 1\n'),
        ('database = "old"\n# database = ""\n', f'database = "{URL}"\n# database = ""\n'),
    ],
)  # fmt: skip
def test_the_line_is_set_where_it_stands(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "duban.toml").write_text(before, encoding="utf-8")
    assert switch(tmp_path, {"database": URL}) == tmp_path / KEPT
    assert (tmp_path / "duban.toml").read_text("utf-8") == after
    assert (tmp_path / KEPT).read_text("utf-8") == before


def test_a_new_office_s_own_file_takes_it(tmp_path: Path) -> None:
    text = SETTINGS_FILE.format(office=3, rehearsal="# ")
    (tmp_path / "duban.toml").write_text(text, encoding="utf-8")
    values = {"database": URL, "database_password_file": "/etc/duban/db.secret"}
    switch(tmp_path, values)
    said = tomllib.loads((tmp_path / "duban.toml").read_text("utf-8"))
    assert said == {**tomllib.loads(text), **values}


def test_what_cannot_be_set_safely_is_left_as_it_is(tmp_path: Path) -> None:
    text = '[channels.x]\ndatabase = "theirs"\n'
    (tmp_path / "duban.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EnvironmentRefused, match="E-C14"):
        switch(tmp_path, {"database": URL})
    assert (tmp_path / "duban.toml").read_text("utf-8") == text
