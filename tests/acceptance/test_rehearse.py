"""The main job as a newcomer sees it: one command, one screen, and the papers of a whole month in a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from documents.fonts import chinese_font
from documents.ledger.columns import SOURCES
from documents.ledger.reading import read_problems
from kit import warm
from schedules.runner import single

#: the problems of the plot, and the lists of the month's part with what the summary calls them
TITLES = (
    "【演练】岸线堆放弃土未清运", "【演练】污水管网错接混接", "【演练】巡查记录缺少签字", "【演练】危废暂存间标识不全",
    "【演练】入河排污口未设标志牌", "【演练】夜间倾倒建筑垃圾",
)  # fmt: skip
LISTS = {"new": "本月新增", "rectified": "完成整改", "struck_off": "销号", "relapsed": "反弹", "overdue": "逾期未整改"}
REAL = Path(__file__).resolve().parents[3] / "shared" / "notices" / "zhuzhou-2022.txt"
#: the program that tells one rehearsal both ways: on the screen, and in JSON as one line beside it
TOLD_TWICE = """
import json, sys
import cli, commands.rehearse
def answer(desk, data, say):
    print(json.dumps(data, default=str), file=sys.stderr)
    say()
commands.rehearse.answer = answer
cli.main(sys.argv[1:])
"""
#: a small process in between: a child counts its parent's memory as its own until it has become another program
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], check=False).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
#: seconds of the processor, because other tests run beside this one; alone, a rehearsal takes hardly longer by the clock
MOST_SECONDS, MOST_MEGABYTES = 30, 250


def rehearse(folder: Path, *words: str, lang: str = "zh") -> tuple[int, str, str]:
    done = warm.run(["--lang", lang, "rehearse", "--out", folder / "out", *words], os.environ)
    return done.returncode, done.stdout, done.stderr


def account(folder: Path, *words: str) -> dict[str, Any]:
    code, out, err = rehearse(folder, "--json", *words)
    assert code == 0, err
    return json.loads(out)


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "out").iterdir() if path.stat().st_size}


class Told(NamedTuple):
    """One rehearsal: its folder, its account in JSON, its screen, and what it took."""

    folder: Path
    month: dict[str, Any]
    screen: str
    seconds: float
    megabytes: float


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One rehearsal with the default notice and seed, for those who only look at it."""
    folder = tmp_path_factory.mktemp("told")
    words = [sys.executable, "-c", TOLD_TWICE, "--lang", "zh", "rehearse", "--out", folder / "out"]
    done = subprocess.run([sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *said, spent = done.stderr.splitlines()
    month = json.loads(next(line for line in said if line.startswith("{")))
    seconds, kilobytes = map(float, spent.split())
    return Told(folder, month, done.stdout, seconds, kilobytes / 1024)


@pytest.fixture
def told(rehearsed: Told) -> tuple[Path, dict[str, Any]]:
    """Where it lies and what it answers to a program."""
    return rehearsed.folder, rehearsed.month


def test_one_screen_tells_the_month_and_names_the_files_within_its_time_and_memory(rehearsed):
    assert rehearsed.seconds < MOST_SECONDS
    assert rehearsed.megabytes < MOST_MEGABYTES
    out = rehearsed.screen
    for said in ("任务：", "催办单", "督办通知单", "指标完成情况", "核验通过", "decomposition.xlsx", "summary.docx"):
        assert said in out
    # the ledger with its figures, and its chases one line a kind, in words
    ledger = out.split("\n问题台账\n")[1].split("\n留痕")[0].splitlines()
    assert ledger[0] == "  新增 6，完成整改 3，销号 2，反弹 1，逾期未整改 3；在册 5。"
    assert [line.split()[1] for line in ledger[1:7]] == list(TITLES)
    chases = {line.split()[1]: line.split()[2] for line in ledger[7:]}
    assert chases == {
        "问题交办": "12", "整改到期提醒": "7", "尚未提出整改措施": "1", "退回整改": "2", "整改今日到期": "4",
        "问题整改催办单": "8", "问题整改督办通知单": "6", "超时未销号": "1", "问题反弹": "2", "超时未核查": "3",
    }  # fmt: skip
    assert "problem_" not in out
    assert len(out.splitlines()) < 60
    kind = "pdf" if chinese_font() else "docx"
    papers = {f"{name}-2022-1.{kind}" for name in ("urging", "supervision", "circular")} | {f"decomposition.{kind}"}
    papers |= {"form.pdf", "summary.pdf"} if chinese_font() else set()
    made = {"decomposition.xlsx", "duban.db", "messages", "problems.xlsx", "store"}
    made |= {f"summary.{kind}" for kind in ("docx", "json", "xlsx")}
    assert files(rehearsed.folder) - {".rehearsal", "duban.db-wal", "duban.db-shm"} == made | papers


def test_counts_of_the_screen_equal_what_lies_behind_them(told):
    folder, month = told
    assert sum(month["states"].values()) == month["tasks"]
    assert month["findings"] == []
    assert month["messages"]["sent"] == len(list((folder / "out" / "messages").iterdir()))
    chased = {chase["event"] for chase in month["chases"]}
    assert "circular" in chased
    assert chased >= {"opened", "not_received", "due_soon", "due_today", "urging", "supervision", "returned", "closing"}
    assert min(month["returned"], month["late"], month["drafts"]) > 0
    assert month["extensions"] == 1
    rows = openpyxl.load_workbook(folder / "out" / "decomposition.xlsx").worksheets[0].max_row
    assert rows > month["clauses"]


def test_ledger_holds_the_six_problems_of_the_plot_and_its_figures_equal_its_lists(told):
    _folder, month = told
    part, ledger = month["problems"], {line["number"]: line for line in month["ledger"]}
    assert [(line["title"], line["state"]) for line in month["ledger"]] == [
        (TITLES[0], "整改中"), (TITLES[1], "已核查"), (TITLES[2], "已申请销号"), (TITLES[3], "已销号"),
        (TITLES[4], "已登记"), (TITLES[5], "整改中"),
    ]  # fmt: skip
    lists = {name: [line["number"] for line in part[name]] for name in LISTS}
    assert lists == {
        "new": [1, 2, 3, 4, 5, 6], "rectified": [1, 2, 4], "struck_off": [1, 4], "relapsed": [1], "overdue": [1, 5, 6],
    }  # fmt: skip
    assert part["standing"] == sum(line["state"] != "已销号" for line in month["ledger"]) == 5
    for name in LISTS:  # a problem is the same problem in every list
        for line in part[name]:
            assert {**line, "days_late": 0} == {**ledger[line["number"]], "days_late": 0}
    assert [line["days_late"] for line in part["overdue"]] == [1, 15, 2]
    assert [line["relapses"] for line in month["ledger"]] == [1, 0, 0, 0, 0, 0]
    units = {row["unit"]: row for row in part["units"]}
    assert set(units) == {line["units"][0] for line in month["ledger"]}
    assert {name: sum(row[name] for row in part["units"]) for name in (*LISTS, "standing")} == {
        **{name: len(numbers) for name, numbers in lists.items()}, "standing": 5,
    }  # fmt: skip
    assert {file for file in month["files"].values() if file.startswith("problem")} == {"problems.xlsx"}


def test_ledger_is_written_as_a_workbook_that_the_import_reads_back(told):
    folder, month = told
    file = folder / "out" / "problems.xlsx"
    read = read_problems(file.read_bytes(), file.name)
    assert read.refusals == ()
    keys = ("title", "place", "description", "measures", "source_ref", "clause_number")
    assert [
        {**{key: getattr(draft, key) for key in keys}, "units": list(draft.units), "found_on": str(draft.found_on),
         "original_due_on": str(draft.due_on), "source": SOURCES[draft.source]}
        for draft in read.drafts
    ] == [
        {key: line[key] for key in (*keys, "units", "found_on", "original_due_on", "source")}
        for line in month["ledger"]
    ]  # fmt: skip
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["问题台账", "按单位统计"]
    rows = [row for row in book["问题台账"].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [(row[0], row[3], row[14], row[15], row[21]) for row in rows] == [
        (line["number"], line["title"], line["state"], line["days_late"], line["relapses"]) for line in month["ledger"]
    ]
    assert list(book["按单位统计"].iter_rows(values_only=True))[-1] == ("合计", 6, 3, 1, 1)


def test_summary_tells_the_rectification_of_the_ledger_in_every_form(told):
    folder, month = told
    figures = "本月新增问题6个，完成整改并经现场核查3个，销号2个，反弹1个，逾期未整改3个，期末在册5个。"
    said = [one.text for one in Document(str(folder / "out" / "summary.docx")).paragraphs]
    place = next(number for number, text in enumerate(said) if text.endswith("问题台账整改情况"))
    assert said[place + 1] == figures
    overdue = [line["title"] for line in month["problems"]["overdue"]]
    assert [title for title in TITLES if f"“{title}”" in said[place + 2]] == overdue
    assert said[place + 3].startswith("销号后反弹的1个：")
    assert TITLES[0] in said[place + 3]
    if chinese_font():
        pages = "".join(
            "".join(page.extract_text() for page in PdfReader(folder / "out" / "summary.pdf").pages).split()
        )
        assert "问题台账整改情况" in pages
        assert figures in pages
    book = openpyxl.load_workbook(folder / "out" / "summary.xlsx")
    rows = list(book["问题台账"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[1]) for row in rows] == [
        (called, line["number"]) for name, called in LISTS.items() for line in month["problems"][name]
    ]


def test_whoever_has_a_problem_is_chased_for_it_and_the_office_where_it_waits_for_it(told):
    _folder, month = told
    chases = [chase for chase in month["chases"] if chase["event"].startswith("problem_")]
    assert all(chase["messages"] == len(chase["people"]) for chase in chases)
    leads = {line["units"][0] for line in month["ledger"]}
    told_of = {
        event: {name for chase in chases if chase["event"] == event for name in chase["people"]}
        for event in dict.fromkeys(chase["event"] for chase in chases)
    }
    assert told_of["problem_opened"] == {f"{unit}{who}" for unit in leads for who in ("经办人", "单位负责人")}
    silent = month["ledger"][4]["units"][0]
    assert told_of["problem_not_started"] == {f"{silent}经办人"}
    assert {chase["day"] for chase in chases if f"{silent}单位负责人" in chase["people"]} >= {
        "2022-06-16",
        "2022-06-20",
    }
    assert told_of["problem_relapsed"] == {f"{month['ledger'][0]['units'][0]}{who}" for who in ("经办人", "单位负责人")}
    assert told_of["problem_not_struck_off"] == {"办公室主任"}
    assert "审核员1" in told_of["problem_unverified"]


@pytest.mark.long
def test_same_seed_gives_the_same_month_and_another_seed_another(told, tmp_path):
    again = account(told[0])  # and an earlier rehearsal gives way to the new one
    assert again == told[1]
    other = account(tmp_path / "b", "--seed", "8", "--month", "2023-01")  # its 25th is a holiday
    assert other["findings"] == []
    assert other["chases"] != told[1]["chases"]


@pytest.mark.long
@pytest.mark.skipif(not REAL.exists(), reason="the real notice is not beside the project")
def test_real_notice_runs_with_its_49_clauses(tmp_path):
    told = account(tmp_path, "--notice", str(REAL))
    assert (told["clauses"], len(told["indicators"])) == (49, 11)
    assert told["findings"] == []
    assert set(told["states"]) == {"aggregated", "assigned"}


def test_rehearsal_that_a_service_runs_on_is_left_alone(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / ".rehearsal").touch()
    (out / "duban.db").touch()
    lock = single(out)
    code, _out, err = rehearse(tmp_path, lang="en")
    lock.release()
    assert (code, "E-B06" in err, (out / "duban.db").exists()) == (5, True, True)


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
