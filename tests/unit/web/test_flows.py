"""The flows in the browser: read by everybody with a duty, put in force by the director after what differs was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import small_office
from workflow.flow_store import MONTHLY, shipped

if TYPE_CHECKING:
    from pathlib import Path

TEXT = shipped(MONTHLY).text
OTHER = TEXT.replace("offset = -5", "offset = -6", 1)


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


def test_everybody_reads_the_flow_in_force_and_only_the_director_changes_it(desk: DeskOf) -> None:
    sha256 = shipped(MONTHLY).sha256
    for login in ("clerk1", "reviewer", "audit", "director"):
        browser = desk.person(login)
        page = browser.get(f"/flows/{sha256}").text
        assert "sign and stamp" in page
        assert "working day(s) before the due date" in page
        assert ("Change it" in page) == (login == "director")
        assert browser.get("/flows").status_code == 200
    picture = desk.person("clerk1").get(f"/flows/{sha256}/picture.svg")
    assert picture.text.startswith(("<svg", "<?xml"))
    clerk = desk.person("clerk1")
    assert clerk.get("/flows/new").status_code == 403
    assert clerk.post("/flows", text=OTHER).status_code == 403
    assert clerk.get("/flows/" + "0" * 64).status_code == 404


def test_a_new_version_is_compared_and_then_put_in_force(desk: DeskOf) -> None:
    browser, before = desk.person("director"), len(desk.office.rows("flow"))
    told = browser.post("/flows/check", text=OTHER)
    assert "<del>-5</del>" in told.text
    assert "<ins>-6</ins>" in told.text
    assert len(desk.office.rows("flow")) == before
    assert browser.post("/flows", text=OTHER).headers["location"] == "/flows"
    assert len(desk.office.rows("flow")) == before + 1
    assert browser.post("/flows", sha256=shipped(MONTHLY).sha256).status_code == 303
    assert [row["actor"] for row in desk.office.rows("event", action="flow.install")] == ["director"] * 2


def test_a_flow_with_flaws_is_not_put_in_force(desk: DeskOf) -> None:
    browser, before = desk.person("director"), len(desk.office.rows("flow"))
    wrong = TEXT.replace('"progress"', '"progres"', 1)
    assert "flaws; it cannot be put in force yet" in browser.post("/flows/check", text=wrong).text
    assert "E-W04" in browser.post("/flows", text=wrong).text
    assert browser.post("/flows/check", part=True, text="no [ toml").status_code == 422
    assert len(desk.office.rows("flow")) == before
