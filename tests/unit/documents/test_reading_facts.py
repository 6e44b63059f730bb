"""Deadlines and numeric targets in a clause: every reading of damaged digits, and what is no deadline and no target."""

from __future__ import annotations

from datetime import date

import pytest

from documents.reading.dates import deadlines, whole_date
from documents.reading.indicators import indicators
from kit.notice import clauses, notice

JUNE = date(2022, 6, 30)


@pytest.mark.parametrize(
    ("text", "quote", "day"),
    [
        ("2022年6月30日前完成", "2022年6月30日前", JUNE),
        ("2022年6月底前完成", "2022年6月底前", JUNE),
        ("2022年6月底前,完成", "2022年6月底前", JUNE),
        ("20226月底前,甲市完成", "20226月底前", JUNE),
        ("确保项目在20244月完工", "20244月完工", date(2024, 4, 30)),
        ("确保项目在2022年完成前期工作", "在2022年完成前期工作", date(2022, 12, 31)),
        ("2022515日前办结", "2022515日前", date(2022, 5, 15)),
        ("6月底前完成", "6月底前", JUNE),
        ("年底前完成", "年底前", date(2022, 12, 31)),
        ("到2025年,建成", "2025年", date(2025, 12, 31)),
        ("２０２２年６月底前完成", "２０２２年６月底前", JUNE),
    ],
)
def test_deadline_is_read_with_its_quote(text: str, quote: str, day: date) -> None:
    (clause,) = clauses(f"{text}。(市水利局)")
    assert [(one.quote.strip("到"), one.due_on) for one in clause.milestones] == [(quote, day)]


@pytest.mark.parametrize(
    "text",
    [
        "落实《甲市方案(2022-2025年)》", "每月25日前报送", "推进2022年工作", "G60沪昆高速", "“十四五”规划", "《2025年前要点》",
        "近3年的问题",
    ],
)  # fmt: skip
def test_date_that_says_no_by_when_is_no_deadline(text: str) -> None:
    assert clauses(f"{text}(市水利局)")[0].milestones == ()


def test_digits_with_two_readings_stay_open_and_both_are_named() -> None:
    draft = notice("1.做好甲事。2022111日前完成甲(市水利局)")
    assert [(one.quote, one.due_on) for one in draft.clauses[0].milestones] == [("2022111日前", None)]
    (note,) = draft.warnings
    assert (note.code, note.quote, note.readings) == ("W-D03", "2022111日前", ("2022-01-11", "2022-11-01"))


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("6月31日前", ("2022-06-30?",)), ("2022年2月29日前", ("2022-02-28?",)), ("2022年13月前", ()),
        ("2022年6月99日前", ()),
    ],
)  # fmt: skip
def test_day_that_no_calendar_has_is_told_and_not_moved(text: str, near: tuple[str, ...]) -> None:
    draft = notice(f"1.做好甲事。{text}完成甲(市水利局)")
    assert [(one.quote, one.due_on) for one in draft.clauses[0].milestones] == [(text, None)]
    assert [(note.code, note.line, note.quote, note.readings) for note in draft.warnings] == [("E-D01", 7, text, near)]


def test_day_without_month_stays_open_and_is_told() -> None:
    draft = notice("1.做好甲事。25日前完成甲(市水利局)")
    assert [(one.quote, one.due_on) for one in draft.clauses[0].milestones] == [("25日前", None)]
    assert [note.code for note in draft.warnings] == ["W-D03"]


@pytest.mark.parametrize("text", ["2021年6月底前", "0202年6月底前"])
def test_deadline_before_the_notice_is_told(text: str) -> None:
    draft = notice(f"1.做好甲事。{text}完成甲(市水利局)")
    assert [(note.code, note.quote) for note in draft.warnings] == [("E-D02", text)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2022年5月7日", ["2022-05-07"]), ("202257日", ["2022-05-07"]), ("2022年515日", ["2022-05-15"]),
        ("2019515日", ["2019-05-15"]), ("2022111日", ["2022-01-11", "2022-11-01"]), ("2022年2月30日", []),
    ],
)  # fmt: skip
def test_line_that_is_a_date_alone_has_every_reading(text: str, days: list[str]) -> None:
    read = whole_date(text)
    assert read is not None
    assert [day.isoformat() for day in read.readings] == days


@pytest.mark.parametrize("text", ["2022年5月", "20225日", "2022年", "5月7日", "2022年5月7日印发", ""])
def test_line_that_is_no_whole_date_gives_no_day(text: str) -> None:
    read = whole_date(text)
    assert read is None or read.readings == ()


def test_month_without_a_year_needs_the_notices_own() -> None:
    assert [one.day for one in deadlines("6月底前", None)] == [None]
    assert [one.day for one in deadlines("6月底前", 2023)] == [date(2023, 6, 30)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("新增国省科技计划立项120个以上", ("新增国省科技计划立项", ">=", 120, "个")),
        ("高新技术企业突破1000家", ("高新技术企业数量", ">=", 1000, "家")),
        ("实现120家以上企业破零倍增", ("企业破零倍增", ">=", 120, "家")),
        ("全市进出口总额突破300亿元", ("全市进出口总额", ">=", 300, "亿元")),
        ("实现利用外资增长20%", ("利用外资增长", "=", 20, "%")),
        ("到位内资增长12%以上", ("到位内资增长", ">=", 12, "%")),
        ("建设幸福屋场”100个", ("建设幸福屋场", "=", 100, "个")),
        ("单位能耗不超过0.5吨", ("单位能耗", "<=", 0.5, "吨")),
        ("投资1,200万元", ("投资", "=", 1200, "万元")),
        ("惠及居民1.2万户", ("惠及居民", "=", 1.2, "万户")),
    ],
)
def test_target_is_read_as_name_sign_number_and_unit(text: str, wanted: tuple[str, str, float, str]) -> None:
    (one,) = indicators(text)
    assert (one.name, one.op, one.value, one.unit) == wanted
    assert text.startswith(one.quote) or one.quote == text


@pytest.mark.parametrize(
    "text",
    [
        "沿江一公里范围内",
        "G60沪昆高速",
        "十大技术攻关项目",
        "停用时间超过3年的5座尾矿库",
        "第3批",
        "2022-2025年",
        "“28",
    ],
)
def test_number_that_only_says_which_thing_is_meant_is_no_target(text: str) -> None:
    assert indicators(text) == []


def test_two_amounts_joined_by_and_are_two_targets() -> None:
    (clause,) = clauses("引进30名管理人才和50名专业人才(市水利局)。")
    assert [(one.op, one.value, one.unit) for one in clause.indicators] == [("=", 30, "名"), ("=", 50, "名")]


def test_of_a_span_the_lower_end_will_do() -> None:
    (clause,) = clauses("建设1到2个培养基地(市水利局)。")
    assert [(one.op, one.value, one.unit) for one in clause.indicators] == [(">=", 1, "个")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5年内引进10名", [("5年内", None)]),
        ("五年内建成", [("五年内", None)]),
        ("3个月内完成", [("3个月内", None)]),
        ("从2012年起5年内引进10名", [("2012年起5年内", date(2016, 12, 31))]),
        ("对引进的企业5年内享受补贴", []),
        ("连续5年", []),
        ("力争于2012年底前完成", [("2012年底前", date(2012, 12, 31))]),
    ],
)
def test_term_that_limits_a_target_is_a_deadline_and_stays_open_without_its_beginning(
    text: str, found: list[tuple[str, date | None]]
) -> None:
    (clause,) = clauses(f"{text}(市水利局)。")
    assert [(one.quote, one.due_on) for one in clause.milestones] == found
