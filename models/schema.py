"""Bringing a database to the program's schema: alembic behind two verbs.

Every command asks whether the database is of this program's form; alembic, which costs a third of a second to load, is
needed only where it is not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import postgres
from models import tables as t
from models.complaints import plain_words
from models.errors import EnvironmentRefused
from models.language import _
from models.sqlite_files import APPLICATION_ID

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from models.database import Database

MIGRATIONS: Final = Path(__file__).with_name("migrations")


def _revisions() -> list[str]:
    """The revisions this program knows, oldest first: each is the number in its file's name, ``v0001_….py``."""
    return sorted(file.name[1:5] for file in (MIGRATIONS / "versions").glob("v[0-9]*_*.py"))


def newest() -> str:
    """The revision this program was written for."""
    return _revisions()[-1]


def present(database: Database) -> str | None:
    """The revision the database is at; None = not set up."""
    with database.read() as connection:
        return _present(connection)


def _present(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def migrate(database: Database, to: str = "head") -> None:
    """Create or upgrade the tables, keys unchecked while tables are rebuilt (``dependencies.md`` item 6)."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with plain_words(database.file), database.engine.connect() as connection:
        if database.is_sqlite:
            _refuse_foreign(connection)
        _refuse_newer(_present(connection))
        connection.rollback()
        if database.is_sqlite:
            # the mark comes first: a migration that was cut off must still be known as ours
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.commit()
            _keys(connection, "OFF")
        config.attributes["connection"] = connection
        if database.is_sqlite:
            command.upgrade(config, to)
        else:
            postgres.migrated(connection, lambda: command.upgrade(config, to))
        connection.commit()
        if database.is_sqlite:
            _keys(connection, "ON")
    database.close()


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


def _serves_older(connection: Connection) -> bool:
    """Whether the database, newer than this program, says that this program may still work on it."""
    oldest = connection.scalar(sa.select(t.serving.c.oldest)) if sa.inspect(connection).has_table("serving") else None
    return oldest is not None and oldest <= newest()


def _refuse_newer(revision: str | None) -> None:
    """Refuse a revision this program has never heard of; E-B03."""
    if revision is not None and revision not in _revisions():
        raise EnvironmentRefused(
            "E-B03",
            _("The database was written by a newer version of the program."),
            remedy=_("Install that version; the data has not been touched."),
        )


def check(database: Database) -> None:
    """Refuse a database that is not ours, not set up, older than this program, or newer and not serving it any more."""
    with database.read() as connection:
        if database.is_sqlite:
            _refuse_foreign(connection)
        revision = _present(connection)
        if revision is not None and revision > newest() and _serves_older(connection):
            return
    if revision is None:
        raise EnvironmentRefused("E-B01", _("No office is set up here yet."), remedy=_("Set one up with: duban init"))
    _refuse_newer(revision)
    if revision != newest():
        raise EnvironmentRefused(
            "E-B05",
            _("The database has an older form than this program."),
            remedy=_("Back it up, then run: duban upgrade"),
        )
