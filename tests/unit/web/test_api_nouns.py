"""What programs look at and hand in beside tasks: forms and papers, clauses, units, summaries, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.api import code, program
from kit.desk import DeskOf, desk_of
from kit.office import MONTH, small_office
from models.store import Store

if TYPE_CHECKING:
    from pathlib import Path

UNIT = "市发改委"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path))


def test_a_form_is_printed_fetched_and_comes_back_signed(desk: DeskOf) -> None:
    office, task = desk.office, desk.office.tasks["1.1", UNIT]
    office.report(task, desk.clock.now)
    clerk = program(desk, "clerk1", "read", "file")
    first, again = (clerk.call("POST", "/forms", json={"month": MONTH, "unit": UNIT}) for _turn in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    form = first.json()["code"]
    file = clerk.get(f"/forms/{form}/file")
    assert file.content.startswith(b"%PDF")
    given = {"data": {"signer": "李一", "seal": "市发改委公章"}, "files": {"file": ("扫描件.pdf", file.content)}}
    taken = clerk.call("POST", f"/forms/{form}/papers", **given)
    assert (taken.status_code, taken.json()["outcomes"][0]["state"]) == (201, "signed_stamped")
    story = clerk.get(f"/forms/{form}").json()
    assert story["papers"][0]["attested"]["signer"] == "李一"
    assert story["papers"][0]["stored"]["sha256"] == taken.json()["sha256"]
    assert [one["code"] for one in clerk.get("/forms", params={"month": MONTH}).json()["items"]] == [form]
    assert clerk.call("POST", f"/forms/{form}/papers", **given).status_code == 409


def test_anothers_form_is_not_there_and_its_paper_is_not_looked_at(desk: DeskOf) -> None:
    desk.office.report(desk.office.tasks["1.1", UNIT], desk.clock.now)
    form = program(desk, "clerk1", "file").call("POST", "/forms", json={"month": MONTH, "unit": UNIT}).json()["code"]
    other = program(desk, "clerk2", "read", "file")
    assert other.get(f"/forms/{form}").status_code == 404
    assert other.get(f"/forms/{form}/file").status_code == 404
    assert [row["action"] for row in desk.office.rows("event", result="denied")] == ["form.read", "form.read"]
    assert other.call("POST", "/forms", json={"month": MONTH, "unit": UNIT}).status_code == 403
    reviewer = program(desk, "reviewer", "read", "review")
    paper = {"data": {"signer": "x", "seal": "y"}, "files": {"file": ("a.pdf", b"no pdf")}}
    assert code(reviewer.call("POST", f"/forms/{form}/papers", **paper)) == "E-403"


def test_a_file_that_is_none_is_refused_as_everywhere(desk: DeskOf) -> None:
    clerk = program(desk, "clerk1", "file")
    for data, refusal in ((b"", "E-F01"), (b"<html>", "E-F03")):
        paper = {"data": {"signer": "x", "seal": "y"}, "files": {"file": ("a.pdf", data)}}
        assert code(clerk.call("POST", "/forms/AAAA-AAAA-AA/papers", **paper)) == refusal


def test_a_unit_reads_the_clauses_that_name_it_and_the_office_all(desk: DeskOf) -> None:
    def numbers(login: str) -> list[str]:
        return [one["number"] for one in program(desk, login, "read").get("/clauses").json()["items"]]

    assert numbers("reviewer") == ["1.1", "1.2", "2.1", "2.2"]
    assert numbers("clerk1") == ["1.1", "2.1"]


def test_units_come_in_pieces(desk: DeskOf) -> None:
    clerk = program(desk, "clerk1", "read")
    first = clerk.get("/units", params={"limit": 2}).json()
    second = clerk.get("/units", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in first["items"] + second["items"]] == list(desk.office.units)
    assert second["next_cursor"] == ""


def test_an_administrator_reads_no_tasks_clauses_or_units(desk: DeskOf) -> None:
    system = program(desk, "system", "read", "administer")
    for path in ("/tasks", "/clauses", "/units", "/months", f"/months/{MONTH}", "/forms"):
        assert (system.get(path).status_code, code(system.get(path))) == (403, "E-403")


def test_a_summary_is_there_once_it_is_issued_with_its_files_for_who_may_read_it(desk: DeskOf) -> None:
    reviewer, path = program(desk, "reviewer", "read"), f"/months/{MONTH}/summary"
    assert code(reviewer.get(path)) == "E-404"
    sha = Store(desk.site.settings.store_dir).put(b"%PDF-1.7 summary")
    desk.office.add(
        "summary", period_id=1, number=1, document_number="长江办〔2022〕6号", facts={}, files={"pdf": sha}, covers=[[1, 1]],
        words_sha256="", head_seq=3, head_hash="ab" * 32, issued_by="director", issued_at=desk.clock.now,
    )  # fmt: skip
    found = reviewer.get(path).json()
    assert (found["document_number"], found["head"]) == ("长江办〔2022〕6号", "3-abababababababab")
    assert found["reports"] == [{"task_id": 1, "report_number": 1}]
    assert reviewer.get(found["files"][0]["path"]).content == b"%PDF-1.7 summary"
    assert code(reviewer.get(f"{path}/files/docx")) == "E-404"
    assert program(desk, "clerk1", "read").get(path).status_code == 403


def test_messages_are_ones_own(desk: DeskOf) -> None:
    desk.office.report(desk.office.tasks["1.1", UNIT], desk.clock.now)
    told = desk.office.rows("message")
    assert told
    secret = {name: value for name, value in told[0].items() if name not in {"office_id", "id"}}
    desk.office.add("message", **secret | {"event": "account_code", "dedupe_key": "a code"})
    for login, person in desk.office.people.items():
        found = program(desk, login, "read").get("/messages").json()["items"]
        assert [one["id"] for one in found] == [row["id"] for row in reversed(told) if row["recipient_id"] == person]


def test_a_parameter_that_there_is_none_of_is_refused_and_not_forgotten(desk: DeskOf) -> None:
    answer = program(desk, "reviewer", "read").get("/tasks", params={"monht": MONTH})
    assert (answer.status_code, code(answer)) == (422, "E-H84")
    assert answer.json()["error"]["where"] == "query.monht"
