"""Hostile words in every option of every command: done, or refused with a code and nothing half done; no traceback, nothing raw.

The commands and their options are found by walking the program's own door, so that a new one is tried at once. What the shell can
hand over is tried: bytes that are no UTF-8 come as surrogates, a zero byte never comes.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import click
import pytest
from fuzz.test_texts import HOSTILE, MARK

from kit.door import INNER, Door, Said
from kit.doors import EVERY, LEAVES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: they go on by themselves, or make a whole office
LONG: Final = {("serve",), ("rehearse",), ("simulate",), ("init",), ("restore",), ("upgrade",), ("login",)}
LOGINS: Final = ("director", "director", "director", "system", "clerk1", "reviewer")
TEXTS: Final = (
    *(text for text in HOSTILE if "\0" not in text and "\ud800" not in text),
    f"{MARK}\udcff\udc80甲",
    "@",
    f"@{MARK}",
    "-",
    "--",
    "",
)
#: what goes straight to somebody's terminal and would move its cursor or change its colours
RAW: Final = ("\x1b[31m", "\x9b", "\x07", "54397", "<class '")


def plain(parameter: click.Parameter, folder: Path) -> str:
    """Something that fits the option."""
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return str(next(iter(kind.choices)))
    if isinstance(kind, click.Path):
        return str(folder / "x.txt")
    if kind.name in {"integer", "integer range"} or "NUMBER" in str(kind.name).upper():
        return "1"
    return "2022-06-29" if "day" in type(kind).__name__.lower() else "已完成清理三公里。"


def words_of(path: tuple[str, ...], tried: click.Parameter, text: str, folder: Path) -> list[str]:
    """The command with one hostile option; the others that it needs fit."""
    words, behind = list(path), []
    for parameter in EVERY[path].params:
        if parameter is not tried and not parameter.required:
            continue
        value = text if parameter is tried else plain(parameter, folder)
        if isinstance(parameter, click.Argument):
            behind.append(value)
        elif not getattr(parameter, "is_flag", False):
            words.append(f"{max(parameter.opts, key=len)}={value}")
    return [*words, "--", *behind] if behind else words


def faults(said: Said) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    heard = said.out + said.err
    found = [f"exit {said.code}"] if said.code not in {0, 1, 2, 3, 4, 5} else []
    found += ["a fault of the program"] if "E-X00" in heard else []
    found += [f"shown raw: {raw!r}" for raw in RAW if raw in heard]
    found += [f"the inside: {inner[0]}"] if (inner := INNER.search(heard.replace(".py\u2026", ""))) else []
    found += ["refused without a code"] if said.code in {1, 3, 4, 5} and "✗" not in said.err and not said.out else []
    return found


def try_all(door: Door, folder: Path, each: int, record: Callable[[str, object], None]) -> None:
    """So many texts into options of each command; which ones, the command's name says."""
    wrong: list[Any] = []
    count, before = 0, door.world.picture()
    for path in LEAVES:
        options = [one for one in EVERY[path].params if not getattr(one, "is_flag", False) and one.name != "help"]
        begin = zlib.crc32(" ".join(path).encode())
        for turn in range(min(each, len(options) * len(TEXTS)) if path not in LONG and options else 0):
            tried, text = options[(begin + turn) % len(options)], TEXTS[(begin + turn * 7) % len(TEXTS)]
            login = LOGINS[(begin + turn) % len(LOGINS)]
            said = door.run(login, *words_of(path, tried, text, folder), typed="n\n")
            count += 1
            wrong += [(login, *path, tried.name, text[:30], fault, said.err[-300:]) for fault in faults(said)]
            after = door.world.picture()
            if said.code != 0 and after != before:
                changed = [name for name in after if after[name] != before[name] and name != "login"]
                wrong += [(login, *path, tried.name, text[:30], f"refused, but changed {changed}")] if changed else []
            before = after
    assert wrong == [], f"{len(wrong)}: {wrong[:12]}"
    record("figure", f"texts={count}")


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """An office of its own, in a folder of its own: a hostile name of a file makes that file there."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "x.txt").write_text("甲\n", encoding="utf-8")
    return Door.of(tmp_path / "home")


def test_a_hostile_text_in_an_option_of_every_command(door: Door, tmp_path: Path, record_property) -> None:
    try_all(door, tmp_path / "here", 1, record_property)


@pytest.mark.long
def test_hostile_texts_in_every_option_of_every_command(door: Door, tmp_path: Path, record_property) -> None:
    try_all(door, tmp_path / "here", 60, record_property)
