"""One's own messages at the desk: unread until they are opened, nobody else's, with their reasons."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import UNITS, at, small_office

if TYPE_CHECKING:
    from pathlib import Path

NOON = at("2022-06-20 12:00")


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOON)


def written(desk: DeskOf, login: str, **changed: Any) -> int:
    number = len(desk.office.rows("message")) + 1
    given = {
        "dedupe_key": f"key {number}", "event": "due_soon", "recipient_id": desk.office.people[login], "channel": "file",
        "subject": f"第{number}封", "body": f"请于25日前报送。<{number}>", "fields": {}, "message_id": f"{number}@x",
        "about": [[desk.office.tasks["1.1", UNITS[0]], 1, 1]], "while_states": [], "state": "sent", "level": 1,
        "reason": "", "attempts": 1, "address": "", "created_at": NOON, "next_at": NOON, "settled_at": NOON,
    }  # fmt: skip
    return desk.office.add("message", **(given | changed))


def count(desk: DeskOf, login: str) -> str:
    found = re.search(r'class="count">(\d+)', desk.person(login).get("/inbox").text)
    return found[1] if found else ""


def test_a_message_is_unread_until_its_recipient_opens_it(desk: DeskOf) -> None:
    one, _two = written(desk, "clerk1"), written(desk, "clerk1")
    browser = desk.person("clerk1")
    assert count(desk, "clerk1") == "2"
    page = browser.get(f"/inbox/{one}").text
    assert "请于25日前报送。&lt;1&gt;" in page
    assert f'href="/tasks/{desk.office.tasks["1.1", UNITS[0]]}"' in page
    assert count(desk, "clerk1") == "1"
    assert desk.office.row("message", one)["read_at"] == NOON
    assert "第1封" not in browser.get("/inbox?unread=1").text
    assert browser.post("/inbox/read").headers["location"] == "/inbox"
    assert count(desk, "clerk1") == ""


@pytest.mark.parametrize("page", ["1", "7", "0", "-1", "once"])
def test_a_page_that_is_not_there_is_the_nearest_that_is(desk: DeskOf, page: str) -> None:
    written(desk, "clerk1")
    assert "第1封" in desk.person("clerk1").get(f"/inbox?page={page}").text


def test_nobody_reads_what_is_addressed_to_somebody_else(desk: DeskOf) -> None:
    number = written(desk, "clerk1")
    for login in ("clerk2", "director", "system"):
        assert desk.person(login).get(f"/inbox/{number}").status_code == 404
        assert "第1封" not in desk.person(login).get("/inbox").text
    desk.person("clerk2").post("/inbox/read")
    assert desk.office.row("message", number)["read_at"] is None


@pytest.mark.parametrize(
    "changed", [{"state": "due", "body": ""}, {"state": "held"}, {"state": "not_needed"}, {"event": "account_code"}]
)
def test_what_was_not_sent_or_is_a_secret_does_not_stand_there(desk: DeskOf, changed: dict[str, Any]) -> None:
    number = written(desk, "clerk1", **changed)
    assert desk.person("clerk1").get(f"/inbox/{number}").status_code == 404
    assert count(desk, "clerk1") == ""


def test_what_could_not_be_delivered_is_read_here(desk: DeskOf) -> None:
    number = written(desk, "clerk1", state="dead", reason="邮箱已满")
    assert "邮箱已满" in desk.person("clerk1").get(f"/inbox/{number}").text


def test_a_substitute_reads_the_absent_persons_and_leaves_them_unread(desk: DeskOf) -> None:
    number, day = written(desk, "clerk1"), NOON.date()
    desk.office.add(
        "absence", person_id=desk.office.people["clerk1"], substitute_id=desk.office.people["clerk2"], from_on=day,
        to_on=day,
    )  # fmt: skip
    browser = desk.person("clerk2")
    browser.client.cookies.set("duban_as", "clerk1", domain="127.0.0.1")
    assert browser.get(f"/inbox/{number}").status_code == 200
    assert desk.office.row("message", number)["read_at"] is None


def test_why_it_came_is_told_in_sentences_and_not_of_what_one_may_not_see(desk: DeskOf) -> None:
    number = written(desk, "clerk1")
    assert "任务 1" in desk.person("clerk1").get(f"/inbox/{number}?reasons=1").text
    foreign = written(desk, "clerk2", about=[[desk.office.tasks["2.2", UNITS[2]], 1, 1]])
    assert "已交办" not in desk.person("clerk2").get(f"/inbox/{foreign}?reasons=1").text


def test_the_newest_stand_first_whoever_of_the_two_they_were_sent_to(desk: DeskOf) -> None:
    """A substitute's list: their own and the absent person's, put together in one order."""
    day = NOON.date()
    people = desk.office.people
    desk.office.add(
        "absence", person_id=people["clerk1"], substitute_id=people["clerk2"], from_on=day, to_on=day
    )  # fmt: skip
    for number, login in enumerate(("clerk1", "clerk2", "clerk1", "clerk2")):
        written(desk, login, created_at=NOON + timedelta(minutes=(3, 1, 2, 4)[number]))
    browser = desk.person("clerk2")
    browser.client.cookies.set("duban_as", "clerk1", domain="127.0.0.1")
    assert re.findall("第.封", browser.get("/inbox").text) == ["第4封", "第1封", "第3封", "第2封"]
    assert re.findall("第.封", browser.get("/inbox?unread=1").text) == ["第4封", "第2封"]


def test_of_very_many_it_is_said_that_there_are_more_and_the_last_is_within_reach(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.paging.COUNTED", 1)
    for _each in range(101):
        written(desk, "clerk1")
    assert count(desk, "clerk1") == "99"
    browser = desk.person("clerk1")
    first, last = browser.get("/inbox").text, browser.get("/inbox?page=3").text
    assert "99+" in first
    assert "50+" in re.findall("<caption>(.*)</caption>", first)[0]
    assert 'rel="next"' in first
    assert "第1封" in last
    assert 'rel="next"' not in last
