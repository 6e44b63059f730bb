"""The main job as a newcomer sees it: one command, one screen, and the papers of a whole month in a folder."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from documents.fonts import chinese_font
from kit.terminal import DUBAN

REAL = Path(__file__).resolve().parents[3] / "shared" / "notices" / "zhuzhou-2022.txt"
#: a small process in between: a child counts its parent's memory as its own until it has become another program
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], check=False).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
MOST_SECONDS, MOST_MEGABYTES = 30, 250


def rehearse(folder: Path, *words: str, lang: str = "zh") -> tuple[int, str, str]:
    done = subprocess.run(
        [DUBAN, "--lang", lang, "rehearse", "--out", folder / "out", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def account(folder: Path, *words: str) -> dict[str, Any]:
    code, out, err = rehearse(folder, "--json", *words)
    assert code == 0, err
    return json.loads(out)


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "out").iterdir() if path.stat().st_size}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """One rehearsal with the default notice and seed, for those who only look at it."""
    folder = tmp_path_factory.mktemp("told")
    return folder, account(folder)


def test_one_screen_tells_the_month_and_names_the_files_within_its_time_and_memory(tmp_path):
    words = [DUBAN, "--lang", "zh", "rehearse", "--out", tmp_path / "out"]
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < MOST_SECONDS
    assert int(done.stderr.split()[-1]) / 1024 < MOST_MEGABYTES
    out = done.stdout
    for said in ("任务：", "催办单", "督办通知单", "指标完成情况", "核验通过", "decomposition.xlsx", "summary.docx"):
        assert said in out
    assert len(out.splitlines()) < 60
    papers = {"form.pdf", "summary.pdf"} if chinese_font() else set()
    made = {"decomposition.xlsx", "duban.db", "messages", "store", "summary.docx", "summary.xlsx"}
    assert files(tmp_path) - {".rehearsal", "duban.db-wal", "duban.db-shm"} == made | papers


def test_counts_of_the_screen_equal_what_lies_behind_them(told):
    folder, month = told
    assert sum(month["states"].values()) == month["tasks"]
    assert month["findings"] == []
    assert month["messages"]["sent"] == len(list((folder / "out" / "messages").iterdir()))
    chased = {chase["event"] for chase in month["chases"]}
    assert chased >= {"opened", "not_received", "due_soon", "due_today", "urging", "supervision", "returned", "closing"}
    assert min(month["returned"], month["late"], month["drafts"]) > 0
    assert month["extensions"] == 1
    rows = openpyxl.load_workbook(folder / "out" / "decomposition.xlsx").worksheets[0].max_row
    assert rows > month["clauses"]


def test_same_seed_gives_the_same_month_and_another_seed_another(told, tmp_path):
    again = account(told[0])  # and an earlier rehearsal gives way to the new one
    assert again == told[1]
    other = account(tmp_path / "b", "--seed", "8", "--month", "2023-01")  # its 25th is a holiday
    assert other["findings"] == []
    assert other["chases"] != told[1]["chases"]


@pytest.mark.skipif(not REAL.exists(), reason="the real notice is not beside the project")
def test_real_notice_runs_with_its_49_clauses(tmp_path):
    told = account(tmp_path, "--notice", str(REAL))
    assert (told["clauses"], len(told["indicators"])) == (49, 11)
    assert told["findings"] == []
    assert set(told["states"]) == {"aggregated", "assigned"}


def test_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", "utf-8")
    code, _out, err = rehearse(tmp_path, lang="en")
    assert code == 5
    assert "holds other files; nothing was touched" in err
    assert files(tmp_path) == {"letter.txt"}


@pytest.mark.parametrize("words", [["--month", "2022-13"], ["--month", "June"]])
def test_month_that_cannot_be_is_refused_in_one_sentence_and_leaves_no_folder_behind(tmp_path, words):
    code, _out, err = rehearse(tmp_path, *words, lang="en")
    assert (code, "Traceback" in err) == (1, False)
    assert err.count("✗") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b"nothing of the kind\n", "No numbered work item"), (b"\xff\xfe\xfa\x00\xd8", "breaks off")],
)
def test_file_that_is_no_notice_is_refused_in_one_sentence(tmp_path, data, said):
    (tmp_path / "x.txt").write_bytes(data)
    code, _out, err = rehearse(tmp_path, "--notice", str(tmp_path / "x.txt"), lang="en")
    assert (code, "Traceback" in err) == (1, False)
    assert said in err
    assert not (tmp_path / "out").exists()
