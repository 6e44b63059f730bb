"""What every page stands in: who may come in, what may be posted, how an answer is guarded, how a refusal is said."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import APIRoute

from kit.api import program
from kit.desk import DeskOf, desk_of
from kit.office import small_office
from models.database import Database
from web.frame.posted import SEAL, _open_form, _sealed_form
from web.frame.rendering import STATIC
from workflow.passwords import hashed

if TYPE_CHECKING:
    from pathlib import Path

#: pages that anybody may open, and what nobody has to be logged in for; a calendar program cannot log in, the secret
#: in the address stands for its owner, and a monitor shows its own token
FOR_ANYBODY = {"/login", "/language", "/healthz", "/metrics", "/calendar/{token}.ics"}


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    return desk_of(small_office(tmp_path))


def routes(desk: DeskOf) -> list[APIRoute]:
    found: list[APIRoute] = []
    for given in desk.app.routes:
        inside = getattr(given, "original_router", None)
        found += [route for route in (inside.routes if inside else [given]) if isinstance(route, APIRoute)]
    return found


def needs(route: APIRoute) -> set[str]:
    """The names of everything that a route depends on."""
    found, waiting = set[str](), [route.dependant]
    while waiting:
        one = waiting.pop()
        found.add(getattr(one.call, "__name__", ""))
        waiting += one.dependencies
    return found


def test_every_page_but_the_entrance_wants_somebody(desk: DeskOf) -> None:
    open_ = {route.path for route in routes(desk) if "_person" not in needs(route)}
    assert {path for path in open_ if not path.startswith("/api/")} == FOR_ANYBODY


def test_every_form_is_proved_to_come_from_a_page_of_ours(desk: DeskOf) -> None:
    posted = [route for route in routes(desk) if route.methods - {"GET", "HEAD"} and not route.path.startswith("/api/")]
    proof = {_sealed_form.__name__, _open_form.__name__}
    assert posted
    assert [route.path for route in posted if not needs(route) & proof] == []
    assert {route.path for route in posted if _sealed_form.__name__ not in needs(route)} <= FOR_ANYBODY


def test_whoever_is_not_logged_in_is_led_to_the_login_and_back(desk: DeskOf) -> None:
    answer = desk.nobody().get("/tasks?month=2022-06")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Ftasks%3Fmonth%3D2022-06"


def test_log_in_and_out(desk: DeskOf) -> None:
    desk.office.change("person", desk.office.people["clerk1"], password_hash=hashed("Right-pass-1"))
    browser = desk.nobody()
    wrong = browser.client.post("/login", data={"login": "clerk1", "password": "no", "next": "/tasks"})
    assert wrong.status_code == 403
    assert "E-A01" in wrong.text
    right = browser.client.post("/login", data={"login": "clerk1", "password": "Right-pass-1", "next": "/tasks"})
    assert (right.status_code, right.headers["location"]) == (303, "/tasks")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/tasks").status_code == 200
    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/tasks").status_code == 303


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "x"])
def test_the_login_leads_nowhere_else(desk: DeskOf, onward: str) -> None:
    desk.office.change("person", desk.office.people["clerk1"], password_hash=hashed("Right-pass-1"))
    given = {"login": "clerk1", "password": "Right-pass-1", "next": onward}
    assert desk.nobody().client.post("/login", data=given).headers["location"] == "/"


def test_a_form_without_the_persons_own_seal_is_refused(desk: DeskOf) -> None:
    browser, other = desk.person("clerk1"), desk.person("clerk2")
    for seal in ("", "0" * 64, other.seal()):
        answer = browser.client.post("/logout", data={SEAL: seal})
        assert answer.status_code == 403
        assert "E-H02" in answer.text
    assert browser.get("/").status_code == 200


def test_a_form_left_open_over_midnight_can_still_be_sent_and_two_nights_not(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    seal = browser.seal()
    desk.office.change("login", 1, expires_at=desk.clock.now + timedelta(days=9))
    desk.clock.now += timedelta(days=2)
    assert browser.client.post("/logout", data={SEAL: seal}).status_code == 403
    desk.clock.now -= timedelta(days=1)
    assert browser.client.post("/logout", data={SEAL: seal}).status_code == 303


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_what_another_site_sends_is_refused(desk: DeskOf, headers: dict[str, str]) -> None:
    browser = desk.person("clerk1")
    answer = browser.client.post("/logout", data={SEAL: browser.seal()}, headers=headers)
    assert answer.status_code == 403
    assert "E-H01" in answer.text


@pytest.mark.parametrize("path", ["/login", "/", "/no-such-page", "/static/desk.css"])
def test_every_answer_bears_the_strict_headers(desk: DeskOf, path: str) -> None:
    headers = desk.person("clerk1").get(path).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"]


def test_no_page_holds_what_the_policy_forbids() -> None:
    for file in (STATIC.parent / "templates").rglob("*.html"):
        text = file.read_text("utf-8")
        assert " style=" not in text, file
        assert "<style" not in text, file
        assert " onclick=" not in text, file
        assert "javascript:" not in text, file
        assert "<script>" not in text, file
        assert "|safe" not in text.replace(" ", ""), file


def test_what_another_unit_owns_is_not_there(desk: DeskOf) -> None:
    other = desk.office.tasks["2.2", "市生态环境局"]
    found, missing = desk.person("clerk2").get(f"/tasks/{other}"), desk.person("clerk2").get("/tasks/9999")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert "E-404" in found.text


def test_a_script_gets_the_refusal_alone_and_where_it_belongs(desk: DeskOf) -> None:
    answer = desk.person("clerk1").get("/tasks/9999", **{"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["hx-retarget"] == "#refusal"
    assert "<html" not in answer.text
    assert "E-404" in answer.text


def test_a_page_that_is_not_there_is_said(desk: DeskOf) -> None:
    for path in ("/nowhere", "/tasks/abc"):
        answer = desk.person("clerk1").get(path)
        assert answer.status_code == 404
        assert "E-H06" in answer.text


def test_what_is_typed_is_never_markup(desk: DeskOf) -> None:
    answer = desk.nobody().client.post("/login", data={"login": "<b>x</b>", "password": "y"})
    assert "<b>x</b>" not in answer.text
    assert "&lt;b&gt;x" in answer.text


def test_too_much_is_refused(desk: DeskOf) -> None:
    answer = desk.nobody().client.post("/login", data={"login": "a" * 5_000_000})
    assert answer.status_code == 422
    assert "E-H08" in answer.text


def test_the_language_is_the_persons_choice(desk: DeskOf) -> None:
    browser = desk.nobody()
    assert 'lang="zh-CN"' in browser.get("/login").text
    browser.client.post("/language", data={"language": "en", "next": "/login"})
    assert "Log in" in browser.get("/login").text


def test_vendored_files_are_what_was_published() -> None:
    for line in (STATIC / "vendor/SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_without_a_database_everybody_is_told_so_and_nothing_else_is_asked(desk: DeskOf) -> None:
    person, caller = desk.person("clerk1"), program(desk, "clerk1", "read")
    seal = person.seal()
    desk.site.database = Database("postgresql+psycopg://duban@127.0.0.1:1/duban")
    page = person.get("/filing")
    part = person.client.post("/filing/receive", data={"seal": seal}, headers={"HX-Request": "true"})
    called = caller.get("/tasks")
    assert [answer.status_code for answer in (page, part, called)] == [503, 503, 503]
    assert [answer.headers["Retry-After"] for answer in (page, part, called)] == ["10", "10", "10"]
    assert "E-B30" in page.text
    assert "E-B30" in part.text
    assert part.headers["HX-Retarget"] == "#refusal", "the form stays as it is, with its key"
    assert called.json()["error"]["code"] == "E-B30"
