"""The PDF measured with a ruler: the figures of GB/T 9704-2012, in millimetres from the upper left corner."""

from __future__ import annotations

from itertools import pairwise

import pytest

from documents.fonts import chinese_font
from documents.official import paper_pdf
from documents.paper import SHEET, TEXT, Annex, Block, Table, annex_list, cells, mark_look
from documents.title_lines import LONGEST, title_lines
from kit.measure import MM, Page, pages, pitches
from kit.papers import FULL, MARK, NARROW, WIDE, letter, paper

TOP, LEFT, WIDTH, HEIGHT = 37.0, 28.0, 156.0, 225.0
FOOT, RIGHT = TOP + HEIGHT, LEFT + WIDTH
RED, BLACK = (230, 0, 18), (0, 0, 0)
EM = 16 * MM
#: an em stands 0.88 of itself above its base line
BELOW = 0.12 * EM

pytestmark = pytest.mark.skipif(chinese_font() is None, reason="no Chinese typeface is installed here")


@pytest.fixture(scope="module")
def official() -> list[Page]:
    return pages(paper_pdf(paper()))


@pytest.fixture(scope="module")
def letters() -> list[Page]:
    return pages(paper_pdf(letter()))


def ems(page: Page, words: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the em boxes of words."""
    found = page.saying(words)
    em = found[0].size * MM
    return found[0].left, found[0].base - 0.88 * em, found[-1].right, found[0].base + 0.12 * em


def test_a_page_of_text_has_22_lines_of_28_characters_in_16_points_and_fills_the_type_area(official) -> None:
    page = official[1]
    assert (round(page.width), round(page.height)) == (210, 297)
    rows = page.rows(16)
    assert [len(row) for row in rows] == [28] * 22
    assert {char.text for row in rows for char in row} == {FULL}
    assert all(HEIGHT / 22 - 0.02 < pitch < HEIGHT / 22 + 0.02 for pitch in pitches(rows))
    half = (HEIGHT / 22 - EM) / 2  # what a line keeps above and below its characters
    assert rows[0][0].base - 0.88 * EM - half == pytest.approx(TOP, abs=0.1)
    assert rows[-1][0].base + BELOW + half == pytest.approx(FOOT, abs=0.1)
    assert rows[5][0].left == pytest.approx(LEFT, abs=0.4)
    assert rows[5][-1].right == pytest.approx(RIGHT, abs=0.4)


def test_the_red_head_stands_where_the_standard_wants_it(official) -> None:
    page = official[0]
    mark = page.saying(MARK)
    assert min(char.top for char in mark) == pytest.approx(TOP + 35, abs=0.3)
    assert (mark[0].left + mark[-1].right) / 2 == pytest.approx(LEFT + WIDTH / 2, abs=0.6)
    assert mark[-1].right - mark[0].left <= WIDTH
    number = ems(page, "清长江办〔2022〕3号")
    lines_between = (number[1] - max(char.bottom for char in mark)) / (HEIGHT / 22)
    assert 2 <= lines_between < 2.6
    (line,) = page.rules(RED)
    assert (line.top + line.bottom) / 2 - number[3] == pytest.approx(4, abs=0.3)
    assert (line.left + line.right) / 2 == pytest.approx(LEFT + WIDTH / 2, abs=0.1)
    assert line.width == pytest.approx(WIDTH, abs=1.5)


def test_the_title_is_of_22_points_centred_two_lines_below_the_red_line_and_wanes(official) -> None:
    page = official[0]
    rows = page.rows(22)
    assert "".join(char.text for row in rows for char in row) == paper().title
    assert [len(row) for row in rows] == sorted((len(row) for row in rows), reverse=True)
    for row in rows:
        assert (row[0].left + row[-1].right) / 2 == pytest.approx(LEFT + WIDTH / 2, abs=1.5)
    (line,) = page.rules(RED)
    assert 2 <= (rows[0][0].base - 0.88 * 22 * MM - line.bottom) / (HEIGHT / 22) < 2.6
    addressee = ems(page, "市人民政府：")
    assert addressee[0] == pytest.approx(LEFT, abs=0.5)
    assert 1 <= (addressee[1] - rows[-1][0].base) / (HEIGHT / 22) < 2


def test_levels_are_indented_by_two_characters(official) -> None:
    # the opening bracket of a level stands in the right half of its em
    for words, bracket in (("一、总体情况", 0), ("（一）进展", EM / 2), ("1.污水处理", 0), ("（1）管网", EM / 2)):
        first = official[0].saying(words)[0]
        assert first.size == pytest.approx(16, abs=0.1)
        assert first.left - LEFT - bracket == pytest.approx(2 * WIDTH / 28, abs=1)


def test_page_numbers_stand_7_mm_below_the_type_area_outside_one_character_in(official) -> None:
    for place, page in enumerate(official[:4]):
        dash, *_number, end = page.saying(f"–{place + 1}–")
        assert (dash.top + dash.bottom) / 2 == pytest.approx(FOOT + 7, abs=0.2)
        assert dash.size == pytest.approx(14, abs=0.1)
        if place % 2:
            assert dash.left == pytest.approx(LEFT + 14 * MM, abs=0.5)
        else:
            assert end.right == pytest.approx(RIGHT - 14 * MM, abs=0.5)


def test_the_day_stands_four_characters_in_and_the_issuer_centred_above_it(official) -> None:
    page = next(page for page in official if page.says("2022年6月8日") and page.says("特此报告。"))
    day, issuer = page.saying("2022年6月8日"), page.saying("清溪市长江办")
    assert RIGHT - day[-1].right == pytest.approx(4 * WIDTH / 28, abs=1)  # 日 is narrower than its em
    assert (day[0].left + day[-1].right) / 2 == pytest.approx((issuer[0].left + issuer[-1].right) / 2, abs=0.6)
    assert day[0].base - issuer[0].base == pytest.approx(HEIGHT / 22, abs=0.05)


def test_annexes_are_listed_a_line_below_the_text_with_their_names_below_one_another(official) -> None:
    page = next(page for page in official if page.says("附件：1.量化"))
    first, second = page.saying("附件：1.量化"), page.saying("2.任务")
    assert first[0].left == pytest.approx(LEFT + 2 * WIDTH / 28, abs=0.5)
    assert first[5].left == pytest.approx(second[2].left, abs=0.3)
    said = page.saying("特此报告。")
    assert first[0].base - said[0].base == pytest.approx(2 * HEIGHT / 22, abs=0.1)
    assert annex_list((Annex("表", NARROW),)) == [("附件：", "", "表")]


def test_each_annex_begins_a_page_with_its_mark_at_the_upper_left_and_its_title_in_the_third_line(official) -> None:
    upright = next(page for page in official if page.rows(16) and page.rows(16)[0][0].text == "附")
    mark = upright.saying("附件1")
    assert mark[0].left == pytest.approx(LEFT, abs=0.6)
    assert mark[0].base - 0.88 * EM == pytest.approx(TOP + (HEIGHT / 22 - EM) / 2, abs=0.1)
    title = upright.rows(22)[0]
    assert 1.9 < (title[0].base - mark[0].base) / (HEIGHT / 22) < 2.4


def test_a_wide_annex_lies_down_with_its_number_where_upright_pages_have_it(official) -> None:
    turned = [(number, page) for number, page in enumerate(official, 1) if page.width > page.height]
    assert len(turned) > 1
    for number, page in turned:
        figure = next(char for char in page.chars if char.text == str(number)[0] and abs(char.size - 14) < 0.1)
        # seen upright: 7 mm below the type area is 7 mm left of it, the outside is above or below
        assert (figure.left + figure.right) / 2 == pytest.approx(35 - 7, abs=1)
        assert figure.top > 160 if number % 2 else figure.bottom < 60
        assert page.says("序号工作任务事项单位")
        assert min(line.left for line in page.lines) > 34
        assert max(line.right for line in page.lines) < 261


def test_the_copy_block_ends_on_the_lower_edge_of_the_last_page(official) -> None:
    last = official[-1]
    assert [page.says("2022年6月8日印发") for page in official] == [False] * (len(official) - 1) + [True]
    lines = [line for line in last.rules(BLACK) if line.bottom > 150]
    upper, middle, lower = lines[-3:]
    foot = last.height - 26  # this page lies down
    assert (lower.top + lower.bottom) / 2 == pytest.approx(foot, abs=0.3)
    said = last.saying("抄送：市委办公室")
    assert said[0].size == pytest.approx(14, abs=0.1)
    assert upper.bottom < said[0].base < middle.top < last.saying("2022年6月8日印发")[0].base < lower.top


@pytest.mark.parametrize("text", range(28 * 3, 28 * 26, 28 * 2 + 5))
def test_no_page_holds_a_signature_alone(text: int) -> None:
    made = pages(paper_pdf(paper(blocks=(Block(TEXT, FULL * text),), annexes=(), imprint="", copies="")))
    signed = next(page for page in made if page.says("2022年6月8日"))
    assert signed.says("清溪市长江办")
    body = [row for row in signed.rows(16) if row[0].text == FULL]
    assert body
    for page in made[1:-1]:  # no page in between is left half empty for it
        assert len(page.rows(16)) == 22


def test_a_letter_has_its_mark_30_mm_from_the_edge_and_double_lines_of_170_mm(letters) -> None:
    page = letters[0]
    mark = page.saying("清溪市长江办")
    assert min(char.top for char in mark) == pytest.approx(30, abs=0.3)
    thick, thin, foot_thin, foot_thick = page.rules(RED)
    for line in (thick, thin, foot_thin, foot_thick):
        assert (line.left + line.right) / 2 == pytest.approx(105, abs=0.2)
        assert line.width == pytest.approx(170, abs=1.5)
    assert thick.bottom - thick.top > thin.bottom - thin.top
    assert foot_thick.bottom - foot_thick.top > foot_thin.bottom - foot_thin.top
    assert (foot_thick.top + foot_thick.bottom) / 2 == pytest.approx(277, abs=0.4)
    assert thick.top - max(char.bottom for char in mark) == pytest.approx(4, abs=1)
    number = ems(page, "清长江办〔2022〕3号")
    assert number[2] == pytest.approx(RIGHT, abs=0.6)
    assert number[1] - thin.bottom == pytest.approx(14 * MM, abs=0.8)


def test_a_letter_counts_its_first_page_without_showing_the_number_and_has_no_copy_block(letters) -> None:
    assert not letters[0].says("–1–")
    assert letters[1].says("–2–")
    assert letters[1].rules(RED) == []
    assert not any(page.says("印发") for page in letters)


def test_a_table_alone_has_neither_head_nor_signature() -> None:
    made = alone(*WIDE.rows)
    assert {round(page.width) for page in made} == {297}
    assert made[0].rows(22)[0][0].base < 45
    assert not any(page.says("附件") or page.rules(RED) for page in made)


def test_equal_neighbours_of_a_merging_column_are_one_cell_until_the_item_changes() -> None:
    drawn = cells(WIDE)
    assert drawn[0][0] is not None
    assert drawn[0][0].columns == 4
    assert [row[1].rows if row[1] else 0 for row in drawn[1:7]] == [3, 0, 0, 3, 0, 0]
    assert [row[2].rows for row in drawn[1:4]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("督办通知单", ("督办通知单",)),
        (paper().title, ("关于《清溪市2022年推动长江经济带发展", "工作要点》2022年6月落实情况的报告")),
        ("关于2022年6月工作进展报送情况的通报", ("关于2022年6月工作进展报送情况的通报",)),
    ],
)
def test_a_title_is_broken_at_a_sense(title: str, lines: tuple[str, ...]) -> None:
    made = title_lines(title)
    assert "".join(made) == title
    assert made == lines
    assert all(len(above) >= len(below) for above, below in pairwise(made))
    assert not any(line.startswith(("的", "》", "、")) for line in made)


def test_an_overlong_title_is_broken_all_the_same() -> None:
    title = "关于" + "长江经济带生态环境突出问题整改" * 12 + "ABC" * 30 + "的报告"
    made = title_lines(title)
    assert "".join(made) == title
    assert max(map(len, made)) <= LONGEST


def test_a_long_mark_is_pressed_before_it_is_made_small() -> None:
    assert mark_look("清溪市长江办文件") == (40.0, 1.0)
    size, stretch = mark_look("清溪市推动长江经济带发展领导小组办公室")
    assert 30 < size <= 40
    assert 0.55 <= stretch < 1
    assert 19 * size * stretch <= WIDTH / MM


def alone(*rows: tuple[str, ...]) -> list[Page]:
    annex = Annex("任务分解表", Table(WIDE.columns, rows), landscape=True)
    return pages(paper_pdf(paper(form=SHEET, blocks=(), signature="", imprint="", annexes=(annex,))))


def test_a_heading_in_a_table_is_never_the_last_row_of_a_page() -> None:
    for filler in range(9, 15):
        rows = [(f"{n}", "任务", "事项", "单位") for n in range(filler)]
        made = alone(*rows, ("二、标题",), ("（一）小标题",), ("99", "任务", "末项" + FULL * 120, "单位"))
        heading = next(place for place, page in enumerate(made) if page.says("二、标题"))
        assert made[heading].says("（一）小标题")
        assert made[heading].says("末项")


def test_a_row_taller_than_a_page_is_broken_and_nothing_of_it_is_lost() -> None:
    for above in ((), (("二、标题",),)):
        made = alone(*above, ("1", "任务", FULL * 3000, "乙" * 400))
        chars = [char for page in made for char in page.chars]
        assert sum(char.text == FULL for char in chars) == 3000
        assert sum(char.text == "乙" for char in chars) == 400
        assert max(char.bottom for char in chars if char.text == FULL) < 210 - 26


def test_tables_with_nothing_in_them_are_set_all_the_same() -> None:
    assert len(alone()) == 1
    assert len(alone(("二、标题",))) == 1
