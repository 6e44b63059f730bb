"""Civil days are Shanghai's, instants are UTC, whatever the machine's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.times import at_local, civil_date, end_of, local_date, shown

DAY = date(2022, 6, 25)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2022, 6, 24, 15, 59, 59, tzinfo=UTC), date(2022, 6, 24)),
        (datetime(2022, 6, 24, 16, 0, tzinfo=UTC), DAY),
        (datetime(2022, 6, 25, 15, 59, 59, 999999, tzinfo=UTC), DAY),
        (datetime(2022, 6, 25, 16, 0, tzinfo=UTC), date(2022, 6, 26)),
    ],
)
def test_day_changes_at_midnight_in_shanghai(instant: datetime, day: date) -> None:
    assert local_date(instant) == day


def test_wall_time_is_eight_hours_ahead_of_utc() -> None:
    assert at_local(DAY, time(9, 30)) == datetime(2022, 6, 25, 1, 30, tzinfo=UTC)
    assert shown(at_local(DAY, time(9, 30))) == "2022-06-25 09:30"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_day_lasts_from_its_midnight_to_its_end(day: date) -> None:
    first, end = at_local(day), end_of(day)
    assert end - first == timedelta(days=1)
    tick = timedelta(microseconds=1)
    assert [local_date(instant) for instant in (first - tick, first, end - tick, end)] == [
        day - timedelta(days=1), day, day, day + timedelta(days=1),
    ]  # fmt: skip


def test_a_day_is_taken_in_years_from_which_days_can_be_counted() -> None:
    """A return by 9999-12-31 would leave no working day to remind on, and every sweep would end there."""
    assert [civil_date(text).year for text in ("1900-01-01", "2199-12-31")] == [1900, 2199]
    for text in ("1899-12-31", "2200-01-01", "0202-06-25", "9999-12-31", "2022-06-31", "6月25日", ""):
        with pytest.raises(ValueError):
            civil_date(text)
