"""待决定: what waits for the director in one place, decided there, each with its reason and in the trail."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import at, small_office
from models.rendering import Rendered
from models.states import RequestKind
from schedules import clock_guard, drafts
from workflow import cases, requests, telling

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-28 10:00")
ONE = ("1.1", "市发改委")


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


@pytest.fixture
def shown_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a paper takes a second; what is tested here is what becomes of it."""
    made = Rendered({"docx": b"word"}, (), "words")
    monkeypatch.setattr("deeds.papers.InOwnWords.__call__", lambda _self, _facts: made)


def ask(desk: DeskOf, wanted: date = date(2022, 6, 30)) -> int:
    """An extension that was asked for in time."""
    office, then = desk.office, at("2022-06-20 10:00")
    with office.database.write(office.office_id) as c:
        return requests.ask(
            c, office.office_id, office.actor("clerk1", then), office.tasks[ONE], RequestKind.EXTENSION,
            "汛期无法<施工>", then, wanted_due_on=wanted, progress="已完成设计",
        )  # fmt: skip


def draft(desk: DeskOf, *tasks: tuple[str, str]) -> int:
    office = desk.office
    with office.database.write(office.office_id) as c:
        found = [cases.load_task(c, office.office_id, office.tasks[one]) for one in tasks]
        number = drafts.prepare(c, office.office_id, [one for one in found if one], "逾期未报", NOW)
    assert number
    return number


def hold(desk: DeskOf, count: int = 2) -> list[int]:
    office = desk.office
    with office.database.write(office.office_id) as c:
        clock_guard.hold(c, office.office_id, "时钟可疑", NOW)
        for number in range(count):
            told = telling.Telling("opened", office.people["clerk1"], f"k{number}", {"tasks": [], "unit_name": ""})
            telling.queue(c, cases.load_office(c, office.office_id), told, NOW)
    return [row["id"] for row in office.rows("message", state="held")]


def done(desk: DeskOf, action: str) -> list[dict[str, Any]]:
    return [row for row in desk.office.rows("event", action=action) if row["result"] == "done"]


@pytest.mark.parametrize(
    ("login", "status"), [("director", 200), ("reviewer", 200), ("clerk1", 403), ("leader1", 403), ("system", 403)]
)
def test_the_office_looks_and_nobody_else(desk: DeskOf, login: str, status: int) -> None:
    assert desk.person(login).get("/decisions").status_code == status


def test_the_director_sees_the_reason_and_grants_another_day(desk: DeskOf) -> None:
    number, director = ask(desk), desk.person("director")
    text = director.get("/decisions").text
    assert "汛期无法&lt;施工&gt;" in text
    assert "已完成设计" in text
    assert 'value="2022-06-30"' in text
    answer = director.post(f"/decisions/requests/{number}", decision="granted", reason="情况属实", due_on="2022-06-29")
    assert answer.status_code == 303
    task = desk.office.row("task", desk.office.tasks[ONE])
    assert (task["due_on"], task["original_due_on"]) == (date(2022, 6, 29), date(2022, 6, 25))
    assert [row["reason"] for row in done(desk, "request.decide")] == ["情况属实"]
    assert "汛期" not in director.get("/decisions").text


def test_a_later_request_is_shown_with_the_earlier_one(desk: DeskOf) -> None:
    director = desk.person("director")
    director.post(f"/decisions/requests/{ask(desk)}", decision="refused", reason="理由不充分")
    ask(desk, date(2022, 7, 1))
    text = director.get("/decisions").text
    assert "理由不充分" in text
    assert desk.office.row("task", desk.office.tasks[ONE])["due_on"] == date(2022, 6, 25)


def test_without_a_reason_nothing_is_decided_and_the_page_stays(desk: DeskOf) -> None:
    number = ask(desk)
    answer = desk.person("director").post(f"/decisions/requests/{number}", part=True, decision="refused", reason=" ")
    assert answer.status_code == 409
    assert answer.headers["hx-retarget"] == "#refusal"
    assert "E-S02" in answer.text
    assert desk.office.row("request", number)["decision"] == "pending"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/decisions/requests/1", {"decision": "granted", "reason": "好的可以"}),
        ("/decisions/drafts/1/drop", {"reason": "已补报"}),
        ("/decisions/clock", {}),
        ("/decisions/messages", {"what": "all"}),
        ("/decisions/circular", {"draft": "1", "days": "3", "seen": ""}),
    ],
)
def test_the_reviewer_decides_nothing_and_it_is_on_record(desk: DeskOf, path: str, fields: dict[str, str]) -> None:
    ask(desk)
    draft(desk, ONE)
    hold(desk)
    reviewer = desk.person("reviewer")
    assert '<button class="button danger"' not in reviewer.get("/decisions").text
    assert reviewer.post(path, **fields).status_code == 403
    assert [row["action"] for row in desk.office.rows("event", result="denied")]


def test_several_drafts_become_one_circular_as_it_was_seen(desk: DeskOf, shown_alone: None) -> None:
    numbers = [draft(desk, ONE), draft(desk, ("2.2", "市生态环境局"))]
    director = desk.person("director")
    looked = director.get(f"/decisions/circular?draft={numbers[0]}&draft={numbers[1]}&days=4")
    assert "市发改委、市生态环境局" in looked.text
    assert desk.office.rows("paper") == []
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', looked.text)
    assert seen
    issued = director.post("/decisions/circular", draft=[str(n) for n in numbers], days="4", seen=seen[1])
    assert (issued.status_code, issued.headers["location"]) == (303, "/papers/1")
    assert desk.office.rows("paper")[0]["facts"]["working_days"] == 4
    assert {row["issued_by"] for row in desk.office.rows("draft")} == {"director"}
    assert len(done(desk, "draft.issue")) == 2


def test_what_changed_since_it_was_looked_at_is_not_issued(desk: DeskOf, shown_alone: None) -> None:
    number = draft(desk, ONE, ("2.1", "市发改委"))
    director = desk.person("director")
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', director.get(f"/decisions/circular?draft={number}").text)
    assert seen
    desk.office.report(desk.office.tasks[ONE], NOW)
    desk.office.sign(desk.office.tasks[ONE], NOW)
    answer = director.post("/decisions/circular", draft=str(number), days="3", seen=seen[1])
    assert answer.status_code == 409
    assert "E-H56" in answer.text
    assert desk.office.rows("paper") == []
    assert [row["detail"]["code"] for row in desk.office.rows("event", result="refused")] == ["E-H56"]


@pytest.mark.parametrize(
    ("query", "code"), [("", "E-H57"), ("?draft=1&days=61", "E-H58"), ("?draft=1&days=x", "E-H06")]
)
def test_what_cannot_be_looked_at_is_said(desk: DeskOf, query: str, code: str) -> None:
    draft(desk, ONE)
    assert code in desk.person("director").get(f"/decisions/circular{query}").text


def test_a_dropped_draft_keeps_its_reason(desk: DeskOf) -> None:
    number = draft(desk, ONE)
    assert desk.person("director").post(f"/decisions/drafts/{number}/drop", reason="已补报").status_code == 303
    assert desk.office.row("draft", number)["dropped_at"] is not None
    assert [row["reason"] for row in done(desk, "draft.drop")] == ["已补报"]


def test_held_messages_wait_for_the_clock_then_go_or_are_dropped(desk: DeskOf) -> None:
    first, second, third = hold(desk, 3)
    director = desk.person("director")
    assert "时钟可疑" in director.get("/decisions").text
    assert "E-C01" in director.post("/decisions/messages", what="chosen", message=str(first)).text
    assert director.post("/decisions/clock").status_code == 303
    assert "E-H57" in director.post("/decisions/messages", what="chosen").text
    director.post("/decisions/messages", what="drop", message=str(third), reason="已电话告知")
    director.post("/decisions/messages", what="chosen", message=str(first))
    states = [desk.office.row("message", number)["state"] for number in (first, second, third)]
    assert states == ["due", "held", "not_needed"]
    director.post("/decisions/messages", what="all")
    assert desk.office.row("message", second)["state"] == "due"


def test_one_message_that_cannot_be_dropped_keeps_all(desk: DeskOf) -> None:
    first, second = hold(desk)
    desk.office.change("message", second, state="sent")
    answer = desk.person("director").post(
        "/decisions/messages", what="drop", message=[str(first), str(second)], reason="已电话告知"
    )
    assert "E-M06" in answer.text
    assert desk.office.row("message", first)["state"] == "held"


def test_a_month_is_ready_when_everything_is_approved_or_its_day_has_passed(desk: DeskOf) -> None:
    director = desk.person("director")
    assert "/months/2022-06/summary" in director.get("/decisions").text
    desk.clock.now = at("2022-06-20 10:00")
    assert "/months/2022-06/summary" not in director.get("/decisions").text
    for task in desk.office.tasks.values():
        desk.office.change("task", task, stage="reviewed")
    assert "/months/2022-06/summary" in director.get("/decisions").text


def test_a_draft_to_look_at_is_its_makers_alone(desk: DeskOf, shown_alone: None) -> None:
    number, director = draft(desk, ONE), desk.person("director")
    page = director.get(f"/decisions/circular?draft={number}").text
    link = re.search(r'href="(/previews/[^"]+\.docx)"', page)
    assert link
    assert director.get(link[1]).content == b"word"
    assert desk.person("reviewer").get(link[1]).status_code == 404
    assert "E-H55" in director.get("/previews/nothing/1.png").text
