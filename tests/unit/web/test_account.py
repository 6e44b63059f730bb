"""One's own account: where one is logged in, another password, who stands in, in whose name one acts."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kit.desk import SEAL, Browser, DeskOf, desk_of
from kit.office import BEGIN, small_office
from models.settings import LoginSettings
from models.times import local_date
from workflow import passwords, second_factor
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

OLD, NEW = "Right-pass-1", "Another-pass-2"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537.36"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    made = desk_of(small_office(tmp_path), language="en")
    stored = passwords.hashed(OLD)
    made.office.change("person", made.office.people["clerk1"], password_hash=stored, password_set_at=BEGIN)
    return made


def come_in(desk: DeskOf, login: str = "clerk1", password: str = OLD) -> Browser:
    """Through the login page, as in a browser."""
    browser = desk.nobody()
    given = {"login": login, "password": password, "next": "/account"}
    answer = browser.client.post("/login", data=given, headers={"User-Agent": CHROME})
    assert answer.status_code == 303, answer.text
    return browser


@pytest.mark.parametrize(
    ("profile", "wanted"), [("mlps", "At least 10 characters of three kinds"), ("asvs", "At least 15 characters.")]
)
def test_who_chooses_a_password_is_told_what_the_office_wants(tmp_path: Path, profile: str, wanted: str) -> None:
    nobody = desk_of(small_office(tmp_path), language="en", login=LoginSettings(profile=profile)).nobody()
    assert wanted in nobody.get("/login?code=1").text


def away(desk: DeskOf, absent: str, substitute: str, days: int = 0) -> None:
    today, people = local_date(desk.clock.now), desk.office.people
    desk.office.add(
        "absence", person_id=people[absent], substitute_id=people[substitute], from_on=today,
        to_on=today + timedelta(days=days),
    )  # fmt: skip


def test_the_page_shows_duties_and_sessions_and_no_session_of_another(desk: DeskOf) -> None:
    desk.person("clerk2")
    shown = come_in(desk).get("/account").text
    assert "市发改委" in shown
    assert "Chrome · Windows" in shown
    assert "testclient" in shown
    assert shown.count('<td data-label="Where">') == 1


def test_one_session_is_ended_and_all_others_but_nobody_elses(desk: DeskOf) -> None:
    first, second, third = (come_in(desk) for _ in range(3))
    foreign = desk.person("clerk2")
    theirs = next(row["id"] for row in desk.office.rows("login", person_id=desk.office.people["clerk2"]))
    mine = re.findall(r"/account/sessions/(\d+)/end", third.get("/account").text)
    assert len(mine) == 2
    assert third.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert foreign.get("/").status_code == 200
    assert third.post(f"/account/sessions/{mine[-1]}/end").status_code == 303
    assert (first.get("/").status_code, second.get("/").status_code) == (303, 200)
    assert third.post("/account/sessions/end-others").status_code == 303
    assert (second.get("/").status_code, third.get("/account").status_code) == (303, 200)
    assert [row["action"] for row in desk.office.rows("event")[-2:]] == ["session.leave"] * 2


def test_a_device_is_entered_asked_for_and_removed_when_it_is_lost(desk: DeskOf) -> None:
    owner, now = come_in(desk), desk.clock.now
    page = owner.get("/account/second").text
    secret = html.unescape(re.search(r'name="secret" value="([A-Z2-7]{32})"', page)[1])  # type: ignore[index]
    assert f"secret={secret}&" in html.unescape(page)
    assert 'src="data:image/svg+xml' in page

    def shown(now: datetime) -> str:
        return second_factor.code_of(secret, int(now.timestamp()) // second_factor.STEP_SECONDS)

    given = {"secret": secret, "second": shown(now)}
    assert "E-A18" in owner.post("/account/second", old="wrong", **given).text
    refused = owner.post("/account/second", old=OLD, **{**given, "second": "000000"}).text
    assert "E-A24" in refused
    assert f'value="{secret}"' in refused, "the device has it already"
    assert owner.post("/account/second", old=OLD, **given).headers["location"] == "/account"
    assert secret not in owner.get("/account/second").text

    browser, desk.clock.now = desk.nobody(), now + timedelta(seconds=30)
    asked = browser.client.post("/login", data={"login": "clerk1", "password": OLD})
    assert "E-A23" in asked.text
    assert 'name="second"' in asked.text
    given = {"login": "clerk1", "password": OLD, "second": shown(desk.clock.now)}
    assert browser.client.post("/login", data=given).status_code == 303

    assert desk.person("system").post("/people/account/clerk1/device").status_code == 403
    security = desk.person("security")
    assert "/people/account/clerk1/device" in security.get("/people/account/clerk1").text
    security.post("/people/account/clerk1/device")
    come_in(desk)


def test_a_new_password_ends_the_other_sessions(desk: DeskOf) -> None:
    other, here = come_in(desk), come_in(desk)
    assert here.post("/account/password", old=OLD, new=NEW, again=NEW).headers["location"] == "/account"
    assert (other.get("/account").status_code, here.get("/account").status_code) == (303, 200)
    come_in(desk, password=NEW)
    event = [row for row in desk.office.rows("event") if row["action"] == "password.change"][-1]
    assert (event["source"], event["detail"]) == ("web", {"sessions": 1, "address": "testclient"})


@pytest.mark.parametrize(
    ("old", "new", "again", "code"),
    [
        ("wrong", NEW, NEW, "E-A18"),
        (OLD, NEW, "Another-pass-3", "E-H09"),
        (OLD, "short", "short", "E-A02"),
        (OLD, OLD, OLD, "E-A19"),
    ],
)
def test_a_password_that_cannot_be_taken_is_refused_and_nothing_typed_comes_back(
    desk: DeskOf, old: str, new: str, again: str, code: str
) -> None:
    answer = come_in(desk).post("/account/password", old=old, new=new, again=again)
    assert answer.status_code in {403, 422}
    assert code in answer.text
    assert NEW not in answer.text
    come_in(desk)


def test_an_old_password_leads_to_its_change_and_nowhere_else(desk: DeskOf) -> None:
    desk.clock.now = BEGIN + timedelta(days=90)
    browser = come_in(desk)
    for path in ("/", "/tasks", "/account"):
        assert browser.get(path).headers["location"] == "/account/password"
    page = browser.get("/account/password")
    assert "more than 90 days old" in page.text
    seal = SEAL.search(page.text)
    assert seal
    typed = {"seal": seal[1], "old": OLD, "new": NEW, "again": NEW}
    assert browser.client.post("/account/password", data=typed).status_code == 303
    assert browser.get("/tasks").status_code == 200


def test_a_session_that_began_before_the_password_grew_old_goes_on(desk: DeskOf) -> None:
    desk.clock.now = BEGIN + timedelta(days=90, minutes=-5)
    browser = come_in(desk)
    desk.clock.now += timedelta(minutes=10)
    assert browser.get("/tasks").status_code == 200


def test_a_session_nobody_uses_ends_and_one_that_is_used_goes_on(desk: DeskOf) -> None:
    used, unused = come_in(desk), come_in(desk)
    for _turn in range(3):
        desk.clock.now += timedelta(minutes=20)
        assert used.get("/account").status_code == 200
    assert unused.get("/account").headers["location"].startswith("/login")
    desk.site.seen.settle()
    seen = [row["seen_at"] for row in desk.office.rows("login")]
    assert seen == [BEGIN + timedelta(minutes=60), BEGIN]


def test_the_last_use_is_stored_once_a_minute(desk: DeskOf) -> None:
    browser = come_in(desk)
    for _turn in range(3):
        desk.clock.now += timedelta(seconds=19)
        browser.get("/account")
    desk.site.seen.settle()
    (row,) = desk.office.rows("login")
    assert row["seen_at"] == BEGIN + timedelta(seconds=19)


def test_one_session_too_many_ends_the_oldest(desk: DeskOf) -> None:
    oldest, *others = (come_in(desk) for _turn in range(6))
    assert oldest.get("/account").status_code == 303
    assert {browser.get("/account").status_code for browser in others} == {200}


def test_an_absence_is_entered_and_ended(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert "leader1" in browser.get("/account").text
    assert "clerk2" not in browser.get("/account").text
    told = {"substitute": "leader1", "from_on": "2022-06-02", "to_on": "2022-06-03"}
    assert browser.post("/account/absence", **told).status_code == 303
    (row,) = desk.office.rows("absence")
    assert (row["person_id"], row["substitute_id"]) == (desk.office.people["clerk1"], desk.office.people["leader1"])
    assert browser.post(f"/account/absence/{row['id']}/end").status_code == 303
    assert desk.office.rows("absence") == []


def test_what_was_typed_of_an_absence_survives_its_refusal(desk: DeskOf) -> None:
    answer = desk.person("clerk1").post("/account/absence", substitute="leader1", from_on="2022-06-09", to_on="")
    assert answer.status_code == 422
    assert "E-H28" in answer.text
    assert 'value="2022-06-09"' in answer.text
    assert '<option value="leader1" selected>' in answer.text


def test_one_acts_for_somebody_who_is_away_and_sees_it_on_every_page(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    assert browser.post("/acting-for", absent="clerk2").status_code == 403
    away(desk, "clerk2", "clerk1")
    assert "Act for 钱二" in browser.get("/account").text
    assert browser.post("/acting-for", absent="clerk2").status_code == 303
    for path in ("/", "/tasks", "/account"):
        assert "acting for 钱二" in browser.get(path).text
    assert browser.client.post("/acting-for", data={"seal": own(browser)}).status_code == 303
    assert "acting for" not in browser.get("/tasks").text


def test_one_acts_for_somebody_by_the_offices_own_rules_of_passwords(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path), language="en", login=LoginSettings(password_days=0))
    desk.office.change("person", desk.office.people["clerk1"], password_set_at=BEGIN - timedelta(days=100))
    browser = desk.person("clerk1")
    away(desk, "clerk2", "clerk1")
    assert browser.post("/acting-for", absent="clerk2").headers["location"] == "/"
    assert "acting for 钱二" in browser.get("/tasks").text


def own(browser: Browser) -> str:
    found = re.search(
        r'action="/logout"[^>]*>\s*<input type="hidden" name="seal" value="([0-9a-f]{64})"', browser.get("/").text
    )
    assert found
    return found[1]


def test_a_form_opened_in_one_name_is_not_sent_in_another(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    away(desk, "leader1", "clerk1")
    in_own_name = browser.seal()
    browser.post("/acting-for", absent="leader1")
    told = {"substitute": "leader1", "from_on": "2022-06-02", "to_on": "2022-06-03"}
    answer = browser.client.post("/account/absence", data={"seal": in_own_name, **told})
    assert "E-H02" in answer.text
    assert browser.client.post("/logout", data={"seal": own(browser)}).headers["location"] == "/login"


def test_when_the_absence_is_over_nothing_is_done_and_one_is_oneself_again(desk: DeskOf) -> None:
    browser = desk.person("clerk1")
    away(desk, "leader1", "clerk1")
    browser.post("/acting-for", absent="leader1")
    (row,) = desk.office.rows("absence")
    desk.office.change("absence", row["id"], to_on=local_date(BEGIN) - timedelta(days=1))
    over = browser.get("/tasks")
    assert over.status_code == 403
    assert "E-A13" in over.text
    assert browser.get("/tasks").status_code == 200


def test_tokens_stand_nowhere_as_they_are(desk: DeskOf) -> None:
    browser = come_in(desk)
    token = browser.client.cookies["duban"]
    (row,) = desk.office.rows("login")
    assert row["token_hash"] == token_digest(token)
    assert token not in repr(desk.office.rows("event")) + browser.get("/account").text


def test_the_administrators_stand_in_for_nobody_of_the_office_and_whoever_does_is_told(desk: DeskOf) -> None:
    own = desk.person("reviewer").get("/account").text
    assert 'value="director"' in own
    assert not any(f'value="{login}"' in own for login in ("system", "security", "audit"))
    today = local_date(desk.clock.now)
    desk.office.add(
        "absence", person_id=desk.office.people["director"], substitute_id=desk.office.people["reviewer"],
        from_on=today, to_on=today,
    )  # fmt: skip
    assert 'class="heap" href="/account"' in desk.person("reviewer").get("/").text
    assert 'class="heap" href="/account"' not in desk.person("clerk1").get("/").text
