"""Bringing a database to the program's schema: alembic behind two verbs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.database import APPLICATION_ID, plain_words
from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from models.database import Database

LOCATION: Final = "models:migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", LOCATION)
    config.set_main_option("path_separator", "os")
    return config


@cache
def _steps() -> ScriptDirectory:
    """The migrations there are, read once."""
    return ScriptDirectory.from_config(_config())


def newest() -> str:
    """The revision this program was written for."""
    head = _steps().get_current_head()
    assert head is not None
    return head


def present(database: Database) -> str | None:
    """The revision the database is at; None = not set up."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database, to: str = "head") -> None:
    """Create or upgrade the tables, keys unchecked while tables are rebuilt (``dependencies.md`` item 6)."""
    config = _config()
    with plain_words(database.file), database.engine.connect() as connection:
        if database.is_sqlite:
            _refuse_foreign(connection)
        _refuse_newer(MigrationContext.configure(connection).get_current_revision())
        connection.rollback()
        if database.is_sqlite:
            # the mark comes first: a migration that was cut off must still be known as ours
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.commit()
            _keys(connection, "OFF")
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
        if database.is_sqlite:
            _keys(connection, "ON")
    database.engine.dispose()


def _keys(connection: Connection, word: str) -> None:
    """Switch the checking of keys on the driver itself: inside a transaction SQLite would not hear it."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={word}")


def _refuse_foreign(connection: Connection) -> None:
    """Refuse an SQLite file in which another program keeps its tables; E-B02."""
    mark = connection.scalar(sa.text("PRAGMA application_id"))
    tables = connection.scalar(sa.text("SELECT count(*) FROM sqlite_master"))
    if tables and mark != APPLICATION_ID:
        raise EnvironmentRefused(
            "E-B02",
            _("The file is another program's database."),
            remedy=_("Name duban's own database file in the settings."),
        )


def _refuse_newer(revision: str | None) -> None:
    """Refuse a revision this program has never heard of; E-B03."""
    known = {script.revision for script in _steps().walk_revisions()}
    if revision is not None and revision not in known:
        raise EnvironmentRefused(
            "E-B03",
            _("The database was written by a newer version of the program."),
            remedy=_("Install that version; the data has not been touched."),
        )


def check(database: Database) -> None:
    """Refuse a database that is not ours, not set up, or newer than this program."""
    with database.read() as connection:
        if database.is_sqlite:
            _refuse_foreign(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise EnvironmentRefused("E-B01", _("No office is set up here yet."), remedy=_("Set one up with: duban init"))
    _refuse_newer(revision)
    if revision != newest():
        raise EnvironmentRefused(
            "E-B05",
            _("The database has an older form than this program."),
            remedy=_("Back it up, then run: duban upgrade"),
        )
