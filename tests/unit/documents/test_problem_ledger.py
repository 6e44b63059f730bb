"""The problem ledger as a workbook: every problem on its row, figures by lead unit, and an import table to fill in."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from documents.ledger.columns import FIELDS, SOURCES
from documents.ledger.reading import problems_in
from documents.ledger.workbook import write_blank, write_ledger
from models.drafts import ProblemDraft
from models.errors import BadInput
from models.facts import LedgerFacts, ProblemLine
from models.states import ProblemSource

OPEN = ProblemLine(
    number=1, title="清水塘片区生活污水直排入河", source="警示片", source_ref="2021年警示片第12项", place="清水塘街道",
    description="雨污管网错接。\n雨天溢流。", clause_number="1.10", units=("市住建局", "市生态环境局", "某河段政府"),
    measures="改造错接管网。", state="整改中", found_on=date(2022, 3, 1), registered_on=date(2022, 3, 3),
    original_due_on=date(2022, 5, 31), due_on=date(2022, 6, 15), days_late=13, progress="已封堵排口 3 处。", returns=1,
)  # fmt: skip
STRUCK = ProblemLine(
    number=2, title="岸线堆放建筑垃圾", source="群众反映", source_ref="", place="", description="", clause_number="",
    units=("市水利局",), measures="", state="已销号", found_on=date(2022, 4, 1), registered_on=date(2022, 4, 1),
    original_due_on=date(2022, 6, 30), due_on=date(2022, 6, 30), verified_on=date(2022, 6, 1),
    struck_off_on=date(2022, 6, 2), look_back_on=date(2022, 6, 20), relapses=2,
)  # fmt: skip
FACTS = LedgerFacts("市长江办", date(2022, 6, 28), (OPEN, STRUCK, replace(STRUCK, number=3, relapses=0)), "9F3A-77C2")


def rows(data: bytes, sheet: str) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(data))[sheet].iter_rows(values_only=True))


def test_each_problem_has_a_row_that_says_everything() -> None:
    said = rows(write_ledger(FACTS), "问题台账")
    assert [row[0] for row in said[:2]] == ["市长江办问题台账", "截至2022年6月28日　共3个问题　留痕 9F3A-77C2"]
    assert said[2] == (
        "序号", "问题来源", "来源说明", "问题", "地点", "问题描述", "对应事项", "牵头单位", "配合单位", "整改措施", "发现日期",
        "登记日期", "原定整改时限", "现整改时限", "状态", "逾期天数", "最新进展", "退回次数", "核查日期", "销号日期", "回头看日期",
        "反弹次数",
    )  # fmt: skip
    assert said[3] == (
        1, "警示片", "2021年警示片第12项", "清水塘片区生活污水直排入河", "清水塘街道", "雨污管网错接。\n雨天溢流。", "1.10",
        "市住建局", "市生态环境局、某河段政府", "改造错接管网。", "2022-03-01", "2022-03-03", "2022-05-31", "2022-06-15",
        "整改中", 13, "已封堵排口 3 处。", 1, None, None, None, 0,
    )  # fmt: skip
    assert said[4] == (
        2, "群众反映", None, "岸线堆放建筑垃圾", None, None, None, "市水利局", None, None, "2022-04-01", "2022-04-01",
        "2022-06-30", "2022-06-30", "已销号", 0, None, 0, "2022-06-01", "2022-06-02", "2022-06-20", 2,
    )  # fmt: skip
    assert len(said) == 6


def test_lead_units_are_counted_in_the_order_of_the_ledger() -> None:
    assert rows(write_ledger(FACTS), "按单位统计") == [
        ("牵头单位", "总数", "逾期", "已销号", "反弹"),
        ("市住建局", 1, 1, 0, 0),
        ("市水利局", 2, 0, 2, 1),
        ("合计", 3, 1, 2, 1),
    ]


def test_ledger_without_a_problem_says_so() -> None:
    data = write_ledger(LedgerFacts("市长江办", date(2022, 6, 28), ()))
    assert rows(data, "问题台账")[1][0] == "截至2022年6月28日　共0个问题"
    assert rows(data, "按单位统计")[1:] == [("合计", 0, 0, 0, 0)]


def test_same_facts_give_the_same_bytes() -> None:
    assert write_ledger(FACTS) == write_ledger(FACTS)
    assert write_blank() == write_blank()


def test_text_of_a_person_never_becomes_a_formula() -> None:
    hostile = replace(OPEN, title='=HYPERLINK("http://x")', units=("@SUM(1)", "+1"), measures="-2", state="=1")
    book = load_workbook(io.BytesIO(write_ledger(replace(FACTS, lines=(hostile,)))))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    said = [cell.value for cell in book["问题台账"][4]]
    assert [said[at] for at in (3, 7, 8, 9, 14)] == ['\'=HYPERLINK("http://x")', "'@SUM(1)", "'+1", "'-2", "'=1"]


def test_what_the_ledger_says_of_a_problem_is_read_back_as_it_was_registered() -> None:
    other = replace(STRUCK, number=3, place="别处", source=ProblemSource.SELF_CHECK.label)
    read = problems_in(write_ledger(replace(FACTS, lines=(OPEN, STRUCK, other))), "台账.xlsx")
    assert read.refusals == ()
    struck = ProblemDraft(
        "public", "岸线堆放建筑垃圾", date(2022, 4, 1), date(2022, 6, 30), ("市水利局",), row=5
    )  # fmt: skip
    assert read.drafts == (
        ProblemDraft(
            source="film", title="清水塘片区生活污水直排入河", found_on=date(2022, 3, 1), due_on=date(2022, 5, 31),
            units=("市住建局", "市生态环境局", "某河段政府"), source_ref="2021年警示片第12项", place="清水塘街道",
            description="雨污管网错接。\n雨天溢流。", clause_number="1.10", measures="改造错接管网。", row=4,
        ),
        struck,
        replace(struck, source="self_check", place="别处", row=6),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@x", "'=1", "''=1", "'quoted", "''quoted", "第一行\n=第二行"])
def test_text_that_a_spreadsheet_would_mistake_comes_back_as_it_was(text: str) -> None:
    facts = replace(FACTS, lines=(replace(OPEN, description=text, measures=text),))
    (draft,) = problems_in(write_ledger(facts), "台账.xlsx").drafts
    assert (draft.description, draft.measures) == (text, text)


def test_sources_of_papers_are_the_sources_that_the_program_knows() -> None:
    assert set(SOURCES) == {source.value for source in ProblemSource}


def test_import_table_offers_the_sources_and_explains_each_column() -> None:
    book = load_workbook(io.BytesIO(write_blank()))
    assert book.sheetnames == ["问题导入表", "填写说明"]
    table, guide = book["问题导入表"], book["填写说明"]
    headings = [cell.value for cell in table[3]]
    assert headings == [
        "序号", "问题来源", "来源说明", "问题", "地点", "问题描述", "对应事项", "牵头单位", "配合单位", "整改措施", "发现日期",
        "整改时限", "照片",
    ]  # fmt: skip
    (choice,) = table.data_validations.dataValidation
    assert (choice.type, choice.formula1, str(choice.sqref)) == ("list", '"警示片,督查检查,自查,群众反映"', "B4:B1004")
    assert [row[0].value for row in guide.iter_rows(min_row=2)] == headings
    needed = [row[0].value for row in guide.iter_rows(min_row=2) if row[1].value == "必填"]
    assert needed == ["问题来源", "问题", "牵头单位", "发现日期", "整改时限"]
    assert table["A4"].value == "示例"
    assert table.column_dimensions["G"].number_format == "@"


def test_example_of_the_import_table_is_skipped_and_what_is_filled_in_below_is_read() -> None:
    with pytest.raises(BadInput) as caught:
        problems_in(write_blank(), "导入表.xlsx")
    assert (caught.value.code, caught.value.where) == ("E-P09", "导入表.xlsx")
    book = load_workbook(io.BytesIO(write_blank()))
    book["问题导入表"].append(["1", *(field.example for field in FIELDS[1:])])
    made = io.BytesIO()
    book.save(made)
    read = problems_in(made.getvalue(), "导入表.xlsx")
    assert read.refusals == ()
    assert read.drafts == (
        ProblemDraft(
            source="film", title="某片区生活污水直排", found_on=date(2022, 6, 1), due_on=date(2022, 9, 30),
            units=("市住房城乡建设局", "市生态环境局", "某区政府"), source_ref="2021年长江经济带生态环境警示片第12项",
            place="某区某街道某路口", description="雨污管网错接，污水经雨水口直排入河。", clause_number="2.1",
            measures="改造错接管网，封堵排口。", photos=("某路口排口.jpg",), row=5,
        ),
    )  # fmt: skip
