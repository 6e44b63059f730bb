"""Acting on real rows: rounds and versions, stale screens, four eyes, batches, dry runs, repeated commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.costs import statements
from kit.office import at
from kit.world import CO, NOON, OTHER, OWN, REASON, REFILE, World, refused
from models.errors import Conflict, Denied, NotFound, Refused
from models.states import Action, Role, Stage
from models.times import shown
from workflow import actions
from workflow.actions import Command
from workflow.case import Given
from workflow.effects import EFFECTS

if TYPE_CHECKING:
    from workflow.effects import Work

A, S = Action, Stage
REPORT = Given(progress="已完成清理三公里。", percent=40)


def test_return_opens_a_round_with_its_own_date_and_keeps_the_earlier_version(world: World) -> None:
    world.bring_to(world.task, S.RETURNED)
    first = world.rows("report", task_id=world.task)
    row = world.row("task", world.task)
    assert (row["round"], row["due_on"], row["filed_at"], row["signed_at"]) == (2, REFILE, None, None)
    assert row["original_due_on"] != row["due_on"]
    world.act("clerk1", A.REPORT, world.task, NOON, progress="补充：清理四公里。", percent=55)
    both = world.rows("report", task_id=world.task)
    assert both[:1] == first
    assert [(row["number"], row["round"], row["percent"]) for row in both] == [(1, 1, 40), (2, 2, 55)]


def test_withdrawal_goes_back_to_where_the_round_began(world: World) -> None:
    world.bring_to(world.task, S.REPORTED)
    assert world.act("clerk1", A.WITHDRAW, world.task, NOON).state == S.ASSIGNED
    world.bring_to(world.task, S.RETURNED)
    world.report(world.task, NOON)
    assert world.act("clerk1", A.WITHDRAW, world.task, NOON).state == S.RETURNED
    assert [row["number"] for row in world.rows("report", task_id=world.task)] == [1, 2, 3]


def test_receiving_twice_is_refused_and_the_first_time_stays(world: World) -> None:
    world.act("clerk1", A.RECEIVE, world.task, NOON)
    with refused("E-S06"):
        world.act("clerk1", A.RECEIVE, world.task, at("2022-06-21 12:00"))
    assert world.row("task", world.task)["received_at"] == NOON


def test_late_signing_stays_on_record_after_an_early_later_round(world: World) -> None:
    late = at("2022-06-27 23:59")
    world.bring_to(world.task, S.SIGNED_STAMPED, late)
    assert world.row("task", world.task)["late_days"] == 2
    world.give_back(world.task, late, at("2022-07-10 12:00").date())
    world.report(world.task, late)
    world.sign(world.task, late)
    assert world.row("task", world.task)["late_days"] == 2


def test_report_that_changed_after_printing_cannot_be_signed_on_the_old_form(world: World) -> None:
    world.bring_to(world.task, S.REPORTED)
    filing = world.sign_paper(world.task)
    world.act("clerk1", A.WITHDRAW, world.task, NOON)
    world.act("clerk1", A.REPORT, world.task, NOON, progress="另一份内容。", percent=41)
    with refused("E-S05"):
        world.act("leader1", A.SIGN_STAMP, world.task, NOON, filing_id=filing, signer="李一", seal="公章")


def test_stale_version_names_who_acted_and_when_and_changes_nothing(world: World) -> None:
    seen = world.row("task", world.task)["version"]
    world.act("clerk1", A.RECEIVE, world.task, NOON)
    before = world.picture()
    command = Command(A.REPORT, world.task, seen, REPORT)
    later = at("2022-06-20 12:05")
    with refused("E-409", Conflict) as caught:
        actions.act(world.database, 1, world.actor("clerk1", later), command, later)
    assert caught.value.fields == {"by": "赵一", "at": shown(NOON), "version": seen + 1, "state": "assigned"}
    assert "赵一" in caught.value.what
    assert shown(NOON) in caught.value.what
    assert world.picture() == before
    assert world.events()[-1]["detail"]["code"] == "E-409"


def test_version_that_is_still_to_come_is_nobodys_doing(world: World) -> None:
    with refused("E-409", Conflict) as caught:
        actions.act(world.database, 1, world.actor("clerk1", NOON), Command(A.REPORT, world.task, 99, REPORT), NOON)
    assert caught.value.what == "该件还没有第 99 版。"


def test_reviewer_may_not_approve_what_they_filed_or_signed_nor_their_substitute(world: World) -> None:
    world.join("second", Role.REVIEWER)
    world.appoint("reviewer", Role.CLERK, OWN)
    world.act("reviewer", A.REPORT, world.task, NOON, progress="已完成清理三公里。", percent=40)
    world.sign(world.task, NOON)
    with refused("E-S11", Denied):
        world.act("reviewer", A.APPROVE, world.task, NOON)
    with refused("E-S11", Denied):
        world.act_as(world.substitute("second", "reviewer"), A.APPROVE, world.task)
    world.appoint("leader1", Role.REVIEWER)
    with refused("E-S11", Denied):
        world.act("leader1", A.APPROVE, world.task, NOON)
    assert world.act("second", A.APPROVE, world.task, NOON).state == S.REVIEWED


def test_who_filed_in_an_earlier_round_may_review_what_another_filed_in_this_one(world: World) -> None:
    world.join("second", Role.REVIEWER)
    world.appoint("reviewer", Role.CLERK, OWN)
    world.act("reviewer", A.REPORT, world.task, NOON, progress="已完成清理三公里。", percent=40)
    world.sign(world.task, NOON)
    world.act("second", A.RETURN, world.task, NOON, reason=REASON, refile_on=REFILE)
    world.report(world.task, NOON)
    world.sign(world.task, NOON)
    assert world.act("reviewer", A.APPROVE, world.task, NOON).state == S.REVIEWED


def test_office_too_small_for_four_eyes_says_so_in_the_trail(world: World) -> None:
    world.appoint("reviewer", Role.CLERK, OWN)
    world.act("reviewer", A.REPORT, world.task, NOON, progress="已完成清理三公里。", percent=40)
    world.sign(world.task, NOON)
    with world.database.write(1) as connection:
        connection.execute(sa.text("UPDATE office SET four_eyes = false"))
    assert world.act("reviewer", A.APPROVE, world.task, NOON).state == S.REVIEWED
    assert world.events()[-1]["detail"]["four_eyes"] == "waived by the office"


def test_substitute_acts_with_the_duties_of_the_absent_and_the_trail_names_both(world: World) -> None:
    world.join("stand-in", Role.CLERK, OTHER)
    outcome = world.act_as(world.substitute("stand-in", "clerk1"), A.RECEIVE, world.task)
    assert outcome.state == S.ASSIGNED
    last = world.events()[-1]
    assert (last["actor"], last["acting_for"], last["role"]) == ("stand-in", "赵一", "clerk")


def test_batch_keeps_what_is_right_and_says_what_was_refused_item_by_item(world: World) -> None:
    own, co, other = world.tasks["1.1", OWN], world.tasks["1.1", CO], world.tasks["2.2", OTHER]
    told: list[int] = []
    outcomes = actions.act_on_many(
        world.database, 1, world.actor("clerk1", NOON),
        [Command(A.REPORT, number, None, REPORT) for number in (own, co, other, 999)], NOON,
        progress=lambda outcome: told.append(outcome.task_id),
    )  # fmt: skip
    assert [(item.task_id, item.refusal and item.refusal.code) for item in outcomes] == [
        (own, None), (co, "E-403"), (other, "E-404"), (999, "E-404"),
    ]  # fmt: skip
    assert [(item.state, item.version) for item in outcomes[2:]] == [("", 0)] * 2  # nothing is said of another's task
    assert told == [own, co, other, 999]
    assert [world.row("task", number)["state"] for number in (own, co, other)] == ["reported", "assigned", "assigned"]
    assert [row["result"] for row in world.events()[-4:]] == ["done", "denied", "denied", "denied"]


def test_batch_says_once_to_each_person_what_was_done(world: World) -> None:
    mine = [world.task, world.tasks["2.1", OWN]]
    commands = [Command(A.REPORT, number, None, REPORT) for number in mine]
    with statements(world.database) as asked:
        actions.act_on_many(world.database, 1, world.actor("clerk1", NOON), commands, NOON)
    (message,) = world.rows("message", event="reported")
    assert message["recipient_id"] == world.people["leader1"]
    assert [line["task_id"] for line in message["fields"]["tasks"]] == [about[0] for about in message["about"]] == mine
    # written as a whole, and not anew with each task
    assert sum("message" in text and not text.startswith("SELECT") for text in asked) == 1


def test_what_a_refused_item_had_to_say_is_not_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, late = world.task, world.tasks["2.1", OWN]
    swap = actions.swapped
    monkeypatch.setattr(
        actions, "swapped", lambda connection, task, *more: task.id != late and swap(connection, task, *more)
    )
    commands = [Command(A.REPORT, number, None, REPORT) for number in (late, mine)]
    outcomes = actions.act_on_many(world.database, 1, world.actor("clerk1", NOON), commands, NOON)
    assert [one.refusal and one.refusal.code for one in outcomes] == ["E-409", None]
    assert [row["about"] for row in world.rows("message", event="reported")] == [[[mine, 1, 1]]]


def test_refusal_after_an_effect_leaves_none_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def store_and_refuse(work: Work) -> dict[str, Any]:
        EFFECTS["store_report"](work)
        raise Refused("E-S01", "no")

    # A name of its own, so that what the effect calls is still the real one.
    monkeypatch.setattr("workflow.actions.EFFECTS", {**dict(EFFECTS.items()), "store_report": store_and_refuse})
    before, actor, command = world.picture(), world.actor("clerk1", NOON), Command(A.REPORT, world.task, None, REPORT)
    with refused("E-S01"):
        actions.act(world.database, 1, actor, command, NOON)
    assert world.picture() == before
    assert [one.refusal is None for one in actions.act_on_many(world.database, 1, actor, [command], NOON)] == [False]
    assert world.picture() == before


def test_dry_run_answers_the_same_and_keeps_nothing_but_denials(world: World) -> None:
    before, trail = world.picture(), world.events()
    commands = [Command(A.REPORT, world.task, None, REPORT), Command(A.APPROVE, world.task)]
    actor = world.actor("clerk1", NOON)
    dry = actions.act_on_many(world.database, 1, actor, commands, NOON, dry_run=True)
    assert world.picture() == before
    # but for the attempt at what is not theirs
    assert [(row["action"], row["result"]) for row in world.events()[len(trail) :]] == [("task.approve", "denied")]
    real = actions.act_on_many(world.database, 1, actor, commands, NOON)
    assert [item.as_dict() for item in dry] == [item.as_dict() for item in real]
    assert [item.state for item in real] == [S.REPORTED, S.REPORTED]


def test_repeated_operation_id_gets_the_first_answer_and_acts_once(world: World) -> None:
    command = Command(A.REPORT, world.task, 1, REPORT, "key-1")
    actor = world.actor("clerk1", NOON)
    first = actions.act(world.database, 1, actor, command, NOON)
    trail = world.events()
    again = actions.act(world.database, 1, actor, command, at("2022-06-21 12:00"))
    assert (again, world.events()) == (first, trail)
    assert len(world.rows("report", task_id=world.task)) == 1


def test_operation_id_of_another_person_is_another_operation(world: World) -> None:
    actions.act(
        world.database, 1, world.actor("clerk1", NOON), Command(A.RECEIVE, world.task, None, Given(), "k"), NOON
    )
    theirs = world.tasks["1.1", CO]
    done = actions.act(
        world.database, 1, world.actor("clerk2", NOON), Command(A.RECEIVE, theirs, None, Given(), "k"), NOON
    )
    assert done.task_id == theirs
    assert world.row("task", theirs)["received_at"] == NOON


def test_refused_operation_keeps_no_answer(world: World) -> None:
    command = Command(A.REPORT, world.task, None, Given(percent=3), "key-2")
    actor = world.actor("clerk1", NOON)
    with refused("E-S07"):
        actions.act(world.database, 1, actor, command, NOON)
    done = actions.act(world.database, 1, actor, Command(A.REPORT, world.task, None, REPORT, "key-2"), NOON)
    assert done.state == S.REPORTED


def test_absent_and_foreign_task_are_refused_in_the_same_words(world: World) -> None:
    said = []
    for number in (world.tasks["2.2", OTHER], 999):
        with refused("E-404", NotFound) as caught:
            world.act("clerk1", A.RECEIVE, number, NOON)
        said.append(str(caught.value).replace(str(number), "N"))
    assert said[0] == said[1]


def test_every_step_wakes_the_sweep_which_looks_at_what_came_due_before_it(world: World) -> None:
    world.bring_to(world.task, S.REPORTED)
    assert world.row("task", world.task)["next_due_at"] == NOON
    other = world.tasks["1.1", CO]
    world.act("director", A.WAIVE, other, NOON, reason=REASON)
    assert world.row("task", other)["next_due_at"] == NOON


@pytest.mark.parametrize(
    ("state", "event", "logins"),
    [
        (S.REPORTED, "reported", ["leader1"]),
        (S.SIGNED_STAMPED, "signed", ["reviewer"]),
        (S.REVIEWED, "approved", ["clerk1"]),
        (S.RETURNED, "returned", ["clerk1"]),
        (S.WAIVED, "waived", ["clerk1"]),
    ],
)
def test_step_tells_those_it_concerns_once(world: World, state: Stage, event: str, logins: list[str]) -> None:
    world.bring_to(world.task, state)
    told = [row["recipient_id"] for row in world.rows("message", event=event)]
    assert told == [world.people[login] for login in logins]


def test_message_of_a_step_speaks_of_the_task_as_it_stands_after_it(world: World) -> None:
    world.bring_to(world.task, S.RETURNED)
    told = {row["event"]: row["fields"]["tasks"][0] for row in world.rows("message")}
    assert {event: (line["state_label"], line["round"], line["due_on"]) for event, line in told.items()} == {
        "reported": (S.REPORTED.label, 1, "6月25日"),
        "signed": (S.SIGNED_STAMPED.label, 1, "6月25日"),
        "returned": (S.RETURNED.label, 2, "6月28日"),
    }


def test_forbidden_step_says_who_may_do_what_instead(world: World) -> None:
    world.bring_to(world.task, S.SIGNED_STAMPED)
    with refused("E-S01") as caught:
        world.act("clerk1", A.WITHDRAW, world.task, NOON)
    for action in (A.APPROVE, A.RETURN):
        assert f"{action.label}" in caught.value.remedy
    assert Role.REVIEWER.label in caught.value.remedy


def test_duty_held_in_another_unit_is_told_apart_from_a_missing_one(world: World) -> None:
    with refused("E-403", Denied) as other:
        world.act("clerk2", A.REPORT, world.task, NOON, progress="代填", percent=1)
    with refused("E-403", Denied) as none:
        world.act("leader1", A.REPORT, world.task, NOON, progress="自己填", percent=1)
    assert other.value.remedy != none.value.remedy
