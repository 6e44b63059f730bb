"""The calendar behind a secret address, held against RFC 5545 by a strict reader of its own."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from deeds.calendar_feed import Entry, calendar_text
from kit.desk import DeskOf, desk_of
from kit.office import UNITS, at, small_office

if TYPE_CHECKING:
    from pathlib import Path

    from kit.desk import Browser

NOON = at("2022-06-20 12:00")
NAME = re.compile(r"[A-Z-]+(;[A-Z-]+=[A-Z0-9-]+)*")


def read(data: bytes) -> list[dict[str, str]]:
    """The events of a calendar; whatever the standard forbids fails."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines: list[str] = []
    for raw in data[:-2].split(b"\r\n"):
        assert 0 < len(raw) <= 75
        text = raw.decode()  # a character cut in two fails here
        if text.startswith(" "):
            lines[-1] += text[1:]
        else:
            lines.append(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    head = lines[1 : lines.index("BEGIN:VEVENT")] if "BEGIN:VEVENT" in lines else lines[1:-1]
    assert {"VERSION:2.0", "CALSCALE:GREGORIAN"} <= set(head)
    assert sum(line.startswith("PRODID:") for line in head) == 1
    return list(_events(lines[1 + len(head) : -1]))


def _events(lines: list[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        assert colon
        assert NAME.fullmatch(name), name
        if line == "BEGIN:VEVENT":
            found.append({})
        elif line != "END:VEVENT":
            assert name not in found[-1]
            found[-1][name] = value
    for event in found:
        assert {"UID", "DTSTAMP", "SEQUENCE", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "SUMMARY"} <= set(event)
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])
        assert event["DTSTART;VALUE=DATE"] < event["DTEND;VALUE=DATE"]
        for field in ("SUMMARY", "DESCRIPTION"):
            assert not re.search(r"(?<!\\)[,;]", event.get(field, "").replace("\\\\", ""))
    assert len({event["UID"] for event in found}) == len(found)
    return found


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def test_any_text_comes_back_as_it_was() -> None:
    text = "督办，；办理, 甲; 乙\\丙\n" + "长江经济带" * 40 + "🚢" * 20
    day = date(2022, 6, 25)
    entry = Entry("a@b", day, day + timedelta(days=1), text, text * 3, "https://duban.example/tasks/1", 2)
    [event] = read(calendar_text("市长江办, 截止日期", [entry], NOON).encode())
    assert unescaped(event["SUMMARY"]) == text
    assert unescaped(event["DESCRIPTION"]) == text * 3
    assert (event["DTSTART;VALUE=DATE"], event["SEQUENCE"]) == ("20220625", "2")
    assert event["URL"] == "https://duban.example/tasks/1"


def test_an_empty_calendar_is_one() -> None:
    assert read(calendar_text("空", [], NOON).encode()) == []


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOON, web={"public_url": "https://duban.example"})


def address(browser: Browser) -> str:
    answer = browser.post("/calendar")
    found = re.search(r'value="https://duban\.example(/calendar/[^"]+\.ics)"', answer.text)
    assert found
    return found[1]


def test_a_unit_gets_its_own_due_days_and_nothing_of_others(desk: DeskOf) -> None:
    answer = desk.nobody().get(address(desk.person("clerk2")))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    [event] = read(answer.content)
    assert event["DTSTART;VALUE=DATE"] == "20220625"
    assert UNITS[1] in event["SUMMARY"]
    assert unescaped(event["DESCRIPTION"]).split("\n") == ["1.1 岸线整治", "1.2 岸线整治"]
    assert event["URL"] == "https://duban.example/tasks?todo=any"
    assert "钱二" not in answer.text


def test_what_is_signed_drops_out_and_what_is_returned_has_its_own_day(desk: DeskOf) -> None:
    office, path = desk.office, address(desk.person("clerk2"))
    first, second = office.tasks["1.1", UNITS[1]], office.tasks["1.2", UNITS[1]]
    for task in (first, second):
        office.report(task, NOON)
        office.sign(task, NOON)
    assert read(desk.nobody().get(path).content) == []
    office.give_back(first, NOON, date(2022, 6, 29))
    [event] = read(desk.nobody().get(path).content)
    assert (event["DTSTART;VALUE=DATE"], event["URL"]) == ("20220629", f"https://duban.example/tasks/{first}")


def test_a_moved_due_day_keeps_its_uid_and_raises_its_sequence(desk: DeskOf) -> None:
    path = address(desk.person("clerk2"))
    [before] = read(desk.nobody().get(path).content)
    desk.office.change("period", desk.office.period_id, due_on=date(2022, 6, 27), due_revision=2)
    for task in desk.office.tasks.values():
        desk.office.change("task", task, due_on=date(2022, 6, 27), due_revision=2)
    [after] = read(desk.nobody().get(path).content)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"], after["DTSTART;VALUE=DATE"]) == ("0", "1", "20220627")


def test_the_office_gets_review_and_closing_days(desk: DeskOf) -> None:
    events = read(desk.nobody().get(address(desk.person("reviewer"))).content)
    days = [(event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) for event in events]
    assert days == [("20220625", "20220626"), ("20220626", "20220702"), ("20220701", "20220702")]


def test_only_the_newest_address_of_an_active_person_opens(desk: DeskOf) -> None:
    browser = desk.person("clerk2")
    old, new = address(browser), address(browser)
    assert desk.nobody().get(old).status_code == 404
    assert desk.nobody().get(new).status_code == 200
    assert new.split("/")[-1][:-4] not in str(desk.office.rows("calendarfeed"))
    assert new not in browser.get("/calendar").text
    desk.office.change("person", desk.office.people["clerk2"], active=False)
    assert desk.nobody().get(new).status_code == 404
    desk.office.change("person", desk.office.people["clerk2"], active=True)
    assert browser.post("/calendar/revoke").status_code == 303
    assert desk.nobody().get(new).status_code == 404
    assert desk.nobody().get("/calendar/" + "x" * 43 + ".ics").status_code == 404
    made = [row["action"] for row in desk.office.rows("event", object_type="calendar_feed")]
    assert made == ["calendar.address", "calendar.address", "calendar.revoke"]


def test_administrators_have_no_due_dates(desk: DeskOf) -> None:
    assert desk.person("system").get("/calendar").status_code == 403
    assert desk.person("audit").post("/calendar").status_code == 403
    assert desk.office.rows("calendarfeed") == []


def test_without_an_address_of_the_offices_own_the_links_lead_to_where_it_was_fetched(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path), NOON)
    page = desk.person("clerk1").post("/calendar").text
    path = page.partition("http://127.0.0.1")[2].partition(".ics")[0] + ".ics"
    assert "URL:http://127.0.0.1/tasks" in desk.nobody().get(path).text
