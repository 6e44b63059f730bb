"""Logging in at the terminal with a device: its code is asked for, or stands in the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.door import MORNING, Door, must_refuse, speak
from kit.office import at
from workflow import passwords, second_factor

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "Chang-Jiang-2022"
SECRET = second_factor.secret_of(b"12345678901234567890")
NOW = at(MORNING.replace("T", " "))
CODE = second_factor.code_of(SECRET, int(NOW.timestamp()) // second_factor.STEP_SECONDS)


@pytest.mark.parametrize("asked", [False, True], ids=["in the command", "asked for"])
def test_login_takes_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, asked: bool) -> None:
    door = Door.of(tmp_path / "office")
    fields = {"password_hash": passwords.hashed(GOOD), "password_set_at": NOW, "totp_secret": SECRET, "totp_step": 0}
    door.world.change("person", door.world.people["clerk1"], **fields)
    around = {**door.around("", MORNING), "XDG_STATE_HOME": str(tmp_path)}
    if asked:
        typed = iter([GOOD, CODE])
        monkeypatch.setattr("commands.session._password", lambda **_how: next(typed))
        monkeypatch.setattr("click.prompt", lambda *_words, **_how: next(typed))
        assert speak("login", "clerk1", **around).code == 0
        return
    monkeypatch.setattr("commands.session._password", lambda **_how: GOOD)
    must_refuse(1, "E-A23", "login", "clerk1", "--password-stdin", **around)
    assert speak("login", "clerk1", "--password-stdin", "--second", CODE, **around).code == 0
