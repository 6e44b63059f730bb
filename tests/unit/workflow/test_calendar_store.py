"""The workday calendar in the database: seeded, imported, and what an import sets going."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, at, small_office
from models.errors import Denied
from workflow.calendar import YearTable, seed_year, seeded
from workflow.calendar_store import import_year, load_calendar, seed, years_known

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-10 10:00")


@pytest.fixture
def office(tmp_path: Path) -> SmallOffice:
    return small_office(tmp_path / "office")


def test_the_seeded_calendar_is_the_library_s_and_seeding_again_adds_nothing(office: SmallOffice):
    with office.database.write(1) as connection:
        assert seed(connection, 1, office.actor("director"), NOW, range(2021, 2030)) == [2021, 2023, 2024, 2025, 2026]
        assert seed(connection, 1, office.actor("director"), NOW, range(2021, 2030)) == []
        assert load_calendar(connection, 1) == seeded(range(2021, 2027))
    assert [row["action"] for row in office.rows("event")] == ["calendar.seed"]


def test_importing_a_year_replaces_it_and_looks_at_every_task_again(office: SmallOffice):
    office.change("task", 1, next_due_at=at("2022-06-20 09:00"))
    office.change("task", 2, next_due_at=None)
    table = YearTable(2022, frozenset({date(2022, 6, 24)}), frozenset({date(2022, 6, 25)}))
    with office.database.write(1) as connection:
        assert import_year(connection, 1, office.actor("director"), table, "国办发明电〔2021〕11号", NOW) == 5
        calendar = load_calendar(connection, 1)
        assert years_known(connection, 1) == [(2022, "国办发明电〔2021〕11号")]
    assert (calendar.off, calendar.makeup) == (table.off, table.makeup)
    assert [row["next_due_at"] for row in office.rows("task")[:2]] == [NOW, None]
    assert [row["action"] for row in office.rows("event")] == ["calendar.import"]


def test_a_later_year_goes_on_deciding_the_december_days_it_named(office: SmallOffice):
    later = YearTable(2023, frozenset({date(2022, 12, 31), date(2023, 1, 2)}), frozenset())
    own = seed_year(2022)
    assert own is not None
    with office.database.write(1) as connection:
        import_year(connection, 1, office.actor("director"), later, "2023", NOW)
        import_year(connection, 1, office.actor("director"), own, "2022", NOW)
        calendar = load_calendar(connection, 1)
    assert {date(2022, 12, 31), date(2023, 1, 2)} <= calendar.off
    assert own.off <= calendar.off


def test_only_the_director_imports_a_year(office: SmallOffice):
    with pytest.raises(Denied), office.database.write(1) as connection:
        import_year(connection, 1, office.actor("reviewer"), YearTable(2027, frozenset(), frozenset()), "x", NOW)
    with office.database.read() as connection:
        assert load_calendar(connection, 1).is_provisional(2027)
