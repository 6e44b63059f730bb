"""The door speaks the reader's language from its first word, and a wrong call is said in one sentence."""

from __future__ import annotations

import json
import subprocess

import pytest

from kit.terminal import DUBAN


def duban(*words: str) -> subprocess.CompletedProcess[str]:
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
