"""The State Council's holiday notice: the official phrases of several years against the library's days."""

from __future__ import annotations

from datetime import date

import pytest

from models.errors import BadInput
from models.language import speaking
from workflow.calendar import WorkCalendar, YearTable, seed_year
from workflow.holiday_notice import parse_holiday_notice

HEAD = """国务院办公厅关于{year}年
部分节假日安排的通知

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
FOOT = """
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置。

国务院办公厅
{before}年10月25日
"""
ITEMS = {
    2019: """
　　一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。
　　二、春节：2月4日至10日放假调休，共7天。2月2日（星期六）、2月3日（星期日）上班。
　　三、清明节：4月5日放假，与周末连休。
　　四、劳动节：5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。
　　五、端午节：6月7日放假，与周末连休。
　　六、中秋节：9月13日放假，与周末连休。
　　七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2021: """
　　一、元旦：2021年1月1日至3日放假，共3天。
　　二、春节：2月11日至17日放假调休，共7天。2月7日（星期日）、2月20日（星期六）上班。
　　三、清明节：4月3日至5日放假调休，共3天。
　　四、劳动节：5月1日至5日放假调休，共5天。4月25日（星期日）、5月8日（星期六）上班。
　　五、端午节：6月12日至14日放假，共3天。
　　六、中秋节：9月19日至21日放假调休，共3天。9月18日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月26日（星期日）、10月9日（星期六）上班。""",
    2022: """
　　一、元旦：2022年1月1日至3日放假，共3天。
　　二、春节：1月31日至2月6日放假调休，共7天。1月29日（星期六）、1月30日（星期日）上班。
　　三、清明节：4月3日至5日放假调休，共3天。4月2日（星期六）上班。
　　四、劳动节：4月30日至5月4日放假调休，共5天。4月24日（星期日）、5月7日（星期六）上班。
　　五、端午节：6月3日至5日放假，共3天。
　　六、中秋节：9月10日至12日放假，共3天。
　　七、国庆节：10月1日至7日放假调休，共7天。10月8日（星期六）、10月9日（星期日）上班。""",
    2023: """
　　一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
　　二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
　　三、清明节：4月5日放假，共1天。
　　四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
　　五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
　　六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """
　　一、元旦：1月1日放假，与周末连休。
　　二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
　　三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
　　四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
　　五、端午节：6月10日放假，与周末连休。
　　六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """
　　一、元旦：1月1日（周三）放假1天，不调休。
　　二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
　　三、清明节：4月4日（周五）至6日（周日）放假，共3天。
　　四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
　　五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
　　六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """
　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。
　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。
　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


def notice(year: int) -> str:
    return HEAD.format(year=year) + ITEMS[year] + FOOT.format(before=year - 1)


def weekdays_off(table: YearTable, year: int) -> set[date]:
    """What a table takes from Monday to Friday in the year: the notices may leave free weekends unsaid."""
    return {day for day in table.off if day.year == year and day.weekday() < 5}


@pytest.mark.parametrize("year", sorted(ITEMS))
def test_parse_holiday_notice_agrees_with_the_library(year: int) -> None:
    table, known = parse_holiday_notice(notice(year)), seed_year(year)
    assert known is not None
    assert table.year == year
    assert weekdays_off(table, year) == weekdays_off(known, year)
    assert {day for day in table.makeup if day.year == year} == known.makeup


def test_parse_holiday_notice_counts_2026() -> None:
    table = parse_holiday_notice(notice(2026))
    assert (len(table.off), len(table.makeup)) == (33, 6)


def test_parse_holiday_notice_puts_days_into_the_year_before() -> None:
    assert date(2022, 12, 31) in parse_holiday_notice(notice(2023)).off
    assert date(2018, 12, 29) in parse_holiday_notice(notice(2019)).makeup


def test_parse_holiday_notice_makes_the_year_known() -> None:
    calendar = WorkCalendar.of([parse_holiday_notice(notice(2022))])
    assert not calendar.is_provisional(2022)
    assert calendar.is_workday(date(2022, 5, 7))


def test_parse_holiday_notice_reads_full_width_digits_and_broken_lines() -> None:
    wide = notice(2022).translate(str.maketrans("0123456789", "０１２３４５６７８９")).replace("月", "\n月")
    assert parse_holiday_notice(wide) == parse_holiday_notice(notice(2022))


def test_parse_holiday_notice_lets_a_month_stand_for_the_dates_behind_it() -> None:
    short = notice(2022).replace("10月8日（星期六）、10月9日（星期日）上班", "10月8日、9日（星期日）上班")
    assert parse_holiday_notice(short) == parse_holiday_notice(notice(2022))


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("共7天。1月29日", "共8天。1月29日", "E-D03"),  # the checksum
        ("1月31日至2月6日", "1月31日至2月5日", "E-D03"),
        ("9月10日至12日放假", "9月10日、12日放假", "E-D03"),
        ("放假调休，共7天。1月29日（星期六）", "放假调休，共7天。1月29日（星期日）", "E-D03"),  # the weekday
        ("4月2日（星期六）上班", "4月1日上班", "E-D03"),  # a Friday is no make-up workday
        ("4月2日（星期六）上班", "4月3日（星期日）上班", "E-D03"),  # off and worked at once
        ("五、端午节：6月3日至5日放假，共3天。", "", "E-D03"),
        ("6月3日至5日放假，共3天", "放假安排另行通知", "E-D03"),
        ("6月3日至5日", "6月5日至3日", "E-D03"),
        ("4月30日至5月4日", "4月31日至5月4日", "E-D01"),
        ("部分节假日安排", "部分会议安排", "E-D03"),
    ],
)
def test_parse_holiday_notice_refuses_a_text_that_disagrees_with_itself(right: str, wrong: str, code: str) -> None:
    text = notice(2022).replace("\n部分", "部分")
    assert right in text
    with pytest.raises(BadInput) as refused:
        parse_holiday_notice(text.replace(right, wrong, 1))
    assert refused.value.code == code


def test_parse_holiday_notice_says_where_and_what() -> None:
    with speaking("en"), pytest.raises(BadInput) as refused:
        parse_holiday_notice(notice(2022).replace("共5天", "共4天"))
    assert refused.value.what == "The notice says 4 days off, its dates make 5."
    assert refused.value.where == "劳动节: 4月30日至5月4日放假调休,共4天"


@pytest.mark.parametrize(
    "text", ["", "关于召开会议的通知", "\0" * 100, "一、" * 10_000, "关于2022年部分节假日安排" + "1月" * 50_000]
)
def test_parse_holiday_notice_refuses_anything_else(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_holiday_notice(text)
    assert refused.value.code == "E-D03"


@pytest.mark.parametrize("mark", ["\u0301\u0316", "\ufdfa", "一、元旦节、", "1日("])
def test_what_is_longer_than_any_notice_is_refused_at_once(mark: str) -> None:
    """A megabyte of marks that combine would take a quarter of an hour to be put into their order."""
    with pytest.raises(BadInput, match="E-D03"):
        parse_holiday_notice("关于2022年部分节假日安排" + mark * 500_000)
