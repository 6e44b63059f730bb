"""What is said of a row must not depend on the database it lies in, and every table moves or says why not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.office import small_office
from models import copying
from models import tables as t
from models.database import Database, sqlite_url
from models.errors import EnvironmentRefused
from models.rows import metadata
from models.schema import migrate

if TYPE_CHECKING:
    from pathlib import Path


def test_every_table_moves_but_the_mark_itself_and_none_before_its_parents() -> None:
    order = [table.name for table in copying.tables()]
    assert sorted([*order, *copying.LEFT_BEHIND]) == sorted(t.metadata.tables)
    assert order[0] == "office"
    # its rows are kept by message: a copy that came behind would look whole and might not be
    assert order.index("message_task") < order.index("message")
    for table in metadata.tables.values():
        for key in table.foreign_key_constraints:
            if table.name in order:
                assert order.index(key.referred_table.name) < order.index(table.name)


def test_a_line_says_the_same_instant_in_every_zone_and_numbers_as_they_are() -> None:
    noon = datetime(2022, 6, 20, 4, 0, 0, 7, UTC)
    there = noon.astimezone(timezone(timedelta(hours=8)))
    row = (1, True, 0.1, None, "督", date(2022, 6, 20), b"\x00\xff")
    assert copying.line((noon, *row)) == copying.line((there, *row))
    assert copying.line((noon, *row)) == (
        '["2022-06-20T04:00:00.000007+00:00",1,true,0.1,null,"督","2022-06-20","00ff"]'
    )


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Database, Database]:
    """A small office, and a database with nothing but its row."""
    here = small_office(tmp_path / "here").database
    there = Database(sqlite_url(tmp_path / "there.db"), synchronous="OFF")
    migrate(there)
    with here.read() as one, there.write(1) as other:
        copying.add(other, t.office, copying.rows(one, t.office, 1))
    return here, there


def test_a_copy_goes_on_behind_what_is_there(pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = pair
    monkeypatch.setattr(copying, "BATCH", 2)
    with here.read() as one:
        wanted = copying.rows(one, t.person, 1)
        with there.write(1) as other:
            copying.add(other, t.person, wanted)
        added: list[str] = []
        monkeypatch.setattr(copying, "add", lambda c, table, found: added.append(table.name) or add(c, table, found))
        copying.copy(one, there, 1, lambda _table: None)
        with there.read() as other:
            held = {row.table: row for row in copying.compare(one, other, 1)}
    assert [row for row in held.values() if row.differs or row.rows != row.rows_there] == []
    assert held["person"].rows > len(wanted)
    assert added.count("person") == (held["person"].rows - 1) // 2
    assert "office" not in added


def test_the_first_row_that_differs_is_named_also_one_too_many(pair: tuple[Database, Database]) -> None:
    here, there = pair
    with here.read() as one:
        copying.copy(one, there, 1, lambda _table: None)
        with there.write(1) as other:
            other.execute(sa.update(t.unit).where(t.unit.c.id == 2).values(name="别的单位"))
            other.execute(sa.insert(t.calendar_day).values(office_id=1, day=date(2199, 1, 1), works=True))
        with there.read() as other:
            differs = [row.differs for row in copying.compare(one, other, 1) if row.differs]
    assert differs == ["calendarday 2199-01-01", "unit 2"]


def test_a_row_that_does_not_fit_is_named(pair: tuple[Database, Database]) -> None:
    here, there = pair
    with here.read() as one:
        found = copying.rows(one, t.unit, 1)
        broken = (*found[1][:2], None, *found[1][3:])
        with pytest.raises(EnvironmentRefused) as caught, there.write(1) as other:
            copying.add(other, t.unit, [found[0], broken])
    assert (caught.value.code, caught.value.where) == ("E-B43", "unit 2")
    with there.read() as other:
        assert copying.rows(other, t.unit, 1) == []


add = copying.add
