"""Tasks at the desk: the list, the story of one, and its steps as forms made from the flow."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from deeds import task_list
from kit import world
from kit.desk import DeskOf, desk_of
from kit.flows import walker
from kit.office import UNITS, at, small_office
from web.frame.rendering import STATIC
from workflow.given import GIVEN

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

NOON = at("2022-06-20 12:00")
ROW = re.compile(r'<a class="tall" href="/tasks/(\d+)"')


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOON)


def rows(answer: Response) -> list[int]:
    assert answer.status_code == 200
    return [int(number) for number in ROW.findall(answer.text)]


def version(desk: DeskOf, task: int) -> int:
    return int(desk.office.row("task", task)["version"])


def test_the_list_is_narrowed_by_what_is_chosen(desk: DeskOf) -> None:
    tasks, browser = desk.office.tasks, desk.person("reviewer")
    desk.office.report(tasks["1.2", UNITS[1]], NOON)
    desk.office.sign(tasks["1.2", UNITS[1]], NOON)
    assert len(rows(browser.get("/tasks"))) == 6
    assert rows(browser.get("/tasks?state=signed_stamped")) == [tasks["1.2", UNITS[1]]]
    assert rows(browser.get(f"/tasks?unit={UNITS[2]}")) == [tasks["2.1", UNITS[2]], tasks["2.2", UNITS[2]]]
    assert rows(browser.get("/tasks?month=2021-01")) == []
    assert rows(browser.get("/tasks?todo=review")) == [tasks["1.2", UNITS[1]]]
    assert rows(browser.get("/tasks?late=1")) == []
    desk.clock.now = at("2022-06-27 12:00")
    assert len(rows(desk.person("reviewer").get("/tasks?late=1"))) == 5


def test_a_unit_sees_its_own_and_those_of_its_clauses(desk: DeskOf) -> None:
    tasks = desk.office.tasks
    seen = rows(desk.person("clerk2").get("/tasks"))
    assert tasks["2.2", UNITS[2]] not in seen
    assert tasks["1.1", UNITS[0]] in seen
    assert desk.person("audit").get("/tasks").status_code == 403


def test_long_lists_come_in_pages(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.tasks.SIZE", 4)
    browser = desk.person("reviewer")
    first, second = browser.get("/tasks?todo=&late="), browser.get("/tasks?page=2")
    assert (len(rows(first)), len(rows(second))) == (4, 2)
    assert 'href="/tasks?page=2"' in first.text
    assert rows(browser.get("/tasks?page=99999999")) == rows(first)
    assert rows(browser.get("/tasks?page=77")) == rows(second)


def test_the_list_is_taken_along_with_text_as_text(desk: DeskOf) -> None:
    desk.office.change("unit", desk.office.units[UNITS[0]], name="=1+1")
    answer = desk.person("reviewer").get("/tasks.xlsx?state=assigned")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells if "1+1" in str(cell.value)} == {"s"}
    assert len({cell.row for cell in cells}) == 6
    assert desk.person("audit").get("/tasks.xlsx").status_code == 403


def test_all_months_are_taken_along_in_blocks_none_twice_none_left_out(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_list, "BLOCK", 4)
    for login, many in (("reviewer", 6), ("clerk1", 4)):
        answer = desk.person(login).get("/tasks.xlsx?month=all")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        numbers = [row[0].value for row in sheet.iter_rows(min_row=2)]
        assert numbers == sorted({*numbers}, key=int, reverse=True)
        assert len(numbers) == many


def test_the_story_tells_what_is_asked_and_what_was_done(desk: DeskOf) -> None:
    task = desk.office.tasks["1.1", UNITS[1]]
    desk.office.report(task, NOON)
    desk.office.sign(task, NOON)
    desk.office.give_back(task, NOON, date(2022, 6, 23))
    desk.office.act("clerk2", "report", task, NOON, progress="已完成清理五公里。", percent=60)
    page = desk.person("clerk2").get(f"/tasks/{task}").text
    for said in (
        "完成长江岸线清理整治年度任务",
        "配合",
        "已填报",
        "进展不具体，请补充数据",
        "scan.pdf",
        "公章",
        "第 2 轮",
    ):
        assert said in page
    seen = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", page)
    assert "<del>三</del><ins>五</ins>" in seen
    assert page.count("visually-hidden") > seen.count("visually-hidden")  # struck out and underlined is heard, too
    assert "<del>40%</del> <ins>60%</ins>" in page
    assert 'aria-current="step"' in page


def test_a_co_named_unit_sees_that_it_was_filed_and_not_what(desk: DeskOf) -> None:
    task = desk.office.tasks["1.1", UNITS[1]]
    desk.office.report(task, NOON)
    page = desk.person("clerk1").get(f"/tasks/{task}").text
    assert "已填报" in page
    assert "清理三公里" not in page


def test_opening_is_noted_as_the_terminal_notes_it(desk: DeskOf) -> None:
    task = desk.office.tasks["1.1", UNITS[1]]
    desk.office.report(task, NOON)
    desk.person("clerk2").get(f"/tasks/{task}")
    desk.office.sign(task, NOON)
    before = len(desk.office.rows("reading", task_id=task, person_id=desk.office.people["reviewer"]))
    for _ in range(2):
        desk.person("reviewer").get(f"/tasks/{task}")
    assert len(desk.office.rows("reading", task_id=task, person_id=desk.office.people["reviewer"])) == before + 1


def test_a_step_is_taken_once_however_often_its_form_is_sent(desk: DeskOf) -> None:
    task, browser = desk.office.tasks["1.1", UNITS[0]], desk.person("clerk1")
    given = {"action": "receive", "version": str(version(desk, task)), "key": "k1"}
    for _ in range(2):
        answer = browser.post(f"/tasks/{task}", **given)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/tasks/{task}")
    events = desk.office.rows("event", object_type="task", object_id=task, action="receive")
    assert [(row["actor_name"], row["source"]) for row in events] == [("赵一", "web")]


def test_a_refused_step_keeps_what_was_typed_and_stands_in_the_trail(desk: DeskOf) -> None:
    task, browser = desk.office.tasks["1.1", UNITS[0]], desk.person("clerk1")
    given = {"action": "report", "version": str(version(desk, task)), "progress": "写了<很多>字", "percent": "140"}
    answer = browser.post(f"/tasks/{task}", **given)
    assert answer.status_code == 409
    assert "E-V02" in answer.text
    assert "--" not in answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "写了&lt;很多&gt;字" in answer.text
    assert 'value="140"' in answer.text
    assert desk.office.row("task", task)["state"] == "assigned"
    assert desk.office.rows("event", action="task.report")[-1]["result"] == "refused"


def test_a_stale_form_says_who_acted_and_keeps_the_words_beside_the_new_state(desk: DeskOf) -> None:
    task, browser = desk.office.tasks["1.1", UNITS[0]], desk.person("clerk1")
    seen = str(version(desk, task))
    desk.office.act("clerk1", "report", task, NOON, progress="别人先报了。", percent=10)
    answer = browser.post(f"/tasks/{task}", action="report", version=seen, progress="我写的", percent="20")
    assert answer.status_code == 409
    assert "赵一" in answer.text
    assert "我写的" in answer.text
    assert '<li class="here" aria-current="step"><span aria-hidden="true">▶</span> 已填报' in answer.text


def test_a_form_without_action_or_version_does_nothing(desk: DeskOf) -> None:
    task, browser = desk.office.tasks["1.1", UNITS[0]], desk.person("clerk1")
    assert "E-H60" in browser.post(f"/tasks/{task}").text
    assert "E-H61" in browser.post(f"/tasks/{task}", action="receive").text
    assert version(desk, task) == 1


def test_nobody_acts_on_what_is_not_theirs(desk: DeskOf) -> None:
    task = desk.office.tasks["2.2", UNITS[2]]
    given = {"action": "receive", "version": "1"}
    assert desk.person("clerk2").post(f"/tasks/{task}", **given).status_code == 404
    assert desk.person("leader3").post(f"/tasks/{task}", **given).status_code == 403
    assert version(desk, task) == 1


def test_a_script_gets_the_page_with_the_words_kept(desk: DeskOf) -> None:
    task, browser = desk.office.tasks["1.1", UNITS[0]], desk.person("clerk1")
    answer = browser.post(f"/tasks/{task}", part=True, action="report", version="1", progress="留着", percent="x")
    assert answer.status_code == 422
    assert 'id="main"' in answer.text
    assert "留着" in answer.text
    done = browser.post(f"/tasks/{task}", part=True, action="receive", version="1")
    assert done.headers["hx-redirect"] == f"/tasks/{task}"


def test_the_picture_of_the_flow_marks_where_the_task_stands(desk: DeskOf) -> None:
    task = desk.office.tasks["1.1", UNITS[0]]
    picture = desk.person("clerk1").get(f"/tasks/{task}/flow.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.count("#fff4d6") == 1
    assert desk.person("clerk2").get(f"/tasks/{desk.office.tasks['2.2', UNITS[2]]}/flow.svg").status_code == 404


def test_there_is_a_field_for_everything_that_a_flow_can_ask_for() -> None:
    text = (STATIC.parent / "templates/tasks/step.html").read_text("utf-8")
    elsewhere = {"filing", "evidence", "signer_and_seal", "summary", "reason_for_no_progress", "people", "one_person"}
    assert {name for name in GIVEN if f'"{name}" in form.asks' not in text} <= elsewhere


def test_a_task_leads_to_the_page_made_for_whoever_it_waits_for(desk: DeskOf) -> None:
    office, task = desk.office, desk.office.tasks["1.1", UNITS[1]]
    pages = {
        "clerk2": f'href="/filing/{task}">填报报送',
        "leader2": f'href="/sign/paper?{urlencode({"month": "2022-06", "unit": UNITS[1]})}'.replace("&", "&amp;"),
        "reviewer": f'href="/review/{task}"',
    }

    def led() -> list[str]:
        texts = {login: desk.person(login).get(f"/tasks/{task}").text for login in (*pages, "director", "clerk1")}
        assert {login: text.count("在专门页面办理") for login, text in texts.items()} == {
            login: int(login in pages and pages[login] in text) for login, text in texts.items()
        }
        return [login for login, page in pages.items() if page in texts[login]]

    assert led() == ["clerk2"]
    office.report(task, NOON)
    assert led() == ["leader2"]
    office.sign(task, NOON)
    assert led() == ["reviewer"]
    office.give_back(task, NOON, date(2022, 6, 29))
    assert led() == ["clerk2"]


def test_problems_that_wait_are_told_beside_the_reports_to_be_reviewed(tmp_path: Path) -> None:
    walk = walker(tmp_path, "problem_ledger")
    desk = desk_of(walk.world, world.NOON)
    assert "另有问题台账" not in desk.person("reviewer").get("/review").text
    walk.go("applied")
    browser = desk.person("reviewer")
    text = browser.get("/review").text
    assert "另有问题台账 1 项待您办理" in text
    (address,) = re.findall(r'href="(/tasks[?]todo=any[^"]*)"', text)
    assert rows(browser.get(unescape(address))) == [walk.task_id]
    assert walk.task_id not in rows(browser.get("/tasks?about=report"))
    assert walk.task_id in rows(browser.get("/tasks?about=nonsense"))
    assert "另有问题台账" not in desk.person("director").get("/review").text
    walk.take("verify", "reviewer2")
    assert "另有问题台账 1 项待您办理" in desk.person("director").get("/review").text
