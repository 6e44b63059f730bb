"""Transactions: whole or not at all, numbers per office, and the driver's complaints in words."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from kit.world import World, refused
from models import tables as t
from models.adding import insert, next_id
from models.complaints import refusal
from models.database import Database, apart, sqlite_url
from models.errors import EnvironmentRefused

if TYPE_CHECKING:
    from pathlib import Path


def _write_then_fail(connection: sa.Connection) -> None:
    insert(connection, t.unit_group, 1, name="有关县市区")
    raise ZeroDivisionError


def test_write_keeps_everything_or_nothing(world: World) -> None:
    before = world.picture()
    with pytest.raises(ZeroDivisionError), world.database.write(1) as connection:
        _write_then_fail(connection)
    assert world.picture() == before


def test_read_keeps_nothing(world: World) -> None:
    with world.database.read() as connection:
        insert(connection, t.unit_group, 1, name="有关县市区")
    assert world.rows("unitgroup") == []


def test_numbers_count_up_within_an_office(world: World) -> None:
    with world.database.write(1) as connection:
        assert [insert(connection, t.unit_group, 1, name=name) for name in ("甲", "乙")] == [1, 2]
        assert (next_id(connection, t.unit_group, 1), next_id(connection, t.unit_group, 2)) == (3, 1)


def test_sqlite_is_opened_for_safety(tmp_path: Path) -> None:
    with Database(sqlite_url(tmp_path / "a.db")).read() as connection:
        found = [
            connection.scalar(sa.text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_key_never_reaches_another_offices_row(world: World) -> None:
    with pytest.raises(exc.IntegrityError), world.database.write(1) as connection:
        insert(connection, t.unit_alias, 1, unit_id=999, alias="x")


def test_folder_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with refused("E-B01", EnvironmentRefused), Database(sqlite_url(tmp_path / "no" / "a.db")).read():
        pass


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("database or disk is full", "E-507"),
        ("attempt to write a readonly database", "E-507"),
        ("file is not a database", "E-B02"),
        ("database disk image is malformed", "E-B02"),
        ("database is locked", "E-B04"),
        ("unable to open database file", "E-B01"),
        ("something else", "E-B00"),
    ],
)
def test_complaint_of_the_driver_becomes_a_sentence(text: str, code: str) -> None:
    made = refusal(exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError(text)))
    assert (made.code, made.exit_code) == (code, 5)
    assert "SELECT" not in str(made)


def test_writer_that_must_wait_too_long_is_told_so(world: World) -> None:
    impatient = sa.create_engine(world.database.url, connect_args={"timeout": 0, "isolation_level": None})
    with world.database.write(1), impatient.connect() as other:
        with pytest.raises(exc.OperationalError) as caught:
            other.exec_driver_sql("BEGIN IMMEDIATE")
        assert refusal(caught.value).code == "E-B04"
    impatient.dispose()


def test_writer_has_the_lock_before_it_reads(world: World) -> None:
    impatient = sa.create_engine(world.database.url, connect_args={"timeout": 0, "isolation_level": None})
    with world.database.write(1), impatient.connect() as other, pytest.raises(exc.OperationalError):
        other.exec_driver_sql("CREATE TABLE meanwhile (n INTEGER)")
    impatient.dispose()


def test_of_many_who_write_at_once_in_one_process_each_has_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.database.BUSY_MS", 1)  # SQLite itself would refuse all but one
    database = Database(sqlite_url(tmp_path / "many.db"))
    with database.write(1) as connection:
        connection.exec_driver_sql("CREATE TABLE counted (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counted VALUES (0)")

    def count_up(_place: int) -> None:
        with database.write(1) as connection:
            seen = connection.exec_driver_sql("SELECT n FROM counted").scalar_one()
            connection.exec_driver_sql("UPDATE counted SET n = ?", (seen + 1,))

    with ThreadPoolExecutor(40) as people:
        list(people.map(count_up, range(200)))
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counted").scalar_one() == 200


def test_a_part_that_fails_is_undone_by_itself(world: World) -> None:
    with world.database.write(1) as connection:
        for name in ("甲组", "乙组", "丙组"):
            with suppress(ZeroDivisionError), apart(connection):
                insert(connection, t.unit_group, 1, name=name)
                assert 1 / (name != "乙组")
    assert [row["name"] for row in world.rows("unitgroup")] == ["甲组", "丙组"]
