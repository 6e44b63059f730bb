"""A corrected table: the plan that is shown first, and its application without losing what was done under the old one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.tables import adopt, clause, parts, plan, retold, revise, table
from kit.world import CO, DUE, NOON, OTHER, OWN, World, refused
from models.drafts import HeadingDraft, IndicatorDraft, MilestoneDraft
from models.errors import Denied, NotFound, Refused
from models.states import Action, RequestKind, Stage
from workflow import adoption, periods, requests, units
from workflow.calendar_store import load_calendar
from workflow.case import ValueGiven

if TYPE_CHECKING:
    from models.drafts import NoticeDraft

GROUP, NEW = "有关县市区", "市新设局"
COUNT = IndicatorDraft("新增30家", "新增", ">=", 30, "家")
DRAFT = table(
    clause(
        "1.1", OWN, CO, groups=(GROUP,), indicators=(COUNT,), milestones=(MilestoneDraft("年底前", date(2022, 12, 31)),)
    ),
    clause("1.2", CO, OTHER),
    clause("2.1", OTHER),
)
CHANGES: dict[str, dict[str, Any]] = {
    "text": {"text": "新的内容。"},
    "units": {"units": (CO, OWN), "lead": CO},
    "groups": {"groups": ()},
    "milestones": {"milestones": (MilestoneDraft("年底前", date(2022, 11, 30)),)},
    "indicators": {"indicators": (replace(COUNT, value=40),)},
    "policy": {"report_policy": "lead"},
    "remarks": {"damage": ("请核对",)},
}


@pytest.fixture
def notice(world: World) -> int:
    """The table adopted, the collective name being one county, and one month open."""
    world.do("reviewer", units.set_group, GROUP, ["甲县"])
    number = adopt(world, DRAFT).notice_id
    open_month(world, number)
    return number


def open_month(world: World, notice: int, month: str = "2022-06") -> None:
    with world.database.read() as connection:
        calendar = load_calendar(connection, world.office_id)
    world.do("director", periods.open_period, notice, month, calendar)


def row(world: World, notice: int, number: str) -> dict[str, Any]:
    return next(one for one in world.rows("clause", notice_id=notice) if one["number"] == number)


def task(world: World, notice: int, number: str, unit: str) -> int:
    unit_id = next(one["id"] for one in world.rows("unit") if one["name"] == unit)
    return int(world.rows("task", clause_id=row(world, notice, number)["id"], unit_id=unit_id)[-1]["id"])


def under_way(world: World, notice: int, number: str, unit: str) -> int:
    """That unit has filed on that clause."""
    found = task(world, notice, number, unit)
    indicators = world.rows("indicator", clause_id=row(world, notice, number)["id"])
    values = tuple(ValueGiven(one["id"], 12.0) for one in indicators)
    clerk = {OWN: "clerk1", CO: "clerk2", OTHER: "clerk3"}[unit]
    world.act(clerk, Action.REPORT, found, NOON, progress="已完成一部分工作。", percent=40, values=values)
    return found


def test_plan_says_keep_change_add_withdraw_and_nothing_is_stored(world: World, notice: int) -> None:
    more = table(*DRAFT.clauses[:2], clause("2.2", NEW), clause("3.1", OWN))
    more = retold(more, c1_2={"text": "新的内容。"})
    before = world.picture()
    assert plan(world, notice, more) == {
        "1.1": "keep", "1.2": "change", "2.2": "add", "3.1": "add", "2.1": "withdraw",
    }  # fmt: skip
    assert set(plan(world, notice, DRAFT).values()) == {"keep"}
    assert world.picture() == before


@pytest.mark.parametrize("what", CHANGES)
def test_every_kind_of_correction_is_planned_applied_and_then_kept(what: str, world: World, notice: int) -> None:
    changed = retold(DRAFT, c1_1=CHANGES[what])
    assert plan(world, notice, changed) == {"1.1": "change", "1.2": "keep", "2.1": "keep"}
    made = revise(world, notice, changed)
    assert (made.notice_id, made.clauses) == (notice, 1)
    assert set(plan(world, notice, changed).values()) == {"keep"}
    assert plan(world, notice, DRAFT)["1.1"] == "change"


def test_items_name_and_heading_are_corrected_too(world: World, notice: int) -> None:
    items = (replace(DRAFT.items[0], title="新名字", section=HeadingDraft("一", "抓好")), DRAFT.items[1])
    changed = replace(DRAFT, items=items)
    assert plan(world, notice, changed) == {"1.1": "change", "1.2": "change", "2.1": "keep"}
    revise(world, notice, changed)
    found = [(one["title"], one["section"]) for one in world.rows("workitem", notice_id=notice)]
    assert found == [("新名字", "一、抓好"), ("任务2", "")]


def test_revision_counts_up_and_keeps_what_the_table_says_of_the_notice(world: World, notice: int) -> None:
    changed = replace(
        retold(DRAFT, c1_1={"text": "新"}), title="更正的题目", source_name="更正.txt", source_sha256="b" * 64
    )
    changed = replace(changed, reporting=replace(changed.reporting, day=28, who_reports="lead"))
    revise(world, notice, changed)
    found = world.row("notice", notice)
    assert (found["revision"], found["title"], found["source_name"], found["reporting_day"], found["reports"]) == (
        2, "更正的题目", "更正.txt", 28, "lead",
    )  # fmt: skip
    event = world.events()[-1]
    assert (event["action"], event["object_id"], event["detail"]["clauses"]) == ("notice.revise", notice, 1)
    assert adopt(world, changed).existed
    assert revise(world, notice, changed).existed
    assert world.row("notice", notice)["revision"] == 2


def test_units_begin_move_and_end_with_the_table(world: World, notice: int) -> None:
    made = revise(world, notice, retold(DRAFT, c1_1={"units": (NEW, OWN), "lead": NEW}))
    assert (made.new_units, made.responsibilities, made.ended) == ([NEW], 1, 1)
    assert parts(world, notice)["1.1"] == [(NEW, "lead", ""), (OWN, "support", ""), ("甲县", "support", GROUP)]
    assert parts(world, notice, ended=True)["1.1"] == [(CO, "support", "")]
    assert made.idle_tasks == [task(world, notice, "1.1", CO)]
    back = revise(world, notice, DRAFT)
    assert parts(world, notice)["1.1"] == [(OWN, "lead", ""), (CO, "support", ""), ("甲县", "support", GROUP)]
    assert (back.responsibilities, back.ended, back.idle_tasks) == (1, 1, [])


def test_unit_may_pass_from_the_collective_to_the_named_and_back(world: World, notice: int) -> None:
    named = retold(DRAFT, c1_1={"units": ("甲县", OWN, CO), "lead": "甲县"})
    revise(world, notice, named)
    assert parts(world, notice)["1.1"] == [("甲县", "lead", ""), (OWN, "support", ""), (CO, "support", "")]
    revise(world, notice, DRAFT)
    assert parts(world, notice)["1.1"] == [(OWN, "lead", ""), (CO, "support", ""), ("甲县", "support", GROUP)]


def test_collective_left_out_ends_the_parts_that_came_through_it(world: World, notice: int) -> None:
    made = revise(world, notice, retold(DRAFT, c1_1={"groups": ()}))
    assert (made.ended, parts(world, notice, ended=True)["1.1"]) == (1, [("甲县", "support", GROUP)])


def test_withdrawn_clause_stops_and_comes_back_under_its_number(world: World, notice: int) -> None:
    waiting = task(world, notice, "2.1", OTHER)
    made = revise(world, notice, retold(DRAFT, c2_1=None))
    assert (row(world, notice, "2.1")["withdrawn"], made.idle_tasks) == (True, [waiting])
    assert world.row("task", waiting)["state"] == Stage.ASSIGNED
    open_month(world, notice, "2022-07")
    assert len(world.rows("task", clause_id=row(world, notice, "2.1")["id"])) == 1
    assert plan(world, notice, DRAFT)["2.1"] == "add"
    revise(world, notice, retold(DRAFT, c2_1={"text": "又来了。", "units": (CO,), "lead": CO}))
    found = row(world, notice, "2.1")
    assert (found["withdrawn"], found["text"], parts(world, notice)["2.1"]) == (False, "又来了。", [(CO, "lead", "")])


def test_added_clause_is_reported_from_the_next_month_on(world: World, notice: int) -> None:
    more = table(*DRAFT.clauses, clause("2.2", NEW, indicators=(COUNT,)))
    assert revise(world, notice, more).clauses == 1
    assert world.rows("task", clause_id=row(world, notice, "2.2")["id"]) == []
    open_month(world, notice, "2022-07")
    assert len(world.rows("task", clause_id=row(world, notice, "2.2")["id"])) == 1


@pytest.mark.parametrize(
    ("number", "unit", "changed"),
    [
        ("1.1", CO, retold(DRAFT, c1_1={"units": (OWN,)})),
        ("1.1", OWN, retold(DRAFT, c1_1={"indicators": ()})),
        ("1.1", OWN, retold(DRAFT, c1_1={"indicators": (COUNT, replace(COUNT, name="另一个"))})),
        ("2.1", OTHER, retold(DRAFT, c2_1=None)),
    ],
)
def test_what_would_take_a_report_under_way_from_its_unit_is_blocked(
    number: str, unit: str, changed: NoticeDraft, world: World, notice: int
) -> None:
    under_way(world, notice, number, unit)
    before = world.picture()
    assert plan(world, notice, changed)[number] == "blocked"
    with refused("E-N14", Refused) as caught:
        revise(world, notice, changed)
    assert number in caught.value.what
    assert world.picture() == before


@pytest.mark.parametrize("what", ["text", "milestones", "indicators", "policy", "remarks"])
def test_words_may_be_corrected_while_a_report_is_under_way(what: str, world: World, notice: int) -> None:
    found = under_way(world, notice, "1.1", OWN)
    revise(world, notice, retold(DRAFT, c1_1=CHANGES[what]))
    assert world.row("task", found)["state"] == Stage.REPORTED


def test_indicator_with_a_new_target_keeps_its_number_and_so_its_reported_values(world: World, notice: int) -> None:
    (old,) = world.rows("indicator", clause_id=row(world, notice, "1.1")["id"])
    other = IndicatorDraft("占5%", "占比", ">=", 5, "%")
    revise(world, notice, retold(DRAFT, c1_1={"indicators": (other, replace(COUNT, value=40))}))
    found = {one["name"]: (one["id"], one["value"]) for one in world.rows("indicator", clause_id=old["clause_id"])}
    assert found["新增"] == (old["id"], 40)
    assert plan(world, notice, retold(DRAFT, c1_1={"indicators": (other, replace(COUNT, value=40))}))["1.1"] == "keep"
    revise(world, notice, retold(DRAFT, c1_1={"indicators": (replace(COUNT, value=40),)}))
    assert [one["id"] for one in world.rows("indicator", clause_id=old["clause_id"])] == [old["id"]]


def test_what_was_passed_on_by_a_request_stays_while_the_table_says_the_same(world: World, notice: int) -> None:
    found = task(world, notice, "2.1", OTHER)
    number = world.do("clerk3", requests.ask, found, RequestKind.TRANSFER, "该项工作不属于我局职责。", wanted_unit=OWN)
    world.do("director", requests.decide, number, grant=True, reason="同意。")
    assert plan(world, notice, DRAFT)["2.1"] == "keep"
    revise(world, notice, retold(DRAFT, c1_1={"text": "新的内容。"}))
    assert parts(world, notice)["2.1"] == [(OWN, "lead", "")]


def test_other_name_and_a_successor_are_no_change(world: World, notice: int) -> None:
    world.do("director", units.add_alias, OTHER, "市环保局")
    assert plan(world, notice, retold(DRAFT, c2_1={"units": ("市环保局",)}))["2.1"] == "keep"
    world.do("director", units.succeed, OTHER, "市环境局")
    assert plan(world, notice, DRAFT)["2.1"] == "keep"
    made = revise(world, notice, retold(DRAFT, c2_1={"text": "新的内容。"}))
    assert (made.new_units, made.idle_tasks) == ([], [])
    assert parts(world, notice)["2.1"] == [("市环境局", "lead", "")]


def test_notice_of_the_time_before_tables_were_kept_is_compared_with_the_register(world: World) -> None:
    same = table(clause("1.1", OWN, CO, text="完成长江岸线清理整治年度任务。"))
    found = plan(world, 1, replace(same, items=(replace(same.items[0], title="岸线整治"),)))
    assert found == {"1.1": "keep", "1.2": "withdraw", "2.1": "withdraw", "2.2": "withdraw"}


def test_notice_that_is_not_there_is_not_revised(world: World, notice: int) -> None:
    before = world.picture()
    with refused("E-404", NotFound), world.database.read() as connection:
        adoption.plan_revision(connection, world.office_id, notice + 9, DRAFT)
    with refused("E-404", NotFound):
        revise(world, notice + 9, DRAFT)
    assert world.picture() == before


@pytest.mark.parametrize("login", ["reviewer", "clerk1", "system"])
def test_only_the_director_revises(login: str, world: World, notice: int) -> None:
    with refused("E-403", Denied):
        revise(world, notice, retold(DRAFT, c2_1=None), login)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (table(), "E-N11"),
        (table(*DRAFT.clauses, clause("2.1", OWN)), "E-N12"),
        (retold(DRAFT, c2_1={"units": (), "groups": ()}), "E-N13"),
        (retold(DRAFT, c2_1={"units": ("市生态局",)}), "E-N02"),
        (retold(DRAFT, c2_1={"milestones": (MilestoneDraft("去年底前", date(2021, 12, 31)),)}), "E-D02"),
    ],
)
def test_table_nobody_could_work_by_revises_nothing(changed: NoticeDraft, code: str, world: World, notice: int) -> None:
    before = world.picture()
    with refused(code):
        revise(world, notice, changed)
    assert world.picture() == before


def test_table_of_another_adopted_notice_does_not_take_its_place(world: World, notice: int) -> None:
    other = adopt(world, table(clause("1.1", OWN), title="另一个", source_sha256="c" * 64))
    with refused("E-N03", Refused):
        revise(world, notice, table(clause("1.1", OWN, CO), title="另一个", source_sha256="c" * 64))
    assert world.row("notice", other.notice_id)["revision"] == 1
    assert world.row("period", world.rows("period", notice_id=notice)[0]["id"])["due_on"] <= DUE
