"""The month's summary: everything is named, only approved words are quoted, and the files can be made again."""

from __future__ import annotations

import io
import re
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
from documents.plain_text import chinese_numeral, met, shortened, typeset
from documents.sheet import as_cell, from_cell
from documents.summary.rendering import render_summary
from documents.summary.text import summary_paper
from kit.facts import large_summary, summary_facts
from models.facts import (
    MilestoneFact,
    SummaryFacts,
    SummaryIndicator,
    SummarySection,
    SummarySubsection,
    UnitLine,
)
from models.plain import from_plain, to_plain

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


def test_sections_follow_the_notice_between_the_picture_and_the_closing_parts() -> None:
    blocks = summary_paper(summary_facts()).blocks
    assert [block.text for block in blocks if block.kind == SECTION] == [
        "一、总体情况",
        "二、标本兼治推动共抓大保护",
        "三、强化制度保障压实各方责任",
        "四、量化指标完成情况",
        "五、报送情况",
        "六、下一步工作",
    ]
    assert [block.text for block in blocks if block.kind == SUBSECTION] == ["（一）狠抓突出问题整改"]
    assert [block.lead for block in blocks if block.lead] == ["1.加强城镇污水垃圾处理。", "2.加强宣传培训。"]
    assert blocks[-1].text == "特此报告。"


def test_overall_picture_gives_the_figures_of_the_month_and_what_moved() -> None:
    assert summary_paper(summary_facts()).blocks[2].text == (
        "本月涉及责任单位4个、工作任务2项、分解事项3项，应报送任务6项（另有免报1项），报送截止日期为6月25日。"
        "截至6月28日，按时报送2项，逾期报送1项，尚未报送2项，退回后尚未重报1项；审核通过3项，占50%，平均进度43%。"
        "审核退回2项、2次。量化指标3项，已达到目标1项，未达到目标1项，暂无数据1项。"
        "与2022年5月相比，按时报送由3项降至2项，逾期报送由2项降至1项，尚未报送由1项增至2项，"
        "审核通过由5项降至3项，平均进度由28%增至43%。"
    )


def test_first_month_says_that_nothing_can_be_compared() -> None:
    said = body(replace(summary_facts(), history=()))
    assert "本月为首次汇总，无上月数据可比。" in said
    assert "相比，" not in said


def test_missing_late_and_returned_are_named_with_since_when_why_and_how_often() -> None:
    said = body(summary_facts())
    assert "1个单位尚未报送2项。本月未报送任何任务的：市应急局（2项）。" in said
    assert (
        "逾期3项（其中尚未报送的2项），均应于6月25日报送：市水利局1项（1.1，6月27日报送，迟2天，原因：汛期不能施工）；"
        "市应急局2项（1.1、2.1，已逾期3天，未说明原因）。"
    ) in said
    assert (
        "审核退回2项、2次，尚有1项未重新报送：市水利局（1.1退回1次，数据没有来源，现已审核通过）；"
        "天元区政府（1.1退回1次，未附整改点位清单，应于6月30日前重报）。"
    ) in said
    assert "市水利局就1.1申请延期（至2022年7月5日），理由：汛期不能施工，已同意至2022年7月5日" in said


def test_days_that_differ_are_said_with_each_that_was_late() -> None:
    facts = summary_facts()
    other = replace(facts.late[0], due_on=date(2022, 6, 24), late_days=3)
    said = body(replace(facts, late=(other, *facts.late[1:])))
    assert "市水利局1项（1.1，应于6月24日报送，6月27日报送，迟3天，原因：汛期不能施工）；" in said
    assert "均应于" not in said


def test_what_moved_is_told_by_the_lead_and_what_did_not_by_name() -> None:
    said = body(summary_facts())
    assert "市生态环境局牵头，进度60%，较上月提高15个百分点。已完成排查点位 132 个" in said
    assert "未报送：市应急局；退回补充：天元区政府；本月无进展：市水利局（汛期不能施工）。" in said
    assert "配合单位市水利局免报。" in said


def test_clauses_without_movement_stand_in_one_sentence() -> None:
    facts = summary_facts()
    section = facts.sections[0]
    item = section.subsections[0].items[0]
    idle = replace(item.clauses[0].lines[0], no_progress=True, progress="", reason="等待上级批复")
    still = replace(item.clauses[0], number="1.3", text="建立台账。", lines=(idle,))
    silent = replace(item.clauses[0], number="1.4", text="开展巡查。", lines=(replace(idle, state="assigned"),))
    changed = replace(
        section, subsections=(SummarySubsection("", (replace(item, clauses=(*item.clauses, still, silent)),)),)
    )
    assert (
        "其余2项分解事项本月无进展或尚无审核通过的进展：（3）建立台账（市生态环境局牵头，原因：等待上级批复）；"
        "（4）开展巡查（市生态环境局牵头，未报送）。"
    ) in body(replace(facts, sections=(changed,)))


@pytest.mark.parametrize(
    ("op", "target", "value", "unit", "said"),
    [
        (">=", 120, 95, "个", "已完成95个，距目标120个还差25个，完成率79.2%"),
        (">=", 120, 119.99, "个", "已完成119.99个，距目标120个还差0.01个，完成率99.9%"),
        (">=", 120, 131, "个", "已完成131个，超出目标120个11个"),
        (">=", 95, 92, "%", "现为92%，距目标95%还差3个百分点。"),
        ("=", 35, 36, "座", "已完成36座，比目标35座多1座"),
        (">", 1000, 1000, "家", "已完成1000家，目标为超过1000家，尚未超过"),
        ("<=", 40, 35, "微克", "现为35微克，控制在目标40微克以内"),
        ("<=", 40, 45.5, "微克", "现为45.5微克，目标为不高于40微克，超出5.5微克"),
        (">=", 20, None, "%", "目标不低于20%，尚未统计"),
        (">=", 0, 0, "起", "已完成0起，达到目标"),
    ],
)
def test_indicator_is_told_against_its_target(
    op: str, target: float, value: float | None, unit: str, said: str
) -> None:
    one = SummaryIndicator("1.1", "某项工作", op, target, value, unit, "市水利局", "尚未统计。", 1)
    assert f"某项工作（1.1，市水利局）{said}" in body(replace(summary_facts(), indicators=(one,)))


def test_month_before_is_named_beside_an_indicator_that_moved() -> None:
    assert "完成率91.2%，较上月增加12家" in body(summary_facts())


def test_next_steps_name_whom_the_office_urges_and_what_falls_due() -> None:
    assert body(summary_facts()).splitlines()[-2] == (
        "一是督促市应急局补报尚未报送的2项任务；二是督促天元区政府按审核意见重报退回的1项任务；"
        "三是跟踪督办60日内到期的1项：1.1（市生态环境局牵头，2022年6月30日，进度60%）；"
        "四是会同市生态环境局逐项核实1项未达到目标的量化指标，查明差距、明确完成日期；"
        "五是组织各责任单位于7月25日前报送7月工作进展情况。"
    )


def test_deadline_that_has_passed_is_urged_unless_it_is_done() -> None:
    past = replace(summary_facts(), issued_on=date(2022, 7, 2))
    assert "督促抓紧完成时限已过的1项：1.1（市生态环境局牵头，2022年6月30日，进度60%）" in body(past)
    done = with_lead(past, replace(lead_of(past), percent=100))
    assert "时限已过" not in body(done)


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
    said = body(replace(summary_facts(), missing=(), late=(), returned=(), returns=(), requests=(), indicators=()))
    for sentence in ("无缺报", "无逾期报送", "无审核退回", "本通知没有量化指标"):
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
    assert last.count("附件4") == 1
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
    assert book.sheetnames == [
        "总体情况", "各单位报送", "进展明细", "各项进度", "各月情况", "量化指标", "未报逾期退回", "申请",
    ]  # fmt: skip
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    assert book["进展明细"]["H2"].value == '\'=HYPERLINK("http://x")'
    assert book["各单位报送"]["A2"].value == "'@SUM(1)"
    assert [row[1].value for row in book["未报逾期退回"].iter_rows(min_row=2)] == [
        "市应急局",
        "市应急局",
        "市水利局",
        "市应急局",
        "市应急局",
        "市水利局",
        "天元区政府",
    ]
    assert book["各单位报送"]["B2"].value == 2
    assert not any(
        re.search("[a-z]{4}", str(cell.value)) for row in book["总体情况"].iter_rows() for cell in row
    )  # states by what people call them


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@x", "'=1", "''=1", "'quoted", "普通", "", "第一行\n第二行"])
def test_text_comes_back_from_a_cell_as_it_was(text: str) -> None:
    written = as_cell(text)
    assert from_cell(written) == text
    assert not written.startswith(("=", "+", "-", "@"))


def test_without_a_typeface_the_pdf_is_left_out_with_a_note() -> None:
    rendered = render_summary(summary_facts(), fonts=NO_FONTS)
    assert sorted(rendered) == ["docx", "json", "xlsx"]
    assert len(rendered.notes) == 1
    assert rendered.notes[0].startswith("E-P01 ")


def test_month_as_large_as_the_real_notice_names_every_clause() -> None:
    facts = large_summary()
    details = next(one for one in summary_paper(facts).annexes if one.title == "分解事项进展明细表").table.rows
    assert len([row for row in details if len(row) == 1]) == 49
    assert len([row for row in details if len(row) == 6]) == 49 * 14
    assert sorted(render_summary(facts, fonts=NO_FONTS)) == ["docx", "json", "xlsx"]


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


def test_punctuation_typed_in_haste_is_set_full_width_in_the_notice_s_words_alone() -> None:
    assert (
        typeset("补齐短板,落实河(湖)长制(2022-2024年):达到95%以上")
        == "补齐短板，落实河（湖）长制（2022-2024年）：达到95%以上"
    )
    assert typeset("1,000户 a,b (GB/T) 4+1”工程") == "1,000户 a,b (GB/T) 4+1”工程"
    facts = with_lead(summary_facts(), replace(lead_of(summary_facts()), progress="已完成(一期),共5处"))
    assert "已完成(一期),共5处" in body(facts)


def test_long_text_is_cut_at_a_comma_where_it_has_one() -> None:
    assert (
        shortened("排查雨污混接点位，建立一张图、一本账，新建改造污水管网", 22)
        == "排查雨污混接点位，建立一张图、一本账……"
    )
    assert shortened("岸线" * 20, 10) == "岸线岸线岸线岸线……"
    assert shortened("甲，" + "岸线" * 20, 10) == "甲，岸线岸线岸线……"


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


@pytest.mark.parametrize("facts", [summary_facts(), large_summary(9, 5)], ids=["small", "large"])
def test_text_annexes_and_workbook_give_the_same_figures(facts: SummaryFacts) -> None:
    paper = summary_paper(facts)
    said = {one.what: one.said for one in paper.blocks[2].reckoned}
    tables = {annex.title: annex.table for annex in paper.annexes}
    states = [row[2] for row in tables["分解事项进展明细表"].rows if len(row) > 1]
    approved = sum(state.startswith("审核通过") for state in states)
    assert said["审核通过"] == str(approved)
    assert said["尚未报送"] == str(sum(state.startswith(("未报送", "已填报")) for state in states))
    assert said["分解事项"] == str(sum(len(row) == 1 for row in tables["分解事项进展明细表"].rows))
    book = load_workbook(io.BytesIO(render_summary(facts, fonts=NO_FONTS)["xlsx"]))
    sheets = {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)] for sheet in book}
    assert [tuple(map(str, row)) for row in sheets["各单位报送"]] == list(tables["各责任单位报送情况表"].rows[:-1])
    assert len(sheets["进展明细"]) == len(states)
    assert len(sheets["量化指标"]) == len(tables["量化指标完成情况表"].rows)
    months = [tuple(map(str, row[1:7])) for row in sheets["各月情况"]]
    assert months == [row[1:7] for row in tables["进展情况图表"].rows]


def test_sum_of_the_units_is_what_the_overall_picture_says() -> None:
    paper = summary_paper(summary_facts())
    said = {one.what: one.said for one in paper.blocks[2].reckoned}
    total = paper.annexes[0].table.rows[-1]
    names = ("应报送", "按时报送", "逾期报送", "尚未报送", "退回后尚未重报", "免报")
    assert total == ("合计", *(said[name] for name in names))
    assert summary_facts().figures is not None
    assert paper.annexes[2].table.rows[-1][1:6] == total[1:6]


def test_tasks_are_counted_as_tasks_and_never_called_filings() -> None:
    """报送件 is a unit's printed form; what the month counts are tasks, 项."""
    paper = summary_paper(summary_facts())
    said = [block.text for block in paper.blocks] + [picture.svg for one in paper.annexes for picture in one.pictures]
    assert [text for text in said if "报送件" in text] == []
