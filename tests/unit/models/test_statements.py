"""Statements run on the driver's cursor do what SQLAlchemy's own execution does: types, errors, listeners."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from kit.kinds import ADD, EMPTY, FULL, KINDS, NOON
from models import tables as t
from models.adding import insert, insert_all, insert_new
from models.database import Database, sqlite_url
from models.rows import metadata
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = Statement(sa.select(KINDS).order_by(KINDS.c.id))
ROW, NONE = {"id": 1, **FULL}, {**EMPTY, "id": 2}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(sqlite_url(tmp_path / "some.db"))
    with made.write(1) as connection:
        KINDS.metadata.create_all(connection)
        metadata.create_all(connection)
    yield made
    made.close()


def test_types_are_turned_both_ways_as_by_core(database: Database) -> None:
    with database.write(1) as connection:
        assert [ADD.change(connection, row) for row in (ROW, NONE)] == [1, 1]
        by_core = connection.execute(sa.select(KINDS).order_by(KINDS.c.id)).mappings().all()
        assert [row._asdict() for row in ALL.rows(connection)] == [dict(row) for row in by_core] == [ROW, NONE]
        assert ALL.first(connection).at == NOON
        assert ALL.scalars(connection) == [1, 2]


def test_nothing_found_is_none(database: Database) -> None:
    with database.read() as connection:
        assert (ALL.first(connection), ALL.scalar(connection), ALL.rows(connection)) == (None, None, [])


def test_the_driver_s_complaints_have_sqlalchemy_s_classes(database: Database) -> None:
    with database.write(1) as connection:
        ADD.change(connection, ROW)
        with pytest.raises(exc.IntegrityError):
            ADD.change(connection, ROW)


def test_a_parameter_that_is_not_given_is_refused(database: Database) -> None:
    with database.write(1) as connection, pytest.raises(KeyError, match="told"):
        ADD.change(connection, {name: value for name, value in ROW.items() if name != "told"})


def test_whoever_listens_to_the_engine_hears_every_statement(database: Database) -> None:
    heard: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *given: heard.append(given[2].split()[0]))
    with database.write(1) as connection:
        ADD.change(connection, ROW)
    with database.read() as connection:
        ALL.rows(connection)
    assert heard == ["BEGIN", "INSERT", "BEGIN", "SELECT"]


def test_what_core_would_leave_open_is_no_statement(database: Database) -> None:
    every = Statement(sa.select(KINDS).where(KINDS.c.id.in_([1, 2])))
    with database.read() as connection, pytest.raises(AssertionError, match="or_"):
        every.rows(connection)


@pytest.mark.parametrize("given", [{}, {"short_name": "水利"}])
def test_an_added_row_has_its_number_and_the_defaults_of_its_columns(database: Database, given: dict[str, str]) -> None:
    with database.write(1) as connection:
        connection.execute(
            sa.insert(t.office).values(id=1, name="办", short_name="办", recipient="市", created_at=NOON)
        )
        added = [
            insert(connection, t.unit, 1, name=name, valid_from=date(2022, 1, 1), **given) for name in ("甲", "乙")
        ]
        assert added == [1, 2]
        assert set(connection.scalars(sa.select(t.unit.c.short_name))) == {given.get("short_name", "")}


def test_a_row_is_added_once_a_key(database: Database) -> None:
    with database.write(1) as connection:
        connection.execute(
            sa.insert(t.office).values(id=1, name="办", short_name="办", recipient="市", created_at=NOON)
        )
        row = {"valid_from": date(2022, 1, 1)}
        assert [insert_new(connection, t.unit, 1, ("name",), name=name, **row) for name in ("甲", "乙", "甲")] == [
            1,
            2,
            None,
        ]
        assert list(connection.scalars(sa.select(t.unit.c.name).order_by(t.unit.c.id))) == ["甲", "乙"]


def test_rows_that_are_added_together_have_the_next_numbers_and_the_defaults(database: Database) -> None:
    with database.write(1) as connection:
        connection.execute(
            sa.insert(t.office).values(id=1, name="办", short_name="办", recipient="市", created_at=NOON)
        )
        row = {"valid_from": date(2022, 1, 1)}
        assert insert(connection, t.unit, 1, name="甲", **row) == 1
        insert_all(connection, t.unit, 1, [{"name": name, **row} for name in ("乙", "丙")])
        insert_all(connection, t.unit, 1, [])
        found = connection.execute(sa.select(t.unit.c.id, t.unit.c.name, t.unit.c.short_name).order_by(t.unit.c.id))
        assert [tuple(one) for one in found] == [(1, "甲", ""), (2, "乙", ""), (3, "丙", "")]


def test_rows_that_break_a_rule_are_refused_in_sqlalchemys_words(database: Database) -> None:
    with pytest.raises(exc.IntegrityError), database.write(1) as connection:
        insert_all(connection, t.unit, 9, [{"name": "甲", "valid_from": date(2022, 1, 1)}])
