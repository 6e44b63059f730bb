"""Settings: a typo is refused, in the file and in the environment; secrets lie in files nobody else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from kit.world import refused
from models.errors import EnvironmentRefused
from models.settings import load, refuse_lost_file

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str) -> Path:
    (folder / "duban.toml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("offcie = 2", "offcie"),
        ("[times]\nsend = '09:00'", "times.send"),
        ("[login]\nhours = 25", "login.hours"),
        ("[times]\nroll = 'sideways'", "times.roll"),
        ("audit_days = 183", "audit_days"),
        ("office = 0", "office"),
        ("office = ", "duban.toml"),
    ],
)
def test_wrong_file_is_refused_by_the_key(tmp_path: Path, text: str, key: str) -> None:
    with refused("E-C10", EnvironmentRefused) as caught:
        load(write(tmp_path, text), {})
    assert f"{key}" in caught.value.what
    assert caught.value.where.endswith("duban.toml")


@pytest.mark.parametrize("name", ["DUBAN_OFFCIE", "DUBAN_TIMES", "DUBAN_"])
def test_unknown_variable_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    with refused("E-C10", EnvironmentRefused) as caught:
        load(tmp_path, {name: "2"})
    assert name in caught.value.what


def test_variables_that_are_no_settings_and_other_programs_are_left_alone(tmp_path: Path) -> None:
    outside = {"DUBAN_HOME": "x", "DUBAN_TOKEN": "t", "DUBAN_NOW": "n", "DUBAN_LANG": "en", "PATH": "/bin"}
    assert load(tmp_path, {**outside, "DUBAN_TEST_POSTGRES": "p"}) == load(tmp_path, {})


def test_environment_counts_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, {}).office == 1
    write(tmp_path, "office = 2\n[login]\ntries = 4")
    assert (load(tmp_path, {}).office, load(tmp_path, {}).login.tries) == (2, 4)
    assert load(tmp_path, {"DUBAN_OFFICE": "3"}).office == 3


def test_home_comes_from_the_argument_then_from_the_environment(tmp_path: Path) -> None:
    assert load(None, {"DUBAN_HOME": str(tmp_path)}).home == tmp_path.resolve()
    assert load(tmp_path / "a", {"DUBAN_HOME": str(tmp_path)}).home == (tmp_path / "a").resolve()
    assert load(tmp_path, {}).database_url == f"sqlite+pysqlite:///{tmp_path.resolve()}/duban.db"


def test_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    write(tmp_path, f"database_password_file = '{secret}'")
    secret.chmod(0o644)
    with refused("E-C10", EnvironmentRefused):
        load(tmp_path, {})
    secret.chmod(0o600)
    found = load(tmp_path, {})
    assert found.database_password.get_secret_value() == "geheim"
    assert "geheim" not in repr(found)


def test_secret_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    write(tmp_path, f"database_password_file = '{tmp_path / 'nowhere'}'")
    with refused("E-C10", EnvironmentRefused) as caught:
        load(tmp_path, {})
    assert "database_password_file" in caught.value.what


def test_settings_do_not_change_after_loading(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load(tmp_path, {}).office = 5  # type: ignore[misc]


@pytest.mark.parametrize("value", ["24:00", "25:99", "9:00", "09:60", ""])
def test_times_of_no_day_are_refused(tmp_path: Path, value: str) -> None:
    write(tmp_path, f'[times]\nsend_at = "{value}"')
    with refused("E-C10", EnvironmentRefused) as caught:
        load(tmp_path, {})
    assert "times.send_at" in caught.value.what


def test_an_office_whose_settings_file_is_gone_is_refused(tmp_path: Path) -> None:
    with refused("E-C13", EnvironmentRefused) as caught:
        refuse_lost_file(load(tmp_path, {}))
    assert "duban.toml" in caught.value.what
    assert "备份" in caught.value.remedy
    (tmp_path / ".rehearsal").touch()
    with refused("E-C13", EnvironmentRefused) as caught:
        refuse_lost_file(load(tmp_path, {}))
    assert "演练" in caught.value.remedy
    refuse_lost_file(load(tmp_path, {"DUBAN_DATABASE": "postgresql+psycopg://u@localhost/x"}))
    write(tmp_path, "")
    refuse_lost_file(load(tmp_path, {}))


def test_password_from_a_file_beside_the_settings_reaches_the_server_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "db.secret").write_text("ge/heim\n", encoding="utf-8")
    (tmp_path / "db.secret").chmod(0o600)
    write(tmp_path, "database = 'postgresql+psycopg://u@localhost/x'\ndatabase_password_file = 'db.secret'")
    found = load(tmp_path, {})
    assert found.database_url == "postgresql+psycopg://u:ge%2Fheim@localhost/x"
    assert "heim" not in repr(found)
