"""The steps an office knows by name, in the flows that ship: 会签, 或签, 转办, 拿回, 退回到前面任一步, 改好直接交回, 抄送."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.flows import Walker, walk, walker
from kit.office import at
from kit.world import NOON, OTHER, REASON, REFILE, refused
from models.errors import Denied, NotFound, Refused
from models.states import Role
from notifications.addressee import Standing
from schedules.sweep import sweep
from workflow import actions, flow_migration, flow_store, panels, readings
from workflow.flow_reading import read_flow
from workflow.verify import verify

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def internal(tmp_path: Path) -> Walker:
    return walker(tmp_path, "internal_report")


@pytest.fixture
def signed(tmp_path: Path) -> Walker:
    return walker(tmp_path, "co_signed_report")


@pytest.fixture
def problem(tmp_path: Path) -> Walker:
    return walker(tmp_path, "problem_ledger")


def told(walk: Walker, event: str) -> list[str]:
    """Who was told of an event, by login."""
    logins = {number: login for login, number in walk.world.people.items()}
    return sorted(logins[row["recipient_id"]] for row in walk.world.rows("message", event=event))


def seats(walk: Walker) -> list[tuple[str, bool]]:
    with walk.world.database.read() as connection:
        return [(seat.name, seat.signed) for seat in panels.sitting(connection, walk.task)]


def opens(walk: Walker, login: str, *, acts_next: bool = True) -> None:
    """Somebody opens the task."""
    actor = walk.world.actor(login, NOON)
    with walk.world.database.write(1) as connection:
        readings.note(connection, actor, walk.task, NOON, acts_next=acts_next)


# —— 会签：several leaders, all of them, in any order ——


def test_co_signing_in_any_order_waits_for_all_and_the_last_one_moves_it(signed: Walker) -> None:
    signed.take("report", "clerk1")
    assert told(signed, "co_sign") == ["leader1", "leader1b"]
    assert signed.take("co_sign", "leader1b").state == "unit_signing"
    assert seats(signed) == [("李一", False), ("leader1b", True)]
    with refused("E-S34", Denied) as caught:
        signed.take("co_sign", "leader1b")
    assert "李一" in caught.value.remedy
    assert signed.take("co_sign", "leader1").state == "reported"
    assert told(signed, "all_signed") == ["clerk1"]


def test_whom_the_clerk_names_signs_and_nobody_else(signed: Walker) -> None:
    signed.take("report", "clerk1", people=("leader1b",))
    assert seats(signed) == [("leader1b", False)]
    assert told(signed, "co_sign") == ["leader1b"]
    with refused("E-S34", Denied):
        signed.take("co_sign", "leader1")
    assert signed.take("co_sign", "leader1b").state == "reported"


def test_who_does_not_hold_the_duty_is_given_no_seat(signed: Walker) -> None:
    before = signed.world.picture()
    with refused("E-S39", Refused) as caught:
        signed.take("report", "clerk1", people=("leader1", "leader2"))
    assert "周二" in caught.value.what
    with refused("E-404", NotFound):
        signed.take("report", "clerk1", people=("nobody",))
    assert signed.world.picture() == before


def test_panel_without_anybody_to_sign_is_refused_and_nothing_was_filed(signed: Walker) -> None:
    for row in signed.world.rows("duty", role="leader", unit_id=signed.world.units["市发改委"]):
        signed.world.change("duty", row["id"], valid_to=date(2022, 6, 1))
    before = signed.world.picture()
    with refused("E-S40", Refused):
        signed.take("report", "clerk1")
    assert signed.world.picture() == before


def test_one_who_disagrees_sends_it_back_and_the_next_sitting_starts_empty(signed: Walker) -> None:
    signed.take("report", "clerk1")
    signed.take("co_sign", "leader1")
    assert signed.take("send_back", "leader1b", reason=REASON).state == "assigned"
    assert told(signed, "not_agreed") == ["clerk1"]
    assert signed.task.round == 1
    closed = [(row["signed_at"] is None, row["closed_at"]) for row in signed.world.rows("seat")]
    assert closed == [(False, None), (True, NOON)]
    signed.take("report", "clerk1")
    assert seats(signed) == [("李一", False), ("leader1b", False)]


def test_substitute_signs_on_the_seat_of_the_absent(signed: Walker) -> None:
    signed.world.join("stand-in", Role.CLERK, OTHER)
    signed.take("report", "clerk1", people=("leader1",))
    substitute = signed.world.substitute("stand-in", "leader1")
    assert signed.world.act_as(substitute, "co_sign", signed.task_id).state == "reported"
    (seat,) = signed.world.rows("seat")
    assert (seat["person_id"], seat["signed_by"]) == (
        signed.world.people["leader1"], signed.world.people["stand-in"],
    )  # fmt: skip


# —— 会签：in the given order ——


def test_given_order_asks_one_after_the_other(signed: Walker) -> None:
    signed.go("signed_stamped")
    signed.take("approve", "reviewer", people=("reader", "director"))
    assert told(signed, "co_sign")[-1:] == ["reader"]
    with refused("E-S35", Refused) as caught:
        signed.take("countersign", "director")
    assert "reader" in caught.value.what
    assert signed.take("countersign", "reader").state == "office_signing"
    assert "director" in told(signed, "co_sign"), "the next one is asked when it is their turn"
    assert signed.take("countersign", "director").state == "reviewed"
    assert told(signed, "approved") == ["clerk1"]


def test_who_approved_has_no_seat_beside_it(signed: Walker) -> None:
    signed.world.appoint("director", Role.REVIEWER)
    signed.go("signed_stamped")
    signed.take("approve", "director")
    assert seats(signed) == [("reader", False)]


# —— 或签：one of several ——


def test_one_of_several_is_enough_and_the_other_seats_are_closed(internal: Walker) -> None:
    internal.take("report", "clerk1")
    assert told(internal, "internal_reported") == ["leader1", "leader1b"]
    assert internal.take("confirm", "leader1b").state == "confirmed"
    assert [(row["signed_at"], row["closed_at"]) for row in internal.world.rows("seat")] == [(None, NOON), (NOON, None)]
    with refused("E-S01", Refused):
        internal.take("confirm", "leader1")


# —— 转办 ——


def test_forwarded_task_waits_for_that_person_alone(internal: Walker) -> None:
    internal.go("confirmed")
    internal.take("forward", "reviewer", reason="我赴外地出差。")
    assert told(internal, "forwarded") == ["reviewer2"]
    assert internal.task.handler_id == internal.world.people["reviewer2"]
    with refused("E-S42", Refused) as caught:
        internal.take("approve", "reviewer")
    assert "reviewer2" in caught.value.what
    assert internal.take("approve", "reviewer2").state == "second_review"
    assert internal.task.handler_id is None, "the next step is for whoever has the duty"


def test_forwarding_goes_to_one_other_person_who_may_go_on(internal: Walker) -> None:
    internal.go("confirmed")
    before = internal.world.picture()
    for code, people in (
        ("E-S32", ()),
        ("E-S33", ("reviewer",)),
        ("E-S33", ("reviewer2", "director")),
        ("E-S38", ("clerk2",)),
        ("E-S38", ("clerk1",)),
    ):
        with refused(code, Refused):
            internal.take("forward", "reviewer", people=people)
    assert internal.world.picture() == before


def test_forwarded_to_somebody_who_left_the_duty_holds_nobody_up(internal: Walker) -> None:
    internal.go("confirmed")
    internal.take("forward", "reviewer")
    (duty,) = internal.world.rows("duty", person_id=internal.world.people["reviewer2"])
    internal.world.change("duty", duty["id"], valid_to=date(2022, 6, 1))
    assert internal.take("approve", "reviewer").state == "second_review"


def test_reminder_of_a_forwarded_task_goes_to_that_person_alone(internal: Walker) -> None:
    internal.go("confirmed")
    internal.take("forward", "reviewer")
    sweep(internal.world.database, 1, None, at("2022-06-22 10:00"))
    assert told(internal, "internal_unreviewed") == ["reviewer2"]


def test_what_was_handed_in_in_time_is_not_called_late_while_it_waits_for_the_office(internal: Walker) -> None:
    internal.go("confirmed")
    sweep(internal.world.database, 1, None, at("2022-06-28 10:00"))
    with internal.world.database.read() as connection:
        rows = internal.world.rows("message", event="internal_unreviewed")
        standing = Standing(connection, 1, rows, date(2022, 6, 29))
        for row in rows:
            sent = standing.still_wanted(row)
            assert sent is not None
            assert [line["days_late"] for line in (*row["fields"]["tasks"], *sent["tasks"])] == [0, 0]


def test_rules_of_the_offices_own_file_take_the_place_of_the_monthly_ladder_alone(internal: Walker) -> None:
    sweep(internal.world.database, 1, (), at("2022-06-27 10:00"))
    assert set(told(internal, "internal_urging")) == {
        "clerk1", "clerk2", "clerk3", "leader1", "leader1b", "leader2", "leader3",
    }  # fmt: skip
    assert told(internal, "urging") == []


# —— 拿回 ——


def test_taken_back_as_long_as_nobody_has_opened_it(internal: Walker) -> None:
    internal.go("confirmed")
    assert internal.take("take_back", "clerk1").state == "assigned"
    row = internal.world.row("task", internal.task_id)
    assert (row["filed_at"], row["signed_at"], row["report_number"]) == (None, None, 1)


def test_not_taken_back_once_whoever_acts_next_has_opened_it(internal: Walker) -> None:
    internal.go("confirmed")
    opens(internal, "clerk2", acts_next=False)
    opens(internal, "reviewer")
    opens(internal, "reviewer")
    with refused("E-S36", Refused) as caught:
        internal.take("take_back", "clerk1")
    assert "郑审核" in caught.value.what
    assert len(internal.world.rows("reading")) == 1


def test_looks_of_an_earlier_step_do_not_count(internal: Walker) -> None:
    internal.take("report", "clerk1")
    opens(internal, "leader1")
    with refused("E-S36", Refused):
        internal.take("take_back", "clerk1")
    internal.world.act("leader1", "confirm", internal.task_id, at("2022-06-20 12:30"))
    assert internal.take("take_back", "clerk1").state == "assigned"


# —— 退回到前面任一步，改好直接交回 ——


def second_review(walk: Walker, **given: Any) -> actions.Outcome:
    walk.go("second_review")
    return walk.take("return", "director", **given)


def test_return_leads_to_the_step_that_is_named_or_to_the_unit(internal: Walker) -> None:
    assert second_review(internal, to_state="confirmed").state == "confirmed"
    assert internal.task.round == 1, "the unit has nothing to do: no round of its own"
    internal.take("approve", "reviewer")
    assert internal.take("return", "director", to_state="reported").state == "reported"
    assert internal.world.row("task", internal.task_id)["signed_at"] is None
    assert internal.take("confirm", "leader1").state == "confirmed"
    internal.take("approve", "reviewer")
    assert internal.take("return", "director").state == "returned"
    assert (internal.task.round, internal.task.due_on) == (2, REFILE)


def test_return_to_a_step_that_is_none_or_that_it_never_took_names_those_there_are(internal: Walker) -> None:
    internal.go("second_review")
    before = internal.world.picture()
    with refused("E-S41", Refused) as caught:
        internal.take("return", "director", to_state="assigned")
    assert "confirmed" in caught.value.remedy
    assert internal.world.picture() == before


def test_of_several_ways_back_each_is_for_those_it_is_written_for(internal: Walker) -> None:
    to_the_unit = 'from = ["confirmed"]\nto = ["reported"]\nchosen_by = "given_state"\nby = ["reviewer"]'
    assert to_the_unit in internal.flow.text
    narrower = read_flow(internal.flow.text.replace(to_the_unit, to_the_unit.replace("reviewer", "director")))
    internal.world.do("director", flow_store.install, narrower)
    again = walk(internal.world, "internal_report")
    again.go("confirmed")
    before = again.world.picture()
    with refused("E-403", Denied):
        again.take("return", "reviewer", to_state="reported")
    assert again.world.picture() == before
    assert again.take("return", "reviewer", to_state="returned").state == "returned"


def test_step_that_was_taken_under_another_name_may_still_be_returned_to(internal: Walker) -> None:
    internal.go("second_review")
    text = internal.flow.text.replace('"confirmed"', '"first_review"')
    newer = read_flow(text.replace("[[state]]", '[moves]\nconfirmed = "first_review"\n\n[[state]]', 1))
    internal.world.do("director", flow_store.install, newer)
    with internal.world.database.read() as connection:
        plan = flow_migration.plan(connection, 1, "internal_report")
    internal.world.do("director", flow_migration.apply, plan.digest, "internal_report")
    assert internal.take("return", "director", to_state="first_review", reason=REASON).state == "first_review"


def test_straight_back_goes_past_the_steps_between_to_the_one_who_returned_it(internal: Walker) -> None:
    second_review(internal, straight_back=True)
    assert internal.take("report", "clerk1").state == "second_review"
    assert told(internal, "resubmitted") == ["director"]
    row = internal.world.row("task", internal.task_id)
    assert (row["back_to"], row["returner_id"], row["handler_id"]) == ("", None, internal.world.people["director"])
    assert (row["report_number"], row["signed_at"]) == (2, NOON)
    internal.world.join("director2", Role.DIRECTOR)
    with refused("E-S42", Refused):
        internal.take("agree", "director2")
    assert internal.take("agree", "director").state == "reviewed"


def test_without_straight_back_every_step_is_taken_again(internal: Walker) -> None:
    second_review(internal)
    assert internal.take("report", "clerk1").state == "reported"


def test_straight_back_is_refused_where_no_step_can_keep_it(internal: Walker) -> None:
    internal.go("second_review")
    with refused("E-S43", Refused):
        internal.take("return", "director", to_state="confirmed", straight_back=True)


def test_leaders_of_the_units_named_beside_sit_on_the_panel_whoever_convenes_it(tmp_path: Path) -> None:
    first = walker(tmp_path, "co_signed_report")
    wider = read_flow(first.flow.text.replace('seats = ["leader"]', 'seats = ["leader", "co.leader"]'))
    first.world.do("director", flow_store.install, wider)
    beside = walk(first.world, "co_signed_report")
    beside.go("unit_signing")
    assert ("周二", False) in seats(beside)  # who leads CO


def test_second_reviewer_is_neither_the_first_nor_who_filed(internal: Walker) -> None:
    internal.world.appoint("director", Role.REVIEWER)
    internal.go("confirmed")
    internal.take("approve", "director")
    with refused("E-S11", Denied):
        internal.take("agree", "director")


# —— 抄送，已阅 ——


def test_copy_lets_somebody_see_the_task_and_opening_it_is_the_receipt(internal: Walker) -> None:
    internal.go("confirmed")
    with refused("E-404", NotFound), internal.world.database.read() as connection:
        actions.visible_task(connection, 1, internal.world.actor("clerk3", NOON), internal.task_id)
    assert internal.take("copy", "reviewer").state == "confirmed"
    assert told(internal, "copied") == ["clerk3"]
    internal.take("copy", "reviewer")
    opens(internal, "clerk3", acts_next=False)
    opens(internal, "clerk3", acts_next=False)
    with internal.world.database.read() as connection:
        actions.visible_task(connection, 1, internal.world.actor("clerk3", NOON), internal.task_id)
        copies = [(row.name, row.read_at) for row in readings.copies(connection, 1, internal.task_id)]
    assert copies == [("孙三", NOON)]
    assert [row["action"] for row in internal.world.events()].count("copy.read") == 1


def test_who_was_shown_a_task_may_look_and_nothing_else(internal: Walker) -> None:
    internal.go("confirmed")
    internal.take("copy", "reviewer")
    with refused("E-403", Denied):
        internal.take("report", "clerk3")


# —— 问题台账 ——


def test_problem_comes_back_with_its_history_and_its_look_back_is_reckoned_anew(problem: Walker) -> None:
    problem.go("struck_off")
    assert (problem.task.due_on, problem.task.due_revision) == (date(2022, 12, 20), 2)
    problem.take("relapse", "reviewer")
    row = problem.world.row("task", problem.task_id)
    assert (row["state"], row["round"], row["due_on"], row["due_revision"]) == ("rectifying", 2, REFILE, 3)
    assert (row["original_due_on"], row["report_number"]) == (date(2022, 6, 25), 1)
    assert problem.world.rows("problem")[0]["relapses"] == 1
    for action, login in (
        ("apply", "clerk1"),
        ("verify", "reviewer"),
        ("strike_off", "director"),
        ("look_back", "reviewer"),
    ):
        problem.take(action, login)
    assert problem.task.state == "closed"
    assert [row["action"] for row in problem.world.rows("visit")] == ["verify", "verify", "look_back"]
    with problem.world.database.read() as connection:
        assert verify(connection, 1) == []


def test_who_applied_for_striking_off_does_not_verify_it_on_site(problem: Walker) -> None:
    problem.world.appoint("clerk1", Role.REVIEWER)
    problem.go("applied")
    with refused("E-S11", Denied):
        problem.take("verify", "clerk1")
    assert problem.take("verify", "reviewer").state == "verified"


@pytest.mark.parametrize("given", [{"found": ""}, {"visited_on": None}, {"visited_on": date(2022, 6, 21)}])
def test_verification_says_when_somebody_was_there_and_what_was_found(problem: Walker, given: dict[str, Any]) -> None:
    problem.go("applied")
    with refused("E-S31", Refused):
        problem.take("verify", "reviewer", **given)


def test_rectifying_begins_with_measures(problem: Walker) -> None:
    with refused("E-S30", Refused):
        problem.take("start", "clerk1", measures="清")
    problem.take("start", "clerk1")
    assert problem.world.rows("problem")[0]["measures"] == "清理堆土并复绿。"


@pytest.mark.parametrize("login", ["system", "security", "audit"])
def test_nothing_is_shown_to_an_administrator_for_information(internal: Walker, login: str) -> None:
    internal.go("confirmed")
    before = internal.world.picture()
    with refused("E-S48", Refused):
        internal.take("copy", "reviewer", people=(login,))
    assert internal.world.picture() == before


def test_a_copy_opens_nothing_to_whoever_became_an_administrator_since(internal: Walker) -> None:
    world = internal.world
    internal.go("confirmed")
    internal.take("copy", "reviewer", people=("clerk3",))
    with world.database.read() as connection:
        assert actions.visible_task(connection, world.office_id, world.actor("clerk3", NOON), internal.task_id)
    duty = next(row["id"] for row in world.rows("duty", person_id=world.people["clerk3"]))
    world.change("duty", duty, role="audit", unit_id=None)
    with world.database.read() as connection, refused("E-404", NotFound):
        actions.visible_task(connection, world.office_id, world.actor("clerk3", NOON), internal.task_id)
