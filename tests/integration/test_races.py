"""Real processes acting on the same things at once: one winner each, every loser told who it was and when, one whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.flows import walker
from kit.office import BEGIN, CLOSES, DUE, OPENS, add_month
from kit.race import Told, one_winner, prove_one_winner_each, race, step, whole
from kit.sweeping import prove_each_decided_once
from kit.tables import clause, decided, retold, table, told
from kit.world import NOON, OTHER, OWN, REASON, REFILE, copy_of, make_world
from models.database import sqlite_url
from models.rendering import Rendered
from models.states import Action, RequestKind, Role, Stage
from models.store import Store
from models.times import local_date
from notifications.claims import claim
from workflow import adoption, cases, periods, requests, summaries, telling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.race import Act
    from kit.world import World

A = Action
RACES = {
    "a leader gives back what its clerk takes back": (
        Stage.REPORTED, ("clerk1", A.WITHDRAW, {}), ("leader1", "send_back", {"reason": REASON}),
    ),
    "a director waives what a clerk reports": (
        Stage.ASSIGNED, ("clerk1", A.REPORT, {"progress": "已完成。", "percent": 1}), ("director", A.WAIVE, {"reason": REASON}),
    ),
    "one reviewer approves what another returns": (
        Stage.SIGNED_STAMPED, ("reviewer", A.APPROVE, {}), ("reviewer2", A.RETURN, {"reason": REASON, "refile_on": REFILE}),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = make_world(tmp_path_factory.mktemp("office"))
    made.join("reviewer2", Role.REVIEWER)
    made.join("director2", Role.DIRECTOR)
    made.join("clerk1b", Role.CLERK, OWN)
    return made


@pytest.fixture
def world(office: World, tmp_path: Path) -> World:
    return copy_of(office, tmp_path / "world")


def name(world: World, login: str) -> str:
    return str(world.row("person", world.people[login])["name"])


def deed(login: str, work: Callable[..., Any], *given: Any, **options: Any) -> Act:
    """A deed of a person; answers with nothing, so that whatever it made may stay where it was made."""

    def act(world: World) -> None:
        world.do(login, work, *given, **options)

    return act


def settle(world: World, one: Act, other: Act, names: tuple[str, str], code: str) -> str:
    """Two do the same at once; the login of who was first. The other one was told so."""
    called = [name(world, login) for login in names]
    (first,), (second,) = race(world, [one], [other])
    return names[one_winner([first, second], called, code)]


@pytest.mark.parametrize("count", [2, 8])
def test_processes_on_the_same_tasks_leave_one_winner_each(
    world: World, count: int, record_property: Callable[[str, object], None]
) -> None:
    tried = prove_one_winner_each(world, sqlite_url(world.folder / "duban.db"), count)
    record_property("figure", f"races={tried}")


@pytest.mark.long
def test_processes_on_many_tasks_leave_one_winner_each(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    more_months(world, 40)
    tried = prove_one_winner_each(world, sqlite_url(world.folder / "duban.db"), 8)
    record_property("figure", f"races={tried}")


@pytest.mark.long
def test_schedulers_decide_each_due_rung_of_many_months_once(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    more_months(world, 12)
    record_property("figure", f"decided={prove_each_decided_once(world, 8)}")


def more_months(world: World, count: int) -> None:
    """So many more months with their tasks, all under the dates of the first."""
    with world.database.write(1) as connection:
        for place in range(count):
            years, month = divmod(place + 6, 12)
            add_month(connection, world, f"{2022 + years}-{month + 1:02}", OPENS, DUE, CLOSES, BEGIN)


def test_processes_on_different_tasks_all_win(world: World) -> None:
    shares = [
        [
            step(world.actor(f"clerk{place}", NOON), A.REPORT, row["id"], progress="已完成。", percent=1)
            for row in world.rows("task", unit_id=place)
        ]
        for place in (1, 2, 3)
    ]
    found = race(world, *shares)
    assert [one.answer for share in found for one in share] == ["reported"] * 6
    assert [row["seq"] for row in world.events()] == [1, 2, 3, 4, 5, 6]
    whole(world)


@pytest.mark.parametrize("kind", RACES)
def test_two_steps_at_once_leave_one_and_tell_the_other(
    world: World, kind: str, record_property: Callable[[str, object], None]
) -> None:
    stage, *sides = RACES[kind]
    tasks = [number for (_clause, unit), number in world.tasks.items() if unit == OWN]
    for number in tasks:
        world.bring_to(number, stage)
    seen = {number: world.row("task", number)["version"] for number in tasks}
    acts = [
        [step(world.actor(login, NOON), action, number, seen[number], **given) for number in tasks]
        for login, action, given in sides
    ]
    found = race(world, *acts)
    names = [name(world, login) for login, _action, _given in sides]
    for place, number in enumerate(tasks):
        winner = one_winner([share[place] for share in found], names)
        row = world.row("task", number)
        assert (row["state"], row["version"]) == (found[winner][place].answer, seen[number] + 1)
    whole(world)
    record_property("figure", f"races={len(tasks) * len(sides)}")


def test_a_clerk_takes_back_what_a_reviewer_approves(tmp_path: Path) -> None:
    walking = walker(tmp_path / "world", "co_signed_report")
    walking.go("signed_stamped")
    world, version = walking.world, walking.task.version
    sides = (("clerk1", "take_back"), ("reviewer", "approve"))
    found = race(
        world, *[[step(world.actor(login, NOON), action, walking.task_id, version)] for login, action in sides]
    )
    one_winner([share[0] for share in found], [name(world, login) for login, _action in sides])
    whole(world)


def test_who_says_no_version_is_told_who_was_first_too(world: World) -> None:
    world.bring_to(world.task, Stage.SIGNED_STAMPED)
    steps = [
        [step(world.actor(login, NOON), A.APPROVE, world.task, version=None)] for login in ("reviewer", "reviewer2")
    ]
    tried = [share[0] for share in race(world, *steps)]
    (late,) = [one for one in tried if one.refusal]
    assert late.code == "E-S01"
    assert late.refusal["by"] in {"郑审核", "reviewer2"}
    assert f"{late.refusal['by']} 2022-06-20 12:00" in late.refusal["where"]


def test_two_directors_issue_one_summary(world: World) -> None:
    world.bring_to(world.task, Stage.REVIEWED)

    def issue(login: str) -> Act:
        def act(world: World) -> None:
            place = (world.database, 1, world.actor(login, NOON), world.period_id)
            made = Rendered({"pdf": login.encode()}, words_sha256="a" * 64)
            summaries.issue(*place, Store(world.folder / "store"), lambda _facts: made, NOON, number="3号")

        return act

    first = settle(world, issue("director"), issue("director2"), ("director", "director2"), "E-S18")
    assert [row["issued_by"] for row in world.rows("summary")] == [first]
    assert [row["action"] for row in world.events()].count("aggregate") == 1
    whole(world)


def test_two_decide_one_request(world: World) -> None:
    day = local_date(NOON).replace(month=7)
    number = world.do("clerk1", requests.ask, world.task, RequestKind.EXTENSION, REASON, wanted_due_on=day)
    grant, refuse = (
        deed(login, requests.decide, number, grant=granted, reason=REASON)
        for login, granted in (("director", True), ("director2", False))
    )
    first = settle(world, grant, refuse, ("director", "director2"), "E-S16")
    decision = "granted" if first == "director" else "refused"
    assert world.row("request", number)["decision"] == decision
    assert (world.row("task", world.task)["due_on"] == day) is (decision == "granted")
    whole(world)


def test_two_attach_to_one_form(world: World) -> None:
    world.report(world.task, NOON)
    code = world.filing().check_code
    one, other = (lambda world, n=n, login=login: world.attach(code, n * 64, login=login) and None
                  for n, login in (("a", "clerk1"), ("b", "clerk1b")))  # fmt: skip
    first = settle(world, one, other, ("clerk1", "clerk1b"), "E-S25")
    assert [row["attested_by"] for row in world.rows("evidence")] == [first]
    assert world.row("task", world.task)["state"] == "signed_stamped"
    whole(world)


def test_two_adopt_one_notice(world: World) -> None:
    draft = decided(world, table(clause("1.1", OWN), clause("1.2", OTHER)))
    other = retold(draft, c1_2=None)
    same = race(world, *[[deed(login, adoption.adopt, draft, *told(draft))] for login in ("director", "director2")])
    assert [share[0].refusal for share in same] == [{}, {}], "the same table twice is once"
    (row,) = world.rows("notice", title=draft.title)
    assert len(world.rows("clause", notice_id=row["id"])) == 2
    assert [event["action"] for event in world.events()].count("notice.adopt") == 1

    again = decided(world, table(clause("1.1", OWN), source_sha256="b" * 64, title="另一个通知"))
    changed = decided(world, table(clause("1.1", OTHER), source_sha256="b" * 64, title="另一个通知"))
    assert told(again)[1] != told(changed)[1]
    found = race(world, [deed("director", adoption.adopt, again, *told(again))],
                 [deed("director2", adoption.adopt, changed, *told(changed))])  # fmt: skip
    (late,) = [share[0] for share in found if share[0].refusal]
    row = world.rows("notice", title="另一个通知")[0]
    assert late.code == "E-N03"
    assert all(said in late.refusal["what"] for said in ("2022-06-20", name(world, row["adopted_by"])))
    assert other != draft
    whole(world)


def test_a_month_is_closed_while_a_clerk_reports(world: World) -> None:
    world.bring_to(world.tasks["1.2", "市水利局"], Stage.REVIEWED)
    world.add(
        "summary", period_id=world.period_id, number=1, document_number="3", facts={}, files={}, covers=[], head_seq=1,
        head_hash="0", issued_by="director", issued_at=NOON,
    )  # fmt: skip
    (report,), (close,) = race(
        world,
        [step(world.actor("clerk1", NOON), A.REPORT, world.task, progress="已完成。", percent=1)],
        [deed("director", periods.close_period, "2022-06")],
    )
    assert close.refusal == {}
    assert world.row("period", world.period_id)["state"] == "closed"
    if report.refusal:
        assert (report.code, report.refusal["by"]) == ("E-S23", "王主任")
        assert "王主任，2022-06-20 12:00" in report.refusal["what"]
    assert len(world.rows("report", task_id=world.task)) == (0 if report.refusal else 1)
    whole(world)


def test_two_workers_claim_one_message(world: World) -> None:
    with world.database.write(1) as connection:
        told_of = telling.Telling("approved", world.people["clerk1"], "k", {"tasks": []})
        number = telling.queue(connection, cases.load_office(connection, 1), told_of, NOON)
    assert number is not None

    def take(world: World) -> bool:
        with world.database.write(1) as connection:
            return len(claim(connection, 1, [number], NOON)[0]) == 1

    found: list[list[Told]] = race(world, *[[take]] * 4)
    assert sorted(share[0].answer for share in found) == [False, False, False, True]
    assert world.row("message", number)["attempts"] == 1


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_schedulers_decide_each_due_rung_once(
    world: World, count: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("figure", f"decided={prove_each_decided_once(world, count)}")
