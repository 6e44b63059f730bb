"""The door speaks the reader's language from its first word, and a wrong call is said in one sentence."""

from __future__ import annotations

import json
import subprocess

import pytest

import cli
from kit.terminal import DUBAN


def duban(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DUBAN, *words], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("words", [["-h"], ["task", "-h"], ["task", "report", "-h"], ["--bad"], ["tsk"]])
def test_chinese_door_says_no_english_word_of_its_own(words):
    answered = duban("--lang", "zh", *words)
    said = answered.stdout + answered.stderr
    english = ("Usage", "Options", "Commands", "Show ", "Error", "No such", "Try ", "from the issued notice")
    assert [word for word in english if word in said] == []
    assert "用法" in said


def test_english_door_says_what_the_program_is_for():
    said = duban("--lang", "en", "-h").stdout
    assert said.startswith("Usage: duban [OPTIONS] COMMAND [ARGS]...")
    assert "from the issued notice through the month's reports" in said
    assert "Options:" in said


def test_wrong_call_with_json_is_answered_in_json():
    answered = duban("--lang", "en", "--json", "task", "no-such-thing")
    assert answered.returncode == 2
    assert json.loads(answered.stderr)["error"]["what"] == "No such command 'no-such-thing'."


def test_office_speaks_its_own_language_unless_the_terminal_asks_for_another(tmp_path, monkeypatch):
    monkeypatch.delenv("DUBAN_LANG", raising=False)
    (tmp_path / "duban.toml").write_text('language = "en"\n', "utf-8")
    assert duban("--home", tmp_path, "-h").stdout.startswith("Usage:")
    assert duban("--home", tmp_path, "--lang", "zh", "-h").stdout.startswith("用法：")
    (tmp_path / "duban.toml").write_text("language = [", "utf-8")
    assert duban("--home", tmp_path, "-h").stdout.startswith("用法：")


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_reader_that_goes_away_is_no_failure(word):
    line = f"set -o pipefail; {DUBAN} {word} | true"
    assert subprocess.run(line, shell=True, executable="/bin/bash", check=False).returncode == 0


def test_fault_of_the_program_is_one_sentence_and_its_traceback_lies_in_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(cli.root, "main", lambda *_words, **_more: 1 // 0)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--lang", "en", "task", "list"])
    assert ended.value.code == 5
    said = capsys.readouterr().err
    assert said.startswith("✗ E-X00 The program has a fault; nothing half done was kept.")
    assert "Traceback" not in said
    assert "ZeroDivisionError" in (tmp_path / "duban" / "last-fault.txt").read_text("utf-8")
