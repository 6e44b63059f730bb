"""The schema: what the migrations build is what the program thinks it is, and no stranger's file is touched."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from kit.world import refused
from models.database import Database, sqlite_url
from models.errors import EnvironmentRefused
from models.rows import metadata
from models.schema import check, migrate, newest, present
from models.sqlite_files import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "duban.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    made = Database(sqlite_url(file), synchronous="OFF")
    yield made
    made.close()


def test_fresh_database_is_the_metadata(database: Database) -> None:
    migrate(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        tables = set(sa.inspect(connection).get_table_names())
        assert tables == {*metadata.tables, "alembic_version"}
        assert connection.scalar(sa.text("PRAGMA application_id")) == APPLICATION_ID
        assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    check(database)


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.read() as connection:
        before = connection.execute(sa.text("SELECT type, name, sql FROM sqlite_master ORDER BY name")).all()
    migrate(database)
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT type, name, sql FROM sqlite_master ORDER BY name")).all() == before
    assert present(database) == newest()


def test_database_without_an_office_is_refused(database: Database) -> None:
    with refused("E-B01", EnvironmentRefused):
        check(database)


def test_file_that_is_no_database_is_refused_and_left_as_it_is(file: Path, database: Database) -> None:
    text = b"This is a letter, not a database. " * 40
    file.write_bytes(text)
    for verb in (check, migrate):
        with refused("E-B02", EnvironmentRefused):
            verb(database)
    assert file.read_bytes() == text


def test_other_programs_database_is_refused_and_keeps_its_tables(file: Path, database: Database) -> None:
    with sqlite3.connect(file) as theirs:
        theirs.execute("CREATE TABLE music (title TEXT)")
        theirs.execute("INSERT INTO music VALUES ('a')")
    theirs.close()
    for verb in (check, migrate):
        with refused("E-B02", EnvironmentRefused):
            verb(database)
    database.close()
    with sqlite3.connect(file) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("music",)]
        assert theirs.execute("PRAGMA application_id").fetchone() == (0,)
        assert theirs.execute("SELECT title FROM music").fetchall() == [("a",)]
    theirs.close()


def test_newer_schema_is_refused_and_left_as_it_is(database: Database) -> None:
    migrate(database)
    with database.write(1) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(sa.text("UPDATE serving SET oldest = '9999'"))
    with refused("E-B03", EnvironmentRefused):
        check(database)
    with refused("E-B03", EnvironmentRefused):
        migrate(database)
    assert present(database) == "9999"


def test_newer_schema_that_serves_this_program_is_worked_on_and_not_migrated(database: Database) -> None:
    migrate(database)
    with database.write(1) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        assert connection.scalar(sa.text("SELECT oldest FROM serving")) == newest()
    check(database)
    with refused("E-B03", EnvironmentRefused):
        migrate(database)


def test_each_strange_file_has_its_own_sentence(tmp_path: Path) -> None:
    letter, music, later = tmp_path / "letter.db", tmp_path / "music.db", tmp_path / "later.db"
    letter.write_bytes(b"not a database at all, but long enough " * 40)
    with sqlite3.connect(music) as theirs:
        theirs.execute("CREATE TABLE music (title TEXT)")
    theirs.close()
    newer = Database(sqlite_url(later))
    migrate(newer)
    with newer.write(1) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(sa.text("UPDATE serving SET oldest = '9999'"))
    newer.close()
    said = set()
    for path in (letter, music, later, tmp_path / "fresh.db"):
        database = Database(sqlite_url(path))
        with pytest.raises(EnvironmentRefused) as caught:
            check(database)
        said.add(caught.value.what)
        assert str(tmp_path) not in str(caught.value)
        database.close()
    assert len(said) == 4


def test_migration_that_was_cut_off_is_still_known_as_ours(file: Path, database: Database) -> None:
    with sqlite3.connect(file) as begun:
        begun.execute(f"PRAGMA application_id={APPLICATION_ID}")
        begun.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    begun.close()
    migrate(database)
    check(database)
