"""The decomposition table as a paper: the notice's order, items merged, heads repeated, the same bytes each time."""

from __future__ import annotations

from datetime import date

import pytest

from documents.decomposition.paper import COLUMNS, decomposition_paper, render_decomposition
from documents.fonts import chinese_font
from documents.paper import cells
from documents.reading.reader import read_notice
from kit.measure import pages
from models.drafts import ClauseDraft, HeadingDraft, IndicatorDraft, ItemDraft, MilestoneDraft, NoticeDraft
from simulation.example import example_notice

DAY = date(2022, 6, 1)


def draft(*clauses: ClauseDraft) -> NoticeDraft:
    section, part = HeadingDraft("一", "标本兼治"), HeadingDraft("（一）", "狠抓整改")
    items = (
        ItemDraft(1, "污水处理", clauses, section, part),
        ItemDraft(
            2, "宣传", (ClauseDraft("2.1", "开展宣传。", units=("丙局",), parties=("丙局",), lead="丙局"),), section
        ),
    )
    return NoticeDraft("关于印发《清溪市2022年工作要点》的通知", issuer="清溪市政府", items=items)


CLAUSES = (
    ClauseDraft(
        "1.1", "改造管网。", units=("甲局", "乙局"), groups=("有关县市区",), parties=("甲局", "乙局", "有关县市区"),
        lead="甲局", milestones=(MilestoneDraft("6月底前", date(2022, 6, 30)), MilestoneDraft("汛期前", None)),
        indicators=(IndicatorDraft("30公里", "改造管网", ">=", 30, "公里"),),
    ),
    ClauseDraft("1.2", "建立台账。", groups=("各成员单位",), parties=("各成员单位",)),
)  # fmt: skip


def test_rows_follow_the_notice_with_its_headings_dates_targets_and_units() -> None:
    paper = decomposition_paper(draft(*CLAUSES), DAY)
    (annex,) = paper.annexes
    assert annex.title == "清溪市2022年工作要点任务分解表"
    assert annex.landscape
    assert annex.table.rows == (
        ("一、标本兼治",),
        ("（一）狠抓整改",),
        (
            "1",
            "污水处理",
            "1.1",
            "改造管网。",
            "2022年6月30日\n汛期前\n改造管网不低于30公里",
            "甲局",
            "乙局、有关县市区",
        ),
        ("1", "污水处理", "1.2", "建立台账。", "", "各成员单位", ""),
        ("2", "宣传", "2.1", "开展宣传。", "", "丙局", ""),
    )
    drawn = cells(annex.table)
    assert [(cell.rows if cell else 0) for cell in drawn[2][:2]] == [2, 2]
    assert drawn[3][:2] == [None, None]
    assert sum(column.width for column in COLUMNS) == 225


def test_the_example_is_set_on_pages_that_lie_down_with_its_head_on_each() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    read = read_notice(*example_notice())
    made = render_decomposition(read, DAY)
    assert made == render_decomposition(read, DAY)
    for page in pages(made["pdf"]):
        assert page.width > page.height
        assert page.says("序号工作任务编号分解事项")
    whole = "".join(char.text for page in pages(made["pdf"]) for char in page.chars)
    for clause in read.clauses:
        assert "".join(clause.text.split())[:4] in whole


def test_a_notice_of_one_clause_is_one_page() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    assert len(pages(render_decomposition(draft(CLAUSES[0]), DAY)["pdf"])) == 1
