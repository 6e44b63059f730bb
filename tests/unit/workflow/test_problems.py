"""Registering problems: what is written, what is refused and leaves nothing behind, tables row by row, pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kit.office import at
from kit.world import CO, NOON, OTHER, OWN, REASON, World, refused
from models.drafts import ProblemDraft
from models.errors import BadInput, Denied, NotFound, Refused
from models.states import PhotoShows, RequestKind, Role
from workflow import flow_store, ledger, problems, requests
from workflow.filings import StoredFile

TODAY = date(2022, 6, 20)
FOUND, DUE = date(2022, 6, 1), date(2022, 9, 30)
DRAFT = ProblemDraft(
    "film", "生活污水直排", FOUND, DUE, (OWN, CO), source_ref="警示片第12项", place="某河段", description="管网错接。",
    clause_number="2.1", measures="改造管网。",
)  # fmt: skip
PICTURE = StoredFile("a" * 64, "排口.jpg", "image/jpeg", 12)


def register(world: World, draft: ProblemDraft = DRAFT, login: str = "reviewer", **options: Any) -> int:
    found: int = world.do(login, problems.register, draft, **options)
    return found


def photo(world: World, login: str, stored: StoredFile = PICTURE, number: int = 1) -> int:
    found: int = world.do(login, problems.add_photo, number, stored, PhotoShows.FOUND, " 排口 ")
    return found


def test_registered_problem_has_its_units_and_a_task_of_the_lead_unit(world: World) -> None:
    number = register(world)
    clause = next(row["id"] for row in world.rows("clause") if row["number"] == "2.1")
    assert world.rows("problem") == [
        {
            "office_id": 1, "id": number, "source": "film", "source_ref": "警示片第12项", "title": "生活污水直排",
            "place": "某河段", "description": "管网错接。", "found_on": FOUND, "clause_id": clause,
            "inspection_id": None, "measures": "改造管网。", "relapses": 0,
            "registered_by": world.people["reviewer"], "registered_at": NOON,
        }
    ]  # fmt: skip
    assert [(row["problem_id"], row["unit_id"], row["position"]) for row in world.rows("problemunit")] == [
        (number, world.units[OWN], 0), (number, world.units[CO], 1),
    ]  # fmt: skip
    (task,) = world.rows("task", problem_id=number)
    wanted = {
        "flow_sha256": flow_store.shipped("problem_ledger").sha256, "period_id": None, "responsibility_id": None,
        "clause_id": None, "unit_id": world.units[OWN], "state": "registered", "stage": "assigned",
        "entered_at": NOON, "round": 1, "version": 1, "opened_on": TODAY, "due_on": DUE, "original_due_on": DUE,
        "due_revision": 1, "next_due_at": NOON, "received_at": None,
    }  # fmt: skip
    assert {name: task[name] for name in wanted} == wanted
    event = world.events()[-1]
    assert (event["action"], event["object_type"], event["object_id"], event["role"], event["unit"]) == (
        "problem.register", "problem", number, "reviewer", OWN,
    )  # fmt: skip
    assert event["detail"] == {
        "title": "生活污水直排", "source": "film", "units": [OWN, CO], "due_on": "2022-09-30", "task": task["id"],
        "inspection": None,
    }  # fmt: skip


def test_unit_is_found_by_its_other_name_and_named_once(world: World) -> None:
    world.add("unitalias", unit_id=world.units[CO], alias="市水务局")
    register(world, replace(DRAFT, units=("市水务局", OWN, CO)))
    assert [row["unit_id"] for row in world.rows("problemunit")] == [world.units[CO], world.units[OWN]]
    assert world.rows("task", problem_id=1)[0]["unit_id"] == world.units[CO]
    assert world.events()[-1]["detail"]["units"] == [CO, OWN]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E-K01", {"source": "rumour"}),
        ("E-K02", {"title": " …\n"}),
        ("E-K03", {"units": ()}),
        ("E-K04", {"units": (OWN, "市没有局")}),
        ("E-K05", {"found_on": date(2022, 6, 21)}),
        ("E-K06", {"due_on": date(2022, 6, 19)}),
        ("E-404", {"clause_number": "9.9"}),
    ],
)
def test_problem_nobody_could_work_by_is_refused(world: World, code: str, changes: dict[str, Any]) -> None:
    before = world.picture()
    with refused(code):
        register(world, replace(DRAFT, **changes))
    assert world.picture() == before


def test_days_at_their_edge_are_taken(world: World) -> None:
    register(world, replace(DRAFT, found_on=TODAY, due_on=TODAY, clause_number=""))
    assert world.rows("problem")[0]["clause_id"] is None
    assert world.rows("task", problem_id=1)[0]["due_on"] == TODAY


def test_unknown_unit_is_refused_with_those_that_come_near(world: World) -> None:
    with refused("E-K04", BadInput) as caught:
        register(world, replace(DRAFT, units=("市水利厅",)))
    assert caught.value.fields["names"][0] == CO
    assert CO in caught.value.remedy


@pytest.mark.parametrize("login", ["clerk1", "leader1", "reader", "system"])
def test_only_the_office_registers(world: World, login: str) -> None:
    before = world.picture()
    with refused("E-403", Denied):
        register(world, login=login)
    with refused("E-403", Denied):
        world.do(login, problems.register_many, [DRAFT])
    assert world.picture() == before


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"description": "别的话。", "units": (OWN, OTHER), "due_on": date(2022, 12, 31)}, True),
        ({"source": "public"}, False),
        ({"title": "另一处直排"}, False),
        ({"place": "荷塘区"}, False),
        ({"units": (CO, OWN)}, False),
        ({"found_on": date(2022, 6, 2)}, False),
    ],
)
def test_same_problem_is_registered_once(world: World, changes: dict[str, Any], known: bool) -> None:
    first = register(world)
    again = replace(DRAFT, **changes)
    if not known:
        assert register(world, again) == first + 1
        return
    with refused("E-K07", Refused) as caught:
        register(world, again)
    assert caught.value.fields["problem"] == first


def test_withdrawn_registration_may_come_again(world: World) -> None:
    task = world.rows("task", problem_id=register(world))[0]["id"]
    world.act("director", "void", task, NOON, reason=REASON)
    assert register(world) == 2


def test_problem_of_an_inspection_says_so(world: World) -> None:
    number = world.add(
        "inspection", title="督查", held_on=FOUND, place="", team="", record="", recorded_by=1, recorded_at=NOON
    )
    register(world, inspection_id=number)
    assert world.rows("problem")[0]["inspection_id"] == number
    assert world.events()[-1]["detail"]["inspection"] == number
    with refused("E-404", NotFound):
        register(world, replace(DRAFT, title="另一处"), inspection_id=99)
    with refused("E-404", NotFound):
        world.do("reviewer", problems.register_many, [DRAFT], inspection_id=99)


ROWS = (
    replace(DRAFT, row=2),
    replace(DRAFT, row=3, title="第二处", units=(OWN, "市没有局")),
    replace(DRAFT, row=4),
    replace(DRAFT, row=5, title="第三处"),
)


def ended(made: list[problems.Registered]) -> list[tuple[int, int, str]]:
    return [(one.draft.row, one.problem_id, one.refusal.code if one.refusal else "") for one in made]


def test_table_keeps_what_is_right_and_tells_each_refusal(world: World) -> None:
    made = world.do("reviewer", problems.register_many, ROWS)
    assert ended(made) == [(2, 1, ""), (3, 0, "E-K04"), (4, 0, "E-K07"), (5, 2, "")]
    assert [row["title"] for row in world.rows("problem")] == ["生活污水直排", "第三处"]
    assert [row["problem_id"] for row in world.rows("problemunit")] == [1, 1, 2, 2]
    assert [row["problem_id"] for row in world.rows("task") if row["problem_id"]] == [1, 2]
    told = [(row["result"], row["detail"].get("code")) for row in world.events()]
    assert told == [("done", None), ("refused", "E-K04"), ("refused", "E-K07"), ("done", None)]


def test_row_refused_after_it_was_begun_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_place: Any) -> None:
        raise NotFound("E-404", "no ledger")

    before = world.picture()
    monkeypatch.setattr(flow_store, "in_force", none)
    assert ended(world.do("reviewer", problems.register_many, ROWS[:1])) == [(2, 0, "E-404")]
    assert world.picture() == before


def test_dry_run_of_a_table_tells_the_same_and_keeps_nothing(world: World) -> None:
    before = world.picture()
    made = world.do("reviewer", problems.register_many, ROWS, dry_run=True)
    assert ended(made) == [(2, 1, ""), (3, 0, "E-K04"), (4, 0, "E-K07"), (5, 2, "")]
    assert (world.picture(), world.events()) == (before, [])


@pytest.mark.parametrize("login", ["clerk1", "leader1", "clerk2", "reviewer", "director"])
def test_pictures_come_from_the_named_units_and_the_office(world: World, login: str) -> None:
    register(world)
    assert photo(world, login) == 1
    (row,), (file,) = world.rows("photo"), world.rows("attachment")
    assert (file["sha256"], file["name"], file["stored_by"]) == ("a" * 64, "排口.jpg", login)
    assert {name: row[name] for name in ("problem_id", "attachment_id", "shows", "note", "stored_by", "stored_at")} == {
        "problem_id": 1, "attachment_id": file["id"], "shows": "found", "note": "排口",
        "stored_by": world.people[login], "stored_at": NOON,
    }  # fmt: skip
    event = world.events()[-1]
    assert (event["action"], event["object_type"], event["object_id"]) == ("problem.photo", "problem", 1)
    assert event["detail"] == {"photo": 1, "sha256": "a" * 64, "name": "排口.jpg", "shows": "found"}


def test_pictures_of_others_are_refused(world: World) -> None:
    register(world)
    before = world.picture()
    for login in ("clerk3", "reader", "system"):
        with refused("E-404", NotFound):
            photo(world, login)
    with refused("E-404", NotFound):
        photo(world, "reviewer", number=9)
    assert world.picture() == before


def test_whoever_was_only_shown_a_problem_adds_no_picture(world: World) -> None:
    task = world.rows("task", problem_id=register(world))[0]["id"]
    world.act("director", "copy", task, NOON, people=("clerk3",))
    with refused("E-403", Denied):
        photo(world, "clerk3")


def test_same_picture_comes_once_to_a_problem_and_may_show_another(world: World) -> None:
    register(world)
    register(world, replace(DRAFT, title="另一处"))
    photo(world, "clerk1")
    with refused("E-K08", Refused):
        photo(world, "reviewer", replace(PICTURE, name="改名.jpg"))
    photo(world, "clerk1", number=2)
    assert [(row["problem_id"], row["attachment_id"]) for row in world.rows("photo")] == [(1, 1), (2, 1)]


def test_visits_are_told_to_those_who_may_read_what_was_filed(world: World) -> None:
    task = world.rows("task", problem_id=register(world))[0]["id"]
    world.act("clerk1", "start", task, NOON, measures="改造错接管网。")
    world.act("clerk1", "apply", task, NOON, progress="已完成改造。")
    world.act("reviewer", "verify", task, NOON, visited_on=TODAY, found="排口已经封堵。")
    photo(world, "clerk1")
    world.join("second", Role.CLERK, OWN)

    def seen(login: str) -> tuple[int, list[Any]]:
        with world.database.read() as connection:
            kept = problems.records(connection, world.office_id, world.actor(login), 1)
        return len(kept["photos"]), [(row["visited_on"], row["found"], row["visited_by"]) for row in kept["visits"]]

    visit = (TODAY, "排口已经封堵。", "郑审核")
    assert {login: seen(login) for login in ("second", "director", "clerk2")} == {
        "second": (1, [visit]), "director": (1, [visit]), "clerk2": (1, []),
    }  # fmt: skip


def test_time_limit_counts_in_shanghai(world: World) -> None:
    with refused("E-K06"):
        register(world, replace(DRAFT, due_on=TODAY), now=at("2022-06-21 00:30"))
    register(world, replace(DRAFT, found_on=date(2022, 6, 21)), now=at("2022-06-21 00:30"))


def test_time_limit_is_extended_as_a_due_date_is_and_the_first_one_stays_on_record(world: World) -> None:
    number = register(world)
    (task,) = world.rows("task", problem_id=number)
    later, reason = date(2022, 10, 31), "主汛期无法施工。"
    asked = world.do("clerk1", requests.ask, task["id"], RequestKind.EXTENSION, reason, wanted_due_on=later)
    world.do("director", requests.decide, asked, grant=True, reason="同意延期。")
    after = world.row("task", task["id"])
    assert (after["due_on"], after["original_due_on"], after["due_revision"]) == (later, DUE, 2)
    with world.database.read() as connection:
        (line,) = ledger.lines(connection, 1, NOON)
    assert (line.due_on, line.original_due_on) == (later, DUE)
    with refused("E-S44", Refused):
        world.do("clerk1", requests.ask, task["id"], RequestKind.TRANSFER, "不是我单位的。", wanted_unit=OTHER)
