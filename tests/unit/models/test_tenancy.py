"""Whose a row is stands first in every key, no key leads to another office, and the test that hears statements has ears."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kit.tenancy import unnamed
from models.copying import GLOBAL
from models.rows import metadata

OFFICES = {"office"}
TABLES = [table for table in metadata.sorted_tables if table.name not in OFFICES | GLOBAL]


def test_few_tables_speak_of_no_office() -> None:
    assert {"serving"} == GLOBAL


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_the_office_stands_first_in_every_key_and_index(table: sa.Table) -> None:
    unique = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
    for key in (*unique, *table.indexes):
        assert next(iter(key.columns)).name == "office_id", key.name


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_no_foreign_key_leads_to_another_office(table: sa.Table) -> None:
    for key in table.foreign_key_constraints:
        pairs = {element.parent.name: element.column.name for element in key.elements}
        own = "id" if key.referred_table.name in OFFICES else "office_id"
        assert pairs.get("office_id") == own, key.name
        assert key.referred_table.name in OFFICES or len(pairs) > 1, key.name


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("SELECT task.id FROM task WHERE task.office_id = ? AND task.id = ?", []),
        ("SELECT task.id FROM task WHERE task.id = ?", ["task"]),
        ("SELECT 'FROM unit' FROM task WHERE task.office_id = ?", []),
        ("SELECT k.id FROM task AS k JOIN unit ON unit.office_id = k.office_id WHERE k.office_id = %(o)s::INTEGER", []),
        ("SELECT k.id FROM task AS k JOIN unit ON unit.id = k.unit_id WHERE k.office_id = ?", ["unit"]),
        ("SELECT k.id FROM task AS k, task AS l WHERE k.office_id = ? AND l.id = k.id", ["task"]),
        ("SELECT k.id FROM task AS k, unit WHERE k.office_id = unit.office_id AND k.id = ?", ["no office at all"]),
        ("SELECT (SELECT max(event.seq) FROM event) FROM task WHERE task.office_id = ?", ["event"]),
        ("SELECT office.name FROM office WHERE office.id = ?", []),
        ("SELECT office.name FROM office", ["office"]),
        ("UPDATE task SET state=? WHERE task.office_id = ? AND task.id = ?", []),
        ("UPDATE task SET state=? WHERE task.id = ?", ["task"]),
        ('DELETE FROM "login" WHERE id = 1', ["login"]),
        ("INSERT INTO unit (office_id, id) VALUES (?, ?)", []),
        ("INSERT INTO unit (id, name) VALUES (?, ?)", ["unit"]),
        ("SELECT version_num FROM alembic_version", []),
        ("BEGIN IMMEDIATE", []),
    ],
)
def test_a_statement_that_reaches_beyond_its_office_is_found(statement: str, wrong: list[str]) -> None:
    assert unnamed(statement) == wrong
