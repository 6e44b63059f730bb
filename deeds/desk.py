"""One person's surroundings while they do one thing: settings, database, files, who they are, what time it is.

A command makes one for the person at the keyboard, a page for the person in the browser; what they do is the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from models.errors import DubanError, EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.postgres import Patience
    from models.settings import Settings
    from models.store import Store
    from workflow.case import Actor

T = TypeVar("T")


class Desk(ABC):
    """What every deed needs; opened only as far as the deed asks."""

    @property
    @abstractmethod
    def settings(self) -> Settings:
        """The settings of the home folder."""

    @property
    @abstractmethod
    def actor(self) -> Actor:
        """Who acts, with today's duties, or the absent person they stand in for; E-A04."""

    @abstractmethod
    def now(self) -> datetime:
        """This instant, in UTC."""

    @property
    def office_id(self) -> int:
        """The office this installation serves."""
        return self.settings.office

    @cached_property
    def database(self) -> Database:
        """The database, checked: set up, ours, of this program's form."""
        return open_database(self.settings)

    @cached_property
    def store(self) -> Store:
        """Where files lie."""
        from models.store import Store

        return Store(self.settings.store_dir)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Read within one consistent view."""
        with self.database.read() as connection:
            return work(connection)

    def glance(self, look: Callable[[Connection], T]) -> T:
        """What one statement finds, outside of any transaction."""
        return self.database.glance(look)

    def perform(self, deed: str, work: Callable[[Connection], T]) -> T:
        """Do something whole, with its refusal in the trail."""
        from workflow.operation import perform

        return perform(self.database, self.office_id, self.actor, deed, work, self.now())

    def look_up(self, deed: str, work: Callable[[Connection], T]) -> T:
        """Read without a lock; what is refused is refused again under the lock, so that it stands in the trail."""
        try:
            return self.read(work)
        except DubanError:
            return self.perform(deed, work)

    def tried(self, deed: str, work: Callable[[Connection], T]) -> T:
        """What would come of something: done and undone in one transaction; its refusal stands in the trail."""
        try:
            with self.database.write(self.office_id) as connection:
                whole = connection.begin_nested()
                try:
                    return work(connection)
                finally:
                    whole.rollback()
        except DubanError as refusal:
            self.perform(deed, partial(_raise, refusal))
            raise

    def demand(self, deed: str) -> None:
        """Only for someone who may do the deed at all: nothing of a stranger's file is opened before."""
        from workflow import permissions

        self.look_up(deed, lambda _connection: permissions.demand(self.actor, deed))


def _raise(refusal: DubanError, _connection: Connection) -> None:
    raise refusal


def open_database(
    settings: Settings, *, without_log: bool = False, moving: bool = False, patience: Patience | None = None
) -> Database:
    """The database of an office that is set up; E-B01 where there is none, E-B20 where its log was lost.

    E-B40 where the office lives in another one; only a move (``moving``) opens what it leaves behind.
    """
    from models.database import Database
    from models.postgres import HASTE
    from models.settings import refuse_lost_file
    from models.sqlite_files import lost_log

    database = Database(settings.database_url, patience=patience or HASTE)
    if database.file is not None and not database.file.exists():  # SQLite would make an empty one
        _refuse_half_restored(database.file.parent)
        raise EnvironmentRefused(
            "E-B01",
            _("No office is set up in {home}.").format(home=settings.home.name),
            remedy=_("Set one up with: duban init, or name its folder with --home."),
        )
    refuse_lost_file(settings)
    if database.file is not None and not without_log and (mark := lost_log(database.file)):
        raise EnvironmentRefused(
            "E-B20",
            _("The file {name}-wal is missing; what was saved last stood in it.").format(name=database.file.name),
            remedy=_("Put it back and remove {mark}. If it is gone for good: duban restore --confirm").format(
                mark=mark.name
            ),
        )
    try:
        _check(database, settings.office, moving=moving)
    except DubanError:
        database.close()
        raise
    return database


def _check(database: Database, office_id: int, *, moving: bool) -> None:
    """It is set up, of this program's form, and the office lives in it; what its writes leave goes to processes that work."""
    from models import relocation, schema

    schema.check(database)
    if not moving:
        with database.read() as connection:
            relocation.refuse_elsewhere(connection, office_id)
    if not database.is_sqlite:
        from cluster.jobs import attach

        attach(database)


def _refuse_half_restored(folder: Path) -> None:
    """A restore that was cut off: what it would tell twice is not held yet, so nobody goes on with it; E-B01."""
    from workflow.backup import UNFINISHED

    if (folder / UNFINISHED).exists():
        raise EnvironmentRefused(
            "E-B01",
            _("The restore into {home} was interrupted.").format(home=folder.name),
            remedy=_("Remove what it left in the folder, then restore once more."),
        )
