"""SQLite looks for the rows of a task by the task, not through the whole trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from kit.office import small_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OF_TASKS = "FROM event WHERE office_id = 1 AND object_type = 'task' AND object_id IN (1, 2, 3)"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    office = small_office(tmp_path)
    with office.database.read() as connection:
        yield connection
    office.database.close()


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (f"SELECT action {OF_TASKS} AND result = 'done' ORDER BY seq", "ix_event_object"),
        (f"SELECT seq {OF_TASKS} ORDER BY seq DESC LIMIT 1", "ix_event_object"),
        ("SELECT hash FROM event WHERE office_id = 1 ORDER BY seq DESC LIMIT 1", "sqlite_autoindex_event_1"),
        ("SELECT state FROM task WHERE office_id = 1 AND next_due_at <= '2022-06-01'", "ix_task_next"),
        ("SELECT id FROM message WHERE office_id = 1 AND state = 'due' AND next_at <= '2022' ORDER BY id", "ix_message_state"),
        ("SELECT id FROM report WHERE office_id = 1 AND task_id IN (1, 2) ORDER BY id", "sqlite_autoindex_report_2"),
    ],
)  # fmt: skip
def test_what_is_asked_narrowly_is_read_narrowly(connection: sa.Connection, asked: str, index: str) -> None:
    plan = [row.detail for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert f" INDEX {index} (" in plan[0], plan


def test_a_unit_s_tasks_of_all_months_are_not_sorted_for_a_page_of_the_newest(connection: sa.Connection) -> None:
    asked = "SELECT id, state FROM task WHERE office_id = 1 AND unit_id = 1 ORDER BY id DESC LIMIT 50"
    plan = [row.detail for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert plan == ["SEARCH task USING INDEX ix_task_newest (office_id=? AND unit_id=?)"]


def test_every_index_has_its_figures(connection: sa.Connection) -> None:
    tables = sa.inspect(connection).get_table_names()
    there = {
        index for table in tables for index in connection.exec_driver_sql(f"PRAGMA index_list({table})").scalars(1)
    }
    assert set(connection.exec_driver_sql("SELECT idx FROM sqlite_stat1").scalars()) == there
