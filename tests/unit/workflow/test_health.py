"""The doctor's question about people: which units have work and nobody to report or to sign it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.office import OFFICE, UNITS, SmallOffice, small_office
from kit.world import NOON
from models.language import speaking
from models.states import Action
from workflow.health import Check, Severity, examine

if TYPE_CHECKING:
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
