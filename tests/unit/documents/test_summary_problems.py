"""The ledger's part in the month's summary: figures said plainly, overdue and relapsed problems named, lists in full."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import typst
from openpyxl import load_workbook
from pypdf import PdfReader

from documents.fonts import chinese_font
from documents.paper import SECTION, Annex
from documents.summary.rendering import render_summary
from documents.summary.text import summary_paper
from kit.facts import summary_facts
from models.facts import ProblemLine, ProblemPart, ProblemUnitRow, SummaryFacts
from models.plain import from_plain, to_plain

NO_FONTS = typst.Fonts(include_system_fonts=False)
LATE = ProblemLine(
    number=4, title="清水塘片区生活污水直排入河。", source="警示片", source_ref="第12项", place="清水塘街道", description="雨污错接",
    clause_number="1.1", units=("市住建局", "石峰区政府"), measures="改造", state="整改中", found_on=date(2022, 3, 1),
    registered_on=date(2022, 3, 3), original_due_on=date(2021, 12, 31), due_on=date(2022, 5, 31), days_late=28,
    progress="已封堵",
)  # fmt: skip
LONG = replace(LATE, number=5, title="岸线" * 30, units=("市水利局",), due_on=date(2021, 12, 31), days_late=179)
AGAIN = replace(
    LATE, number=6, title="渗滤液外溢", units=("天元区政府",), due_on=date(2022, 8, 31), days_late=0, relapses=2
)
DONE = replace(
    AGAIN, number=7, title="垃圾清运", relapses=0, verified_on=date(2022, 6, 3), struck_off_on=date(2022, 6, 9)
)
PART = ProblemPart(
    standing=9, new=(LATE, AGAIN), rectified=(DONE,), overdue=(LATE, LONG), struck_off=(DONE,), relapsed=(AGAIN,),
    units=(ProblemUnitRow("市住建局", 4, 1, 0, 1, 0, 0), ProblemUnitRow("天元区政府", 5, 2, 3, 4, 6, 7)),
)  # fmt: skip
FACTS = replace(summary_facts(), problems=PART)


def section(facts: SummaryFacts, title: str = "六、问题台账整改情况") -> list[str]:
    """The paragraphs below a heading."""
    said: dict[str, list[str]] = {}
    heading = ""
    for block in summary_paper(facts).blocks:
        heading = block.text if block.kind == SECTION else heading
        if block.kind != SECTION:
            said.setdefault(heading, []).append(block.lead + block.text)
    return said[title]


def annex(facts: SummaryFacts, title: str) -> Annex:
    return next(one for one in summary_paper(facts).annexes if one.title == title)


def rows(facts: SummaryFacts, sheet: str) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(render_summary(facts, fonts=NO_FONTS)["xlsx"]))
    return list(book[sheet].iter_rows(values_only=True))


def test_section_stands_between_the_notice_and_the_closing_sections() -> None:
    paper = summary_paper(FACTS)
    assert [block.text for block in paper.blocks if block.kind == SECTION] == [
        "一、总体情况",
        "二、标本兼治推动共抓大保护",
        "三、强化制度保障压实各方责任",
        "四、量化指标完成情况",
        "五、报送情况",
        "六、问题台账整改情况",
        "七、下一步工作",
    ]
    assert [one.title for one in paper.annexes] == [
        "各责任单位报送情况表", "分解事项进展明细表", "进展情况图表", "量化指标完成情况表", "各牵头单位问题整改情况表",
    ]  # fmt: skip


def test_month_is_said_in_figures_and_overdue_and_relapsed_problems_by_name() -> None:
    assert section(FACTS) == [
        "本月新增问题2个，完成整改并经现场核查1个，销号1个，反弹1个，逾期未整改2个，期末在册9个。",
        "逾期未整改的2个：市住建局“清水塘片区生活污水直排入河”（整改时限2022年5月31日，逾期28天）；"
        f"市水利局“{'岸线' * 19}……”（整改时限2021年12月31日，逾期179天）。",
        "销号后反弹的1个：天元区政府“渗滤液外溢”（第2次反弹，整改时限2022年8月31日）。",
    ]
    assert "督促2个逾期未整改问题的牵头单位尽快整改到位；" in section(FACTS, "七、下一步工作")[0]


def test_nothing_is_said_plainly_too() -> None:
    facts = replace(FACTS, problems=ProblemPart(0))
    assert section(facts) == [
        "本月新增问题0个，完成整改并经现场核查0个，销号0个，反弹0个，逾期未整改0个，期末在册0个。",
        "无逾期未整改问题。",
        "无反弹问题。",
    ]
    assert "逾期未整改" not in section(facts, "七、下一步工作")[0]
    assert summary_paper(facts).annexes == summary_paper(summary_facts()).annexes


def test_office_without_a_ledger_reads_the_paper_as_before() -> None:
    paper = summary_paper(summary_facts())
    assert [block.text for block in paper.blocks if "问题台账" in block.text or "逾期未整改" in block.text] == []
    kept = tuple(
        block for block in summary_paper(replace(FACTS, problems=ProblemPart(0))).blocks if block.kind != SECTION
    )
    before = tuple(block for block in paper.blocks if block.kind != SECTION)
    assert [block for block in kept if block not in before] == [
        block for block in kept if block.text in section(replace(FACTS, problems=ProblemPart(0)))
    ]
    assert "问题台账" not in load_workbook(
        io.BytesIO(render_summary(summary_facts(), fonts=NO_FONTS)["xlsx"])
    ).sheetnames  # fmt: skip


def test_annex_counts_each_lead_unit_and_the_sum() -> None:
    table = annex(FACTS, "各牵头单位问题整改情况表").table
    assert [column.name for column in table.columns] == [
        "牵头单位", "本月新增", "完成整改", "销号", "反弹", "逾期未整改", "期末在册",
    ]  # fmt: skip
    assert table.rows == (
        ("市住建局", "1", "0", "0", "0", "1", "4"),
        ("天元区政府", "2", "3", "6", "7", "4", "5"),
        ("合计", "3", "3", "6", "7", "5", "9"),
    )
    assert sum(column.width for column in table.columns) == 156


@pytest.mark.parametrize("many", ["overdue", "relapsed"])
def test_more_problems_than_fit_a_page_are_named_worst_first_and_listed_in_an_annex(many: str) -> None:
    late = tuple(replace(LATE, title=f"问题{n}", days_late=n, relapses=n) for n in range(1, 13))
    few = replace(PART, overdue=(LONG,), relapsed=(AGAIN,))
    facts = replace(FACTS, problems=replace(few, **{many: late}))
    paragraph = section(facts)[1 if many == "overdue" else 2]
    begin = (
        "逾期未整改的12个，其中逾期时间最长的8个："
        if many == "overdue"
        else "销号后反弹的12个，其中反弹次数最多的8个："
    )
    assert paragraph.startswith(begin)
    assert [n for n in range(1, 13) if f"“问题{n}”" in paragraph] == list(range(5, 13))
    assert paragraph.index("“问题12”") < paragraph.index("“问题5”")
    assert paragraph.endswith("；其余见附件《逾期未整改和反弹问题清单》。")
    listed = [row for row in annex(facts, "逾期未整改和反弹问题清单").table.rows if row[0] != "市水利局"]
    wanted = [
        ("市住建局", f"问题{n}", "2022年5月31日", f"逾期{n}天" if many == "overdue" else f"第{n}次反弹")
        for n in range(1, 13)
    ]
    again = [("天元区政府", "渗滤液外溢", "2022年8月31日", "第2次反弹")]
    assert listed == (
        [("逾期未整改（12个）",), *wanted, ("销号后反弹（1个）",), *again]
        if many == "overdue"
        else [("逾期未整改（1个）",), ("销号后反弹（12个）",), *wanted]
    )


def test_eight_problems_are_all_named_in_the_order_given() -> None:
    late = tuple(replace(LATE, title=f"问题{n}", days_late=n) for n in range(1, 9))
    facts = replace(FACTS, problems=replace(PART, overdue=late))
    paragraph = section(facts)[1]
    assert [paragraph.count(f"“问题{n}”") for n in range(1, 9)] == [1] * 8
    assert paragraph.index("“问题1”") < paragraph.index("“问题8”")
    assert "附件" not in paragraph
    assert "逾期未整改和反弹问题清单" not in [one.title for one in summary_paper(facts).annexes]


def test_workbook_lists_every_problem_under_what_it_counts_as() -> None:
    said = rows(FACTS, "问题台账")
    assert said[0][:5] == ("类别", "序号", "问题来源", "来源说明", "问题")
    assert [(row[0], row[1]) for row in said[1:]] == [
        ("本月新增", 4), ("本月新增", 6), ("完成整改", 7), ("销号", 7), ("反弹", 6), ("逾期未整改", 4), ("逾期未整改", 5),
    ]  # fmt: skip
    assert said[1] == (
        "本月新增", 4, "警示片", "第12项", "清水塘片区生活污水直排入河。", "清水塘街道", "雨污错接", "1.1", "市住建局", "石峰区政府",
        "改造", "2022-03-01", "2022-03-03", "2021-12-31", "2022-05-31", "整改中", 28, "已封堵", 0, None, None, None, 0,
    )  # fmt: skip
    assert rows(FACTS, "问题按单位") == [
        ("牵头单位", "本月新增", "完成整改", "销号", "反弹", "逾期未整改", "期末在册"),
        ("市住建局", 1, 0, 0, 0, 1, 4),
        ("天元区政府", 2, 3, 6, 7, 4, 5),
    ]


def test_summary_with_problems_is_the_same_bytes_each_time_and_after_storage() -> None:
    again = from_plain(SummaryFacts, to_plain(FACTS))
    assert again == FACTS
    assert render_summary(again) == render_summary(FACTS)


def test_pdf_and_docx_show_hostile_titles_as_typed() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    hostile = '#let x = 1 $a^2$ {{ 7*7 }} <w:t> =1+1"'
    facts = replace(FACTS, problems=replace(PART, overdue=(replace(LATE, title=hostile, units=("#单位",)),)))
    files = render_summary(facts)
    text = "".join("".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(files["pdf"])).pages)
    assert f"逾期未整改的1个：#单位“{''.join(hostile.split())}”（整改时限2022年5月31日，逾期28天）。" in text
    assert [row[4] for row in rows(facts, "问题台账") if row[0] == "逾期未整改"] == [hostile]
