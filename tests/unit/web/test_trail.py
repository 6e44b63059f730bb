"""The trail in the browser: the audit administrator's alone; searched, paged, proved; what a report says is kept back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import at, small_office
from models import tables as t
from models.states import Action
from workflow import audit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    made = desk_of(small_office(tmp_path), now=at("2022-06-20 10:00"), language="en")
    office, task = made.office, made.office.tasks["1.2", "市水利局"]
    office.act("clerk2", Action.REPORT, task, made.clock.now, no_progress=True, reason="等待机密批复", percent=0)
    return made


def change_history(desk: DeskOf, seq: int) -> None:
    """What somebody who can write to the file might do: past the guards of the database."""
    with desk.office.database.write(1) as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.execute(t.event.update().where(t.event.c.seq == seq).values(actor_name="别人"))


@pytest.mark.parametrize("login", ["clerk1", "director", "system", "security"])
def test_only_the_audit_administrator_reads_the_trail(desk: DeskOf, login: str) -> None:
    browser = desk.person(login)
    for path in ("/trail", "/trail/1", "/trail/verify", "/trail/export.jsonl"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/trail/verify").status_code == 403
    assert desk.office.rows("event", action="audit.read", result="denied")


def test_what_a_report_says_is_kept_back(desk: DeskOf) -> None:
    browser = desk.person("audit")
    seq = desk.office.rows("event", action="report")[0]["seq"]
    for path in ("/trail", f"/trail/{seq}"):
        page = browser.get(path).text
        assert "part of the report" in page
        assert "机密" not in page


def test_the_trail_is_searched_and_paged_by_number(desk: DeskOf) -> None:
    clerk = desk.office.actor("clerk1")
    with desk.office.database.write(1) as connection:
        for number in range(120):
            audit.append(connection, 1, clerk, audit.Entry("logout", "person", 1000 + number), desk.clock.now)
    browser = desk.person("audit")
    first = browser.get("/trail?person=clerk1&action=logout").text
    assert ("Person 1119" in first, "Person 1069" in first) == (True, False)
    seq = desk.office.rows("event", object_id=1070)[0]["seq"]
    second = browser.get(f"/trail?person=clerk1&before={seq}").text
    assert ("Person 1069" in second, "Person 1070" in second, "Person 1019" in second) == (True, False, False)
    assert "Person 1119" in browser.get(f"/trail?person=clerk1&after={seq}").text
    assert "Person 1005" in browser.get("/trail?thing=person&number=1005").text
    assert "Person 1004" not in browser.get("/trail?thing=person&number=1005").text
    assert "There is none" in browser.get("/trail?last=2022-06-01").text
    assert "Person" not in browser.get("/trail?result=denied").text.split("<tbody>")[1]
    assert "E-D01" in browser.get("/trail?first=2022-02-30").text


def test_an_event_is_held_against_its_neighbours(desk: DeskOf) -> None:
    browser = desk.person("audit")
    assert "is the one that was written" in browser.get("/trail/1").text
    change_history(desk, 1)
    assert "This event does not hold" in browser.get("/trail/1").text
    assert browser.get("/trail/9999").status_code == 404


def test_a_proof_tells_how_it_ended_and_writes_the_head_down(desk: DeskOf) -> None:
    browser = desk.person("audit")
    assert browser.post("/trail/verify").headers["location"] == "/trail/verify"
    desk.site.prover.wait()
    page = browser.get("/trail/verify").text
    assert "The trail holds" in page
    assert "it stands there" in page
    change_history(desk, 1)
    browser.post("/trail/verify")
    desk.site.prover.wait()
    assert "event 1: its content is not what was written" in browser.get("/trail/verify").text


def test_a_proof_that_breaks_off_is_not_told_as_a_trail_that_holds(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workflow.heads.keep", full)
    browser = desk.person("audit")
    browser.post("/trail/verify")
    desk.site.prover.wait()
    page = browser.get("/trail/verify").text
    assert "E-H76" in page
    assert "The trail holds" not in page


def test_the_whole_trail_is_taken_out_line_by_line(desk: DeskOf) -> None:
    lines = desk.person("audit").get("/trail/export.jsonl").text.splitlines()
    assert all(audit.true_line(line) for line in lines[:-1])
    assert json.loads(lines[-1])["head"]["seq"] == len(lines) - 1
