"""From the sweep to the channel: what is decided goes out, what is held waits, what is filed meanwhile drops out."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, at, small_office
from notifications import outbox
from notifications.channel import open_channel
from notifications.claims import claim
from notifications.outbox import DeliveryReport, deliver
from schedules import clock_guard
from schedules.facts import Hours, at_rest
from schedules.rules import load_rules
from schedules.select import NO_DRIFT
from schedules.sweep import sweep
from workflow import messages, periods

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notifications.channel import Channel, Envelope

RULES = load_rules()


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def swept(office: SmallOffice, when: str, *, proved: bool = True) -> str:
    return sweep(office.database, 1, RULES, at(when), drift=NO_DRIFT if proved else None).held_reason


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
    assert sent(office, "2022-06-27 09:06").counts == {"sent": 6, "superseded": 3}
    assert {row["state"] for row in office.rows("message", event="urging")} == {"sent"}


def test_a_restored_database_tells_nobody_twice(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    with office.database.write(1) as connection:
        clock_guard.hold(connection, 1, "restored from a backup", at("2022-06-01 09:01"))
    assert sent(office, "2022-06-01 09:02").counts == {"sent": 1}
    assert {row["state"] for row in office.rows("message", event="opened")} == {"due"}
    assert swept(office, "2022-06-01 09:03") == "restored from a backup"


def evening(office: SmallOffice) -> None:
    """The opening is decided on the evening of the first day and waits for the morning."""
    swept(office, "2022-06-01 21:00")
    assert {row["event"] for row in office.rows("message", state="due")} == {"opened"}


def test_a_due_date_moved_overnight_still_tells_of_the_opening_with_the_new_date(office: SmallOffice):
    evening(office)
    with office.database.write(1) as connection:
        director = office.actor("director")
        periods.move_due(connection, 1, director, "2022-06", date(2022, 6, 28), "因故延期", at("2022-06-01 22:00"))
    swept(office, "2022-06-01 22:01")
    assert sent(office, "2022-06-02 08:00").counts == {"sent": 3}
    assert all("6月28日" in text and "6月25日" not in text for text in files(office))


def test_a_reminder_that_hung_on_the_old_due_date_is_dropped(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    sent(office, "2022-06-01 09:01")
    swept(office, "2022-06-24 21:00")
    with office.database.write(1) as connection:
        director = office.actor("director")
        periods.move_due(connection, 1, director, "2022-06", date(2022, 6, 29), "因故延期", at("2022-06-24 22:00"))
    assert sent(office, "2022-06-27 08:00").counts == {"not_needed": 3}


def test_a_reminder_follows_the_duty_to_whoever_took_it_over(office: SmallOffice):
    evening(office)
    number = next(d["id"] for d in office.rows("duty") if d["person_id"] == office.people["clerk1"])
    office.change("duty", number, valid_to=date(2022, 6, 1))
    for login, unit in (("clerk1", "市水利局"), ("leader1", "市发改委")):  # moved to another unit; took the duty over
        office.add(
            "duty",
            person_id=office.people[login],
            role="clerk",
            unit_id=office.units[unit],
            valid_from=date(2022, 6, 2),
        )
    assert sent(office, "2022-06-02 08:00").counts == {"sent": 3}
    told = {text.split("\n")[1] for text in files(office)}
    assert any("leader1" in line for line in told)
    assert not any("clerk1" in line for line in told)
    assert "李一" in office.rows("message", recipient_id=office.people["clerk1"])[0]["reason"]


def test_a_reminder_nobody_took_over_ends_with_its_reason(office: SmallOffice):
    evening(office)
    number = next(d["id"] for d in office.rows("duty") if d["person_id"] == office.people["clerk1"])
    office.change("duty", number, unit_id=office.units["市水利局"])
    assert sent(office, "2022-06-02 08:00").counts == {"sent": 2, "not_needed": 1}
    assert office.rows("message", state="not_needed")[0]["reason"] != ""


@pytest.mark.parametrize(
    ("when", "out"),
    [("2022-06-02 21:00", False), ("2022-06-03 10:00", False), ("2022-06-06 07:59", False), ("2022-06-06 08:00", True)],
)
def test_a_service_that_comes_back_at_night_or_on_a_holiday_keeps_the_quiet_hours(
    office: SmallOffice, when: str, out: bool
):
    evening(office)  # 3 to 5 June is the Dragon Boat festival
    with office.database.read() as connection:
        resting = at_rest(connection, 1, at(when), Hours())
    assert bool(resting) is not out
    report = deliver(
        office.database,
        1,
        lambda name: open_channel(name, {}, home=office.folder),
        at(when),
        resting=lambda _connection: resting,
    )
    assert report.sent == (3 if out else 0)


def test_news_goes_out_at_night(office: SmallOffice):
    task = office.tasks["1.1", "市发改委"]
    office.report(task, at("2022-06-02 21:00"))
    with office.database.read() as connection:
        resting = at_rest(connection, 1, at("2022-06-02 21:00"), Hours())
    opened = partial(open_channel, settings={}, home=office.folder)
    assert deliver(office.database, 1, opened, at("2022-06-02 21:01"), resting=lambda _connection: resting).sent == 1


def test_a_hold_in_the_middle_of_a_batch_stops_the_rest_of_it(office: SmallOffice, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "KNOWN_SECONDS", 0.0)  # as if each letter took a mail server's time
    swept(office, "2022-06-01 09:00")

    class Holding:
        name, private = "file", True

        def send(self, _envelope: Envelope) -> str:
            with office.database.write(1) as connection:
                clock_guard.hold(connection, 1, "restored from a backup", at("2022-06-01 09:01"))
            return ""

    assert deliver(office.database, 1, lambda _name: Holding(), at("2022-06-01 09:01")).sent == 1
    assert len(office.rows("message", event="opened", state="due")) == 2


def test_a_lone_worker_takes_over_at_once_what_a_dead_one_was_sending(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    with office.database.write(1) as connection:
        assert claim(connection, 1, [1], at("2022-06-01 09:00"))[0]
    assert sent(office, "2022-06-01 09:01").counts == {"sent": 2}
    opened = partial(open_channel, settings={}, home=office.folder)
    assert deliver(office.database, 1, opened, at("2022-06-01 09:02"), alone=True).counts == {"sent": 1}
    assert [row["outcome"] for row in office.rows("attempt", message=1)] == ["lost", "sent"]


def test_what_a_clock_ahead_of_time_put_off_is_tried_again_when_it_is_set_right(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    refused: Callable[[str], Channel] = lambda _name: open_channel("sms", {})  # noqa: E731
    deliver(office.database, 1, refused, at("2023-06-01 09:00"))
    assert {row["state"] for row in office.rows("message")} == {"retry"}
    with office.database.write(1) as connection:
        clock_guard.confirm(connection, 1, office.actor("director"), at("2022-06-01 10:00"))
    assert sent(office, "2022-06-01 10:01").counts == {"sent": 3}


def test_what_was_held_rung_by_rung_goes_out_as_the_gravest_alone(office: SmallOffice):
    swept(office, "2022-06-01 09:00")
    sent(office, "2022-06-01 09:01")
    assert swept(office, "2022-06-06 09:00", proved=False) != ""
    for day in ("20", "23", "24", "27"):
        swept(office, f"2022-06-{day} 09:00")
    with office.database.write(1) as connection:
        director = office.actor("director")
        clock_guard.confirm(connection, 1, director, at("2022-06-27 10:00"))
        messages.release(connection, 1, director, None, at("2022-06-27 10:00"))
    report = sent(office, "2022-06-27 10:01")
    assert report.counts == {"sent": 7, "superseded": 12}  # three clerks and leaders are urged, one hold was told
    assert {row["event"] for row in office.rows("message", state="sent")} == {"opened", "held", "urging"}
    assert all(row["reason"] for row in office.rows("message", state="superseded"))
