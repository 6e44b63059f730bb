"""问题台账: registered, listed with its light, with pictures, imported after a trial, taken out; inspections on record."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from kit.desk import Browser, DeskOf, desk_of
from kit.office import at, small_office

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-10 10:00")
GIVEN = {
    "title": "河道<堆渣>", "source": "inspection", "found_on": "2022-06-08", "due_on": "2022-06-30", "lead": "市水利局",
    "unit": ["市生态环境局"], "description": "岸边堆渣约百方", "clause": "2.1",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), NOW)


def registered(desk: DeskOf) -> Browser:
    browser = desk.person("reviewer")
    assert browser.post("/problems", **GIVEN).headers["location"] == "/problems/1"
    return browser


def picture() -> tuple[str, bytes, str]:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(made, "PNG")
    return "排口.png", made.getvalue(), "image/png"


def done(desk: DeskOf, action: str) -> list[dict[str, Any]]:
    return [row for row in desk.office.rows("event", action=action) if row["result"] == "done"]


def test_who_may_register_and_who_sees(desk: DeskOf) -> None:
    for login, status in {"director": 200, "reviewer": 200, "clerk2": 403, "system": 403}.items():
        assert desk.person(login).get("/problems/new").status_code == status, login
    assert desk.person("clerk2").post("/problems", **GIVEN).status_code == 403
    registered(desk)
    for login, status in {"clerk2": 200, "clerk3": 200, "clerk1": 404, "system": 403}.items():
        assert desk.person(login).get("/problems/1").status_code in {status, 404 if login == "system" else status}, (
            login
        )
    assert "河道" in desk.person("clerk2").get("/problems").text
    assert "河道" not in desk.person("clerk1").get("/problems").text


def test_a_problem_is_registered_listed_and_overdue_in_words(desk: DeskOf) -> None:
    reviewer = registered(desk)
    assert [row["role"] for row in done(desk, "problem.register")] == ["reviewer"]
    page = reviewer.get("/problems").text
    assert "河道&lt;堆渣&gt;" in page
    assert "/problems/1" not in reviewer.get("/problems?late=1").text
    assert "/problems/1" not in reviewer.get("/problems?source=film").text
    desk.clock.now = at("2022-07-05 10:00")
    reviewer = desk.person("reviewer")
    assert "已逾期 5 天" in reviewer.get("/problems?late=1").text
    assert f"/tasks/{len(desk.office.tasks) + 1}" in reviewer.get("/problems/1").text


def test_what_is_wrong_is_said_and_nothing_is_kept(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    for field, value, code in (("found_on", "gestern", "E-D01"), ("lead", "", "E-K"), ("title", "", "E-K")):
        answer = reviewer.post("/problems", part=True, **{**GIVEN, field: value, "unit": []})
        assert answer.status_code in {409, 422}, field
        assert code in answer.text
    assert desk.office.rows("problem") == []


def test_a_picture_is_kept_and_shown_to_those_who_see_the_problem(desk: DeskOf) -> None:
    registered(desk)
    clerk, data = desk.person("clerk2"), picture()
    answer = clerk.post("/problems/1/photo", files={"file": data}, shows="rectified", note="已清运")
    assert answer.status_code == 303, answer.text
    assert "已清运" in clerk.get("/problems/1").text
    shown = clerk.get("/problems/1/photos/1")
    assert (shown.content, shown.headers["content-type"]) == (data[1], "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert desk.person("clerk1").get("/problems/1/photos/1").status_code == 404
    assert "E-K08" in clerk.post("/problems/1/photo", files={"file": data}, shows="found").text
    assert desk.person("clerk1").post("/problems/1/photo", files={"file": data}, shows="found").status_code == 404
    assert len(done(desk, "problem.photo")) == 1


def test_a_table_is_tried_then_imported_and_the_ledger_taken_out(desk: DeskOf) -> None:
    reviewer = registered(desk)
    book = load_workbook(io.BytesIO(reviewer.get("/problems/export.xlsx").content))
    made = io.BytesIO()
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "河道<堆渣>":
                cell.value = "另一处堆渣"
    book.save(made)
    sent = {"file": ("问题.xlsx", made.getvalue(), "application/octet-stream")}
    tried = reviewer.post("/problems/import", files=sent, how="dry")
    assert tried.status_code == 200
    assert len(desk.office.rows("problem")) == 1
    reviewer.post("/problems/import", files=sent, how="do")
    assert len(desk.office.rows("problem")) == 2
    assert reviewer.get("/problems/template.xlsx").content.startswith(b"PK")
    assert desk.person("clerk2").post("/problems/import", files=sent, how="do").status_code == 403


def test_an_inspection_is_recorded_and_its_problem_registered_from_it(desk: DeskOf) -> None:
    reviewer = desk.person("reviewer")
    answer = reviewer.post("/problems/inspections", title="入河排污口督查", held_on="2022-06-08", team="一组")
    assert answer.status_code == 303
    assert "入河排污口督查" in reviewer.get("/problems/inspections").text
    assert "E-K10" in reviewer.post("/problems/inspections", title="以后", held_on="2022-07-08").text
    assert 'name="inspection" value="1"' in reviewer.get("/problems/new?inspection=1").text
    reviewer.post("/problems", inspection="1", **GIVEN)
    assert desk.office.rows("problem")[0]["inspection_id"] == 1
    assert desk.person("clerk1").get("/problems/inspections").status_code == 403
