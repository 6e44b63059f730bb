"""The first page: what waits for each duty, in counts that equal the lists behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kit.desk import Browser, DeskOf, desk_of
from kit.office import UNITS, add_month, at, small_office

if TYPE_CHECKING:
    from pathlib import Path

NOON = at("2022-06-20 12:00")
HEAP = re.compile(r'class="heap[^"]*" href="([^"]+)">\s*<strong>(\d+)</strong>\s*<span>([^<]+)</span>')


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    office = small_office(tmp_path)
    tasks = office.tasks
    office.report(tasks["1.1", UNITS[1]], NOON)
    office.report(tasks["1.2", UNITS[1]], NOON)
    office.sign(tasks["1.2", UNITS[1]], NOON)
    office.report(tasks["2.2", UNITS[2]], NOON)
    office.sign(tasks["2.2", UNITS[2]], NOON)
    office.give_back(tasks["2.2", UNITS[2]], NOON, NOON.date())
    return desk_of(office, NOON)


def heaps(browser: Browser) -> dict[str, tuple[str, int]]:
    """What waits, in words → where it leads, how many."""
    found = HEAP.findall(browser.get("/").text)
    return {said: (path.replace("&amp;", "&"), int(count)) for path, count, said in found}


#: login → what waits for them
WAITS = {
    "clerk1": {"待签收": ("/filing?month=2022-06", 2)},
    "clerk2": {"待签字盖章": ("/forms?month=2022-06", 1)},
    "clerk3": {"待签收": ("/filing?month=2022-06", 1), "已退回待重报": ("/filing?month=2022-06", 1)},
    "leader2": {"待签字盖章": ("/sign", 1)},
    "reviewer": {"待审": ("/review", 1)},
    "director": {},
}


def test_each_count_leads_to_where_its_work_is_done(desk: DeskOf) -> None:
    for login, expected in WAITS.items():
        browser = desk.person(login)
        found = heaps(browser)
        assert found == expected, login
        for path, count in found.values():
            page = browser.get(path)
            assert page.status_code == 200
            if path.startswith("/tasks"):
                assert len(re.findall(r'<a class="tall" href="/tasks/\d+"', page.text)) == count


def test_work_of_several_months_is_listed_task_by_task(desk: DeskOf) -> None:
    office = desk.office
    with office.database.write(office.office_id) as connection:
        add_month(
            connection, office, "2022-05", at("2022-05-01 00:00").date(), at("2022-05-25 00:00").date(),
            at("2022-06-01 00:00").date(), NOON,
        )  # fmt: skip
    (path, count), *_others = heaps(desk.person("clerk1")).values()
    assert path == "/tasks?todo=receive"
    assert count > 2


def test_a_received_task_waits_to_be_reported(desk: DeskOf) -> None:
    desk.office.act("clerk1", "receive", desk.office.tasks["1.1", UNITS[0]], NOON)
    assert heaps(desk.person("clerk1")) == {
        "待签收": ("/filing?month=2022-06", 1), "待填报": ("/filing?month=2022-06", 1),
    }  # fmt: skip


def test_what_is_overdue_is_told_in_words(desk: DeskOf) -> None:
    desk.clock.now = at("2022-06-28 12:00")
    assert "其中逾期 2 项" in desk.person("clerk1").get("/").text


def test_the_month_in_force_says_how_many_of_the_units_own_are_in(desk: DeskOf) -> None:
    browser = desk.person("clerk2")
    assert "2 项中已报送 1 项" in browser.get("/").text
    assert len(re.findall(r'<a class="tall"', browser.get("/tasks?month=2022-06&own=1").text)) == 2
    assert "还有 5 天" in browser.get("/").text
    assert "6 项中已报送 1 项" in desk.person("director").get("/").text


def test_a_closed_month_is_not_in_the_way(desk: DeskOf) -> None:
    office = desk.office
    with office.database.write(office.office_id) as connection:
        period = add_month(
            connection, office, "2022-05", at("2022-05-01 00:00").date(), at("2022-05-25 00:00").date(),
            at("2022-06-01 00:00").date(), NOON,
        )  # fmt: skip
    office.change("period", period, state="closed")
    assert "2022年5月" not in desk.person("clerk1").get("/").text
    assert heaps(desk.person("clerk1")) == {"待签收": ("/filing?month=2022-06", 2)}


def test_an_administrator_sees_no_tasks(desk: DeskOf) -> None:
    desk.office.change("person", desk.office.people["clerk1"], locked_until=at("2022-06-20 12:10"))
    page = desk.person("system").get("/").text
    assert "个账号因密码输错被锁定" in page
    assert "1.1" not in page
    assert "待签收" not in page


def test_who_has_nothing_to_do_is_told_so(desk: DeskOf) -> None:
    assert "目前没有需要您办理的事项" in desk.person("director").get("/").text


BEGINNING = re.compile(
    r"<li><span class=\"light (green|yellow)\"><span[^>]*>.</span>[^<]*</span>\s*(?:<a href=\"([^\"]+)\">)?", re.DOTALL
)


def test_an_office_that_begins_is_led_step_by_step_until_its_first_month_is_open(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path, tasks=False), NOON)
    steps = {login: BEGINNING.findall(desk.person(login).get("/").text) for login in ("director", "system", "clerk1")}
    # accounts, duties, the notice, its collective names and the people of its units are there; the month is not open
    assert steps["director"] == [("green", "")] * 7 + [("yellow", "/months")]
    assert steps["system"] == [("green", "")] * 7 + [("yellow", "")]
    assert steps["clerk1"] == []
    desk.office.add(
        "duty", person_id=desk.office.people["clerk1"], role="clerk", unit_id=desk.office.units[UNITS[1]],
        valid_from=NOON.date(),
    )  # fmt: skip
    for duty in desk.office.rows("duty", role="clerk", person_id=desk.office.people["clerk3"]):
        desk.office.change("duty", duty["id"], valid_to=at("2022-06-01 12:00").date())
    bare = BEGINNING.findall(desk.person("system").get("/").text)
    assert bare[6] == ("yellow", "")
    assert not BEGINNING.findall(desk_of(small_office(tmp_path / "b"), NOON).person("director").get("/").text)


def test_what_an_administrator_is_told_leads_to_the_list_of_as_many(desk: DeskOf) -> None:
    new = {
        "login": "new", "name": "新人", "email": "", "password_hash": "", "code_hash": "", "active": True,
        "failed_logins": 0, "created_at": NOON,
    }  # fmt: skip
    desk.office.add("person", **new)
    assert desk.person("clerk1").get("/notices").status_code == 403
    later = desk.office.add(
        "person", **new | {"login": "later"}
    )  # their duty begins next month: they are not forgotten
    desk.office.add("duty", person_id=later, role="reader", unit_id=None, valid_from=at("2022-07-01 12:00").date())
    assert list(heaps(desk.person("security")).values()) == [("/people?show=no_duty", 1)]
    told = list(heaps(desk.person("audit")).values())
    assert told == [("/trail?result=denied&first=2022-06-13", 1)]
    for path, _count in told:
        assert len(re.findall(r'href="/trail/\d+"', desk.person("audit").get(path).text)) == 1


def test_the_director_is_told_of_a_summary_that_is_due_as_the_decisions_are(desk: DeskOf) -> None:
    desk.clock.now = at("2022-06-26 10:00")
    director = desk.person("director")
    assert heaps(director) == {"份汇总报告待印发": ("/decisions", 1)}
