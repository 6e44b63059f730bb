"""The register of units in the browser: the office's; what a succession moves is told first, rosters that lack are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import UNITS, small_office

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


@pytest.mark.parametrize("login", ["clerk1", "leader1", "system", "security", "audit"])
def test_only_the_office_manages_units(desk: DeskOf, login: str) -> None:
    browser = desk.person(login)
    for path in ("/units", "/units/succeed", "/units/groups"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/units", names="新单位").status_code == 403
    assert browser.post("/units/succeed", name=UNITS[0], successor="新单位").status_code == 403


def test_units_are_entered_all_or_none_and_found_under_every_name(desk: DeskOf) -> None:
    browser = desk.person("reviewer")
    assert browser.post("/units", names="市教育局\n市民政局").status_code == 303
    again = browser.post("/units", part=True, names=f"市卫健委\n{UNITS[0]}")
    assert "E-N08" in again.text
    assert desk.office.rows("unit", name="市卫健委") == []
    assert browser.post("/units/alias", name="市教育局", alias="市教委").status_code == 303
    assert "市教育局" in browser.get("/units?q=教委").text
    assert "市民政局" not in browser.get("/units?q=教委").text
    assert "E-N07" in browser.post("/units", names=" ").text
    assert "E-404" in browser.post("/units/alias", name="无此单位", alias="别名").text


def test_a_succession_is_told_before_it_is_done(desk: DeskOf) -> None:
    browser = desk.person("director")
    told = browser.get(f"/units/succeed?name={UNITS[1]}&successor=市水务局").text
    assert "is new and would be entered" in told
    assert "2 go over" in told
    assert "周二, 钱二" in told
    assert desk.office.rows("unit", name="市水务局") == []
    assert browser.post("/units/succeed", name=UNITS[1], successor="市水务局").status_code == 303
    new = desk.office.rows("unit", name="市水务局")[0]["id"]
    assert len(desk.office.rows("task", unit_id=new)) == 2
    assert "市水务局" in browser.get("/units?closed=1").text
    assert "E-404" in browser.get("/units/succeed?name=无此&successor=甲").text


def test_collective_names_without_a_roster_are_named_until_they_have_one(desk: DeskOf) -> None:
    clause = {"id": "2.2", "units": [], "unit_groups": ["有关县市区"]}
    desk.office.change("notice", desk.office.notice_id, draft={"items": [{"clauses": [clause]}]})
    browser = desk.person("reviewer")
    assert "1 collective names" in browser.get("/units").text
    form = browser.get("/units/groups?name=有关县市区").text
    assert "Whom does “有关县市区” mean?" in form
    made = browser.post("/units/groups", name="有关县市区", clause="", member=[UNITS[0]], more="滨河区政府")
    assert made.status_code == 303
    assert "collective names of the notice have no roster" not in browser.get("/units").text
    page = browser.get("/units/groups").text
    assert f"{UNITS[0]}, 滨河区政府" in page
    assert "E-N10" in browser.post("/units/groups", name="有关县市区", clause="", more="").text
    assert "E-404" in browser.post("/units/groups", name="有关县市区", clause="9.9", more="甲").text


def test_what_a_closed_month_was_owed_stays_with_the_unit_that_owed_it(desk: DeskOf) -> None:
    desk.office.change("period", desk.office.period_id, state="closed")
    director = desk.person("director")
    before = [row["unit_id"] for row in desk.office.rows("task")]
    director.get(f"/units/succeed?name={UNITS[1]}&successor=市水务局")
    assert director.post("/units/succeed", name=UNITS[1], successor="市水务局").status_code == 303
    assert [row["unit_id"] for row in desk.office.rows("task")] == before
    heirs = desk.office.rows("responsibility", ended_at=None)
    assert UNITS[1] not in {
        row["name"] for row in desk.office.rows("unit") if row["id"] in {one["unit_id"] for one in heirs}
    }
