"""催办督办: who is late, a notice looked at and issued as it was seen, the register, a paper declared void; and the plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import Browser, DeskOf, desk_of
from kit.office import at, small_office
from models.rendering import Rendered

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-28 10:00")
LATE = {"kind": "urging", "unit": "市发改委", "month": "2022-06", "days": "4"}
QUERY = "/papers/new?kind=urging&unit=市发改委&month=2022-06&days=4"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskOf:
    """Setting a paper takes a second; what is tested here is what becomes of it."""
    made = Rendered({"docx": b"word"}, ("no PDF here",), "words")
    monkeypatch.setattr("deeds.papers.InOwnWords.__call__", lambda _self, _facts: made)
    return desk_of(small_office(tmp_path), NOW)


def look(browser: Browser, query: str = QUERY) -> str:
    page = browser.get(query)
    assert "no PDF here" in page.text
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


def done(desk: DeskOf, action: str) -> list[dict[str, Any]]:
    return [row for row in desk.office.rows("event", action=action) if row["result"] == "done"]


@pytest.mark.parametrize("path", ["/papers", "/plan", "/plan/why?task=1&login=clerk1"])
def test_the_office_looks_and_nobody_else(desk: DeskOf, path: str) -> None:
    for login, status in {"director": 200, "reviewer": 200, "clerk1": 403, "audit": 403}.items():
        assert desk.person(login).get(path).status_code == status, login


def test_a_notice_is_issued_as_it_was_seen_by_reviewer_and_printed(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    assert "市水利局" in reviewer.get("/papers").text
    seen = look(reviewer)
    assert desk.office.rows("paper") == []
    answer = reviewer.post("/papers/new", seen=seen, **LATE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/papers/1")
    assert desk.office.rows("paper")[0]["facts"]["working_days"] == 4
    assert len(done(desk, "paper.issue")) == 1
    assert "〔2022〕1号" in reviewer.get("/papers/1").text
    assert reviewer.get("/papers/1.docx").content == b"word"
    assert reviewer.get("/papers/1/1.png").status_code == 404
    assert "〔2022〕1号" in reviewer.get("/papers?kind=urging").text
    assert "〔2022〕1号" not in reviewer.get("/papers?kind=circular").text
    assert "E-S51" in reviewer.get(QUERY).text


def test_a_task_handed_in_after_the_look_stops_the_issue(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    seen = look(reviewer)
    task = desk.office.tasks["1.1", "市发改委"]
    desk.office.report(task, NOW)
    desk.office.sign(task, NOW)
    answer = reviewer.post("/papers/new", seen=seen, **LATE)
    assert "E-H56" in answer.text
    assert desk.office.rows("paper") == []


def test_a_supervision_notice_is_the_directors(desk: DeskOf) -> None:
    query = QUERY.replace("urging", "supervision")
    assert desk.person("reviewer").get(query).status_code == 403
    answer = desk.person("reviewer").post("/papers/new", seen="", **{**LATE, "kind": "supervision"})
    assert answer.status_code == 403
    assert "kind=supervision" not in desk.person("reviewer").get("/papers").text
    assert desk.person("director").get(query).status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [("kind=circular&unit=市发改委", "E-H06"), ("kind=urging&unit=无此单位&month=2022-06", "E-404"),
     ("kind=urging&unit=市发改委&month=2022-07", "E-S50"), ("kind=urging&unit=市发改委&month=2022-06&days=0", "E-H58")],
)  # fmt: skip
def test_what_cannot_be_made_is_said(desk: DeskOf, query: str, code: str) -> None:
    assert code in desk.person("director").get(f"/papers/new?{query}").text


def test_a_void_paper_stays_with_its_reason(desk: DeskOf) -> None:
    director = desk.person("director")
    director.post("/papers/new", seen=look(director), **LATE)
    assert desk.person("reviewer").post("/papers/1/void", reason="对象有误").status_code == 403
    assert "E-S02" in director.post("/papers/1/void", reason="").text
    assert director.post("/papers/1/void", reason="对象有误").status_code == 303
    assert "对象有误" in director.get("/papers/1").text
    assert "对象有误" in director.get("/papers").text
    assert "E-S53" in director.post("/papers/1/void", reason="再来一次").text


def test_the_plan_names_who_is_told_what_and_why(desk: DeskOf) -> None:
    desk.clock.now = at("2022-06-20 10:00")
    director = desk.person("director")
    assert "赵一" in director.get("/plan?start=2022-06-20&end=2022-06-24").text
    only = director.get("/plan?who=leader1&end=2022-07-20").text
    assert "李一" in only
    assert ">赵一<" not in only.replace('<option value="clerk1">赵一</option>', "")
    assert "E-D01" in director.get("/plan?start=morgen").text


def test_why_somebody_was_told_has_an_answer(desk: DeskOf) -> None:
    task = desk.office.tasks["1.1", "市发改委"]
    director = desk.person("director")
    assert "<li>" in director.get(f"/plan/why?task={task}&login=clerk1").text
    assert director.get("/plan/why?task=999&login=clerk1").status_code == 404
    assert "E-H04" in director.get("/plan/why?task=x&login=clerk1").text
