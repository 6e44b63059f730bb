"""A migration that is killed leaves the old form or the new one, never anything between (F19).

At every statement the files are copied as a process killed there leaves them, and opened as after a restart. The step from
one form to the next is a migration of this test's own: it adds a table, rebuilds another and rewrites rows.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

import models.migrations
from kit.door import speak
from kit.office import small_office
from kit.world import refused
from models import schema
from models.database import Database, sqlite_url
from models.errors import EnvironmentRefused
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = '''"""the next form"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "{before}"
serves = "0002"


def upgrade() -> None:
    op.create_table("made_by_the_step", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))
    with op.batch_alter_table("heartbeat") as table:
        table.add_column(sa.Column("more", sa.Integer, server_default="1"))
    for number in range(20):
        op.execute(f"INSERT INTO made_by_the_step (id, text) VALUES ({{number}}, 'x')")
    op.execute("UPDATE unit SET short_name = name")
'''


@contextmanager
def next_program(folder: Path) -> Iterator[None]:
    """The program of tomorrow: the same with one migration more."""
    before = schema.newest()
    shutil.copytree(Path(models.migrations.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v0002_the_step.py").write_text(STEP.format(before=before), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", folder)
        yield


@contextmanager
def copied_at_every_statement(file: Path, folder: Path) -> Iterator[list[Path]]:
    """Copies of the database and its log, one for each statement that began meanwhile and one for the end."""
    found: list[Path] = []

    def copy(*_anything: Any) -> None:
        place = folder / f"{len(found):04}"
        place.mkdir(parents=True)
        for name in (file.name, f"{file.name}-wal"):
            if (file.parent / name).exists():
                shutil.copy(file.parent / name, place / name)
        found.append(place / file.name)

    sa.event.listen(Engine, "before_cursor_execute", copy)
    try:
        yield found
    finally:
        sa.event.remove(Engine, "before_cursor_execute", copy)
        copy()


def form(file: Path) -> tuple[Any, ...]:
    """The tables and the revision, as anybody finds them who opens the file."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        known = any(name == "alembic_version" for name, _sql in tables)
        return (*tables, *(connection.execute("SELECT version_num FROM alembic_version") if known else ()))


def test_killed_upgrade_leaves_the_old_form_or_the_new_one(tmp_path: Path) -> None:
    office, file = small_office(tmp_path / "home"), tmp_path / "home" / "duban.db"
    (tmp_path / "home" / "duban.toml").touch()
    office.database.close()
    old, rows = form(file), list_rows(file)
    with next_program(tmp_path / "migrations"):
        with copied_at_every_statement(file, tmp_path / "copies") as copies:
            assert speak("upgrade", DUBAN_HOME=str(tmp_path / "home")).code == 0
        new, forms = form(file), [form(copy) for copy in copies]
        assert new != old
        assert set(forms) == {old, new}, "a copy stands between the forms"
        assert forms.count(old) > 25, "the step was not killed within"
        for copy in copies[:: len(copies) // 8]:
            done = speak("upgrade", DUBAN_DATABASE=sqlite_url(copy), DUBAN_HOME=str(tmp_path / "home"))
            assert (done.code, form(copy)) == (0, new), done.err
    old_program_refuses(file)
    assert list_rows(copies[0].with_name("duban.db")) != rows  # it was upgraded above
    with office.database.read() as connection:
        assert verify(connection, 1) == []


def list_rows(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def old_program_refuses(file: Path) -> None:
    """And touches nothing."""
    database, before = Database(sqlite_url(file)), list_rows(file)
    for verb in (schema.check, schema.migrate):
        with refused("E-B03", EnvironmentRefused):
            verb(database)
    database.close()
    assert list_rows(file) == before


def test_killed_first_migration_leaves_nothing_or_everything(tmp_path: Path) -> None:
    """Setting up begins again where it was cut off."""
    file = tmp_path / "duban.db"
    with copied_at_every_statement(file, tmp_path / "copies") as copies:
        schema.migrate(Database(sqlite_url(file)))
    new, copies = form(file), [copy for copy in copies if copy.exists()]
    forms = {form(copy) for copy in copies}
    assert forms == {(), new}
    assert len(copies) > 60
    for copy in copies[:: len(copies) // 5]:
        database = Database(sqlite_url(copy))
        schema.migrate(database)
        database.close()
        assert form(copy) == new


def test_setting_up_that_is_killed_can_be_done_again(tmp_path: Path) -> None:
    """At each statement: no office yet, and ``duban init`` makes one; or the office, whole."""
    named = ("--name", "甲市办公室", "--short-name", "甲办", "--recipient", "市政府", "--json")
    home = tmp_path / "home"
    with copied_at_every_statement(home / "duban.db", tmp_path / "copies") as copies:
        assert speak("init", home, *named).code == 0
    copies = [copy for copy in copies if copy.exists() and form(copy)]
    for copy in copies[:: len(copies) // 6]:
        (copy.parent / "duban.toml").touch()
        said = speak("init", copy.parent, *named)
        assert said.code == 0 or said.refusal["code"] == "E-B08", said
        database = Database(sqlite_url(copy))
        with database.read() as connection:
            assert verify(connection, 1) == []
            assert connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one() == 3
        database.close()
