"""Searching: what is found by whom, wildcards as signs, and never what one may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import UNITS, at, small_office

if TYPE_CHECKING:
    from pathlib import Path

NOON = at("2022-06-20 12:00")


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    office = small_office(tmp_path)
    office.report(office.tasks["1.1", UNITS[1]], NOON)
    return desk_of(office, NOON)


def found(desk: DeskOf, login: str, text: str, **more: str) -> str:
    answer = desk.person(login).client.get("/search", params={"q": text, **more})
    assert answer.status_code == 200
    return answer.text


def test_clauses_units_and_reports_are_found_and_lead_to_their_pages(desk: DeskOf) -> None:
    mine = desk.office.tasks["1.1", UNITS[1]]
    assert f'href="/tasks/{mine}"' in found(desk, "clerk2", "岸线 清理")
    assert "<mark>清理三公里</mark>" in found(desk, "clerk2", "清理三公里")
    assert f"/tasks?unit={UNITS[1]}" in found(desk, "director", "水利")
    assert "/tasks?unit=" not in found(desk, "clerk2", "水利")


def test_what_one_may_not_see_is_not_found(desk: DeskOf) -> None:
    assert "溯源</mark>" not in found(desk, "clerk2", "溯源")
    assert "溯源</mark>" in found(desk, "clerk3", "溯源")
    assert "清理三公里</mark>" not in found(desk, "clerk1", "清理三公里")
    assert desk.person("audit").get("/search?q=清理").status_code == 403


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "/", "岸线 没有的字"])
def test_signs_of_the_database_are_signs(desk: DeskOf, text: str) -> None:
    assert "<mark>" not in found(desk, "director", text)


def test_small_letters_find_capitals_and_markup_is_text(desk: DeskOf) -> None:
    desk.office.change("clause", 1, text="建设 COD 监测站 <b>")
    page = found(desk, "director", "cod <B>")
    assert "<mark>COD</mark>" in page
    assert "<b>" not in page


def test_many_hits_come_in_pages(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.search._FIRST", 2)
    first = found(desk, "director", "2022") + found(desk, "director", "。")
    assert "kind=tasks" in first
    assert found(desk, "director", "。", kind="tasks").count('class="tall"') == 6
    assert "<mark>" not in found(desk, "director", "")


def test_whatever_is_asked_is_answered(desk: DeskOf) -> None:
    for text, more in (("x" * 5000, {}), ("清理", {"kind": "nothing"}), ("清理", {"kind": "tasks", "page": "-1"})):
        found(desk, "reviewer", text, **more)
