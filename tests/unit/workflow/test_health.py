"""What the doctor asks: each thing that can be wrong is made to be, and one finding says so; and the units without people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.office import OFFICE, UNITS, SmallOffice, small_office
from kit.world import NOON
from models import tables as t
from models.language import speaking
from models.states import Action
from schedules.runner import tick
from workflow import audit, heads
from workflow.health import Check, Severity, examine
from workflow.heartbeats import Beat, late_loops, note
from workflow.office import SETUP

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

BARE = (
    "{count} units with open tasks have no clerk or no leader on duty: {names}. "
    "Grant one with: duban person grant LOGIN --role {role} --unit {unit}"
)


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def posts(office: SmallOffice) -> Check:
    with office.database.read() as connection, speaking("en"):
        (found,) = [
            check
            for check in examine(connection, OFFICE, NOON, heads_dir=None, store=None)
            if check.name == "Clerks and leaders"
        ]
    return found


LATER = NOON + timedelta(days=8)


def found(office: SmallOffice, now: datetime = NOON, *, proof: bool = False) -> dict[str, Check]:
    """Every finding by its name, against heads that were written down outside."""
    with office.database.read() as connection, speaking("en"):
        made = examine(connection, OFFICE, now, heads_dir=office.folder / "heads", store=None, proof=proof)
    return {check.name: check for check in made}


def test_an_office_that_is_served_has_nothing_wrong(served: SmallOffice) -> None:
    checks = found(served, proof=True)
    assert {name for name, check in checks.items() if check.severity is not Severity.OK} == {"Last backup"}
    assert {"Database whole", "Not behind its outside head", "Trail proves itself", "Clock", "Loop sweep", "Loop delivery",
            "Oldest message to be sent", "Dead letters", "Held messages", "Sending"} <= set(checks)  # fmt: skip


@pytest.fixture
def served(office: SmallOffice) -> SmallOffice:
    """An office of which a service has just done a turn."""
    office.act("clerk1", Action.RECEIVE, 1, NOON)
    tick(office.database, OFFICE, None, lambda _now: None, NOON)
    with office.database.write(OFFICE) as connection:
        connection.execute(sa.update(t.message).values(state="sent", settled_at=NOON))
        heads.keep(office.folder / "heads", connection, OFFICE, NOON)
    return office


def spoil(office: SmallOffice, *statements: str) -> None:
    with office.database.write(OFFICE) as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("name", "severity", "said", "statements", "now"),
    [
        ("Loop sweep", Severity.WRONG, "last ran 2022-06-20 12:00", [], NOON + timedelta(hours=1, minutes=11)),
        ("Clock", Severity.WRONG, "2022-06-20 12:00", [], NOON - timedelta(minutes=3)),
        ("Oldest message to be sent", Severity.WRONG, "nobody delivers",
         ["UPDATE message SET state = 'due', settled_at = NULL", "DELETE FROM heartbeat WHERE name = 'delivery'"],
         LATER),
        ("Oldest message to be sent", Severity.WARNING, "since 2022",
         ["UPDATE message SET state = 'retry', settled_at = NULL"], LATER),
        ("Dead letters", Severity.WARNING, "3", ["UPDATE message SET state = 'dead'"], NOON),
        ("Held messages", Severity.WARNING, "3", ["UPDATE message SET state = 'held'"], NOON),
        ("Sending", Severity.WARNING, "held: why", ["UPDATE watermark SET held_reason = 'why'"], NOON),
        ("Trail proves itself", Severity.WRONG, "event 1",
         ["DROP TRIGGER event_no_update", "UPDATE event SET actor_name = 'x' WHERE seq = 1"], NOON),
        ("Not behind its outside head", Severity.WRONG, "",
         ["DROP TRIGGER event_no_delete", "DELETE FROM event WHERE seq = 2"], NOON),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_found(
    served: SmallOffice, name: str, severity: Severity, said: str, statements: list[str], now: datetime
) -> None:
    spoil(served, *statements)
    check = found(served, now, proof=name.startswith("Trail"))[name]
    assert (check.severity, said in check.said) == (severity, True), check


def test_a_backup_that_is_a_week_old_is_worth_a_word(served: SmallOffice) -> None:
    assert found(served)["Last backup"].said.startswith("never")
    with served.database.write(OFFICE) as connection:
        for when in (NOON + timedelta(days=365), NOON):  # the clock was a year ahead
            audit.append(connection, OFFICE, SETUP, audit.Entry("backup", "office"), when)
    assert found(served, NOON + timedelta(days=7))["Last backup"].severity is Severity.OK
    assert found(served, NOON + timedelta(days=7, minutes=1))["Last backup"].severity is Severity.WARNING


def test_only_the_loops_of_this_service_that_ran_and_stopped_are_late(served: SmallOffice) -> None:
    with served.database.read() as connection:
        assert (
            late_loops(connection, OFFICE, ["sweep", "delivery", "heads"], NOON + timedelta(hours=1, minutes=10)) == []
        )
        later = NOON + timedelta(hours=1, minutes=11)
        assert late_loops(connection, OFFICE, ["sweep", "heads"], later) == ["sweep"]


def end(office: SmallOffice, login: str) -> None:
    (duty,) = office.rows("duty", person_id=office.people[login])
    office.change("duty", duty["id"], valid_to=date(2022, 6, 19))


def test_office_with_all_its_people_has_nothing_to_mend(office: SmallOffice) -> None:
    assert posts(office) == Check("Clerks and leaders", Severity.OK, "every unit with open tasks has both")


def test_units_without_a_clerk_or_a_leader_are_counted_with_the_command_to_run(office: SmallOffice) -> None:
    end(office, "leader2")
    said = BARE.format(count=1, names=UNITS[1], role="leader", unit=UNITS[1])
    assert posts(office) == Check("Clerks and leaders", Severity.WARNING, said)
    office.change("person", office.people["clerk1"], active=False)
    end(office, "leader1")
    said = BARE.format(count=2, names=f"{UNITS[0]}, {UNITS[1]}", role="clerk", unit=UNITS[0])
    assert posts(office).said == said


def test_duty_to_come_does_not_count_yet_and_one_that_ends_today_still_does(office: SmallOffice) -> None:
    (first,) = office.rows("duty", person_id=office.people["clerk1"])
    office.change("duty", first["id"], valid_to=date(2022, 6, 20))
    assert posts(office).severity is Severity.OK
    office.change("duty", first["id"], valid_from=date(2022, 6, 21), valid_to=None)
    assert posts(office).severity is Severity.WARNING


def test_unit_whose_work_is_done_needs_nobody(office: SmallOffice) -> None:
    end(office, "leader2")
    for (_clause, unit), task in office.tasks.items():
        if unit == UNITS[1]:
            assert posts(office).severity is Severity.WARNING
            office.act("director", Action.WAIVE, task, NOON, reason="该项并入另一事项。")
    assert posts(office).severity is Severity.OK


def test_of_several_nodes_one_that_fell_silent_is_a_warning_and_the_office_is_served(served: SmallOffice) -> None:
    with served.database.write(OFFICE) as connection:
        for node, when in (("一号机", NOON), ("二号机", LATER)):
            note(connection, OFFICE, Beat(node, "sweep", when, when + timedelta(minutes=1), ""))
    checks = found(served, LATER)
    assert checks["Loop sweep"].severity is Severity.OK
    assert checks["Node 二号机"].severity is Severity.OK
    assert (checks["Node 一号机"].severity, "late: sweep" in checks["Node 一号机"].said) == (Severity.WARNING, True)
    for days, named in ((13, True), (14, False)):
        now = LATER + timedelta(days=days - 8)
        with served.database.write(OFFICE) as connection:
            note(connection, OFFICE, Beat("二号机", "sweep", now, now + timedelta(minutes=1), ""))
            note(connection, OFFICE, Beat("三号机", "sweep", now, now + timedelta(minutes=1), ""))
        assert ("Node 一号机" in found(served, now)) is named
    with served.database.read() as connection:
        assert late_loops(connection, OFFICE, ["sweep"], now) == []
        assert late_loops(connection, OFFICE, ["sweep"], LATER, node="一号机") == ["sweep"]
        assert late_loops(connection, OFFICE + 1, ["sweep"], LATER + timedelta(days=1)) == []
