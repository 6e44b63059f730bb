"""The program's role on a real server: everything that an office does goes, and the history cannot be touched."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from cluster import jobs
from deeds.running import delivery, make_room_for_jobs
from kit.desk import desk_of
from kit.done import DONE
from kit.office import at
from kit.parts import IN_PARTS
from kit.server import SERVER, empty_database, needs_server
from kit.stage import LATE, MASTER, Seat, Stage, make_stage
from kit.tenancy import settle
from models import roles
from models.database import Database
from models.errors import DubanError
from models.guardrails import FROZEN
from models.schema import migrate
from models.states import Role
from schedules.runner import tick
from schedules.select import NO_DRIFT
from workflow.authorisation import MATRIX
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_server
NAME = f"duban_program_{os.getpid()}"
PASSWORD = "Yunting-2022-lake"
PEOPLE = {
    Role.DIRECTOR: "director", Role.REVIEWER: "reviewer", Role.LEADER: "leader1", Role.CLERK: "clerk1",
    Role.SYSTEM: "system", Role.SECURITY: "security", Role.AUDIT: "audit",
}  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database of the owner's; the URL of the program's role."""
    with empty_database("roles") as owners:
        owner = Database(owners)
        migrate(owner)
        make_room_for_jobs(owner)
        roles.grant(owner, NAME)
        roles.grant(owner, NAME)  # after every upgrade
        with owner.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER ROLE \"{NAME}\" PASSWORD '{PASSWORD}'")
            assert roles.may_too_much(connection)
        owner.close()
        made = sa.make_url(owners).set(username=NAME, password=PASSWORD)
        yield made.render_as_string(hide_password=False)
    server = sa.create_engine(sa.make_url(SERVER), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP ROLE "{NAME}"')
    server.dispose()


@pytest.fixture(scope="module")
def stage(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An office with something for every deed; the program comes as its role."""
    folder = tmp_path_factory.mktemp("roles")
    made = make_stage(folder / "home")
    made.world.database.close()
    shutil.copy(made.world.folder / MASTER, folder / "moved.db")
    database = made.world.database = Database(url)
    settle(folder / "moved.db", 1, database)
    jobs.attach(database)
    desk = made._desk = desk_of(made.world, LATE, database=url)
    yield made
    desk.site.database.close()
    database.close()


def test_everything_that_is_done_and_sent_goes(stage: Stage) -> None:
    done = 0
    for deed, doing in DONE.items():
        login = next(login for role, login in PEOPLE.items() if role in MATRIX[deed])
        for thing in doing.things:
            with suppress(DubanError):
                doing.work(stage, stage.actor(login), getattr(stage.things, thing, thing))
                done += 1
    assert done > 50
    seat = Seat(stage, stage.actor("director"))
    for when in ("2022-06-28 12:00", "2022-07-04 12:00", "2022-07-11 12:00"):
        tick(stage.world.database, 1, None, delivery(seat), at(when), drift=NO_DRIFT)
    assert len(list((stage.world.folder / "outbox").iterdir())) > 3
    assert jobs.bereft(stage.world.database, timedelta(0)) == set()
    assert jobs.take_from_the_dead(stage.world.database, 1, timedelta(0)) == []
    with stage.world.database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs")) > 0
        assert not roles.may_too_much(connection)
        assert [one for one in verify(connection, 1) if "event" in one.where] == []


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE {table} SET office_id = 1" for table in FROZEN),
        *(f"DELETE FROM {table}" for table in FROZEN),
        # the parts of a table have no rights of their own: nobody gets around the whole
        *(f"UPDATE {table}_p00 SET office_id = 1" for table in sorted(IN_PARTS)),
        *(f"{verb} {table}_p01" for table in sorted(IN_PARTS) for verb in ("DELETE FROM", "TRUNCATE")),
        "INSERT INTO message_task_p00 VALUES (1, 1, 1)", "ALTER TABLE event DETACH PARTITION event_p00", "DROP TABLE event_p00",
        "ALTER TABLE event_p00 DISABLE TRIGGER ALL",
        "DELETE FROM task", "DELETE FROM message", "TRUNCATE event", "TRUNCATE event CASCADE", "TRUNCATE login",
        "DROP TRIGGER event_no_update ON event", "ALTER TABLE event DISABLE TRIGGER ALL", "DROP TABLE event CASCADE",
        "ALTER TABLE event ADD COLUMN x integer", "CREATE TABLE x (y integer)", "CREATE TRIGGER x BEFORE INSERT ON event"
        " FOR EACH ROW EXECUTE FUNCTION duban_keep()", "UPDATE alembic_version SET version_num = '9'",
        "SET session_replication_role = replica", "ALTER FUNCTION duban_keep() RENAME TO x",
        "UPDATE serving SET oldest = '9'",
    ],
)  # fmt: skip
def test_the_server_itself_refuses(stage: Stage, statement: str) -> None:
    with pytest.raises(exc.ProgrammingError) as caught, stage.world.database.write(1) as connection:
        connection.exec_driver_sql(statement)
    assert getattr(caught.value.orig, "sqlstate", "") == "42501", caught.value
