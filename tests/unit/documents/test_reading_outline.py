"""The outline of a notice and what stands above it: sections with lost numbers, titles, dates, recipients, the rule."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from documents.reading.marks import chinese, numeral
from documents.reading.reader import read_notice
from kit.notice import HEAD, codes, notice
from models.errors import BadInput

if TYPE_CHECKING:
    from models.drafts import NoticeDraft

BODY = """(一)抓水
1.甲事。完成甲(市水利局)
(二)抓气
2.乙事。完成乙(市公安局)

抓好保障确保落实到位
(一)抓钱
3.丙事。完成丙(市财政局)
三、抓好落实
4.丁事。完成丁(市财政局)
"""


def labels(draft: NoticeDraft) -> list[tuple[int, str, str, str]]:
    return [(i.number, str(i.section or ""), str(i.subsection or ""), i.title) for i in draft.items]


def test_items_stand_under_their_section_and_subsection() -> None:
    assert labels(notice(BODY)) == [
        (1, "一、抓好工作", "(一)抓水", "甲事"),
        (2, "一、抓好工作", "(二)抓气", "乙事"),
        (3, "二、抓好保障确保落实到位", "(一)抓钱", "丙事"),
        (4, "三、抓好落实", "", "丁事"),
    ]


def test_lost_section_number_is_inferred_by_its_place_and_told() -> None:
    (note,) = notice(BODY).warnings
    assert (note.code, note.line, note.quote) == ("W-O01", 12, "抓好保障确保落实到位")
    assert note.readings == ("二、抓好保障确保落实到位",)


def test_section_that_leaves_one_out_and_numbers_that_repeat_are_told() -> None:
    assert codes(notice("1.甲。乙(市水利局)\n三、保障\n2.丙。丁(市水利局)")) == ["W-O02"]
    repeated = notice("1.甲。乙(市水利局)\n二、保障\n1.丙。丁(市水利局)")
    assert [item.number for item in repeated.items] == [1, 2]
    assert codes(repeated) == ["W-O03"]
    assert codes(notice("1.甲。乙(市水利局)\n3.丙。丁(市水利局)")) == ["W-O03"]


@pytest.mark.parametrize(
    "lines",
    [
        ("1.甲事。", "完成甲。", "完成乙(市水利局)"),
        ("1.甲事", "完成甲。完成乙(市水利局)"),
        ("1.甲事。完成甲。", "完成乙(市水利局)"),
        ("1.甲事。完成甲。完成", "乙(市水利局)"),
        ("1、甲事。完成甲。完成乙(市水利局)",),
    ],
)
def test_text_of_an_item_may_run_over_lines(lines: tuple[str, ...]) -> None:
    (item,) = notice("\n".join(lines)).items
    assert item.title == "甲事"
    assert [(clause.text, clause.units) for clause in item.clauses] == [("完成甲。完成乙", ("市水利局",))]


def test_later_clause_of_an_item_knows_the_line_it_stands_on() -> None:
    draft = notice("1.甲事。\n完成甲(市水利局)。\n完成乙(市公安局)。")
    assert [clause.source_line for clause in draft.clauses] == [8, 9]


def test_what_a_page_leaves_below_the_last_item_is_told_and_not_used() -> None:
    draft = notice("1.甲事。完成甲(市水利局,有关县市区\n扫一扫在手机打开当前页\n【打印本页】【关闭窗口】")
    assert [clause.text for clause in draft.clauses] == ["完成甲"]
    assert codes(draft) == ["W-N01", "W-T03", "W-T03"]


def test_item_that_is_nothing_but_a_title_is_its_own_text() -> None:
    (clause,) = notice("1.完成甲(市水利局)").clauses
    assert (clause.text, clause.units) == ("完成甲", ("市水利局",))


def test_head_is_read_whole() -> None:
    draft = notice("1.甲事。乙(市水利局)")
    assert (draft.title, draft.issuer, draft.issuer_short) == (
        "关于印发《甲市2022年工作要点》的通知",
        "甲市工作领导小组办公室",
        "市甲办",
    )
    assert (draft.issued_on, draft.recipients_list) == (date(2022, 5, 7), ("各成员单位",))
    rule = draft.reporting
    assert (rule.day, rule.cycle, rule.who, rule.who_reports) == (25, "monthly", "各责任单位", "every")
    assert (rule.what, rule.to, rule.needs, rule.needs_quote) == (
        "工作进度",
        "市甲办",
        "signed and stamped",
        "签字盖章",
    )
    assert codes(draft) == []


@pytest.mark.parametrize(
    ("sentence", "day", "cycle", "who"),
    [
        ("请各牵头单位于每季度末10日前报送进展。", 10, "quarterly", "lead"),
        ("请各单位每月5日前将情况报送市甲办。", 5, "monthly", "every"),
        ("请各单位抓好落实。", None, "", "every"),
    ],
)
def test_reporting_rule_is_read_from_its_sentence(sentence: str, day: int | None, cycle: str, who: str) -> None:
    lines = HEAD.split("\n")
    lines[2] = sentence
    draft = notice("1.甲事。乙(市水利局)", "\n".join(lines))
    assert (draft.reporting.day, draft.reporting.cycle, draft.reporting.who_reports) == (day, cycle, who)
    assert ("W-H04" in codes(draft)) is (day is None)


@pytest.mark.parametrize(
    ("line", "code", "day"),
    [
        ("202257日", "W-D02", date(2022, 5, 7)), ("2022111日", "W-D03", None), ("2022年2月30日", "E-D01", None),
        ("20225日", "E-D01", None), ("某日", "W-H01", None),
    ],
)  # fmt: skip
def test_damaged_date_of_issue_is_told_and_only_a_single_reading_is_taken(
    line: str, code: str, day: date | None
) -> None:
    draft = notice("1.甲事。乙(市水利局)", HEAD.replace("2022年5月7日", line))
    assert (draft.issued_on, codes(draft)) == (day, [code])


def test_recipients_that_lost_their_signs_are_parted_and_told() -> None:
    draft = notice("1.甲事。乙(市水利局)", HEAD.replace("各成员单位:", "甲市领导小组各成员单位有关单位"))
    assert draft.recipients_list == ("甲市领导小组各成员单位", "有关单位")
    assert codes(draft) == ["W-H02", "W-H02"]


def test_list_of_attachments_is_no_item_and_a_broken_name_is_joined_and_told() -> None:
    head = HEAD.replace(
        "甲市工作领导小组办公室\n", "附件:1、甲市工作要点\n2、甲市工作要点任\n务分解表\n甲市工作领导小组办公室\n"
    )
    draft = notice("1.甲事。乙(市水利局)", head)
    assert draft.attachments == ("甲市工作要点", "甲市工作要点任务分解表")
    assert [(note.code, note.line, note.quote) for note in draft.warnings] == [("W-H03", 6, "务分解表")]


@pytest.mark.parametrize("text", ["只有一行字。", "关于甲事的通知\n各单位:\n请抓好落实。\n2022年5月7日", "\n\n \n"])
def test_text_without_items_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_notice(text.encode(), "通知.txt")
    assert (caught.value.code, caught.value.where) == ("E-N05", "通知.txt")


def test_more_clauses_than_a_person_could_confirm_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        notice("1.甲事。" + "完成甲(市水利局)。" * 5001)
    assert caught.value.code == "E-N04"


def test_chinese_numerals_count_both_ways() -> None:
    assert [chinese(number) for number in (1, 10, 11, 20, 99)] == ["一", "十", "十一", "二十", "九十九"]
    assert [numeral(chinese(number)) for number in range(1, 100)] == list(range(1, 100))


def test_any_two_damages_together_crash_nothing_and_lose_no_unit_bracket_silently() -> None:
    """Each sign of a good item taken out, two at a time: a text, or a refusal in words."""
    line = "1.甲事。2022年6月底前完成甲(市水利局、市公安局,有关县市区)再做乙(市公安局)。"
    for first, second in product(range(len(line)), repeat=2):
        kept = "".join(char for at, char in enumerate(line) if at not in {first, second})
        try:
            draft = notice(kept)
        except BadInput:
            continue
        assert all(clause.text.strip() for clause in draft.clauses)
        whole = len(draft.clauses) == 2 and all(clause.units for clause in draft.clauses)
        assert whole or codes(draft), kept


def test_short_first_sentence_is_the_title_and_a_long_one_is_text() -> None:
    long = "开展某类货物的保税仓储，在区内各监管场所之间以及监管场所与口岸之间流转时免于提交批准文件"
    draft = notice(f"1.做好甲事。完成甲(市水利局)。\n2.{long}。支持举办展会(市商务局)。")
    assert [(item.title, [clause.text for clause in item.clauses]) for item in draft.items] == [
        ("做好甲事", ["完成甲"]),
        ("开展某类货物的保税仓储", [f"{long}。支持举办展会"]),
    ]


def test_title_that_begins_with_a_figure_is_an_item_where_the_number_goes_on() -> None:
    draft = notice("1.甲事。完成甲(市水利局)。\n2.121工程。完成乙(市公安局)。\n3.5亿元投资。完成丙(市教育局)。")
    assert [(item.number, item.title) for item in draft.items] == [(1, "甲事"), (2, "121工程")]
