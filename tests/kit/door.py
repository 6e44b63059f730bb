"""The door within the test's own process: what a person types, and the three ways in which a refusal is said."""

from __future__ import annotations

import io
import json
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import cli
from kit.office import BEGIN, small_office
from kit.world import World, copy_of
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from pathlib import Path

MORNING = "2022-06-10T09:00"
HAN = re.compile(r"[\u4e00-\u9fff]")
#: what belongs to the program's inside and helps nobody at the desk
INNER = re.compile(
    r"Traceback|\.py\b|site-packages|sqlite|SELECT |INSERT |UPDATE |PRAGMA|\[SQL|sqlalche|OperationalError"
)


@dataclass(frozen=True)
class Said:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON answer of a command that went through."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> dict[str, Any]:
        """The JSON refusal."""
        found: dict[str, Any] = json.loads(self.err)["error"]
        return found


def speak(*words: object, typed: str = "", **environment: str) -> Said:
    """Run the program here with only these ``DUBAN_`` variables."""
    out, err, told = io.StringIO(), io.StringIO(), io.StringIO(typed)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    with (
        mock.patch.dict(os.environ, {**kept, **environment}, clear=True),
        mock.patch("sys.stdin", told),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            cli.main([str(word) for word in words])
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


def must_refuse(exit_code: int, code: str, *words: object, typed: str = "", **environment: str) -> dict[str, Any]:
    """The refusal in Chinese, in English and in JSON: one code, one exit code, nothing of the program's inside."""
    for language in ("zh", "en"):
        said = speak("--lang", language, *words, typed=typed, **environment)
        assert (said.code, said.err.split()[:2]) == (exit_code, ["✗", code]), said
        assert not INNER.search(said.out + said.err), said
    told = speak(*words, "--json", typed=typed, **environment)
    assert told.code == exit_code, told
    assert told.out == "", told
    assert not INNER.search(told.err), told
    assert told.refusal["code"] == code
    assert told.refusal["what"]
    assert {"where", "remedy"} <= set(told.refusal)
    return speak("--lang", "en", *words, "--json", typed=typed, **environment).refusal


@dataclass
class Door:
    """The small office with its people logged in; each one's token is their login."""

    world: World

    @classmethod
    def of(cls, folder: Path) -> Door:
        """A new office; a rehearsal's home, so that the clock can be told."""
        made = cls(World(**vars(small_office(folder))))
        for login, number in made.world.people.items():
            made.world.add(
                "login", person_id=number, token_hash=token_digest(login), created_at=BEGIN,
                expires_at=BEGIN + timedelta(days=365),
            )  # fmt: skip
        return made._a_rehearsal()

    def copy(self, folder: Path) -> Door:
        """A second life of the office, so that it is made once."""
        return Door(copy_of(self.world, folder))._a_rehearsal()

    def _a_rehearsal(self) -> Door:
        (self.world.folder / "duban.toml").write_text("rehearsal = true\n", encoding="utf-8")
        return self

    def around(self, login: str, now: str) -> dict[str, str]:
        """The variables of a person's shell."""
        return {"DUBAN_HOME": str(self.world.folder), "DUBAN_TOKEN": login, "DUBAN_NOW": now}

    def run(self, login: str, *words: object, now: str = MORNING, typed: str = "", lang: str = "en") -> Said:
        """What a person types and what comes back."""
        return speak(*words, typed=typed, DUBAN_LANG=lang, **self.around(login, now))

    def data(self, login: str, *words: object, now: str = MORNING) -> Any:
        """The JSON answer of a command that must go through."""
        return self.run(login, *words, "--json", now=now).data

    def refuses(
        self, exit_code: int, code: str, login: str, *words: object, now: str = MORNING, typed: str = ""
    ) -> dict[str, Any]:
        """A refusal said in every way, after which nothing but the trail has changed."""
        before = self.world.picture()
        found = must_refuse(exit_code, code, *words, typed=typed, **self.around(login, now))
        assert self.world.picture() == before
        return found
