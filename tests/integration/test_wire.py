"""Statements that a server is told together: in order, each with its own complaint, and nothing of what was undone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from kit.kinds import ADD, EMPTY, FULL, KINDS, NOON
from kit.server import empty_database, needs_server
from kit.world import refused
from models import tables as t
from models.database import Database, apart
from models.statements import Statement, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = needs_server
MARK = Statement(sa.update(KINDS).where(KINDS.c.id == sa.bindparam("which")).values(words=sa.bindparam("said")))
NUMBERS = Statement(sa.select(KINDS.c.id).order_by(KINDS.c.id))
END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def row(number: int) -> dict[str, Any]:
    return {**EMPTY, "id": number}


def twice(connection: sa.Connection, number: int) -> None:
    """The second time is one too many."""
    ADD.post(connection, row(number))
    ADD.post(connection, row(number))


def write(database: Database, work: Callable[[sa.Connection], object]) -> None:
    with database.write(1) as connection:
        work(connection)


@pytest.fixture(scope="module")
def shared() -> Iterator[Database]:
    with empty_database("wire") as url:
        database = Database(url)
        with database.write(1) as connection:
            KINDS.create(connection)
        yield database
        database.close()


@pytest.fixture
def database(shared: Database) -> Database:
    with shared.write(1) as connection:
        connection.execute(sa.delete(KINDS))
    return shared


def kept(database: Database) -> list[int]:
    with database.read() as connection:
        return NUMBERS.scalars(connection)


def test_values_are_told_and_read_as_by_core(database: Database) -> None:
    rows = [{"id": 1, **FULL}, {**row(2), "told": [], "yes": False}, row(70_000)]
    with database.write(1) as connection:
        ADD.post(connection, rows[0])
        ADD.each(connection, rows[1:])
        every = Statement(sa.select(KINDS).order_by(KINDS.c.id))
        by_core = connection.execute(sa.select(KINDS).order_by(KINDS.c.id)).mappings().all()
        assert [one._asdict() for one in every.rows(connection)] == [dict(one) for one in by_core] == rows


@pytest.mark.parametrize(
    ("kind", "items"),
    [
        (sa.String(), ["", "NULL", " 水利局 ", 'a"b', "\\", '\\"', "{x,y}", "两行\n", "’%s$1", None]),
        (sa.Integer(), [0, -7, 2**31 - 1, None]),
        (t.event.c.at.type, [NOON, NOON + timedelta(microseconds=1), None]),
        (sa.Boolean(), [True, False, None]),
        (sa.Date(), [NOON.date(), None]),
        (sa.String(), []),
    ],
)
def test_a_list_arrives_item_by_item(database: Database, kind: sa.types.TypeEngine[Any], items: list[Any]) -> None:
    given = sa.func.unnest(sa.bindparam("items", type_=sa.ARRAY(kind))).column_valued("item")
    with database.write(1) as connection:
        assert Statement(sa.select(sa.type_coerce(given, kind))).scalars(connection, {"items": items}) == items


def test_what_is_posted_comes_before_whatever_is_asked_next(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(KINDS)
    with database.write(1) as connection:
        ADD.post(connection, row(1))
        assert NUMBERS.scalars(connection) == [1]
        ADD.post(connection, row(2))
        assert connection.scalar(count) == 2
        ADD.post(connection, row(3))
        with connection.begin_nested() as part:
            ADD.post(connection, row(4))
            part.rollback()
        ADD.post(connection, row(5))
    assert kept(database) == [1, 2, 3, 5]


@pytest.mark.parametrize("next_one", ["asked", "core", "the end"])
def test_a_complaint_is_that_of_the_statement_which_it_is_about(database: Database, next_one: str) -> None:
    def wrong(connection: sa.Connection) -> None:
        MARK.post(connection, {"which": 1, "said": "x"})
        twice(connection, 1)
        MARK.post(connection, {"which": 1, "said": "y"})
        if next_one == "asked":
            NUMBERS.scalars(connection)
        elif next_one == "core":
            connection.execute(sa.delete(KINDS))

    with pytest.raises(exc.IntegrityError) as caught:
        write(database, wrong)
    assert caught.value.statement is not None
    assert caught.value.statement.startswith("INSERT INTO kinds")
    assert kept(database) == []


def test_what_was_undone_is_told_to_nobody(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        write(database, lambda connection: (ADD.post(connection, row(1)), 1 // 0))
    with database.write(1) as connection:
        ADD.post(connection, row(2))
    assert kept(database) == [2]


def test_a_part_is_undone_with_what_was_posted_in_it(database: Database) -> None:
    with database.write(1) as connection:
        ADD.post(connection, row(1))
        with pytest.raises(exc.IntegrityError), apart(connection):
            twice(connection, 2)
        ADD.post(connection, row(3))
    assert kept(database) == [1, 3]


def test_a_part_that_fails_by_itself_is_told_as_that_whatever_was_posted_in_it(database: Database) -> None:
    with database.write(1) as connection:
        ADD.post(connection, row(1))
        with pytest.raises(ZeroDivisionError), apart(connection):
            (twice(connection, 2), 1 // 0)
        ADD.post(connection, row(3))
    assert kept(database) == [1, 3]


def test_a_server_that_goes_while_it_is_told_to_keep_has_perhaps_kept(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    with refused("E-B31"), database.write(1) as connection:
        ADD.post(connection, row(1))
        with other.read() as beside:
            beside.exec_driver_sql(END_OTHERS)
    other.close()
    assert kept(database) == []


def test_what_is_asked_on_a_connection_that_is_gone_is_told_as_that(database: Database) -> None:
    def again(connection: sa.Connection, *, post: bool) -> None:
        connection.connection.driver_connection.close()
        with pytest.raises(exc.OperationalError):
            NUMBERS.scalars(connection)
        if post:
            ADD.post(connection, row(1))
        NUMBERS.scalars(connection)

    for post in (False, True):
        with refused("E-B30"):
            write(database, partial(again, post=post))
    assert kept(database) == []


def test_who_is_interrupted_while_answers_are_under_way_leaves_them_to_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_given: object) -> None:
        monkeypatch.undo()  # once
        raise KeyboardInterrupt

    def work(connection: sa.Connection) -> None:
        monkeypatch.setattr(connection.connection.driver_connection, "wait", interrupted)
        ADD.post(connection, row(1))
        settle(connection)

    with pytest.raises(KeyboardInterrupt):
        write(database, work)
    assert kept(database) == []


def test_a_connection_remembers_what_it_has_learned_when_something_is_undone(database: Database) -> None:
    learned = sa.text("SELECT count(*) FROM pg_prepared_statements")
    with database.write(1) as connection:
        ADD.change(connection, row(2))
        before = connection.scalar(learned)
    with pytest.raises(exc.IntegrityError):
        write(database, lambda connection: (ADD.change(connection, row(1)), ADD.change(connection, row(1))))
    with database.read() as connection:
        assert connection.scalar(learned) >= before > 0
    with database.write(1) as connection:
        ADD.change(connection, row(1))
    assert kept(database) == [1, 2]
