"""From the sweep to the channel: what is decided goes out, what is held waits, what is filed meanwhile drops out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, at, small_office
from notifications.channel import open_channel
from notifications.outbox import DeliveryReport, deliver
from schedules import clock_guard
from schedules.rules import load_rules
from schedules.sweep import sweep
from workflow import messages

if TYPE_CHECKING:
    from pathlib import Path

    from notifications.channel import Channel

RULES = load_rules()


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def swept(office: SmallOffice, when: str, *, proved: bool = True) -> str:
    return sweep(office.database, 1, RULES, at(when), proved=proved).held_reason


def sent(office: SmallOffice, when: str) -> DeliveryReport:
    def channel(name: str) -> Channel:
        return open_channel(name, {}, home=office.folder)

    return deliver(office.database, 1, channel, at(when))


def files(office: SmallOffice) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((office.folder / "outbox").glob("*.txt"))]


def test_every_rung_of_the_month_has_words_that_can_be_sent(office: SmallOffice):
    for day in ("06-01", "06-06", "06-20", "06-23", "06-24", "06-27", "06-29", "06-30", "07-01"):
        swept(office, f"2022-{day} 09:00")
        report = sent(office, f"2022-{day} 09:01")
        assert set(report.counts) <= {"sent"}, day
    assert {row["state"] for row in office.rows("message")} == {"sent"}
    assert len(files(office)) == len(office.rows("message"))
    events = {row["event"] for row in office.rows("message")}
    assert {"opened", "not_received", "due_soon", "due_today", "urging", "supervision", "closing"} <= events


def test_what_is_filed_between_the_sweep_and_the_send_is_not_chased(office: SmallOffice):
    swept(office, "2022-06-24 22:00")
    for task in (2, 3):
        office.report(task, at(f"2022-06-24 22:3{task}"))
        office.sign(task, at(f"2022-06-24 22:4{task}"))
    assert sent(office, "2022-06-24 22:50").counts == {"sent": 2, "not_needed": 2}
    assert sent(office, "2022-06-27 08:00").counts == {"sent": 2, "not_needed": 1}


def test_received_before_the_send_is_received(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    swept(office, "2022-06-06 20:30")
    for task in office.tasks.values():
        office.change("task", task, received_at=at("2022-06-06 21:00"))
    sent(office, "2022-06-07 08:00")
    assert {row["state"] for row in office.rows("message", event="not_received")} == {"not_needed"}


def test_a_doubtful_clock_lets_only_the_warning_out_until_the_director_has_looked(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    assert swept(office, "2022-06-27 09:00", proved=False) != ""
    report = sent(office, "2022-06-27 09:01")
    assert report.counts == {"sent": 1}
    assert [row["event"] for row in office.rows("message", state="sent")] == ["held"]
    with office.database.write(1) as connection:
        clock_guard.confirm(connection, 1, office.actor("director"), at("2022-06-27 09:05"))
        messages.release(connection, 1, office.actor("director"), None, at("2022-06-27 09:05"))
    assert sent(office, "2022-06-27 09:06").counts == {"sent": 9}
    assert {row["state"] for row in office.rows("message", event="urging")} == {"sent"}


def test_a_restored_database_tells_nobody_twice(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    with office.database.write(1) as connection:
        clock_guard.hold(connection, 1, "restored from a backup", at("2022-06-01 09:01"))
    assert sent(office, "2022-06-01 09:02").counts == {"sent": 1}
    assert {row["state"] for row in office.rows("message", event="opened")} == {"due"}
    assert swept(office, "2022-06-01 09:03") == "restored from a backup"
