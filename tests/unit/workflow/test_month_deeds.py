"""What a summary says of a month's course: the filing behind each task, late by which day and why, returned how often."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.office import add_month, at
from kit.world import CO, DUE, NOON, OTHER, OWN, REASON, REFILE, World
from models.sealed import TaskSource
from models.states import Action, RequestKind, Stage
from workflow import gathering, requests

if TYPE_CHECKING:
    from datetime import datetime

    from models.facts import NamedTask, SummaryFacts

AFTER = at("2022-07-02 09:00")
LATE = at("2022-06-27 10:00")


def facts(world: World, now: datetime = AFTER, period: int = 0) -> SummaryFacts:
    with world.database.read() as connection:
        return gathering.summary_facts(
            connection, world.office_id, period or world.period_id, number="3", head_short="1-abc", now=now
        )


def late(world: World, task: int) -> NamedTask:
    return next(one for one in facts(world).late if one.task_id == task)


def source(world: World, task: int) -> TaskSource:
    return next(one for one in facts(world).sources if one.task_id == task)


def open_month(world: World, month: str, due: date) -> int:
    with world.database.write(world.office_id) as connection:
        return add_month(connection, world, month, due.replace(day=1), due, date(2022, 12, 31), NOON)


def test_source_names_version_paper_signer_and_reviewer(world: World) -> None:
    world.bring_to(world.task, Stage.REVIEWED)
    found = source(world, world.task)
    report = world.rows("report", task_id=world.task)[0]
    assert found == TaskSource(
        world.task, OWN, "1.1", "lead", "reviewed", 1, report["content_sha256"], f"{world.task}-1", "李一", "公章",
        f"{world.task}-1", "郑审核", NOON,
    )  # fmt: skip


def test_source_of_what_was_not_filed_is_empty(world: World) -> None:
    assert source(world, world.task) == TaskSource(world.task, OWN, "1.1", "lead", "assigned")


def test_source_follows_the_version_in_force(world: World) -> None:
    world.bring_to(world.task, Stage.RETURNED)
    assert (source(world, world.task).version, source(world, world.task).reviewed_by) == (1, "")
    world.act("clerk1", Action.REPORT, world.task, LATE, progress="补充了数据五处。", percent=50)
    assert (source(world, world.task).version, source(world, world.task).check_code) == (2, "")
    world.sign(world.task, LATE)
    world.act("reviewer", Action.APPROVE, world.task, LATE)
    found = source(world, world.task)
    assert (found.version, found.check_code, found.reviewed_at) == (2, f"{world.task}-2", LATE)


def test_reopened_report_has_no_reviewer_any_more(world: World) -> None:
    world.bring_to(world.task, Stage.REVIEWED)
    world.act("director", Action.REOPEN, world.task, LATE, reason=REASON, refile_on=date(2022, 7, 5))
    assert (source(world, world.task).reviewed_by, source(world, world.task).reviewed_at) == ("", None)


def test_late_by_the_day_that_was_missed_though_a_return_set_another(world: World) -> None:
    task = world.tasks["2.2", OTHER]
    world.bring_to(task, Stage.RETURNED, LATE)
    world.act("clerk3", Action.REPORT, task, LATE, progress="补充了数据五处。", percent=50)
    world.sign(task, at("2022-06-28 10:00"))
    found = late(world, task)
    assert (found.due_on, found.filed_on, found.late_days) == (DUE, date(2022, 6, 27), 2)


def test_late_by_the_clock_of_then_though_the_trail_keeps_a_later_instant(world: World) -> None:
    task = world.tasks["2.2", OTHER]
    world.act("clerk1", Action.RECEIVE, world.task, at("2023-06-10 10:00"))  # the clock was a year ahead
    world.bring_to(task, Stage.REVIEWED, LATE)
    assert (late(world, task).filed_on, source(world, task).reviewed_at) == (date(2022, 6, 27), LATE)


def test_late_by_the_day_of_a_return_that_was_missed(world: World) -> None:
    world.bring_to(world.task, Stage.RETURNED)
    found = late(world, world.task)
    assert (found.due_on, found.filed_on, found.late_days) == (REFILE, None, 4)


def test_reason_for_being_late_is_what_the_unit_said_when_it_asked_for_time(world: World) -> None:
    number = world.do(
        "clerk1", requests.ask, world.task, RequestKind.EXTENSION, "汛期不能施工。", wanted_due_on=date(2022, 6, 30)
    )
    world.do("director", requests.decide, number, grant=True, reason="情况属实")
    assert late(world, world.task).reason == "汛期不能施工。"
    assert late(world, world.task).due_on == date(2022, 6, 30)
    assert late(world, world.tasks["2.2", OTHER]).reason == ""


def test_every_return_is_counted_with_its_last_reason_also_when_it_was_filed_again(world: World) -> None:
    task = world.tasks["1.1", CO]
    world.bring_to(task, Stage.RETURNED)
    world.report(task, NOON)
    world.sign(task, NOON)
    world.act("reviewer", Action.RETURN, task, NOON, reason="仍缺少点位清单。", refile_on=REFILE)
    world.bring_to(world.task, Stage.RETURNED)
    world.report(world.task, NOON)
    world.sign(world.task, NOON)
    world.act("reviewer", Action.APPROVE, world.task, NOON)
    found = facts(world)
    assert [(one.task_id, one.round - 1, one.reason) for one in found.returns] == [
        (world.task, 1, REASON), (task, 2, "仍缺少点位清单。"),
    ]  # fmt: skip
    assert [one.task_id for one in found.returned] == [task]
    assert found.figures is not None
    assert found.figures.returns == 3


def test_next_due_day_is_the_notices_unless_the_month_is_open_with_another(world: World) -> None:
    assert facts(world).next_due_on == date(2022, 7, 25)
    open_month(world, "2022-07", date(2022, 7, 22))
    assert facts(world).next_due_on == date(2022, 7, 22)


def test_percent_and_value_of_the_month_before_stand_beside_those_of_now(world: World) -> None:
    from workflow.case import ValueGiven

    clause = world.row("task", world.task)["clause_id"]
    shore = world.add("indicator", clause_id=clause, name="岸线", op=">=", value=10.0, unit="公里", quote="十公里")
    given = {"progress": "已清理三公里。", "percent": 40, "values": (ValueGiven(shore, 3.0),)}
    world.act("clerk1", Action.REPORT, world.task, NOON, **given)
    world.sign(world.task, NOON)
    world.act("reviewer", Action.APPROVE, world.task, NOON)
    july = open_month(world, "2022-07", date(2022, 7, 25))
    found = facts(world, period=july)
    lines = [line for section in found.sections for part in section.subsections for item in part.items
             for clause in item.clauses for line in clause.lines]  # fmt: skip
    assert [line.before for line in lines] == [40, None, None, None, None, None]
    assert found.indicators[0].before == 3.0
    assert found.previous is not None
    assert (found.previous.month, found.previous.average, found.previous.sealed_in) == ("2022-06", 40, "")


def test_at_most_eleven_earlier_months_are_told_and_later_ones_never(world: World) -> None:
    for number in range(1, 13):
        if number != 6:
            open_month(world, f"2022-{number:02}", date(2022, number, 25))
    for number in range(5, 13):
        open_month(world, f"2021-{number:02}", date(2021, number, 25))
    months = [one.month for one in facts(world).history]
    assert months == [*(f"2021-{n:02}" for n in range(7, 13)), *(f"2022-{n:02}" for n in range(1, 6))]


@pytest.mark.parametrize("months", [1, 4])
def test_gathering_asks_as_often_however_many_months_and_tasks_there_are(world: World, months: int) -> None:
    for number in range(7, 7 + months):
        open_month(world, f"2022-{number:02}", date(2022, number, 25))
    asked = []
    sa.event.listen(world.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    facts(world, period=world.rows("period", month=f"2022-{6 + months:02}")[0]["id"])
    assert len(asked) <= 30
