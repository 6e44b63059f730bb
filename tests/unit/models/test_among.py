"""“Is one of these” means what ``in_`` means, on both databases, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from kit.server import empty_database, needs_server
from models.among import among
from models.database import Database, sqlite_url
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

THINGS = sa.Table("thing", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("name", sa.String))
C = THINGS.c
FOUND = Statement(sa.select(C.id).where(among(C.id, "wanted")).order_by(C.id))
NAMED = Statement(sa.select(C.id).where(among(C.name, "wanted")))
RENAMED = Statement(sa.update(THINGS).where(among(C.id, "wanted")).values(name=sa.bindparam("other")))


@pytest.fixture(params=["embedded", pytest.param("server", marks=needs_server)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "server":
        with empty_database() as url:
            yield filled(Database(url))
    else:
        yield filled(Database(sqlite_url(tmp_path / "some.db")))


def filled(made: Database) -> Database:
    with made.write(1) as connection:
        THINGS.metadata.create_all(connection)
        connection.execute(sa.insert(THINGS), [{"id": 1, "name": "甲"}, {"id": 2, "name": '"乙"\\'}])
    return made


@pytest.mark.parametrize(("wanted", "found"), [([], []), ([2], [2]), ([3, 2, 1, 1], [1, 2]), (range(5000), [1, 2])])
def test_rows_of_the_numbers_given_are_found_once_each(
    database: Database, wanted: Sequence[int], found: list[int]
) -> None:
    with database.read() as connection:
        assert FOUND.scalars(connection, {"wanted": list(wanted)}) == found
    database.close()


@pytest.mark.parametrize("beside", [(), (C.name == "甲",)])
def test_nothing_is_put_behind_it_that_would_hide_the_column_from_an_index(beside: tuple[sa.ColumnElement[bool], ...]):
    said = str(sa.select(C.id).where(among(C.id, "wanted"), *beside).compile(dialect=sqlite.dialect()))
    assert "thing.id IN (SELECT value FROM json_each(?))" in said
    assert "= 1" not in said


def test_words_are_told_apart_whatever_is_in_them_and_those_alone_are_changed(database: Database) -> None:
    with database.write(1) as connection:
        assert NAMED.scalars(connection, {"wanted": ['"乙"\\', "甲'"]}) == [2]
        assert RENAMED.change(connection, {"wanted": [2, 9], "other": "新"}) == 1
        assert [*connection.scalars(sa.select(C.name).order_by(C.id))] == ["甲", "新"]
    database.close()
