"""Accounts in the browser: who manages them, what is found, one made, closed and reset, many made from a table."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from documents.people_sheet import COLUMNS, NAME, ROLES, write_blank
from kit.desk import DeskOf, desk_of
from kit.office import UNITS, small_office
from models.language import speaking
from workflow.passwords import hashed

if TYPE_CHECKING:
    from pathlib import Path

CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")
ROW = re.compile(r'name="row" value="([^"]*)"')


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path), language="en")


def filled(*rows: tuple[str, str, str, str, str]) -> bytes:
    """The table that comes empty, with these rows (unit, duty, name, login, mail) typed into it."""
    book = load_workbook(io.BytesIO(write_blank(UNITS)))
    sheet = book[NAME]
    first = next(row[0].row for row in sheet.iter_rows() if row[0].value == COLUMNS[0][0]) + 1
    for number, row in enumerate(rows):
        for column, text in enumerate(row, 1):
            sheet.cell(first + number, column).value = text
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def person(desk: DeskOf, login: str) -> dict[str, object]:
    return desk.office.rows("person", login=login)[0]


@pytest.mark.parametrize("login", ["clerk1", "leader1", "reviewer", "director", "audit"])
def test_only_administrators_of_accounts_see_them(desk: DeskOf, login: str) -> None:
    browser = desk.person(login)
    for path in ("/people", "/people/account/clerk1", "/people/table.xlsx", "/people/import", "/people/new"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/people/account/clerk1/close").status_code == 403
    assert person(desk, "clerk1")["active"]
    assert 'href="/people"' not in browser.get("/").text


def test_the_security_administrator_looks_and_changes_nothing(desk: DeskOf) -> None:
    browser = desk.person("security")
    assert "clerk1" in browser.get("/people").text
    page = browser.get("/people/account/system").text
    assert "/people/account/system/reset" in page
    assert "/people/account/system/close" not in page
    assert "/reset" not in browser.get("/people/account/clerk1").text
    assert browser.post("/people/account/clerk1/reset").status_code == 403


def test_the_list_finds_by_name_unit_and_state(desk: DeskOf) -> None:
    browser = desk.person("system")
    desk.office.change("person", desk.office.people["clerk2"], email="")
    assert "clerk1" in browser.get("/people?q=赵").text
    assert "clerk2" not in browser.get("/people?q=赵").text
    assert "leader2" in browser.get("/people?q=水利").text
    bare = browser.get("/people?show=no_address").text
    assert "/people/account/clerk2" in bare
    assert "/people/account/clerk1" not in bare
    assert "/people/account/clerk1" not in browser.get("/people?q=%25").text


def test_the_list_shows_fifty_at_a_time(desk: DeskOf) -> None:
    for number in range(60):
        desk.office.add(
            "person", login=f"many{number:02}", name="多", email="", password_hash="", code_hash="", active=True,
            failed_logins=0, created_at=desk.clock.now,
        )  # fmt: skip
    browser = desk.person("system")
    first, second = browser.get("/people?q=many").text, browser.get("/people?q=many&page=2").text
    assert ("many49" in first, "many50" in first) == (True, False)
    assert ("many49" in second, "many59" in second) == (False, True)
    assert "many59" in browser.get("/people?q=many&page=99").text


def test_what_nobody_used_for_ninety_days_is_found(desk: DeskOf) -> None:
    for login in ("clerk1", "clerk2"):
        desk.office.change("person", desk.office.people[login], password_hash=hashed("Right-pass-1"))
    desk.clock.now += timedelta(days=100)
    desk.office.add(
        "login", person_id=desk.office.people["clerk2"], token_hash="x", created_at=desk.clock.now - timedelta(days=5),
        expires_at=desk.clock.now,
    )  # fmt: skip
    page = desk.person("system").get("/people?show=unused").text
    assert "/people/account/clerk1" in page
    assert "/people/account/clerk2" not in page


def test_one_account_is_made_and_its_code_opens_it(desk: DeskOf) -> None:
    browser = desk.person("system")
    made = browser.post("/people", name="孙新", login="sunxin", email="")
    code = CODE.search(made.text)
    assert made.status_code == 200
    assert code
    again = desk.nobody().client.post(
        "/login",
        data={"login": "sunxin", "code": code[0], "password": "Good-word-77", "again": "Good-word-77", "first": "1"},
    )
    assert again.status_code == 303
    assert desk.office.rows("event", action="person.add")[0]["actor"] == "system"


def test_a_taken_login_is_refused_and_what_was_typed_stays(desk: DeskOf) -> None:
    answer = desk.person("system").post("/people", part=True, name="别人", login="clerk1", email="")
    assert answer.status_code == 409
    assert "E-A08" in answer.text
    assert answer.headers["hx-retarget"] == "#refusal"


def test_an_account_is_changed_closed_reopened_and_reset(desk: DeskOf) -> None:
    browser = desk.person("system")
    assert browser.post("/people/account/clerk1/change", name="赵改", email="").status_code == 303
    assert (person(desk, "clerk1")["name"], person(desk, "clerk1")["email"]) == ("赵改", "")
    stays = desk.person("clerk1")
    browser.post("/people/account/clerk1/close")
    assert stays.get("/").status_code == 303
    browser.post("/people/account/clerk1/reopen")
    assert person(desk, "clerk1")["active"]
    assert CODE.search(browser.post("/people/account/clerk1/reset").text)
    assert browser.post("/people/account/system/reset").status_code == 403


def test_the_empty_table_offers_every_unit_twice_and_the_words_of_the_duties(desk: DeskOf) -> None:
    data = desk.person("system").get("/people/table.xlsx").content
    rows = [row[:2] for row in load_workbook(io.BytesIO(data))[NAME].iter_rows(values_only=True)]
    assert [row for row in rows if row[0] == UNITS[1]] == [(UNITS[1], "经办人"), (UNITS[1], "单位负责人")]
    with speaking("zh"):
        assert [role.label for role in ROLES.values()] == list(ROLES)


def test_a_table_is_told_first_and_then_made_into_accounts(desk: DeskOf) -> None:
    browser = desk.person("system")
    rows = filled(
        (UNITS[0], "经办人", "新一", "xinyi", "xinyi@example.gov.cn"),
        (UNITS[0], "单位负责人", "新二", "", "xiner@example.gov.cn"),
        (UNITS[1], "经办人", "新一", "xinyi", ""),
        (UNITS[1], "单位负责人", "冒名", "clerk1", ""),
        ("", "审核员", "新三", "x", ""),
    )
    told = browser.post("/people/import", files={"file": ("人员表.xlsx", rows)})
    assert told.status_code == 200
    assert "to be made: 2. There already: 1. Wrong: 2." in told.text
    assert "belongs to 赵一" in told.text
    assert desk.office.rows("person", login="xinyi") == []
    assert desk.office.rows("event", action="person.add") == []
    carried = [row.replace("&#34;", '"') for row in ROW.findall(told.text)]
    done = browser.post("/people/import/done", row=carried)
    assert len(set(CODE.findall(done.text))) == 2
    assert [person(desk, login)["name"] for login in ("xinyi", "xiner")] == ["新一", "新二"]
    assert "to be made: 0. There already: 3" in browser.post("/people/import", files={"file": ("a.xlsx", rows)}).text


@pytest.mark.parametrize(("data", "code"), [(b"", "E-H20"), (b"not a workbook", "E-F03"), (write_blank(()), "E-H70")])
def test_what_is_no_table_of_people_is_refused(desk: DeskOf, data: bytes, code: str) -> None:
    files = {"file": ("a.xlsx", data)} if data else None
    answer = desk.person("system").post("/people/import", files=files)
    assert answer.status_code == 422
    assert code in answer.text


def test_rows_that_were_meddled_with_are_refused(desk: DeskOf) -> None:
    for row in ("x", "[]", "[1, 2, 3, 4, 5, 6]", '{"a": 1}'):
        answer = desk.person("system").post("/people/import/done", row=row)
        assert "E-H71" in answer.text


def test_lost_codes_are_made_anew_for_those_who_never_came(desk: DeskOf) -> None:
    browser = desk.person("system")
    made = browser.post("/people/codes", login=["clerk1", "clerk2"])
    assert len(set(CODE.findall(made.text))) == 2
    refused = browser.post("/people/codes", login=["clerk3", "system"])
    assert refused.status_code == 403
    assert person(desk, "clerk3")["code_hash"] == ""
