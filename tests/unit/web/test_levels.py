"""上下级 at the desk and for programs: handed down, taken by who files for the unit, seen by the reviewer, answered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.api import code, program
from kit.desk import DeskOf, desk_of
from kit.levels import BELOW, THEIRS, UNIT, enter_below, parcel
from kit.office import MONTH, at, small_office
from kit.stage import LATE, make_stage
from models import office_key
from models.office_key import OfficeKey, grouped
from models.parcels import ClauseReport, MonthReport, ParcelKind, read_told
from models.states import Action

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-24 10:00")
CLERK = "clerk2"
CORRECTION = "漏计一处"
ANSWER = "/levels/2/answer"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    """The office above, its clauses handed down."""
    made = desk_of(small_office(tmp_path), NOW)
    enter_below(made.office)
    answer = made.person("director").post("/levels/hand-down", office=BELOW, notice="1")
    assert answer.headers["location"] == "/levels"
    return made


def report(desk: DeskOf, clause: str = "1.1") -> bytes:
    """What the office below reports on a clause."""
    said = ClauseReport(clause, "已清理三公里。", 40, correction=CORRECTION)
    content = MonthReport(MONTH, "云督6号", date(2022, 6, 24), "县主任", (said,))
    (down,) = desk.office.rows("parcel", kind="handed_down")
    own, held = desk.office.rows("event", action="parcel.make")[0], {"summary.pdf": b"%PDF-1.4 summary"}
    assert own["detail"]["parcel"] == down["sha256"]
    key = OfficeKey(b"\x01" * 32).public.fingerprint
    return parcel(THEIRS, key, ParcelKind.REPORT, content, NOW, answers=down["sha256"], held=held)


def test_the_office_sees_what_was_handed_down_and_a_unit_only_its_own(desk: DeskOf) -> None:
    page = desk.person("director").get("/levels").text
    assert BELOW in page
    assert all(clause in page for clause in ("1.1", "1.2"))
    assert BELOW in desk.person(CLERK).get("/levels").text
    assert "/levels/1/file" not in desk.person("clerk1").get("/levels").text
    assert desk.person("clerk1").get("/levels/1/file").status_code == 404
    assert desk.person("security").get("/levels").status_code == 403
    assert "/levels" in desk.person(CLERK).get("/forms").text
    assert 'href="/levels"' not in desk.person("clerk1").get("/forms").text


def test_what_is_taken_at_the_desk_is_seen_by_the_reviewer_and_answered(desk: DeskOf) -> None:
    clerk, reviewer, office = desk.person(CLERK), desk.person("reviewer"), desk.office
    task = office.tasks["1.1", UNIT]
    sent = {"file": ("上报.parcel", report(desk))}
    assert clerk.post("/levels/take", files=sent).headers["location"] == "/levels"
    assert office.row("task", task)["state"] == "signed_stamped"
    for page in (f"/tasks/{task}", f"/review/{task}"):
        shown = reviewer.get(page).text
        assert BELOW in shown
        assert grouped(OfficeKey(THEIRS).public.fingerprint) in shown
        assert CORRECTION in shown
    before = len(office.rows("report"))
    clerk.post("/levels/take", files=sent)
    assert len(office.rows("report")) == before
    assert "E-L20" in reviewer.post("/levels/2/answer").text
    assert ANSWER not in reviewer.get("/levels").text  # before anything is decided there is nothing to answer
    office.act("reviewer", Action.APPROVE, task, NOW)
    assert ANSWER in reviewer.get("/levels").text
    assert ANSWER in reviewer.get("/levels/2").text
    assert reviewer.post("/levels/2/answer").headers["location"] == "/levels"
    answered = reviewer.get("/levels").text
    assert ANSWER not in answered
    assert 'href="/levels/3"' in answered
    office.act("director", Action.REOPEN, task, NOW, reason="请补充数据。", refile_on=date(2022, 7, 4))
    assert ANSWER in reviewer.get("/levels").text
    assert [row["kind"] for row in office.rows("parcel")] == ["handed_down", "report", "answer"]


def test_a_letter_about_a_parcel_leads_to_its_page(desk: DeskOf) -> None:
    desk.person(CLERK).post("/levels/take", files={"file": ("上报.parcel", report(desk))})
    (letter,) = desk.office.rows("message", event="parcel_reported", recipient_id=desk.office.people["reviewer"])
    desk.office.change("message", letter["id"], state="sent", body="上报已接收。", settled_at=NOW)
    assert 'href="/levels/2"' in desk.person("reviewer").get(f"/inbox/{letter['id']}").text


def test_a_program_fetches_what_was_handed_down_and_posts_the_month(desk: DeskOf) -> None:
    office, ours = desk.office, program(desk, CLERK, "read", "file")
    (line,) = ours.get("/parcels").json()["items"]
    assert (line["kind"], line["inward"], [one["clause"] for one in line["lines"]]) == (
        "handed_down",
        False,
        ["1.1", "1.2"],
    )
    assert ours.get(f"/parcels/{line['number']}/file").content.startswith(b"PK")
    sent = {"file": ("up.parcel", report(desk), "application/zip")}
    first = ours.call("POST", "/parcels", files=sent)
    assert (first.status_code, first.json()["existed"]) == (201, False)
    again = ours.call("POST", "/parcels", files=sent).json()
    assert (again["existed"], again["number"]) == (True, first.json()["number"])
    assert office.row("task", office.tasks["1.1", UNIT])["state"] == "signed_stamped"
    events = office.rows("event", action="parcel.take", result="done")
    assert [row["source"] for row in events] == ["api"]


def test_what_is_altered_or_not_theirs_is_refused_to_a_program(desk: DeskOf) -> None:
    good = report(desk)
    bad = {"file": ("up.parcel", good.replace(b"%PDF-1.4 summary", b"%PDF-1.4 summarx"), "application/zip")}
    ours, other = program(desk, CLERK, "read", "file"), program(desk, "clerk1", "read", "file")
    assert code(ours.call("POST", "/parcels", files=bad)) == "E-L04"
    assert code(other.call("POST", "/parcels", files={"file": ("up.parcel", good, "application/zip")})) == "E-403"
    assert other.get("/parcels").json()["items"] == []
    assert other.get("/parcels/1/file").status_code == 404
    assert desk.office.rows("report") == []


def test_after_a_key_changed_a_correction_is_made_anew_word_for_word(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    made, address = desk_of(stage.world, LATE), f"/levels/{stage.things.answer}"
    director, anew, offered = made.person("director"), f"{address}/correct-anew", f'<a class="button" href="{address}">'
    assert "E-404" in director.post(anew, clause="1.1").text  # there is none yet
    director.post(f"{address}/correct", clause="1.1", progress="已清理四公里。", percent="60", reason="漏计一公里")
    (first,) = corrections(made)
    assert anew not in director.get(address).text
    assert offered not in director.get("/levels").text
    director.post(anew, clause="1.1")
    assert corrections(made) == [first]  # while it can be taken it is the very parcel

    office_key.keep(stage.world.folder, b"\x05" * 32)
    page = director.get(address).text
    assert f'action="{anew}"' in page
    assert offered in director.get("/levels").text
    assert f"/levels/{first['id']}/file" not in page  # nobody sends what is taken no longer
    assert anew not in made.person("reviewer").get(address).text
    assert made.person("reviewer").post(anew, clause="1.1").status_code == 403
    assert director.post(anew, clause="1.1").headers["location"] == "/levels"
    _first, second = corrections(made)
    assert second["content_sha256"] == first["content_sha256"]
    assert read_told(second["statement"], "").sender.key == OfficeKey(b"\x05" * 32).public.fingerprint
    page = director.get(address).text
    assert anew not in page
    assert f"/levels/{second['id']}/file" in page
    assert offered not in director.get("/levels").text
    made.site.database.close()
    stage.world.database.close()


def corrections(desk: DeskOf) -> list[dict[str, Any]]:
    """The parcels that correct something, in their order."""
    rows = desk.office.rows("parcel", kind="report")
    return [row for row in rows if '"correction":"漏计一公里"' in row["statement"]]
