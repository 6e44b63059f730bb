"""A month: opened once with its dates, filled up later, moved with what is to come, closed when the summary is out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.office import at
from kit.world import DUE, NOON, OTHER, REASON, World, refused
from models.errors import Denied, NotFound, Refused
from models.states import Action, Stage
from workflow import periods
from workflow.calendar import seeded
from workflow.month_names import MonthName

if TYPE_CHECKING:
    from workflow.periods import OpenedPeriod


CALENDAR = seeded(range(2021, 2028))
#: a Monday in September of the reference year, whose 25th is a Sunday
AUTUMN = at("2022-09-05 09:00")


def opened(world: World, month: str = "2022-09", login: str = "director", **options: Any) -> OpenedPeriod:
    found: OpenedPeriod = world.do(
        login, periods.open_period, world.notice_id, month, CALENDAR, now=options.pop("now", AUTUMN), **options
    )
    return found


def issued(world: World) -> None:
    world.add(
        "summary", period_id=world.period_id, number=1, document_number="3", facts={}, files={}, covers=[], head_seq=1,
        head_hash="0", issued_by="director", issued_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("month", "roll", "due"),
    [
        ("2022-09", "none", "2022-09-25"),
        ("2022-09", "before", "2022-09-23"),
        ("2022-09", "after", "2022-09-26"),
        ("2022-06", "after", "2022-06-27"),
        ("2023-06", "after", "2023-06-25"),  # a Sunday that is worked
        ("2023-01", "after", "2023-01-28"),  # the Spring Festival, and the Saturday after it is worked
        ("2023-01", "before", "2023-01-20"),
    ],
)
def test_due_day_is_the_25th_or_rolls_to_the_working_day(world: World, month: str, roll: str, due: str) -> None:
    world.change("notice", world.notice_id, reporting_day=25)
    if month == "2022-06":
        world.change("period", world.period_id, month="2022-01")
    assert opened(world, month, roll=roll).due_on == date.fromisoformat(due)


def test_opening_makes_a_task_for_each_responsibility_once(world: World) -> None:
    first = opened(world)
    assert (first.tasks, first.existed, first.added) == (len(world.rows("responsibility")), False, 0)
    made = world.rows("task", period_id=first.period_id)
    assert {(row["state"], row["round"], row["version"], str(row["due_on"])) for row in made} == {
        ("assigned", 1, 1, "2022-09-25")
    }
    before = world.picture()
    again = opened(world)
    assert (again.period_id, again.tasks, again.existed, again.added) == (first.period_id, first.tasks, True, 0)
    assert world.picture() == before
    assert [row["action"] for row in world.events()] == ["period.open"]


def test_month_that_stands_open_takes_in_what_came_later(world: World) -> None:
    first = opened(world)
    clause = world.row("task", world.tasks["1.2", "市水利局"])["clause_id"]
    world.add(
        "responsibility",
        clause_id=clause,
        unit_id=world.units[OTHER],
        share="support",
        position=100,
        via_group="有关单位",
    )
    again = opened(world, now=at("2022-09-12 09:00"))
    assert (again.tasks, again.added) == (first.tasks + 1, 1)
    added = world.rows("task", period_id=first.period_id)[-1]
    assert (added["unit_id"], str(added["opened_on"]), str(added["due_on"])) == (
        world.units[OTHER], "2022-09-12", "2022-09-25",
    )  # fmt: skip
    assert [row["action"] for row in world.events()] == ["period.open", "period.expand"]


def test_lead_policy_of_the_notice_or_the_clause_leaves_the_others_out(world: World) -> None:
    world.change("notice", world.notice_id, reports="lead")
    assert opened(world).tasks == 4
    clause = world.row("task", world.task)["clause_id"]
    world.change("clause", clause, reports="every")
    assert opened(world, "2022-10").tasks == 5


def test_ended_responsibilities_and_withdrawn_clauses_report_no_more(world: World) -> None:
    world.change("responsibility", world.row("task", world.task)["responsibility_id"], ended_at=NOON)
    world.change("clause", world.row("task", world.tasks["2.2", OTHER])["clause_id"], withdrawn=True)
    assert opened(world).tasks == len(world.rows("responsibility")) - 2


@pytest.mark.parametrize("login", ["clerk1", "leader1", "reviewer", "system", "security", "audit", "reader"])
def test_only_the_director_opens_moves_and_closes(world: World, login: str) -> None:
    before = world.picture()
    for attempt in (
        lambda: opened(world, login=login),
        lambda: world.do(login, periods.move_due, "2022-06", date(2022, 6, 28), REASON),
        lambda: world.do(login, periods.close_period, "2022-06"),
    ):
        with refused("E-403", Denied):
            attempt()
    assert world.picture() == before


def test_unknown_notice_and_month_are_not_found(world: World) -> None:
    with refused("E-404", NotFound):
        world.do("director", periods.open_period, 99, "2022-09", CALENDAR)
    with refused("E-404", NotFound):
        world.do("director", periods.close_period, "2022-12")


def test_moving_takes_along_what_still_waits_in_its_first_round(world: World) -> None:
    back, filed = world.task, world.tasks["1.2", "市水利局"]
    world.bring_to(back, Stage.RETURNED)
    world.bring_to(filed, Stage.REPORTED)
    world.bring_to(world.tasks["2.2", OTHER], Stage.WAIVED)
    refile = world.row("task", back)["due_on"]
    day = date(2022, 7, 8)
    moved = world.do("director", periods.move_due, "2022-06", day, "汛期，顺延报送。")
    assert moved == len(world.tasks) - 2
    assert world.row("task", back)["due_on"] == refile
    row = world.row("task", filed)
    assert (row["due_on"], row["original_due_on"], row["due_revision"]) == (day, DUE, 2)
    period = world.row("period", world.period_id)
    assert (period["due_on"], period["due_revision"], period["closes_on"]) == (day, 2, date(2022, 7, 15))
    event = world.events()[-1]
    assert (event["action"], event["reason"], event["detail"]["tasks"]) == ("period.move", "汛期，顺延报送。", moved)


@pytest.mark.parametrize(("code", "day", "reason"), [("E-S02", "2022-06-28", " "), ("E-D02", "2022-06-19", REASON)])
def test_moving_needs_a_reason_and_a_day_to_come(world: World, code: str, day: str, reason: str) -> None:
    before = world.picture()
    with refused(code):
        world.do("director", periods.move_due, "2022-06", date.fromisoformat(day), reason)
    assert world.picture() == before


def test_month_closes_only_after_its_summary_and_says_the_same_each_time(world: World) -> None:
    with refused("E-S13", Refused):
        world.do("director", periods.close_period, "2022-06")
    world.bring_to(world.tasks["2.2", OTHER], Stage.WAIVED)
    issued(world)
    left = world.do("director", periods.close_period, "2022-06")
    assert left == len(world.tasks) - 1
    assert {row["next_due_at"] for row in world.rows("task")} == {NOON}, "the sweep ends what came due before"
    events = len(world.events())
    assert world.do("director", periods.close_period, "2022-06") == left
    assert len(world.events()) == events


def test_nothing_in_a_closed_month_moves(world: World) -> None:
    filed = world.tasks["1.2", "市水利局"]
    world.bring_to(filed, Stage.SIGNED_STAMPED)
    issued(world)
    world.do("director", periods.close_period, "2022-06")
    before = world.picture()
    with refused("E-S23", Refused):
        world.act("clerk1", Action.REPORT, world.task, NOON, progress="补报", percent=40)
    with refused("E-S23", Refused):
        world.act("reviewer", Action.APPROVE, filed, NOON)
    with refused("E-S23", Refused):
        world.do("director", periods.move_due, "2022-06", date(2022, 7, 8), REASON)
    assert opened(world, "2022-06").added == 0
    assert world.picture() == before


def test_a_strangers_task_in_a_closed_month_is_still_not_theirs(world: World) -> None:
    issued(world)
    world.do("director", periods.close_period, "2022-06")
    with refused("E-404", NotFound):
        world.act("clerk3", Action.REPORT, world.task, NOON, progress="补报", percent=40)


def test_of_two_notices_with_one_month_none_is_guessed(world: World) -> None:
    first = world.row("notice", world.notice_id)
    kept = {name: value for name, value in first.items() if name not in {"office_id", "id"}}
    second = world.add("notice", **{**kept, "title": "防汛专项", "source_sha256": "2" * 64})
    made = world.do("director", periods.open_period, second, "2022-06", CALENDAR)
    issued(world)  # the earlier notice's month: it alone could be closed, and still nobody guesses
    before = world.picture()
    deeds: tuple[tuple[Any, ...], ...] = (
        (periods.close_period, "2022-06"),
        (periods.move_due, "2022-06", date(2022, 7, 8), REASON),
    )
    for deed in deeds:
        with refused("E-S47", Refused) as refusal:
            world.do("director", *deed)
        assert refusal.value.fields["notices"] == [
            {"notice": world.notice_id, "title": first["title"]}, {"notice": second, "title": "防汛专项"},
        ]  # fmt: skip
        assert "防汛专项" in refusal.value.where
    assert world.picture() == before
    world.do("director", periods.move_due, MonthName("2022-06", second), date(2022, 7, 8), REASON)
    world.do("director", periods.close_period, MonthName("2022-06", world.notice_id))
    shown = [world.row("period", number) for number in (world.period_id, made.period_id)]
    assert [(row["state"], row["due_on"]) for row in shown] == [("closed", DUE), ("open", date(2022, 7, 8))]
    with refused("E-404", NotFound):
        world.do("director", periods.close_period, MonthName("2022-06", 99))
