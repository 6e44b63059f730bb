"""A unit asks for more time or says that a task is not its own, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import desk_of
from kit.office import at, small_office

if TYPE_CHECKING:
    from pathlib import Path

    from kit.desk import DeskOf


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), at("2022-06-10 10:00"))


def test_more_time_is_asked_for_and_its_answer_shown(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert "市水利局" in browser.get("/filing/1/request").text
    given = {"kind": "extension", "reason": "汛期无法施工", "progress": "已完成设计"}
    refused = browser.post("/filing/1/request", **given, until="2022-06-20")
    assert "E-D04" in refused.text
    assert "汛期无法施工" in refused.text
    assert 'value="2022-06-20"' in refused.text
    assert browser.post("/filing/1/request", **given, until="2022-06-30").headers["location"] == "/filing/requests"
    (row,) = desk.office.rows("request")
    assert (row["kind"], str(row["wanted_due_on"]), row["progress"]) == ("extension", "2022-06-30", "已完成设计")
    assert desk.office.rows("event", action="request.extension")
    again = browser.post("/filing/1/request", **given, until="2022-07-01")
    assert "E-S15" in again.text
    desk.office.change(
        "request", 1, decision="granted", decision_reason="情况属实", granted_due_on=row["wanted_due_on"]
    )
    assert "情况属实" in browser.get("/filing/requests").text


def test_a_task_that_is_not_ours_is_said_with_whose_it_is(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert browser.post("/filing/1/request", kind="transfer", reason="职能已划转", unit="市水利局").status_code == 303
    (row,) = desk.office.rows("request")
    assert row["wanted_unit_id"] == desk.office.units["市水利局"]
    assert "E-H36" in browser.post("/filing/1/request", kind="else", reason="x").text
    desk.office.change("task", 1, unit_id=desk.office.units["市水利局"])
    desk.office.change("request", row["id"], decision="granted", decision_reason="职能确已划转")
    told = browser.get("/filing/requests").text  # the answer stays though the task is another unit's now
    assert "职能确已划转" in told
    assert 'href="/tasks/1"' not in told
    assert "职能确已划转" not in desk.person("clerk3").get("/filing/requests").text


def test_only_a_clerk_of_the_unit_asks(desk: DeskOf) -> None:
    given = {"kind": "extension", "reason": "汛期无法施工", "until": "2022-06-30"}
    assert desk.person("clerk2").get("/filing/1/request").status_code == 404
    assert desk.person("clerk2").post("/filing/1/request", **given).status_code == 404
    assert desk.person("leader1").get("/filing/1/request").status_code == 403
    assert desk.person("leader1").post("/filing/1/request", **given).status_code == 403
    assert desk.person("reviewer").get("/filing/requests").status_code == 403
    assert desk.office.rows("request") == []
    other = desk.person("clerk2").get("/filing/requests").text
    assert "汛期" not in other
