"""The board's reckoning: counts and lists are one, the course ends where the counts stand, the next rung is the plan's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deeds.board import counts, habits, indicators, looking, matrix, sentences
from deeds.board.counts import COUNTS, EVERY, STANDING, Asked, behind
from deeds.board.rows import Entry
from deeds.task_views import light
from kit.office import OFFICE, SmallOffice, add_month, at, small_office
from models.states import Stage
from models.times import local_date
from schedules.ahead import next_rungs
from schedules.plan import plan
from workflow import flow_store, gathering
from workflow.case import TaskRow, ValueGiven

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

TODAY = date(2022, 6, 28)
MIDDLE, AFTER = at("2022-06-20 12:00"), at("2022-06-28 12:00")
FLOW = flow_store.shipped("monthly_report")
STATES = [state.name for state in FLOW.states]


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path)


def look(office: SmallOffice, now: datetime = AFTER, login: str = "director", **asked: str) -> looking.Look:
    actor = office.actor(login, now)
    with office.database.read() as connection:
        found = looking.look(
            connection, OFFICE, actor, asked.get("month", ""), asked.get("compare", ""), now
        )  # fmt: skip
    assert found is not None
    return found


def entry(number: int, unit: int, item: int, state: str, due: date, late_days: int, *, leads: bool = False) -> Entry:
    stage = FLOW.stage(state)
    owed = stage in {Stage.ASSIGNED, Stage.REPORTED, Stage.RETURNED}
    task = TaskRow(
        id=number, office_id=1, flow=FLOW, period_id=1, clause_id=item, problem_id=None, unit_id=unit, state=state,
        entered_at=MIDDLE, round=1, version=1, due_on=due, due_revision=1, received_at=None, report_number=0,
        report_sha256="", filed_by=None, signed_by=None, late_days=late_days, clause_number=f"{item}.1",
        unit_name=f"单位{unit}", month="2022-06",
    )  # fmt: skip
    running = (TODAY - due).days if owed else 0
    colour, cause = light(task, TODAY)
    return Entry(
        task, item, item, f"任务{item}", "", leads, (1, number), due, None, None, max(late_days, running, 0),
        owed and due < TODAY, colour, cause,
    )  # fmt: skip


some_tasks = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 3), st.sampled_from(STATES), st.integers(-9, 9), st.sampled_from([0, 0, 2]),
        st.booleans(),
    ),
    min_size=1, max_size=25,
).map(
    lambda rows: [
        entry(n, unit, item, state, TODAY + timedelta(days=off), late, leads=leads)
        for n, (unit, item, state, off, late, leads) in enumerate(rows, 1)
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(some_tasks)
def test_sums_of_the_matrix_are_the_lists_behind_them(tasks: list[Entry]) -> None:
    board = matrix.matrix(tasks, TODAY)
    for name in COUNTS:
        whole = counts.count(tasks, name)
        assert whole == len(behind(tasks, Asked(name)))
        assert whole == sum(len(behind(tasks, Asked(name, unit_id=line.unit_id))) for line in board.lines)
        assert whole == sum(len(behind(tasks, Asked(name, item_id=column.item_id))) for column in board.columns)
    for line in board.lines:
        for column, cell in zip(board.columns, line.cells, strict=True):
            listed = behind(tasks, Asked(EVERY.name, line.unit_id, column.item_id))
            assert (
                sorted(e.task.id for e in listed) == sorted(e.task.id for e in cell.entries if cell)
                if cell
                else not listed
            )


@settings(max_examples=60, deadline=None)
@given(some_tasks)
def test_each_task_stands_at_one_place_and_the_worst_light_wins(tasks: list[Entry]) -> None:
    assert sum(counts.count(tasks, kind.name) for kind in STANDING) == len(tasks)
    assert sum(counts.count(tasks, name) for name in ("red", "yellow", "green")) == len(tasks)
    cell = matrix.cell(tasks, TODAY)
    lights = {one.light for one in tasks}
    assert cell.light == next(colour for colour in ("red", "yellow", "green") if colour in lights)
    assert cell.word
    late = counts.count(tasks, "late")
    assert late == sum(group.number for group in habits.late_groups(tasks))
    assert counts.count(tasks, "overdue") <= late


def test_counts_agree_with_what_the_months_papers_say(office: SmallOffice) -> None:
    _months_work(office)
    with office.database.read() as connection:
        facts = gathering.summary_facts(connection, OFFICE, office.period_id, number="", head_short="", now=AFTER)
    seen = look(office)
    assert facts.figures is not None
    said = facts.figures
    assert (seen.count("due"), seen.count("approved"), seen.count("missing")) == (said.due, said.approved, said.missing)
    assert (seen.count("late"), seen.count("returned")) == (said.late, said.returned)
    assert seen.count("late_filed") == said.filed_late
    assert {e.task.id for e in behind(seen.entries, Asked("late"))} == {one.task_id for one in facts.late}


def _months_work(office: SmallOffice) -> None:
    first, second, third, fourth, fifth, _sixth = office.tasks.values()
    for task in (first, second, fourth):
        office.report(task, MIDDLE)
        office.sign(task, MIDDLE)
    office.report(third, MIDDLE)
    office.give_back(fourth, MIDDLE, date(2022, 6, 30))
    office.act("reviewer", "approve", first, at("2022-06-22 10:00"))
    office.report(fifth, at("2022-06-27 10:00"))
    office.sign(fifth, at("2022-06-27 11:00"))


@pytest.mark.parametrize("now", [at("2022-06-01 09:00"), MIDDLE, at("2022-06-22 18:00"), AFTER])
def test_the_course_ends_where_the_counts_stand(office: SmallOffice, now: datetime) -> None:
    if now >= AFTER:
        _months_work(office)
    elif now >= MIDDLE:
        office.report(next(iter(office.tasks.values())), MIDDLE)
    seen = look(office, now)
    last = seen.course.last
    assert last is not None
    assert last.on == local_date(now)
    assert (last.filed, last.signed, last.approved) == tuple(seen.count(n) for n in ("filed", "handed_in", "approved"))
    assert seen.course.total == seen.count("due")


@pytest.mark.parametrize(
    "received", [at("2022-06-02 10:00"), at("2023-06-02 10:00")], ids=["clock_right", "year_ahead"]
)
def test_the_course_tells_each_day_as_it_was(office: SmallOffice, received: datetime) -> None:
    office.act("clerk1", "receive", next(iter(office.tasks.values())), received)
    _months_work(office)
    by_day = {day.on: day for day in look(office).course.days}
    # the fourth was filed, signed and returned on the same day
    assert (by_day[date(2022, 6, 20)].filed, by_day[date(2022, 6, 20)].signed) == (3, 2)
    assert by_day[date(2022, 6, 21)].approved == 0
    assert by_day[date(2022, 6, 22)].approved == 1
    assert by_day[date(2022, 6, 27)].signed == 3


def test_a_month_is_compared_with_another_at_the_same_distance_from_its_due_date(office: SmallOffice) -> None:
    task = office.tasks["1.1", "市发改委"]
    office.report(task, MIDDLE)
    office.sign(task, MIDDLE)
    office.act("reviewer", "approve", task, at("2022-06-22 10:00"))
    with office.database.write(OFFICE) as connection:
        add_month(connection, office, "2022-07", date(2022, 7, 1), date(2022, 7, 26), date(2022, 8, 1), AFTER)
    before, after = look(office, at("2022-07-22 12:00")), look(office, at("2022-07-23 12:00"))
    assert "与2022-06同期持平" in sentences.standing(before)
    assert "比2022-06同期少1项" in sentences.standing(after)


def test_the_next_rung_is_the_one_that_the_plan_says(office: SmallOffice) -> None:
    _months_work(office)
    tasks = [e.task.id for e in look(office).late if e.overdue]
    with office.database.read() as connection:
        coming = next_rungs(connection, OFFICE, None, tasks, AFTER)
        lines = plan(connection, OFFICE, None, TODAY, TODAY + timedelta(days=31), now=AFTER)
    assert tasks
    for task in tasks:
        first = next(line for line in lines if task in line.tasks)
        assert coming[task][0] == first.when
        assert coming[task][1].rule_name in first.rule


def test_a_unit_late_two_months_in_a_row_is_named(office: SmallOffice) -> None:
    with office.database.write(OFFICE) as connection:
        add_month(connection, office, "2022-07", date(2022, 7, 1), date(2022, 7, 25), date(2022, 8, 1), AFTER)
    seen = look(office, at("2022-07-28 12:00"))
    assert {strip.unit for strip in seen.again} == set(office.units)
    assert "连续两个月以上逾期" in sentences.lateness(seen)
    assert not look(office, at("2022-07-28 12:00"), month="2022-06").again


def test_an_indicator_says_what_the_summary_says(office: SmallOffice) -> None:
    task = office.tasks["1.2", "市水利局"]
    clause = office.row("task", task)["clause_id"]
    number = office.add(
        "indicator", clause_id=clause, name="新建管网", op=">=", value=10.0, unit="公里", quote="十公里"
    )
    _file(office, task, number, 12.0)

    def read(login: str, now: datetime = AFTER) -> indicators.Indicators:
        with office.database.read() as connection:
            found = indicators.read(connection, OFFICE, office.actor(login, now), "", now)
        assert found is not None
        return found

    waiting = read("director").every[0]
    assert (waiting.value, waiting.reached, waiting.standing) == (None, None, "暂无数值")
    office.act("reviewer", "approve", task, MIDDLE)
    one = read("director").every[0]
    assert (one.value, one.reached, one.goal_words) == (12.0, True, "≥ 10公里")
    with office.database.read() as connection:
        facts = gathering.summary_facts(connection, OFFICE, office.period_id, number="", head_short="", now=AFTER)
    assert [fact.value for fact in facts.indicators] == [one.value]
    assert [part.value for part in one.contributions] == [12.0]
    assert read("leader1").every == ()


def _file(office: SmallOffice, task: int, indicator: int, value: float) -> None:
    values: Any = (ValueGiven(indicator, value),)
    office.act("clerk2", "report", task, MIDDLE, progress="已建成管网。", percent=90, values=values)
    office.sign(task, MIDDLE)


def test_a_reader_counts_what_is_approved_and_nothing_else(office: SmallOffice) -> None:
    _months_work(office)
    office.people["reader"] = office.add(
        "person", login="reader", name="分管领导", email="", password_hash="", code_hash="", active=True,
        failed_logins=0, created_at=MIDDLE,
    )  # fmt: skip
    office.add("duty", person_id=office.people["reader"], role="reader", unit_id=None, valid_from=date(2022, 1, 1))
    seen = look(office, login="reader")
    assert [e.stage for e in seen.entries] == [Stage.REVIEWED]
    assert seen.count("due") == seen.count("approved") == 1
    # of the rest a reader knows nothing: the board does not claim that nothing is late
    assert seen.partial
    assert "没有逾期" not in sentences.lateness(seen)
    assert "应报" not in sentences.standing(seen)
