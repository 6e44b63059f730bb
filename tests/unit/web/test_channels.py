"""Channels and service in the browser: the system administrator's; no word of what the messages say is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import DeskOf, desk_of
from kit.office import small_office
from schedules.runner import beat

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    made = desk_of(small_office(tmp_path), language="en")
    made.office.add(
        "message", dedupe_key="a", event="returned", level=1, recipient_id=made.office.people["clerk1"], channel="email",
        fields={}, about=[], while_states=[], message_id="<a@duban>", state="dead", reason="550 no such mailbox",
        created_at=made.clock.now, next_at=made.clock.now, attempts=3, address="", subject="机密标题", body="机密正文",
    )  # fmt: skip
    return made


def test_who_looks_after_the_channels(desk: DeskOf) -> None:
    for login in ("clerk1", "security", "audit"):
        assert desk.person(login).get("/channels").status_code == 403
    for login in ("director", "reviewer"):
        browser = desk.person(login)
        assert "/channels/test" not in browser.get("/channels").text
        assert browser.post("/channels/test", channel="file", address="x").status_code == 403
        assert browser.get("/channels/doctor").status_code == 403


def test_dead_letters_are_told_with_their_reason_and_sent_again(desk: DeskOf) -> None:
    browser = desk.person("system")
    page = browser.get("/channels").text
    assert "550 no such mailbox" in page
    assert "机密" not in page
    assert browser.post("/channels/1/retry").status_code == 303
    assert desk.office.row("message", 1)["state"] == "due"
    assert "E-M05" in browser.post("/channels/1/retry").text
    assert browser.post("/channels/99/retry").status_code == 404


def test_a_channel_is_tried_out(desk: DeskOf) -> None:
    browser = desk.person("system")
    assert browser.post("/channels/test", channel="file", address="clerk1").status_code == 303
    assert list((desk.office.folder / "outbox").rglob("*.*"))
    assert desk.office.rows("event", action="channel.test")[0]["detail"] == {"channel": "file"}
    assert browser.post("/channels/test", part=True, channel="pigeon", address="x").status_code >= 400


def test_the_doctor_speaks_in_words_without_proving_the_trail(desk: DeskOf) -> None:
    page = desk.person("system").get("/channels/doctor").text
    assert "Last backup" in page
    assert "please look at it" in page
    assert "Trail proves itself" not in page


def test_loops_and_channels_are_said_in_words(desk: DeskOf) -> None:
    beat(desk.office.database, desk.office.office_id, "sweep", desk.clock.now, 60)
    text = desk.person("system").get("/channels").text
    assert "reminders are written" in text
    assert ">sweep<" not in text
    assert '<option value="file">files in the folder' in text
