"""What a sweep decides, on a real office: the default ladder in June 2022 (due Saturday the 25th)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.office import BEGIN, SmallOffice, at, small_office
from kit.sweeping import RULES, confirm, ledger, run, told
from kit.years import grown_office
from models import tables as t
from models.database import Database, sqlite_url
from models.errors import Refused
from models.schema import migrate
from models.states import Action, Role
from schedules.facts import load_history
from schedules.select import NO_DRIFT
from schedules.sweep import SweepReport, sweep
from workflow import messages, periods
from workflow import office as setting

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def test_the_opening_tells_each_clerk_once_about_all_their_tasks(office: SmallOffice):
    assert run(office, "2022-06-01 08:59").decided == 0
    report = run(office, "2022-06-01 09:00")
    assert (report.fired, report.messages) == (6, 3)
    assert told(office, "opened") == ["clerk1", "clerk2", "clerk3"]
    assert [len(row["about"]) for row in office.rows("message")] == [2, 2, 2]
    assert [e["action"] for e in office.rows("event")] == ["sweep"]


def test_a_second_sweep_at_the_same_instant_decides_nothing(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    before = (office.rows("message"), office.rows("reminder"), office.rows("event"))
    assert run(office, "2022-06-01 09:00").decided == 0
    assert (office.rows("message"), office.rows("reminder"), office.rows("event")) == before


def test_a_task_told_to_be_looked_at_again_is_not_told_twice(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    for task in office.tasks.values():
        office.change("task", task, next_due_at=at("2022-06-01 09:01"))
    assert run(office, "2022-06-01 09:01").decided == 0


def test_two_threads_decide_each_rung_once(office: SmallOffice):
    found: list[SweepReport] = []
    workers = [
        threading.Thread(target=lambda: found.append(run(office, "2022-06-01 09:00", proved=True))) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(report.fired for report in found) == [0, 0, 0, 6]
    assert len(office.rows("message")) == 3


def test_the_next_look_is_the_next_rung(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    assert {row["next_due_at"] for row in office.rows("task")} == {at("2022-06-06 09:00")}
    run(office, "2022-06-06 09:00")
    assert {row["next_due_at"] for row in office.rows("task")} == {at("2022-06-20 09:00")}


def test_after_an_outage_only_the_gravest_rung_goes_out(office: SmallOffice):
    run(office, "2022-06-27 10:00")
    task = office.tasks["1.2", "市水利局"]
    assert ledger(office, task) == [
        ("urging", "fired"), ("opened", "superseded"), ("not_received", "superseded"), ("due_minus_5", "superseded"),
        ("due_minus_2", "superseded"), ("due_day", "superseded"),
    ]  # fmt: skip
    assert {row["reason"] for row in office.rows("reminder", state="superseded")} == {
        office.rows("reminder", rule="opened")[0]["reason"]
    }
    assert "“催办单”" in office.rows("reminder", rule="opened")[0]["reason"]
    assert sorted(told(office, "urging")) == ["clerk1", "clerk2", "clerk3", "leader1", "leader2", "leader3"]
    assert len(office.rows("message")) == 6


def test_nothing_is_skipped_however_long_the_outage(office: SmallOffice):
    run(office, "2022-08-31 10:00")
    names = {rule.name for rule in RULES if Role.REVIEWER not in rule.recipients} - {
        "unreviewed_director", "circular_second_month", "unsummarised",
    }  # fmt: skip
    decided = {row["rule"] for row in office.rows("reminder", task_id=1)}
    assert decided == names | {"closing_office"}
    assert {row["next_due_at"] for row in office.rows("task")} == {None}


def test_a_filed_task_is_no_longer_chased(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    task = office.tasks["1.2", "市水利局"]
    office.report(task, at("2022-06-15 10:00"))
    office.sign(task, at("2022-06-15 11:00"))
    run(office, "2022-06-24 09:00")
    assert ledger(office, task) == [
        ("opened", "fired"), ("unreviewed_director", "fired"), ("unreviewed", "superseded"),
        ("not_received", "not_needed"),
    ]  # fmt: skip


def test_a_second_round_is_reminded_again(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    for when in ("2022-06-01 09:00", "2022-06-06 09:00", "2022-06-20 09:00"):
        run(office, when)
    office.report(task, at("2022-06-20 10:00"))
    office.sign(task, at("2022-06-20 11:00"))
    office.give_back(task, at("2022-06-21 10:00"), date(2022, 6, 29))
    run(office, "2022-06-22 09:00")
    run(office, "2022-06-27 09:00")
    rows = [(r["round"], r["rule"]) for r in office.rows("reminder", task_id=task) if r["state"] == "fired"]
    assert rows == [
        (1, "opened"), (1, "not_received"), (1, "due_minus_5"), (2, "due_minus_5"), (2, "due_minus_2"),
    ]  # fmt: skip


def test_a_moved_due_date_is_reminded_again(office: SmallOffice):
    for when in ("2022-06-01 09:00", "2022-06-20 09:00"):
        run(office, when)
    with office.database.write(1) as connection:
        periods.move_due(
            connection, 1, office.actor("director"), "2022-06", date(2022, 6, 30), "防汛", at("2022-06-20 10:00")
        )
    assert run(office, "2022-06-20 10:01").decided == 0
    run(office, "2022-06-23 09:00")
    keys = [(r["due_revision"], r["rule"]) for r in office.rows("reminder", task_id=1) if r["state"] == "fired"]
    assert keys == [(1, "opened"), (1, "due_minus_5"), (2, "due_minus_5")]


def test_quiet_hours_delay_the_message_to_the_next_working_morning(office: SmallOffice):
    run(office, "2022-06-24 23:30")
    assert {row["next_at"] for row in office.rows("message")} == {at("2022-06-27 08:00")}


def test_more_than_three_messages_a_unit_are_held_and_the_director_is_told(office: SmallOffice):
    for place in range(4):
        person = office.add(
            "person", login=f"extra{place}", name=f"备{place}", email="", password_hash="", code_hash="", active=True,
            failed_logins=0, created_at=BEGIN,
        )  # fmt: skip
        for unit in office.units.values():
            office.add("duty", person_id=person, role="clerk", unit_id=unit, valid_from=date(2022, 1, 1))
    report = run(office, "2022-06-27 09:00")
    assert report.messages == 10
    assert report.held_reason != ""
    assert {row["state"] for row in office.rows("message", event="urging")} == {"held"}
    assert [(row["state"], row["recipient_id"]) for row in office.rows("message", event="held")] == [
        ("due", office.people["director"])
    ]
    with office.database.write(1) as connection:
        assert len(messages.release(connection, 1, office.actor("director"), None, at("2022-06-27 10:00"))) == 10
    assert {row["state"] for row in office.rows("message")} == {"due"}


def test_nine_messages_for_three_units_are_not_held(office: SmallOffice):
    for place in range(3):
        person = office.add(
            "person", login=f"extra{place}", name=f"备{place}", email="", password_hash="", code_hash="", active=True,
            failed_logins=0, created_at=BEGIN,
        )  # fmt: skip
        office.add("duty", person_id=person, role="clerk", unit_id=1, valid_from=date(2022, 1, 1))
    report = run(office, "2022-06-27 09:00")
    assert (report.messages, report.held_reason) == (9, "")


def test_a_rung_without_anybody_to_tell_says_so(office: SmallOffice):
    office.change("duty", office.people["clerk2"], valid_to=date(2022, 5, 31))
    report = run(office, "2022-06-01 09:00")
    assert (report.fired, report.not_needed, report.messages) == (4, 2, 2)
    rows = office.rows("reminder", task_id=office.tasks["1.2", "市水利局"])
    assert [(row["state"], row["reason"] != "") for row in rows] == [("not_needed", True)]


@pytest.mark.parametrize(("second", "held"), [("2022-06-02 21:00", False), ("2022-06-02 21:01", True)])
def test_a_gap_of_more_than_36_hours_holds_what_is_sent(office: SmallOffice, second: str, held: bool):
    run(office, "2022-06-01 09:00")
    report = run(office, second, proved=False)
    assert (report.held_reason != "") is held


@pytest.mark.parametrize("first", ["2022-06-01 09:00", "2022-06-20 09:00", "2020-01-01 09:00"])
def test_the_first_sweep_of_an_office_is_never_doubted(tmp_path: Path, first: str):
    """Before it nothing can have been missed or said twice, however late the service is first started."""
    database = Database(sqlite_url(tmp_path / "new.db"), synchronous="OFF")
    migrate(database)
    with database.write(1) as connection:
        named = setting.OfficeName("甲市办公室", "甲办", "市政府")
        setting.set_up(connection, 1, named, dict.fromkeys(setting.FIRST, "code"), at("2022-06-01 08:00"))
    assert sweep(database, 1, RULES, at(first)).held_reason == ""
    stopped = at(first) + timedelta(hours=36, minutes=1)
    assert sweep(database, 1, RULES, stopped).held_reason != ""


def test_a_clock_that_went_back_holds_and_a_breath_back_does_not(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    assert run(office, "2022-06-01 08:59").held_reason == ""
    assert run(office, "2022-06-01 08:00").held_reason != ""
    assert [row["state"] for row in office.rows("message", event="held")] == ["due"]


def test_a_clock_a_year_ahead_costs_nobody_a_reminder(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    wrong = run(office, "2023-06-01 09:00", proved=False)
    assert wrong.held_reason != ""
    assert {row["state"] for row in office.rows("message", event="supervision")} <= {"held"}
    confirm(office, "2022-06-01 09:10")
    assert {row["state"] for row in office.rows("message", state="held")} == set()
    run(office, "2022-06-01 09:10")
    run(office, "2022-06-20 09:00")
    fired = office.rows("reminder", task_id=1, state="fired")
    assert [(row["rule"], row["decided_at"]) for row in fired] == [
        ("opened", at("2022-06-01 09:00")), ("due_minus_5", at("2022-06-20 09:00")),
    ]  # fmt: skip
    assert [row["state"] for row in office.rows("message", event="due_soon")] == ["due"] * 3


def test_a_real_outage_is_confirmed_and_its_messages_released(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    run(office, "2022-06-27 10:00", proved=False)
    held = office.rows("message", state="held")
    assert len(held) == 6
    with pytest.raises(Refused) as refused, office.database.write(1) as connection:
        messages.release(connection, 1, office.actor("director"), None, at("2022-06-27 10:05"))
    assert refused.value.code == "E-C01"
    confirm(office, "2022-06-27 10:06")
    with office.database.write(1) as connection:
        released = messages.release(connection, 1, office.actor("director"), None, at("2022-06-27 10:07"))
    assert released == [row["id"] for row in held]


def test_tasks_in_a_message_carry_the_states_of_their_own_rung(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    line: dict[str, Any] = office.rows("message")[0]["fields"]["tasks"][0]
    assert (line["rule"], line["while_states"]) == ("opened", ["assigned"])


def test_a_failing_sweep_changes_nothing(office: SmallOffice):
    with office.database.write(1) as connection:
        connection.execute(
            sa.text("CREATE TRIGGER broken BEFORE INSERT ON reminder BEGIN SELECT RAISE(ABORT,'no'); END")
        )
    with pytest.raises(sa.exc.IntegrityError):
        run(office, "2022-06-01 09:00")
    assert (office.rows("message"), office.rows("event"), office.rows("watermark")) == ([], [], [])
    with office.database.write(1) as connection:
        connection.execute(sa.text("DROP TRIGGER broken"))
    assert run(office, BEGIN + timedelta(hours=9)).fired == 6
    assert t.reminder.name == "reminder"


def test_a_sweep_that_cannot_tell_decides_nothing(office: SmallOffice):
    with office.database.write(1) as connection:
        connection.execute(
            sa.text("CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT,'no'); END")
        )
    with pytest.raises(sa.exc.IntegrityError):
        run(office, "2022-06-01 09:00")
    assert (office.rows("reminder"), office.rows("event"), office.rows("watermark")) == ([], [], [])


def test_a_receipt_in_time_leaves_nothing_to_be_said_of_it(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    office.act("clerk2", Action.RECEIVE, task, at("2022-06-02 10:00"))
    run(office, "2022-06-07 09:00")
    assert ledger(office, task) == [("opened", "fired")]


def test_a_withdrawn_report_brings_no_milder_rung_back(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    task = office.tasks["1.2", "市水利局"]
    office.report(task, at("2022-06-02 10:00"))
    for day in ("20", "22", "24"):
        run(office, f"2022-06-{day} 09:00")
    assert ledger(office, task) == [("opened", "fired"), ("due_day", "fired")]
    office.act("clerk2", Action.WITHDRAW, task, at("2022-06-24 14:00"))
    report = run(office, "2022-06-24 14:01")
    assert (report.fired, report.superseded) == (0, 2)
    assert ledger(office, task)[2:] == [("due_minus_5", "superseded"), ("due_minus_2", "superseded")]


def test_a_rule_added_while_the_service_was_down_speaks_at_the_first_look(office: SmallOffice):
    run(office, "2022-06-20 09:00")
    extra = next(rule for rule in RULES if rule.name == "due_minus_2").model_copy(
        update={"name": "due_minus_4", "offset": -4}
    )
    rules = (*RULES, extra)
    assert sweep(office.database, 1, rules, at("2022-06-21 09:00"), drift=NO_DRIFT).decided == 0
    assert sweep(office.database, 1, rules, at("2022-06-21 09:00"), drift=NO_DRIFT, anew=True).fired == 6


def test_a_sweep_asks_no_more_for_more_tasks(tmp_path: Path) -> None:
    asked = []
    for clauses in (3, 12):
        office = grown_office(tmp_path / f"{clauses}", units=1, clauses=clauses, months=1)
        count = [0]
        sa.event.listen(office.database.engine, "before_cursor_execute", lambda *_args, count=count: count.append(1))
        swept = sweep(office.database, 1, None, at("2022-06-26 09:00"))
        assert swept.decided > 3 * clauses
        asked.append(len(count))
        office.database.close()
    assert abs(asked[0] - asked[1]) <= 2  # a flow is read once a process


def test_a_step_after_a_clock_ahead_of_time_is_told_by_the_clock_of_then(office: SmallOffice):
    task, wrong, right = office.tasks["1.1", "市发改委"], at("2023-06-01 10:00"), at("2022-06-20 10:00")
    office.act("clerk1", "receive", task, wrong)
    office.report(task, right)
    with office.database.read() as connection:
        assert [past.at for past in load_history(connection, 1, [task])[task]] == [wrong, right]
