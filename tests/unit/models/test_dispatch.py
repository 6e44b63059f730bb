"""Work left in a transaction: told once it is kept, never when it was undone, whatever was undone beside it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from models.database import Database, apart, sqlite_url
from models.dispatch import Dispatcher, Work, leave

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from sqlalchemy.engine import Connection


_TIMES = text("SELECT count(*) FROM sqlite_master")


class Heard(Dispatcher):
    """Writes down what it hears of."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, set[Work]]] = []
        self.told: list[tuple[int, set[Work]]] = []

    def keep(self, connection: Connection, office_id: int, left: AbstractSet[Work]) -> None:
        assert connection.scalar(_TIMES) is not None, "inside the transaction"
        assert len(self.told) == len(self.kept), "before anybody is told"
        self.kept.append((office_id, set(left)))

    def tell(self, office_id: int, left: AbstractSet[Work]) -> None:
        self.told.append((office_id, set(left)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(sqlite_url(tmp_path / "duban.db"))
    yield made
    made.close()


@pytest.fixture
def heard(database: Database) -> Heard:
    database.dispatcher = made = Heard()
    return made


def test_what_is_left_is_kept_with_the_transaction_and_told_once_after_it(database: Database, heard: Heard):
    with database.write(3) as connection:
        leave(connection, Work.DELIVERY)
        leave(connection, Work.DELIVERY)
        assert (heard.kept, heard.told) == ([], [])
    assert heard.kept == heard.told == [(3, {Work.DELIVERY})]
    with database.write(3):
        pass
    assert len(heard.told) == 1, "nothing was left this time"


def test_what_was_undone_is_told_to_nobody_and_not_by_the_next_either(database: Database, heard: Heard):
    with suppress(ZeroDivisionError), database.write(1) as connection:
        leave(connection, Work.SWEEP)
        raise ZeroDivisionError
    with database.write(1):
        pass
    assert (heard.kept, heard.told) == ([], [])


def test_a_dispatcher_that_cannot_keep_undoes_the_change(database: Database, heard: Heard):
    def full(*_given: object) -> None:
        raise ZeroDivisionError

    heard.keep = full  # type: ignore[method-assign]
    with suppress(ZeroDivisionError), database.write(1) as connection:
        connection.execute(text("CREATE TABLE made (id)"))
        leave(connection, Work.SWEEP)
    with database.read() as connection:
        assert connection.scalar(_TIMES) == 0
    assert heard.told == []


@pytest.mark.parametrize("undo", ["apart", "nested"])
def test_a_part_that_is_undone_takes_nobody_elses_work_with_it(database: Database, heard: Heard, undo: str):
    with database.write(1) as connection:
        leave(connection, Work.SWEEP)
        with suppress(ZeroDivisionError), apart(connection) if undo == "apart" else connection.begin_nested():
            leave(connection, Work.DELIVERY)
            raise ZeroDivisionError
    ((_office, left),) = heard.told
    assert Work.SWEEP in left
