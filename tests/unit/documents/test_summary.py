"""The month's summary: everything is named, only approved words are quoted, and the files can be made again."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import docx
import pytest
import typst
from docx.oxml.ns import qn
from openpyxl import load_workbook
from pypdf import PdfReader

from documents.fonts import chinese_font
from documents.paper import SECTION, SUBSECTION
from documents.plain_text import chinese_numeral, met
from documents.sheet import as_cell, from_cell
from documents.summary import render_summary
from documents.summary_text import summary_paper
from kit.facts import large_summary, summary_facts
from models.facts import MilestoneFact, SummaryFacts, SummarySection, UnitLine, from_plain, to_plain

HOSTILE = '#let x = 1 $a^2$ {{ 7*7 }} {% raw %} <w:t> =HYPERLINK("http://x")'
NO_FONTS = typst.Fonts(include_system_fonts=False)


def body(facts: SummaryFacts) -> str:
    return "\n".join(block.lead + block.text for block in summary_paper(facts).blocks)


def with_lead(facts: SummaryFacts, lead: UnitLine) -> SummaryFacts:
    section, *rest = facts.sections
    item = section.subsections[0].items[0]
    clause = replace(item.clauses[0], lines=(lead, *item.clauses[0].lines[1:]))
    item = replace(item, clauses=(clause, *item.clauses[1:]))
    changed = SummarySection(section.title, (replace(section.subsections[0], items=(item,)),))
    return replace(facts, sections=(changed, *rest))


def lead_of(facts: SummaryFacts) -> UnitLine:
    return facts.sections[0].subsections[0].items[0].clauses[0].lines[0]


def document_text(data: bytes) -> str:
    body = docx.Document(io.BytesIO(data)).element.body
    return "".join(text.text or "" for text in body.iter(qn("w:t")))


def test_sections_follow_the_notice_and_the_closing_sections_count_on() -> None:
    blocks = summary_paper(summary_facts()).blocks
    assert [block.text for block in blocks if block.kind == SECTION] == [
        "一、标本兼治推动共抓大保护",
        "二、强化制度保障压实各方责任",
        "三、量化指标完成情况",
        "四、报送情况",
        "五、下一步工作",
    ]
    assert [block.text for block in blocks if block.kind == SUBSECTION] == ["（一）狠抓突出问题整改"]
    assert [block.lead for block in blocks if block.lead] == ["1.加强城镇污水垃圾处理。", "2.加强宣传培训。"]


def test_opening_gives_the_figures_of_the_month() -> None:
    assert summary_paper(summary_facts()).blocks[0].text == (
        "按照《清溪市2022年推动长江经济带发展工作要点》要求，各责任单位应于6月25日前报送2022年6月工作进展情况。"
        "本月涉及责任单位4个、工作任务2项、分解事项3项，应报送任务6项。截至6月28日，审核通过3项，占50%，未报送2项，退回补充1项，"
        "另有免报1项；逾期1项（含逾期尚未报送的）。量化指标3项，已达到目标1项，未达到目标1项，暂无数据1项。"
        "与2022年5月相比，审核通过由5项变为3项，逾期由2项变为1项，尚未报送签字盖章件的由1项变为2项。现将有关情况报告如下。"
    )


def test_missing_late_returned_and_requests_are_named() -> None:
    said = body(summary_facts())
    assert "尚未报送签字盖章件的：市应急局（1.1、2.1）。" in said
    assert "逾期的：市水利局（1.1迟2天）。" in said
    assert "天元区政府（1.1，未附整改点位清单，6月30日前重报）。" in said
    assert "市水利局就1.1申请延期（至2022年7月5日），理由：汛期不能施工，已同意至2022年7月5日" in said
    assert "高新技术企业数量（目标不低于1000家，现为912家，相差88家）" in said
    assert "未报送：市应急局；退回补充：天元区政府；本月无进展：市水利局（汛期不能施工）" in said


def test_a_unit_that_filed_nothing_of_many_is_said_in_one_word() -> None:
    facts = summary_facts()
    owed = tuple(replace(facts.missing[0], clause_number=f"{number}.1") for number in range(1, 6))
    units = (*facts.units[:2], replace(facts.units[2], due=5, missing=5), facts.units[3])
    assert "尚未报送签字盖章件的：市应急局（全部5项）。" in body(replace(facts, missing=owed, units=units))
    some = replace(facts, missing=owed, units=(*units[:2], replace(units[2], due=6), units[3]))
    assert "市应急局（1.1、2.1、3.1、4.1、5.1）" in body(some)


def test_deadline_is_quoted_and_a_damaged_one_said_as_the_date_it_was_read_as() -> None:
    facts = summary_facts()
    section = facts.sections[0]
    item = section.subsections[0].items[0]
    damaged = (MilestoneFact(date(2022, 6, 30), "20226月底前"), MilestoneFact(None, "20226月底前完工"))
    clause = replace(item.clauses[0], milestones=(*item.clauses[0].milestones, *damaged))
    item = replace(item, clauses=(clause, *item.clauses[1:]))
    changed = SummarySection(section.title, (replace(section.subsections[0], items=(item,)),))
    said = body(replace(facts, sections=(changed, *facts.sections[1:])))
    assert "时限要求：2022年6月底前、2022年6月30日、20226月底前完工。" in said


def test_nothing_missing_is_said_as_well() -> None:
    said = body(replace(summary_facts(), missing=(), late=(), returned=(), requests=(), indicators=()))
    for sentence in ("无缺报", "无逾期报送", "无退回待补充事项", "本通知没有量化指标"):
        assert sentence in said
    assert "申请" not in said


@pytest.mark.parametrize("state", ["assigned", "reported", "signed_stamped", "returned", "waived"])
def test_words_that_are_not_approved_are_not_quoted(state: str) -> None:
    facts = summary_facts()
    lead = replace(lead_of(facts), progress="未经审核的话", problems="也不引用", state=state)
    rendered = render_summary(with_lead(facts, lead), fonts=NO_FONTS)
    assert "未经审核的话" not in document_text(rendered["docx"])
    book = load_workbook(io.BytesIO(rendered["xlsx"]))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [value for value in cells if value in {"未经审核的话", "也不引用"}] == []


def test_summary_files_are_the_same_bytes_each_time_and_after_storage() -> None:
    facts = summary_facts()
    again = from_plain(SummaryFacts, to_plain(facts))
    assert again == facts
    assert render_summary(again) == render_summary(facts)


def test_pdf_shows_the_furniture_of_an_official_document() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    facts = summary_facts(HOSTILE)
    pages = ["".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(render_summary(facts)["pdf"])).pages]
    first, last, whole = pages[0], pages[-1], "".join(pages)
    assert first.startswith("清溪市推动长江经济带发展领导小组办公室清长江办〔2022〕3号关于《清溪市2022年")
    assert "市人民政府：" in first
    assert "清溪市推动长江经济带发展领导小组办公室2022年6月28日" in whole
    assert ["留痕9F3A-77C2" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert last.count("附件3") == 1
    assert "".join(HOSTILE.split()) in whole


def test_docx_says_what_the_paper_says_with_hostile_text_as_typed() -> None:
    facts = summary_facts(HOSTILE)
    said = document_text(render_summary(facts, fonts=NO_FONTS)["docx"])
    assert HOSTILE in said
    assert [block.text for block in summary_paper(facts).blocks if block.text not in said] == []
    assert "留痕 9F3A-77C2" in said
    for title in ("量化指标完成情况表", "各责任单位报送情况表", "分解事项进展明细表"):
        assert said.count(title) == 2


def test_workbook_cells_of_text_are_strings_and_never_formulas() -> None:
    facts = summary_facts('=HYPERLINK("http://x")')
    facts = replace(facts, units=(replace(facts.units[0], unit="@SUM(1)"), *facts.units[1:]))
    book = load_workbook(io.BytesIO(render_summary(facts, fonts=NO_FONTS)["xlsx"]))
    assert book.sheetnames == ["总体情况", "进展明细", "量化指标", "未报逾期退回", "各单位报送", "申请"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    assert book["进展明细"]["G2"].value == '\'=HYPERLINK("http://x")'
    assert book["各单位报送"]["A2"].value == "'@SUM(1)"
    assert [row[1].value for row in book["未报逾期退回"].iter_rows(min_row=2)] == [
        "市应急局",
        "市应急局",
        "市水利局",
        "天元区政府",
    ]
    assert book["各单位报送"]["B2"].value == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@x", "'=1", "''=1", "'quoted", "普通", "", "第一行\n第二行"])
def test_text_comes_back_from_a_cell_as_it_was(text: str) -> None:
    written = as_cell(text)
    assert from_cell(written) == text
    assert not written.startswith(("=", "+", "-", "@"))


def test_without_a_typeface_the_pdf_is_left_out_with_a_note() -> None:
    rendered = render_summary(summary_facts(), fonts=NO_FONTS)
    assert sorted(rendered) == ["docx", "xlsx"]
    assert len(rendered.notes) == 1
    assert rendered.notes[0].startswith("E-P01 ")


def test_month_as_large_as_the_real_notice_names_every_clause() -> None:
    facts = large_summary()
    details = summary_paper(facts).annexes[-1].table.rows
    assert len([row for row in details if len(row) == 1]) == 49
    assert len([row for row in details if len(row) == 5]) == 49 * 14
    assert sorted(render_summary(facts, fonts=NO_FONTS)) == ["docx", "xlsx"]


@pytest.mark.parametrize(
    ("op", "value", "answer"),
    [
        (">=", 10, True),
        (">=", 9.9, False),
        (">", 10, False),
        ("<=", 10, True),
        ("<", 10, False),
        ("=", 10, True),
        ("=", 9, False),
    ],
)
def test_target_is_met_as_its_operator_says(op: str, value: float, answer: bool) -> None:
    assert met(op, value, 10) is answer


def test_chinese_numerals() -> None:
    assert [chinese_numeral(n) for n in (1, 9, 10, 11, 20, 24, 99)] == [
        "一",
        "九",
        "十",
        "十一",
        "二十",
        "二十四",
        "九十九",
    ]


def test_tasks_are_counted_as_tasks_and_never_called_filings() -> None:
    """报送件 is a unit's printed form; what the month counts are tasks, 项."""
    paper = summary_paper(summary_facts())
    charts = [annex.chart for annex in paper.annexes if annex.chart]
    assert charts[-1].title == "任务按办理情况（共7项）"
    assert {bar.said for bar in charts[-1].bars} == {"2项", "1项", "3项"}
    said = [block.text for block in paper.blocks] + [chart.title for chart in charts]
    assert [text for text in said if "报送件" in text] == []
