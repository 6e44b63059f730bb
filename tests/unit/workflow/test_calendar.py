"""The workday calendar against the official days of 2022, the library, and its own arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInput
from workflow.calendar import PeriodDates, WorkCalendar, YearTable, period_dates, seed_year, seeded

CALENDAR = seeded(range(2021, 2028))
DAYS = st.dates(date(2022, 1, 1), date(2026, 12, 31))
COUNTS = st.integers(-60, 60)


def days(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=place) for place in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2022-05-06", True),  # a Friday after the holiday
        ("2022-05-07", True),  # a Saturday made up: the day of the reference notice
        ("2022-05-08", False),
        ("2022-05-04", False),  # a Wednesday off
        ("2022-04-24", True),
        ("2022-06-25", False),  # a Saturday
        ("2022-10-07", False),
        ("2022-10-08", True),
        ("2022-10-09", True),
        ("2022-10-10", True),
        ("2023-06-25", True),  # a Sunday made up
        ("2023-06-23", False),
        ("2026-10-10", True),
        ("2027-01-01", True),  # provisional: Monday to Friday and nothing else
    ],
)
def test_is_workday_follows_the_official_notices(day: str, worked: bool) -> None:
    assert CALENDAR.is_workday(date.fromisoformat(day)) is worked


@pytest.mark.parametrize("year", range(2022, 2027))
def test_is_workday_agrees_with_chinesecalendar_on_every_day(year: int) -> None:
    assert [day for day in days(year) if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)] == []


def test_is_workday_agrees_with_holidays_on_every_day_of_2022() -> None:
    other = holidays.country_holidays("CN", years=2022)
    assert [day for day in days(2022) if CALENDAR.is_workday(day) != other.is_working_day(day)] == []


def test_is_workday_counts_249_in_2022() -> None:
    assert sum(CALENDAR.is_workday(day) for day in days(2022)) == 249


@pytest.mark.parametrize("when", [2027, date(2027, 3, 1), 2003])
def test_is_provisional_without_a_table(when: int | date) -> None:
    assert CALENDAR.is_provisional(when) is True


@pytest.mark.parametrize("when", [2026, date(2026, 12, 31)])
def test_is_provisional_is_false_with_a_table(when: int | date) -> None:
    assert CALENDAR.is_provisional(when) is False


def test_seed_year_is_none_for_a_year_the_library_does_not_cover() -> None:
    assert seed_year(2027) is None


def test_seed_year_holds_the_make_up_workdays_of_2022() -> None:
    table = seed_year(2022)
    assert table is not None
    assert sorted(f"{day:%m-%d}" for day in table.makeup) == [
        "01-29", "01-30", "04-02", "04-24", "05-07", "10-08", "10-09",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2022-06-24", 1, "2022-06-27"),
        ("2022-06-25", 1, "2022-06-27"),
        ("2022-06-26", 1, "2022-06-27"),
        ("2022-06-25", 0, "2022-06-25"),
        ("2022-06-25", -1, "2022-06-24"),
        ("2022-06-25", -2, "2022-06-23"),
        ("2022-06-25", -5, "2022-06-20"),
        ("2022-06-25", 3, "2022-06-29"),
        ("2022-06-25", 5, "2022-07-01"),
        ("2022-04-25", 5, "2022-05-05"),  # over Labour Day
        ("2022-04-25", 7, "2022-05-07"),  # the made-up Saturday counts
        ("2022-04-25", 8, "2022-05-09"),
        ("2022-05-09", -1, "2022-05-07"),
        ("2022-09-30", 1, "2022-10-08"),
        ("2022-09-30", 2, "2022-10-09"),
        ("2022-10-10", -3, "2022-09-30"),
        ("2023-06-25", -1, "2023-06-21"),
        ("2023-06-21", 1, "2023-06-25"),
        ("2022-12-30", 1, "2023-01-03"),  # over the year's end
    ],
)
def test_add_workdays_steps_over_days_off(day: str, count: int, expected: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(day), count).isoformat() == expected


@given(DAYS, COUNTS)
def test_add_workdays_lands_on_a_workday_after_exactly_that_many(day: date, count: int) -> None:
    landed = CALENDAR.add_workdays(day, count)
    step = timedelta(days=1 if count > 0 else -1)
    walked = [day + step * place for place in range(1, abs((landed - day).days) + 1)]
    assert sum(CALENDAR.is_workday(one) for one in walked) == abs(count)
    assert count == 0 or CALENDAR.is_workday(landed)
    assert (landed > day) - (landed < day) == (count > 0) - (count < 0)


@given(DAYS, st.integers(1, 60))
def test_add_workdays_and_back_is_the_same_from_a_workday(day: date, count: int) -> None:
    start = CALENDAR.next_workday(day)
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(start, count), -count) == start


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_add_workdays_can_be_done_in_two_steps(day: date, one: int, two: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, one), two) == CALENDAR.add_workdays(day, one + two)


@given(DAYS, st.integers(0, 60))
def test_workdays_between_counts_what_add_workdays_walked(day: date, count: int) -> None:
    landed = CALENDAR.add_workdays(day, count)
    assert CALENDAR.workdays_between(day, landed) == count
    assert CALENDAR.workdays_between(landed, day) == -count


@pytest.mark.parametrize(
    ("how", "expected"), [("none", "2022-06-25"), ("before", "2022-06-24"), ("after", "2022-06-27")]
)
def test_roll_moves_a_due_saturday(how: str, expected: str) -> None:
    assert CALENDAR.roll(date(2022, 6, 25), how).isoformat() == expected


@pytest.mark.parametrize("how", ["none", "before", "after"])
def test_roll_leaves_a_made_up_sunday(how: str) -> None:
    assert CALENDAR.roll(date(2023, 6, 25), how) == date(2023, 6, 25)


def test_roll_refuses_another_word() -> None:
    with pytest.raises(BadInput) as refused:
        CALENDAR.roll(date(2022, 6, 25), "later")
    assert refused.value.code == "E-D06"


ROLLED_25THS = {
    # month: (before, after) where the 25th is off; from the official notices of 2022 and 2023
    "2022-06": ("06-24", "06-27"),
    "2022-09": ("09-23", "09-26"),
    "2022-12": ("12-23", "12-26"),
    "2023-01": ("01-20", "01-28"),
    "2023-02": ("02-24", "02-27"),
    "2023-03": ("03-24", "03-27"),
    "2023-11": ("11-24", "11-27"),
}


@pytest.mark.parametrize("month", [f"{year}-{number:02}" for year in (2022, 2023) for number in range(1, 13)])
def test_period_dates_roll_the_25th_of_24_months(month: str) -> None:
    before, after = ROLLED_25THS.get(month, (f"{month[5:]}-25",) * 2)
    found = [period_dates(month, CALENDAR, roll=how).due_on.isoformat() for how in ("none", "before", "after")]
    assert found == [f"{month}-25", f"{month[:4]}-{before}", f"{month[:4]}-{after}"]


def test_period_dates_open_on_the_first_and_close_working_days_after_due() -> None:
    found = period_dates("2022-04", CALENDAR, close_after=7)
    assert found == PeriodDates(date(2022, 4, 1), date(2022, 4, 25), date(2022, 5, 7))


@pytest.mark.parametrize(
    ("month", "due"), [("2022-02", "2022-02-28"), ("2024-02", "2024-02-29"), ("2022-06", "2022-06-30")]
)
def test_period_dates_end_with_a_shorter_month(month: str, due: str) -> None:
    assert period_dates(month, CALENDAR, day=31).due_on.isoformat() == due


@pytest.mark.parametrize("month", ["2022-13", "2022-00", "202206", "2022-6", "0000-01", "六月", "２０２２-06", ""])
def test_period_dates_refuse_what_is_no_month(month: str) -> None:
    with pytest.raises(BadInput) as refused:
        period_dates(month, CALENDAR)
    assert refused.value.code == "E-D01"


def test_calendar_takes_the_later_notice_where_two_speak_of_one_day() -> None:
    off, worked = date(2022, 12, 30), date(2022, 12, 31)
    first = YearTable(2022, frozenset({worked}), frozenset({off}))
    second = YearTable(2023, frozenset({off}), frozenset({worked}))
    expected = WorkCalendar(frozenset({off}), frozenset({worked}), frozenset({2022, 2023}))
    assert WorkCalendar.of([second, first]) == expected
