"""Circulars: drafted by a sweep for who is late, issued or dropped by the director."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.office import SmallOffice, add_month, at, small_office
from kit.sweeping import run, told
from models import tables as t
from models.errors import Refused
from models.paper_facts import ChasingFacts
from models.plain import from_plain
from models.rendering import Rendered
from models.store import Store
from schedules import drafts

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from schedules.sweep import SweepReport


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


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


def test_a_rung_of_a_second_late_month_is_no_matter_in_the_first(office: SmallOffice):
    task = office.tasks["1.2", "市水利局"]
    run(office, "2022-06-06 09:00")
    office.report(task, at("2022-06-27 10:00"))
    office.sign(task, at("2022-06-27 10:05"))
    run(office, "2022-06-28 10:00")
    assert office.rows("reminder", task_id=task, rule="circular_second_month") == []


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
