"""A month gathered into the facts of its papers: the notice's order, only approved words, counts equal to their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.office import add_month, at
from kit.world import CO, DUE, NOON, OTHER, OWN, REASON, REFILE, World
from models.states import Action, Stage
from workflow import gathering, requests

if TYPE_CHECKING:
    from datetime import datetime

    from models.facts import SummaryFacts

AFTER = at("2022-06-28 09:00")
LEAD_TEXT, HELP_TEXT = "已清理三公里。", "已巡查两次。"


def facts(world: World, now: datetime = AFTER) -> SummaryFacts:
    with world.database.read() as connection:
        return gathering.summary_facts(
            connection, world.office_id, world.period_id, number="3", head_short="1-abc", now=now
        )


def report(world: World, task: int, login: str, **given: object) -> None:
    world.act(login, Action.REPORT, task, NOON, **{"progress": LEAD_TEXT, "percent": 40, **given})


@pytest.fixture
def month(world: World) -> World:
    """1.1 approved of the lead, returned of the helper; 1.2 waived; 2.1 reported, not signed; the rest silent."""
    world.bring_to(world.task, Stage.REVIEWED)
    world.bring_to(world.tasks["1.1", CO], Stage.RETURNED)
    world.bring_to(world.tasks["1.2", CO], Stage.WAIVED)
    world.bring_to(world.tasks["2.1", OTHER], Stage.REPORTED)
    return world


def test_clauses_and_units_follow_the_notice(month: World) -> None:
    found = facts(month)
    items = [item for section in found.sections for part in section.subsections for item in part.items]
    assert [(item.number, [clause.number for clause in item.clauses]) for item in items] == [
        (1, ["1.1", "1.2"]), (2, ["2.1", "2.2"]),
    ]  # fmt: skip
    assert [[(line.unit, line.share) for line in clause.lines] for item in items for clause in item.clauses] == [
        [(OWN, "lead"), (CO, "support")], [(CO, "lead")], [(OTHER, "lead"), (OWN, "support")], [(OTHER, "lead")],
    ]  # fmt: skip


def test_who_signed_is_named_where_the_report_is_quoted(month: World) -> None:
    items = [item for section in facts(month).sections for part in section.subsections for item in part.items]
    lines = [line for item in items for clause in item.clauses for line in clause.lines]
    assert [(line.unit, line.signed_by) for line in lines if line.signed_by] == [(OWN, "李一")]


def test_every_count_is_the_length_of_a_list_that_names(month: World) -> None:
    found = facts(month)
    counted = {one.state: one.number for one in found.counts}
    assert counted == {
        "assigned": 2, "reported": 1, "signed_stamped": 0, "returned": 1, "reviewed": 1, "aggregated": 0, "waived": 1,
    }  # fmt: skip
    assert len(found.missing) == counted["assigned"] + counted["reported"]
    assert len(found.returned) == counted["returned"]
    assert sum(row.due for row in found.units) == sum(counted.values()) - counted["waived"]
    for name in ("missing", "returned"):
        named = [task.unit for task in getattr(found, name)]
        assert {row.unit: getattr(row, name) for row in found.units} == {
            row.unit: named.count(row.unit) for row in found.units
        }
    for row in found.units:
        assert row.due == row.on_time + row.late + row.missing + row.returned


def test_missing_late_and_returned_are_named_with_days_and_reason(month: World) -> None:
    found = facts(month)
    assert [(task.unit, task.clause_number) for task in found.missing] == [(OTHER, "2.1"), (OWN, "2.1"), (OTHER, "2.2")]
    assert [(task.unit, task.clause_number, task.late_days) for task in found.late] == [
        (OTHER, "2.1", 3), (OWN, "2.1", 3), (OTHER, "2.2", 3),
    ]  # fmt: skip
    assert [(task.unit, task.reason, task.due_on, task.round) for task in found.returned] == [(CO, REASON, REFILE, 2)]


def test_late_signature_stays_on_record_and_a_day_in_time_is_not_late(month: World) -> None:
    task = month.tasks["2.2", OTHER]
    month.bring_to(task, Stage.REVIEWED, at("2022-06-27 10:00"))
    late = {(named.unit, named.clause_number): named.late_days for named in facts(month).late}
    assert late[OTHER, "2.2"] == 2
    assert facts(month, at("2022-06-25 23:59")).late == tuple(
        named for named in facts(month).late if named.clause_number == "2.2"
    )


def test_only_approved_words_are_quoted(month: World) -> None:
    lines = {
        (clause.number, line.unit): line
        for section in facts(month).sections for part in section.subsections for item in part.items
        for clause in item.clauses for line in clause.lines
    }  # fmt: skip
    assert [line.progress for line in lines.values() if line.progress] == ["已完成清理三公里。"]
    assert lines["1.1", OWN].percent == 40
    assert (lines["2.1", OTHER].progress, lines["2.1", OTHER].percent) == ("", 0)


def test_indicator_takes_the_leads_value_else_the_first_that_has_one(world: World) -> None:
    clause = world.row("task", world.task)["clause_id"]
    shore = world.add("indicator", clause_id=clause, name="岸线", op=">=", value=10.0, unit="公里", quote="十公里")
    helper = world.tasks["1.1", CO]
    world.act(
        "clerk2", Action.REPORT, helper, NOON, progress=HELP_TEXT, percent=10, values=(_value(shore, 4.0),)
    )  # fmt: skip
    world.sign(helper, NOON)
    assert [one.value for one in facts(world).indicators] == [None]
    world.act("reviewer", Action.APPROVE, helper, NOON)
    assert [(one.value, one.reported_by, one.target) for one in facts(world).indicators] == [(4.0, CO, 10.0)]
    world.act("clerk1", Action.REPORT, world.task, NOON, progress=LEAD_TEXT, percent=40, values=(_value(shore, 6.5),))
    world.sign(world.task, NOON)
    world.act("reviewer", Action.APPROVE, world.task, NOON)
    assert [(one.value, one.reported_by) for one in facts(world).indicators] == [(6.5, OWN)]


def _value(indicator: int, value: float) -> object:
    from workflow.case import ValueGiven

    return ValueGiven(indicator, value)


def test_requests_of_the_month_stand_with_their_decision(world: World) -> None:
    day = at("2022-07-05 12:00").date()
    from models.states import RequestKind

    number = world.do("clerk1", requests.ask, world.task, RequestKind.EXTENSION, "汛期不能施工", wanted_due_on=day)
    world.do("director", requests.decide, number, grant=True, reason="情况属实")
    found = facts(world).requests
    assert [(one.kind, one.unit, one.decision, one.granted_due_on, one.decision_reason) for one in found] == [
        ("extension", OWN, "granted", day, "情况属实")
    ]


def test_month_before_is_compared_with_what_it_still_owes(month: World) -> None:
    with month.database.write(month.office_id) as connection:
        dates = (at("2022-07-01 00:00").date(), at("2022-07-25 00:00").date(), at("2022-08-01 00:00").date())
        number = add_month(connection, month, "2022-07", *dates, NOON)
        made = gathering.summary_facts(
            connection, month.office_id, number, number="", head_short="", now=at("2022-07-20 09:00")
        )
    assert made.previous is not None
    assert (made.previous.month, made.previous.due, made.previous.approved, made.previous.missing) == (
        "2022-06",
        5,
        1,
        3,
    )
    assert made.previous.late == 4  # three never signed, one returned and not filed again
    assert made.late == ()
    assert facts(month).previous is None


def test_form_shows_exactly_the_versions_it_covers(world: World) -> None:
    world.bring_to(world.task, Stage.REPORTED)
    form = world.filing()
    world.act("clerk1", Action.WITHDRAW, world.task, NOON)
    report(world, world.task, "clerk1", progress="改过的话。", percent=90)
    with world.database.read() as connection:
        found = gathering.form_facts(connection, world.office_id, form.filing_id)
    assert [(row.clause_number, row.version, row.progress, row.percent) for row in found.rows] == [
        ("1.1", 1, "已完成清理三公里。", 40)
    ]
    assert (found.unit_name, found.check_code, found.due_on) == (OWN, form.check_code, DUE)
