"""Charts: their numbers are written on them, black and white tells everything, and .docx and PDF hold them as vector."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import etree
from pypdf import PdfReader

from documents import charts
from documents.charts import Row, Stack
from documents.fonts import chinese_font
from documents.summary.charts import pictures
from documents.summary.rendering import render_summary
from kit.facts import summary_facts

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in etree.fromstring(svg.encode()).iter(f"{SVG}text")]


def test_bars_bear_their_numbers_and_their_length() -> None:
    svg = charts.bars([Row("1.岸线整治", 60, 45), Row("2.禁捕", None, None), Row("3.超额", 120)])
    assert texts(svg) == ["本月", "上月", "1.岸线整治", "60%", "45%", "2.禁捕", "暂无数据", "3.超额", "120%"]
    wide = [float(node.get("width", "0")) for node in etree.fromstring(svg.encode()).iter(f"{SVG}rect")][2:]
    assert wide == [144.0, 108.0, 240.0]


def test_without_a_month_before_there_is_no_legend_of_one() -> None:
    assert "上月" not in charts.bars([Row("1.岸线整治", 60)])


def test_columns_bear_every_part_and_the_sum() -> None:
    svg = charts.columns([Stack("5月", (3, 2, 1)), Stack("6月", (100, 1, 0))], ("按时", "逾期", "未报"))
    assert texts(svg) == ["按时", "逾期", "未报", "3", "2", "1", "5月", "6", "100", "1", "6月", "101"]


def test_line_leaves_a_gap_where_a_month_has_no_figure() -> None:
    svg = charts.line([("4月", 40), ("5月", None), ("6月", 60), ("7月", 70)])
    assert texts(svg) == ["4月", "40%", "5月", "无数据", "6月", "60%", "7月", "70%"]
    assert len(list(etree.fromstring(svg.encode()).iter(f"{SVG}line"))) == 2  # the ground, and from June to July


def test_nothing_is_told_by_colour_and_hostile_labels_stay_text() -> None:
    svg = charts.bars([Row('<script>&"', 60, 45)]) + charts.columns([Stack("6月", (1, 2, 3))], ("a", "b", "c"))
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= {"#000000", "#404040", "#ffffff"}
    assert "<script>" not in svg


def test_hatching_stays_inside_its_rectangle() -> None:
    for numbers in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", charts._hatch(10, 20, 30, 7)):
        x, y = map(float, numbers)
        assert 10 <= x <= 40
        assert 20 <= y <= 27


def test_charts_of_a_month_are_its_figures() -> None:
    drawn = {one.name: texts(one.svg) for one in pictures(summary_facts())}
    assert drawn["progress"] == ["本月", "上月", "1.加强城镇污水垃圾处理", "43%", "45%", "2.加强宣传培训", "暂无数据"]
    assert drawn["punctuality"][3:] == ["3", "2", "1", "5月", "6", "2", "1", "3", "6月", "6"]
    assert drawn["average"] == ["5月", "28%", "6月", "43%"]
    assert "91.2%" in drawn["indicators"]
    assert "average" not in {one.name for one in pictures(replace(summary_facts(), history=()))}


def test_twelve_months_of_two_years_keep_their_labels_apart() -> None:
    facts = summary_facts()
    assert facts.figures is not None
    names = [f"2021-{n:02}" for n in range(7, 13)] + [f"2022-{n:02}" for n in range(1, 6)]
    drawn = pictures(replace(facts, history=tuple(replace(facts.figures, month=name) for name in names)))
    svg = next(one.svg for one in drawn if one.name == "punctuality")
    assert [text for text in texts(svg) if "年" in text or text in {"7月", "1月"}] == ["7月", "2021年", "1月", "2022年"]
    months = [node for node in etree.fromstring(svg.encode()).iter(f"{SVG}text") if (node.text or "").endswith("月")]
    places = [float(node.get("x", "0")) for node in months]
    assert min(after - before for before, after in pairwise(places)) > 30
    assert max(
        float(node.get("y", "0")) for node in etree.fromstring(svg.encode()).iter(f"{SVG}text")
    ) < charts.height_of(svg)


def test_many_items_go_on_in_another_chart() -> None:
    facts = summary_facts()
    section = facts.sections[1]
    items = tuple(replace(section.subsections[0].items[0], number=n) for n in range(1, 46))
    many = replace(facts, sections=(replace(section, subsections=(replace(section.subsections[0], items=items),)),))
    titles = [one.title for one in pictures(many) if one.name.startswith("progress")]
    assert titles == [f"各项工作任务平均进度（2022年6月）{more}" for more in ("", "（续）", "（续）")]


def test_docx_holds_each_chart_as_vector_with_a_picture_beside_it_and_pdf_as_vector() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")
    made = render_summary(summary_facts())
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as package:
        names = [name for name in package.namelist() if name.startswith("word/media/")]
        document = package.read("word/document.xml").decode()
        types = package.read("[Content_Types].xml").decode()
    assert sorted(name.rsplit(".", 1)[1] for name in names) == ["png"] * 4 + ["svg"] * 4
    assert document.count("svgBlip") == document.count("<a:blip ") == 4
    assert "image/svg+xml" in types
    assert [image for page in PdfReader(io.BytesIO(made["pdf"])).pages for image in page.images] == []
