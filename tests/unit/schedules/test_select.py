"""What goes out: the gravest rung after an outage, one bundle a person, decent hours, doubts about clock and number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kit.plans import due
from models.states import Role, Stage
from models.times import SHANGHAI
from schedules.due import Firing, TaskFacts
from schedules.rules import load_rules
from schedules.select import Bundle, audience, blast, clock_doubt, digest, most_severe, quiet
from workflow.calendar import seeded
from workflow.flow_store import shipped

CALENDAR = seeded(range(2021, 2027))
RULES = load_rules()
JUNE = TaskFacts(
    flow=shipped("monthly_report"),
    task_id=1,
    unit_id=7,
    state=Stage.ASSIGNED,
    round=1,
    due_revision=1,
    received=True,
    opened_on=date(2022, 6, 1),
    due_on=date(2022, 6, 25),
    signed_on=None,
    returned_on=None,
    closes_on=date(2022, 7, 1),
)
SIGNED = replace(JUNE, task_id=2, state=Stage.SIGNED_STAMPED, signed_on=date(2022, 6, 20))
PEOPLE = {(Role.CLERK, 7): [71], (Role.LEADER, 7): [72], (Role.CLERK, 8): [71, 81], (Role.LEADER, 8): [82]}
OFFICE = {Role.REVIEWER: [10, 11], Role.DIRECTOR: [20]}


def people(role: Role, unit_id: int, _handler: int | None = None) -> list[int]:
    return OFFICE.get(role) or PEOPLE.get((role, unit_id), [])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def missed(until: str, *tasks: TaskFacts) -> list[Firing]:
    return due(RULES, tasks, CALENDAR, at(until), set())


def firing(rule_name: str, **changes) -> Firing:
    (rule,) = [rule for rule in RULES if rule.name == rule_name]
    changed = {
        name: changes.pop(name) for name in ("level", "mode", "recipients", "template", "copy") if name in changes
    }
    if "copy" in changed:
        changed["copy_to"] = changed.pop("copy")
    rule = rule.model_copy(update=changed)
    return replace(Firing(rule, 1, 7, 1, 1, at("2022-06-27 09:00")), **changes)


def test_most_severe_after_an_outage_is_one_rung_a_task() -> None:
    fire, superseded = most_severe(missed("2022-06-29 10:00", JUNE))
    assert [one.rule_name for one in fire] == ["supervision"]
    assert [(low.rule_name, high.rule_name) for low, high in superseded] == [
        ("opened", "supervision"),
        ("due_minus_5", "supervision"),
        ("due_minus_2", "supervision"),
        ("due_day", "supervision"),
        ("urging", "supervision"),
    ]


def test_most_severe_keeps_the_offices_ladder_beside_the_units() -> None:
    fire, superseded = most_severe(missed("2022-08-01 10:00", replace(JUNE, late_months=1)))
    assert [one.rule_name for one in fire] == ["supervision", "circular"]
    office = [(low.rule_name, high.rule_name) for low, high in superseded if audience(low) == "office"]
    assert office == [("circular_second_month", "circular"), ("closing_office", "circular")]


def test_most_severe_chases_the_director_alone_for_what_lay_unreviewed() -> None:
    fire, superseded = most_severe(missed("2022-06-24 10:00", SIGNED))
    assert [one.rule_name for one in fire] == ["unreviewed_director"]
    assert [low.rule_name for low, _high in superseded] == ["unreviewed"]


def test_most_severe_judges_each_task_by_itself() -> None:
    fire, _superseded = most_severe(
        missed("2022-06-27 10:00", JUNE, replace(JUNE, task_id=3, due_on=date(2022, 6, 30)))
    )
    assert [(one.task_id, one.rule_name) for one in fire] == [(1, "urging"), (3, "due_minus_5")]


def test_most_severe_lets_no_draft_silence_the_unit() -> None:
    notice, draft = firing("supervision"), firing("circular", recipients=(Role.LEADER,))
    assert most_severe([notice, draft]) == ([notice, draft], [])


def test_most_severe_loses_nothing() -> None:
    found = missed("2022-08-01 10:00", JUNE, SIGNED)
    fire, superseded = most_severe(found)
    assert sorted(one.key for one in [*fire, *(low for low, _high in superseded)]) == sorted(one.key for one in found)


def test_most_severe_of_nothing_is_nothing() -> None:
    assert most_severe([]) == ([], [])


def test_digest_is_one_bundle_a_person_with_all_their_tasks() -> None:
    found = [firing("urging"), firing("urging", task_id=2), firing("urging", task_id=3, unit_id=8)]
    assert digest(found, people) == [
        Bundle(71, "urging", tuple(found)),
        Bundle(72, "urging", tuple(found[:2])),
        Bundle(81, "urging", (found[2],)),
        Bundle(82, "urging", (found[2],)),
    ]


def test_digest_speaks_with_the_gravest_and_keeps_the_milder_apart() -> None:
    mild, grave = firing("due_minus_2", task_id=4), firing("urging", task_id=5)
    bundle = digest([mild, grave], people)[0]
    assert (bundle.recipient_id, bundle.template, bundle.level) == (71, "urging", grave.level)
    assert bundle.parts == {"urging": (grave,), "due_soon": (mild,)}


def test_digest_sends_the_director_copies_as_copies() -> None:
    notice = firing("supervision")
    assert digest([notice], people) == [
        Bundle(20, "supervision", (notice,), copies=True),
        Bundle(72, "supervision", (notice,)),
    ]


def test_digest_sends_no_copy_to_whom_it_is_addressed() -> None:
    notice = firing("supervision", copy=(Role.LEADER, Role.DIRECTOR))
    assert [(one.recipient_id, one.firings) for one in digest([notice], people)] == [(20, (notice,)), (72, (notice,))]


def test_digest_puts_the_directors_own_work_before_graver_copies() -> None:
    notice, own = firing("supervision"), firing("unreviewed_director", task_id=9)
    assert digest([notice, own], people)[0] == Bundle(20, "unreviewed_director", (own, notice))


def test_digest_tells_nobody_of_a_draft() -> None:
    assert digest([firing("circular")], people) == []


def test_digest_leaves_out_a_role_that_nobody_holds() -> None:
    assert digest([firing("urging", unit_id=99)], people) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2022-06-24 09:00", "2022-06-24 09:00"),
        ("2022-06-24 08:00", "2022-06-24 08:00"),
        ("2022-06-24 07:59", "2022-06-24 08:00"),
        ("2022-06-24 19:59", "2022-06-24 19:59"),
        ("2022-06-24 20:00", "2022-06-27 08:00"),  # Friday evening
        ("2022-06-23 23:30", "2022-06-24 08:00"),
        ("2022-06-25 10:00", "2022-06-27 08:00"),
        ("2022-05-07 10:00", "2022-05-07 10:00"),  # a made-up Saturday
        ("2022-09-30 21:00", "2022-10-08 08:00"),
        ("2023-06-24 10:00", "2023-06-25 08:00"),  # a made-up Sunday
    ],
)
def test_quiet_names_the_next_decent_instant(now: str, expected: str) -> None:
    assert quiet(at(now), CALENDAR) == at(expected)


@pytest.mark.parametrize(
    ("now", "expected"),
    [("12:30", "2022-06-24 14:00"), ("11:59", "2022-06-24 11:59"), ("14:00", "2022-06-24 14:00")],
)
def test_quiet_hours_may_lie_within_a_day(now: str, expected: str) -> None:
    assert quiet(at(f"2022-06-24 {now}"), CALENDAR, start=time(12), end=time(14)) == at(expected)
    assert quiet(at("2022-06-25 10:00"), CALENDAR, start=time(12), end=time(14)) == at("2022-06-27 00:00")


def test_quiet_without_quiet_hours_still_waits_for_a_workday() -> None:
    assert quiet(at("2022-06-24 23:00"), CALENDAR, start=time(0), end=time(0)) == at("2022-06-24 23:00")
    assert quiet(at("2022-06-25 23:00"), CALENDAR, start=time(0), end=time(0)) == at("2022-06-27 00:00")


@pytest.mark.parametrize("now", [at("2022-06-20 00:00") + timedelta(minutes=37 * place) for place in range(400)])
def test_quiet_is_settled_by_asking_once(now: datetime) -> None:
    found = quiet(now, CALENDAR)
    assert found >= now
    assert quiet(found, CALENDAR) == found


@pytest.mark.parametrize(("count", "held"), [(0, False), (135, False), (136, True)])
def test_blast_is_more_than_three_a_unit(count: int, held: bool) -> None:
    assert blast(count, 45) is held


@pytest.mark.parametrize(
    ("minutes", "doubt"),
    [
        (0, None),
        (5, None),
        (36 * 60, None),
        (36 * 60 + 1, "forward"),
        (-2, None),
        (-3, "back"),
        (-60 * 24 * 365, "back"),
    ],
)
def test_clock_doubt_against_the_last_instant_on_record(minutes: int, doubt: str | None) -> None:
    watermark = at("2022-06-24 09:00")
    assert clock_doubt(watermark + timedelta(minutes=minutes), watermark) == doubt


@pytest.mark.parametrize(
    ("hours", "drift", "doubt"),
    [(100, 0, None), (100, 5, None), (1, 6, "strayed"), (1, -6, "strayed"), (1, -5, None), (-1, -61, "back")],
)
def test_clock_doubt_against_the_time_that_really_passed(hours: int, drift: int, doubt: str | None) -> None:
    """A long gap that was counted is a long gap; minutes that nobody counted are none."""
    watermark = at("2022-06-24 09:00")
    assert clock_doubt(watermark + timedelta(hours=hours), watermark, timedelta(minutes=drift)) == doubt


def test_clock_doubt_is_none_without_a_record() -> None:
    assert clock_doubt(at("2022-06-24 09:00"), None) is None
