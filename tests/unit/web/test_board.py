"""The board: who may look, that each number is the length of its list, that a light's cause is said, and at what cost."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.desk import DeskOf, desk_of
from kit.office import OFFICE, add_month, at, small_office

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = re.compile(r'href="(/board/tasks\?[^"]+)"><strong>(\d+)</strong>')
MIDDLE, AFTER = at("2022-06-20 12:00"), at("2022-06-28 12:00")


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), AFTER)


def moved(desk: DeskOf) -> None:
    """One task approved, one waiting for review, one filled in, one returned; two nobody touched."""
    office = desk.office
    first, second, third, fourth = list(office.tasks.values())[:4]
    for task in (first, second, fourth):
        office.report(task, MIDDLE)
        office.sign(task, MIDDLE)
    office.act("reviewer", "approve", first, MIDDLE)
    office.report(third, MIDDLE)
    office.give_back(fourth, MIDDLE, AFTER.date())


def listed(page: str) -> int:
    """How many tasks a page lists."""
    return len(set(re.findall(r'href="/tasks/(\d+)"', page)))


def test_each_number_on_top_is_the_length_of_the_list_behind_it(desk: DeskOf) -> None:
    moved(desk)
    browser = desk.person("director")
    found = NUMBER.findall(browser.get("/board").text.replace("&amp;", "&"))
    assert len(found) >= 13
    assert {count for _path, count in found} > {"0"}
    for path, count in found:
        assert listed(browser.get(path).text) == int(count), path


@pytest.mark.parametrize("login", ["system", "security", "audit"])
def test_administrators_see_no_board(desk: DeskOf, login: str) -> None:
    for path in ("/board", "/board/tasks"):
        assert desk.person(login).get(path).status_code == 403
    assert "/board" not in desk.person(login).get("/").text


def test_a_units_people_see_their_own_row_alone(desk: DeskOf) -> None:
    page = desk.person("leader2").get("/board").text
    assert "市水利局" in page
    assert "市发改委" not in page
    other = desk.office.units["市发改委"]
    assert listed(desk.person("leader2").get(f"/board/tasks?unit={other}").text) == 0


def test_a_light_says_its_cause_and_leads_to_its_tasks(desk: DeskOf) -> None:
    moved(desk)
    unit = desk.office.units["市生态环境局"]
    page = desk.person("director").get("/board").text.replace("&amp;", "&")
    cells = re.findall(r'<td class="cell (\w+)".*?href="([^"]+)".*?<b aria-hidden="true">(.*?)</b>', page)
    light, path, word = next(cell for cell in cells if f"unit={unit}" in cell[1])
    assert light == "red"
    assert word == "逾3天"
    assert "■" in page
    assert "逾期 3 天" in page
    assert listed(desk.person("director").get(path).text) > 0


def test_what_is_not_there_is_said(desk: DeskOf) -> None:
    browser = desk.person("director")
    for path, code in (("/board?month=2021-01", "E-H50"), ("/board/tasks?count=nonsense", "E-H51")):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert code in answer.text


def test_without_a_month_the_board_says_what_is_missing(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path, tasks=False))
    assert "还没有开启任何月份" in desk.person("director").get("/board").text


def test_what_is_late_says_since_when_what_was_said_and_what_comes(desk: DeskOf) -> None:
    moved(desk)
    task = desk.office.tasks["2.2", "市生态环境局"]
    desk.office.add(
        "reminder", task_id=task, round=1, due_revision=1, rule="urging", level=6, due_at=at("2022-06-27 09:00"),
        decided_at=at("2022-06-27 09:00"), state="fired", reason="",
    )  # fmt: skip
    page = desk.person("director").get("/board/late").text
    row = next(row for row in page.split("<tr>") if f'href="/tasks/{task}"' in row)
    assert "6月25日，逾3天" in row
    assert "6月27日 催办单" in row
    assert "督办通知单" in row
    assert "6月29日" in row  # three working days after the due date
    assert "下一步" not in desk.person("leader3").get("/board/late").text


@pytest.mark.parametrize("path", ["/board", "/board/late", "/board/course", "/board/indicators", "/board?view=wall"])
def test_every_page_of_the_board_in_both_languages_and_for_a_unit(desk: DeskOf, path: str) -> None:
    moved(desk)
    for login in ("director", "clerk2"):
        browser = desk.person(login)
        assert browser.get(path).status_code == 200
        browser.client.post("/language", data={"language": "en", "next": "/"})
        page = browser.get(path)
        assert page.status_code == 200
        assert "style=" not in page.text


def test_a_board_of_many_units_and_months_asks_few_questions(desk: DeskOf) -> None:
    office = desk.office
    with office.database.write(OFFICE) as connection:
        for month in range(1, 6):
            opens = date(2022, month, 1)
            add_month(
                connection, office, f"2022-{month:02}", opens, opens.replace(day=25), date(2022, month + 1, 1), MIDDLE
            )
    asked: list[str] = []
    sa.event.listen(
        desk.site.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )  # fmt: skip
    for path, most in (("/board", 12), ("/board/course", 12), ("/board/indicators", 14), ("/board/late", 22)):
        desk.person("director").get(path)
        asked.clear()
        desk.person("director").get(path)
        assert len([one for one in asked if one.startswith("SELECT")]) <= most, (path, asked)


def test_the_big_screen_asks_again_each_minute_and_gets_its_part_alone(desk: DeskOf) -> None:
    browser = desk.person("director")
    page = browser.get("/board?view=wall").text
    assert 'hx-trigger="every 60s"' in page
    part = browser.get("/board?view=wall", **{"HX-Request": "true"}).text
    assert "<html" not in part
    assert NUMBER.findall(part) == NUMBER.findall(page)


def test_a_readers_board_does_not_say_how_much_is_to_be_reported(desk: DeskOf) -> None:
    moved(desk)
    office = desk.office
    office.people["reader"] = office.add(
        "person", login="reader", name="分管领导", email="", password_hash="", code_hash="", active=True,
        failed_logins=0, created_at=MIDDLE,
    )  # fmt: skip
    office.add("duty", person_id=office.people["reader"], role="reader", unit_id=None, valid_from=date(2022, 1, 1))
    page = desk.person("reader").get("/board").text
    assert "已审核1项" in page
    assert "应报" not in page
    assert "没有逾期" not in page
    assert desk.person("reader").get("/board/course").status_code == 200
