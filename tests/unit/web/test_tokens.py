"""Tokens of programs on their page: made by a person for themselves, shown once, revoked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kit.api import Program
from kit.desk import DeskOf, desk_of
from kit.office import PEOPLE, small_office

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

    from kit.desk import Browser


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path))


def make(browser: Browser, *scopes: str, name: str = "报表取数", days: int = 90) -> Response:
    return browser.post("/tokens", name=name, scope=list(scopes), days=str(days))


def shown(answer: Response) -> str:
    found = re.search(r'id="token" value="(duban_[^"]+)"', answer.text)
    assert found
    return found[1]


def test_everybody_with_a_duty_may_open_it_and_is_offered_what_their_duties_allow(desk: DeskOf) -> None:
    place = {"clerk": "file", "leader": "file", "reviewer": "review", "director": "office"}
    for login in PEOPLE:
        page = desk.person(login).get("/tokens")
        assert page.status_code == 200
        offered = set(re.findall(r'name="scope" value="(\w+)"', page.text))
        assert offered == {"read", place.get(login.rstrip("123"), "administer")}, login


def test_a_token_is_shown_once_works_and_is_kept_as_a_hash(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    token = shown(make(browser, "read", "file"))
    assert token not in browser.get("/tokens").text
    assert "报表取数" in browser.get("/tokens").text
    assert Program(desk.nobody().client, token).get("/me").json()["token"]["scopes"] == ["file", "read"]
    row, event = desk.office.rows("apitoken")[0], desk.office.rows("event")[-1]
    assert token not in str(row)
    assert token not in str(event)
    assert (event["action"], event["actor"], event["source"]) == ("token.make", "clerk1", "web")


@pytest.mark.parametrize(
    ("scopes", "name", "days"),
    [
        ((), "x", 90),
        (("review",), "报表取数", 90),
        (("read",), " ", 90),
        (("read",), "字" * 61, 90),
        (("read",), "报表取数", 4000),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    desk: DeskOf, scopes: tuple[str, ...], name: str, days: int
) -> None:
    answer = make(desk.person("clerk1"), *scopes, name=name, days=days)
    assert answer.status_code == 422
    assert "E-H83" in answer.text
    assert f'value="{name.strip()}"' in answer.text
    assert desk.office.rows("apitoken") == []


def test_a_revoked_token_is_nobodys_at_once(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    token = shown(make(browser, "read"))
    assert browser.post("/tokens/1/revoke").headers["location"] == "/tokens"
    assert Program(desk.nobody().client, token).get("/me").status_code == 401
    assert desk.office.rows("event")[-1]["action"] == "token.revoke"


def test_anothers_token_is_not_there_but_the_security_administrator_ends_it(desk: DeskOf) -> None:
    make(desk.person("clerk1"), "read")
    assert desk.person("clerk2").post("/tokens/1/revoke").status_code == 404
    assert "报表取数" not in desk.person("clerk2").get("/tokens").text
    security = desk.person("security")
    assert "报表取数" in security.get("/tokens").text
    assert security.post("/tokens/1/revoke").status_code == 303
    assert desk.office.row("apitoken", 1)["revoked_by"] == "security"
