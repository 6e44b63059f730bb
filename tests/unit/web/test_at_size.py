"""A larger office asks the database no more for a page than a small one: lists read what they show."""

from __future__ import annotations

from html import unescape
from re import findall, sub

import pytest
import sqlalchemy as sa

from deeds.task_conditions import Wanted, visible
from deeds.task_views import find_tasks, is_late
from kit.desk import DeskOf, desk_of
from kit.office import at
from kit.years import grown_office
from models.times import local_date
from workflow import cases, permissions, readings

pytestmark = pytest.mark.long

PEOPLE = ("clerk1", "leader1", "director", "audit")
ALSO = ("/search?q=完成", "/tasks?month=all", "/api/v1/tasks", "/api/v1/tasks?only=late&order=-due_on", "/tasks?late=1")
NOW, LATER = at("2022-06-24 09:00"), at("2022-06-28 09:00")
#: a paper is made once and kept; a form in full has as many parts as the unit has tasks; a plan asks for each unit's people
NOT_COUNTED = (
    "/static",
    "/previews",
    "/viewer",
    "/papers",
    "/filing/all",
    "/filing/sheet",
    "/sign/paper",
    "/plan",
    "/api/v1/docs",
)
FILES = (".pdf", ".docx", ".xlsx", ".csv", ".svg", "/summary")


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> list[DeskOf]:
    sizes = ((1, 3, 1), (4, 9, 4))
    folder = tmp_path_factory.mktemp("offices")
    return [
        desk_of(grown_office(folder / f"{units}", units=units, clauses=clauses, months=months), NOW)
        for units, clauses, months in sizes
    ]


def statements(desk: DeskOf, login: str) -> dict[str, int]:
    """Of the first page of each kind that links lead to: how many statements it takes."""
    browser, count = desk.person(login), [0]
    browser.get("/")

    def heard(*_args: object) -> None:
        count[0] += 1

    engine, found = desk.site.database.engine, {}
    sa.event.listen(engine, "before_cursor_execute", heard)
    todo, known = ["/", *ALSO], {"/"}
    while todo:
        path = todo.pop(0)
        desk.site.seen.settle()
        count[0] = 0
        page = browser.get(path)
        found[path if path in ALSO else _kind(path)] = count[0]
        for link in map(
            unescape, findall(r'href="(/[^"#]*)"', page.text if "html" in page.headers["content-type"] else "")
        ):
            if _kind(link) not in known and not link.startswith(NOT_COUNTED) and not link.split("?")[0].endswith(FILES):
                known.add(_kind(link))
                todo.append(link)
    sa.event.remove(engine, "before_cursor_execute", heard)
    return found


def _kind(path: str) -> str:
    return sub(r"\d+", "N", sub(r"=[^&]*", "=", path))


@pytest.mark.parametrize("login", PEOPLE)
def test_no_page_asks_more_of_a_larger_office(desks: list[DeskOf], login: str) -> None:
    small, large = (statements(desk, login) for desk in desks)
    grown = {path: (small[path], large[path]) for path in small.keys() & large.keys() if large[path] > small[path] + 2}
    assert grown == {}


@pytest.mark.parametrize("login", PEOPLE)
def test_the_database_finds_what_permissions_and_flows_say(
    desks: list[DeskOf], login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = desks[0].office
    office.add("copy", task_id=3, person_id=office.people[login], sent_by=1, sent_at=NOW)
    actor = office.actor(login, NOW)
    with office.database.read() as connection:
        every, copied = cases.load_tasks(connection, 1), readings.copied_to(connection, 1, actor.person_id)
        named = cases.units_named(connection, 1, every)
        seen = [
            task.id
            for task in every
            if permissions.may_see_task(
                actor, permissions.relation(actor, task.unit_id, named(task)), task, copied=task.id in copied
            )
        ]
        assert [task.id for task in cases.load_tasks(connection, 1, visible(connection, 1, actor))] == seen
        asked = (Wanted(mine=True), Wanted(todo="any"), Wanted(todo="review"), Wanted(todo="report"))
        found = [find_tasks(connection, 1, actor, wanted, NOW) for wanted in asked]
        monkeypatch.setattr("deeds.task_conditions.offered", lambda *_place: sa.true())
        assert found == [find_tasks(connection, 1, actor, wanted, NOW) for wanted in asked]
        late = find_tasks(connection, 1, actor, Wanted(late=True), LATER)
        assert late == [task for task in every if task.id in seen and is_late(task, local_date(LATER))]
