"""月份与汇总: a month is opened, moved and closed after a look at what that does; its summary is issued as it was seen."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import Browser, DeskOf, desk_of
from kit.office import at, small_office
from models.rendering import Rendered
from models.states import Role

if TYPE_CHECKING:
    from pathlib import Path

    from models.facts import SummaryFacts

NOW = at("2022-06-24 10:00")
ONE = ("1.1", "市发改委")
NUMBER = "长江办〔2022〕6号"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting the paper takes a second; what is tested here is what becomes of it."""

    def render(_self: Any, facts: SummaryFacts) -> Rendered:
        return Rendered({"docx": f"word {facts.number}".encode(), "json": b"{}"}, ("no PDF here",), "words")

    monkeypatch.setattr("deeds.papers.SummaryInOwnWords.__call__", render)


def approved(desk: DeskOf, *tasks: tuple[str, str]) -> None:
    for one in tasks or tuple(desk.office.tasks):
        task = desk.office.tasks[one]
        desk.office.report(task, NOW)
        desk.office.sign(task, NOW)
        desk.office.act("reviewer", "approve", task, NOW)


def seen(browser: Browser) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get("/months/2022-06/summary").text)
    assert found
    return found[1]


def issue(desk: DeskOf, **changed: str) -> Any:
    director = desk.person("director")
    return director.post("/months/2022-06/summary", **{"seen": seen(director), "number": NUMBER, **changed})


def done(desk: DeskOf, action: str) -> list[dict[str, Any]]:
    return [row for row in desk.office.rows("event", action=action) if row["result"] == "done"]


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/months", {"director", "reviewer"}),
        ("/months/2022-06", {"director", "reviewer", "clerk1"}),
        ("/months/open?month=2022-07", {"director"}),
        ("/months/2022-06/move?to=2022-06-28&reason=%E7%AB%AF%E5%8D%88", {"director"}),
        ("/months/2022-06/close", {"director"}),
        ("/months/2022-06/trace", {"director", "reviewer"}),
        ("/months/2022-06/charts", {"director", "reviewer"}),
    ],
)
def test_who_may_look(desk: DeskOf, path: str, may: set[str]) -> None:
    for login in ("director", "reviewer", "clerk1", "system"):
        assert desk.person(login).get(path).status_code == (200 if login in may else 403), login


def test_a_month_is_opened_after_a_look_at_its_dates(desk: DeskOf) -> None:
    director = desk.person("director")
    assert 'value="2022-07"' in director.get("/months").text
    looked = director.get("/months/open?month=2022-07&roll=after&flow=&notice=")
    assert "2022年7月25日" in looked.text
    assert len(desk.office.rows("period")) == 1
    opened = director.post("/months/open", month="2022-07", roll="after", flow="", notice="")
    assert (opened.status_code, opened.headers["location"]) == (303, "/months/2022-07")
    assert len(desk.office.rows("task", period_id=2)) == len(desk.office.tasks)
    assert len(done(desk, "period.open")) == 1
    assert "没有需要补的" in director.get("/months/open?month=2022-07").text


@pytest.mark.parametrize(
    ("query", "code"),
    [("month=2022-13", "E-D01"), ("month=0202-06", "E-D01"), ("month=2022-07&notice=9", "E-404"),
     ("month=2022-07&notice=x", "E-H04"), ("month=2022-07&flow=none", "E-404")],
)  # fmt: skip
def test_a_month_that_cannot_be_opened_says_why(desk: DeskOf, query: str, code: str) -> None:
    assert code in desk.person("director").get(f"/months/open?{query}").text
    assert len(desk.office.rows("period")) == 1


def test_moving_shows_whom_it_moves_and_what_is_told_otherwise_before_it_is_done(desk: DeskOf) -> None:
    director, before = desk.person("director"), desk.office.rows("task")
    looked = director.get("/months/2022-06/move?to=2022-06-29&reason=台风").text
    assert "2022年6月29日" in looked
    assert f"<strong>{len(before)}</strong>" in looked
    assert "赵一" in looked
    assert desk.office.rows("task") == before
    assert done(desk, "period.move") == []
    moved = director.post("/months/2022-06/move", to="2022-06-29", reason="台风停工")
    assert moved.status_code == 303
    assert {row["due_on"] for row in desk.office.rows("task")} == {date(2022, 6, 29)}
    assert [row["reason"] for row in done(desk, "period.move")] == ["台风停工"]


@pytest.mark.parametrize(("to", "code"), [("2022-06-01", "E-D02"), ("soon", "E-D01"), ("", "E-D01")])
def test_a_day_that_cannot_be_is_refused_and_nothing_is_moved(desk: DeskOf, to: str, code: str) -> None:
    director = desk.person("director")
    assert code in director.get(f"/months/2022-06/move?to={to}&reason=台风").text
    assert code in director.post("/months/2022-06/move", to=to, reason="台风停工").text
    assert {row["due_on"] for row in desk.office.rows("task")} == {date(2022, 6, 25)}


def test_the_draft_is_looked_at_issued_as_seen_and_frozen(desk: DeskOf, quick: None) -> None:
    approved(desk, ONE)
    director = desk.person("director")
    page = director.get("/months/2022-06/summary").text
    assert "no PDF here" in page
    assert desk.office.rows("summary") == []
    answer = issue(desk)
    assert (answer.status_code, answer.headers["location"]) == (303, "/months/2022-06/summary")
    assert desk.office.rows("summary")[0]["document_number"] == NUMBER
    assert desk.office.row("task", desk.office.tasks[ONE])["stage"] == "aggregated"
    assert len(done(desk, "summary.issue")) == 1
    issued = director.get("/months/2022-06/summary").text
    assert NUMBER in issued
    assert 'name="number"' not in issued
    assert director.get("/months/2022-06/summary.docx").content == f"word {NUMBER}".encode()
    assert director.get("/months/2022-06/summary.pdf").status_code == 404
    assert "E-S18" in director.post("/months/2022-06/summary", seen="", number=NUMBER).text


def test_a_report_approved_after_the_look_stops_the_issue(desk: DeskOf, quick: None) -> None:
    director = desk.person("director")
    looked = seen(director)
    approved(desk, ONE)
    answer = director.post("/months/2022-06/summary", part=True, seen=looked, number=NUMBER)
    assert answer.status_code == 409
    assert "E-H56" in answer.text
    assert desk.office.rows("summary") == []


def test_without_a_number_nothing_is_issued(desk: DeskOf, quick: None) -> None:
    assert "E-S24" in issue(desk, number=" ").text
    assert desk.office.rows("summary") == []


def test_the_reviewer_looks_at_the_draft_and_does_not_issue(desk: DeskOf, quick: None) -> None:
    reviewer = desk.person("reviewer")
    assert reviewer.get("/months/2022-06/summary").status_code == 200
    assert 'name="number"' not in reviewer.get("/months/2022-06/summary").text
    assert reviewer.post("/months/2022-06/summary", seen="", number=NUMBER).status_code == 403


def test_a_reader_has_only_what_was_issued(desk: DeskOf, quick: None) -> None:
    desk.office.add(
        "duty", person_id=desk.office.people["leader1"], role=Role.READER.value, unit_id=None,
        valid_from=date(2022, 1, 1),
    )  # fmt: skip
    reader = desk.person("leader1")
    assert reader.get("/months/2022-06/summary").status_code == 404
    assert "/months/2022-06/summary" not in reader.get("/months").text
    issue(desk)
    assert reader.get("/months/2022-06/summary").status_code == 200
    assert reader.get("/months/2022-06/summary.docx").status_code == 200
    assert "/months/2022-06/summary" in reader.get("/months").text


def test_each_paragraph_names_the_filings_behind_it(desk: DeskOf) -> None:
    approved(desk, ONE)
    text = desk.person("director").get("/months/2022-06/trace").text
    assert f'href="/tasks/{desk.office.tasks[ONE]}"' in text
    assert "已完成清理三公里" in text
    assert "E-S60" in desk.person("director").get("/months/2022-06/trace?paragraph=99").text


def test_the_charts_have_their_numbers_as_tables(desk: DeskOf) -> None:
    approved(desk, ONE)
    director = desk.person("director")
    page = director.get("/months/2022-06/charts").text
    assert "40%" in page
    chart = director.get("/months/2022-06/charts/progress.svg")
    assert chart.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in chart.headers["content-security-policy"]
    assert director.get("/months/2022-06/charts/other.svg").status_code == 404


def test_closing_names_what_is_open_waives_it_and_waits_for_the_summary(desk: DeskOf, quick: None) -> None:
    director, task = desk.person("director"), desk.office.tasks[ONE]
    page = director.get("/months/2022-06/close").text
    assert f'name="task" value="{task}"' in page
    assert "E-S13" in director.post("/months/2022-06/close").text
    given = {"task": str(task), f"version-{task}": "1", f"action-{task}": "waive"}
    assert "E-H57" in director.post("/months/2022-06/waive", reason="项目已取消").text
    director.post("/months/2022-06/waive", reason="项目已取消", **given)
    assert desk.office.row("task", task)["stage"] == "waived"
    issue(desk)
    answer = director.post("/months/2022-06/close")
    assert answer.status_code == 303
    assert desk.office.rows("period")[0]["state"] == "closed"
    assert done(desk, "period.close")[0]["detail"]["unfinished"] == len(desk.office.tasks) - 1


def test_of_two_notices_with_one_month_each_has_pages_of_its_own(desk: DeskOf, quick: None) -> None:
    office = desk.office
    issue(desk)
    kept = {name: value for name, value in office.rows("notice")[0].items() if name not in {"office_id", "id"}}
    month = {name: value for name, value in office.rows("period")[0].items() if name not in {"office_id", "id"}}
    second = office.add("notice", **{**kept, "title": "防汛专项", "source_sha256": "2" * 64})
    office.add("period", **{**month, "notice_id": second})
    director, first = desk.person("director"), f"/months/2022-06@{office.notice_id}"
    both = re.findall(r'href="(/months/2022-06@[0-9]+)"', director.get("/months").text)
    assert both == [f"/months/2022-06@{second}", first]
    asked = director.get("/months/2022-06/close")
    assert asked.status_code == 409
    assert "E-S47" in asked.text
    assert "防汛专项" in asked.text
    page = director.get(f"{first}/close").text
    assert f'name="task" value="{office.tasks[ONE]}"' in page
    assert f'action="{first}/close"' in page
    assert NUMBER in director.get(f"{first}/summary").text
    assert f'action="{both[0]}/summary"' in director.get(f"{both[0]}/summary").text
    director.post("/months/2022-06/close")
    assert [row["state"] for row in office.rows("period")] == ["open", "open"]
    director.post(f"{first}/close")
    assert [row["state"] for row in office.rows("period")] == ["closed", "open"]


def test_waiving_a_task_that_moved_on_says_so(desk: DeskOf) -> None:
    director, task = desk.person("director"), desk.office.tasks[ONE]
    desk.office.report(task, NOW)
    given = {"task": str(task), f"version-{task}": "1", f"action-{task}": "waive"}
    answer = director.post("/months/2022-06/waive", reason="项目已取消", **given)
    assert answer.status_code == 303
    said = director.get("/months/2022-06/close").text
    assert "E-409" in said
    assert desk.office.row("task", task)["stage"] == "reported"
