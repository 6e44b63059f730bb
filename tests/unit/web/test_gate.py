"""Before any page: by which names the desk is known, and how often somebody may ask."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from kit.desk import DeskOf, desk_of
from kit.office import small_office
from models.settings import WebSettings
from web.frame import limits
from web.frame.gate import host_name, names_of
from web.frame.limits import Buckets, Rate
from web.pages.entrance import local

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = "https://duban.example.gov.cn"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    made = desk_of(small_office(tmp_path), language="en", web=WebSettings(public_url=PUBLIC))
    made.site.buckets = Buckets(lambda: 0.0)
    return made


def fresh(desk: DeskOf) -> TestClient:
    """The desk asked with buckets whose time stands still."""
    from web.app import create

    return TestClient(create(desk.site), base_url="http://127.0.0.1", follow_redirects=False)


@pytest.mark.parametrize(
    "host", ["duban.example.gov.cn", "DUBAN.example.gov.cn:443", "127.0.0.1:8025", "localhost", "[::1]:8025"]
)
def test_the_desk_answers_to_its_names(desk: DeskOf, host: str) -> None:
    assert desk.nobody().get("/login", Host=host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "duban.example.gov.cn.evil.example", "127.0.0.1@evil.example", "", "a b", "[::1"]
)
def test_and_to_no_other(desk: DeskOf, host: str) -> None:
    for path in ("/login", "/static/desk.css", "/api/v1/me", "/healthz"):
        answer = desk.nobody().get(path, Host=host)
        assert answer.status_code == 421
        assert "E-H23" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, {"localhost", "127.0.0.1", "::1"}),
        ({"public_url": PUBLIC}, {"localhost", "127.0.0.1", "::1", "duban.example.gov.cn"}),
        ({"host": "10.1.2.3"}, {"localhost", "127.0.0.1", "::1", "10.1.2.3"}),
        ({"host": "0.0.0.0"}, set()),
        ({"proxy": "127.0.0.1"}, set()),
        ({"host": "::", "public_url": PUBLIC}, {"localhost", "127.0.0.1", "::1", "duban.example.gov.cn"}),
    ],
)
def test_names_come_from_the_settings(settings: dict[str, str], names: set[str]) -> None:
    assert names_of(WebSettings(**settings)) == names
    assert all(host_name(name if ":" not in name else f"[{name}]") == name for name in names)


def test_a_bucket_empties_and_fills_again() -> None:
    now = [0.0]
    buckets = Buckets(lambda: now[0])
    assert [buckets.wait("x", "a", Rate(2, 0.5)) for _turn in range(3)] == [0, 0, 2]
    assert buckets.wait("x", "b", Rate(2, 0.5)) == 0
    now[0] = 2.0
    assert [buckets.wait("x", "a", Rate(2, 0.5)) for _turn in range(2)] == [0, 2]
    now[0] = 1000.0
    assert [buckets.wait("x", "a", Rate(2, 0.5)) for _turn in range(3)] == [0, 0, 2]


def test_buckets_take_a_bounded_memory() -> None:
    buckets = Buckets(lambda: 0.0, most=3)
    for name in "abcdefgh":
        buckets.wait("x", name, Rate(1, 1))
    assert [key for _kind, key in buckets._left] == ["f", "g", "h"]


def test_who_asks_too_often_is_told_how_long_to_wait(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADDRESS", Rate(3, 0.1))
    client = fresh(desk)
    assert [client.get("/healthz").status_code for _turn in range(4)] == [200, 200, 200, 429]
    answer = client.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["hx-retarget"]) == (429, "10", "#refusal")
    assert answer.headers["hx-reselect"] == ".notice"  # also where the form would have taken a part of a page
    assert "E-H27" in answer.text
    told = client.get("/api/v1/me")
    assert (told.status_code, told.headers["content-type"]) == (429, "application/json")
    assert "E-H27" in told.text


def test_logins_and_files_have_smaller_buckets(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOGIN", Rate(1, 0.1))
    monkeypatch.setattr(limits, "UPLOAD", Rate(1, 0.1))
    client = fresh(desk)
    given = {"login": "nobody.here", "password": "x"}
    assert [client.post("/login", data=given).status_code for _turn in range(2)] == [403, 429]
    files = {"file": ("a.pdf", b"x")}
    assert [client.post("/language", data={}, files=files).status_code for _turn in range(2)] == [303, 429]
    assert client.get("/login").status_code == 200


def test_a_session_that_asks_too_often_holds_up_nobody_else(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SESSION", Rate(2, 0.1))
    one, other = desk.person("clerk1"), desk.person("clerk2")
    assert [one.get("/tasks").status_code for _turn in range(3)] == [200, 200, 429]
    assert other.get("/tasks").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["//evil", "/\\evil", "/\t/evil", "/ /evil", "/\n", "\\\\evil", "https:evil", "/a\\..\\b", "/login?next=/", ""],
)
def test_a_way_on_never_leads_elsewhere(path: str) -> None:
    assert local(path) == "/"


def test_a_way_on_within_the_desk_is_kept() -> None:
    assert local("/filing?unit=市发改委&month=2022-06") == "/filing?unit=市发改委&month=2022-06"


def test_whoever_logs_in_where_another_was_ends_that_session(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    before = browser.client.cookies["duban"]
    from workflow.passwords import hashed

    desk.office.change("person", desk.office.people["clerk2"], password_hash=hashed("Right-pass-1"))
    assert browser.client.post("/login", data={"login": "clerk2", "password": "Right-pass-1"}).status_code == 303
    other = desk.nobody()
    other.client.cookies.set("duban", before, domain="127.0.0.1")
    assert other.get("/tasks").status_code == 303


def test_an_old_browser_is_asked_by_its_referer(desk: DeskOf) -> None:
    for referer, status in (("https://evil.example/x", 403), ("http://127.0.0.1/login", 303)):
        answer = desk.nobody().client.post("/language", data={"language": "en"}, headers={"Referer": referer})
        assert answer.status_code == status


def test_a_monitor_learns_nothing_but_ok(desk: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.nobody().get("/healthz").text == "ok"
    desk.site.database.close()
    (desk.office.folder / "duban.db").rename(desk.office.folder / "away.db")
    (desk.office.folder / "duban.db").write_bytes(b"no database at all, but long enough to be read as one" * 40)
    answer = desk.nobody().get("/healthz")
    assert (answer.status_code, answer.text) == (503, "not ok")


def test_a_fault_tells_its_number_and_nothing_else_and_bears_the_headers(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_fields: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("web.pages.tasks.find_tasks", broken, raising=False)
    monkeypatch.setattr("web.frame.desk.Desk.look_up", broken)
    with caplog.at_level(logging.ERROR):
        answer = desk.person("clerk1").get("/tasks%0AERROR made up")
        answer = desk.person("clerk1").get("/tasks")
    assert answer.status_code == 500
    assert "E-X00" in answer.text
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "The program has a fault" in answer.text
