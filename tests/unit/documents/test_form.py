"""The form of a unit's month: Chinese shows, the code stands on every page, user text stays text."""

from __future__ import annotations

import io
from dataclasses import replace

import docx
import pytest
import typst
from docx.oxml.ns import qn
from pypdf import PdfReader

from documents.fonts import chinese_font
from documents.form import check_code, form_docx, form_pdf
from kit.facts import form_facts
from kit.measure import MM
from kit.measure import pages as measured
from models.errors import EnvironmentRefused
from models.facts import FormFacts
from models.plain import from_plain, to_plain

HOSTILE = '#let x = 1 $a^2$ *粗* <标签> @引用 \\ "引号" // 注 =HYPERLINK("http://x") [括号] `代码`'


@pytest.fixture(autouse=True)
def _needs_a_chinese_font() -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese typeface is installed here")


def pages(data: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def words(data: bytes) -> str:
    return said_in(docx.Document(io.BytesIO(data)).element.body)


def said_in(element) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def test_form_shows_chinese_and_its_code_and_place_on_every_page() -> None:
    printed = pages(form_pdf(form_facts(12)))
    assert len(printed) >= 3
    assert [f"第{n}页共{len(printed)}页" in page for n, page in enumerate(printed, 1)] == [True] * len(printed)
    assert ["K7QF-3M2X-9A" in page for page in printed] == [True] * len(printed)
    whole = "".join(printed)
    for said in ("市生态环境局2022年6月工作进展情况报送表", "单位负责人（签字）", "单位（盖章）", "项目未到开工季节"):
        assert said in whole
    assert "高新技术企业数量不低于1000家912家" in whole
    assert "未填统计数据次月10日发布" in whole


def test_nobody_signs_a_page_that_says_nothing() -> None:
    for number in range(1, 9):
        signed = next(page for page in pages(form_pdf(form_facts(number))) if "单位负责人（签字）" in page)
        assert "分解事项" in signed, number


def test_hostile_text_stands_on_the_paper_as_it_was_typed() -> None:
    facts = form_facts(1, HOSTILE)
    assert "".join(HOSTILE.split()) in "".join(pages(form_pdf(facts)))
    assert HOSTILE in words(form_docx(facts))


def test_control_characters_and_direction_marks_do_not_reach_the_paper() -> None:
    facts = form_facts(1, "完成\x00 60\x0b%\u202e不对\ufffe")
    assert "完成60%不对" in "".join(pages(form_pdf(facts)))
    assert "完成 60%不对" in words(form_docx(facts))


def test_form_is_the_same_bytes_each_time_and_after_storage() -> None:
    facts = form_facts(5)
    again = from_plain(FormFacts, to_plain(facts))
    assert again == facts
    assert form_pdf(again) == form_pdf(facts)
    assert form_docx(again) == form_docx(facts)


def test_docx_form_has_the_code_at_the_foot_and_every_task() -> None:
    data = form_docx(form_facts(4))
    section = docx.Document(io.BytesIO(data)).sections[0]
    foot = said_in(section.footer._element)
    assert foot == "校验码 K7QF-3M2X-9A　　市生态环境局　2022年6月　　第 1 页　共 1 页"
    assert [number in words(data) for number in ("1.1", "1.2", "1.3", "2.1")] == [True] * 4
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_form_without_tasks_or_notice_is_still_a_paper() -> None:
    facts = replace(form_facts(0), notice_title="")
    assert len(pages(form_pdf(facts))) == 1


def test_check_code_depends_on_content_alone() -> None:
    rows = [(1, 2, "ab"), (7, 1, "cd")]
    digest, code = check_code(rows)
    assert (code, digest[:12]) == ("PF88-CTC6-JF", "b3d086698693")
    assert check_code(list(reversed(rows))) == (digest, code)
    others = [[(1, 3, "ab"), (7, 1, "cd")], [(1, 2, "ac"), (7, 1, "cd")], [(2, 2, "ab"), (7, 1, "cd")], rows[:1]]
    assert code not in {check_code(other)[1] for other in others}


def test_no_chinese_typeface_is_said_in_one_line() -> None:
    none = typst.Fonts(include_system_fonts=False)
    with pytest.raises(EnvironmentRefused) as caught:
        form_pdf(form_facts(), fonts=none)
    assert caught.value.code == "E-P01"
    assert "fonts-noto-cjk" in caught.value.remedy
    assert "\n" not in str(caught.value)
    assert chinese_font(none) is None


def test_form_keeps_the_margins_and_page_numbers_of_an_official_document() -> None:
    for place, page in enumerate(measured(form_pdf(form_facts(12))), 1):
        assert min(line.left for line in page.lines) == pytest.approx(28, abs=1)
        assert max(line.right for line in page.lines) == pytest.approx(184, abs=1)
        assert 36.5 < min(char.top for char in page.chars) < 42
        dash, number, end = page.saying(f"–{place}–")
        assert (dash.top + dash.bottom) / 2 == pytest.approx(37 + 225 + 7, abs=1)
        assert end.right == pytest.approx(184 - 14 * MM, abs=0.5)
        assert number.size == pytest.approx(14, abs=0.1)
    section = docx.Document(io.BytesIO(form_docx(form_facts(4)))).sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]


def test_a_task_longer_than_a_page_says_on_each_whose_it_is() -> None:
    printed = pages(form_pdf(form_facts(1, "很长的进展。" * 900)))
    assert all("1.1加强城镇污水垃圾处理" in page for page in printed[:-1])
    assert "".join(printed).count("很") == 900
