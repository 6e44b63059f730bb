"""What a sweep decides, on a real office: the default ladder in June 2022 (due Saturday the 25th)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.office import BEGIN, SmallOffice, add_month, at, small_office
from kit.years import grown_office
from models import tables as t
from models.database import Database, sqlite_url
from models.errors import Refused
from models.facts import from_plain
from models.paper_facts import ChasingFacts
from models.rendering import Rendered
from models.schema import migrate
from models.states import Action, RequestKind, Role
from models.store import Store
from schedules import clock_guard, drafts
from schedules.facts import load_history
from schedules.rules import load_rules
from schedules.runner import beat
from schedules.select import NO_DRIFT
from schedules.sweep import SweepReport, sweep
from workflow import messages, periods, requests
from workflow import office as setting

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

RULES = load_rules()


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def run(office: SmallOffice, when: str | datetime, *, proved: bool = True) -> SweepReport:
    return sweep(
        office.database, 1, RULES, at(when) if isinstance(when, str) else when, drift=NO_DRIFT if proved else None
    )


class StopAsking(Exception):
    """Raised by a renderer to look at what it was given."""


def _stop(facts: ChasingFacts) -> Rendered:
    raise StopAsking(facts)


def issue(
    office: SmallOffice, *numbers: int, when: datetime, login: str = "director", render: Any = None
) -> drafts.IssuedDrafts:
    """Issue drafts as one circular, rendered as plain words."""
    store = Store(office.folder / "store")
    told = render or (lambda facts: Rendered({"pdf": repr(facts).encode()}))
    return drafts.issue(office.database, 1, office.actor(login), numbers, store, told, when)


def ledger(office: SmallOffice, task: int) -> list[tuple[str, str]]:
    return [(row["rule"], row["state"]) for row in office.rows("reminder", task_id=task)]


def told(office: SmallOffice, event: str) -> list[str]:
    names = {number: login for login, number in office.people.items()}
    return [names[row["recipient_id"]] for row in office.rows("message", event=event)]


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


def overdue(office: SmallOffice) -> SweepReport:
    for when in ("2022-06-27 09:00", "2022-06-29 09:00", "2022-06-30 09:00"):
        run(office, when)
    return run(office, "2022-07-01 09:00")


def test_a_circular_is_a_draft_that_the_director_issues(office: SmallOffice):
    report = overdue(office)
    assert (report.drafted, report.messages) == (6, 0)
    assert [row["unit_id"] for row in office.rows("draft")] == [1, 2, 3]
    when = at("2022-07-01 10:00")
    with pytest.raises(Refused):
        issue(office, 1, when=when, login="reviewer")
    assert issue(office, 1, when=when).told == 1
    with office.database.write(1) as connection:
        drafts.drop(connection, 1, office.actor("director"), 2, "已当面说明", when)
        assert [row["id"] for row in drafts.list_drafts(connection, 1, office.actor("director"))] == [3]
    assert told(office, "circular") == ["leader1"]
    for number in (1, 2):
        with pytest.raises(Refused) as refused:
            issue(office, number, when=when)
        assert (refused.value.code, refused.value.fields["by"]) == ("E-S19", "王主任")


def test_several_drafts_become_one_circular_that_is_frozen_with_its_facts(office: SmallOffice):
    overdue(office)
    when = at("2022-07-01 10:00")
    made = issue(office, 1, 2, 3, when=when)
    assert (made.told, made.paper.cited) == (3, "〔2022〕1号")
    facts = from_plain(ChasingFacts, office.rows("paper")[0]["facts"])
    assert [unit.name for unit in facts.units] == ["市发改委", "市水利局", "市生态环境局"]
    assert {task.days_late for unit in facts.units for task in unit.tasks} == {6}
    assert all(unit.nothing_filed for unit in facts.units)
    assert facts.until == date(2022, 7, 6)  # three working days, a weekend in between
    assert [row["issued_by"] for row in office.rows("draft")] == ["director"] * 3
    assert {row["fields"]["number"] for row in office.rows("message") if row["event"] == "circular"} == {"〔2022〕1号"}
    events = [row["action"] for row in office.rows("event")][-4:]
    assert events == ["paper.issue", "draft.issue", "draft.issue", "draft.issue"]


def test_drafts_about_reports_and_about_problems_are_not_one_circular(office: SmallOffice):
    overdue(office)
    with office.database.write(1) as connection:  # as a task of the ledger has it
        about = office.row("draft", 1)["about"][0][0]
        connection.execute(sa.update(t.task).where(t.task.c.id == about).values(period_id=None))
    with pytest.raises(Refused) as refused:
        issue(office, 1, 2, when=at("2022-07-01 10:00"))
    assert refused.value.code == "E-S52"
    assert office.rows("paper") == []


def test_a_second_late_month_in_a_row_is_drafted_the_day_after_due(office: SmallOffice):
    overdue(office)
    with office.database.write(1) as connection:
        add_month(
            connection, office, "2022-07", date(2022, 7, 1), date(2022, 7, 25), date(2022, 8, 1), at("2022-07-01")
        )
    run(office, "2022-07-26 09:00")
    july = office.rows("reminder", task_id=7)
    assert [row["rule"] for row in july if row["state"] == "drafted"] == ["circular_second_month"]
    assert [row["rule"] for row in july if row["state"] == "fired"] == ["urging"]


def test_a_month_reported_in_time_breaks_the_row(office: SmallOffice):
    for task in office.tasks.values():
        office.report(task, at("2022-06-15 10:00"))
        office.sign(task, at("2022-06-15 10:00"))
    with office.database.write(1) as connection:
        add_month(
            connection, office, "2022-07", date(2022, 7, 1), date(2022, 7, 25), date(2022, 8, 1), at("2022-07-01")
        )
    run(office, "2022-07-26 09:00")
    assert [row["rule"] for row in office.rows("reminder", task_id=7) if row["state"] == "drafted"] == []


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


def confirm(office: SmallOffice, when: str) -> None:
    with pytest.raises(Refused), office.database.write(1) as connection:
        clock_guard.confirm(connection, 1, office.actor("clerk1"), at(when))
    with office.database.write(1) as connection:
        clock_guard.confirm(connection, 1, office.actor("director"), at(when))


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


def test_a_closed_month_is_left_in_peace(office: SmallOffice):
    """Nobody is told; what came due before the closing while nobody looked ends with that reason."""
    office.change("period", 1, state="closed")
    report = run(office, "2022-06-27 09:00")
    assert (report.fired, report.drafted, report.messages) == (0, 0, 0)
    assert len({row["reason"] for row in office.rows("reminder")}) == 1
    assert run(office, "2022-06-28 09:00").decided == 0


UNSEEN = [(rule, "not_needed") for rule in ("due_minus_5", "due_minus_2", "due_day", "urging")]


def test_what_came_due_before_a_task_was_finished_ends_though_nobody_looked_before(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    office.act("director", Action.WAIVE, task, at("2022-06-27 10:00"), reason="本月按规定免予报送。")
    assert run(office, "2022-06-27 11:00").looked_at
    assert [one for one in ledger(office, task) if one[0] not in {"opened", "not_received"}] == UNSEEN
    assert office.row("task", task)["next_due_at"] is None


def test_what_came_due_in_a_round_that_was_left_ends_though_nobody_looked_before(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    office.report(task, at("2022-06-27 10:00"))
    office.sign(task, at("2022-06-27 10:05"))
    office.give_back(task, at("2022-06-30 10:00"), date(2022, 7, 8))
    run(office, "2022-06-30 11:00")
    first = [
        row for row in office.rows("reminder", task_id=task, round=1) if row["decided_at"] > at("2022-06-30 00:00")
    ]
    assert [(row["rule"], row["state"]) for row in first] == [
        *UNSEEN,
        ("unreviewed", "not_needed"),
        ("closing_office", "not_needed"),
    ]
    assert len({row["reason"] for row in first}) == 1
    assert run(office, "2022-06-30 11:01").decided == 0


def test_a_director_who_confirms_the_clock_has_looked_at_nothing(office: SmallOffice):
    """After a restore the service waits for a yes: what came due in a round that was left before still ends."""
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    beat(office.database, 1, clock_guard.SWEEP, at("2022-06-06 09:00"), 60)
    office.report(task, at("2022-06-27 10:00"))
    office.sign(task, at("2022-06-27 10:05"))
    office.give_back(task, at("2022-06-30 10:00"), date(2022, 7, 8))
    with office.database.write(1) as connection:
        clock_guard.hold(connection, 1, "restored", at("2022-06-30 10:20"))
    confirm(office, "2022-06-30 10:30")
    run(office, "2022-06-30 11:00")
    ended = [row["rule"] for row in office.rows("reminder", task_id=task, round=1, state="not_needed")]
    assert ended == [*(rule for rule, _state in UNSEEN), "unreviewed", "closing_office"]


def test_what_came_due_under_a_date_that_was_moved_ends_though_nobody_looked_before(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    with office.database.write(1) as connection:
        clerk, director, asked = office.actor("clerk2"), office.actor("director"), at("2022-06-25 10:00")
        wanted = {"wanted_due_on": date(2022, 7, 5), "progress": "已完成一半。"}
        requests.ask(connection, 1, clerk, task, RequestKind.EXTENSION, "现场核查尚未结束。", asked, **wanted)
        requests.decide(connection, 1, director, 1, grant=True, reason="同意顺延。", now=at("2022-06-27 10:00"))
        periods.move_due(
            connection, 1, director, "2022-06", date(2022, 7, 8), "汛期，顺延报送。", at("2022-06-27 11:00")
        )
    run(office, "2022-06-28 11:00")
    under = {revision: [(row["rule"], row["state"]) for row in office.rows("reminder", task_id=task, due_revision=revision)]
             for revision in (1, 2, 3)}  # fmt: skip
    assert under[1][2:] == UNSEEN
    assert under[2] == []
    assert [rule for rule, _state in under[3]] == []


def test_what_came_due_before_its_month_was_closed_ends_though_nobody_looked_before(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    office.add(
        "summary", period_id=1, number=1, document_number="1号", facts={}, files={}, covers=[], words_sha256="",
        head_seq=0, head_hash="", issued_by="director", issued_at=at("2022-06-27 10:00"),
    )  # fmt: skip
    with office.database.write(1) as connection:
        periods.close_period(connection, 1, office.actor("director"), "2022-06", at("2022-06-27 10:00"))
    report = run(office, "2022-06-27 11:00")
    assert (report.fired, report.messages) == (0, 0)
    assert [one for one in ledger(office, task) if one[0] not in {"opened", "not_received"}] == UNSEEN
    assert {row["next_due_at"] for row in office.rows("task")} == {None}


def test_a_rung_of_a_second_late_month_is_no_matter_in_the_first(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    office.report(task, at("2022-06-27 10:00"))
    office.sign(task, at("2022-06-27 10:05"))
    run(office, "2022-06-28 10:00")
    assert office.rows("reminder", task_id=task, rule="circular_second_month") == []


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


def test_what_came_while_nobody_looked_ends_with_a_reason_though_the_task_is_filed(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    task = office.tasks["1.2", "市水利局"]
    office.report(task, at("2022-06-21 10:00"))
    office.sign(task, at("2022-06-21 11:00"))
    run(office, "2022-06-21 12:00")
    assert ledger(office, task) == [("opened", "fired"), ("not_received", "not_needed"), ("due_minus_5", "not_needed")]
    assert "已签章" in office.rows("reminder", task_id=task, rule="due_minus_5")[0]["reason"]
    run(office, "2022-06-24 09:00")  # what came after the filing was never open
    assert "due_day" not in dict(ledger(office, task))


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
    assert sweep(office.database, 1, rules, at("2022-06-21 09:00"), proved=True).decided == 0
    assert sweep(office.database, 1, rules, at("2022-06-21 09:00"), proved=True, anew=True).fired == 6


def test_a_circular_names_only_what_is_still_late_and_says_why_in_words(office: SmallOffice):
    for day in ("06-01", "06-24", "06-27", "06-29", "07-01"):
        run(office, f"2022-{day} 09:00")
    first, second = office.tasks["1.1", "市发改委"], office.tasks["2.1", "市发改委"]
    number = next(row["id"] for row in office.rows("draft") if row["about"][0][0] in {first, second})
    assert office.row("draft", number)["reason"] != "circular"
    assert "5" in office.row("draft", number)["reason"]
    late = at("2022-07-01 10:00")
    for task in (first, second):
        office.report(task, late)
        office.sign(task, late)
        if task == first:
            with pytest.raises(StopAsking) as stopped:
                issue(office, number, when=late, render=_stop)
            assert [task.task_id for task in stopped.value.args[0].units[0].tasks] == [second]
            continue
        with pytest.raises(Refused) as refused:
            issue(office, number, when=late)
        assert refused.value.code == "E-S27"


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
