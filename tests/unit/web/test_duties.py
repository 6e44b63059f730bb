"""Duties, absences, sessions and the separation of powers in the browser: the security administrator's, and nobody else's."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from documents.people_sheet import COLUMNS, NAME, write_blank
from kit.desk import DeskOf, desk_of
from kit.office import UNITS, small_office
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from pathlib import Path

ROW = re.compile(r'name="row" value="([^"]*)"')


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


@pytest.mark.parametrize("login", ["clerk1", "director", "system", "audit"])
def test_duties_absences_and_sessions_are_the_security_administrators(desk: DeskOf, login: str) -> None:
    browser = desk.person(login)
    for path in ("/duties", "/duties/new", "/duties/import", "/duties/absences", "/duties/sessions"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/duties", login="clerk1", role="reviewer").status_code == 403
    assert browser.post("/duties/1/end").status_code == 403
    assert browser.post("/duties/sessions/clerk2/end").status_code == 403
    assert desk.office.rows("duty", valid_to=None)[0]["id"] == 1


def test_the_list_says_who_holds_what_where_and_finds_it(desk: DeskOf) -> None:
    browser = desk.person("security")
    page = browser.get("/duties?q=水利").text
    assert "钱二" in page
    assert "赵一" not in page
    assert "郑审核" in browser.get("/duties?role=reviewer").text
    assert "There is none" in browser.get("/duties?ended=1").text


def test_a_duty_is_granted_and_ended_and_stands_in_the_trail(desk: DeskOf) -> None:
    browser = desk.person("security")
    granted = browser.post("/duties", login="clerk1", role="clerk", unit=UNITS[1], from_on="", to_on="2022-12-31")
    assert granted.headers["location"] == "/duties"
    duty = desk.office.rows("duty", person_id=desk.office.people["clerk1"])[-1]
    assert duty["unit_id"] == desk.office.units[UNITS[1]]
    assert browser.post(f"/duties/{duty['id']}/end").status_code == 303
    assert [row["action"] for row in desk.office.rows("event", object_type="duty")] == ["duty.grant", "duty.end"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"login": "security", "role": "reviewer"}, "E-A09"),
        ({"login": "system", "role": "audit"}, "E-A05"),
        ({"login": "clerk1", "role": "clerk"}, "E-A11"),
        ({"login": "clerk1", "role": "scheduler"}, "E-H72"),
        ({"login": "nobody", "role": "reviewer"}, "E-404"),
        ({"login": "clerk1", "role": "clerk", "unit": "无此单位"}, "E-404"),
        ({"login": "clerk1", "role": "reviewer", "from_on": "2022-02-30"}, "E-D01"),
    ],
)
def test_what_must_stay_apart_is_refused(desk: DeskOf, given: dict[str, str], code: str) -> None:
    before = desk.office.rows("duty")
    answer = desk.person("security").post("/duties", part=True, **given)
    assert answer.status_code >= 400
    assert code in answer.text
    assert desk.office.rows("duty") == before


def test_numbers_that_are_none_lead_nowhere(desk: DeskOf) -> None:
    browser = desk.person("security")
    for number in ("999", "0", "-1", str(10**30), "x"):
        assert browser.post(f"/duties/{number}/end").status_code == 404, number
        assert browser.post(f"/duties/absences/{number}/end").status_code == 404, number


def test_the_table_of_people_grants_the_duties_of_those_who_have_accounts(desk: DeskOf) -> None:
    book = load_workbook(io.BytesIO(write_blank(UNITS)))
    sheet = book[NAME]
    first = next(row[0].row for row in sheet.iter_rows() if row[0].value == COLUMNS[0][0]) + 1
    rows = [
        (UNITS[1], "经办人", "赵一", "clerk1", ""),
        (UNITS[0], "经办人", "赵一", "clerk1", ""),
        (UNITS[0], "经办人", "新人", "xinren", ""),
        ("市水利", "经办人", "钱二", "clerk2", ""),
        (UNITS[0], "局长", "钱二", "clerk2", ""),
        ("", "审核员", "系统员", "system", ""),
    ]
    for number, row in enumerate(rows):
        for column, text in enumerate(row, 1):
            sheet.cell(first + number, column).value = text
    made = io.BytesIO()
    book.save(made)
    browser = desk.person("security")
    told = browser.post("/duties/import", files={"file": ("a.xlsx", made.getvalue())})
    assert "to be granted: 1. There already: 1. Wrong: 4." in told.text
    for said in ("no account yet", f"near it: {UNITS[1]}", "局长", "cannot be held together"):
        assert said in told.text
    assert len(desk.office.rows("duty")) == len(desk.office.people)
    browser.post("/duties/import/done", row=[row.replace("&#34;", '"') for row in ROW.findall(told.text)])
    assert len(desk.office.rows("duty")) == len(desk.office.people) + 1


def test_a_substitute_is_named_and_an_absence_ends_early(desk: DeskOf) -> None:
    browser = desk.person("security")
    span = {"from_on": "2022-06-01", "to_on": "2022-06-10"}
    assert browser.post("/duties/absences", login="clerk1", substitute="clerk2", **span).status_code == 303
    assert "钱二" in browser.get("/duties/absences").text
    assert browser.post("/duties/absences/1/end").status_code == 303
    assert desk.office.rows("absence") == []
    assert desk.office.rows("event", action="absence.end")[0]["actor"] == "security"
    assert "E-H73" in browser.post("/duties/absences", login="clerk1", substitute="clerk2").text


def test_the_sessions_of_somebody_end_at_once(desk: DeskOf) -> None:
    desk.person("clerk2")  # left unused in a browser for an hour
    desk.office.change("login", 1, kind="web", created_at=desk.clock.now - timedelta(hours=1))
    other, browser = desk.person("clerk1"), desk.person("security")
    page = browser.get("/duties/sessions").text
    assert "赵一" in page
    assert "钱二" not in page
    assert browser.post("/duties/sessions/clerk1/end").status_code == 303
    assert other.get("/").status_code == 303
    assert browser.get("/duties").status_code == 200
    assert desk.office.rows("event", action="session.end")[0]["detail"] == {"login": "clerk1", "sessions": 1}


@pytest.mark.parametrize("login", ["security", "audit", "system", "director"])
def test_the_separation_of_powers_is_the_one_in_force(desk: DeskOf, login: str) -> None:
    page = desk.person(login).get("/duties/powers").text
    assert page.count("may</span>") >= sum(len(roles) for roles in MATRIX.values())
    assert "sign and stamp" in page


def test_clerks_do_not_read_the_separation_of_powers(desk: DeskOf) -> None:
    assert desk.person("clerk1").get("/duties/powers").status_code == 403


def test_a_duty_of_a_closed_account_is_listed_until_it_is_ended(desk: DeskOf) -> None:
    desk.office.change("person", desk.office.people["clerk1"], active=False)
    security = desk.person("security")
    text = security.get("/duties?q=clerk1").text
    found = re.search(r'action="(/duties/\d+/end)"', text)
    assert found
    assert '<span class="tag">' in text
    assert security.post(found[1]).status_code == 303
    assert "/end" not in security.get("/duties?q=clerk1&ended=1").text
