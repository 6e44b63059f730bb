"""What is no place to move to is said before anything is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.door import must_refuse

if TYPE_CHECKING:
    from pathlib import Path

SERVER = "postgresql+psycopg://duban@127.0.0.1:1/duban"


@pytest.mark.parametrize(
    "words",
    [
        ("--to", "duban.db"), ("--to", "sqlite:///x.db"), ("--to", "postgresql://host"), ("--to", "not a url"),
        ("--to", SERVER, "--switch", "--clear"),
    ],
)  # fmt: skip
def test_it_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    must_refuse(2, "E-U01", "move", *words, DUBAN_HOME=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_password_on_the_command_line_is_not_taken_nor_said(tmp_path: Path) -> None:
    named = SERVER.replace("duban@", "duban:secret@")
    assert "secret" not in str(must_refuse(2, "E-B47", "move", "--to", named, DUBAN_HOME=str(tmp_path)))


def test_a_password_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    secret = tmp_path / "db.secret"
    secret.write_text("x", encoding="utf-8")
    secret.chmod(0o644)
    must_refuse(5, "E-C10", "move", "--to", SERVER, "--password-file", secret, DUBAN_HOME=str(tmp_path))
