"""A new version of a flow and the tasks under way: each is in the plan, moves as shown or stays with a reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit import office as kit
from kit.flows import Walker, walker
from kit.histories import edited, renamed
from kit.office import at
from kit.world import CO, NOON, OTHER, OWN, REASON, REFILE, World, refused
from models.errors import BadInput, Conflict, Denied, NotFound
from models.language import speaking
from models.states import MessageState, Role, Stage
from notifications.claims import claim
from schedules.ladder_check import flaws
from schedules.select import NO_DRIFT
from schedules.sweep import sweep
from workflow import flow_migration, flow_store, readings, verify
from workflow.flow_migration import NO_MOVES, Migrated, MigrationPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from workflow.flow import Flow

S = Stage
MONTHLY = flow_store.MONTHLY
LATER = at("2022-06-21 12:00")
COPY = """
[[action]]
name = "show"
label = { zh = "送阅", en = "show" }
from = ["signed_stamped"]
stays = true
by = ["reviewer"]
gives = ["people"]
effects = ["send_copies"]
"""


def newer() -> Flow:
    """“reported” is called otherwise, “returned” is gone and nobody says where to, “show” is new."""
    made = edited(
        renamed(flow_store.shipped(MONTHLY), "reported", "filed"),
        (r'\[\[state\]\]\nname = "returned"\n.*?\n\n', ""),
        (r'to = "returned"', 'to = "assigned"'),
        (r', "returned"', ""),
        (r"\Z", COPY),
    )
    assert flaws(made) == []
    return made


NEWER = newer()


def install(world: World, flow: Flow, now: datetime = NOON) -> None:
    world.do("director", flow_store.install, flow, now=now)


def shown(world: World, name: str = MONTHLY, moves: Mapping[str, str] = NO_MOVES) -> MigrationPlan:
    with world.database.read() as connection:
        return flow_migration.plan(connection, world.office_id, name, extra_moves=moves)


def migrate(
    world: World, name: str = MONTHLY, moves: Mapping[str, str] = NO_MOVES, now: datetime = LATER, **options: Any
) -> Migrated:
    digest = options.get("digest") or shown(world, name, moves).digest
    login = options.get("login", "director")
    done: Migrated = world.do(login, flow_migration.apply, digest, name, now=now, extra_moves=moves)
    return done


def verdicts(plan: MigrationPlan) -> dict[int, tuple[str, str, str]]:
    return {
        line.task.id: (found.verdict, found.to_state, found.obstacle.code if found.obstacle else "")
        for line in plan.lines
        for found in [line.decision]
    }


@pytest.fixture
def office(world: World) -> World:
    """June with a task in every state, a closed month of the same, and the newer version in force."""
    for (clause, unit), state in {
        ("1.1", OWN): S.REPORTED, ("1.1", CO): S.RETURNED, ("1.2", CO): S.SIGNED_STAMPED, ("2.1", OTHER): S.REVIEWED,
        ("2.2", OTHER): S.AGGREGATED,
    }.items():  # fmt: skip
        world.bring_to(world.tasks[clause, unit], state)
    with world.database.write(world.office_id) as connection:
        for month in ("2022-05", "2022-07"):
            kit.add_month(connection, world, month, kit.OPENS, kit.DUE, kit.CLOSES, kit.BEGIN)
    world.bring_to(last_month(world)[0], S.WAIVED)
    may = next(row["id"] for row in world.rows("period") if row["month"] == "2022-05")
    world.change("period", may, state="closed")
    install(world, NEWER)
    return world


def last_month(world: World) -> list[int]:
    july = next(row["id"] for row in world.rows("period") if row["month"] == "2022-07")
    return [row["id"] for row in world.rows("task", period_id=july)]


def test_plan_says_for_every_task_what_becomes_of_it(office: World) -> None:
    plan, tasks = shown(office), office.tasks
    july = last_month(office)[1:]
    assert verdicts(plan) == {
        tasks["1.1", OWN]: ("map", "filed", ""),
        tasks["1.1", CO]: ("blocked", "returned", "no_state"),
        tasks["1.2", CO]: ("keep", "signed_stamped", ""),
        tasks["2.1", OTHER]: ("keep", "reviewed", ""),
        tasks["2.1", OWN]: ("keep", "assigned", ""),
        **dict.fromkeys(july, ("keep", "assigned", "")),
    }
    assert (plan.finished, plan.closed, plan.current) == (2, 6, 0)
    assert len(plan.lines) + plan.finished + plan.closed + plan.current == len(office.rows("task"))
    assert {line.to_label for line in plan.of("map")} == {"已填报"}
    blocked = plan.of("blocked")[0].as_dict()
    assert "已退回" in blocked["reason"]
    assert "--map returned=NEW" in blocked["remedy"]


def test_tasks_made_since_are_in_the_version_in_force_and_counted(office: World) -> None:
    with office.database.write(office.office_id) as connection:
        kit.add_month(connection, office, "2022-08", kit.OPENS, kit.DUE, kit.CLOSES, kit.BEGIN)
    plan = shown(office)
    assert plan.current == 6
    assert len(plan.lines) + plan.finished + plan.closed + plan.current == len(office.rows("task"))


def test_planning_changes_nothing_and_its_digest_is_the_same_in_every_language(office: World) -> None:
    before, trail = office.picture(), office.events()
    chinese = shown(office)
    with speaking("en"):
        assert shown(office).digest == chinese.digest
    assert (office.picture(), office.events()) == (before, trail)
    assert shown(office, moves={"returned": "assigned"}).digest != chinese.digest


def test_plan_that_is_no_longer_the_one_shown_is_refused_and_changes_nothing(office: World) -> None:
    seen = shown(office).digest
    office.act("reviewer", "approve", office.tasks["1.2", CO], LATER)
    before = office.picture()
    with refused("E-W10", Conflict) as caught:
        migrate(office, digest=seen)
    assert caught.value.exit_code == 3
    assert office.picture() == before
    with refused("E-W10", Conflict):  # another answer to --map is another plan
        migrate(office, moves={"returned": "assigned"}, digest=shown(office).digest)


def test_only_the_director_moves_tasks(office: World) -> None:
    before = office.picture()
    with refused("E-403", Denied):
        migrate(office, login="reviewer")
    assert office.picture() == before


def test_unknown_flow_and_a_move_of_no_state_are_refused(office: World) -> None:
    with refused("E-404", NotFound):
        shown(office, "nothing")
    with refused("E-W11", BadInput) as caught:
        shown(office, moves={"retruned": "assigned"})
    assert "returned" in caught.value.remedy


def test_applied_plan_moves_what_it_showed_and_leaves_the_rest(office: World) -> None:
    before = {row["id"]: row for row in office.rows("task")}
    plan = shown(office)
    assert migrate(office) == Migrated(kept=8, mapped=1, blocked=1)
    moved = {line.task.id: line.decision for line in plan.of("keep", "map")}
    for row in office.rows("task"):
        old = before[row["id"]]
        if row["id"] not in moved:
            assert row == old
            continue
        mapped = moved[row["id"]].verdict == "map"
        assert (row["flow_sha256"], row["state"]) == (NEWER.sha256, moved[row["id"]].to_state)
        assert (row["version"], row["next_due_at"]) == (old["version"] + 1, LATER)
        assert row["due_revision"] == old["due_revision"] + mapped
        assert row["entered_at"] == (LATER if mapped else old["entered_at"])
    events = [event for event in office.events() if event["action"] == "migrate"]
    assert [event["object_id"] for event in events] == list(moved)
    one = next(event for event in events if event["object_id"] == office.task)
    assert (one["from_state"], one["to_state"], one["version"], one["role"]) == (
        "reported", "filed", before[office.task]["version"] + 1, "director",
    )  # fmt: skip
    assert one["detail"] == {
        "from": before[office.task]["flow_sha256"], "to": NEWER.sha256, "round": 1, "moves": {"reported": "filed"},
    }  # fmt: skip
    assert shown(office).of("keep", "map") == []
    assert migrate(office) == Migrated(0, 0, 1)


def test_moved_tasks_go_on_by_the_new_version_to_the_end_and_the_blocked_one_by_its_own(office: World) -> None:
    migrate(office)
    assigned, filed, signed = office.tasks["2.1", OWN], office.task, office.tasks["1.2", CO]
    office.report(assigned, LATER)
    assert office.row("task", assigned)["state"] == "filed"
    for task in (assigned, filed):
        office.sign(task, LATER)
    office.act("reviewer", "return", filed, LATER, reason=REASON, refile_on=REFILE)
    assert office.row("task", filed)["state"] == "assigned"
    office.report(filed, LATER)
    office.sign(filed, LATER)
    office.act("reviewer", "show", signed, LATER, people=("clerk3",))
    blocked = office.tasks["1.1", CO]
    with refused("E-S45"):  # its own version does not know that
        office.act("reviewer", "show", blocked, LATER, people=("clerk3",))
    office.report(blocked, LATER)
    assert office.row("task", blocked)["state"] == "reported"
    office.sign(blocked, LATER)
    for task in (assigned, filed, signed, blocked):
        office.act("reviewer", "approve", task, LATER)
    for task in (assigned, filed, signed, blocked, office.tasks["2.1", OTHER]):
        assert office.act("director", "aggregate", task, LATER, summary_number=1).state == "aggregated"
    with office.database.read() as connection:
        assert verify.verify(connection, office.office_id) == []


def test_move_given_by_hand_takes_the_blocked_task_along(office: World) -> None:
    task = office.tasks["1.1", CO]
    assert migrate(office, moves={"returned": "assigned"}) == Migrated(kept=8, mapped=2, blocked=0)
    row = office.row("task", task)
    assert (row["state"], row["stage"], row["round"]) == ("assigned", "assigned", 2)
    with office.database.read() as connection:
        assert verify.verify(connection, office.office_id) == []


def fired(world: World, task: int) -> Counter[str]:
    """The rungs that spoke of a task."""
    return Counter(row["rule"] for row in world.rows("reminder", task_id=task, state="fired"))


def swept(world: World, when: str) -> None:
    sweep(world.database, world.office_id, None, at(when), drift=NO_DRIFT)


@pytest.fixture
def chased(world: World) -> World:
    """On the due day the unit's clerk was told of a filed and of an untouched task, in one message that still waits."""
    world.report(world.task, NOON)
    swept(world, "2022-06-24 09:00")
    assert fired(world, world.task)["due_day"] == fired(world, world.tasks["2.1", OWN])["due_day"] == 1
    install(world, NEWER)
    migrate(world, now=at("2022-06-24 09:30"))
    return world


def test_mapped_task_is_told_of_by_the_new_ladder_once_and_the_kept_one_not_again(chased: World) -> None:
    kept, before = chased.tasks["2.1", OWN], len(chased.rows("message"))
    for minute in ("09:31", "09:32", "10:00"):
        swept(chased, f"2022-06-24 {minute}")
    assert fired(chased, chased.task) == {"due_day": 2}
    assert fired(chased, kept) == {"due_day": 1}
    new = chased.rows("message")[before:]
    assert [(row["event"], row["about"], row["while_states"]) for row in new if row["event"] == "due_today"] == [
        ("due_today", [[chased.task, 1, 2]], ["assigned", "filed"])
    ]
    swept(chased, "2022-06-27 09:00")
    assert fired(chased, chased.task) == {"due_day": 2, "urging": 1}
    assert fired(chased, kept) == {"due_day": 1, "urging": 1}


def test_message_that_waits_under_the_old_state_is_not_sent_any_more_and_the_kept_ones_is(chased: World) -> None:
    now, mine = at("2022-06-24 09:40"), chased.people["clerk1"]
    waiting = [row["id"] for row in chased.rows("message", recipient_id=mine, event="due_today")]
    with chased.database.write(chased.office_id) as connection:
        (claimed,), _ended = claim(connection, chased.office_id, waiting, now)
    assert [line["task_id"] for line in claimed.fields["tasks"]] == [chased.tasks["2.1", OWN]]
    asked = chased.rows("message", event="reported")
    with chased.database.write(chased.office_id) as connection:
        _taken, (settled,) = claim(connection, chased.office_id, [asked[0]["id"]], now)
    assert settled.state is MessageState.NOT_NEEDED


# --- what hangs on a task ---------------------------------------------------------------------------------------


@pytest.fixture
def co_signed(tmp_path: Path) -> Walker:
    return walker(tmp_path / "co_signed", "co_signed_report")


def test_panel_goes_on_sitting_under_the_new_name_with_its_signatures(co_signed: Walker) -> None:
    world, task = co_signed.world, co_signed.task_id
    co_signed.go("unit_signing")
    co_signed.take("co_sign", "leader1")
    new = renamed(co_signed.flow, "unit_signing", "signing")
    install(world, new)
    assert migrate(world, new.name).mapped == 1
    assert world.row("task", task)["state"] == "signing"
    with refused("E-S34"):
        world.act("leader1", "co_sign", task, LATER)
    assert world.act("leader1b", "co_sign", task, LATER).state == "reported"
    with world.database.read() as connection:
        assert verify.verify(connection, world.office_id) == []


def test_panel_that_has_no_place_in_the_new_version_is_closed(tmp_path: Path) -> None:
    walk = walker(tmp_path / "internal", "internal_report")
    world = walk.world
    walk.go("reported")
    new = edited(
        walk.flow,
        (r'\npanel = { seats = \["leader"\][^\n]*', ""),
        (r"\nsigns = true", ""),
        (r'seats = "', 'leader = "'),
    )
    install(world, new)
    migrate(world, new.name)
    assert [row["closed_at"] for row in world.rows("seat", task_id=walk.task_id)] == [LATER, LATER]
    assert world.act("leader1", "confirm", walk.task_id, LATER).state == "confirmed"


def test_returner_gets_it_straight_back_under_the_new_name(tmp_path: Path) -> None:
    walk = walker(tmp_path / "internal", "internal_report")
    world, task = walk.world, walk.task_id
    walk.go("second_review")
    walk.take("return", "director", to_state="returned", straight_back=True)
    new = renamed(walk.flow, "second_review", "last_review")
    install(world, new)
    migrate(world, new.name)
    assert world.row("task", task)["back_to"] == "last_review"
    done = world.act("clerk1", "report", task, LATER, progress="补充：清理四公里。", percent=55)
    assert (done.state, world.row("task", task)["handler_id"]) == ("last_review", world.people["director"])


def test_task_that_was_forwarded_stays_with_that_person_unless_its_state_changes(tmp_path: Path) -> None:
    walk = walker(tmp_path / "internal", "internal_report")
    world, task = walk.world, walk.task_id
    walk.go("confirmed")
    walk.take("forward", "reviewer")
    assert world.row("task", task)["handler_id"] == world.people["reviewer2"]
    install(world, edited(walk.flow, (r"\Z", "\n# another version\n")))
    migrate(world, walk.flow.name)
    assert world.row("task", task)["handler_id"] == world.people["reviewer2"]
    install(world, renamed(walk.flow, "confirmed", "first_review"))
    migrate(world, walk.flow.name)
    assert (world.row("task", task)["state"], world.row("task", task)["handler_id"]) == ("first_review", None)


def test_task_that_the_office_has_opened_cannot_be_taken_back_after_the_move_either(co_signed: Walker) -> None:
    world, task = co_signed.world, co_signed.task_id
    co_signed.go("signed_stamped")
    reviewer = world.actor("reviewer", NOON)
    with world.database.write(world.office_id) as connection:
        readings.note(connection, reviewer, co_signed.task, NOON, acts_next=True)
    install(world, renamed(co_signed.flow, "signed_stamped", "sealed"))
    migrate(world, co_signed.flow.name)
    assert world.row("task", task)["state"] == "sealed"
    with refused("E-S36"):
        world.act("clerk1", "take_back", task, LATER)


def test_whoever_filed_may_not_approve_after_the_move_either(world: World) -> None:
    world.appoint("reviewer", Role.CLERK, OWN)
    world.act("reviewer", "report", world.task, NOON, progress="已完成清理三公里。", percent=40)
    world.sign(world.task, NOON)
    install(world, NEWER)
    migrate(world)
    with refused("E-S11", Denied):
        world.act("reviewer", "approve", world.task, LATER)


def test_database_refuses_a_move_of_state_without_its_event(office: World) -> None:
    with pytest.raises(Exception, match="a state changes only with its event"):
        office.change("task", office.task, flow_sha256=NEWER.sha256, state="filed")
    with office.database.read() as connection:
        assert connection.scalar(sa.text("SELECT state FROM task WHERE id = :id"), {"id": office.task}) == "reported"
