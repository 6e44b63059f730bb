"""What is due: each rung of the default ladder on its day, at most once, never skipped, afresh in a new round."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.plans import due, next_at
from models.states import Stage
from models.times import SHANGHAI
from schedules.due import TaskFacts, firings, gone, obstacle, planned
from schedules.ladders import Ladders
from schedules.rules import load_rules, parse_rules
from schedules.timetable import Timetable
from schedules.waiting import Waiting, come
from workflow.calendar import period_dates, seeded
from workflow.flow_store import shipped

CALENDAR = seeded(range(2021, 2027))
RULES = load_rules()
JUNE = TaskFacts(
    flow=shipped("monthly_report"),
    task_id=1,
    unit_id=7,
    state=Stage.ASSIGNED,
    round=1,
    due_revision=1,
    received=False,
    opened_on=date(2022, 6, 1),
    due_on=date(2022, 6, 25),
    signed_on=None,
    returned_on=None,
    closes_on=date(2022, 7, 1),
)
RETURNED = replace(
    JUNE, state=Stage.RETURNED, round=2, returned_on=date(2022, 6, 23), due_on=date(2022, 6, 29), received=True
)
SIGNED = replace(JUNE, state=Stage.SIGNED_STAMPED, signed_on=date(2022, 6, 24), received=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def plan(facts: TaskFacts) -> list[str]:
    return [f"{one.fires_at.astimezone(SHANGHAI):%m-%d} {one.rule_name}" for one in firings(RULES, facts, CALENDAR)]


def names(found) -> list[str]:
    return [one.rule_name for one in found]


def test_firings_of_an_untouched_task_are_the_whole_ladder() -> None:
    assert plan(JUNE) == [
        "06-01 opened",
        "06-06 not_received",  # 3 to 5 June are the Dragon Boat days
        "06-20 due_minus_5",
        "06-23 due_minus_2",
        "06-24 due_day",  # the 25th is a Saturday: said on the last working day
        "06-27 urging",
        "06-29 supervision",
        "06-30 closing_office",
        "06-30 closing",
        "07-01 circular",
    ]


def test_firings_are_at_nine_in_shanghai() -> None:
    first = firings(RULES, JUNE, CALENDAR)[0]
    assert first.fires_at == datetime(2022, 6, 1, 1, 0, tzinfo=UTC)
    assert firings(RULES, JUNE, CALENDAR, time(8, 30))[0].fires_at == datetime(2022, 6, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2022-05", ["05-05 opened", "05-07 not_received", "05-18 due_minus_5", "05-23 due_minus_2", "05-25 due_day"]),
        ("2022-10", ["10-08 opened", "10-10 not_received", "10-18 due_minus_5", "10-21 due_minus_2", "10-25 due_day"]),
        ("2023-06", ["06-01 opened", "06-05 not_received", "06-15 due_minus_5", "06-20 due_minus_2", "06-25 due_day"]),
    ],
)
def test_firings_step_over_holidays_and_onto_made_up_days(month: str, expected: list[str]) -> None:
    dates = period_dates(month, CALENDAR)
    facts = replace(JUNE, opened_on=dates.opens_on, due_on=dates.due_on, closes_on=dates.closes_on)
    assert plan(facts)[:5] == expected


def test_firings_of_a_received_task_do_not_ask_for_the_receipt() -> None:
    assert "06-06 not_received" not in plan(replace(JUNE, received=True))


def test_firings_of_a_second_late_month_draft_a_circular_at_once() -> None:
    assert [line for line in plan(replace(JUNE, late_months=1)) if "circular" in line] == [
        "06-27 circular_second_month",
        "07-01 circular",
    ]


def test_firings_of_a_filed_unsigned_task_go_on_from_the_due_day() -> None:
    assert plan(replace(JUNE, state=Stage.REPORTED, received=True)) == [
        "06-24 due_day",
        "06-27 urging",
        "06-29 supervision",
        "06-30 closing_office",
        "06-30 closing",
        "07-01 circular",
    ]


def test_firings_of_a_signed_task_chase_the_office_alone() -> None:
    assert plan(SIGNED) == ["06-28 unreviewed", "06-30 closing_office", "06-30 unreviewed_director"]


def test_firings_of_a_reviewed_task_remind_of_the_summary_alone() -> None:
    assert plan(replace(SIGNED, state=Stage.REVIEWED)) == ["06-30 unsummarised"]


@pytest.mark.parametrize("state", [Stage.AGGREGATED, Stage.WAIVED])
def test_firings_of_a_finished_task_are_none(state: Stage) -> None:
    assert firings(RULES, replace(SIGNED, state=state), CALENDAR) == []


def test_firings_after_a_return_count_from_the_refiling_date() -> None:
    assert plan(RETURNED) == [
        "06-24 due_minus_5",  # its day was before the return: the next working day, not the day of the return
        "06-27 due_minus_2",
        "06-29 due_day",
        "06-30 closing_office",
        "06-30 urging",
        "06-30 closing",
        "07-04 supervision",
        "07-06 circular",
    ]


def test_firings_with_no_working_day_left_before_refiling_speak_on_the_day_of_the_return() -> None:
    facts = replace(RETURNED, returned_on=date(2022, 6, 24), due_on=date(2022, 6, 25))
    assert plan(facts)[:3] == ["06-24 due_minus_5", "06-24 due_minus_2", "06-24 due_day"]


def test_firings_with_one_working_day_left_before_refiling_speak_on_it() -> None:
    facts = replace(RETURNED, returned_on=date(2022, 6, 23), due_on=date(2022, 6, 24))
    assert plan(facts)[:3] == ["06-24 due_minus_5", "06-24 due_minus_2", "06-24 due_day"]


@pytest.mark.parametrize("returned_on", [date(2022, 7, 1), date(2022, 7, 4)])
def test_firings_of_a_round_begun_with_or_after_the_closing_do_not_speak_of_it(returned_on: date) -> None:
    facts = replace(RETURNED, returned_on=returned_on, due_on=date(2022, 7, 8))
    assert [line for line in plan(facts) if "closing" in line] == []


def test_firings_never_come_before_a_late_opening() -> None:
    facts = replace(JUNE, opened_on=date(2022, 6, 22), received=True)
    assert plan(facts)[:4] == ["06-22 opened", "06-22 due_minus_5", "06-23 due_minus_2", "06-24 due_day"]


def test_firings_of_a_returned_rule_start_from_the_return() -> None:
    (rule,) = parse_rules(
        '[[rule]]\nname="r"\nanchor="returned"\noffset=0\nstates=["returned"]\nrecipients=["clerk"]\n'
        'template="returned"\nlevel=1\nmode="auto"\n'
    )
    (found,) = firings([rule], RETURNED, CALENDAR)
    assert found.fires_at == at("2022-06-23 09:00")
    assert obstacle(rule, replace(RETURNED, returned_on=None)) == "not_happened"


@pytest.mark.parametrize(
    ("rule_name", "facts", "expected"),
    [
        ("urging", JUNE, ""),
        ("urging", SIGNED, "state"),
        ("not_received", replace(JUNE, received=True), "received"),
        ("circular_second_month", JUNE, "first_late_month"),
        ("unreviewed", replace(SIGNED, signed_on=None), "not_happened"),
        ("closing", replace(RETURNED, returned_on=date(2022, 7, 4)), "round_after_closing"),
    ],
)
def test_obstacle_says_why_a_rule_is_silent(rule_name: str, facts: TaskFacts, expected: str) -> None:
    (rule,) = [rule for rule in RULES if rule.name == rule_name]
    assert obstacle(rule, facts) == expected


def test_a_rung_that_was_silent_in_a_round_after_the_closing_was_not_slept_through() -> None:
    late = replace(RETURNED, returned_on=date(2022, 7, 4), state=Stage.SIGNED_STAMPED, signed_on=date(2022, 7, 6))
    found = names(come([(late, gone(RULES, late, CALENDAR))], at("2022-07-06 12:00"), Waiting(())))
    assert "due_minus_2" in found
    assert "closing" not in found


def test_due_at_the_instant_and_not_before() -> None:
    assert due(RULES, [JUNE], CALENDAR, at("2022-06-01 09:00") - timedelta(microseconds=1), set()) == []
    assert names(due(RULES, [JUNE], CALENDAR, at("2022-06-01 09:00"), set())) == ["opened"]


def test_due_after_an_outage_holds_everything_undecided() -> None:
    ledger = {(1, 1, 1, "opened")}
    assert names(due(RULES, [JUNE], CALENDAR, at("2022-06-28 03:00"), ledger)) == [
        "not_received",
        "due_minus_5",
        "due_minus_2",
        "due_day",
        "urging",
    ]


def test_due_is_empty_once_the_ledger_holds_it() -> None:
    now = at("2023-06-28 03:00")
    ledger = {one.key for one in due(RULES, [JUNE], CALENDAR, now, set())}
    assert due(RULES, [JUNE], CALENDAR, now, ledger) == []


def test_due_in_a_second_round_fires_again() -> None:
    ledger = {one.key for one in due(RULES, [JUNE], CALENDAR, at("2022-06-23 12:00"), set())}
    assert names(due(RULES, [RETURNED], CALENDAR, at("2022-06-27 12:00"), ledger)) == ["due_minus_5", "due_minus_2"]


def test_due_after_a_moved_date_repeats_what_hangs_on_it_and_nothing_else() -> None:
    ledger = {one.key for one in due(RULES, [JUNE], CALENDAR, at("2022-06-24 12:00"), set())}
    moved = replace(JUNE, due_revision=2, due_on=date(2022, 6, 29))
    assert names(due(RULES, [moved], CALENDAR, at("2022-06-24 12:00"), ledger)) == ["due_minus_5"]
    assert names(due(RULES, [moved], CALENDAR, at("2022-06-29 12:00"), ledger)) == [
        "due_minus_5",
        "due_minus_2",
        "due_day",
    ]


def test_due_keeps_tasks_apart() -> None:
    other = replace(JUNE, task_id=2)
    found = due(RULES, [JUNE, other], CALENDAR, at("2022-06-01 10:00"), {(1, 1, 1, "opened")})
    assert [one.key for one in found] == [(2, 1, 1, "opened")]


def test_next_at_walks_the_ladder() -> None:
    assert next_at(RULES, JUNE, CALENDAR, set()) == at("2022-06-01 09:00")
    assert next_at(RULES, JUNE, CALENDAR, {(1, 1, 1, "opened")}) == at("2022-06-06 09:00")
    everything = {one.key for one in firings(RULES, JUNE, CALENDAR)}
    assert next_at(RULES, JUNE, CALENDAR, everything) is None


TASKS = st.builds(
    replace,
    st.just(JUNE),
    state=st.sampled_from([Stage.ASSIGNED, Stage.REPORTED]),
    received=st.booleans(),
    late_months=st.integers(0, 2),
    opened_on=st.dates(date(2022, 1, 1), date(2022, 12, 1)),
    due_on=st.dates(date(2022, 1, 1), date(2023, 2, 1)),
    closes_on=st.dates(date(2022, 1, 1), date(2023, 3, 1)),
)


@given(TASKS, st.lists(st.integers(0, 400 * 24), max_size=12))
def test_due_decides_each_key_exactly_once_however_the_ticks_fall(facts: TaskFacts, hours: list[int]) -> None:
    start = at("2022-01-01 00:00")
    decided: list = []
    for hour in [*sorted(hours), 500 * 24]:
        now = start + timedelta(hours=hour)
        found = due(RULES, [facts], CALENDAR, now, {one.key for one in decided})
        assert all(one.fires_at <= now for one in found)
        decided += found
    planned = firings(RULES, facts, CALENDAR)
    assert sorted(one.key for one in decided) == sorted(one.key for one in planned)


@given(TASKS)
def test_firings_fall_on_workdays_not_before_the_opening(facts: TaskFacts) -> None:
    for one in firings(RULES, facts, CALENDAR):
        day = one.fires_at.astimezone(SHANGHAI).date()
        assert CALENDAR.is_workday(day)
        assert day >= facts.opened_on


@given(TASKS, TASKS)
def test_tasks_share_their_rungs_only_where_all_that_decides_is_the_same(one: TaskFacts, other: TaskFacts) -> None:
    table = Timetable(Ladders(RULES), CALENDAR)
    for name in ("task_id", *(each.name for each in fields(TaskFacts))):
        facts = replace(one, **{name: getattr(other, name)})
        assert table.planned(facts) == planned(RULES, facts, CALENDAR)
        assert table.gone(facts) == gone(RULES, facts, CALENDAR)


def test_tasks_of_the_same_dates_are_reckoned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[TaskFacts] = []
    monkeypatch.setattr("schedules.timetable.planned", lambda _rules, facts, *_when: asked.append(facts) or [])
    table = Timetable(Ladders(RULES), CALENDAR)
    tasks = [replace(JUNE, task_id=number, unit_id=number % 3, due_revision=number) for number in range(1, 9)]
    for facts in [*tasks, replace(JUNE, due_on=JUNE.due_on + timedelta(days=1))]:
        table.planned(facts)
    assert [facts.task_id for facts in asked] == [1, JUNE.task_id]
