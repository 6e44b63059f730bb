"""The plan of a span is what the sweeps of that span then do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from kit.door import HAN
from kit.office import SmallOffice, at, small_office
from kit.rules import OWN_RULES
from models.language import speaking
from schedules.plan import PlannedLine, plan
from schedules.rules import load_rules, parse_rules
from schedules.select import NO_DRIFT
from schedules.sweep import sweep

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules()
JUNE = (date(2022, 6, 1), date(2022, 7, 31))


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def planned(office: SmallOffice, start: date, end: date) -> list[PlannedLine]:
    with office.database.read() as connection:
        return plan(connection, 1, RULES, start, end, now=at("2022-06-01 00:00"))


def test_the_plan_is_what_the_sweeps_then_do(office: SmallOffice):
    lines = planned(office, *JUNE)
    names = {number: login for login, number in office.people.items()}
    now = at("2022-06-01 00:00")
    while now < at("2022-08-01 00:00"):
        sweep(office.database, 1, RULES, now, drift=NO_DRIFT)
        now += timedelta(hours=1)
    sent = [
        (row["next_at"], names[row["recipient_id"]], row["event"], sorted(item[0] for item in row["about"]))
        for row in office.rows("message")
    ]
    assert sorted((x.when, x.recipient, x.template, list(x.tasks)) for x in lines if not x.draft) == sorted(sent)
    drafts = [(row["made_at"], row["kind"], sorted(item[0] for item in row["about"])) for row in office.rows("draft")]
    assert [(x.when, x.template, list(x.tasks)) for x in lines if x.draft] == drafts
    assert len(drafts) == 3


def test_a_line_says_when_to_whom_and_why(office: SmallOffice):
    first, *_rest = planned(office, date(2022, 6, 20), date(2022, 6, 20))
    assert (first.when, first.recipient, first.rule, first.tasks) == (
        at("2022-06-20 09:00"), "clerk1", "due_minus_5", (1, 5),
    )  # fmt: skip
    with speaking("en"):
        said = planned(office, date(2022, 6, 20), date(2022, 6, 20))[0].why
    assert said == "due in five working days: 5 working day(s) before the due date; clauses 1.1, 2.1, due 2022-06-25"


def test_a_line_names_its_rules_and_days_in_the_readers_words(office: SmallOffice):
    moved = parse_rules(OWN_RULES.replace("offset = -2", "offset = -3").replace('"urging"', '"our_rule"', 1))
    with office.database.read() as connection, speaking("en"):
        lines = plan(connection, 1, moved, *JUNE, now=at("2022-06-01 00:00"))
    words = {line.rule: line.why.split(";")[0] for line in lines}
    assert words["due_minus_2"] == "due soon: 3 working day(s) before the due date"
    assert words["our_rule"] == "our_rule: 1 working day(s) after the due date"
    assert words["due_day"] == "due today: on the day of the due date"
    assert not [line.why for line in lines if HAN.search(line.why)]


def test_what_is_overdue_is_planned_for_the_next_sweep(office: SmallOffice):
    with office.database.read() as connection:
        lines = plan(connection, 1, RULES, date(2022, 6, 27), date(2022, 6, 27), now=at("2022-06-27 10:00"))
    assert {(line.when, line.template) for line in lines} == {(at("2022-06-27 10:00"), "urging")}


def test_a_filed_task_leaves_the_plan(office: SmallOffice):
    office.report(office.tasks["1.2", "市水利局"], at("2022-06-02 10:00"))
    lines = planned(office, date(2022, 6, 23), date(2022, 6, 23))
    assert [(line.recipient, line.tasks) for line in lines] == [
        ("clerk1", (1, 5)),
        ("clerk2", (2,)),
        ("clerk3", (4, 6)),
    ]


def test_planning_changes_nothing(office: SmallOffice):
    before = [office.rows(name) for name in ("task", "message", "reminder", "event")]
    planned(office, *JUNE)
    assert [office.rows(name) for name in ("task", "message", "reminder", "event")] == before
