"""A notice reviewed at the terminal and by a script: every key, what is saved, what is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from kit.keyboard import Keyboard

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
    from documents.table_reading import read_table

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
