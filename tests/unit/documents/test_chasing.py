"""Urging notice, supervision notice and circular as papers: everything an office expects on them, and how they lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import typst

from documents.chasing import chasing_paper, render_chasing
from documents.fonts import chinese_font
from documents.paper import LETTER, OFFICIAL, TABLE
from kit.measure import pages
from models.paper_facts import ChasingFacts, EarlierPaper, OwedTask, OwingUnit
from models.plain import from_plain, to_plain

TEXT = "制定城镇污水处理及资源化利用行动计划，实施全市污水管网更新改造，摸清污水管网现状，建立台账。"
NO_FONTS = typst.Fonts(include_system_fonts=False)


def unit(name: str = "市应急局", tasks: int = 2, *, nothing_filed: bool = False) -> OwingUnit:
    owed = tuple(
        OwedTask(n, f"{n}.1", "加强城镇污水垃圾处理", TEXT, date(2022, 6, 25), 4 + n, "assigned")
        for n in range(1, tasks + 1)
    )
    return OwingUnit(name, ("王芳",), ("李明",), owed, nothing_filed)


def facts(kind: str = "urging", *units: OwingUnit, **changes: object) -> ChasingFacts:
    made = ChasingFacts(
        kind=kind,
        year=2022,
        number=3,
        office_name="清溪市推动长江经济带发展领导小组办公室",
        office_short="清长江办",
        notice_title="关于印发《清溪市2022年推动长江经济带发展工作要点》的通知",
        month="2022-06",
        due_on=date(2022, 6, 25),
        units=units or (unit(),),
        until=date(2022, 7, 4),
        working_days=2,
        issued_on=date(2022, 6, 30),
        issued_by="王主任",
        head_short="9F3A-77C2",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # a test names the fields it changes


def said(paper_facts: ChasingFacts) -> str:
    return "\n".join(block.lead + block.text for block in chasing_paper(paper_facts).blocks)


def test_a_letter_carries_matter_requirement_unit_person_limit_and_number() -> None:
    paper = chasing_paper(facts())
    assert (paper.form, paper.number, paper.title, paper.addressee) == (
        LETTER, "清长江办催〔2022〕3号", "催办单", "市应急局：",
    )  # fmt: skip
    assert said(facts()) == (
        "按照《清溪市2022年推动长江经济带发展工作要点》要求，2022年6月工作进展应于6月25日前报送。截至6月30日，"
        "你单位下列2项任务逾期未报，最长逾期6天，现予催办。\n"
        "\n"
        "工作要求：请逐项填报工作进展，经单位负责人签字、加盖公章后报我办；本月确无进展的，说明原因。\n"
        "责任单位：市应急局（责任人王芳，经办人李明）。\n"
        "办理时限：2022年7月4日前（2个工作日内）。"
    )
    table = next(block.table for block in paper.blocks if block.kind == TABLE)
    assert table is not None
    assert table.rows[0] == ("1.1", TEXT.rstrip("。"), "6月25日", "5天", "未报送")


def test_a_supervision_notice_names_what_went_before_it_and_announces_a_circular() -> None:
    told = facts("supervision", earlier=(EarlierPaper("urging", 2022, 1, date(2022, 6, 27)),))
    assert chasing_paper(told).number == "清长江办督〔2022〕3号"
    assert "我办已于6月27日发出催办单（〔2022〕1号）。截至6月30日，你单位下列2项任务仍未报送" in said(told)
    assert "再次逾期的，将按程序予以通报" in said(told)


def test_a_unit_that_filed_nothing_is_told_so_and_one_without_a_leader_is_to_name_one() -> None:
    idle = replace(unit(nothing_filed=True), leaders=(), clerks=())
    assert "你单位应报的2项任务均未报送" in said(facts("urging", idle))
    assert "市应急局（责任人由你单位确定后报我办）。" in said(facts("urging", idle))


def test_problems_of_the_ledger_are_asked_to_be_rectified() -> None:
    told = facts("urging", month="", due_on=None, notice_title="")
    assert said(told).startswith("截至6月30日，你单位下列2个问题逾期未整改到位")
    assert "申请销号" in said(told)
    assert "报送" not in said(told).split("\n")[0]


def test_a_circular_names_every_unit_and_lists_every_task_in_its_annex() -> None:
    told = facts("circular", unit("市应急局", 2, nothing_filed=True), unit("市水利局", 1), reason="第5个工作日仍未报送")
    paper = chasing_paper(told)
    assert (paper.form, paper.title, paper.addressee) == (
        OFFICIAL, "关于2022年6月工作进展报送情况的通报", "各有关责任单位：",
    )  # fmt: skip
    assert (
        "市应急局、市水利局共有3项任务逾期未报，最长逾期6天；其中市应急局本月未报送任何一项。逐项情况见附件。"
        in said(told)
    )
    assert "情况说明：第5个工作日仍未报送。" in said(told)
    (annex,) = paper.annexes
    assert [(row[0].split("\n")[0], row[1]) for row in annex.table.rows] == [
        ("市应急局", "1.1"), ("市应急局", "2.1"), ("市水利局", "1.1"),
    ]  # fmt: skip
    assert chasing_paper(facts("circular")).addressee == "市应急局："


@pytest.mark.parametrize("kind", ["urging", "supervision", "circular"])
def test_the_files_are_the_same_bytes_each_time_and_after_storage(kind: str) -> None:
    told = facts(kind)
    assert render_chasing(from_plain(ChasingFacts, to_plain(told))) == render_chasing(told)
    assert sorted(render_chasing(told, fonts=NO_FONTS)) == ["docx"]


def test_one_matter_fits_on_one_page_with_its_signature_and_thirty_do_not_lose_it() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    for tasks in (1, 2):  # two take closer lines
        (only,) = pages(render_chasing(facts("urging", unit(tasks=tasks)))["pdf"])
        assert only.says("2022年6月30日")
        assert only.says("办理时限：2022年7月4日前")
    long_name = "清溪市高新技术产业开发区管理委员会生态环境和应急管理局"
    many = pages(render_chasing(facts("urging", unit(long_name, 30)))["pdf"])
    assert len(many) > 1
    assert many[-1].says("2022年6月30日")
    assert many[-1].says("办理时限")


def test_sixty_units_are_counted_in_the_text_and_named_in_the_annex() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    units = tuple(unit(f"第{n}责任单位", 1 + n % 3, nothing_filed=n % 4 == 0) for n in range(60))
    told = facts("circular", *units)
    assert "60个单位共有120项任务逾期未报" in said(told)
    assert "等15个单位本月未报送任何一项" in said(told)
    made = pages(render_chasing(told)["pdf"])
    assert len(made) < 12
    for n in (0, 31, 59):
        assert any(page.says(f"第{n}责任单位") for page in made)


def test_a_circular_on_problems_says_nothing_of_reports() -> None:
    told = facts("circular", unit(nothing_filed=True), month="", due_on=None, notice_title="")
    assert chasing_paper(told).title == "关于问题整改情况的通报"
    assert "市应急局有2个问题逾期未整改到位，最长逾期6天。逐项情况见附件。" in said(told)
    assert "报送" not in said(told)
