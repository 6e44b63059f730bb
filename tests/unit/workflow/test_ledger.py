"""The ledger as it stands and as it stood: a problem's whole life in lines, and the months that it counts in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from kit.office import at
from kit.world import CO, OTHER, OWN, REASON, World, refused
from models.drafts import ProblemDraft
from models.errors import Denied
from models.facts import ProblemLine, ProblemPart, ProblemUnitRow
from models.language import speaking
from models.states import RequestKind, Role
from workflow import ledger, problems, requests

FOUND, DUE = date(2022, 6, 1), date(2022, 6, 30)
DRAFT = ProblemDraft(
    "film", "污水直排", FOUND, DUE, (OWN, CO), source_ref="第12项", place="某河段", description="管网错接。",
    clause_number="2.1",
)  # fmt: skip


def day(text: str) -> datetime:
    return at(f"2022-{text} 10:00")


def register(world: World, when: str = "06-10", **changes: Any) -> int:
    found: int = world.do("reviewer", problems.register, replace(DRAFT, **changes), now=day(when))
    return found


def act(world: World, number: int, login: str, action: str, when: str, **given: Any) -> None:
    world.act(login, action, world.rows("task", problem_id=number)[0]["id"], day(when), **given)


def rectify(world: World, number: int, when: str, clerk: str = "clerk1") -> None:
    act(world, number, clerk, "start", when, measures="改造错接管网。")


def apply(world: World, number: int, when: str, clerk: str = "clerk1") -> None:
    act(world, number, clerk, "apply", when, progress=f"{when}完成改造。")


def verify(world: World, number: int, when: str) -> None:
    visited = date.fromisoformat(f"2022-{when}")
    act(world, number, "reviewer", "verify", when, visited_on=visited, found="现场已无排水。")


def strike(world: World, number: int, when: str) -> None:
    act(world, number, "director", "strike_off", when)


def told(world: World, when: str, **options: Any) -> list[ProblemLine]:
    with world.database.read() as connection, speaking("en"):
        return list(ledger.lines(connection, world.office_id, day(when), **options))


def part(world: World, month: str, when: str) -> ProblemPart | None:
    with world.database.read() as connection, speaking("en"):
        return ledger.month_part(connection, world.office_id, month, day(when))


def numbers(found: ProblemPart | None) -> dict[str, list[int]]:
    assert found is not None
    kinds = ("new", "rectified", "overdue", "struck_off", "relapsed")
    return {kind: [line.number for line in getattr(found, kind)] for kind in kinds if getattr(found, kind)}


LINE = ProblemLine(
    number=1, title="污水直排", source="warning film", source_ref="第12项", place="某河段", description="管网错接。",
    clause_number="2.1", units=(OWN, CO), measures="", state="registered", found_on=FOUND,
    registered_on=date(2022, 6, 10), original_due_on=DUE, due_on=DUE,
)  # fmt: skip


def test_life_of_a_problem_in_lines(world: World) -> None:
    number = register(world)
    assert told(world, "06-30") == [LINE]
    assert told(world, "07-02") == [replace(LINE, days_late=2)]
    rectify(world, number, "07-03")
    apply(world, number, "07-05")
    line = replace(LINE, measures="改造错接管网。", progress="07-05完成改造。")
    assert told(world, "07-20") == [replace(line, state="strike-off applied for")]
    act(world, number, "reviewer", "return", "07-08", reason=REASON, refile_on=date(2022, 7, 15))
    line = replace(line, due_on=date(2022, 7, 15), returns=1)
    assert told(world, "07-18") == [replace(line, state="returned", days_late=3)]
    apply(world, number, "07-20")
    verify(world, number, "07-21")
    line = replace(line, progress="07-20完成改造。", verified_on=date(2022, 7, 21))
    assert told(world, "07-22") == [replace(line, state="verified on site")]
    strike(world, number, "07-25")
    struck = replace(line, state="struck off", struck_off_on=date(2022, 7, 25), look_back_on=date(2023, 1, 25))
    assert told(world, "07-26") == [struck]
    act(world, number, "reviewer", "relapse", "09-01", reason="排口再次出水。", refile_on=date(2022, 10, 1))
    line = replace(line, state="being rectified", verified_on=None, due_on=date(2022, 10, 1), relapses=1)
    assert told(world, "10-02") == [replace(line, days_late=1)]
    apply(world, number, "10-03")
    verify(world, number, "10-04")
    strike(world, number, "10-05")
    act(world, number, "reviewer", "look_back", "11-05", visited_on=date(2022, 11, 4), found="现场未再反弹。")
    (closed,) = told(world, "11-06")
    assert closed == replace(
        line, state="closed after look-back", progress="10-03完成改造。", verified_on=date(2022, 10, 4),
        struck_off_on=date(2022, 10, 5), look_back_on=date(2022, 11, 5),
    )  # fmt: skip
    # as it stood before all that: told from the trail, not from the rows as they are now
    assert told(world, "07-26") == [struck]
    assert told(world, "07-02") == [replace(LINE, measures="改造错接管网。", days_late=2)]
    assert told(world, "06-09") == []


def test_granted_extension_moves_the_day_from_when_it_was_granted(world: World) -> None:
    number = register(world)
    task = world.rows("task", problem_id=number)[0]["id"]
    later = date(2022, 7, 31)
    options = {"wanted_due_on": later, "now": day("06-28")}
    asked = world.do("clerk1", requests.ask, task, RequestKind.EXTENSION, REASON, **options)
    world.do("director", requests.decide, asked, grant=True, reason="同意。", now=day("06-29"))
    assert told(world, "07-20") == [replace(LINE, due_on=later)]
    assert told(world, "08-02") == [replace(LINE, due_on=later, days_late=2)]
    assert told(world, "06-28") == [LINE]
    assert world.row("task", task)["due_on"] == later


def test_what_followed_a_clock_a_year_ahead_is_told_by_the_clock_of_then(world: World) -> None:
    number = register(world)
    wrong = at("2023-06-15 10:00")
    world.act("clerk1", "start", world.rows("task", problem_id=number)[0]["id"], wrong, measures="改造错接管网。")
    apply(world, number, "06-20")
    verify(world, number, "06-22")
    (line,) = told(world, "07-02")
    assert (line.verified_on, line.days_late) == (date(2022, 6, 22), 0)


def test_ledger_agrees_with_the_tasks_after_every_step(world: World) -> None:
    number = register(world)
    steps = (
        lambda: rectify(world, number, "06-11"), lambda: apply(world, number, "06-12"),
        lambda: act(world, number, "reviewer", "return", "06-13", reason=REASON, refile_on=date(2022, 6, 20)),
        lambda: apply(world, number, "06-14"), lambda: act(world, number, "clerk1", "take_back", "06-14"),
        lambda: apply(world, number, "06-15"), lambda: verify(world, number, "06-16"),
        lambda: act(world, number, "director", "return", "06-17", reason=REASON, refile_on=date(2022, 6, 25)),
        lambda: act(world, number, "director", "void", "06-18", reason=REASON),
    )  # fmt: skip
    for step in steps:
        step()
        (task,), (line,) = world.rows("task", problem_id=number), told(world, "06-18")
        assert (line.due_on, line.state) == (task["due_on"], _label(world, task))
    assert (line.returns, line.verified_on) == (2, None)


def _label(world: World, task: dict[str, Any]) -> str:
    with world.database.read() as connection, speaking("en"):
        return ledger.entries(connection, world.office_id, day("12-31"))[0].task.flow.state_label(task["state"])


def test_each_sees_what_names_their_unit_and_a_co_named_unit_no_progress(world: World) -> None:
    register(world)
    register(world, title="另一处", units=(OTHER,))
    rectify(world, 1, "06-11")
    apply(world, 1, "06-12")
    seen = {}
    for login in ("clerk1", "leader2", "clerk3", "reader", "reviewer", "director", "system"):
        lines = told(world, "06-20", actor=world.actor(login))
        seen[login] = [(line.number, line.progress) for line in lines]
    filed, everything = (1, "06-12完成改造。"), [(1, "06-12完成改造。"), (2, "")]
    assert seen == {
        "clerk1": [filed], "leader2": [(1, "")], "clerk3": [(2, "")], "reader": [], "reviewer": everything,
        "director": everything, "system": [],
    }  # fmt: skip
    act(world, 1, "director", "copy", "06-13", people=("clerk3",))
    assert [line.progress for line in told(world, "06-20", actor=world.actor("clerk3"))] == ["06-12完成改造。", ""]


def test_facts_of_the_workbook_are_in_chinese_whoever_asks(world: World) -> None:
    register(world)
    register(world, title="另一处", units=(OTHER,))
    with world.database.read() as connection, speaking("en"):
        facts = ledger.ledger_facts(connection, 1, day("06-20"), actor=world.actor("clerk1"))
        every = ledger.ledger_facts(connection, 1, day("06-20"))
    assert (facts.office_name, facts.made_on) == ("市长江办", date(2022, 6, 20))
    assert facts.head_short.startswith("2-")
    assert [(line.number, line.state) for line in facts.lines] == [(1, "已登记")]
    assert [line.number for line in every.lines] == [1, 2]


def test_whoever_may_not_take_the_ledger_out_is_refused(world: World) -> None:
    register(world)
    world.join("nobody", Role.SYSTEM)
    with world.database.read() as connection, refused("E-403", Denied):
        ledger.ledger_facts(connection, 1, day("06-20"), actor=world.actor("nobody"))


def test_month_without_a_ledger_has_no_part(world: World) -> None:
    assert part(world, "2022-06", "06-30") is None
    register(world, "07-01", due_on=date(2022, 7, 31))
    assert part(world, "2022-06", "07-05") is None
    assert numbers(part(world, "2022-07", "07-05")) == {"new": [1]}


@pytest.fixture
def three(world: World) -> World:
    """1 goes all the way and comes back in August; 2 of another unit stays overdue; 3 is withdrawn in July."""
    register(world)
    register(world, title="另一处", units=(OTHER, OWN))
    register(world, "07-01", title="第三处", units=(CO,), due_on=date(2022, 7, 10))
    rectify(world, 1, "06-11")
    apply(world, 1, "07-04")
    verify(world, 1, "07-05")
    strike(world, 1, "07-06")
    act(world, 3, "director", "void", "07-20", reason=REASON)
    act(world, 1, "reviewer", "relapse", "08-02", reason="排口再次出水。", refile_on=date(2022, 8, 20))
    return world


@pytest.mark.parametrize(
    ("month", "when", "lists", "standing", "units"),
    [
        ("2022-06", "09-30", {"new": [1, 2]}, 2, [(OWN, 1, 1, 0, 0, 0, 0), (OTHER, 1, 1, 0, 0, 0, 0)]),
        ("2022-07", "07-03", {"new": [3], "overdue": [1, 2]}, 3,
         [(OWN, 1, 0, 0, 1, 0, 0), (OTHER, 1, 0, 0, 1, 0, 0), (CO, 1, 1, 0, 0, 0, 0)]),
        ("2022-07", "09-30", {"new": [3], "rectified": [1], "overdue": [2], "struck_off": [1]}, 1,
         [(OWN, 0, 0, 1, 0, 1, 0), (OTHER, 1, 0, 0, 1, 0, 0), (CO, 0, 1, 0, 0, 0, 0)]),
        ("2022-08", "09-30", {"overdue": [1, 2], "relapsed": [1]}, 2,
         [(OWN, 1, 0, 0, 1, 0, 1), (OTHER, 1, 0, 0, 1, 0, 0)]),
        ("2022-08", "08-10", {"overdue": [2], "relapsed": [1]}, 2,
         [(OWN, 1, 0, 0, 0, 0, 1), (OTHER, 1, 0, 0, 1, 0, 0)]),
    ],
)  # fmt: skip
def test_month_counts_what_happened_in_it(
    three: World, month: str, when: str, lists: dict[str, list[int]], standing: int, units: list[tuple[Any, ...]]
) -> None:
    found = part(three, month, when)
    assert numbers(found) == lists
    assert found is not None
    assert (found.standing, found.units) == (standing, tuple(ProblemUnitRow(*row) for row in units))


def test_months_lines_tell_the_end_of_the_month_in_chinese(three: World) -> None:
    found = part(three, "2022-07", "09-30")
    assert found is not None
    (late,), (struck,) = found.overdue, found.struck_off
    assert (late.state, late.days_late) == ("已登记", 31)
    assert (struck.state, struck.struck_off_on, struck.relapses) == ("已销号", date(2022, 7, 6), 0)


SECOND = replace(DRAFT, title="第二处", due_on=date(2022, 7, 1))


def test_month_ends_at_midnight_in_shanghai(world: World) -> None:
    world.do("reviewer", problems.register, DRAFT, now=at("2022-06-30 23:59"))
    world.do("reviewer", problems.register, SECOND, now=at("2022-07-01 00:00"))
    assert numbers(part(world, "2022-06", "09-30")) == {"new": [1]}
    assert numbers(part(world, "2022-07", "07-01")) == {"new": [2], "overdue": [1]}
