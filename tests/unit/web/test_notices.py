"""通知: a file is read into a draft of the office, its doubts are decided in the page, its table goes and comes, it is adopted."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from documents.notice_json import from_json
from kit.desk import Browser, DeskOf, desk_of
from kit.office import at, small_office
from models import doubts

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-10 10:00")
NOTICE = """关于印发《甲市2022年工作要点》的通知
各成员单位:
请各责任单位于每月25日前报送工作进度(签字盖章)至市甲办,由市甲办汇总报市政府。
甲市工作领导小组办公室
2022年5月7日
一、抓好工作
1.做好甲事。2022111日前完成甲<b>(市发改委、市水利局)抓好乙(市生环境局
2.做好丙事。6月31日前完成丙(市发改委、市教育局)
"""
CLEAN = NOTICE[: NOTICE.index("1.做好")] + "1.做好甲事。2022年11月1日前完成甲(市发改委、市水利局)\n"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


def send(
    browser: Browser, text: str = NOTICE, name: str = "通知.txt", path: str = "/notices/upload", **more: str
) -> Any:
    return browser.post(path, files={"file": (name, text.encode(), "text/plain")}, **more)


def version(browser: Browser, path: str = "/notices/drafts/1") -> str:
    found = re.search(r'name="version" value="(\d+)"', browser.get(path).text)
    assert found
    return found[1]


def open_doubts(browser: Browser) -> dict[str, str]:
    """Code of a doubt → its key, of those that are open."""
    text = browser.get("/notices/drafts/1/doubts").text
    return dict(re.findall(r'<span class="muted">([EW]-\w+) (\S+)</span>', text))


def decide(browser: Browser, code: str, **how: str) -> Any:
    given = {"doubt": open_doubts(browser)[code], "version": version(browser), **how}
    return browser.post("/notices/drafts/1/doubts", **given)


def decisions(desk: DeskOf) -> dict[str, tuple[str, str, str]]:
    draft = from_json(desk.office.rows("notice_draft")[0]["draft"])
    found = [(one.note.code, one.decision) for one in doubts.listed(draft)]
    return {code: (said.verdict, said.note, said.by) for code, said in found if said}


def test_who_may_look_and_who_may_send(desk: DeskOf) -> None:
    for login, status in {"director": 200, "reviewer": 200, "clerk1": 403, "system": 403}.items():
        assert desk.person(login).get("/notices").status_code == status, login
    assert send(desk.person("clerk1")).status_code == 403
    assert desk.office.rows("notice_draft") == []
    assert send(desk.person("reviewer")).headers["location"] == "/notices/drafts/1"
    assert desk.person("clerk1").get("/notices/drafts/1").status_code == 403
    assert desk.person("clerk1").get("/notices/drafts/1/table.xlsx").status_code == 403


def test_what_was_read_is_shown_and_kept_once(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    send(reviewer)
    text = reviewer.get("/notices/drafts/1").text
    assert "市发改委、市水利局" in text
    assert "&lt;b&gt;" in text
    assert send(desk.person("director")).headers["location"] == "/notices/drafts/1"
    assert len(desk.office.rows("notice_draft")) == 1
    assert [row["actor"] for row in desk.office.rows("event", action="notice.draft")] == ["reviewer"]
    assert "/notices/drafts/1" in reviewer.get("/notices").text


def test_a_file_that_is_no_notice_is_refused_with_its_reason(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    answer = reviewer.post("/notices/upload", files={"file": ("x.pdf", b"%PDF-1.4 broken", "application/pdf")})
    assert answer.status_code == 422
    assert "E-H20" in reviewer.post("/notices/upload").text
    assert desk.office.rows("notice_draft") == []


def test_doubts_are_decided_beside_their_quote(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    send(reviewer)
    page = reviewer.get("/notices/drafts/1/doubts").text
    assert "<mark>" in page
    codes = open_doubts(reviewer)
    assert "E-D01" in codes
    assert decide(reviewer, "E-D01", how="type", value="2022-06-30").status_code == 303
    verdict, note, by = decisions(desk)["E-D01"]
    assert (verdict, by) == ("corrected", "reviewer")
    assert note.endswith("2022-06-30")
    assert "E-D01" not in open_doubts(reviewer)
    assert "E-D01" in reviewer.get("/notices/drafts/1/doubts?all=1").text
    assert len(desk.office.rows("event", action="notice.draft")) == 2


def test_a_decision_that_cannot_be_is_refused_and_the_page_stays(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    send(reviewer)
    code = next(iter(open_doubts(reviewer)))
    assert "E-N25" in decide(reviewer, code, how="dismiss", note=" ").text
    assert "E-N26" in decide(reviewer, code, how="99").text
    given = {"doubt": "zzzz", "version": "1", "how": "accept"}
    assert "E-N24" in reviewer.post("/notices/drafts/1/doubts", part=True, **given).text
    assert decisions(desk) == {}


def test_a_file_that_is_worked_on_already_does_not_silently_take_its_place(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    send(reviewer)
    decide(reviewer, "E-D01", how="type", value="2022-06-30")
    send(reviewer)
    assert "已在整理" in reviewer.get("/notices/drafts/1").text
    assert "E-D01" in decisions(desk)


def test_of_two_who_decide_at_once_one_is_told_who_was_first(desk: DeskOf) -> None:
    reviewer, director = desk.person("reviewer"), desk.person("director")
    send(reviewer)
    code, other = list(open_doubts(reviewer))[:2]
    key, seen = open_doubts(director)[other], version(director)
    decide(reviewer, code, how="dismiss", note="原文如此")
    answer = director.post("/notices/drafts/1/doubts", doubt=key, version=seen, how="dismiss", note="原文如此")
    assert answer.status_code == 409
    assert "E-H59" in answer.text
    assert "reviewer" in answer.text
    assert list(decisions(desk)) == [code]


def test_the_table_goes_out_and_comes_back_corrected(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    send(reviewer)
    book = load_workbook(io.BytesIO(reviewer.get("/notices/drafts/1/table.xlsx").content))
    sheet = book.worksheets[0]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value and "完成丙" in str(cell.value))
    cell.value = "于年底前完成丙"
    made = io.BytesIO()
    book.save(made)
    sent = {"file": ("改.xlsx", made.getvalue(), "application/octet-stream")}
    answer = reviewer.post("/notices/drafts/1/table", files=sent, version=version(reviewer))
    assert answer.status_code == 303, answer.text
    assert "于年底前完成丙" in reviewer.get("/notices/drafts/1").text
    other = reviewer.post(
        "/notices/drafts/1/table", files={"file": ("x.txt", CLEAN.encode(), "text/plain")}, version="2"
    )
    assert "E-H91" in other.text


def test_the_director_adopts_and_opens_a_month_in_one(desk: DeskOf) -> None:
    send(desk.person("reviewer"), CLEAN)
    director, reviewer = desk.person("director"), desk.person("reviewer")
    given = {"version": "1", "month": "2022-07", "revise": "", "accept_open": "已逐条核对原件无误"}
    assert reviewer.post("/notices/drafts/1/adopt", **given).status_code == 403
    answer = director.post("/notices/drafts/1/adopt", **given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/notices/2"), answer.text
    assert len(desk.office.rows("notice")) == 2
    assert [row["month"] for row in desk.office.rows("period")] == ["2022-06", "2022-07"]
    assert "市发改委、市水利局" in director.get("/notices/2").text
    assert "E-H90" in director.get("/notices/drafts/1").text
    assert desk.office.rows("notice_draft")[0]["notice_id"] == 2


def test_what_must_be_decided_stops_the_adoption_and_nothing_is_half_done(desk: DeskOf) -> None:
    send(desk.person("reviewer"))
    answer = desk.person("director").post("/notices/drafts/1/adopt", version="1", month="2022-07", revise="")
    assert answer.status_code in {409, 422}
    assert len(desk.office.rows("notice")) == 1
    assert len(desk.office.rows("period")) == 1
    assert desk.office.rows("notice_draft")[0]["ended_at"] is None


def test_a_revision_is_planned_before_it_is_applied(desk: DeskOf) -> None:
    director = desk.person("director")
    send(director, CLEAN)
    plan = director.get("/notices/drafts/1/adopt?revise=1").text
    assert "2.2" in plan
    assert len(desk.office.rows("notice")) == 1
    assert director.get("/notices/drafts/1/adopt?revise=9").status_code == 404


def test_a_dropped_draft_is_gone_with_its_reason(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    send(reviewer)
    assert "E-S02" in reviewer.post("/notices/drafts/1/drop", reason="").text
    assert reviewer.post("/notices/drafts/1/drop", reason="传错文件").status_code == 303
    assert "/notices/drafts/1" not in reviewer.get("/notices").text
    assert send(reviewer).headers["location"] == "/notices/drafts/2"


def test_a_roster_set_afterwards_is_taken_into_the_notice_before_the_month_is_opened(desk: DeskOf) -> None:
    director, reviewer = desk.person("director"), desk.person("reviewer")
    send(director, CLEAN.replace("市水利局)", "市水利局,有关县市区)"))
    director.post("/notices/drafts/1/adopt", version="1", month="", revise="", accept_open="已逐条核对原件无误")
    before = len(desk.office.rows("responsibility"))
    take = 'action="/notices/2/rosters"'
    assert take not in director.get("/notices/2").text
    reviewer.post("/units/groups", name="有关县市区", clause="", more="甲县\n乙县")
    assert take in director.get("/notices/2").text
    assert take not in reviewer.get("/notices/2").text
    assert 'href="/notices/2"' in director.get("/months/open?month=2022-07").text
    assert len(desk.office.rows("responsibility")) == before
    assert reviewer.post("/notices/2/rosters").status_code == 403
    assert director.post("/notices/2/rosters").headers["location"] == "/notices/2"
    assert len(desk.office.rows("responsibility")) == before + 2
    done = [row for row in desk.office.rows("event") if row["action"] == "notice.expand"]
    assert [(row["actor"], row["source"]) for row in done] == [("director", "web")]
    assert take not in director.get("/notices/2").text
    director.post("/months/open", month="2022-07", notice="2", roll="", flow="")
    reviewer.post("/units/groups", name="有关县市区", clause="", more="甲县\n丙县")
    assert director.post("/notices/2/rosters").headers["location"] == "/months/open?month=2022-07&notice=2"
