"""No list reads a table that grows from end to end: the pages of the desk, the interface for programs, the commands."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.api import program
from kit.desk import DeskOf, desk_of
from kit.door import speak
from kit.many import many_months
from kit.office import OFFICE, UNITS, at
from kit.outbox import Postbox
from kit.server import empty_database, needs_server
from kit.tenancy import settle
from kit.wide import wide_reads, wide_triggers
from kit.world import World
from kit.years import grown_office
from models.database import Database
from models.drafts import ProblemDraft
from models.schema import migrate
from models.states import Action, RequestKind
from notifications.outbox import deliver
from schedules.select import NO_DRIFT
from schedules.sweep import sweep
from workflow import inspections, problems, requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNIT, BEFORE = UNITS[0], "before.db"
PROBLEM = ProblemDraft(
    source="film", title="岸线堆土", found_on=date(2022, 6, 1), due_on=date(2022, 6, 20), units=UNITS[:2]
)  # fmt: skip
NOW, LATER = at("2022-06-24 09:00"), at("2022-06-28 09:00")
#: of one month, so that PostgreSQL sees that an index pays
MONTHS = 600
PAGES = {
    "director": (
        "/", "/tasks", "/tasks?month=all", "/tasks?unit=第0单位&month=all", "/tasks?late=1", "/tasks?late=1&month=all",
        "/tasks?copied=1", "/tasks/2", "/months", "/months/2022-06", "/inbox", "/search?q=完成", "/papers",
        "/papers?kind=urging", "/problems", "/problems?source=film", "/problems?late=1", "/problems/1",
        "/problems/inspections", "/channels", "/units", "/decisions", "/board", "/board/tasks", "/board/late", "/board/course",
        "/review", "/plan", "/flows", "/levels", "/notices", "/workdays", "/templates",
    ),
    "clerk1": ("/", "/tasks", "/tasks?mine=1", "/inbox", "/filing", "/filing/requests", "/filing/all", "/forms"),
    "leader1": ("/", "/sign", "/tasks?month=all"),
    "audit": ("/", "/trail"),
    "security": ("/people", "/duties"),
}  # fmt: skip
CALLS = {
    "reviewer": (
        "/tasks", "/tasks?order=-id", "/tasks?order=due_on", "/tasks?order=-due_on", "/tasks?order=entered_at",
        "/tasks?only=late", "/tasks?only=mine", "/tasks?only=copied", "/tasks?month=2022-06", "/forms", "/clauses",
        "/parcels", "/messages", "/months", "/units",
    ),
    "clerk1": ("/tasks", "/forms", "/clauses", "/messages"),
}  # fmt: skip
COMMANDS = {
    "director": (
        "task list", "task list --every-month", "task list --every-month --late", "task list --late", "task list --mine",
        "task list --month 2022-06", "task show 2", "message list", "message list --state sent",
        "message list --state dead", "message list --recipient clerk1", "webhook list", "webhook list --state sent",
        "problem list", "problem list --late", "problem list --source film", "problem list --unit 市水利局", "problem show 1",
        "inspection list", "paper list", "paper list --kind urging --year 2022", "request list", "request list --pending",
        "draft list", "draft list --all", "form list", "form list --month 2022-06", "flow list", "parcel list",
        "person list", "unit list", "template list", "period status 2022-06",
    ),
    "clerk1": ("task list", "task list --every-month", "request list", "form list", "problem list"),
    "audit": ("audit show", "audit show --task 2"),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = _grown(tmp_path_factory.mktemp("grown"))
    made.database.close()
    shutil.copy(made.folder / "duban.db", made.folder / BEFORE)
    return made


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=needs_server)])
def desk(request: pytest.FixtureRequest, world: World) -> Iterator[DeskOf]:
    if request.param == "sqlite":
        yield desk_of(world, NOW)
        return
    with empty_database("wide") as url, closing(Database(url)) as database:
        migrate(database)
        settle(world.folder / BEFORE, OFFICE, database)
        many_months(database, MONTHS)
        made = desk_of(replace(world, database=database), NOW, database=url)
        yield made
        made.site.database.close()


def _grown(folder: Path) -> World:
    """An office in which there is something of everything that grows."""
    world = World(**vars(grown_office(folder, units=1, clauses=1, months=1)))
    world.do("reviewer", inspections.record, "排口检查", date(2022, 6, 8), "", "", "", now=NOW)
    world.do("reviewer", problems.register, PROBLEM, now=at("2022-06-10 09:00"))
    asked = next(
        row["id"] for row in world.rows("task") if row["stage"] == "assigned" and row["unit_id"] == world.units[UNIT]
    )
    world.do(
        "clerk1", requests.ask, asked, RequestKind.EXTENSION, "汛期不能施工", wanted_due_on=date(2022, 6, 30), now=NOW
    )
    sweep(world.database, OFFICE, None, NOW, drift=NO_DRIFT)
    deliver(world.database, OFFICE, Postbox(), NOW, limit=1000)
    world.add("reading", task_id=asked, person_id=1, entered_at=NOW, read_at=NOW)
    world.add("operation", actor="clerk1", key="k", answer={}, at=NOW)
    (folder / "duban.toml").write_text("rehearsal = true\n", encoding="utf-8")
    return world


def test_no_page_of_the_desk(desk: DeskOf) -> None:
    found = {}
    for login, pages in PAGES.items():
        browser = desk.person(login)
        for page in pages:
            with wide_reads(desk.site.database) as wide:
                assert browser.get(page).status_code == 200, page
            found[login, page] = wide
    assert {what: wide for what, wide in found.items() if wide} == {}


def test_no_list_of_the_interface(desk: DeskOf) -> None:
    found = {}
    for login, calls in CALLS.items():
        theirs = program(desk, login, "read")
        for call in calls:
            with wide_reads(desk.site.database) as wide:
                assert theirs.get(call).status_code == 200, call
            found[login, call] = wide
    assert {what: wide for what, wide in found.items() if wide} == {}


def test_no_list_of_a_command(desk: DeskOf) -> None:
    found, home = {}, {"DUBAN_HOME": str(desk.office.folder), "DUBAN_NOW": "2022-06-24T09:00"}
    home["DUBAN_DATABASE"] = desk.site.database.url.render_as_string(hide_password=False)
    for login, commands in COMMANDS.items():
        token = desk.session(login)
        for command in commands:
            with wide_reads(desk.site.database) as wide:
                said = speak(*command.split(), "--json", DUBAN_TOKEN=token, **home)
                assert said.code == 0, (command, said.err)
            found[login, command] = wide
    assert {what: wide for what, wide in found.items() if wide} == {}


def test_no_step_no_sweep_and_no_delivery(desk: DeskOf) -> None:
    office = desk.office
    owed = next(row for row in office.rows("task", stage="assigned", unit_id=office.units[UNIT]) if row["period_id"])
    signed = office.rows("task", stage="signed_stamped")[0]["id"]
    with wide_triggers(office.database) as within, wide_reads(desk.site.database) as wide:
        office.act("clerk1", Action.REPORT, owed["id"], NOW, progress="已完成清理三公里。", percent=40)
        office.act("reviewer", Action.APPROVE, signed, NOW)
        sweep(office.database, OFFICE, None, LATER, drift=NO_DRIFT)
        assert deliver(office.database, OFFICE, Postbox(), LATER, limit=1000).counts["sent"]
    assert (wide, within) == ([], [])


def test_what_a_trigger_would_read_whole_is_found(desk: DeskOf) -> None:
    database = desk.office.database
    asked = "1 FROM report WHERE office_id = 1 AND percent = 50"
    made = f"CREATE TRIGGER bad BEFORE UPDATE ON unit WHEN EXISTS (SELECT {asked}) BEGIN SELECT 1; END"
    gone = "DROP TRIGGER bad"
    if not database.is_sqlite:  # where what is asked within a block is told as what a trigger asks
        made, gone = f"DO $$ BEGIN PERFORM {asked}; END $$", "SELECT"
    with wide_triggers(database) as within, database.write(OFFICE) as connection:
        connection.exec_driver_sql(made)
    with database.write(OFFICE) as connection:
        connection.exec_driver_sql(gone)
    assert len(within) == 1, within


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("SELECT id FROM task WHERE office_id = 1 ORDER BY id DESC LIMIT 50", False),
        ("SELECT id FROM task WHERE office_id = 1 AND unit_id = 1", False),
        ("SELECT id FROM task WHERE office_id = 1 ORDER BY due_on LIMIT 50", True),
        ("SELECT id FROM report WHERE office_id = 1 AND percent = 50", True),
        ("SELECT count(*) FROM event WHERE office_id = 1", True),
    ],
    ids=["a page in order", "a unit's", "a page of what is sorted", "without an index", "counted"],
)
def test_what_would_be_read_whole_is_found(desk: DeskOf, text: str, wide: bool) -> None:
    with wide_reads(desk.site.database) as found, desk.site.database.read() as connection:
        connection.exec_driver_sql(text)
    assert bool(found) is wide, found
