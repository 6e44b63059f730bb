"""Searching: what is found by whom, wildcards as signs, and never what one may not see."""

from __future__ import annotations

from re import findall, search
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


def test_the_newest_are_looked_through_first_and_the_rest_is_a_step_away(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = set(findall(r'href="/tasks/(\d+)"', found(desk, "director", "。", kind="tasks")))
    monkeypatch.setattr("deeds.search._MOST", 2)
    before, seen = "", []
    for _each in whole:
        page = found(desk, "director", "。", kind="tasks", before=before)
        seen += findall(r'href="/tasks/(\d+)"', page)
        further = search(r'<a class="button" href="/search[^"]*before=(\d+)"', page)
        if further is None:
            break
        before = further[1]
    assert len(seen) == len(whole)
    assert sorted(map(int, seen), reverse=True) == [*map(int, seen)]
    assert set(seen) == whole


def test_a_report_further_back_is_found_with_its_task(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deeds.search._MOST", 1)
    mine = desk.office.tasks["1.1", UNITS[1]]
    assert "<mark>清理三公里</mark>" in found(desk, "clerk2", "清理三公里", before=f"{mine + 1}")
    assert "<mark>清理三公里</mark>" not in found(desk, "clerk2", "清理三公里", before=f"{mine}")


def test_a_paper_is_found_by_its_unit_and_its_month(desk: DeskOf) -> None:
    office = desk.office
    office.add(
        "paper", kind="urging", year=2022, number=3, units=[office.rows("unit")[1]["id"]], about=[], files={},
        facts={"month": "2022-05"}, head_seq=1, head_hash="", issued_by="director", issued_at=NOON,
    )  # fmt: skip
    unit = office.rows("unit")[1]["name"]
    assert "/papers/1" in found(desk, "director", f"2022-05 {unit}")
    assert "/papers/1" not in found(desk, "director", f"2022-06 {unit}")
    assert "/papers/1" not in found(desk, "clerk2", "2022-05")
