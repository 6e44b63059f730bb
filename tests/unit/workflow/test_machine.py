"""The machine: each guard's own refusal, which way a withdrawal goes, and the ways that are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kit.office import at
from kit.world import DUE, NOON, REASON, REFILE, refused
from models.errors import Denied, Refused
from models.states import Action, Role, Stage
from workflow.case import Actor, Case, FilingRow, Given, OfficeRow, Post, TaskRow, ValueGiven
from workflow.flow_store import SHIPPED, shipped
from workflow.machine import build, fire

A, S = Action, Stage
TASK = TaskRow(
    id=7, office_id=1, flow=shipped("monthly_report"), period_id=1, clause_id=1, problem_id=None, unit_id=1,
    state="assigned", entered_at=NOON, round=1, version=1, due_on=DUE,
    due_revision=1, received_at=None, report_number=1, report_sha256="ab", filed_by=5, signed_by=6, late_days=0,
    clause_number="1.1", unit_name="市发改委", month="2022-06",
)  # fmt: skip
OFFICE = OfficeRow(1, "市长江办", four_eyes=True, channel="file", held_reason="")
REPORT = Given(progress="已完成清理三公里。", percent=40)
FORM = FilingRow(3, "K7", ((7, 1, "ab"),), has_evidence=True)
SIGNED = Given(filing_id=3, signer="李一", seal="公章")
BACK = Given(reason=REASON, refile_on=REFILE)


def case(action: str, state: Stage, given: Given = Given(), **changes: Any) -> Case:
    task = TASK._replace(state=state.value, **changes.pop("task", {}))
    actor = changes.pop("actor", Actor(9, "reviewer", "郑审核", (Post(Role.REVIEWER),)))
    return Case(action, task, actor, given, NOON, state.value, **{"office": OFFICE, **changes})


LENGTH = ((1, "岸线清理", "公里"),)
GUARDS = [
    ("E-S06", case(A.RECEIVE, S.ASSIGNED, task={"received_at": NOON})),
    ("E-S07", case(A.REPORT, S.ASSIGNED, Given(progress=" \n", percent=40))),
    ("E-V02", case(A.REPORT, S.ASSIGNED, replace(REPORT, percent=None))),
    ("E-V02", case(A.REPORT, S.ASSIGNED, replace(REPORT, percent=101))),
    ("E-V02", case(A.REPORT, S.RETURNED, replace(REPORT, percent=-1))),
    ("E-V03", case(A.REPORT, S.ASSIGNED, replace(REPORT, values=(ValueGiven(2, 1.0),)), indicators=LENGTH)),
    ("E-V04", case(A.REPORT, S.ASSIGNED, REPORT, indicators=LENGTH)),
    ("E-V04", case(A.REPORT, S.ASSIGNED, replace(REPORT, values=(ValueGiven(1, None, " "),)), indicators=LENGTH)),
    ("E-V01", case(A.REPORT, S.ASSIGNED, replace(REPORT, values=(ValueGiven(1, -3.0),)), indicators=LENGTH)),
    ("E-S08", case(A.REPORT, S.ASSIGNED, Given(percent=0, no_progress=True, reason="天气"))),
    ("E-S02", case("send_back", S.REPORTED, Given(reason="不对"))),
    ("E-S03", case(A.SIGN_STAMP, S.REPORTED, SIGNED)),
    ("E-S03", case(A.SIGN_STAMP, S.REPORTED, SIGNED, filing=replace(FORM, has_evidence=False))),
    ("E-S05", case(A.SIGN_STAMP, S.REPORTED, SIGNED, filing=FORM, task={"report_sha256": "cd"})),
    ("E-S05", case(A.SIGN_STAMP, S.REPORTED, SIGNED, filing=FORM, task={"report_number": 2})),
    ("E-S10", case(A.SIGN_STAMP, S.REPORTED, replace(SIGNED, signer=" "), filing=FORM)),
    ("E-S10", case(A.SIGN_STAMP, S.REPORTED, replace(SIGNED, seal=""), filing=FORM)),
    ("E-S11", case(A.APPROVE, S.SIGNED_STAMPED, takers={"report": frozenset({9})})),
    ("E-S11", case(A.APPROVE, S.SIGNED_STAMPED, takers={"sign_stamp": frozenset({9})})),
    ("E-S02", case(A.RETURN, S.SIGNED_STAMPED, replace(BACK, reason="  不行    "))),
    ("E-S02", case(A.REOPEN, S.REVIEWED, replace(BACK, reason=""))),
    ("E-S02", case(A.WAIVE, S.RETURNED, Given(reason="1234"))),
    ("E-S09", case(A.RETURN, S.SIGNED_STAMPED, replace(BACK, refile_on=None))),
    ("E-S09", case(A.REOPEN, S.REVIEWED, replace(BACK, refile_on=at("2022-06-19 12:00").date()))),
    ("E-S12", case(A.AGGREGATE, S.REVIEWED)),
]
ALLOWED = [
    (S.ASSIGNED, case(A.RECEIVE, S.ASSIGNED)),
    (S.REPORTED, case(A.REPORT, S.ASSIGNED, replace(REPORT, percent=0))),
    (S.REPORTED, case(A.REPORT, S.RETURNED, replace(REPORT, percent=100))),
    (S.REPORTED, case(A.REPORT, S.ASSIGNED, Given(percent=0, no_progress=True, reason="汛期停工"+"了"))),
    (S.REPORTED, case(A.REPORT, S.ASSIGNED, replace(REPORT, values=(ValueGiven(1, 0.0),)), indicators=LENGTH)),
    (S.REPORTED, case(A.REPORT, S.ASSIGNED, replace(REPORT, values=(ValueGiven(1, None, "未统计"),)),
                      indicators=LENGTH)),
    (S.SIGNED_STAMPED, case(A.SIGN_STAMP, S.REPORTED, SIGNED, filing=FORM)),
    (S.REVIEWED, case(A.APPROVE, S.SIGNED_STAMPED)),
    (S.REVIEWED, case(A.APPROVE, S.SIGNED_STAMPED, takers={"report": frozenset({5}), "receive": frozenset({9})})),
    (S.REVIEWED, case(A.APPROVE, S.SIGNED_STAMPED, takers={"report": frozenset({9})}, office=OFFICE._replace(four_eyes=False))),
    (S.RETURNED, case(A.RETURN, S.SIGNED_STAMPED, replace(BACK, refile_on=at("2022-06-20 12:00").date()))),
    (S.RETURNED, case(A.WITHDRAW, S.REPORTED, task={"round": 2})),
    (S.ASSIGNED, case(A.WITHDRAW, S.REPORTED)),
    (S.RETURNED, case("send_back", S.REPORTED, Given(reason="12345"), task={"round": 2})),
    (S.ASSIGNED, case("send_back", S.REPORTED, Given(reason="12345"))),
    (S.AGGREGATED, case(A.AGGREGATE, S.REVIEWED, Given(summary_number=1))),
    (S.WAIVED, case(A.WAIVE, S.ASSIGNED, Given(reason="12345"))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "attempt"), GUARDS)
def test_guard_refuses_with_its_own_code_and_leaves_the_state(code: str, attempt: Case) -> None:
    with refused(code, Denied if code == "E-S11" else Refused) as caught:
        fire(attempt)
    assert attempt.state == attempt.task.state
    assert [part in caught.value.where for part in ("7", "1.1", "市发改委", "2022-06")] == [True] * 4


@pytest.mark.parametrize(("dest", "attempt"), ALLOWED)
def test_step_at_the_edge_of_its_guards_is_taken(dest: Stage, attempt: Case) -> None:
    step = fire(attempt)
    assert (step.dest, attempt.state, step.action) == (dest, dest, attempt.action)


TAKERS = {"report": frozenset({5}), "sign_stamp": frozenset({6})}


@pytest.mark.parametrize("mine", [5, 6])
def test_substitute_may_not_approve_what_the_absent_person_filed_or_signed(mine: int) -> None:
    stand_in = Actor(9, "other", "替", (Post(Role.REVIEWER),), acting_for_id=mine, acting_for="郑审核")
    with refused("E-S11", Denied):
        fire(case(A.APPROVE, S.SIGNED_STAMPED, actor=stand_in, takers=TAKERS))


def test_task_goes_back_only_to_a_step_that_it_has_taken() -> None:
    flow = shipped("internal_report")
    task = TASK._replace(flow=flow, state="second_review")
    back = Given(reason=REASON, to_state="reported")
    been = frozenset({"assigned", "returned", "second_review"})
    attempt = Case("return", task, Actor(9, "director", "王主任"), back, NOON, "second_review", OFFICE, been=been)
    with refused("E-S37", Refused):
        fire(attempt)
    assert attempt.state == "second_review"
    assert fire(replace(attempt, been=been | {"reported"})).dest == "reported"


def test_forbidden_step_names_what_is_possible_now() -> None:
    with refused("E-S01") as caught:
        fire(case(A.APPROVE, S.REPORTED))
    assert caught.value.fields == {"state": "reported", "offered": ["withdraw", "send_back", "sign_stamp"]}
    assert "已填报" in caught.value.what
    with refused("E-S01") as caught:
        fire(case(A.REPORT, S.AGGREGATED, REPORT))
    assert caught.value.fields == {"state": "aggregated", "offered": []}


@pytest.mark.parametrize("name", SHIPPED)
def test_machine_has_no_way_into_a_state_beside_the_flow(name: str) -> None:
    machine = build(shipped(name))
    assert set(machine.events) == set(shipped(name).actions)
    built = {
        (event, way.source, way.dest)
        for event, found in machine.events.items() for ways in found.transitions.values() for way in ways
    }  # fmt: skip
    assert built == {(step.action, source, step.dest) for step in shipped(name).steps for source in step.sources}
