"""What came due while nobody looked and can be told no more ends all the same, with a reason: nothing due ends as nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, at, small_office
from kit.sweeping import confirm, ledger, run
from models.states import Action, RequestKind
from schedules import clock_guard
from schedules.runner import beat
from workflow import periods, requests

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


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
