"""The words of messages and papers in the browser: read by the office and the administrators, replaced by the director."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deeds.wordings import shipped_text
from kit.desk import DeskOf, desk_of
from kit.office import small_office

if TYPE_CHECKING:
    from pathlib import Path

NAME = "returned/subject"
OWN = "【退回】{{ office_name }}：请补报"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


def test_who_reads_and_who_edits(desk: DeskOf) -> None:
    for login in ("reviewer", "system", "security", "audit", "director"):
        browser = desk.person(login)
        assert browser.get("/templates").status_code == 200
        page = browser.get(f"/templates/one?name={NAME}").text
        assert "office_name" in page
        assert ("/templates/check" in page) == (login == "director")
        if login != "director":
            assert browser.post("/templates/install", name=NAME, text=OWN).status_code == 403
    assert desk.person("clerk1").get("/templates").status_code == 403
    assert desk.person("clerk1").get(f"/templates/one?name={NAME}").status_code == 403
    assert desk.office.rows("template") == []


def test_a_text_is_tried_put_in_use_and_taken_back(desk: DeskOf) -> None:
    browser = desk.person("director")
    tried = browser.post("/templates/check", name=NAME, text=OWN).text
    assert "What it makes of a sample" in tried
    assert "：请补报" in tried.split("What it makes of a sample")[1].split("</section>")[0]
    assert desk.office.rows("template") == []
    assert browser.post("/templates/install", name=NAME, text=OWN).status_code == 303
    assert [row["text"] for row in desk.office.rows("template")] == [OWN + "\n"]
    page = browser.get(f"/templates/one?name={NAME}").text
    assert "<ins>" in page
    version = desk.office.rows("template")[0]["sha256"]
    assert "请补报" in browser.get(f"/templates/one?name={NAME}&version={version}").text
    assert browser.post("/templates/remove", name=NAME).status_code == 303
    assert [row["action"] for row in desk.office.rows("event", object_type="template")] == [
        "template.install", "template.remove",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/templates/check", "/templates/install"])
def test_a_text_that_is_not_good_is_refused_and_stays_as_typed(desk: DeskOf, path: str) -> None:
    answer = desk.person("director").post(path, name=NAME, text="{{ office_nam }} 我的字")
    assert answer.status_code == 422
    assert "E-J01" in answer.text
    assert "我的字" in answer.text
    assert desk.office.rows("template") == []
    assert "E-J03" in desk.person("director").post(path, name="x/../y", text="x").text
    assert "E-J06" in desk.person("director").post(path, name=NAME, text="").text


def test_the_words_of_a_paper_are_shown_as_paragraphs(desk: DeskOf) -> None:
    name = "paper/urging"
    made = desk.person("director").post("/templates/check", name=name, text=shipped_text(name))
    assert made.status_code == 200
    assert "What it makes of a sample" in made.text
