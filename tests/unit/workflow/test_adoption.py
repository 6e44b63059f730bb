"""Adopting a table: what it creates, that twice is once, and who a collective name stands for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit import tables
from kit.tables import adopt, clause, parts, table
from kit.world import CO, NOON, OTHER, OWN, World, refused
from models import doubts
from models.drafts import Decision, HeadingDraft, IndicatorDraft, MilestoneDraft, WarningNote
from models.errors import BadInput, Denied, Refused
from workflow import periods, units
from workflow.calendar_store import load_calendar

if TYPE_CHECKING:
    from models.drafts import NoticeDraft

GROUP, NEW = "有关县市区", "市新设局"
DRAFT = table(
    clause("1.1", OWN, CO, NEW, groups=(GROUP,)),
    clause("1.2", CO),
    clause("2.1", NEW, groups=(GROUP, "各成员单位")),
    issuer="市甲办",
    document_number="甲〔2022〕3号",
    issued_on=date(2022, 5, 7),
)


def rich() -> NoticeDraft:
    """A table with everything a clause can hold."""
    one = clause(
        "3.1", OWN, bracket="(市发改委", source_line=47, damage=("括号未闭合",), report_policy="lead",
        milestones=(MilestoneDraft("六月底前", date(2022, 6, 30), "注"), MilestoneDraft("另行通知", None)),
        indicators=(IndicatorDraft("新增30家", "新增", ">=", 30, "家"), IndicatorDraft("占5%", "占比", "=", 5, "%")),
    )  # fmt: skip
    draft = table(one)
    item = replace(draft.items[0], section=HeadingDraft("一", "抓好"), subsection=HeadingDraft("(二)", "抓水"))
    return replace(draft, items=(item,))


def test_adopting_creates_items_clauses_parts_and_the_units_nobody_knew(world: World) -> None:
    made = adopt(world, DRAFT)
    assert (made.clauses, made.responsibilities, made.existed) == (3, 5, False)
    assert (made.new_units, made.open_groups) == ([NEW], [GROUP, "各成员单位"])
    row = world.row("notice", made.notice_id)
    assert (row["title"], row["issuer"], row["document_number"], row["issued_on"], row["reporting_day"]) == (
        "工作要点", "市甲办", "甲〔2022〕3号", date(2022, 5, 7), 20,
    )  # fmt: skip
    assert (row["revision"], row["adopted_by"], row["source_sha256"]) == (1, "director", "a" * 64)
    assert [item["title"] for item in world.rows("workitem", notice_id=made.notice_id)] == ["任务1", "任务2"]
    assert parts(world, made.notice_id) == {
        "1.1": [(OWN, "lead", ""), (CO, "support", ""), (NEW, "support", "")],
        "1.2": [(CO, "lead", "")],
        "2.1": [(NEW, "lead", "")],
    }
    (unit,) = [row for row in world.rows("unit") if row["name"] == NEW]
    assert unit["valid_from"] == date(2022, 6, 20)
    event = world.events()[-1]
    assert (event["action"], event["actor"], event["detail"]["responsibilities"]) == (
        "notice.adopt", "director", 5,
    )  # fmt: skip


def test_clause_keeps_its_deadlines_targets_place_and_remarks(world: World) -> None:
    made = adopt(world, rich())
    (item,) = world.rows("workitem", notice_id=made.notice_id)
    assert (item["number"], item["section"], item["subsection"]) == (3, "一、抓好", "(二)抓水")
    (row,) = world.rows("clause", notice_id=made.notice_id)
    assert (row["number"], row["bracket"], row["source_line"], row["notes"], row["reports"]) == (
        "3.1", "(市发改委", 47, ["括号未闭合"], "lead",
    )  # fmt: skip
    assert [(one["due_on"], one["quote"], one["note"]) for one in world.rows("milestone", clause_id=row["id"])] == [
        (date(2022, 6, 30), "六月底前", "注"), (None, "另行通知", ""),
    ]  # fmt: skip
    targets = [(one["name"], one["op"], one["value"], one["unit"]) for one in world.rows("indicator")]
    assert targets == [("新增", ">=", 30, "家"), ("占比", "=", 5, "%")]


def test_adopting_twice_changes_nothing_at_all(world: World) -> None:
    first = adopt(world, DRAFT)
    before, events = world.picture(), world.events()
    again = adopt(world, DRAFT)
    assert (again.notice_id, again.existed, again.clauses, again.responsibilities) == (first.notice_id, True, 0, 0)
    assert (world.picture(), world.events()) == (before, events)


@pytest.mark.parametrize(
    "other",
    [
        replace(DRAFT, title="改过的题目"),
        tables.retold(DRAFT, c1_2={"text": "别的"}),
        replace(DRAFT, source_sha256="b" * 64),  # the same notice out of another kind of file
    ],
)
def test_another_table_of_an_adopted_notice_is_a_revision_and_refused(other: NoticeDraft, world: World) -> None:
    first = adopt(world, DRAFT)
    before = world.picture()
    with refused("E-N03", Refused) as caught:
        adopt(world, other)
    assert str(first.notice_id) in str(caught.value)
    assert "王主任" in str(caught.value)
    assert world.picture() == before


def test_two_tables_made_by_hand_are_two_notices(world: World) -> None:
    first = adopt(world, table(clause("1.1", OWN), source_sha256=""))
    second = adopt(world, table(clause("1.1", OWN), source_sha256="", title="另一个通知"))
    assert first.notice_id != second.notice_id


@pytest.mark.parametrize("login", ["reviewer", "clerk1", "leader1", "reader", "system", "security", "audit"])
def test_only_the_director_adopts(login: str, world: World) -> None:
    before = world.picture()
    with refused("E-403", Denied):
        adopt(world, DRAFT, login)
    assert world.picture() == before


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (table(), "E-N11"),
        (table(clause("1.1", OWN), clause("1.1", CO)), "E-N12"),
        (table(clause("1.1", OWN), clause("1.2")), "E-N13"),
        (table(clause("1.1", OWN, milestones=(MilestoneDraft("6月19日前", date(2022, 6, 19)),))), "E-D02"),
        (table(clause("1.1", "市发委"), clause("1.2", "市生态局")), "E-N02"),
        (table(clause("1.1", "市发展改委", "市生态环境保护局")), "E-N02"),
    ],
)
def test_table_nobody_could_work_by_is_refused_whole(draft: NoticeDraft, code: str, world: World) -> None:
    before = world.picture()
    with refused(code, BadInput) as caught:
        adopt(world, draft)
    assert caught.value.remedy or code == "E-N12"
    assert world.picture() == before


def test_deadline_before_the_notice_is_taken_when_the_director_says_so(world: World) -> None:
    early = MilestoneDraft("0202年6月底前", date(202, 6, 30))
    draft = table(clause("1.1", OWN, milestones=(early,)), issued_on=date(2022, 5, 7))
    with refused("E-D02", BadInput):
        adopt(world, draft)
    assert adopt(world, draft, allow_past=True).clauses == 1
    late = table(clause("1.1", OWN, milestones=(MilestoneDraft("五月底前", date(2022, 5, 31)),)), title="另一个",
                 source_sha256="c" * 64, issued_on=date(2022, 5, 7))  # fmt: skip
    assert adopt(world, late).clauses == 1  # it was to come when the notice was issued


def test_name_much_like_a_known_one_is_asked_about_and_goes_on_as_alias_or_as_a_new_unit(world: World) -> None:
    draft = table(clause("1.1", "市生态局", CO), clause("1.2", "市水利水电局"))
    with refused("E-N02", BadInput) as caught:
        adopt(world, draft)
    assert f"市生态局 → {OTHER}" in caught.value.what
    assert f"市水利水电局 → {CO}" in caught.value.what
    world.do("director", units.add_alias, OTHER, "市生态局")
    world.do("director", units.add_unit, "市水利水电局")
    made = adopt(world, draft)
    assert made.new_units == []
    assert parts(world, made.notice_id) == {
        "1.1": [(OTHER, "lead", ""), (CO, "support", "")],
        "1.2": [("市水利水电局", "lead", "")],
    }


def test_unit_named_by_two_of_its_names_has_one_part(world: World) -> None:
    world.do("director", units.add_alias, OTHER, "市环保局")
    made = adopt(world, table(clause("1.1", "市环保局", CO, OTHER)))
    assert parts(world, made.notice_id)["1.1"] == [(OTHER, "lead", ""), (CO, "support", "")]


def test_closed_name_stands_for_the_unit_that_took_over(world: World) -> None:
    world.do("director", units.succeed, OTHER, "市环境局")
    world.do("director", units.succeed, "市环境局", "市生态局")
    made = adopt(world, table(clause("1.1", OTHER)))
    assert (made.new_units, parts(world, made.notice_id)["1.1"]) == ([], [("市生态局", "lead", "")])


def test_collective_name_is_expanded_from_the_roster_alone(world: World) -> None:
    world.do("reviewer", units.set_group, GROUP, [OTHER, CO, "甲县"])
    made = adopt(world, DRAFT)
    assert made.open_groups == ["各成员单位"]
    found = parts(world, made.notice_id)
    assert found["1.1"][3:] == [(OTHER, "support", GROUP), ("甲县", "support", GROUP)]
    assert found["1.1"][1] == (CO, "support", "")  # named itself: its own place, once
    assert found["2.1"] == [
        (NEW, "lead", ""), (OTHER, "support", GROUP), (CO, "support", GROUP), ("甲县", "support", GROUP),
    ]  # fmt: skip


def test_clause_that_names_nobody_but_a_collective_is_led_by_each_of_its_units(world: World) -> None:
    world.do("reviewer", units.set_group, GROUP, [OTHER, CO])
    world.do("reviewer", units.set_group, "各成员单位", [OWN])
    made = adopt(world, table(clause("1.1", groups=(GROUP, "各成员单位"))))
    assert parts(world, made.notice_id)["1.1"] == [
        (OTHER, "lead", GROUP), (CO, "lead", GROUP), (OWN, "support", "各成员单位"),
    ]  # fmt: skip


def test_roster_set_later_is_brought_in_by_adopting_again(world: World) -> None:
    made = adopt(world, DRAFT)
    numbers = {row["number"]: row["id"] for row in world.rows("clause", notice_id=made.notice_id)}
    world.do("reviewer", units.set_group, GROUP, [OTHER])
    world.do("reviewer", units.set_group, GROUP, ["甲县"], clause_id=numbers["2.1"])
    again = adopt(world, DRAFT)
    assert (again.existed, again.responsibilities, again.open_groups) == (True, 2, ["各成员单位"])
    found = parts(world, made.notice_id)
    assert (found["1.1"][-1], found["2.1"][-1]) == ((OTHER, "support", GROUP), ("甲县", "support", GROUP))
    assert world.events()[-1]["action"] == "notice.expand"


def test_unit_taken_from_a_roster_ends_its_part_and_its_waiting_task_is_named(world: World) -> None:
    world.do("reviewer", units.set_group, GROUP, [OTHER, "甲县"])
    made = adopt(world, DRAFT)
    opened(world, made.notice_id)
    idle = task_of(world, made.notice_id, "1.1", OTHER)
    world.do("reviewer", units.set_group, GROUP, ["甲县"])
    again = adopt(world, DRAFT)
    assert (again.ended, again.responsibilities) == (2, 0)
    assert idle in again.idle_tasks
    assert (OTHER, "support", GROUP) in parts(world, made.notice_id, ended=True)["1.1"]
    assert world.row("task", idle)["state"] == "assigned"


def test_unit_taken_from_a_roster_keeps_its_part_while_its_report_is_under_way(world: World) -> None:
    world.do("reviewer", units.set_group, GROUP, [OTHER, "甲县"])
    made = adopt(world, DRAFT)
    opened(world, made.notice_id)
    world.report(task_of(world, made.notice_id, "1.1", OTHER), NOON)
    world.do("reviewer", units.set_group, GROUP, ["甲县"])
    assert adopt(world, DRAFT).ended == 1
    assert (OTHER, "support", GROUP) in parts(world, made.notice_id)["1.1"]
    assert (OTHER, "support", GROUP) in parts(world, made.notice_id, ended=True)["2.1"]


def opened(world: World, notice: int, month: str = "2022-07") -> int:
    """Open a month of a notice; gives the number of its tasks."""
    with world.database.read() as connection:
        calendar = load_calendar(connection, world.office_id)
    found: periods.OpenedPeriod = world.do("director", periods.open_period, notice, month, calendar)
    return found.tasks


def task_of(world: World, notice: int, number: str, unit: str) -> int:
    """The task of a unit on a clause in the newest month."""
    (row,) = [row for row in world.rows("clause", notice_id=notice) if row["number"] == number]
    named = next(one["id"] for one in world.rows("unit") if one["name"] == unit)
    world.units.setdefault(unit, named)
    return int(world.rows("task", clause_id=row["id"], unit_id=named)[-1]["id"])


@pytest.mark.parametrize(("who", "count"), [("every", 6), ("lead", 4)])
def test_who_reports_is_the_notices_policy_and_a_clause_may_differ(who: str, count: int, world: World) -> None:
    draft = table(
        clause("1.1", OWN, CO, OTHER),
        clause("1.2", OWN, CO, report_policy="lead"),
        clause("1.3", OWN, CO, report_policy="every"),
        who=who,
    )
    assert opened(world, adopt(world, draft).notice_id) == count


def test_reporting_day_is_the_notices_or_the_usual_one(world: World) -> None:
    made = [adopt(world, table(clause("1.1", OWN), day=day, title=f"{day}", source_sha256="")) for day in (5, None)]
    assert [world.row("notice", one.notice_id)["reporting_day"] for one in made] == [5, 25]


def test_unit_that_is_said_to_lead_leads_wherever_it_stands(world: World) -> None:
    made = adopt(world, table(clause("1.1", OWN, CO, OTHER, lead=CO)))
    assert parts(world, made.notice_id)["1.1"] == [(CO, "lead", ""), (OWN, "support", ""), (OTHER, "support", "")]
    assert tables.plan(world, made.notice_id, table(clause("1.1", OWN, CO, OTHER, lead=OWN))) == {"1.1": "change"}
    assert tables.plan(world, made.notice_id, table(clause("1.1", CO, OWN, OTHER))) == {"1.1": "keep"}


def test_deadline_before_the_notice_passes_once_a_person_said_that_it_is_meant(world: World) -> None:
    early = clause("1.1", OWN, milestones=(MilestoneDraft("6月19日前", date(2022, 6, 19)),))
    note = WarningNote("E-D02", 3, "6月19日前", "早于通知", clause="1.1")
    draft = table(early, warnings=(note,))
    with refused("E-D02", BadInput):
        adopt(world, draft)
    (doubt,) = doubts.listed(draft)
    assert adopt(world, doubts.decided(draft, Decision(doubt.key, "accepted"))).clauses == 1
