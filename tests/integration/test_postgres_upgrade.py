"""The tables of a server changed while others work on them, the old program beside the new one for one release."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

import models.migrations
from kit.server import empty_database, needs_server
from kit.world import NOON, World, make_world, refused
from models import schema
from models.database import Database
from models.errors import EnvironmentRefused
from models.states import Action
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_server


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with empty_database() as url:
        made = make_world(tmp_path / "world", Database(url))
        yield made
        made.database.close()


STEP = '''"""the next form"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
serves = "{serves}"


def upgrade() -> None:
    op.add_column("task", sa.Column("more", sa.Integer))
    op.create_table("added", sa.Column("id", sa.Integer, primary_key=True))
'''


@contextmanager
def next_program(folder: Path, serves: str) -> Iterator[None]:
    """The program of tomorrow: the same with one migration more."""
    shutil.copytree(Path(models.migrations.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v0002_the_step.py").write_text(STEP.format(serves=serves), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", folder)
        yield


def upgraded(world: World, folder: Path, serves: str) -> None:
    other = Database(world.database.url.render_as_string(hide_password=False))
    with next_program(folder, serves):
        schema.migrate(other)
        schema.check(other)
    other.close()


def steps(world: World, count: int) -> None:
    """Filed and taken back, again and again, by the old program."""
    for _turn in range(count):
        world.act("clerk1", Action.REPORT, world.task, NOON, progress="已完成清理三公里。", percent=40)
        world.act("clerk1", Action.WITHDRAW, world.task, NOON)


def test_the_tables_change_under_those_who_work_and_the_old_program_goes_on(world: World, tmp_path: Path) -> None:
    failed: list[BaseException] = []
    working, changed = threading.Event(), threading.Event()

    def work() -> None:
        """From before the change until after it."""
        try:
            while not changed.is_set():
                steps(world, 1)
                working.set()
            steps(world, 1)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
            working.set()

    clerk = threading.Thread(target=work)
    clerk.start()
    assert working.wait(30)
    upgraded(world, tmp_path / "migrations", serves="0001")
    changed.set()
    clerk.join()
    assert failed == []
    schema.check(world.database)
    with world.database.read() as connection:
        assert verify(connection, world.office_id) == []


def test_a_form_that_takes_something_away_serves_the_old_program_no_more(world: World, tmp_path: Path) -> None:
    upgraded(world, tmp_path / "migrations", serves="0002")
    with refused("E-B03", EnvironmentRefused):
        schema.check(world.database)


def test_who_looks_for_long_holds_up_the_change_and_nobody_behind_it(world: World, tmp_path: Path) -> None:
    waiting = threading.Event()
    changing = threading.Thread(target=upgraded, args=(world, tmp_path / "migrations", "0001"))
    with world.database.read() as looking:
        looking.execute(sa.text("SELECT count(*) FROM task"))

        @sa.event.listens_for(sa.engine.Engine, "handle_error")
        def _late(_context: object) -> None:
            waiting.set()

        changing.start()
        assert waiting.wait(30), "the change did not wait for whoever looks"
        sa.event.remove(sa.engine.Engine, "handle_error", _late)
        steps(world, 1)
    changing.join()
    assert schema.present(world.database) == "0002"


def test_two_programs_bring_it_to_the_new_form_once(world: World, tmp_path: Path) -> None:
    failed: list[BaseException] = []
    url_ = world.database.url.render_as_string(hide_password=False)

    def change() -> None:
        try:
            schema.migrate(Database(url_))
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    with next_program(tmp_path / "migrations", "0001"):
        both = [threading.Thread(target=change) for _one in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert failed == []
        assert schema.present(world.database) == "0002"
