"""A notice reviewed at the terminal and by a script: every key, what is saved, what is refused."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from click import unstyle
from openpyxl import load_workbook

from commands import reviewscreen
from kit.door import must_refuse, speak
from kit.keyboard import Keyboard
from models.drafts import WarningNote

if TYPE_CHECKING:
    from pathlib import Path

    from kit.door import Door
    from models.drafts import NoticeDraft

NOTICE = """关于印发《甲市2022年工作要点》的通知
各成员单位:
请各责任单位于每月25日前报送工作进度(签字盖章)至市甲办,由市甲办汇总报市政府。
甲市工作领导小组办公室
2022年5月7日
一、抓好工作
1.做好甲事。2022111日前完成甲(市发改委、市水利局)抓好乙(市生环境局
2.做好丙事。6月31日前完成丙(市发改委、市教育局)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "通知.txt"
    path.write_text(NOTICE, "utf-8")
    return path


def read(path: Path) -> NoticeDraft:
    from documents.decomposition.reading import read_table

    return read_table(path)


def sits(door: Door | None, *words: object, lang: str = "zh", login: str = "reviewer") -> Keyboard:
    around = door.around(login, "2022-06-10T09:00") if door else {"DUBAN_HOME": "/nowhere"}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return Keyboard(["notice", "review", *words], {**kept, **around, "DUBAN_LANG": lang})


def decided(path: Path) -> dict[str, tuple[str, str, str]]:
    draft = read(path)
    notes = {one.note.code: one for one in _listed(draft)}
    return {
        code: (one.decision.verdict, one.decision.note, one.decision.by) for code, one in notes.items() if one.decision
    }


def _listed(draft: NoticeDraft) -> Any:
    from models import doubts

    return doubts.listed(draft)


def test_every_key_does_what_it_says_and_the_table_says_it_too(door: Door, file: Path) -> None:
    table = file.with_name("通知-分解表.xlsx")
    screen = sits(door, file)
    first = screen.sees("q 停")
    assert "[1/5]" in first
    assert "第 1.1 条" in first
    assert "【2022111日前】" in first
    assert "  1) 2022-01-11\n  2) 2022-11-01\n" in first
    screen.types("9")
    assert "E-N26" in screen.sees("q 停")
    screen.types("2")  # the second reading
    assert "E-D01" in screen.sees("q 停")
    screen.types("e")
    screen.sees("正确的内容")
    screen.types("六月底")
    assert "E-N27" in screen.sees("q 停")
    screen.types("e")
    screen.types("")
    assert "没有填日期；请写成 2022-06-30\n" in screen.sees("q 停")
    screen.types("?")
    assert "这里没有“?”这个键。" in screen.sees("q 停")
    screen.types("e")
    screen.types("2022-07-31")
    assert "“市生环境局”不在单位库，最接近：市生态环境局" in screen.sees("q 停")
    screen.types("b")  # to the date again
    assert "E-D01" in screen.sees("q 停")
    screen.types("1")
    screen.sees("市生环境局”不在")
    screen.sees("q 停")
    screen.types("1")
    assert "市教育局”不在单位库，是新单位吗" in screen.sees("q 停")
    screen.types("a")
    assert "括号未闭合" in screen.sees("q 停")
    screen.types("n")
    screen.sees("为什么不是问题")
    screen.types("与原件一致")
    screen.sees("下一步：duban notice adopt 通知-分解表.xlsx")
    assert screen.ends() == 0
    assert decided(table) == {
        "W-D03": ("corrected", "待定 → 2022-11-01", "reviewer"),
        "E-D01": ("corrected", "待定 → 2022-06-30", "reviewer"),
        "E-N02": ("corrected", "市生环境局 → 市生态环境局", "reviewer"),
        "W-N30": ("accepted", "", "reviewer"),
        "W-N01": ("dismissed", "与原件一致", "reviewer"),
    }
    clauses = {clause.id: clause for clause in read(table).clauses}
    assert clauses["1.2"].units == ("市生态环境局",)
    assert str(clauses["1.1"].milestones[0].due_on) == "2022-11-01"
    assert str(clauses["2.1"].milestones[0].due_on) == "2022-06-30"
    made = door.data("director", "notice", "adopt", table)
    assert (made["new_units"], made["unchecked"]) == (["市教育局"], 0)
    shown = door.data("director", "notice", "show", made["notice_id"])["draft"]["decisions"]
    assert {(one["verdict"], one["by"]) for one in shown} >= {("corrected", "reviewer"), ("dismissed", "reviewer")}
    assert "与原件一致" in door.run("director", "notice", "show", made["notice_id"]).out


def test_what_is_done_is_kept_when_it_breaks_off_and_the_next_run_goes_on(file: Path) -> None:
    table = file.with_name("通知-分解表.xlsx")
    screen = sits(None, file, lang="en")
    first = screen.sees("q stop")
    assert "were not held against a register" in first
    assert "[1/3] · clause 1.1 · line 7 · must be decided · W-D03" in first
    screen.types("s")
    screen.sees("q stop")
    screen.types("a")
    screen.sees("q stop")
    screen.sees("\n> ")
    screen.interrupts()
    screen.sees("What was decided so far is in 通知-分解表.xlsx.")
    assert screen.ends() == 130
    assert decided(table) == {"E-D01": ("accepted", "", "")}
    screen = sits(None, file, lang="en")
    assert "[1/2] · clause 1.1" in screen.sees("q stop")
    screen.types("q")
    screen.sees("2 open, 1 of them must be decided. Decided: right as read 1.")
    assert screen.ends() == 0
    screen = sits(None, table, lang="en")
    screen.sees("q stop")
    screen.types("b")  # nothing to undo: the same place again
    screen.sees("q stop")
    screen.types("what?")
    screen.sees("q stop")
    screen.presses(b"\x04")
    screen.ends()
    assert decided(table) == {"E-D01": ("accepted", "", "")}


def test_all_of_a_kind_are_accepted_with_one_key_and_undone_with_one(file: Path) -> None:
    text = NOTICE.replace("2022111日前", "5年内").replace("6月31日前", "3年内").replace("于每月25日前报送", "报送")
    file.write_text(text, "utf-8")
    screen = sits(None, file, lang="en")
    screen.sees("W-H04")
    screen.sees("q stop")
    screen.types("e")
    screen.types("26")
    assert "A all 2 of this kind are right as read" in screen.sees("q stop")
    screen.types("A")
    assert "W-N01" in screen.sees("q stop")
    screen.types("b")
    assert "[2/4]" in screen.sees("q stop")
    screen.types("A")
    screen.sees("q stop")
    screen.types("q")
    screen.sees("1 open, 0 of them must be decided")
    assert screen.ends() == 0
    assert read(file.with_name("通知-分解表.xlsx")).reporting.day == 26


def test_scripts_decide_by_key_or_code_all_or_nothing(door: Door, file: Path) -> None:
    table = file.with_name("通知-分解表.xlsx")
    review = ("reviewer", "notice", "review", file)
    unseen = door.run(*review)
    assert (unseen.code, "E-N22" in unseen.err, "--accept KEY" in unseen.err) == (2, True, True)
    listed = door.data(*review)
    assert not table.exists()
    keys = {one["code"]: one["key"] for one in listed["doubts"]}
    assert listed["counts"] == {"open": 5, "weighing": 4}
    assert listed["register"] == "held"
    wrong = {
        "E-N24": ("--accept", "ffffffff"), "E-N25": ("--dismiss", f"{keys['W-N01']}=。"), "E-N26": ("--take", f"{keys['W-D03']}=3"),
        "E-N27": ("--set", f"{keys['W-D03']}=六月"),
    }  # fmt: skip
    for code, words in wrong.items():
        refused = door.run(*review, "--accept", "W-N30", *words)
        assert (refused.code, refused.err.split()[1], table.exists()) == (1, code, False)
    done = door.data(
        *review, "--take", f"{keys['W-D03']}=2", "--set", f"{keys['E-N02']}=市水利局", "--accept", "W-N30",
        "--dismiss", f"{keys['W-N01']}=原件无括号",
    )  # fmt: skip
    assert (done["counts"]["open"], done["counts"]["weighing"]) == (1, 1)
    found = door.refuses(1, "E-N16", "director", "notice", "adopt", table)
    assert "6月31日前" in found["what"]
    assert "--accept-open" in found["remedy"]
    made = door.data("director", "notice", "adopt", table, "--accept-open", "与原件核对过了")
    assert made["new_units"] == ["市教育局"]
    event = door.world.events()[-1]
    assert ["2.1", "E-D01", "6月31日前", "accepted", "与原件核对过了", "director"] in event["detail"]["decided"]
    assert ["1.2", "W-N01", "(市生环境局", "dismissed", "原件无括号", "reviewer"] in event["detail"]["decided"]
    assert "原件无括号" in door.run("reviewer", "notice", "review", table, "--list").out


def test_ticks_of_the_spreadsheet_are_signed_by_whoever_adopts_and_later_ones_are_added(door: Door, file: Path) -> None:
    table = file.with_name("表.xlsx")
    file.write_text(NOTICE.replace("2022111日前", "").replace("6月31日前", "").replace("市生环", "市生态环"), "utf-8")
    door.data("reviewer", "notice", "read", file, "--xlsx", table)
    made = door.data("director", "notice", "adopt", table, "--accept-open", "市教育局是新单位")
    assert made["unchecked"] == 1
    tick(table, "W-N01", "不是问题", "原件无括号")
    again = door.data("director", "notice", "adopt", table)
    assert (again["existed"], again["responsibilities"]) == (True, 0)
    said = door.data("director", "notice", "show", made["notice_id"])["draft"]["decisions"]
    assert [(one["verdict"], one["note"], one["by"]) for one in said] == [
        ("accepted", "市教育局是新单位", "director"), ("dismissed", "原件无括号", "director"),
    ]  # fmt: skip
    assert [event["action"] for event in door.world.events()][-1] == "notice.check"
    count = len(door.world.events())
    door.data("director", "notice", "adopt", table)
    assert len(door.world.events()) == count


def tick(table: Path, code: str, word: str, note: str) -> None:
    book = load_workbook(table)
    sheet = book["存疑清单"]
    columns = {str(cell.value): int(cell.column or 0) for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, columns["代码"]).value == code)
    sheet.cell(row, columns["处理"]).value, sheet.cell(row, columns["说明"]).value = word, note
    book.save(table)


def test_table_of_another_notice_or_a_book_that_is_no_table_is_not_written_over(file: Path) -> None:
    table = file.with_name("通知-分解表.xlsx")
    around = {"DUBAN_HOME": "/nowhere", "DUBAN_LANG": "en"}
    assert speak("notice", "review", file, "--accept", "W-N01", **around).code == 0
    file.write_text(NOTICE.replace("乙", "丁"), "utf-8")
    before = table.read_bytes()
    found = must_refuse(1, "E-N23", "notice", "review", file, "--list", DUBAN_HOME="/nowhere")
    assert "通知-分解表.xlsx" in found["remedy"]
    must_refuse(
        1, "E-F31", "notice", "review", file, "--list", "--xlsx", file.with_suffix(".docx"), DUBAN_HOME="/nowhere"
    )
    assert table.read_bytes() == before


@pytest.mark.parametrize(
    ("quote", "column", "context", "shown"),
    [
        ("5年内", 9, "5年内做甲事，。5年内做乙事", "5年内做甲事，。【5年内】做乙事"), ("", 0, "全行", "全行"), ("没有", 1, "", "没有"),
        ("换行了", 3, "别的字", "别的字"), ("甲\x1b[31m", 1, "甲\x1b[31m乙", "【甲[31m】乙"),
    ],
)  # fmt: skip
def test_quote_is_marked_where_it_stands(quote: str, column: int, context: str, shown: str) -> None:
    note = WarningNote("W-T01", 1, quote, "", (), column, "", context)
    assert unstyle(reviewscreen.marked(note)) == shown


def test_clause_that_names_nobody_is_given_a_unit_or_taken_out_of_the_table(file: Path) -> None:
    table = file.with_name("通知-分解表.xlsx")
    file.write_text(NOTICE + "3.做好丁事。到年底全面提升。\n4.做好戊事。稳步推进。\n", "utf-8")
    around = {"DUBAN_HOME": "/nowhere", "DUBAN_LANG": "en"}
    listed = json.loads(speak("notice", "review", file, "--json", **around).out)
    keys = {one["clause"]: one["key"] for one in listed["doubts"] if one["code"] == "W-N02"}
    must_refuse(1, "E-N29", "notice", "review", file, "--accept", keys["3.1"], DUBAN_HOME="/nowhere")
    must_refuse(1, "E-N28", "notice", "review", file, "--remove", "W-D03", DUBAN_HOME="/nowhere")
    assert speak("notice", "review", file, "--set", f"{keys['4.1']}=市财政局", **around).code == 0
    height = load_workbook(table)["任务分解表"].row_dimensions[8].height
    screen = sits(None, table, lang="en")
    for _skipped in range(2):
        screen.sees("q stop")
        screen.types("s")
    assert "x no task: take the clause out of the table" in screen.sees("q stop")
    screen.types("x")
    screen.sees("q stop")
    screen.types("q")
    assert screen.ends() == 0
    draft = read(table)
    assert ([clause.id for clause in draft.clauses], draft.clauses[-1].lead) == (
        ["1.1", "1.2", "2.1", "4.1"],
        "市财政局",
    )
    assert [one.decision.note for one in _listed(draft) if one.key == keys["3.1"]] == ["该行已删"]
    sheet = load_workbook(table)["任务分解表"]
    assert (sheet.max_row, sheet.row_dimensions[7].height) == (7, height)
